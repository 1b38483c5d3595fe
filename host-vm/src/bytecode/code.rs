//! Code objects: one compiled lambda expression.
//!
//! What is compiled in this process owns its parts; what comes from an object image points into the image's memory, which
//! the machine keeps for as long as its code ([`Stored`]).
#![allow(unsafe_code)] // Slices whose memory is owned elsewhere.

use crate::value::word::Word;
use limpet_host_hooks::HookCell;
use std::{fmt, ops::Deref, ptr::NonNull};

/// A place in a source text.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Index of the source in the VM's table of sources.
    pub source: u32,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in characters.
    pub column: u32,
}

/// From this unit of a code on, instructions were written there.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PositionEntry {
    /// Index of the unit.
    pub unit: u32,
    /// The place; its source counts from [`Code::first_source`].
    pub position: Position,
}

/// A slice at a fixed address: owned, or part of an image. Reading is the same for both, without a test.
pub struct Stored<T> {
    start: NonNull<T>,
    length: usize,
    owned: bool,
}

impl<T> Stored<T> {
    /// A slice of an image.
    ///
    /// # Safety
    /// `start` must be aligned and point to `length` initialized values, which stay there for as long as this is used, and
    /// which nobody changes meanwhile but through atomics or raw pointers (as hook cells are).
    pub unsafe fn mapped(start: *const T, length: usize) -> Stored<T> {
        let start = NonNull::new(start.cast_mut()).unwrap_or(NonNull::dangling());
        Stored { start, length, owned: false }
    }
}

impl<T> From<Box<[T]>> for Stored<T> {
    fn from(values: Box<[T]>) -> Stored<T> {
        let length = values.len();
        let start = NonNull::from(Box::leak(values)).cast();
        Stored { start, length, owned: true }
    }
}

impl<T> From<Vec<T>> for Stored<T> {
    fn from(values: Vec<T>) -> Stored<T> {
        values.into_boxed_slice().into()
    }
}

impl<T> Deref for Stored<T> {
    type Target = [T];

    #[inline(always)]
    fn deref(&self) -> &[T] {
        // SAFETY: owned, or promised by the caller of `mapped`.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.length) }
    }
}

impl<T> Drop for Stored<T> {
    fn drop(&mut self) {
        if self.owned {
            // SAFETY: it came from a box of that length, and is freed once.
            drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(self.start.as_ptr(), self.length)) });
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Stored<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.deref().fmt(f)
    }
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
    pub units: Stored<u32>,
    /// Constants: roots of the collector. Nested code is referred to by `codes`.
    pub constants: Stored<Word>,
    /// Nested code objects, by the `k` of `MakeClosure`.
    pub codes: Vec<*const Code>,
    /// Hook cells, by the index in `Loop` and `Entry`.
    pub cells: Stored<HookCell>,
    /// Name for backtraces; empty if anonymous.
    pub name: String,
    /// Source positions, ascending by unit; each holds until the next.
    pub positions: Stored<PositionEntry>,
    /// Number of the source that the positions call 0.
    pub first_source: u32,
}

impl Code {
    /// The first place that is known.
    pub fn first_position(&self) -> Option<Position> {
        self.position(self.positions.first()?.unit as usize)
    }

    /// Where the instruction with a unit was written, if that is known.
    pub fn position(&self, unit: usize) -> Option<Position> {
        let after = self.positions.partition_point(|entry| entry.unit as usize <= unit);
        let position = self.positions[after.checked_sub(1)?].position;
        if position.line == 0 {
            return None;
        }
        Some(Position { source: position.source + self.first_source, ..position })
    }
}

/// Positions as the compiler has them: unit and place.
pub fn entries(positions: &[(u32, Position)]) -> Stored<PositionEntry> {
    positions.iter().map(|&(unit, position)| PositionEntry { unit, position }).collect::<Vec<_>>().into()
}
