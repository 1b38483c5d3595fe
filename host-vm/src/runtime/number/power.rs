//! Powers, integer square roots, simplest rationals.

use super::{
    bits::{self, check_size, exact_integer},
    complex::{self, Complex, functions::Float},
    divide::{Rounding, divide_integers},
    math::exact_nth_root,
    ratio::Ratio,
    real::{self, Real},
};
use crate::{machine::Machine, runtime::Raise, value::Word};
use dashu_base::{Signed, SquareRootRem, UnsignedAbs};
use dashu_int::IBig;

/// `base` to the power `exponent`: exact for exact arguments with an integer exponent, and where a root of exact
/// arguments is exact.
///
/// # Errors
/// An argument is no number; a power of zero does not exist; the result is too large.
pub fn expt(machine: &mut Machine, base: Word, exponent: Word) -> Result<Word, Raise> {
    for word in [base, exponent] {
        if !word.is_number() {
            return Err(machine.expected("expt", "a number", word));
        }
    }
    if let Some(power) = real::integer(exponent) {
        if power.is_zero() {
            return Ok(Word::fixnum(1));
        }
        return integer_power(machine, base, &power);
    }
    if let (Some(x), Some(y)) = (real::ratio(base), real::ratio(exponent))
        && let Some(root) = exact_root_power(machine, &x, &y)?
    {
        return Ok(root);
    }
    if let (Some(x), Some(y)) = (real::to_f64(base), real::to_f64(exponent))
        && (x >= 0.0 || x.is_nan() || y.is_nan() || y.is_infinite() || y == y.trunc())
    {
        return Ok(machine.make_float(x.powf(y)));
    }
    let (Some(x), Some(y)) = (complex::to_float(base), complex::to_float(exponent)) else {
        return Err(machine.expected("expt", "a number", base));
    };
    if x.is_zero() && y.re <= 0.0 && !y.is_zero() {
        return Err(machine.division_by_zero("expt", base));
    }
    Ok(machine.make_complex_float(x.power(y)))
}

/// A power with an exact integer exponent that is not zero.
fn integer_power(machine: &mut Machine, base: Word, power: &IBig) -> Result<Word, Raise> {
    /// Beyond this the logarithm is as exact as a product.
    const MOST_PRODUCTS: i64 = 1024;
    let small = i64::try_from(power.clone()).ok();
    match Complex::of(base) {
        None => match Real::of(base).map(Real::into_exact) {
            Some(Some(x)) => exact_power(machine, base, x, power),
            _ => Ok(machine.make_float(real::to_f64(base).unwrap_or(f64::NAN).powf(power.to_f64().value()))),
        },
        Some(Complex::Exact(z)) => {
            let magnitude = u64::try_from(power.clone().unsigned_abs()).unwrap_or(u64::MAX);
            let Some(result) = complex::exact_power(machine, z, magnitude) else {
                return Err(bits::too_large(machine, "expt"));
            };
            if power.is_negative() { super::div(machine, Word::fixnum(1), result) } else { Ok(result) }
        }
        Some(Complex::Inexact(z)) => {
            let result = match small {
                Some(n) if n.abs() <= MOST_PRODUCTS => {
                    let (mut result, mut square, mut left) = (Float::new(1.0, 0.0), z, n.unsigned_abs());
                    while left > 0 {
                        if left & 1 == 1 {
                            result = result.times(square);
                        }
                        square = square.times(square);
                        left >>= 1;
                    }
                    if n < 0 { Float::new(1.0, 0.0).over(result) } else { result }
                }
                _ => z.power(Float::new(power.to_f64().value(), 0.0)),
            };
            Ok(machine.make_complex_float(result))
        }
    }
}

/// An exact base with an exact exponent that is no integer, if the result is exact: `(expt 8/27 2/3)` is `4/9`.
fn exact_root_power(machine: &mut Machine, x: &Ratio, y: &Ratio) -> Result<Option<Word>, Raise> {
    let Some(degree) = usize::try_from(y.denominator.clone()).ok() else { return Ok(None) };
    if x.is_negative() && degree == 2 {
        // The root of a negative number is imaginary.
        let Some(root) = exact_nth_root(&x.clone().negate(), 2) else { return Ok(None) };
        let root = machine.make_ratio(&root);
        let root = machine.make_rectangular(Word::fixnum(0), root);
        return integer_power(machine, root, &y.numerator).map(Some);
    }
    if x.is_negative() || x.is_zero() && y.is_negative() {
        return Ok(None);
    }
    match exact_nth_root(x, degree) {
        Some(root) => {
            let base = machine.make_ratio(&root);
            exact_power(machine, base, root, &y.numerator).map(Some)
        }
        None => Ok(None),
    }
}

