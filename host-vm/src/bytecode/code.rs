//! Code objects: one compiled lambda expression.

use crate::value::word::Word;
use limpet_host_hooks::HookCell;

/// A place in a source text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Index of the source in the VM's table of sources.
    pub source: u32,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in characters.
    pub column: u32,
}

/// One compiled lambda expression. Its address is stable: closures and return addresses point to it. The VM owns every
/// code object until it is dropped.
#[repr(C)]
#[derive(Debug)]
pub struct Code {
    /// First unit; the address where calls go. Kept first: native code and closures reach it in one load.
    pub entry: *const u32,
    /// Registers of the frame, register 0 included, and the room that calls need.
    pub frame_size: u32,
    /// Captured values of its closures.
    pub captures: u32,
    /// Instructions.
    pub units: Box<[u32]>,
    /// Constants: roots of the collector. Nested code is referred to by `codes`.
    pub constants: Vec<Word>,
    /// Nested code objects, by the `k` of `MakeClosure`.
    pub codes: Vec<*const Code>,
    /// Hook cells, by the index in `Loop` and `Entry`.
    pub cells: Box<[HookCell]>,
    /// Name for backtraces; empty if anonymous.
    pub name: String,
    /// Source positions: (unit index, position), ascending; each holds until the next.
    pub positions: Vec<(u32, Position)>,
}
