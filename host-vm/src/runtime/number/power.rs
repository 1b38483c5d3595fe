//! Powers, integer square roots, simplest rationals.

use super::{
    bits::{self, MOST_BITS, exact_integer},
    divide::floor_divide,
    math::not_real,
    real::{Ratio, Real, operand},
};
use crate::{machine::Machine, runtime::Raise, value::Word};
use dashu_base::{SquareRootRem, UnsignedAbs};
use dashu_int::IBig;

/// `base` to the power `exponent`: exact for exact arguments with an integer exponent.
///
/// # Errors
/// An argument is no number; the result is no real number, or too large.
pub fn expt(machine: &mut Machine, base: Word, exponent: Word) -> Result<Word, Raise> {
    let (x, y) = (operand(machine, "expt", base)?, operand(machine, "expt", exponent)?);
    if let Real::Integer(power) = &y {
        if power.is_zero() {
            return Ok(Word::fixnum(1));
        }
        if !matches!(x, Real::Float(_)) {
            return exact_power(machine, base, &x, power);
        }
    }
    let (x, y) = (x.to_f64(), y.to_f64());
    if x < 0.0 && y.is_finite() && y != y.trunc() {
        return Err(not_real(machine, "expt", base));
    }
    let result = x.powf(y);
    // A root that is exact comes out exact, as with `sqrt`.
    if base.is_exact_integer() && exponent.is_rational() && result == result.trunc() && result.abs() < 1e15 {
        let root = machine.make_integer(result as i64);
        let (above, below) = (exponent.field(0), exponent.field(1));
        let (left, right) = (expt(machine, root, below)?, expt(machine, base, above)?);
        if super::eqv_numbers(left, right) {
            return Ok(root);
        }
    }
    Ok(machine.make_float(result))
}

fn exact_power(machine: &mut Machine, base: Word, x: &Real, power: &IBig) -> Result<Word, Raise> {
    let Some(Ratio { numerator, denominator }) = x.to_ratio() else { return Ok(base) };
    let negative = *power < IBig::ZERO;
    if numerator.is_zero() {
        return if negative { Err(machine.division_by_zero("expt", base)) } else { Ok(base) };
    }
    let unit = bits::length(&numerator).max(bits::length(&IBig::from(denominator.clone()))) as u64;
    if unit <= 1 && denominator.is_one() && numerator.clone().unsigned_abs().is_one() {
        let odd = !(power % IBig::from(2)).is_zero();
        return Ok(Word::fixnum(if numerator < IBig::ZERO && odd { -1 } else { 1 }));
    }
    let power = match u64::try_from(power.clone().unsigned_abs()) {
        Ok(power) if power.saturating_mul(unit) <= MOST_BITS => power as usize,
        _ => return Err(machine.error("out-of-range", "expt", "the result would be too large", &[])),
    };
    let (above, below) = (numerator.pow(power), IBig::from(denominator.pow(power)));
    Ok(machine.make_ratio(&if negative { Ratio::new(below, above) } else { Ratio::new(above, below) }))
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
        let (floor, rest) = floor_divide(low.numerator.clone(), IBig::from(low.denominator.clone()));
        if rest.is_zero() {
            break floor;
        }
        let (upper, upper_rest) = floor_divide(high.numerator.clone(), IBig::from(high.denominator.clone()));
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
