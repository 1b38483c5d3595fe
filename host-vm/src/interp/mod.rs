//! The interpreter: dispatch loop, instructions, value stack, continuations.
//!
//! The loop ([`dispatch`]) exists in three instances made from the same handlers: [`mode::Plain`], [`mode::Hooked`],
//! [`mode::Observed`]. A handler is written once, with the meaning of its instruction and, in closures that vanish
//! unless the instance records, its lowering to trace operations. An instance is left for another by [`Stop::Switch`].
//!
//! **The frame invariant**, on which the unsafe code of this folder rests, and which [`state::State`] stands for:
//! * `pc` points to an instruction of the code of the closure in slot 0 of `base` (or to a stub), and code is
//!   well-formed: registers lie below the code's frame size, indexes of constants, cells, codes and captures are in range,
//!   jumps go to instructions. The compiler guarantees it, and a loader of images verifies it.
//! * From `base` on there is room for the frame and for `RESERVE` slots more; `Entry` sees to that.
//! * The two words below `base` are the frame's: distance to the caller's base, return address.
//! * Every word with a pointer tag refers to a live object: whoever may collect tells `machine.base` first.
//!
//! **Order within an instruction**: whatever can fail or leave comes before the first write to a slot or object, since a
//! failing trace resumes at the start of the instruction.
//!
//! Cold paths (errors, slow arithmetic, continuations) take and return a [`Frame`] by value: no reference to the loop's
//! state escapes, so that it stays in registers. To end the loop they return a frame whose `pc` is the halt stub.
//!
//! Read in this order: [`stack`], [`state`], [`mode`], [`dispatch`], the families [`data`], [`arith`], [`compare`],
//! [`object`], [`text`], [`control`], then [`apply`] and [`continuation`]; [`error`], [`backtrace`], [`dead_slots`].

pub mod apply;
pub mod arith;
pub mod backtrace;
pub mod compare;
pub mod continuation;
pub mod control;
pub mod data;
pub mod dead_slots;
pub mod dispatch;
pub mod error;
pub mod generic;
pub mod math;
pub mod mode;
pub mod object;
pub mod run;
pub mod stack;
pub mod state;
pub mod stubs;
pub mod text;

#[cfg(test)]
mod tests;

pub use run::{Exit, StopReason};

use crate::value::Word;

/// Where execution goes on: an instruction and the base of its frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The instruction.
    pub pc: *const u32,
    /// The base.
    pub base: *mut Word,
}

/// Why an instance of the loop has returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The outermost frame returned; the value is in `Machine::result`.
    Halted,
    /// `Machine::exit` says how the program ended.
    Exit,
    /// Another instance goes on at `Machine::stopped`.
    Switch,
}
