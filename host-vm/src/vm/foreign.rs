//! Opaque Rust objects in Scheme.

use super::{Error, FromScheme, IntoScheme, Scope, Vm};
use crate::{machine::Machine, value::Word};
use std::{
    borrow::Cow,
    fmt,
    sync::{Arc, Mutex, MutexGuard, TryLockError},
};

/// Rust types whose values Scheme programs hold and pass around, but can't look into.
pub trait ForeignType: Send + 'static {
    /// What it is: `#<counter>` is how one is printed, `counter?` what [`Vm::register_type`] defines.
    const NAME: &'static str;
}

/// An opaque object: shared by the program and whoever in Rust has a copy of this. When the program has forgotten it (or
/// the machine is dropped) and no copy is left, the content is dropped.
///
/// ```
/// use limpet::vm::{Busy, Config, Foreign, ForeignType, Vm};
///
/// struct Counter(i64);
/// impl ForeignType for Counter {
///     const NAME: &'static str = "counter";
/// }
///
/// let mut vm = Vm::new(Config::default()).unwrap();
/// vm.register("make-counter", |start: i64| Foreign::new(Counter(start))).unwrap();
/// vm.register("count!", |counter: Foreign<Counter>| -> Result<i64, Busy> {
///     let mut counter = counter.borrow()?;
///     counter.0 += 1;
///     Ok(counter.0)
/// }).unwrap();
/// assert_eq!(vm.eval::<i64>("(define c (make-counter 5)) (count! c) (count! c)").unwrap(), 7);
/// assert_eq!(vm.global::<Foreign<Counter>>("c").unwrap().borrow().unwrap().0, 7);
/// let error = vm.eval::<i64>("(count! 5)").unwrap_err();
/// assert_eq!(error.message, "count!: argument 1: expected a counter, got 5");
/// ```
pub struct Foreign<T>(Arc<Mutex<T>>);

/// The object is borrowed already: passed twice to one call, or in use by another thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy;

impl fmt::Display for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object is in use")
    }
}

impl std::error::Error for Busy {}

impl<T> Clone for Foreign<T> {
    fn clone(&self) -> Foreign<T> {
        Foreign(self.0.clone())
    }
}

impl<T> fmt::Debug for Foreign<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Foreign").finish_non_exhaustive()
    }
}

impl<T: ForeignType> Foreign<T> {
    /// A new object.
    pub fn new(content: T) -> Foreign<T> {
        Foreign(Arc::new(Mutex::new(content)))
    }

    /// Access to the content, until the guard is dropped.
    ///
    /// # Errors
    /// When somebody has access already.
    pub fn borrow(&self) -> Result<MutexGuard<'_, T>, Busy> {
        match self.0.try_lock() {
            Ok(guard) => Ok(guard),
            Err(TryLockError::Poisoned(poisoned)) => Ok(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => Err(Busy),
        }
    }
}

fn content<T: ForeignType>(machine: &Machine, word: Word) -> Option<&Foreign<T>> {
    machine.foreign_content(word)?.downcast_ref()
}

impl<T: ForeignType> FromScheme for Foreign<T> {
    fn expected() -> Cow<'static, str> {
        let article = if T::NAME.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
        format!("{article} {}", T::NAME).into()
    }

    fn from_scheme(scope: &mut Scope<'_>, word: Word) -> Option<Foreign<T>> {
        content(scope.machine, word).cloned()
    }
}

impl<T: ForeignType> IntoScheme for Foreign<T> {
    fn into_scheme(self, scope: &mut Scope<'_>) -> Result<Word, String> {
        Ok(scope.machine.make_foreign(T::NAME, Box::new(self)))
    }
}

/// Whether a value is a foreign object of a type, for predicates.
struct Is<T>(bool, std::marker::PhantomData<fn() -> T>);

impl<T: ForeignType> FromScheme for Is<T> {
    fn expected() -> Cow<'static, str> {
        "anything".into()
    }

    fn from_scheme(scope: &mut Scope<'_>, word: Word) -> Option<Is<T>> {
        Some(Is(content::<T>(scope.machine, word).is_some(), std::marker::PhantomData))
    }
}

impl Vm {
    /// Defines the predicate of a type: `counter?` where [`ForeignType::NAME`] is `counter`.
    ///
    /// # Errors
    /// When the name is none.
    pub fn register_type<T: ForeignType>(&mut self) -> Result<(), Error> {
        self.register(&format!("{}?", T::NAME), |is: Is<T>| is.0)
    }
}
