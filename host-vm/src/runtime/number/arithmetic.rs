//! Addition, subtraction, multiplication, division.

use super::real::{Operands, Ratio, operands};
use crate::{machine::Machine, runtime::Raise, value::Word};
use dashu_int::IBig;

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
        Operands::Ratios(x, y) => machine.make_ratio(&add_ratios(x, y)),
        Operands::Floats(x, y) => machine.make_float(x + y),
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
        Operands::Ratios(x, y) => {
            let y = Ratio { numerator: -y.numerator, denominator: y.denominator };
            machine.make_ratio(&add_ratios(x, y))
        }
        Operands::Floats(x, y) => machine.make_float(x - y),
    })
}

/// `-a`; the sign of a float zero changes too.
///
/// # Errors
/// The argument is no number.
pub fn negate(machine: &mut Machine, a: Word) -> Result<Word, Raise> {
    match a.flonum() {
        Some(x) => Ok(machine.make_float(-x)),
        None => sub(machine, Word::fixnum(0), a),
    }
}

/// `a * b`
///
/// # Errors
/// An argument is no number.
pub fn mul(machine: &mut Machine, a: Word, b: Word) -> Result<Word, Raise> {
    if a.both_fixnums(b) {
        return Ok(machine.make_i128(i128::from(a.as_fixnum()) * i128::from(b.as_fixnum())));
    }
    Ok(match operands(machine, "*", a, b)? {
        Operands::Integers(x, y) => machine.make_big(&(x * y)),
        Operands::Ratios(x, y) => {
            let denominator = IBig::from(x.denominator * y.denominator);
            machine.make_ratio(&Ratio::new(x.numerator * y.numerator, denominator))
        }
        Operands::Floats(x, y) => machine.make_float(x * y),
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
        Operands::Integers(x, y) => machine.make_ratio(&Ratio::new(x, y)),
        Operands::Ratios(x, y) => {
            let above = x.numerator * IBig::from(y.denominator);
            machine.make_ratio(&Ratio::new(above, IBig::from(x.denominator) * y.numerator))
        }
        Operands::Floats(x, y) => machine.make_float(x / y),
    })
}

fn add_ratios(x: Ratio, y: Ratio) -> Ratio {
    let above = x.numerator * IBig::from(y.denominator.clone()) + y.numerator * IBig::from(x.denominator.clone());
    Ratio::new(above, IBig::from(x.denominator * y.denominator))
}
