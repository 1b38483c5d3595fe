//! How a program ended, other than by a value, with everything that can be told about it.

use super::{Value, Vm};
use crate::{
    bytecode::code::Position,
    interp::backtrace::{Backtrace, Entry},
    runtime::{condition, describe_condition},
    value::Word,
};
use std::fmt;

/// What kind of end it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The text is no program.
    Syntax,
    /// A condition that nobody handled.
    Condition,
    /// The program called `exit` with this status.
    Exit(i32),
    /// It was stopped by an [`InterruptHandle`](super::InterruptHandle).
    Interrupted,
    /// It has used up its steps ([`Vm::set_step_limit`]).
    StepLimit,
    /// A value is not of the type that Rust asked for, or has no counterpart in Scheme.
    WrongType,
    /// A file can't be read.
    File,
}

/// A place in a source, with the text of its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Name of the source: a path, or what the embedder called it.
    pub source: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in characters.
    pub column: u32,
    /// The line.
    pub text: Option<String>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.source, self.line, self.column)
    }
}

/// A call that has not returned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Name of the procedure; empty if it has none.
    pub procedure: String,
    /// Where it is, if that is known.
    pub place: Option<Place>,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.procedure.is_empty() { "a procedure" } else { &self.procedure })?;
        match &self.place {
            Some(place) => write!(f, " ({place})"),
            None => Ok(()),
        }
    }
}

/// A line of a backtrace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TraceLine {
    /// A call.
    Call(Call),
    /// The last `calls` calls come so many times more.
    Repeated {
        /// The calls that repeat.
        calls: Vec<Call>,
        /// How often they do.
        times: u64,
    },
    /// So many calls are left out.
    Skipped(u64),
}

impl fmt::Display for TraceLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TraceLine::Call(call) => write!(f, "in {call}"),
            TraceLine::Repeated { calls, times } => match &calls[..] {
                [call] => write!(f, "... {} more of {call}", grouped(*times)),
                calls => write!(f, "... {} more rounds of the last {} calls", grouped(*times), calls.len()),
            },
            TraceLine::Skipped(count) => write!(f, "... {} more calls", grouped(*count)),
        }
    }
}

/// A number with commas: `9,998`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The reason in an error of the system: `No such file or directory`, without the number that tells people nothing.
pub(crate) fn system_reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}

/// Something went wrong.
///
/// ```
/// use limpet::vm::{Config, ErrorKind, Vm};
/// let mut vm = Vm::new(Config::default()).unwrap();
/// let error = vm.eval_named::<()>("rules.scm", "(define (f x)\n  (vector-ref x 9))\n(f (vector 1))").unwrap_err();
/// assert_eq!(error.kind, ErrorKind::Condition);
/// let place = error.place.as_ref().unwrap();
/// assert_eq!((place.source.as_str(), place.line, place.column), ("rules.scm", 2, 3));
/// let condition = error.condition.as_ref().unwrap();
/// let kind = vm.eval::<limpet::vm::Value>("condition-kind").unwrap();
/// assert_eq!(vm.call::<limpet::vm::Symbol>(&kind, (condition,)).unwrap().0, "out-of-range");
/// ```
#[derive(Clone, Debug)]
pub struct Error(Box<Details>);

/// What an [`Error`] tells.
#[derive(Clone, Debug)]
pub struct Details {
    /// What kind of end it was.
    pub kind: ErrorKind,
    /// One line.
    pub message: String,
    /// Another line that may help, or nothing.
    pub hint: Option<String>,
    /// Where, if that is known.
    pub place: Option<Place>,
    /// The calls that led there, innermost first.
    pub backtrace: Vec<TraceLine>,
    /// The object that was raised.
    pub condition: Option<Value>,
}

impl std::ops::Deref for Error {
    type Target = Details;

    fn deref(&self) -> &Details {
        &self.0
    }
}

impl std::ops::DerefMut for Error {
    fn deref_mut(&mut self) -> &mut Details {
        &mut self.0
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(f, "{place}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for Error {}

impl Error {
    /// An error that no place is known of.
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Error {
        let (message, backtrace) = (message.into(), Vec::new());
        Error(Box::new(Details { kind, message, hint: None, place: None, backtrace, condition: None }))
    }
}

impl Vm {
    pub(super) fn place(&self, position: Position) -> Option<Place> {
        let (source, text) = self.machine.front.as_ref()?.place(position)?;
        Some(Place { source, line: position.line, column: position.column, text: Some(text) })
    }

    /// The error of a condition that nobody handled.
    pub(super) fn uncaught(&mut self, condition: Word) -> Error {
        let message = describe_condition(&self.machine, condition);
        let mut error = self.traced(Error::new(ErrorKind::Condition, message));
        error.hint = self.hint(condition);
        error.condition = Some(self.handle(condition));
        error
    }

    /// Adds the frames in which the run ended.
    pub(super) fn traced(&mut self, mut error: Error) -> Error {
        let Backtrace { entries } = std::mem::take(&mut self.machine.exit_backtrace);
        // The last frames, with what is not shown of them: a repetition counts these as well.
        let mut calls: Vec<Option<Call>> = Vec::new();
        for entry in entries {
            match entry {
                Entry::Frame(frame) => {
                    let place = frame.position.and_then(|position| self.place(position));
                    // Frames of the library itself, such as `raise`, say nothing to the program's author.
                    let call = place.filter(|place| !place.source.starts_with('(')).map(|place| {
                        let is_program = frame.procedure.is_empty();
                        let procedure = if is_program { "program".to_owned() } else { frame.procedure };
                        // A procedure that was not entered, for wrong arguments, is not to blame: its caller is.
                        if frame.is_entered && error.place.is_none() {
                            error.place = Some(place.clone());
                        }
                        Call { procedure, place: Some(place) }
                    });
                    error.backtrace.extend(call.clone().map(TraceLine::Call));
                    calls.push(call);
                }
                Entry::Repeated { frames, times } => {
                    let calls: Vec<Call> = calls[calls.len() - frames..].iter().flatten().cloned().collect();
                    if !calls.is_empty() {
                        error.backtrace.push(TraceLine::Repeated { calls, times });
                    }
                }
                Entry::Skipped(count) => error.backtrace.push(TraceLine::Skipped(count)),
            }
        }
        if error.place.is_none()
            && let Some(TraceLine::Call(call)) = error.backtrace.first()
        {
            error.place = call.place.clone();
        }
        error
    }

    /// Names like the one that is not bound.
    fn hint(&mut self, raised: Word) -> Option<String> {
        if !self.machine.is_condition(raised) {
            return None;
        }
        let (kind, message) = (raised.record_ref(condition::KIND), raised.record_ref(condition::MESSAGE));
        let is_unbound = kind.is_symbol() && kind.field(0).string_is("unbound");
        if !is_unbound || !message.is_string() || !message.string_is("unbound variable:") {
            return None;
        }
        let name = raised.record_ref(condition::IRRITANTS).iter_list().next()?;
        let names = self.machine.front.as_ref()?.expander.near_names(&name.symbol_name());
        let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
        let (last, others) = names.split_last()?;
        Some(match others {
            [] => format!("did you mean {last}?"),
            others => format!("did you mean {} or {last}?", others.join(", ")),
        })
    }
}
