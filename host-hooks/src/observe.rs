//! Dispatch observers: Rust code that asks to see every instruction (profiling, coverage, debugging).
//!
//! While any is attached the host runs its observed instance everywhere, and native code is not entered. Nobody pays
//! for an observer that is not there.

/// Sees every instruction before it is executed.
pub trait DispatchObserver {
    /// The instruction at `resume` is about to be executed.
    fn instruction(&mut self, resume: u64);
}

/// Names an attached observer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObserverId(u64);

/// The observers of one VM.
#[derive(Default)]
pub(crate) struct Observers {
    list: Vec<(ObserverId, Box<dyn DispatchObserver>)>,
    next: u64,
}

impl Observers {
    pub(crate) fn add(&mut self, observer: Box<dyn DispatchObserver>) -> ObserverId {
        let id = ObserverId(self.next);
        self.next += 1;
        self.list.push((id, observer));
        id
    }

    pub(crate) fn remove(&mut self, id: ObserverId) -> Option<Box<dyn DispatchObserver>> {
        let at = self.list.iter().position(|(other, _)| *other == id)?;
        Some(self.list.remove(at).1)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(crate) fn instruction(&mut self, resume: u64) {
        for (_, observer) in &mut self.list {
            observer.instruction(resume);
        }
    }
}
