//! Exact rational numbers outside the heap.
//!
//! Sums and products divide by common factors before they multiply (Knuth, *The Art of Computer Programming*, volume 2,
//! 4.5.1), so that numbers stay as small as they can be and results are in lowest terms by construction.

use dashu_base::{BitTest, DivRem, Gcd, UnsignedAbs};
use dashu_int::{IBig, Sign, UBig};
use std::cmp::Ordering;

/// An exact rational: in lowest terms, the denominator not zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ratio {
    /// Numerator, with the sign.
    pub numerator: IBig,
    /// Denominator; 1 for integers.
    pub denominator: UBig,
}

impl From<IBig> for Ratio {
    fn from(n: IBig) -> Ratio {
        Ratio { numerator: n, denominator: UBig::ONE }
    }
}

impl Ratio {
    /// In lowest terms; the denominator is not zero.
    pub fn new(numerator: IBig, denominator: IBig) -> Ratio {
        let (sign, denominator) = denominator.into_parts();
        let numerator = numerator * sign;
        if numerator.is_zero() {
            return Ratio::from(numerator);
        }
        let common = (&numerator).unsigned_abs().gcd(&denominator);
        if common.is_one() {
            return Ratio { numerator, denominator };
        }
        Ratio { numerator: numerator / &common, denominator: denominator / common }
    }

    /// Zero.
    pub fn zero() -> Ratio {
        Ratio::from(IBig::ZERO)
    }

    /// Whether it is zero.
    pub fn is_zero(&self) -> bool {
        self.numerator.is_zero()
    }

    /// Whether it is an integer.
    pub fn is_integer(&self) -> bool {
        self.denominator.is_one()
    }

    /// Whether it is below zero.
    pub fn is_negative(&self) -> bool {
        self.numerator.sign() == Sign::Negative
    }

    /// `-self`
    pub fn negate(self) -> Ratio {
        Ratio { numerator: -self.numerator, denominator: self.denominator }
    }

    /// `|self|`
    pub fn abs(self) -> Ratio {
        if self.is_negative() { self.negate() } else { self }
    }

    /// `self + other`
    pub fn add(&self, other: &Ratio) -> Ratio {
        let common = (&self.denominator).gcd(&other.denominator);
        if common.is_one() {
            return Ratio {
                numerator: &self.numerator * &other.denominator + &other.numerator * &self.denominator,
                denominator: &self.denominator * &other.denominator,
            };
        }
        // Only factors of `common` can be left in both parts of the sum.
        let rest = &self.denominator / &common;
        let numerator = &self.numerator * (&other.denominator / &common) + &other.numerator * &rest;
        if numerator.is_zero() {
            return Ratio::zero();
        }
        let left = (&numerator).unsigned_abs().gcd(&common);
        Ratio { numerator: numerator / &left, denominator: rest * (&other.denominator / left) }
    }

    /// `self - other`
    pub fn sub(&self, other: &Ratio) -> Ratio {
        self.add(&other.clone().negate())
    }

    /// `self * other`
    pub fn mul(&self, other: &Ratio) -> Ratio {
        if self.is_zero() || other.is_zero() {
            return Ratio::zero();
        }
        let reduced = |above: &IBig, below: &UBig| {
            let common = above.unsigned_abs().gcd(below);
            if common.is_one() { (above.clone(), below.clone()) } else { (above / &common, below / &common) }
        };
        let (a, d) = reduced(&self.numerator, &other.denominator);
        let (c, b) = reduced(&other.numerator, &self.denominator);
        Ratio { numerator: a * c, denominator: b * d }
    }

    /// `1 / self`; it is not zero.
    pub fn inverse(&self) -> Ratio {
        let (sign, below) = self.numerator.clone().into_parts();
        Ratio { numerator: IBig::from_parts(sign, self.denominator.clone()), denominator: below }
    }

    /// `self / other`, which is not zero.
    pub fn div(&self, other: &Ratio) -> Ratio {
        self.mul(&other.inverse())
    }

    /// The order of two rationals.
    pub fn compare(&self, other: &Ratio) -> Ordering {
        if self.denominator == other.denominator {
            return self.numerator.cmp(&other.numerator);
        }
        (&self.numerator * &other.denominator).cmp(&(&other.numerator * &self.denominator))
    }

    /// The nearest float, ties to even; rounded once, also where the result is subnormal.
    pub fn to_f64(&self) -> f64 {
        if self.denominator.is_one() {
            return self.numerator.to_f64().value();
        }
        // Scale so that the quotient has 66 or 67 bits; what is lost beyond them only matters as "not zero".
        let (sign, magnitude) = self.numerator.clone().into_parts();
        let sign = if sign == Sign::Negative { -1.0 } else { 1.0 };
        let shift = 66 + self.denominator.bit_len() as i64 - magnitude.bit_len() as i64;
        let (above, below) = if shift >= 0 {
            (magnitude << shift as usize, self.denominator.clone())
        } else {
            (magnitude, self.denominator.clone() << shift.unsigned_abs() as usize)
        };
        let (quotient, rest) = above.div_rem(below);
        let length = quotient.bit_len() as i64;
        // The value lies in [2^(exponent-1), 2^exponent); below 2^-1021 fewer bits than 53 are left.
        let exponent = length - shift;
        let keep = if exponent < -1021 { 53 - (-1021 - exponent) } else { 53 };
        if keep < 0 {
            return sign * 0.0;
        }
        let drop = (length - keep) as usize;
        let mut kept = &quotient >> drop;
        let half = quotient.bit(drop - 1);
        let sticky = !rest.is_zero() || quotient.trailing_zeros().is_some_and(|zeros| zeros < drop - 1);
        if half && (sticky || kept.bit(0)) {
            kept += UBig::ONE;
        }
        sign * scale(kept.to_f64().value(), drop as i64 - shift)
    }

    /// The exact value of a finite float.
    pub fn of_float(x: f64) -> Option<Ratio> {
        if !x.is_finite() {
            return None;
        }
        if x == x.trunc() && x.abs() < 9e18 {
            return Some(Ratio::from(IBig::from(x as i64)));
        }
        let bits = x.to_bits();
        let biased = (bits >> 52 & 0x7ff) as i64;
        let fraction = bits & ((1 << 52) - 1);
        let (mantissa, exponent) = if biased == 0 { (fraction, -1074) } else { (fraction | 1 << 52, biased - 1075) };
        let sign = if x < 0.0 { Sign::Negative } else { Sign::Positive };
        let mantissa = IBig::from_parts(sign, UBig::from(mantissa));
        Some(if exponent >= 0 {
            Ratio::from(mantissa << exponent as usize)
        } else {
            Ratio::new(mantissa, IBig::ONE << exponent.unsigned_abs() as usize)
        })
    }
}

/// `x * 2^exponent` for an integer `x` of at most 53 bits, exact if the result is a float.
fn scale(x: f64, exponent: i64) -> f64 {
    let power = |n: i64| f64::from_bits(((n + 1023) as u64) << 52);
    match exponent {
        -1000..=1000 => x * power(exponent),
        1001..=2000 => x * power(1000) * power(exponent - 1000),
        -2000..=-1001 => x * power(-1000) * power(exponent + 1000),
        e if e > 0 => x * f64::INFINITY,
        _ => x * 0.0,
    }
}
