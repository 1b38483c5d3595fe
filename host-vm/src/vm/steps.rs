//! A limit of the number of instructions that a program may execute.
//!
//! Steps are counted by a dispatch observer: while a limit is set the interpreter runs its observed instance, which shows
//! every instruction, and native code is not entered. So the count is the same at every run of the same program, and
//! whoever sets no limit pays nothing for it.

use super::{Error, ErrorKind, Vm};
use crate::machine::{InterruptHandle, interrupt};
use limpet_host_hooks::{DispatchObserver, ObserverId};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// A limit in force.
pub(super) struct StepLimit {
    limit: u64,
    left: Arc<AtomicU64>,
    observer: ObserverId,
}

impl StepLimit {
    /// A new run begins.
    pub(super) fn refill(&self) {
        self.left.store(self.limit, Ordering::Relaxed);
    }
}

struct Counter {
    left: Arc<AtomicU64>,
    handle: InterruptHandle,
}

impl DispatchObserver for Counter {
    fn instruction(&mut self, _: u64) {
        // One thread counts; the atomic is there for the owner, who looks when nothing runs.
        match self.left.load(Ordering::Relaxed) {
            0 => {}
            1 => {
                self.left.store(0, Ordering::Relaxed);
                self.handle.request(interrupt::STEPS);
            }
            left => self.left.store(left - 1, Ordering::Relaxed),
        }
    }
}

impl Vm {
    /// Ends each later run ([`Vm::eval`], [`Vm::call`] …) at the first loop or procedure entry after so many
    /// instructions with [`ErrorKind::StepLimit`]; `None`: never. Handlers and `dynamic-wind`s of the program do
    /// not run any more then, and the machine can be used further.
    ///
    /// Counting makes the interpreter slower, and native code is not used meanwhile.
    ///
    /// ```
    /// use limpet::vm::{Config, ErrorKind, Vm};
    /// let mut vm = Vm::new(Config::default()).unwrap();
    /// vm.set_step_limit(Some(10_000)).unwrap();
    /// assert_eq!(vm.eval::<()>("(let loop () (loop))").unwrap_err().kind, ErrorKind::StepLimit);
    /// assert_eq!(vm.eval::<i64>("(+ 1 2)").unwrap(), 3);
    /// assert!(vm.steps_left().unwrap() > 9_900);
    /// ```
    ///
    /// # Errors
    /// When this machine was built without hooks, which do the counting.
    pub fn set_step_limit(&mut self, limit: Option<u64>) -> Result<(), Error> {
        if cfg!(not(feature = "hooks")) && limit.is_some() {
            return Err(Error::new(ErrorKind::StepLimit, "this machine was built without hooks, which count steps"));
        }
        if let Some(steps) = self.steps.take() {
            self.machine.hooks_mut().remove_observer(steps.observer);
        }
        if let Some(limit) = limit {
            // The library is loaded when it is first used; that is not the program's doing.
            self.eval::<()>("#t")?;
            let left = Arc::new(AtomicU64::new(limit));
            let counter = Counter { left: left.clone(), handle: self.interrupt_handle() };
            let observer = self.machine.hooks_mut().add_observer(Box::new(counter));
            self.steps = Some(StepLimit { limit, left, observer });
        }
        self.machine.hooks_changed();
        Ok(())
    }

    /// How many steps the last run has left, if there is a limit.
    pub fn steps_left(&self) -> Option<u64> {
        self.steps.as_ref().map(|steps| steps.left.load(Ordering::Relaxed))
    }
}
