//! What the emitter needs to know of a program, in three passes.
//!
//! * [`survey`] walks the program once: which variables are bound to lambda expressions, where those are called and to
//!   where each call returns, in which order a `letrec` can be initialized.
//! * [`contify`] decides which lambda expressions become code within another procedure's frame.
//! * [`closures`] walks again, as the emitter will, and finds free variables, cells, and closures that are constants.

pub mod closures;
pub mod contify;
pub mod survey;
