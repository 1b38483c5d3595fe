//! The contract between a host virtual machine and a Limpet plugin: the one crate that both sides share.
//!
//! A *host* owns a program: its stack of slots, its heap, its interpreter. A *plugin* owns native code: it never sees
//! host bytecode and knows a host only through the data in this crate. What crosses the boundary:
//!
//! ```text
//!   host                                                         plugin
//!    |-- attach(Attachment { versions, HostLayout, options }) ---->|
//!    |-- compile(Recording { trace operations, snapshots }) ------>|
//!    |<------------------- CompiledTrace { entry address, exits } -|
//!    |== enter(context, base, entry) ==> native code runs ========>|
//!    |<============ ExitState { trace, exit, resume, base } =======|
//! ```
//!
//! What always holds here:
//! * Types and tables only. Every type that crosses has a layout that `abi_stable` checks when a plugin is loaded.
//! * Nothing is ever changed or removed, only appended: trace operations have fixed numbers, tables of functions are
//!   prefix types. A host and a plugin meet at the highest common version and the common set of operations.
//! * A recording is closed: it can be printed, saved, or compiled on another thread, without the host.
//!
//! Read in this order: [`trace_op`] (the vocabulary), [`recording`] and [`snapshot`] (a trace as data), [`layout`]
//! (what a host tells about itself), [`plugin`] (what a host calls), [`host`] (what native code calls),
//! [`exit`], [`params`] (tunables), [`abort`] (why a trace was given up).

#![allow(non_local_definitions)] // derive(StableAbi) of the pinned release expands to such items.
#![forbid(unsafe_op_in_unsafe_fn)]

pub mod abort;
pub mod exit;
pub mod host;
pub mod layout;
pub mod params;
pub mod plugin;
pub mod recording;
pub mod snapshot;
pub mod trace_op;

pub use abort::{Abort, AbortReason};
pub use exit::ExitState;
pub use layout::HostLayout;
pub use plugin::{Attached, Attachment, CompiledTrace, Description, Instance, Plugin, PluginRef};
pub use recording::{Effects, FunctionRef, Recording, TraceEnd, TraceEndKind, TraceKind};
pub use snapshot::{Representation, Snapshot, SnapshotEntry};
pub use trace_op::{Access, Condition, OpCode, TraceOp, ValueRef};

/// The version of this contract. `MAJOR` changes never, `MINOR` when operations or fields are appended.
pub const API_VERSION: ApiVersion = ApiVersion { major: 1, minor: 0 };

/// A version of the contract. Hosts and plugins each publish the range they work with.
#[repr(C)]
#[derive(abi_stable::StableAbi, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ApiVersion {
    /// Layout generation; both sides must share it.
    pub major: u16,
    /// Appended operations and fields.
    pub minor: u16,
}

impl std::fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}
