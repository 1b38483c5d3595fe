//! From the core language to bytecode.
