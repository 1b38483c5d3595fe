//! Limpet's plugin: a tracing just-in-time compiler that a host virtual machine meets only at run time.

#[macro_use]
pub mod build;
pub mod ir;
pub mod opt;
