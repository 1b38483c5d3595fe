//! From data with source positions to the core language: binding, macros, libraries.

pub mod core;
