//! Whether a recording keeps the contract. Everything behind this check relies on it: indexes are in range, operands
//! are defined before their uses and have the right types, whatever may leave names a snapshot.
//!
//! A recording comes from another binary, or from a file; a wrong one is given up, never a panic.

use crate::ir::{Effect, Inst, Op, Type, verify::operand_types};
use limpet_plugin_api::{
    Abort, AbortReason, Effects, HostLayout, Recording, Representation, TraceEndKind, TraceKind,
    recording::CallConvention,
    trace_op::{Access, Condition, OpCode, TraceOp, ValueRef},
};

/// Slots further than this from the base are refused.
const FARTHEST_SLOT: i32 = 1 << 20;
/// Arguments of one kind that a plain C call passes in registers on every platform.
const PLAIN_ARGUMENTS: usize = 5;

fn malformed(detail: impl Into<String>) -> Abort {
    Abort::new(AbortReason::Malformed, detail)
}

/// Checks all rules.
pub fn check(recording: &Recording, layout: &HostLayout) -> Result<(), Abort> {
    let newest = snapshots(recording)?;
    let mut types: Vec<Type> = Vec::with_capacity(recording.ops.len());
    for (index, op) in recording.ops.iter().enumerate() {
        let checker = Checker { recording, layout, types: &types, newest: &newest };
        let ty = checker.operation(op).map_err(|abort| {
            let name = op.code.name().unwrap_or("?");
            Abort::new(abort.reason, format!("v{index} {name}: {}", abort.detail))
        })?;
        types.push(ty);
    }
    for (entry, number) in recording.snapshot_entries.iter().zip(0..) {
        let float = entry.representation == Representation::RawFloat;
        match types.get(entry.value.index()) {
            Some(Type::Float) if float => {}
            Some(Type::Int) if !float => {}
            _ => return Err(malformed(format!("snapshot entry {number}: value and representation differ"))),
        }
        if entry.slot.unsigned_abs() > FARTHEST_SLOT as u32 {
            return Err(Abort::new(AbortReason::TooDeep, format!("slot {}", entry.slot)));
        }
    }
    end(recording, &newest)
}

/// The range of each snapshot is valid and its slots ascend; answers the newest operation that each names, plus one.
fn snapshots(recording: &Recording) -> Result<Vec<usize>, Abort> {
    let mut newest = Vec::with_capacity(recording.snapshots.len());
    for (index, snapshot) in recording.snapshots.iter().enumerate() {
        let last = snapshot.first as usize + snapshot.count as usize;
        let entries = recording.snapshot_entries.get(snapshot.first as usize..last);
        let entries = entries.ok_or_else(|| malformed(format!("snapshot {index}: entries out of range")))?;
        if entries.windows(2).any(|pair| pair[0].slot >= pair[1].slot) {
            return Err(malformed(format!("snapshot {index}: slots do not ascend")));
        }
        if snapshot.base_shift.unsigned_abs() > FARTHEST_SLOT as u32 {
            return Err(Abort::new(AbortReason::TooDeep, format!("snapshot {index}: base {}", snapshot.base_shift)));
        }
        newest.push(entries.iter().map(|entry| entry.value.index().saturating_add(1)).max().unwrap_or(0));
    }
    Ok(newest)
}

fn end(recording: &Recording, newest: &[usize]) -> Result<(), Abort> {
    match newest.get(recording.end.snap as usize) {
        Some(&newest) if newest <= recording.ops.len() => {}
        _ => return Err(malformed("the end has no valid snapshot")),
    }
    if recording.end.kind == TraceEndKind::Loop {
        if recording.kind != TraceKind::Loop {
            return Err(malformed(format!("a {:?} trace does not end as a loop", recording.kind)));
        }
        if recording.snapshots[recording.end.snap as usize].base_shift != 0 {
            return Err(malformed("the loop comes round with another base"));
        }
    }
    Ok(())
}

struct Checker<'a> {
    recording: &'a Recording,
    layout: &'a HostLayout,
    types: &'a [Type],
    newest: &'a [usize],
}

