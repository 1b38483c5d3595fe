//! Ports.
//!
//! A port is a heap object that holds an index into the machine's table of ports ([`Ports`]); buffers, files and texts lie in
//! that table. Text is UTF-8, whatever the environment says. Input is decoded as it is read; bytes that are no UTF-8 are read as
//! U+FFFD by characters and lines, and are an error of `read`.
//!
//! What always holds:
//! * Output is never lost: everything is flushed when a port is closed, when the table is dropped and by [`flush_all`]; standard output is flushed
//!   before standard input is read.
//! * A primitive that fails has read or written nothing it would not read or write again.
//! * A port that the program has forgotten is closed by `Ports`'s occasional sweep, or when the system has no more files.
//! * A sink that could not be written to stays failed, and each writing says so. Only that nobody reads standard output any more
//!   is no condition: the program ends.
//!
//! Read in this order: [`port`], [`ports`], [`current`], then the primitives: [`input`], [`read`], [`output`], [`files`],
//! [`file_system`], [`processes`].

pub mod current;
pub mod file_system;
pub mod files;
pub mod input;
pub mod output;
pub mod port;
pub mod ports;
pub mod processes;
pub mod read;
#[cfg(test)]
mod tests;
mod wait;

pub use current::{end_line, flush_all};
pub use port::Port;
pub use ports::Ports;
