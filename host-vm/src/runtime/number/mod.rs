//! Numbers: exact integers of any size, exact rationals, binary64 floats, and complex numbers of either exactness.
//!
//! These functions are the general cases behind the interpreter's fast paths for fixnums and floats. A real number is
//! decoded into a [`Real`], computed with, and encoded again: slow beside the fast paths, simple, and right. Big integers are
//! computed with by `dashu-int` (`docs/numbers.md` says why); their limbs live in the heap object. What is not real
//! is in [`complex`].
//!
//! What always holds: exact results are exact and in lowest terms; an operation on an exact and an inexact number
//! rounds once; comparisons of exact with inexact numbers never round; no number has more than [`bits::MOST_BITS`] bits.
//!
//! Read in this order: [`ratio`], [`real`] (decode, encode, convert), [`complex`], [`arithmetic`], [`divide`], [`compare`],
//! [`mod@math`], [`power`], [`bits`], [`parse`], [`mod@format`], [`random`], then the primitives: [`tables`].

pub mod arithmetic;
pub mod bits;
pub mod compare;
pub mod complex;
pub mod divide;
pub mod format;
pub mod math;
pub mod parse;
pub mod power;
pub mod random;
pub mod ratio;
pub mod real;
pub mod tables;
#[cfg(test)]
mod tests;

pub use arithmetic::{add, div, mul, negate, sub};
pub use bits::{bit_and, bit_not, bit_or, bit_xor, shift};
pub use compare::{eqv_numbers, less, less_eq, num_eq};
pub use divide::{modulo, quotient, remainder};
pub use format::number_to_string;
pub use math::math;
pub use parse::string_to_number;
pub use ratio::Ratio;
pub use real::Real;
