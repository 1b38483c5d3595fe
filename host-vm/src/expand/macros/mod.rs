//! Macros: `syntax-rules`, and macros whose transformers are procedures.
//!
//! Order to read: [`rules`] (patterns and templates, compiled), [`matching`] (using them); [`procedural`] (transformers and
//! the forms that define macros), [`syntax_case`] (the forms that transformers are written with), [`host`] (running them),
//! [`objects`] (syntax objects for running programs).

pub mod host;
pub mod matching;
pub mod objects;
mod procedural;
pub mod rules;
mod syntax_case;
