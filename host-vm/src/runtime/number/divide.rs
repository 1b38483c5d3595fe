//! Division of real numbers with an integer quotient and a remainder.
//!
//! There are six ways to round the quotient ([`Rounding`]); the report's `quotient`, `remainder` and `modulo` are two of
//! them on integers, the others (SRFI 141, Guile) take any rational numbers. Floats are divided exactly and rounded at the end.

use super::{
    ratio::Ratio,
    real::{Real, integer, operand},
};
use crate::{machine::Machine, runtime::Raise, value::Word};
use dashu_base::{DivRem, Gcd, Signed, UnsignedAbs};
use dashu_int::{IBig, UBig};
use std::cmp::Ordering;

/// Where the quotient is rounded to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// Towards minus infinity: the remainder has the divisor's sign.
    Floor,
    /// Towards plus infinity.
    Ceiling,
    /// Towards zero: the remainder has the dividend's sign.
    Truncate,
    /// To the nearest integer, ties to even.
    Round,
    /// So that the remainder is not negative.
    Euclidean,
    /// So that the remainder lies in `-|d/2| ..< |d/2|` for the divisor `d`.
    Centered,
}

/// Two integers, exact or not.
enum Integers {
    Exact(IBig, IBig),
    Floats(f64, f64),
}

fn integers(machine: &mut Machine, who: &str, a: Word, b: Word) -> Result<Integers, Raise> {
    let float = |word: Word| match Real::of(word)? {
        Real::Integer(n) => Some(n.to_f64().value()),
        Real::Float(x) if x == x.trunc() && x.is_finite() => Some(x),
        _ => None,
    };
    if let (Some(x), Some(y)) = (integer(a), integer(b)) {
        if y.is_zero() {
            return Err(machine.division_by_zero(who, a));
        }
        return Ok(Integers::Exact(x, y));
    }
    let Some(x) = float(a) else { return Err(machine.expected(who, "an integer", a)) };
    let Some(y) = float(b) else { return Err(machine.expected(who, "an integer", b)) };
    if y == 0.0 {
        return Err(machine.division_by_zero(who, a));
    }
    Ok(Integers::Floats(x, y))
}

/// Quotient rounded towards zero.
///
/// # Errors
/// An argument is no integer, or `b` is zero.
pub fn quotient(machine: &mut Machine, a: Word, b: Word) -> Result<Word, Raise> {
    if a.both_fixnums(b) && b.as_fixnum() != 0 {
        return Ok(machine.make_integer(a.as_fixnum() / b.as_fixnum()));
    }
    Ok(match integers(machine, "quotient", a, b)? {
        Integers::Exact(x, y) => machine.make_big(&(x / y)),
        Integers::Floats(x, y) => {
            let quotient = float_quotient(x, y);
            machine.make_float(quotient)
        }
    })
}

/// The quotient of two finite floats rounded towards zero; `y` is not zero.
fn float_quotient(x: f64, y: f64) -> f64 {
    // Without its remainder `x` is a multiple of `y`: while the quotient is small, division gives it or a near float.
    let near = (x - x % y) / y;
    if near.abs() < (1u64 << 51) as f64 {
        return near.round();
    }
    match (Ratio::of_float(x), Ratio::of_float(y)) {
        (Some(x), Some(y)) => divide_exactly(Rounding::Truncate, &x, &y).0.to_f64().value(),
        _ => near,
    }
}

/// Remainder of [`quotient`]: the sign of `a`.
///
/// # Errors
/// An argument is no integer, or `b` is zero.
pub fn remainder(machine: &mut Machine, a: Word, b: Word) -> Result<Word, Raise> {
    if a.both_fixnums(b) && b.as_fixnum() != 0 {
        return Ok(Word::fixnum(a.as_fixnum() % b.as_fixnum()));
    }
    Ok(match integers(machine, "remainder", a, b)? {
        Integers::Exact(x, y) => machine.make_big(&(x % y)),
        Integers::Floats(x, y) => machine.make_float(x % y),
    })
}

/// Remainder of flooring division: the sign of `b`.
///
/// # Errors
/// An argument is no integer, or `b` is zero.
pub fn modulo(machine: &mut Machine, a: Word, b: Word) -> Result<Word, Raise> {
    if a.both_fixnums(b) && b.as_fixnum() != 0 {
        let (a, b) = (a.as_fixnum(), b.as_fixnum());
        let rest = a % b;
        return Ok(Word::fixnum(if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest }));
    }
    Ok(match integers(machine, "modulo", a, b)? {
        Integers::Exact(x, y) => machine.make_big(&divide_integers(Rounding::Floor, x, &y).1),
        Integers::Floats(x, y) => {
            let rest = x % y;
            machine.make_float(if rest == 0.0 {
                0f64.copysign(y)
            } else if (rest < 0.0) != (y < 0.0) {
                rest + y
            } else {
                rest
            })
        }
    })
}

