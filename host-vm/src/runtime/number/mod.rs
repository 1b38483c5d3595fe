//! Numbers: exact integers of any size, exact rationals, binary64 floats. (Complex numbers are not made; an operation whose
//! result is none of the above is an error.)
//!
//! These functions are the general cases behind the interpreter's fast paths for fixnums and floats. A number is
//! decoded into a [`Real`], computed with, and encoded again: slow beside the fast paths, simple, and right. Big integers are
//! computed with by `dashu-int`; their limbs live in the heap object.
//!
//! What always holds: exact results are exact and in lowest terms; an operation on an exact and an inexact number
//! rounds once; comparisons of exact with inexact numbers never round.
//!
//! Read in this order: [`real`] (decode, encode, convert), [`arithmetic`], [`divide`], [`compare`], [`mod@math`], [`power`], [`bits`],
//! [`parse`], [`mod@format`], then the tables of primitives: [`table`], [`bits_table`].

pub mod arithmetic;
pub mod bits;
pub mod bits_table;
pub mod compare;
pub mod divide;
pub mod format;
pub mod math;
pub mod parse;
pub mod power;
pub mod real;
pub mod table;
#[cfg(test)]
mod tests;

pub use arithmetic::{add, div, mul, negate, sub};
pub use bits::{bit_and, bit_not, bit_or, bit_xor, shift};
pub use compare::{eqv_numbers, less, less_eq, num_eq};
pub use divide::{modulo, quotient, remainder};
pub use format::number_to_string;
pub use math::math;
pub use parse::string_to_number;
pub use real::Real;
