//! Handles: values that Rust holds.

use super::{Error, ErrorKind, FromScheme, IntoScheme, Scope, Vm};
use crate::{
    runtime::{
        host::Handles,
        print::{self, Style},
    },
    value::Word,
};
use std::sync::Arc;

/// A value of a machine. The object lives as long as a handle to it, or until the machine is dropped.
///
/// A handle says nothing without its machine: [`Vm::get`], [`Vm::call`] and the like take both. It may be cloned, sent
/// to other threads and dropped anywhere, even after the machine. The handle of one machine given to another is an
/// error, never a wrong object.
#[derive(Clone)]
pub struct Value(Arc<Slot>);

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Value").finish_non_exhaustive()
    }
}

struct Slot {
    handles: Handles,
    index: usize,
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.handles.release(self.index);
    }
}

impl Value {
    pub(super) fn new(handles: &Handles, word: Word) -> Value {
        Value(Arc::new(Slot { handles: handles.clone(), index: handles.keep(word) }))
    }

    /// The word, if this is a handle of the machine with these handles.
    pub(super) fn word(&self, handles: &Handles) -> Option<Word> {
        self.0.handles.is_same(handles).then(|| self.0.handles.get(self.0.index))
    }
}

/// Looking at values, and making them.
impl Vm {
    pub(super) fn handle(&self, word: Word) -> Value {
        Value::new(&self.machine.runtime.host.handles, word)
    }

    pub(super) fn word(&self, value: &Value) -> Result<Word, Error> {
        value
            .word(&self.machine.runtime.host.handles)
            .ok_or_else(|| Error::new(ErrorKind::WrongType, "the value belongs to another machine"))
    }

    pub(super) fn convert<T: FromScheme>(&mut self, word: Word) -> Result<T, Error> {
        if let Some(value) = T::from_scheme(&mut Scope { machine: &mut self.machine }, word) {
            return Ok(value);
        }
        let shown = print::to_string_within(&self.machine, word, Style::Write, 200);
        Err(Error::new(ErrorKind::WrongType, format!("expected {}, got {shown}", T::expected())))
    }

    /// The Rust value of a Scheme value.
    ///
    /// # Errors
    /// When it is no `T`.
    pub fn get<T: FromScheme>(&mut self, value: &Value) -> Result<T, Error> {
        let word = self.word(value)?;
        self.convert(word)
    }

    /// The Scheme value of a Rust value.
    ///
    /// # Errors
    /// When it has none.
    pub fn make(&mut self, value: impl IntoScheme) -> Result<Value, Error> {
        match value.into_scheme(&mut Scope { machine: &mut self.machine }) {
            Ok(word) => Ok(self.handle(word)),
            Err(message) => Err(Error::new(ErrorKind::WrongType, message)),
        }
    }

    /// The value as `write` shows it.
    pub fn show(&self, value: &Value) -> String {
        self.text(value, Style::Write)
    }

    /// The value as `display` shows it.
    pub fn display(&self, value: &Value) -> String {
        self.text(value, Style::Display)
    }

    fn text(&self, value: &Value, style: Style) -> String {
        match self.word(value) {
            Ok(word) => print::to_string_within(&self.machine, word, style, self.machine.heap.config().limit),
            Err(error) => format!("#<{}>", error.message),
        }
    }

    /// The values that an expression returned: none where it is unspecified, several where `values` made them.
    pub fn values(&self, value: &Value) -> Vec<Value> {
        match self.word(value) {
            Ok(Word::UNSPECIFIED) | Err(_) => Vec::new(),
            Ok(word) if word.is_values() => word.fields().iter().map(|&word| self.handle(word)).collect(),
            Ok(_) => vec![value.clone()],
        }
    }
}
