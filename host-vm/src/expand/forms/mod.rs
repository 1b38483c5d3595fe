//! The built-in forms, in families; each goes straight to the core language.

mod bindings;
mod conditional;
mod control;
mod keywords;
mod procedure;
mod values;
