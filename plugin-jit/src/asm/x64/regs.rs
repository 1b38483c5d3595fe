//! Registers of x86-64 and their roles.

use crate::regalloc::{Register, RegisterFile, RegisterSet};

/// `rax`: results of calls, dividends.
pub const RAX: u8 = 0;
/// `rcx`: counts of shifts.
pub const RCX: u8 = 1;
/// `rdx`: remainders.
pub const RDX: u8 = 2;
/// `rsp`: the native frame.
pub const RSP: u8 = 4;
/// `rbp`: the interpreter's base.
pub const BASE: u8 = 5;
/// `r11`: scratch.
pub const SCRATCH: u8 = 11;
/// `r13`: the host's context.
pub const CONTEXT: u8 = 13;
/// `xmm15`: scratch.
pub const FLOAT_SCRATCH: u8 = 15;

/// Arguments of C functions (System V).
pub const ARGUMENTS: [u8; 6] = [7, 6, 2, 1, 8, 9];
/// Floating-point arguments of C functions.
pub const FLOAT_ARGUMENTS: usize = 8;

/// Names of the general registers.
pub const NAMES: [&str; 16] =
    ["rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"];

/// The registers that values may be in. Those that calls destroy come first: most values do not live across calls.
pub fn file() -> RegisterFile {
    RegisterFile {
        ints: [0, 1, 2, 6, 7, 8, 9, 10, 3, 12, 14, 15].into_iter().map(Register).collect(),
        floats: (0..15).map(Register::float).collect(),
        preserved: RegisterSet::of(&[Register(3), Register(12), Register(14), Register(15)]),
        spill_slots: crate::code::FrameLayout::SPILL_SLOTS,
    }
}
