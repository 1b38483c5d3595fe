//! The three instances of the dispatch loop, as types whose constants the compiler folds.

/// What an instance does besides executing.
pub trait Mode {
    /// Hook sites look at their cells.
    const HOOKED: bool;
    /// Every instruction is shown to observers, and lowered for the recorder.
    const OBSERVED: bool;
}

/// Executes: a hook site is only its jump.
pub struct Plain;
/// Counts at hook sites and enters native code.
pub struct Hooked;
/// Reports or records each instruction. Native code is not entered.
pub struct Observed;

impl Mode for Plain {
    const HOOKED: bool = false;
    const OBSERVED: bool = false;
}

impl Mode for Hooked {
    const HOOKED: bool = true;
    const OBSERVED: bool = false;
}

impl Mode for Observed {
    const HOOKED: bool = false;
    const OBSERVED: bool = true;
}
