//! Running Scheme from Rust: the driver that keeps the right instance of the loop going.
#![allow(unsafe_code)] // Builds the first frame, enters the loop.

#[cfg(feature = "hooks")]
use super::mode::{Hooked, Observed};
use super::{Frame, Stop, dispatch, mode::Plain, state::code_of, stubs};
use crate::{bytecode::code::Code, gc, machine::Machine, value::Word};

/// How a program ended, other than by a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// It asked to: with this exit status.
    Status(i32),
    /// A condition that nobody handled.
    Uncaught(Word),
    /// It was ended from outside.
    Stopped(StopReason),
}

/// Why a run was ended from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// Somebody asked for it ([`crate::machine::InterruptHandle::stop`]).
    Interrupted,
    /// It has used up its steps.
    Steps,
}

impl Machine {
    /// Runs a code object without captures and parameters, such as a compiled top-level form.
    ///
    /// # Errors
    /// When the program ends otherwise than by a value.
    pub fn run(&mut self, code: *const Code) -> Result<Word, Exit> {
        let thunk = self.make_closure(code, &[]);
        self.call(thunk, &[])
    }

    /// Calls a procedure. Primitives must not: they are leaves.
    ///
    /// # Errors
    /// When the program ends otherwise than by a value.
    pub fn call(&mut self, procedure: Word, arguments: &[Word]) -> Result<Word, Exit> {
        let list = self.list(arguments);
        let (outer_base, outer_pc, outer_continuation) = (self.base, self.pc, self.continuation);
        let outer_arguments_end = self.arguments_end;
        let bottom = self.stack_top();
        let outer_bottom = self.stack.replace_bottom(bottom);
        let base = bottom.wrapping_add(2);
        let stub = self.apply_stub;
        // SAFETY: there is room for a small frame above every frame, in the reserve; below the base go its frame words.
        unsafe {
            *bottom = Word::fixnum(0);
            *bottom.add(1) = Word(stubs::underflow().expose_provenance() as u64);
            *base = stub;
            *base.add(1) = procedure;
            *base.add(2) = list;
            self.stopped = Frame { pc: (*code_of(base)).entry, base };
        }
        (self.base, self.argc, self.continuation) = (base, 2, Word::FALSE);
        self.arguments_end = base.wrapping_add(3);
        let result = self.execute();
        self.stack.replace_bottom(outer_bottom);
        (self.base, self.pc, self.continuation) = (outer_base, outer_pc, outer_continuation);
        self.arguments_end = outer_arguments_end;
        result
    }

    /// Runs one instance of the loop after the other until the program ends.
    fn execute(&mut self) -> Result<Word, Exit> {
        loop {
            self.enter_loop();
            match self.stop {
                Stop::Switch => {}
                Stop::Halted => return Ok(std::mem::replace(&mut self.result, Word::UNSPECIFIED)),
                Stop::Exit => return Err(self.exit.take().unwrap_or(Exit::Status(0))),
            }
        }
    }

    /// The instance that is wanted now.
    #[cfg(feature = "hooks")]
    fn enter_loop(&mut self) {
        let (observed, hooked) = match &self.hooks {
            Some(_) if self.nested_runs > 0 => (false, false),
            Some(hooks) => (hooks.is_recording() || hooks.is_observed(), hooks.wants_hooks()),
            None => (false, false),
        };
        self.above_this_stack(|machine| {
            // SAFETY: the loop left a frame that keeps the invariant, or `call` built one.
            unsafe {
                match (observed, hooked) {
                    (true, _) => dispatch::run::<Observed>(machine),
                    (false, true) => dispatch::run::<Hooked>(machine),
                    (false, false) => dispatch::run::<Plain>(machine),
                }
            }
        });
    }

    /// There is one instance.
    #[cfg(not(feature = "hooks"))]
    fn enter_loop(&mut self) {
        // SAFETY: the loop left a frame that keeps the invariant, or `call` built one.
        self.above_this_stack(|machine| unsafe { dispatch::run::<Plain>(machine) });
    }

    /// Notes where the native stack of whoever runs the loop begins.
    fn above_this_stack(&mut self, mut run: impl FnMut(&mut Machine)) {
        let outer = self.native_low;
        gc::with_saved_registers(&mut |low| {
            self.native_low = low;
            run(self);
        });
        self.native_low = outer;
    }
}
