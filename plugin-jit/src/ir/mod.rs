//! The intermediate representation: one trace in static single assignment form, a straight line with at most one loop.
//!
//! Every stage behind the recording speaks this language: `build` makes it, `opt` rewrites it, `regalloc` and `asm`
//! read it. What always holds (and [`verify`] checks):
//!
//! * An instruction is named by its position, an [`InstId`]; operands stand before their uses. Constants are
//!   instructions like all others, so operands are uniform.
//! * A trace is a *preamble* and, for a peeled loop, one [`Op::Loop`] marker, the [`Op::Phi`]s right behind it, and the
//!   body. The end of the body goes back to the marker, and each phi then takes its `back` value.
//! * Stores to slots do not exist; they live in snapshots. An instruction that may leave the trace names one, and its
//!   exits are numbered in the order of the instructions ([`Trace::exits`]).
//! * Within a snapshot an object may be a [`Virtual`]: it does not exist in the trace, the exit builds it.
//!
//! ```text
//!     i3  = Float UnboxFloat i1
//!     i4  = Float FloatAdd i3 i2
//!   loop
//!     i6  = Float Phi                       ; entry i4, back i7
//!     i7  = Float FloatAdd i6 i2
//!           GuardFloat i7 lt i5             => s1        s1: [4] = box(i7)
//! ```
//!
//! Read in this order: [`ops`] (the table), [`ids`] and [`types`], [`trace`], [`exit`] (what a side trace sees of its
//! parent), [`mod@print`] and [`verify`].

pub mod exit;
pub mod ids;
pub mod ops;
pub mod print;
pub mod trace;
pub mod types;
pub mod verify;

pub use exit::{ExitSnapshot, Leaf};
pub use ids::{ExitId, InstId, SnapId, VirtualId};
pub use ops::{Effect, Op};
pub use trace::{
    CallSite, End, Exit, Field, Function, Inst, Phi, SnapEntry, SnapValue, Snapshot, Target, Trace, Virtual,
};
pub use types::Type;
