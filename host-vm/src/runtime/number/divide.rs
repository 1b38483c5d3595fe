//! Division of integers with a remainder: truncating and flooring, exact integers and floats that are integers.

use super::real::{Real, integer};
use crate::{machine::Machine, runtime::Raise, value::Word};
use dashu_base::{DivRem, Gcd, UnsignedAbs};
use dashu_int::{IBig, UBig};

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
        Integers::Floats(x, y) => machine.make_float((x / y).trunc()),
    })
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
        Integers::Exact(x, y) => machine.make_big(&floor_divide(x, y).1),
        Integers::Floats(x, y) => {
            let rest = x % y;
            machine.make_float(if rest != 0.0 && (rest < 0.0) != (y < 0.0) { rest + y } else { rest })
        }
    })
}

/// Quotient rounded towards minus infinity.
///
/// # Errors
/// An argument is no integer, or `b` is zero.
pub fn floor_quotient(machine: &mut Machine, a: Word, b: Word) -> Result<Word, Raise> {
    Ok(match integers(machine, "floor-quotient", a, b)? {
        Integers::Exact(x, y) => machine.make_big(&floor_divide(x, y).0),
        Integers::Floats(x, y) => machine.make_float((x / y).floor()),
    })
}

/// Quotient and remainder of flooring division; the divisor is not zero.
pub fn floor_divide(x: IBig, y: IBig) -> (IBig, IBig) {
    let negative = y < IBig::ZERO;
    let (quotient, rest) = x.div_rem(&y);
    if !rest.is_zero() && (rest < IBig::ZERO) != negative { (quotient - IBig::ONE, rest + y) } else { (quotient, rest) }
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
            Some(ratio) if ratio.denominator == UBig::ONE => Ok(ratio.numerator.unsigned_abs()),
            _ => Err(machine.expected(who, "an integer", word)),
        }
    };
    let (x, y) = (magnitude(machine, a)?, magnitude(machine, b)?);
    let result = IBig::from(f(x, y));
    Ok(if exact { machine.make_big(&result) } else { machine.make_float(result.to_f64().value()) })
}
