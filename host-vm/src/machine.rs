//! The machine: everything of one virtual machine, in one value. Native code keeps its address in a register (the
//! *context* of the plugin contract), so its layout is C's and it never moves: it lives in a `Box`.

use crate::{bytecode::code::Code, value::Word};
use limpet_host_hooks::Hooks;
use std::sync::atomic::AtomicU32;

/// One virtual machine.
#[repr(C)]
pub struct Machine {
    /// Base of the running frame, as of the last point where the interpreter or native code told.
    pub base: *mut Word,
    /// Slots at or beyond this address must not be written.
    pub stack_limit: *mut Word,
    /// Not zero: interrupts are pending, traces leave at their next safepoint.
    pub safepoint: AtomicU32,
    /// The condition raised by a primitive that returned `Word::FAILURE`.
    pub pending: Word,
    /// Values of global variables: `Global` objects, by `GlobalId`. Roots.
    pub globals: Vec<Word>,
    /// Every code object. Their constants are roots.
    pub codes: Vec<Box<Code>>,
    /// Hook points.
    pub hooks: Option<Box<Hooks>>,
}
