//! Arithmetic beyond fixnums and immediate floats: what instructions and traces call for bignums, rationals, complex and
//! boxed numbers. The numbers themselves are the runtime's.
//!
//! Each operation has a C function with the same meaning for traces ([`limpet_plugin_api::recording::CallConvention`]
//! `Context`), which tells a failure by the failure word: the trace leaves, and the interpreter finds the error.
#![allow(unsafe_code)] // C functions receive the machine as an address.

use crate::{
    bytecode::kinds::MathFunction,
    machine::Machine,
    runtime::{Raise, number},
    value::Word,
};

/// A function of two numbers.
pub type Function = fn(&mut Machine, Word, Word) -> Result<Word, Raise>;
/// The same for traces.
pub type HostFunction = unsafe extern "C" fn(machine: *mut Machine, x: u64, y: u64) -> u64;

/// Runs a function of two words for a trace.
///
/// # Safety
/// `machine` is a live machine that nothing else borrows.
unsafe fn host(machine: *mut Machine, x: u64, y: u64, function: Function) -> u64 {
    // SAFETY: promised by the caller.
    let machine = unsafe { &mut *machine };
    match function(machine, Word(x), Word(y)) {
        Ok(word) => word.0,
        Err(raise) => {
            machine.pending = raise.0;
            Word::FAILURE.0
        }
    }
}

macro_rules! host_functions {
    ($($name:ident = $function:expr, $text:literal;)*) => {
        $(
            #[doc = concat!("For traces: ", $text, ".")]
            ///
            /// # Safety
            /// `machine` is a live machine that nothing else borrows.
            pub unsafe extern "C" fn $name(machine: *mut Machine, x: u64, y: u64) -> u64 {
                // SAFETY: promised by the caller.
                unsafe { host(machine, x, y, $function) }
            }
        )*
    };
}

host_functions! {
    add = number::add, "x + y";
    sub = number::sub, "x - y";
    mul = number::mul, "x * y";
    div = number::div, "x / y";
    quotient = number::quotient, "truncated quotient";
    remainder = number::remainder, "truncated remainder";
    modulo = number::modulo, "floored remainder";
    bit_and = number::bit_and, "bitwise and";
    bit_or = number::bit_or, "bitwise inclusive or";
    bit_xor = number::bit_xor, "bitwise exclusive or";
    shift = number::shift, "x shifted left by y";
    equal = |machine, x, y| relation(machine, Relation::Equal, x, y).map(Word::boolean), "x = y";
    less = |machine, x, y| relation(machine, Relation::Less, x, y).map(Word::boolean), "x < y";
    less_or_equal = |machine, x, y| relation(machine, Relation::LessOrEqual, x, y).map(Word::boolean), "x <= y";
    eqv = |_, x, y| Ok(Word::boolean(number::eqv_numbers(x, y))), "whether x and y are equivalent";
    math = |machine, x, function| {
        let function = MathFunction::from_number(function.as_fixnum() as u8).unwrap_or(MathFunction::Exact);
        number::math(machine, function, x)
    }, "a function of one number";
}

/// A relation between numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// `=`
    Equal,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
}

/// Whether a relation holds between two numbers; false where NaN is involved.
pub fn relation(machine: &mut Machine, relation: Relation, x: Word, y: Word) -> Result<bool, Raise> {
    match relation {
        Relation::Equal => number::num_eq(machine, x, y),
        Relation::Less => number::less(machine, x, y),
        Relation::LessOrEqual => number::less_eq(machine, x, y),
    }
}
