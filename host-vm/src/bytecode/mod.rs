//! Bytecode: the instruction table, code objects, the disassembler, the verifier, live registers.
//!
//! What always holds: [`ops`] is the only place that says what instructions exist; code is immutable once made, what
//! changes at run time (hook cells, constants' contents) lies beside it.
//!
//! Read in this order: [`ops`], [`kinds`], [`code`], [`builder`], [`disasm`], [`verify`], [`liveness`].

pub mod builder;
pub mod code;
pub mod disasm;
pub mod kinds;
pub mod liveness;
pub mod ops;
pub mod verify;
