//! Hook points for virtual machines.

/// A hook cell.
#[repr(C)]
#[derive(Clone, Debug, Default)]
pub struct HookCell {
    /// Native entry or 0.
    pub entry: u64,
    /// Counter.
    pub counter: u32,
    /// State.
    pub state: u32,
    /// Trace.
    pub trace: u64,
}

/// All hooks of a virtual machine.
pub struct Hooks;
