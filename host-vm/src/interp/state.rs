//! The state of a running loop, and how instructions read it.
//!
//! A [`State`] lives in local variables of the loop: all its methods are inlined, and no reference to it is passed to
//! code that is not, so that the compiler keeps its fields in registers.
//!
//! Having a `State` is proof of the frame invariant (see [`super`]); so its accessors are safe functions.
#![allow(unsafe_code)] // Raw program counter and base.

use super::{Frame, Stop, error, mode::Mode, stubs};
use crate::{bytecode::code::Code, machine::Machine, runtime::Raise, value::Word};
use limpet_host_hooks::Recorder;
use limpet_plugin_api::AbortReason;
use std::{marker::PhantomData, sync::atomic::Ordering};

/// The first unit of an instruction.
#[derive(Clone, Copy)]
pub(crate) struct Unit(pub u32);

impl Unit {
    /// Bits 8 to 15.
    #[inline(always)]
    pub fn a(self) -> usize {
        (self.0 >> 8 & 0xff) as usize
    }

    /// Bits 16 to 23.
    #[inline(always)]
    pub fn b(self) -> usize {
        (self.0 >> 16 & 0xff) as usize
    }

    /// Bits 24 to 31.
    #[inline(always)]
    pub fn c(self) -> usize {
        (self.0 >> 24) as usize
    }

    /// Bits 24 to 31, signed.
    #[inline(always)]
    pub fn imm(self) -> i64 {
        (self.0 as i32 >> 24) as i64
    }

    /// Bits 16 to 31.
    #[inline(always)]
    pub fn k(self) -> usize {
        (self.0 >> 16) as usize
    }

    /// Bits 16 to 31, signed.
    #[inline(always)]
    pub fn imm16(self) -> i64 {
        (self.0 as i32 >> 16) as i64
    }
}

/// The state of the loop.
pub(crate) struct State<M> {
    pub(crate) machine: *mut Machine,
    pub(crate) pc: *const u32,
    pub(crate) base: *mut Word,
    /// The code of the closure in slot 0.
    pub(crate) code: *const Code,
    /// Number of arguments: from a call to the `Entry` it leads to.
    pub(crate) argc: usize,
    mode: PhantomData<M>,
}

impl<M> Clone for State<M> {
    #[inline(always)]
    fn clone(&self) -> State<M> {
        *self
    }
}

impl<M> Copy for State<M> {}

/// The code of the closure in slot 0 of a frame.
///
/// # Safety
/// `base` is the base of a frame.
#[inline(always)]
pub(crate) unsafe fn code_of(base: *mut Word) -> *const Code {
    // SAFETY: promised by the caller.
    unsafe { (*base).closure_code() }
}

impl<M: Mode> State<M> {
    /// Takes up where the machine stopped.
    ///
    /// # Safety
    /// `machine.stopped` keeps the frame invariant.
    #[inline(always)]
    pub(crate) unsafe fn new(machine: &mut Machine) -> State<M> {
        let (Frame { pc, base }, argc) = (machine.stopped, machine.argc);
        // SAFETY: promised by the caller.
        let code = unsafe { code_of(base) };
        State { machine, pc, base, code, argc, mode: PhantomData }
    }

    /// Runs a handler that is not inlined on a copy of the state, so that the state itself stays in registers.
    #[inline(always)]
    pub(crate) fn outline(&mut self, handler: impl FnOnce(&mut State<M>)) {
        let mut copy = *self;
        handler(&mut copy);
        *self = copy;
    }

    /// The machine. Not to be held while a register is read.
    #[inline(always)]
    pub(crate) fn machine(&mut self) -> &mut Machine {
        // SAFETY: the loop borrows the machine for its whole life, and this borrow ends before the next.
        unsafe { &mut *self.machine }
    }

    /// The instruction's first unit.
    #[inline(always)]
    pub(crate) fn fetch(&self) -> Unit {
        // SAFETY: the frame invariant.
        Unit(unsafe { *self.pc })
    }

    /// Unit `i` of the instruction.
    #[inline(always)]
    pub(crate) fn unit(&self, i: usize) -> u32 {
        // SAFETY: the frame invariant; handlers ask for units that their format has.
        unsafe { *self.pc.add(i) }
    }

    /// The content of a register.
    #[inline(always)]
    pub(crate) fn reg(&self, register: usize) -> Word {
        // SAFETY: the frame invariant.
        unsafe { *self.base.add(register) }
    }

    /// Sets a register.
    #[inline(always)]
    pub(crate) fn set(&mut self, register: usize, word: Word) {
        // SAFETY: the frame invariant.
        unsafe { *self.base.add(register) = word }
    }

    /// The address of a register.
    #[inline(always)]
    pub(crate) fn register(&self, register: usize) -> *mut Word {
        self.base.wrapping_add(register)
    }

