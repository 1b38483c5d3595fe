//! What native code leaves behind when it returns to the host.

use abi_stable::StableAbi;

/// The state at an exit. The plugin has already written the slots of the snapshot.
#[repr(C)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExitState {
    /// The trace that was left (a side trace, if execution had moved on to one).
    pub trace: u32,
    /// The exit, numbered from 0 in each trace; [`ExitState::END`] for the end of a trace of kind `Leave`.
    pub exit: u32,
    /// Where the interpreter goes on.
    pub resume: u64,
    /// The interpreter's base: address of slot 0.
    pub base: u64,
}

impl ExitState {
    /// In `exit`: the trace came to its end (it does not count as a side exit that may grow hot).
    pub const END: u32 = u32::MAX;

    /// Before a first entry.
    pub const fn empty() -> ExitState {
        ExitState { trace: 0, exit: 0, resume: 0, base: 0 }
    }
}
