//! Ports.
//!
//! A port is a heap object that holds an index into the machine's table of ports ([`Ports`]); buffers, files and texts lie in
//! that table. Input is decoded from UTF-8 as it is read, so a port's bytes and characters may be mixed by those who must.
//!
//! What always holds:
//! * Output is never lost: everything is flushed when a port is closed, when the table is dropped and by [`flush_all`]; standard output is flushed
//!   before standard input is read.
//! * A primitive that fails has read or written nothing it would not read or write again.
//! * A port that the program has forgotten is closed by `Ports`'s occasional sweep.
//!
//! Read in this order: [`port`], [`ports`], [`current`], then the primitives: [`input`], [`read`], [`output`], [`files`].

pub mod current;
pub mod files;
pub mod input;
pub mod output;
pub mod port;
pub mod ports;
pub mod read;
#[cfg(test)]
mod tests;
mod wait;

pub use current::flush_all;
pub use port::Port;
pub use ports::Ports;
