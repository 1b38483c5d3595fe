//! One pass over a recording: every operation becomes an instruction that is sent into the optimizer.

use super::slots::Slots;
use crate::{
    ir::{CallSite, Inst, InstId, Op, SnapId, Type},
    opt::Optimizer,
};
use limpet_plugin_api::{
    Abort, AbortReason, Effects, Recording, Representation,
    trace_op::{OpCode, TraceOp, ValueRef},
};

/// A pass. The recording was checked: its indexes are in range and its operands are defined.
pub struct Pass {
    /// The value of each operation.
    values: Vec<InstId>,
    /// Snapshots made so far.
    snapshots: Vec<SnapId>,
    /// What slots hold at the beginning.
    pub slots: Slots,
}

impl Pass {
    /// Before the first operation.
    pub fn new(recording: &Recording, slots: Slots) -> Pass {
        Pass {
            values: Vec::with_capacity(recording.ops.len()),
            snapshots: vec![SnapId::NONE; recording.snapshots.len()],
            slots,
        }
    }

    /// Sends all operations.
    pub fn run<O: Optimizer>(&mut self, optimizer: &mut O, recording: &Recording) -> Result<(), Abort> {
        for (index, op) in recording.ops.iter().enumerate() {
            let value = self.lower(optimizer, recording, op).map_err(|abort| {
                let name = op.code.name().unwrap_or("?");
                Abort::new(abort.reason, format!("v{index} {name}: {}", abort.detail))
            })?;
            self.values.push(value);
        }
        Ok(())
    }

    /// What slots hold at a recorded snapshot, as far as the recording or the beginning of the pass says.
    pub fn slots_at(&self, recording: &Recording, snap: u32) -> Slots {
        let snapshot = &recording.snapshots[snap as usize];
        let written = snapshot.entries(&recording.snapshot_entries).iter();
        let written = written.map(|entry| (entry.slot, self.value(entry.value), entry.representation));
        self.slots.overlaid(written, snapshot.top)
    }

    /// The snapshot for a recorded one.
    pub fn snapshot<O: Optimizer>(&mut self, optimizer: &mut O, recording: &Recording, snap: u32) -> SnapId {
        if snap == TraceOp::NO_SNAPSHOT {
            return SnapId::NONE;
        }
        let known = self.snapshots[snap as usize];
        if known.is_some() {
            return known;
        }
        let recorded = &recording.snapshots[snap as usize];
        let slots = self.slots_at(recording, snap).differing(optimizer.trace());
        let id = optimizer.snapshot(slots.snapshot(recorded.resume, recorded.base_shift));
        self.snapshots[snap as usize] = id;
        id
    }

    fn value(&self, reference: ValueRef) -> InstId {
        if reference.is_none() { InstId::NONE } else { self.values[reference.index()] }
    }

    fn lower<O: Optimizer>(&mut self, optimizer: &mut O, recording: &Recording, op: &TraceOp) -> Result<InstId, Abort> {
        match op.code {
            OpCode::ConstInt | OpCode::ConstWord => {
                return optimizer.int(recording.constants[op.imm as usize] as i64);
            }
            OpCode::ConstFloat => {
                return optimizer.emit(Inst::float(f64::from_bits(recording.constants[op.imm as usize])));
            }
            OpCode::SlotRead => return self.slot(optimizer, op),
            OpCode::Call => return self.call(optimizer, recording, op),
            _ => {}
        }
        // The operations that are left have the same names on both sides.
        let Some(code) = op.code.name().and_then(Op::from_name) else {
            return Err(Abort::new(AbortReason::UnknownOperation, format!("{:?}", op.code)));
        };
        let snap = if may_leave(code) { self.snapshot(optimizer, recording, op.snap) } else { SnapId::NONE };
        let mut inst = Inst { ty: op.result().into(), snap, imm: op.imm as i64, ..Inst::new(code) };
        match code {
            Op::Alloc => {
                inst.sub = op.a.0 as u8;
                return optimizer.emit(inst);
            }
            Op::GuardTags => inst.imm = op.imm as u32 as i64,
            Op::GuardMasked => {
                let constants = &recording.constants[op.imm as usize..];
                inst.b = optimizer.int(constants[0] as i64)?;
                inst.c = optimizer.int(constants[1] as i64)?;
                inst.imm = 0;
            }
            Op::Load | Op::Store | Op::GuardInt | Op::GuardFloat => {
                inst.sub = op.access;
                inst.b = self.value(op.b);
                inst.c = self.value(op.c);
                if matches!(code, Op::Load | Op::Store) {
                    inst.alias = op.alias;
                }
            }
            _ => {
                inst.b = self.value(op.b);
                inst.c = self.value(op.c);
            }
        }
        inst.a = self.value(op.a);
        optimizer.emit(inst)
    }

    fn slot<O: Optimizer>(&mut self, optimizer: &mut O, op: &TraceOp) -> Result<InstId, Abort> {
        let floats = op.access == Representation::RawFloat as u8;
        match self.slots.get(op.imm) {
            Some((_, held)) if (held == Representation::RawFloat) != floats => {
                Err(Abort::new(AbortReason::Malformed, format!("slot {} is held as {held:?}", op.imm)))
            }
            Some((value, _)) => Ok(value),
            None => {
                let ty = if floats { Type::Float } else { Type::Int };
                optimizer.emit(Inst { ty, sub: op.access, imm: op.imm as i64, ..Inst::new(Op::SlotRead) })
            }
        }
    }

    fn call<O: Optimizer>(&mut self, optimizer: &mut O, recording: &Recording, op: &TraceOp) -> Result<InstId, Abort> {
        let function = &recording.functions[op.a.index()];
        let arguments = &recording.arguments[op.b.index()..op.b.index() + op.c.index()];
        let site =
            CallSite { function: op.a.0, arguments: arguments.iter().map(|&argument| self.value(argument)).collect() };
        let ty = if function.returns_float { Type::Float } else { Type::Int };
        let fails = function.effects.has(Effects::FAILS);
        let snap = if fails { self.snapshot(optimizer, recording, op.snap) } else { SnapId::NONE };
        optimizer.call(Inst { ty, snap, ..Inst::new(Op::Call) }, site)
    }
}

fn may_leave(op: Op) -> bool {
    use crate::ir::Effect;
    matches!(op.effect(), Effect::Guard | Effect::Alloc)
}
