//! Why a machine may move to another thread.
#![allow(unsafe_code)] // One `unsafe impl`.

use super::Vm;

// SAFETY: a machine is one value: its raw pointers lead to memory that it owns (heap, value stack, code objects, itself in
// its box), and its `Rc`s have all their clones within it. What Rust programs put in is `Send` by the bounds of
// `Function` and `ForeignType`, or reached through handles that are synchronized (`Handles`, `InterruptHandle`); the
// observers of its hooks are made by this crate, since a `Vm` gives nobody access to its `Machine`. A plugin's state
// belongs to one machine and is called by one thread at a time, which its contract asks it to be fit for. Nothing is
// kept about threads: the bounds of the native stack are asked of the thread that collects.
unsafe impl Send for Vm {}
