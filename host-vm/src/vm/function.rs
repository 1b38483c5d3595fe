//! Rust functions that Scheme calls.
//!
//! A function is an ordinary procedure in Scheme: one or two instructions around the primitive that calls the host. So it has a
//! name, a place in backtraces, an arity that is checked as everywhere, and traces go through the call. It is defined in
//! a library, so that program files, which have environments of their own, import it as they import anything.

use super::{Error, FromScheme, IntoScheme, Scope, Vm};
use crate::{
    runtime::{Raise, host::HostFunction},
    text::print::push_symbol,
    value::Word,
};
use std::fmt::Write;

/// Further arguments, any number of them: the last parameter of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rest<T>(pub Vec<T>);

/// An argument that may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Optional<T>(pub Option<T>);

/// How many arguments a parameter stands for.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Required,
    Optional,
    Rest,
}

/// The arguments of a call, as they are taken.
#[doc(hidden)]
#[derive(Debug)]
pub struct Arguments<'a> {
    name: &'a str,
    words: &'a [Word],
    next: usize,
}

impl Arguments<'_> {
    fn next<T: FromScheme>(&mut self, scope: &mut Scope<'_>) -> Result<T, Raise> {
        let word = self.words.get(self.next).copied().unwrap_or(Word::UNSPECIFIED);
        self.next += 1;
        if let Some(value) = T::from_scheme(scope, word) {
            return Ok(value);
        }
        let message = format!("argument {}: expected {}, got", self.next, T::expected());
        Err(scope.machine.error("wrong-type", self.name, &message, &[word]))
    }
}

/// What may be a parameter of a function: [`FromScheme`] types, [`Optional`] and [`Rest`].
pub trait Parameter: Sized {
    #[doc(hidden)]
    const KIND: Kind;
    #[doc(hidden)]
    fn take(scope: &mut Scope<'_>, arguments: &mut Arguments<'_>) -> Result<Self, Raise>;
}

impl<T: FromScheme> Parameter for T {
    const KIND: Kind = Kind::Required;

    fn take(scope: &mut Scope<'_>, arguments: &mut Arguments<'_>) -> Result<T, Raise> {
        arguments.next(scope)
    }
}

impl<T: FromScheme> Parameter for Optional<T> {
    const KIND: Kind = Kind::Optional;

    fn take(scope: &mut Scope<'_>, arguments: &mut Arguments<'_>) -> Result<Optional<T>, Raise> {
        if arguments.next < arguments.words.len() {
            arguments.next(scope).map(|v| Optional(Some(v)))
        } else {
            Ok(Optional(None))
        }
    }
}

impl<T: FromScheme> Parameter for Rest<T> {
    const KIND: Kind = Kind::Rest;

    fn take(scope: &mut Scope<'_>, arguments: &mut Arguments<'_>) -> Result<Rest<T>, Raise> {
        let mut values = Vec::new();
        while arguments.next < arguments.words.len() {
            values.push(arguments.next(scope)?);
        }
        Ok(Rest(values))
    }
}

/// Rust functions and closures that can be registered: up to six parameters, of types that are [`Parameter`]s, and a
/// value that is [`IntoScheme`], a `Result` for instance. `P` is the tuple of the parameters.
pub trait Function<P>: Send + 'static {
    #[doc(hidden)]
    const PARAMETERS: &'static [Kind];
    #[doc(hidden)]
    fn apply(&mut self, scope: &mut Scope<'_>, arguments: &mut Arguments<'_>) -> Result<Result<Word, String>, Raise>;
}

macro_rules! functions {
    ($(($($name:ident)*))*) => {$(
        impl<F, R, $($name),*> Function<($($name,)*)> for F
        where
            F: FnMut($($name),*) -> R + Send + 'static,
            R: IntoScheme,
            $($name: Parameter,)*
        {
            const PARAMETERS: &'static [Kind] = &[$($name::KIND),*];

            #[allow(non_snake_case, unused_variables)] // The parameters are named as their types.
            fn apply(&mut self, scope: &mut Scope<'_>, arguments: &mut Arguments<'_>) -> Result<Result<Word, String>, Raise> {
                $(let $name = $name::take(scope, arguments)?;)*
                let result = self($($name),*);
                Ok(result.into_scheme(scope))
            }
        }
    )*};
}

functions! { () (A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E G) }

/// A name as the reader takes it.
pub(super) fn symbol_text(name: &str) -> String {
    let mut text = String::new();
    push_symbol(&mut text, name);
    text
}

/// A library under construction; see [`Vm::library`].
pub struct Library<'vm> {
    vm: &'vm mut Vm,
    name: String,
    exports: Vec<String>,
    body: String,
    values: Vec<(String, super::Value)>,
    error: Option<Error>,
    is_imported: bool,
}

impl std::fmt::Debug for Library<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Library").field("name", &self.name).field("exports", &self.exports).finish_non_exhaustive()
    }
}

