//! Addition, subtraction, multiplication, division of any numbers.

use super::{
    bits::check_size,
    complex,
    real::{Operands, operands},
};
use crate::{machine::Machine, runtime::Raise, value::Word};
use dashu_base::BitTest;

/// `a + b`
///
/// # Errors
/// An argument is no number.
pub fn add(machine: &mut Machine, a: Word, b: Word) -> Result<Word, Raise> {
    if a.both_fixnums(b) {
        return Ok(machine.make_integer(a.as_fixnum() + b.as_fixnum()));
    }
    Ok(match operands(machine, "+", a, b)? {
        Operands::Integers(x, y) => machine.make_big(&(x + y)),
        Operands::Ratios(x, y) => machine.make_ratio(&x.add(&y)),
        Operands::Floats(x, y) => machine.make_float(x + y),
        Operands::Complex(both) => complex::add(machine, both),
    })
}

/// `a - b`
///
/// # Errors
/// An argument is no number.
pub fn sub(machine: &mut Machine, a: Word, b: Word) -> Result<Word, Raise> {
    if a.both_fixnums(b) {
        return Ok(machine.make_integer(a.as_fixnum() - b.as_fixnum()));
    }
    Ok(match operands(machine, "-", a, b)? {
        Operands::Integers(x, y) => machine.make_big(&(x - y)),
        Operands::Ratios(x, y) => machine.make_ratio(&x.sub(&y)),
        Operands::Floats(x, y) => machine.make_float(x - y),
        Operands::Complex(both) => complex::sub(machine, both),
    })
}

/// `-a`; the sign of a float zero changes too.
///
/// # Errors
/// The argument is no number.
pub fn negate(machine: &mut Machine, a: Word) -> Result<Word, Raise> {
    if let Some(x) = a.flonum() {
        return Ok(machine.make_float(-x));
    }
    if let Some(complex::Complex::Inexact(z)) = complex::Complex::of(a) {
        return Ok(machine.make_complex_float(complex::functions::Float::new(-z.re, -z.im)));
    }
    sub(machine, Word::fixnum(0), a)
}

/// `a * b`
///
/// # Errors
/// An argument is no number, or the result too large.
pub fn mul(machine: &mut Machine, a: Word, b: Word) -> Result<Word, Raise> {
    if a.both_fixnums(b) {
        return Ok(machine.make_i128(i128::from(a.as_fixnum()) * i128::from(b.as_fixnum())));
    }
    Ok(match operands(machine, "*", a, b)? {
        Operands::Integers(x, y) => {
            check_size(machine, "*", x.bit_len() as u64 + y.bit_len() as u64)?;
            // A square takes about half of the work.
            machine.make_big(&if a == b { x.sqr().into() } else { x * y })
        }
        Operands::Ratios(x, y) => machine.make_ratio(&x.mul(&y)),
        Operands::Floats(x, y) => machine.make_float(x * y),
        Operands::Complex(both) => complex::mul(machine, both),
    })
}

/// `a / b`: exact for exact arguments.
///
/// # Errors
/// An argument is no number, or `b` is an exact zero.
pub fn div(machine: &mut Machine, a: Word, b: Word) -> Result<Word, Raise> {
    if b == Word::fixnum(0) && a.is_number() {
        return Err(machine.division_by_zero("/", a));
    }
    if a.both_fixnums(b) && a.as_fixnum() % b.as_fixnum() == 0 {
        return Ok(machine.make_integer(a.as_fixnum() / b.as_fixnum()));
    }
    Ok(match operands(machine, "/", a, b)? {
        Operands::Integers(x, y) => machine.make_ratio(&super::Ratio::new(x, y)),
        Operands::Ratios(x, y) => machine.make_ratio(&x.div(&y)),
        Operands::Floats(x, y) => machine.make_float(x / y),
        Operands::Complex(both) => complex::div(machine, both),
    })
}
