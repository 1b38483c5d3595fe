//! The library in Rust: primitives, leaves with declared effects. What a hot loop may pass through is written in Scheme
//! (`src/lib/*.scm`), so that traces go through it.
//!
//! What always holds: a primitive checks all its arguments before it changes anything, so that a trace whose call
//! failed can leave and the interpreter execute the call again; it never calls back into the interpreter.

pub mod condition;
pub mod number;
pub mod primitive;

pub use primitive::{Arity, Primitive, Raise};
