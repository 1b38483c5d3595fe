//! A number outside the heap, and the ways between words and these.

use crate::{
    machine::Machine,
    runtime::Raise,
    value::{HeapType, Word},
};
use dashu_base::{BitTest, DivRem, Gcd, UnsignedAbs};
use dashu_int::{IBig, Sign, UBig};

/// An exact rational: in lowest terms, the denominator not zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ratio {
    /// Numerator, with the sign.
    pub numerator: IBig,
    /// Denominator; 1 for integers.
    pub denominator: UBig,
}

/// A real number.
#[derive(Clone, Debug, PartialEq)]
pub enum Real {
    /// An exact integer.
    Integer(IBig),
    /// An exact number that is no integer.
    Ratio(Ratio),
    /// An inexact number.
    Float(f64),
}

/// Two numbers brought to one kind.
pub enum Operands {
    /// Two exact integers.
    Integers(IBig, IBig),
    /// Two exact numbers, at least one of them no integer.
    Ratios(Ratio, Ratio),
    /// At least one was inexact.
    Floats(f64, f64),
}

/// The big integer of a word, if it is an exact integer.
pub fn integer(word: Word) -> Option<IBig> {
    if word.is_fixnum() {
        return Some(IBig::from(word.as_fixnum()));
    }
    let (negative, limbs) = word.bignum()?;
    Some(IBig::from_sign_words(if negative { Sign::Negative } else { Sign::Positive }, limbs))
}

/// The exact rational of a word, if it is an exact number.
pub fn ratio(word: Word) -> Option<Ratio> {
    if let Some(n) = integer(word) {
        return Some(Ratio::from(n));
    }
    if !word.is_rational() {
        return None;
    }
    let (numerator, denominator) = (integer(word.field(0))?, integer(word.field(1))?);
    Some(Ratio { numerator, denominator: denominator.unsigned_abs() })
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
        if common == UBig::ONE {
            return Ratio { numerator, denominator };
        }
        Ratio { numerator: numerator / IBig::from(common.clone()), denominator: denominator / common }
    }

    /// The nearest float, ties to even; rounded once, also where the result is subnormal.
    pub fn to_f64(&self) -> f64 {
        if self.denominator == UBig::ONE {
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
}

/// `x * 2^exponent` for an integer `x` of at most 53 bits, exact if the result is a float.
pub fn scale(x: f64, exponent: i64) -> f64 {
    let power = |n: i64| f64::from_bits(((n + 1023) as u64) << 52);
    match exponent {
        -1000..=1000 => x * power(exponent),
        1001..=2000 => x * power(1000) * power(exponent - 1000),
        -2000..=-1001 => x * power(-1000) * power(exponent + 1000),
        e if e > 0 => x * f64::INFINITY,
        _ => x * 0.0,
    }
}

/// The exact value of a finite float.
pub fn exact_float(x: f64) -> Option<Ratio> {
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

impl Real {
    /// The number in a word; `None` if it is not a real number.
    pub fn of(word: Word) -> Option<Real> {
        if let Some(x) = word.flonum() {
            return Some(Real::Float(x));
        }
        if let Some(n) = integer(word) {
            return Some(Real::Integer(n));
        }
        ratio(word).map(Real::Ratio)
    }

    /// The number, simplified: a ratio with denominator 1 is an integer.
    pub fn from_ratio(ratio: Ratio) -> Real {
        if ratio.denominator == UBig::ONE { Real::Integer(ratio.numerator) } else { Real::Ratio(ratio) }
    }

    /// The nearest float.
    pub fn to_f64(&self) -> f64 {
        match self {
            Real::Integer(n) => n.to_f64().value(),
            Real::Ratio(ratio) => ratio.to_f64(),
            Real::Float(x) => *x,
        }
    }

    /// The exact value; `None` for infinities and NaN.
    pub fn to_ratio(&self) -> Option<Ratio> {
        match self {
            Real::Integer(n) => Some(Ratio::from(n.clone())),
            Real::Ratio(ratio) => Some(ratio.clone()),
            Real::Float(x) => exact_float(*x),
        }
    }
}

/// The float nearest to a number's word; `None` if it is no number.
pub fn to_f64(word: Word) -> Option<f64> {
    word.to_f64().or_else(|| Real::of(word).map(|real| real.to_f64()))
}

/// Decodes the operands of a binary operation.
///
/// # Errors
/// One of them is no number.
pub fn operands(machine: &mut Machine, who: &str, a: Word, b: Word) -> Result<Operands, Raise> {
    let Some(x) = Real::of(a) else { return Err(machine.expected(who, "a number", a)) };
    let Some(y) = Real::of(b) else { return Err(machine.expected(who, "a number", b)) };
    Ok(match (x, y) {
        (Real::Integer(x), Real::Integer(y)) => Operands::Integers(x, y),
        (Real::Float(x), y) => Operands::Floats(x, y.to_f64()),
        (x, Real::Float(y)) => Operands::Floats(x.to_f64(), y),
        (Real::Integer(x), Real::Ratio(y)) => Operands::Ratios(x.into(), y),
        (Real::Ratio(x), Real::Integer(y)) => Operands::Ratios(x, y.into()),
        (Real::Ratio(x), Real::Ratio(y)) => Operands::Ratios(x, y),
    })
}

/// Decodes one operand.
///
/// # Errors
/// It is no number.
pub fn operand(machine: &mut Machine, who: &str, a: Word) -> Result<Real, Raise> {
    Real::of(a).ok_or_else(|| machine.expected(who, "a number", a))
}

impl Machine {
    /// The word of a big integer.
    pub fn make_big(&mut self, n: &IBig) -> Word {
        let (sign, limbs) = n.as_sign_words();
        self.make_bignum(sign == Sign::Negative, limbs)
    }

    /// The word of an integer of 128 bits.
    pub fn make_i128(&mut self, n: i128) -> Word {
        let magnitude = n.unsigned_abs();
        self.make_bignum(n < 0, &[magnitude as u64, (magnitude >> 64) as u64])
    }

    /// The word of a rational.
    pub fn make_ratio(&mut self, ratio: &Ratio) -> Word {
        let numerator = self.make_big(&ratio.numerator);
        if ratio.denominator == UBig::ONE {
            return numerator;
        }
        // `numerator` stays on the native stack, which is scanned.
        let denominator = self.make_bignum(false, ratio.denominator.as_words());
        debug_assert!(denominator.heap_type() != Some(HeapType::Rational));
        self.make_rational(numerator, denominator)
    }

    /// The word of a number.
    pub fn make_real(&mut self, real: &Real) -> Word {
        match real {
            Real::Integer(n) => self.make_big(n),
            Real::Ratio(ratio) => self.make_ratio(ratio),
            Real::Float(x) => self.make_float(*x),
        }
    }
}
