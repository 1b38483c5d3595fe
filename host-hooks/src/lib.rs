//! Hooks for the author of a virtual machine: everything a VM needs to be served by a Limpet plugin, and nothing that
//! it must pay for while none is attached. This crate knows no language; the host lowers its own instructions.
//!
//! A host has three things to do:
//!
//! 1. Put a [`HookCell`] in writable memory for each backward jump and procedure entry. The *hooked* instance of its
//!    interpreter looks at the cell there: `entry` set: [`Hooks::enter`]; else [`HookCell::tick`], and when that
//!    fires: [`Hooks::hot`].
//! 2. While [`Hooks::recorder`] is some (after `hot`, or after an exit with [`Entered::record`]), run the *observed*
//!    instance: before each instruction call [`Hooks::instruction`]; at hook sites [`Hooks::site_reached`]; otherwise
//!    lower what is executed to trace operations with the [`Recorder`], guards before effects.
//! 3. Report its constants to its collector with [`Hooks::visit_words`], and zero its cells when it loads them.
//!
//! ```text
//!                 tick fires                     site_reached: Finished
//!   hooked ----------------------> observed ------------------------------> hooked at this very site
//!     |  ^                            |         Aborted, stop_leaving
//!     |  | exit                       +---------------------------------->  hooked at this very instruction
//!     v  |   exit ran hot: record
//!   native --------------------------> observed (side trace)
//! ```
//!
//! Read in this order: [`hook`] (the cell and its life), `hot` (counting and back-off), [`recorder`] (what executed
//! instructions become), [`host`] (one value per VM; the rules of trace trees are in `host/decide.rs`), [`enter`]
//! (native code and back), [`loader`]. `examples/counter.rs` is the smallest host that can exist.
//!
//! What always holds: no global state; a plugin's failure is a warning, never a panic; nothing here prints.

#![deny(unsafe_code)]

pub mod enter;
pub mod error;
pub mod hook;
pub mod host;
mod hot;
pub mod loader;
pub mod observe;
pub mod recorder;

pub use enter::Entered;
pub use error::AttachError;
pub use hook::{CellState, HookCell, SiteKind};
pub use host::{Hooks, SiteAction, attach::PluginSummary};
pub use loader::environment::EnvironmentOutcome;
pub use observe::{DispatchObserver, ObserverId};
pub use recorder::{Recorder, text::recording_text};

pub use limpet_plugin_api as api;
