//! Snapshots: what the interpreter's state is at a point of a recording.
//!
//! Stores to slots are not executed in a trace; they live here. An exit writes the slots of its snapshot, moves the
//! base, and the interpreter goes on at the resume address. Slots are numbered from the *base at trace entry*, in the
//! host's direction of growth, and may be negative once the trace has returned from the frame it was entered in.

use crate::trace_op::ValueRef;
use abi_stable::{StableAbi, std_types::RVec};

/// How a slot holds its value.
#[repr(u8)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Representation {
    /// The host's tagged word, bits as they are.
    Tagged = 0,
    /// A raw 64-bit integer.
    RawInt = 1,
    /// A raw binary64.
    RawFloat = 2,
}

/// One slot that differs from what memory held at trace entry.
#[repr(C)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotEntry {
    /// The slot.
    pub slot: i32,
    /// Its value.
    pub value: ValueRef,
    /// How the slot holds it.
    pub representation: Representation,
}

/// The state at which a guard, a link or the end of a trace leaves.
#[repr(C)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Where the interpreter goes on; opaque to the plugin.
    pub resume: u64,
    /// The interpreter's base relative to the base at trace entry, in slots.
    pub base_shift: i32,
    /// Slots at or beyond this one are dead (relative to the base at trace entry).
    pub top: i32,
    /// First entry in [`crate::Recording::snapshot_entries`].
    pub first: u32,
    /// Number of entries, each slot at most once, in ascending order of slots.
    pub count: u32,
}

impl Snapshot {
    /// This snapshot's entries.
    pub fn entries<'a>(&self, all: &'a RVec<SnapshotEntry>) -> &'a [SnapshotEntry] {
        &all[self.first as usize..(self.first + self.count) as usize]
    }
}
