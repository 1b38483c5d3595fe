//! Text to data: sources, lexer, reader, with positions.
//!
//! [`reader::Reader`] turns the text of a [`source::Source`] into data in a [`tree::Tree`], one datum per call. The
//! syntax is that of R7RS with a few additions: `[ ]`, `#:keyword`, `#!optional` and its like, `#'` and its like.
//! Errors are [`error::SyntaxError`]s, with line and column in characters.
//!
//! Order to read in: `tree`, `cursor`, `lexer` (with `number`, `quoted`, `character`), `labels`, `reader`, and `print` for the
//! way back.

pub mod character;
mod cursor;
pub mod error;
mod labels;
pub(crate) mod lexer;
pub mod number;
pub mod print;
mod quoted;
pub mod reader;
pub mod source;
pub mod tree;

pub use character::unicode;

#[cfg(test)]
mod tests;
