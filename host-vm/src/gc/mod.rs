//! The collector: a mark-region collector with sticky mark bytes, the project's own.
//!
//! The heap is one reserved range of addresses, cut into *blocks* of 32 KiB and these into *lines* of 128 bytes; objects
//! start at *granules* of 16 bytes. Small objects are bumped into runs of free lines (Blackburn and McKinley, "Immix",
//! 2008); what exceeds a line and does not fit the current run goes to an overflow block; what exceeds 8 KiB has blocks of
//! its own. One side byte per granule says of an object that starts there that it is *marked*, which after a collection
//! means *old* (sticky marks: Demers and others, 1990), and whether it is in the remembered set. A young collection keeps the marks
//! and traces from the roots and from remembered objects only; a full one wipes them first.
//!
//! What always holds, and others rely on:
//! * Objects never move. Words in native stacks and registers are found conservatively, interior pointers included;
//!   the heap, the value stack and the machine's tables are traced precisely ([`Roots`]).
//! * Memory handed out holds garbage. Its owner initializes the object in full before the next allocation.
//! * Young objects have no metadata: a run that was handed out is parsed object by object, and only when an ambiguous
//!   root points into it. That is why objects are laid out without gaps and begin with a header or are pairs.
//! * A store of a pointer into an object that may be old is followed by the barrier ([`Heap::barrier`]).
//! * Small allocations never fail: beyond the limit a reserve is used up while an interrupt is pending; huge ones can.
//! * Everything hangs off one [`Heap`]; there may be any number of them.
//!
//! Departures from Immix: nothing is ever evacuated, lines are marked exactly (by the object's extent), and the overflow
//! block serves only objects that do not fit. Marking goes through a small first-in first-out queue of prefetched entries
//! (Cher, Hosking, Vitek 2004).
//!
//! Read in this order: [`heap`] (what there is), [`alloc`] and [`large`] (handing it out), [`barrier`],
//! [`mod@collect`] (getting it back), [`layout`] (what native code knows), [`config`], [`stats`]; [`map`] talks to the system.

pub mod alloc;
pub mod barrier;
pub mod collect;
pub mod config;
pub mod heap;
pub mod large;
pub mod layout;
pub mod map;
pub mod stats;

#[cfg(test)]
mod stress_test;
#[cfg(test)]
mod tests;

pub use alloc::{allocate, allocate_reserve, has_room, try_allocate};
pub use collect::stack::{stack_lowest, with_saved_registers};
pub use collect::{Kind, RootVisitor, Roots, collect, collect_beneath};
pub use config::Config;
pub use heap::Heap;
pub use stats::Statistics;

/// The bit of [`crate::machine::Machine::safepoint`] that says: memory beyond the limit is in use, raise a condition
/// ([`crate::machine::Machine::memory_condition`]) at the next safepoint and clear the bit.
pub const INTERRUPT_OUT_OF_MEMORY: u32 = 1 << 8;
/// The bit of the safepoint word that asks for a full collection, see [`Roots::full_collection_due`].
pub const INTERRUPT_COLLECT: u32 = 1 << 9;
