//! Listings for `LIMPET_JIT_DUMP`: the allocated trace, and the code with the instructions it comes from.

use super::backend::{Code, Target};
use crate::{
    ir::{Trace, print::inst_text},
    regalloc::{Allocation, Location, Placed, Step},
};
use std::fmt::Write;

fn places(target: &dyn Target, places: &[Location]) -> String {
    places.iter().map(|&place| target.place(place)).collect::<Vec<_>>().join(" ")
}

fn instruction(trace: &Trace, target: &dyn Target, placed: &Placed) -> String {
    let result = placed.result.map_or(String::new(), |result| target.place(Location::Register(result)));
    let text = inst_text(trace, trace.inst(placed.inst));
    let mut line = format!("{result:<6} <- {:<24} ; {} {text}", places(target, &placed.operands), placed.inst);
    if !placed.leaves.is_empty() {
        let undo = if placed.undo { " undo" } else { "" };
        let _ = write!(line, "  exit{undo} {}", places(target, &placed.leaves));
    }
    line
}

/// The allocated trace.
pub fn registers(trace: &Trace, target: &dyn Target, allocation: &Allocation) -> String {
    let mut text = String::new();
    for step in &allocation.steps {
        let line = match step {
            Step::Move { from, to } => format!("{:<6} <- {}", target.place(*to), target.place(*from)),
            Step::Inst(placed) => instruction(trace, target, placed),
            Step::Head => "head:".into(),
            Step::Back => "back".into(),
            Step::End(placed) => format!("end with {}", places(target, &placed.leaves)),
        };
        let _ = writeln!(text, "    {}", line.trim_end());
    }
    text
}

/// Addresses, bytes, instructions.
pub fn code(trace: &Trace, code: &Code, address: u64) -> String {
    let mut text = String::new();
    let ends = code.lines.iter().skip(1).map(|line| line.0).chain([code.bytes.len() as u32]);
    for (&(begin, inst), end) in code.lines.iter().zip(ends) {
        let what = match inst {
            Some(id) if id.index() < trace.insts.len() => format!("{id} {}", inst_text(trace, trace.inst(id))),
            Some(_) => "end".into(),
            None => String::new(),
        };
        let mut title = Some(what);
        for (row, bytes) in code.bytes[begin as usize..end as usize].chunks(16).enumerate() {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ");
            let at = address + u64::from(begin) + 16 * row as u64;
            let line = format!("    {at:#x}  {hex:<48} {}", title.take().unwrap_or_default());
            let _ = writeln!(text, "{}", line.trim_end());
        }
    }
    text
}
