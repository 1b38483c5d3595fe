//! What a host calls in a plugin.
//!
//! Every function catches its own panics: none crosses the boundary (a panic through `extern "C"` ends the process).

use crate::{ApiVersion, abort::Abort, exit::ExitState, layout::HostLayout, recording::Recording, trace_op::OpCode};
use abi_stable::{
    StableAbi,
    library::RootModule,
    package_version_strings,
    sabi_types::VersionStrings,
    std_types::{RResult, RString, RVec},
};

/// What a plugin says of itself before it is attached.
#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct Description {
    /// The plugin's name.
    pub name: RString,
    /// The plugin's own version.
    pub version: RString,
    /// Lowest version of the contract it works with.
    pub oldest_api: ApiVersion,
    /// Highest version of the contract it works with.
    pub newest_api: ApiVersion,
    /// The trace operations it knows.
    pub operations: RVec<OpCode>,
    /// Architecture and back end, for `limpet jit`.
    pub target: RString,
}

/// What a host says when it attaches a plugin.
#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct Attachment {
    /// The version both sides agreed on.
    pub api: ApiVersion,
    /// The host's layout facts.
    pub layout: HostLayout,
    /// `LIMPET_JIT_OPTIONS`: tunables as `name=value,…`. Those of the host are skipped by the plugin.
    pub options: RString,
    /// `LIMPET_JIT_DUMP`: stages, optionally `:FILE`.
    pub dump: RString,
}

/// A plugin attached to one virtual machine. Opaque to the host; used from one thread at a time.
#[repr(transparent)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instance(pub *mut core::ffi::c_void);

/// Enters native code at `entry` and returns at an exit, whose state it writes to `exit`.
pub type EnterFunction = unsafe extern "C" fn(context: *mut u8, base: *mut u64, entry: *const u8, exit: *mut ExitState);

/// The result of attaching.
#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct Attached {
    /// The instance.
    pub instance: Instance,
    /// Address of an [`EnterFunction`].
    pub enter: u64,
    /// One line for each option that was unknown or out of range.
    pub warnings: RVec<RString>,
}

/// A trace in native code.
#[repr(C)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompiledTrace {
    /// Identity, numbered from 0 in each instance.
    pub id: u32,
    /// Where a root trace is entered. 0 for a side trace: its parent's exit now jumps to it.
    pub entry: u64,
    /// Number of exits.
    pub exits: u32,
    /// Bytes of code.
    pub code_size: u32,
}

/// The table of functions that a plugin exports as its root module.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = PluginRef)))]
pub struct Plugin {
    /// Says what the plugin is.
    pub describe: extern "C" fn() -> Description,
    /// Attaches to a virtual machine; an error is one line of text.
    pub attach: extern "C" fn(attachment: &Attachment) -> RResult<Attached, RString>,
    /// Compiles a recording. A side trace is linked to its parent's exit at once.
    pub compile: extern "C" fn(instance: Instance, recording: &Recording) -> RResult<CompiledTrace, Abort>,
    /// Counters of the plugin as a JSON object.
    pub statistics: extern "C" fn(instance: Instance) -> RString,
    /// Gives everything back, the code memory included. No trace may be running.
    #[sabi(last_prefix_field)]
    pub detach: extern "C" fn(instance: Instance),
}

impl RootModule for PluginRef {
    abi_stable::declare_root_module_statics! {PluginRef}
    const BASE_NAME: &'static str = "limpet_jit";
    const NAME: &'static str = "limpet_jit";
    const VERSION_STRINGS: VersionStrings = package_version_strings!();
}
