//! Recordings as text, for tests and for people. One line for each operation:
//!
//! ```text
//! loop at "count", start 12, extent 3
//! 0000  Safepoint                     snap 0
//! 0001  SlotRead      slot 1 Tagged
//! 0002  GuardTags     v1 in {0}       snap 0
//! snap 0: resume 12, base +0, top 3 []
//! end Loop, snap 1
//! ```

use limpet_plugin_api::{
    Access, Condition, OpCode, Recording, Representation, TraceEnd, TraceEndKind, TraceKind, TraceOp, ValueRef,
};
use std::fmt::Write;

/// The whole recording, one operation a line.
pub fn recording_text(recording: &Recording) -> String {
    let mut out = String::new();
    let r = recording;
    let kind = match r.kind {
        TraceKind::Loop => "loop".to_string(),
        TraceKind::Procedure => "procedure".to_string(),
        TraceKind::Side => format!("side of {}/{}", r.parent, r.parent_exit),
    };
    // Writing to a string can't fail: results are dropped here and below.
    let _ = writeln!(out, "{kind} at {:?}, start {}, extent {}", r.origin.as_str(), r.start, r.extent);
    for (index, op) in r.ops.iter().enumerate() {
        let name = format!("{:?}", op.code);
        let mut line = format!("{index:04}  {name:<16}  {}", operands(r, op));
        if op.snap != TraceOp::NO_SNAPSHOT {
            line = format!("{line:<48}  snap {}", op.snap);
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
    for (index, snap) in r.snapshots.iter().enumerate() {
        let entries: Vec<_> = snap
            .entries(&r.snapshot_entries)
            .iter()
            .map(|e| match e.representation {
                Representation::Tagged => format!("{}=v{}", e.slot, e.value.0),
                other => format!("{}=v{}:{other:?}", e.slot, e.value.0),
            })
            .collect();
        let entries = entries.join(" ");
        let (resume, base, top) = (snap.resume, snap.base_shift, snap.top);
        let _ = writeln!(out, "snap {index}: resume {resume}, base {base:+}, top {top} [{entries}]");
    }
    let target = match r.end.target {
        _ if r.end.kind != TraceEndKind::Link => String::new(),
        TraceEnd::SELF => " self".to_string(),
        id => format!(" trace {id}"),
    };
    let _ = writeln!(out, "end {:?}{target}, snap {}", r.end.kind, r.end.snap);
    out
}

fn value(v: ValueRef) -> String {
    if v.is_none() { "-".to_string() } else { format!("v{}", v.0) }
}

fn operands(r: &Recording, op: &TraceOp) -> String {
    let constant = |at: i32| r.constants.get(at as usize).copied().unwrap_or_default();
    let access = || Access::from_number(op.access).map_or("?".to_string(), |a| format!("{a:?}"));
    let condition = || Condition::from_number(op.access).map_or("?".to_string(), |c| format!("{c:?}"));
    match op.code {
        OpCode::ConstInt => format!("{}", constant(op.imm) as i64),
        OpCode::ConstWord => format!("{:#x}", constant(op.imm)),
        OpCode::ConstFloat => format!("{:?}", f64::from_bits(constant(op.imm))),
        OpCode::SlotRead => {
            let representation = match op.access {
                1 => "RawInt",
                2 => "RawFloat",
                _ => "Tagged",
            };
            format!("slot {} {representation}", op.imm)
        }
        OpCode::Load => format!("[{} {} {:+}] {} alias {}", value(op.a), value(op.b), op.imm, access(), op.alias),
        OpCode::Store => {
            let place = format!("[{} {} {:+}]", value(op.a), value(op.b), op.imm);
            format!("{place} = {} {} alias {}", value(op.c), access(), op.alias)
        }
        OpCode::Alloc => format!("{} bytes tag {}", op.imm, op.a.0),
        OpCode::Barrier => format!("{} holds {}", value(op.a), value(op.c)),
        OpCode::GuardInt | OpCode::GuardFloat => format!("{} {} {}", value(op.a), condition(), value(op.b)),
        OpCode::GuardTags => {
            let tags: Vec<_> = (0..32).filter(|t| op.imm as u32 >> t & 1 == 1).map(|t: u32| t.to_string()).collect();
            format!("{} in {{{}}}", value(op.a), tags.join(","))
        }
        OpCode::GuardMasked => {
            format!("{} & {:#x} == {:#x}", value(op.a), constant(op.imm), constant(op.imm.wrapping_add(1)))
        }
        OpCode::Call => {
            let name = r.functions.get(op.a.index()).map_or("?", |f| f.name.as_str());
            let first = op.b.index().min(r.arguments.len());
            let end = (first + op.c.index()).min(r.arguments.len());
            let arguments: Vec<_> = r.arguments[first..end].iter().map(|&v| value(v)).collect();
            format!("{name}({})", arguments.join(" "))
        }
        _ => [op.a, op.b, op.c].iter().filter(|v| !v.is_none()).map(|&v| value(v)).collect::<Vec<_>>().join(" "),
    }
}
