//! Errors in the form of a program, found by the reader or the expander.

use crate::bytecode::code::Position;

/// What is wrong with the form of a program, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// One sentence in lower case without a full stop; it does not repeat the position.
    pub message: String,
    /// Where.
    pub position: Position,
}

impl SyntaxError {
    /// An error at a position.
    pub fn new(message: impl Into<String>, position: Position) -> SyntaxError {
        SyntaxError { message: message.into(), position }
    }
}

impl std::fmt::Display for SyntaxError {
    /// Line, column and message; the name of the source is known to [`Sources`](super::source::Sources) only.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}:{}: {}", self.position.line, self.position.column, self.message)
    }
}

impl std::error::Error for SyntaxError {}