/// Quotient and remainder of integers; the divisor is not zero.
pub fn divide_integers(rounding: Rounding, x: IBig, y: &IBig) -> (IBig, IBig) {
    let (quotient, rest) = x.div_rem(y);
    if rest.is_zero() {
        return (quotient, rest);
    }
    // The other candidate is one further from zero, and its remainder has the other sign.
    let same_sign = rest.is_negative() == y.is_negative();
    let away = match rounding {
        Rounding::Truncate => false,
        Rounding::Floor => !same_sign,
        Rounding::Ceiling => same_sign,
        Rounding::Euclidean => rest.is_negative(),
        Rounding::Round | Rounding::Centered => {
            let twice = (&rest).unsigned_abs() * UBig::from(2u8);
            match twice.cmp(&y.unsigned_abs()) {
                Ordering::Less => false,
                Ordering::Greater => true,
                Ordering::Equal if rounding == Rounding::Round => !(&quotient % IBig::from(2)).is_zero(),
                Ordering::Equal => !rest.is_negative(),
            }
        }
    };
    match (away, same_sign) {
        (false, _) => (quotient, rest),
        (true, true) => (quotient + IBig::ONE, rest - y),
        (true, false) => (quotient - IBig::ONE, rest + y),
    }
}

/// Quotient and remainder of rationals; the divisor is not zero.
fn divide_exactly(rounding: Rounding, x: &Ratio, y: &Ratio) -> (IBig, Ratio) {
    if x.is_integer() && y.is_integer() {
        let (quotient, rest) = divide_integers(rounding, x.numerator.clone(), &y.numerator);
        return (quotient, rest.into());
    }
    let above = &x.numerator * &y.denominator;
    let below = &y.numerator * &x.denominator;
    let quotient = divide_integers(rounding, above, &below).0;
    let rest = x.sub(&y.mul(&quotient.clone().into()));
    (quotient, rest)
}

/// An integer that a rational number is rounded to.
pub fn round_ratio(rounding: Rounding, x: &Ratio) -> IBig {
    divide_integers(rounding, x.numerator.clone(), &IBig::from(x.denominator.clone())).0
}

/// Quotient and remainder of any rational numbers, inexact if one of them is.
///
/// # Errors
/// An argument is no rational number (that is: finite and real), or `b` is zero.
pub fn divide(machine: &mut Machine, who: &str, rounding: Rounding, a: Word, b: Word) -> Result<(Real, Real), Raise> {
    let mut inexact = false;
    let mut exact = |machine: &mut Machine, word: Word| {
        let real = operand(machine, who, word)?;
        inexact |= matches!(real, Real::Float(_));
        real.to_ratio().ok_or_else(|| machine.expected(who, "a rational number", word))
    };
    let (x, y) = (exact(machine, a)?, exact(machine, b)?);
    if y.is_zero() {
        return Err(machine.division_by_zero(who, a));
    }
    let (quotient, rest) = divide_exactly(rounding, &x, &y);
    Ok(if inexact {
        (Real::Float(quotient.to_f64().value()), Real::Float(rest.to_f64()))
    } else {
        (Real::Integer(quotient), Real::from_ratio(rest))
    })
}

/// Greatest common divisor, not negative.
///
/// # Errors
/// An argument is no integer.
pub fn gcd(machine: &mut Machine, a: Word, b: Word) -> Result<Word, Raise> {
    common(machine, "gcd", a, b, |x, y| match (x.is_zero(), y.is_zero()) {
        (true, _) => y,
        (_, true) => x,
        _ => x.gcd(y),
    })
}

/// Least common multiple, not negative.
///
/// # Errors
/// An argument is no integer.
pub fn lcm(machine: &mut Machine, a: Word, b: Word) -> Result<Word, Raise> {
    common(machine, "lcm", a, b, |x, y| {
        if x.is_zero() || y.is_zero() {
            return UBig::ZERO;
        }
        let divisor = (&x).gcd(&y);
        x / divisor * y
    })
}

fn common(machine: &mut Machine, who: &str, a: Word, b: Word, f: fn(UBig, UBig) -> UBig) -> Result<Word, Raise> {
    let mut exact = true;
    let mut magnitude = |machine: &mut Machine, word: Word| {
        exact &= word.is_exact_integer();
        let number = Real::of(word).filter(|real| !matches!(real, Real::Ratio(_))).and_then(|real| real.to_ratio());
        match number {
            Some(ratio) if ratio.is_integer() => Ok(ratio.numerator.unsigned_abs()),
            _ => Err(machine.expected(who, "an integer", word)),
        }
    };
    let (x, y) = (magnitude(machine, a)?, magnitude(machine, b)?);
    let result = IBig::from(f(x, y));
    Ok(if exact { machine.make_big(&result) } else { machine.make_float(result.to_f64().value()) })
}

/// `base` to the power `exponent` modulo `modulus`, with the sign of the modulus.
///
/// # Errors
/// An argument is no exact integer, the modulus is zero, or there is no inverse.
pub fn modulo_power(machine: &mut Machine, base: Word, exponent: Word, modulus: Word) -> Result<Word, Raise> {
    const WHO: &str = "modulo-expt";
    let exact = super::bits::exact_integer;
    let (n, k, m) = (exact(machine, WHO, base)?, exact(machine, WHO, exponent)?, exact(machine, WHO, modulus)?);
    if m.is_zero() {
        return Err(machine.division_by_zero(WHO, base));
    }
    let ring = dashu_int::fast_div::ConstDivisor::new(m.clone().unsigned_abs());
    let mut element = ring.reduce(n);
    if k.is_negative() {
        let Some(inverse) = element.inv() else {
            return Err(machine.error("out-of-range", WHO, "there is no inverse modulo the modulus of", &[base]));
        };
        element = inverse;
    }
    let result = IBig::from(element.pow(&k.unsigned_abs()).residue());
    let result = if m.is_negative() && !result.is_zero() { result + m } else { result };
    Ok(machine.make_big(&result))
}