    /// Constant `k` of the running code.
    #[inline(always)]
    pub(crate) fn constant(&self, k: usize) -> Word {
        // SAFETY: the frame invariant.
        unsafe { *(*self.code).constants.as_ptr().add(k) }
    }

    /// The running code.
    #[inline(always)]
    pub(crate) fn code(&self) -> &Code {
        // SAFETY: code lives as long as the machine, and is immutable but for its hook cells.
        unsafe { &*self.code }
    }

    /// Goes on behind this instruction of `units` units.
    #[inline(always)]
    pub(crate) fn advance(&mut self, units: usize) {
        self.pc = self.pc.wrapping_add(units);
    }

    /// Goes on at an offset from this instruction.
    #[inline(always)]
    pub(crate) fn jump(&mut self, offset: u32) {
        self.pc = self.pc.wrapping_offset(offset as i32 as isize);
    }

    /// Tells the machine where execution is: before anything that may collect or raise.
    #[inline(always)]
    pub(crate) fn sync(&mut self) {
        let (pc, base) = (self.pc, self.base);
        let machine = self.machine();
        machine.base = base;
        machine.pc = pc;
    }

    /// The frame, for a cold path.
    #[inline(always)]
    pub(crate) fn frame(&self) -> Frame {
        Frame { pc: self.pc, base: self.base }
    }

    /// Goes on in the frame that a cold path returned, with the arguments that it left in the machine.
    #[inline(always)]
    pub(crate) fn resume(&mut self, frame: Frame) {
        (self.pc, self.base) = (frame.pc, frame.base);
        self.argc = self.machine().argc;
        // SAFETY: cold paths return frames that keep the frame invariant.
        self.code = unsafe { code_of(self.base) };
    }

    /// Raises a condition at this instruction.
    #[inline(always)]
    pub(crate) fn raise(&mut self, raise: Raise) {
        let frame = error::raise(self.machine, self.frame(), raise);
        self.resume(frame);
    }

    /// Raises the error that argument `index` of `who` is of the wrong type.
    #[inline(always)]
    pub(crate) fn wrong_type(&mut self, who: &'static str, index: usize, value: Word) {
        let frame = error::wrong_type(self.machine, self.frame(), who, index, value);
        self.resume(frame);
    }

    /// Raises the error that argument `index` of `who` is out of range.
    #[inline(always)]
    pub(crate) fn out_of_range(&mut self, who: &'static str, index: usize, value: Word) {
        let frame = error::out_of_range(self.machine, self.frame(), who, index, value);
        self.resume(frame);
    }

    /// Leaves the loop; another instance goes on here.
    #[inline(always)]
    pub(crate) fn switch(&mut self) {
        let (frame, argc) = (self.frame(), self.argc);
        let machine = self.machine();
        (machine.stop, machine.stopped, machine.argc) = (Stop::Switch, frame, argc);
        self.pc = stubs::halt();
    }

    /// Whether interrupts are pending.
    #[inline(always)]
    pub(crate) fn is_interrupted(&mut self) -> bool {
        self.machine().safepoint.load(Ordering::Relaxed) != 0
    }

    /// The recorder, if this instance has one and a recording is under way.
    #[inline(always)]
    fn recorder<'a>(&mut self) -> Option<&'a mut Recorder> {
        // SAFETY: the recorder lives in the machine's hooks, which nothing else reaches while an instruction is
        // lowered: lowering reads registers and the heap only.
        unsafe { (*self.machine).hooks.as_mut()?.recorder() }
    }

    /// Describes this instruction to the recorder; nothing unless this instance records.
    #[inline(always)]
    pub(crate) fn lower(&mut self, lowering: impl FnOnce(&mut Recorder)) {
        if M::OBSERVED
            && let Some(recorder) = self.recorder()
        {
            lowering(recorder);
        }
    }

    /// Ends a recording before this instruction, which can't be recorded; it is executed by another instance. Comes
    /// before anything of the instruction is lowered or executed. False: nothing is recorded, execute it.
    #[inline(always)]
    pub(crate) fn leaves_recording(&mut self, reason: AbortReason, detail: &str) -> bool {
        if !self.records() {
            return false;
        }
        if let Some(hooks) = &mut self.machine().hooks {
            hooks.stop_leaving(reason, detail);
        }
        self.switch();
        true
    }

    /// The unit before this one.
    pub(crate) fn unit_before(&self) -> Unit {
        // SAFETY: asked for return addresses only, which have a unit before them.
        Unit(unsafe { *self.pc.sub(1) })
    }

    /// Writes the words of a bottom frame.
    pub(crate) fn set_frame_words(&mut self, return_address: *const u32) {
        // SAFETY: two slots below a base belong to the frame.
        unsafe {
            *self.base.sub(2) = Word::fixnum(0);
            *self.base.sub(1) = Word(return_address.expose_provenance() as u64);
        }
    }

    /// Whether this instance records now.
    #[inline(always)]
    pub(crate) fn records(&mut self) -> bool {
        M::OBSERVED && self.recorder().is_some()
    }
}