impl Library<'_> {
    /// Adds a function.
    #[must_use]
    pub fn function<P: 'static>(mut self, name: &str, mut function: impl Function<P>) -> Self {
        fn arity<P, F: Function<P>>(_: &F) -> (usize, Option<usize>) {
            let least = F::PARAMETERS.iter().filter(|&&kind| kind == Kind::Required).count();
            (least, (!F::PARAMETERS.contains(&Kind::Rest)).then_some(F::PARAMETERS.len()))
        }
        let (least, most) = arity(&function);
        let owned = name.to_owned();
        let called: HostFunction = Box::new(move |machine, words| {
            if words.len() < least || most.is_some_and(|most| words.len() > most) {
                return Err(machine.wrong_arity(&owned, least, most, words.len()));
            }
            match function
                .apply(&mut Scope { machine: &mut *machine }, &mut Arguments { name: &owned, words, next: 0 })?
            {
                Ok(word) => Ok(word),
                Err(message) => Err(machine.error("host", &owned, &message, &[])),
            }
        });
        let number = self.vm.machine.add_host_function(name, called);
        let name = symbol_text(name);
        let (parameters, call) = match most == Some(least) {
            true => {
                let parameters = (0..least).fold(String::new(), |text, i| format!("{text} a{i}"));
                (parameters.clone(), format!("(%call-host {number}{parameters})"))
            }
            false => (" . rest".to_owned(), format!("(%apply-host {number} rest)")),
        };
        let _ = writeln!(
            self.body,
            "(define ({name}{parameters}) (let ((result {call})) (if (%absent? result) (%raise-host) result)))"
        );
        self.exports.push(name);
        self
    }

    /// Adds a variable.
    #[must_use]
    pub fn value(mut self, name: &str, value: impl IntoScheme) -> Self {
        match self.vm.make(value) {
            Ok(value) => {
                let _ = writeln!(self.body, "(define {} #f)", symbol_text(name));
                self.exports.push(symbol_text(name));
                self.values.push((name.to_owned(), value));
            }
            Err(error) => self.error = self.error.or(Some(error)),
        }
        self
    }

    /// Makes the prompt, and with it [`Vm::eval`], import the library.
    #[must_use]
    pub fn imported(mut self) -> Self {
        self.is_imported = true;
        self
    }

    /// Makes the library known.
    ///
    /// # Errors
    /// When its name is none, two of its names are the same, or a value has no counterpart in Scheme.
    pub fn finish(self) -> Result<(), Error> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let Library { vm, name, exports, mut body, values, is_imported, .. } = self;
        // Values arrive as the results of host functions: they are given once, when the library's body runs.
        for (variable, value) in values {
            let value = std::sync::Mutex::new(Some(value));
            let function: HostFunction = Box::new(move |machine, _| {
                let value = value.lock().ok().and_then(|mut value| value.take());
                let word = value.and_then(|value| value.into_scheme(&mut Scope { machine }).ok());
                Ok(word.unwrap_or(Word::UNSPECIFIED))
            });
            let number = vm.machine.add_host_function(&variable, function);
            let _ = writeln!(body, "(set! {} (%call-host {number}))", symbol_text(&variable));
        }
        let exports = exports.join(" ");
        let text = format!("(define-library {name} (import (limpet core)) (export {exports}) (begin {body}))");
        vm.eval_word(&format!("(host {name})"), &text)?;
        // The body runs at the first import: now, so that an error is told here.
        let text = format!("(import {name})");
        match is_imported {
            true => vm.eval_word(&format!("(host {name})"), &text).map(|_| ()),
            false => Ok(()),
        }
    }
}

/// Rust functions for Scheme.
impl Vm {
    /// Defines a Rust function or closure as a procedure at the prompt and for [`Vm::eval`]. Parameters and result are
    /// typed; an `Err` becomes an error condition with its text, and so does a panic (where panics unwind).
    ///
    /// The function gets no way to run Scheme on this machine: to call back, return what the program is to do next.
    ///
    /// ```
    /// use limpet::vm::{Config, Rest, Vm};
    /// let mut vm = Vm::new(Config::default()).unwrap();
    /// let mut count = 0;
    /// vm.register("next!", move || { count += 1; count }).unwrap();
    /// vm.register("parse", |text: String| text.parse::<i64>()).unwrap();
    /// vm.register("join", |separator: String, parts: Rest<String>| parts.0.join(&separator)).unwrap();
    /// assert_eq!(vm.eval::<i64>("(next!) (+ (next!) (parse \"40\"))").unwrap(), 42);
    /// assert_eq!(vm.eval::<String>("(join \"-\" \"a\" \"b\" \"c\")").unwrap(), "a-b-c");
    /// assert_eq!(
    ///     vm.eval::<String>("(guard (e (#t (condition/report-string e))) (parse \"x\"))").unwrap(),
    ///     "parse: invalid digit found in string",
    /// );
    /// ```
    ///
    /// # Errors
    /// When the name is none.
    pub fn register<P: 'static>(&mut self, name: &str, function: impl Function<P>) -> Result<(), Error> {
        self.libraries += 1;
        let library = format!("(limpet-host {})", self.libraries);
        self.library(&library).function(name, function).imported().finish()
    }

    /// Begins a library of Rust functions and values, which programs import by its name.
    ///
    /// ```
    /// use limpet::vm::{Config, Vm};
    /// let mut vm = Vm::new(Config::default()).unwrap();
    /// vm.library("(game physics)")
    ///     .value("gravity", 9.81)
    ///     .function("fall-time", |height: f64| (2.0 * height / 9.81).sqrt())
    ///     .finish()
    ///     .unwrap();
    /// vm.run_program("drop.scm", "(import (scheme base) (game physics)) (if (> (fall-time gravity) 2) (car gravity))").unwrap();
    /// ```
    pub fn library(&mut self, name: &str) -> Library<'_> {
        Library {
            vm: self,
            name: name.to_owned(),
            exports: Vec::new(),
            body: String::new(),
            values: Vec::new(),
            error: None,
            is_imported: false,
        }
    }
}
