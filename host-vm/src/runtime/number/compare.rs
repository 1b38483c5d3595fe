//! Comparison of numbers by value. A float is compared with an exact number exactly: no precision is lost.

use super::real::{Real, exact_float};
use crate::{machine::Machine, runtime::Raise, value::Word};
use dashu_int::IBig;
use std::cmp::Ordering;

/// `a = b`
///
/// # Errors
/// An argument is no number.
pub fn num_eq(machine: &mut Machine, a: Word, b: Word) -> Result<bool, Raise> {
    Ok(compare(machine, "=", a, b)? == Some(Ordering::Equal))
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
    let Some(x) = Real::of(a) else { return Err(machine.expected(who, "a number", a)) };
    let Some(y) = Real::of(b) else { return Err(machine.expected(who, "a number", b)) };
    Ok(compare_reals(&x, &y))
}

/// The order of two numbers; `None` if one is NaN.
pub fn compare_reals(x: &Real, y: &Real) -> Option<Ordering> {
    match (x, y) {
        (Real::Float(x), Real::Float(y)) => x.partial_cmp(y),
        (Real::Integer(x), Real::Integer(y)) => Some(x.cmp(y)),
        (Real::Float(x), exact) => compare_float(*x, exact),
        (exact, Real::Float(y)) => compare_float(*y, exact).map(Ordering::reverse),
        (x, y) => compare_exact(x, y),
    }
}

fn compare_float(x: f64, exact: &Real) -> Option<Ordering> {
    if x.is_nan() {
        return None;
    }
    match exact_float(x) {
        Some(ratio) => compare_exact(&Real::from_ratio(ratio), exact),
        None => Some(if x > 0.0 { Ordering::Greater } else { Ordering::Less }),
    }
}

fn compare_exact(x: &Real, y: &Real) -> Option<Ordering> {
    let (x, y) = (x.to_ratio()?, y.to_ratio()?);
    Some((x.numerator * IBig::from(y.denominator)).cmp(&(y.numerator * IBig::from(x.denominator))))
}

/// `eqv?` of two numbers: same exactness, same value, and for floats the same sign of zero.
/// False if one is no number.
pub fn eqv_numbers(a: Word, b: Word) -> bool {
    match (Real::of(a), Real::of(b)) {
        (Some(Real::Float(x)), Some(Real::Float(y))) => x.to_bits() == y.to_bits() || x.is_nan() && y.is_nan(),
        (Some(Real::Integer(x)), Some(Real::Integer(y))) => x == y,
        (Some(Real::Ratio(x)), Some(Real::Ratio(y))) => x == y,
        _ => false,
    }
}
