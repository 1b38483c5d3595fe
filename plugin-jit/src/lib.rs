//! Limpet's plugin: a tracing just-in-time compiler that a host virtual machine meets only at run time.
//!
//! A host records hot code as *trace operations* (the crate `limpet-plugin-api`) and hands the recording over; the
//! plugin gives native code back. It knows a host by the layout facts alone: no name of a language stands in here.
//!
//! ```text
//!   recording -> build -> opt -> regalloc -> asm -> code
//!                 check    fold   straight    x86-64  W^X memory, exits,
//!                 slots    facts  line scan           links between traces
//!                 peel     memory
//!                          sink, dce
//! ```
//!
//! Read in this order: [`ir`] (the language of all stages), [`build`], [`opt`], [`regalloc`], [`asm`], [`code`],
//! [`compile`] (the way through them), [`plugin`] (what a host calls), [`dump`].

#[macro_use]
pub mod ir;

pub mod asm;
pub mod build;
pub mod code;
pub mod compile;
pub mod dump;
pub mod opt;
pub mod plugin;
pub mod regalloc;
