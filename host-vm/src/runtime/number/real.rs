//! A real number outside the heap, and the ways between words and these.

use super::{complex, ratio::Ratio};
use crate::{
    machine::Machine,
    runtime::Raise,
    value::{HeapType, Word},
};
use dashu_base::UnsignedAbs;
use dashu_int::{IBig, Sign};

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
    /// Two real numbers, at least one of them inexact.
    Floats(f64, f64),
    /// At least one is not real.
    Complex(complex::Operands),
}

/// The big integer of a word, if it is an exact integer.
pub fn integer(word: Word) -> Option<IBig> {
    if word.is_fixnum() {
        return Some(IBig::from(word.as_fixnum()));
    }
    let (negative, limbs) = word.bignum()?;
    Some(IBig::from_sign_words(if negative { Sign::Negative } else { Sign::Positive }, limbs))
}

/// The exact rational of a word, if it is an exact real number.
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
        if ratio.is_integer() { Real::Integer(ratio.numerator) } else { Real::Ratio(ratio) }
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
            Real::Float(x) => Ratio::of_float(*x),
        }
    }

    /// The exact value of an exact number.
    pub fn into_exact(self) -> Option<Ratio> {
        match self {
            Real::Integer(n) => Some(Ratio::from(n)),
            Real::Ratio(ratio) => Some(ratio),
            Real::Float(_) => None,
        }
    }

    /// Whether it is below zero.
    pub fn is_negative(&self) -> bool {
        match self {
            Real::Integer(n) => n.sign() == Sign::Negative,
            Real::Ratio(ratio) => ratio.is_negative(),
            Real::Float(x) => *x < 0.0,
        }
    }
}

/// The float nearest to a real number's word; `None` if it is none.
pub fn to_f64(word: Word) -> Option<f64> {
    word.to_f64().or_else(|| Real::of(word).map(|real| real.to_f64()))
}

/// Decodes the operands of a binary operation.
///
/// # Errors
/// One of them is no number.
pub fn operands(machine: &mut Machine, who: &str, a: Word, b: Word) -> Result<Operands, Raise> {
    let (Some(x), Some(y)) = (Real::of(a), Real::of(b)) else {
        return complex::operands(machine, who, a, b).map(Operands::Complex);
    };
    Ok(match (x, y) {
        (Real::Integer(x), Real::Integer(y)) => Operands::Integers(x, y),
        (Real::Float(x), y) => Operands::Floats(x, y.to_f64()),
        (x, Real::Float(y)) => Operands::Floats(x.to_f64(), y),
        (Real::Integer(x), Real::Ratio(y)) => Operands::Ratios(x.into(), y),
        (Real::Ratio(x), Real::Integer(y)) => Operands::Ratios(x, y.into()),
        (Real::Ratio(x), Real::Ratio(y)) => Operands::Ratios(x, y),
    })
}

/// Decodes an operand that must be real.
///
/// # Errors
/// It is no real number.
pub fn operand(machine: &mut Machine, who: &str, a: Word) -> Result<Real, Raise> {
    Real::of(a).ok_or_else(|| machine.expected(who, "a real number", a))
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
        if ratio.is_integer() {
            return numerator;
        }
        // `numerator` stays on the native stack, which is scanned.
        let denominator = self.make_bignum(false, ratio.denominator.as_words());
        debug_assert!(denominator.heap_type() != Some(HeapType::Rational));
        self.make_rational(numerator, denominator)
    }

    /// The word of a real number.
    pub fn make_real(&mut self, real: &Real) -> Word {
        match real {
            Real::Integer(n) => self.make_big(n),
            Real::Ratio(ratio) => self.make_ratio(ratio),
            Real::Float(x) => self.make_float(*x),
        }
    }
}