impl Checker<'_> {
    fn operation(&self, op: &TraceOp) -> Result<Type, Abort> {
        let Some(name) = op.code.name() else {
            return Err(Abort::new(AbortReason::UnknownOperation, format!("{:?}", op.code)));
        };
        match op.code {
            OpCode::ConstInt | OpCode::ConstWord | OpCode::ConstFloat => {
                self.constants(op.imm, 1)?;
                return Ok(op.code.table_result().into());
            }
            OpCode::SlotRead => {
                if op.access > Representation::RawFloat as u8 {
                    return Err(malformed("no such representation"));
                }
                if op.imm.unsigned_abs() > FARTHEST_SLOT as u32 {
                    return Err(Abort::new(AbortReason::TooDeep, format!("slot {}", op.imm)));
                }
                return Ok(op.result().into());
            }
            OpCode::Call => return self.call(op),
            _ => {}
        }
        let Some(code) = Op::from_name(name) else {
            return Err(Abort::new(AbortReason::UnknownOperation, name));
        };
        if matches!(code.effect(), Effect::Guard | Effect::Alloc) {
            self.snapshot(op.snap)?;
        }
        match code {
            Op::Alloc => {
                if op.imm <= 0 || op.a.0 >= 1 << self.layout.tag_bits {
                    return Err(malformed("no such size or tag"));
                }
                return Ok(Type::Int);
            }
            Op::GuardMasked => self.constants(op.imm, 2)?,
            Op::Load | Op::Store => {
                if Access::from_number(op.access).is_none() {
                    return Err(malformed("no such access"));
                }
                if op.alias as usize >= self.layout.alias_classes.len() {
                    return Err(malformed(format!("no alias class {}", op.alias)));
                }
            }
            Op::GuardInt | Op::GuardFloat => match Condition::from_number(op.access) {
                None => return Err(malformed("no such condition")),
                Some(Condition::ULt | Condition::UGe | Condition::ULe | Condition::UGt) if code == Op::GuardFloat => {
                    return Err(malformed("floats have no unsigned order"));
                }
                Some(_) => {}
            },
            _ => {}
        }
        let (a, b, c) = operand_types(&Inst { sub: op.access, ..Inst::new(code) });
        // In a recording mask and expected value are constants by index.
        let (b, c) = if code == Op::GuardMasked { (Type::None, Type::None) } else { (b, c) };
        self.operand(op.a, a, false)?;
        self.operand(op.b, b, matches!(code, Op::Load | Op::Store))?;
        self.operand(op.c, c, false)?;
        Ok(op.result().into())
    }

    fn operand(&self, reference: ValueRef, expected: Type, optional: bool) -> Result<(), Abort> {
        if expected == Type::None {
            return if reference.is_none() { Ok(()) } else { Err(malformed("a superfluous operand")) };
        }
        if reference.is_none() && optional {
            return Ok(());
        }
        match self.types.get(reference.index()) {
            Some(&ty) if ty == expected => Ok(()),
            Some(_) => Err(malformed(format!("v{} is not {expected:?}", reference.0))),
            None => Err(malformed("an operand that is not defined")),
        }
    }

    fn constants(&self, first: i32, count: usize) -> Result<(), Abort> {
        let first = usize::try_from(first).map_err(|_| malformed("a negative index"))?;
        if first + count > self.recording.constants.len() {
            return Err(malformed("no such constant"));
        }
        Ok(())
    }

    fn snapshot(&self, snap: u32) -> Result<(), Abort> {
        match self.newest.get(snap as usize) {
            Some(&newest) if newest <= self.types.len() => Ok(()),
            Some(_) => Err(malformed(format!("snapshot {snap} names a later operation"))),
            None => Err(malformed("no such snapshot")),
        }
    }

    fn call(&self, op: &TraceOp) -> Result<Type, Abort> {
        let function = self.recording.functions.get(op.a.index()).ok_or_else(|| malformed("no such function"))?;
        let last = op.b.index().checked_add(op.c.index());
        let arguments = last.and_then(|last| self.recording.arguments.get(op.b.index()..last));
        let arguments = arguments.ok_or_else(|| malformed("arguments out of range"))?;
        let (mut ints, mut floats) = (0, 0);
        for argument in arguments {
            match self.types.get(argument.index()) {
                Some(Type::Int) => ints += 1,
                Some(Type::Float) => floats += 1,
                _ => return Err(malformed("an argument that is not defined")),
            }
        }
        if function.convention != CallConvention::Array && (ints > PLAIN_ARGUMENTS || floats > PLAIN_ARGUMENTS) {
            return Err(malformed("too many arguments for registers"));
        }
        if function.effects.has(Effects::FAILS) {
            self.snapshot(op.snap)?;
        }
        Ok(if function.returns_float { Type::Float } else { Type::Int })
    }
}
