//! Comparison of numbers by value. A float is compared with an exact number exactly: no precision is lost, so that
//! comparisons are transitive.

use super::{
    complex::{self, parts},
    ratio::Ratio,
    real::Real,
};
use crate::{machine::Machine, runtime::Raise, value::Word};
use dashu_base::BitTest;
use dashu_int::Sign;
use std::cmp::Ordering;

/// `a = b`
///
/// # Errors
/// An argument is no number.
pub fn num_eq(machine: &mut Machine, a: Word, b: Word) -> Result<bool, Raise> {
    if a.both_fixnums(b) {
        return Ok(a == b);
    }
    match (Real::of(a), Real::of(b)) {
        (Some(x), Some(y)) => Ok(compare_reals(&x, &y) == Some(Ordering::Equal)),
        _ => match [a, b].into_iter().find(|word| !word.is_number()) {
            Some(wrong) => Err(machine.expected("=", "a number", wrong)),
            None => Ok(complex::equal(a, b)),
        },
    }
}

/// `a < b`
///
/// # Errors
/// An argument is no real number.
pub fn less(machine: &mut Machine, a: Word, b: Word) -> Result<bool, Raise> {
    Ok(compare(machine, "<", a, b)? == Some(Ordering::Less))
}

/// `a <= b`
///
/// # Errors
/// An argument is no real number.
pub fn less_eq(machine: &mut Machine, a: Word, b: Word) -> Result<bool, Raise> {
    Ok(matches!(compare(machine, "<=", a, b)?, Some(Ordering::Less | Ordering::Equal)))
}

/// The order of two numbers; `None` if one is NaN.
///
/// # Errors
/// An argument is no real number.
pub fn compare(machine: &mut Machine, who: &str, a: Word, b: Word) -> Result<Option<Ordering>, Raise> {
    if a.both_fixnums(b) {
        return Ok(Some(a.as_fixnum().cmp(&b.as_fixnum())));
    }
    let Some(x) = Real::of(a) else { return Err(machine.expected(who, "a real number", a)) };
    let Some(y) = Real::of(b) else { return Err(machine.expected(who, "a real number", b)) };
    Ok(compare_reals(&x, &y))
}

/// The order of two numbers; `None` if one is NaN.
pub fn compare_reals(x: &Real, y: &Real) -> Option<Ordering> {
    match (x, y) {
        (Real::Float(x), Real::Float(y)) => x.partial_cmp(y),
        (Real::Integer(x), Real::Integer(y)) => Some(x.cmp(y)),
        (Real::Float(x), exact) => compare_float(*x, exact),
        (exact, Real::Float(y)) => compare_float(*y, exact).map(Ordering::reverse),
        (x, y) => Some(x.to_ratio()?.compare(&y.to_ratio()?)),
    }
}

fn compare_float(x: f64, exact: &Real) -> Option<Ordering> {
    if x.is_nan() {
        return None;
    }
    let Some(value) = Ratio::of_float(x) else {
        return Some(if x > 0.0 { Ordering::Greater } else { Ordering::Less });
    };
    if let Real::Integer(n) = exact
        && n.bit_len() > 1100
    {
        // Beyond every float: its sign decides, without arithmetic on something huge.
        return Some(if n.sign() == Sign::Negative { Ordering::Greater } else { Ordering::Less });
    }
    Some(value.compare(&exact.to_ratio()?))
}

/// `eqv?` of two numbers: same exactness, same value, and for floats the same sign of zero.
/// False if one is no number.
pub fn eqv_numbers(a: Word, b: Word) -> bool {
    if a.is_complex() && b.is_complex() {
        let ((a, b), (c, d)) = (parts(a), parts(b));
        return eqv_reals(a, c) && eqv_reals(b, d);
    }
    eqv_reals(a, b)
}

fn eqv_reals(a: Word, b: Word) -> bool {
    if a == b {
        return a.is_number();
    }
    if let (Some(x), Some(y)) = (a.bignum(), b.bignum()) {
        return x == y;
    }
    match (Real::of(a), Real::of(b)) {
        (Some(Real::Float(x)), Some(Real::Float(y))) => x.to_bits() == y.to_bits() || x.is_nan() && y.is_nan(),
        (Some(Real::Integer(x)), Some(Real::Integer(y))) => x == y,
        (Some(Real::Ratio(x)), Some(Real::Ratio(y))) => x == y,
        _ => false,
    }
}
