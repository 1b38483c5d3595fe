//! Limpet Scheme: a small fast R7RS Scheme for scripts and for embedding in Rust programs.
//!
//! The way of the data, each arrow one owned value, no stage calling backwards:
//!
//! ```text
//! text -> reader -> expander -> compiler -> code objects -> interpreter
//!   -> hot site -> recording -> [plugin] -> trace entry -> exit -> interpreter
//! ```

pub mod bytecode;
pub mod cli;
pub mod compile;
pub mod expand;
pub mod front;
pub mod gc;
pub mod interp;
pub mod jit;
pub mod machine;
pub mod object;
pub mod runtime;
pub mod text;
pub mod value;
pub mod vm;
