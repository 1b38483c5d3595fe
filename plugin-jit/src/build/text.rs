//! Recordings as text, for dumps and tests. [`super::parse`] reads it back.
//!
//! ```text
//! loop "sum" start 0x10 extent 8
//!   v0 = SlotRead 1
//!   v1 = ConstInt 8
//!   GuardTags v0 {0} s0
//!   v3 = AddChecked v0 v1 s0
//!   v4 = Load.I64 [v3 + v1 + 8] class 2
//!   GuardMasked v4 0xff 0x2 s0
//!   v6 = Call sqrt(v0) s0
//! end loop s1
//! function sqrt 0x1234 plain int fails
//! s0 resume 0x10 base 0 top 3
//! s1 resume 0x10 base 0 top 3 [1]=v3
//! ```
//!
//! A value is named by the index of its operation, operations without a result are counted too.

use crate::ir::print::{condition_name, tag_set};
use limpet_plugin_api::{
    Effects, FunctionRef, Recording, Representation, TraceEnd, TraceEndKind, TraceKind,
    recording::CallConvention,
    trace_op::{Access, Condition, OpCode, ResultType, TraceOp, ValueRef},
};
use std::fmt::Write;

/// Names of single effects.
pub(super) const EFFECTS: [(&str, Effects); 5] = [
    ("reads", Effects::READS),
    ("writes", Effects::WRITES),
    ("allocates", Effects::ALLOCATES),
    ("fails", Effects::FAILS),
    ("external", Effects::EXTERNAL),
];

/// Names of representations.
pub(super) const REPRESENTATIONS: [(&str, Representation); 3] =
    [("", Representation::Tagged), ("int", Representation::RawInt), ("float", Representation::RawFloat)];

/// Names of call conventions.
pub(super) const CONVENTIONS: [(&str, CallConvention); 3] =
    [("plain", CallConvention::Plain), ("context", CallConvention::Context), ("array", CallConvention::Array)];

fn value(reference: ValueRef) -> String {
    if reference.is_none() { "-".into() } else { format!("v{}", reference.0) }
}

fn constant(recording: &Recording, index: i64) -> u64 {
    usize::try_from(index).ok().and_then(|index| recording.constants.get(index)).copied().unwrap_or(0)
}

/// Prints a recording; one that breaks the contract too.
pub fn print(recording: &Recording) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = write_recording(&mut text, recording);
    text
}

fn write_recording(text: &mut String, recording: &Recording) -> std::fmt::Result {
    match recording.kind {
        TraceKind::Loop => write!(text, "loop")?,
        TraceKind::Procedure => write!(text, "procedure")?,
        TraceKind::Side => write!(text, "side {}.{}", recording.parent, recording.parent_exit)?,
    }
    let origin = recording.origin.replace('"', "'");
    writeln!(text, " \"{origin}\" start {:#x} extent {}", recording.start, recording.extent)?;
    for (index, op) in recording.ops.iter().enumerate() {
        write!(text, "  ")?;
        if op.result() != ResultType::None {
            write!(text, "v{index} = ")?;
        }
        operation(text, recording, op)?;
        if op.snap != TraceOp::NO_SNAPSHOT {
            write!(text, " s{}", op.snap)?;
        }
        writeln!(text)?;
    }
    match recording.end.kind {
        TraceEndKind::Loop => write!(text, "end loop")?,
        TraceEndKind::Link if recording.end.target == TraceEnd::SELF => write!(text, "end link self")?,
        TraceEndKind::Link => write!(text, "end link {}", recording.end.target)?,
        TraceEndKind::Leave => write!(text, "end leave")?,
    }
    writeln!(text, " s{}", recording.end.snap)?;
    for function in &recording.functions {
        write_function(text, function)?;
    }
    for (index, snapshot) in recording.snapshots.iter().enumerate() {
        write!(text, "s{index} resume {:#x} base {} top {}", snapshot.resume, snapshot.base_shift, snapshot.top)?;
        let last = snapshot.first as usize + snapshot.count as usize;
        for entry in recording.snapshot_entries.get(snapshot.first as usize..last).unwrap_or(&[]) {
            match entry.representation {
                Representation::Tagged => write!(text, " [{}]", entry.slot)?,
                Representation::RawInt => write!(text, " [{}:int]", entry.slot)?,
                Representation::RawFloat => write!(text, " [{}:float]", entry.slot)?,
            }
            write!(text, "={}", value(entry.value))?;
        }
        writeln!(text)?;
    }
    Ok(())
}

fn write_function(text: &mut String, function: &FunctionRef) -> std::fmt::Result {
    let convention = CONVENTIONS.iter().find(|(_, convention)| *convention == function.convention);
    let result = if function.returns_float { "float" } else { "int" };
    write!(text, "function {} {:#x} {} {result}", function.name, function.address, convention.map_or("", |c| c.0))?;
    for (name, effect) in EFFECTS {
        if function.effects.has(effect) {
            write!(text, " {name}")?;
        }
    }
    writeln!(text)
}

fn operation(text: &mut String, recording: &Recording, op: &TraceOp) -> std::fmt::Result {
    write!(text, "{:?}", op.code)?;
    let condition = || Condition::from_number(op.access).map_or("?", condition_name);
    match op.code {
        OpCode::ConstInt => write!(text, " {}", constant(recording, op.imm as i64) as i64),
        OpCode::ConstWord => write!(text, " {:#x}", constant(recording, op.imm as i64)),
        OpCode::ConstFloat => write!(text, " {:?}", f64::from_bits(constant(recording, op.imm as i64))),
        OpCode::SlotRead => {
            let name = REPRESENTATIONS.get(op.access as usize).map_or("?", |r| r.0);
            if name.is_empty() { write!(text, " {}", op.imm) } else { write!(text, ".{name} {}", op.imm) }
        }
        OpCode::Load | OpCode::Store => {
            let access = Access::from_number(op.access).map_or("?".into(), |access| format!("{access:?}"));
            write!(text, ".{access} [{}", value(op.a))?;
            if !op.b.is_none() {
                write!(text, " + {}", value(op.b))?;
            }
            write!(text, " {:+}] class {}", op.imm, op.alias)?;
            if op.code == OpCode::Store { write!(text, " {}", value(op.c)) } else { Ok(()) }
        }
        OpCode::Alloc => write!(text, " {} tag {}", op.imm, op.a.0),
        OpCode::GuardInt | OpCode::GuardFloat => write!(text, " {} {} {}", value(op.a), condition(), value(op.b)),
        OpCode::GuardTags => write!(text, " {} {}", value(op.a), tag_set(op.imm as u32 as u64)),
        OpCode::GuardMasked => {
            let (mask, expected) = (constant(recording, op.imm as i64), constant(recording, op.imm as i64 + 1));
            write!(text, " {} {mask:#x} {expected:#x}", value(op.a))
        }
        OpCode::Call => {
            let name = recording.functions.get(op.a.index()).map_or("?", |function| function.name.as_str());
            let last = op.b.index().saturating_add(op.c.index());
            let arguments = recording.arguments.get(op.b.index()..last).unwrap_or(&[]);
            let arguments: Vec<String> = arguments.iter().map(|&argument| value(argument)).collect();
            write!(text, " {name}({})", arguments.join(" "))
        }
        _ => [op.a, op.b, op.c]
            .iter()
            .filter(|operand| !operand.is_none())
            .try_for_each(|&operand| write!(text, " {}", value(operand))),
    }
}
