//! x86-64, written with `dynasm`. It assembles on every machine; only what runs the code asks for the architecture.
//!
//! Registers while a trace runs:
//!
//! | register | holds |
//! | --- | --- |
//! | `rsp` | the native frame, shared by all traces of a tree ([`crate::code::FrameLayout`]) |
//! | `rbp` | the interpreter's base |
//! | `r13` | the host's context |
//! | `r11` | scratch within one instruction, argument and result of thunks |
//! | `xmm15` | scratch within one instruction, temporary of parallel moves |
//! | all others | values |
//!
//! Read in this order: [`regs`], [`select`] (demands), [`emit`] (the writer, integers), [`float`], [`memory`],
//! [`control`] (guards and calls), [`link`] (ends of traces), [`thunks`] (shared code).

// Register numbers are converted by what `dynasm!` expands to, whatever their type.
#![allow(clippy::useless_conversion)]

#[macro_use]
pub mod forms;
pub mod control;
pub mod emit;
pub mod float;
pub mod link;
pub mod memory;
pub mod regs;
pub mod select;
pub mod thunks;

pub use emit::X64Emitter;
pub use select::X64;
pub use thunks::Thunks;
