//! The boundary between the shared driver and a target.
//!
//! A target says what its instructions demand ([`Target::select`]) and writes them down when everything has its place
//! ([`Emitter`]). The driver ([`super::assemble`]) runs selection, allocation, its proof, and emission in this order,
//! and knows no instruction. A folder per target has the same files in the same order: `regs`, `select`, `emit`,
//! `float`, `memory`, `control`, `link`, `thunks`; the toy target is one file.

use super::env::TraceStart;
use crate::{
    ir::{InstId, Trace},
    regalloc::{Demand, Location, Placed, RegisterFile},
};
use limpet_plugin_api::Abort;

/// A machine.
pub trait Target {
    /// Its name.
    fn name(&self) -> &'static str;

    /// Its registers.
    fn registers(&self) -> &RegisterFile;

    /// What each instruction demands. Constants and slots that need no code of their own are silent.
    fn select(&self, trace: &Trace) -> Vec<Demand>;

    /// A place in dumps.
    fn place(&self, location: Location) -> String {
        match location {
            Location::Register(register) => format!("r{}", register.0),
            Location::Spill(slot) => format!("spill{slot}"),
            Location::Slot(slot) => format!("slot[{slot}]"),
            Location::Constant(bits) => format!("#{:#x}", bits),
            Location::Temporary => "temp".into(),
        }
    }
}

/// Finished code of one trace, not yet placed.
#[derive(Clone, Debug, Default)]
pub struct Code {
    /// The bytes, for the address at which assembly began.
    pub bytes: Vec<u8>,
    /// By exit number: what linking a side trace changes.
    pub exits: Vec<ExitSites>,
    /// Offset where the code of an instruction begins; ascending. `None` stands for parts that are no instruction.
    pub lines: Vec<(u32, Option<InstId>)>,
    /// Memory that the code refers to by address.
    pub data: Vec<Box<[u32]>>,
}

/// The places of code that lead to one exit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExitSites {
    /// Offset of a five-byte place in the stub that becomes a jump.
    pub stub: u32,
    /// Offsets of 32-bit displacements, relative to their end, of the jumps that lead to the stub's beginning and may
    /// as well lead to a side trace. Empty if the stub has work to do first.
    pub jumps: Vec<u32>,
}

/// Writes one trace.
pub trait Emitter {
    /// The beginning: the checks of a root trace or the moved base of a side trace.
    fn start(&mut self, start: &TraceStart) -> Result<(), Abort>;
    /// A copy of 64 bits.
    fn copy(&mut self, from: Location, to: Location) -> Result<(), Abort>;
    /// One instruction.
    fn inst(&mut self, trace: &Trace, placed: &Placed) -> Result<(), Abort>;
    /// The head of the loop.
    fn head(&mut self);
    /// The jump back to it.
    fn back(&mut self);
    /// The end of a trace without a loop.
    fn end(&mut self, trace: &Trace, placed: &Placed) -> Result<(), Abort>;
    /// Stubs, slow paths and constants.
    fn finish(&mut self) -> Result<Code, Abort>;
}
