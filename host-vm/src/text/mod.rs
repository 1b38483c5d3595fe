//! Text to data: sources, lexer, reader, with positions.
//!
//! [`reader::Reader`] turns the text of a [`source::Source`] into data in a [`tree::Tree`], one datum per call.

pub mod error;
pub mod reader;
pub mod source;
pub mod tree;