fn exact_power(machine: &mut Machine, base: Word, x: Ratio, power: &IBig) -> Result<Word, Raise> {
    let Ratio { numerator, denominator } = x;
    let negative = power.is_negative();
    if numerator.is_zero() {
        return if negative { Err(machine.division_by_zero("expt", base)) } else { Ok(base) };
    }
    if denominator.is_one() && (&numerator).unsigned_abs().is_one() {
        let odd = !(power % IBig::from(2)).is_zero();
        return Ok(Word::fixnum(if numerator.is_negative() && odd { -1 } else { 1 }));
    }
    let unit = bits::length(&numerator).max(bits::length(&IBig::from(denominator.clone()))) as u64;
    let power = u64::try_from(power.clone().unsigned_abs()).unwrap_or(u64::MAX);
    // A number of `unit` bits may be as small as a power of two of one bit less.
    check_size(machine, "expt", power.saturating_mul(unit.saturating_sub(1).max(1)))?;
    let (above, below) = (numerator.pow(power as usize), IBig::from(denominator.pow(power as usize)));
    Ok(machine.make_ratio(&if negative {
        Ratio::new(below, above)
    } else {
        // Powers of coprime numbers are coprime.
        Ratio { numerator: above, denominator: below.unsigned_abs() }
    }))
}

/// The largest integer whose square is at most `a`, and what is left.
///
/// # Errors
/// The argument is no exact integer, or negative.
pub fn exact_integer_sqrt(machine: &mut Machine, a: Word) -> Result<(Word, Word), Raise> {
    let n = exact_integer(machine, "exact-integer-sqrt", a)?;
    if n < IBig::ZERO {
        return Err(machine.expected("exact-integer-sqrt", "an exact integer that is not negative", a));
    }
    let (root, rest) = n.unsigned_abs().sqrt_rem();
    let root = machine.make_big(&IBig::from(root));
    let rest = machine.make_big(&IBig::from(rest));
    Ok((root, rest))
}

/// The simplest rational within `tolerance` of `x`: found by continued fractions (Stern-Brocot).
pub fn rationalize(x: &Ratio, tolerance: &Ratio) -> Ratio {
    let spread = tolerance.numerator.clone().unsigned_abs();
    let below = IBig::from(x.denominator.clone()) * IBig::from(tolerance.denominator.clone());
    let (centre, spread) = (
        &x.numerator * IBig::from(tolerance.denominator.clone()),
        IBig::from(spread) * IBig::from(x.denominator.clone()),
    );
    let (low, high) = (Ratio::new(&centre - &spread, below.clone()), Ratio::new(centre + spread, below));
    if low.numerator <= IBig::ZERO && high.numerator >= IBig::ZERO {
        return Ratio::from(IBig::ZERO);
    }
    if high.numerator < IBig::ZERO {
        let flip = |r: Ratio| Ratio { numerator: -r.numerator, denominator: r.denominator };
        return flip(simplest(flip(high), flip(low)));
    }
    simplest(low, high)
}

/// The simplest rational in `low..=high`, both positive.
fn simplest(low: Ratio, high: Ratio) -> Ratio {
    // Terms of the continued fraction; the loop ends because the denominators shrink.
    let mut terms = Vec::new();
    let (mut low, mut high) = (low, high);
    let last = loop {
        let (floor, rest) =
            divide_integers(Rounding::Floor, low.numerator.clone(), &IBig::from(low.denominator.clone()));
        if rest.is_zero() {
            break floor;
        }
        let (upper, upper_rest) =
            divide_integers(Rounding::Floor, high.numerator.clone(), &IBig::from(high.denominator.clone()));
        if floor < upper {
            break floor + IBig::ONE;
        }
        terms.push(floor);
        let next_low = Ratio::new(IBig::from(high.denominator), upper_rest);
        high = Ratio::new(IBig::from(low.denominator), rest);
        low = next_low;
    };
    terms
        .into_iter()
        .rev()
        .fold(Ratio::from(last), |r, term| Ratio::new(term * &r.numerator + IBig::from(r.denominator), r.numerator))
}
