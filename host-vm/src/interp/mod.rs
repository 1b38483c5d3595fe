//! The interpreter: dispatch loop, value stack, continuations.
