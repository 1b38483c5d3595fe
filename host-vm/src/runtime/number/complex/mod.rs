//! Complex numbers that are not real, in rectangular form, and their arithmetic.
//!
//! What always holds: both parts have the same exactness; the imaginary part is not an exact zero (such a number is a
//! real one), but may be an inexact zero: `1.0+0.0i` is not real, as the report says.
//!
//! A real operand of an inexact operation is not given an imaginary zero: `(* 2 z)` scales the parts of `z`, so that neither signs
//! of zeros nor infinities turn into something else.
//!
//! Read in this order: this file, [`functions`].

pub mod functions;

use super::{
    ratio::Ratio,
    real::{self, Real},
};
use crate::{machine::Machine, runtime::Raise, value::Word};
use functions::Float;

/// A complex number.
#[derive(Clone, Debug, PartialEq)]
pub enum Complex {
    /// Exact parts.
    Exact(Gaussian),
    /// Inexact parts.
    Inexact(Float),
}

/// A complex number with rational parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Gaussian {
    /// Real part.
    pub re: Ratio,
    /// Imaginary part.
    pub im: Ratio,
}

/// An inexact operand.
#[derive(Clone, Copy, Debug)]
pub enum Inexact {
    /// A real number.
    Real(f64),
    /// Another.
    Complex(Float),
}

/// Two numbers, at least one of them not real, brought to one exactness.
pub enum Operands {
    /// Exact.
    Exact(Gaussian, Gaussian),
    /// Inexact.
    Inexact(Inexact, Inexact),
}

impl Complex {
    /// The number in a word, if it is complex and not real.
    pub fn of(word: Word) -> Option<Complex> {
        if !word.is_complex() {
            return None;
        }
        Some(match inexact(word) {
            Some(z) => Complex::Inexact(z),
            None => Complex::Exact(gaussian(word)?),
        })
    }

    /// As floats.
    pub fn to_float(&self) -> Float {
        match self {
            Complex::Exact(z) => Float::new(z.re.to_f64(), z.im.to_f64()),
            Complex::Inexact(z) => *z,
        }
    }
}

/// Real and imaginary part of any number.
pub fn parts(word: Word) -> (Word, Word) {
    if word.is_complex() { (word.field(0), word.field(1)) } else { (word, Word::fixnum(0)) }
}

/// Whether a number is exact.
pub fn is_exact(number: Word) -> bool {
    !parts(number).0.is_flonum()
}

fn inexact(word: Word) -> Option<Float> {
    Some(Float::new(word.field(0).flonum()?, word.field(1).flonum()?))
}

fn gaussian(word: Word) -> Option<Gaussian> {
    let (re, im) = parts(word);
    Some(Gaussian { re: real::ratio(re)?, im: real::ratio(im)? })
}

/// Any number as an inexact operand.
fn inexact_operand(word: Word) -> Option<Inexact> {
    match Complex::of(word) {
        Some(z) => Some(Inexact::Complex(z.to_float())),
        None => real::to_f64(word).map(Inexact::Real),
    }
}

/// Any number as a complex one of floats.
pub fn to_float(word: Word) -> Option<Float> {
    inexact_operand(word).map(|operand| match operand {
        Inexact::Real(x) => Float::new(x, 0.0),
        Inexact::Complex(z) => z,
    })
}

/// Decodes the operands of a binary operation, one of which is not real.
///
/// # Errors
/// One of them is no number.
pub fn operands(machine: &mut Machine, who: &str, a: Word, b: Word) -> Result<Operands, Raise> {
    for word in [a, b] {
        if !word.is_number() {
            return Err(machine.expected(who, "a number", word));
        }
    }
    if let (Some(x), Some(y)) = (gaussian(a), gaussian(b)) {
        return Ok(Operands::Exact(x, y));
    }
    match (inexact_operand(a), inexact_operand(b)) {
        (Some(x), Some(y)) => Ok(Operands::Inexact(x, y)),
        _ => Err(machine.expected(who, "a number", a)),
    }
}

impl Machine {
    /// The number with these parts, which are real: brought to one exactness, a real number if `im` is an exact zero.
    pub fn make_rectangular(&mut self, re: Word, im: Word) -> Word {
        if im == Word::fixnum(0) {
            return re;
        }
        match (re.is_flonum(), im.is_flonum()) {
            (true, false) => {
                let im = real::to_f64(im).unwrap_or(0.0);
                let im = self.make_float(im);
                self.make_complex(re, im)
            }
            (false, true) => {
                let re = real::to_f64(re).unwrap_or(0.0);
                let re = self.make_float(re);
                self.make_complex(re, im)
            }
            _ => self.make_complex(re, im),
        }
    }

    /// The word of a complex number of floats.
    pub fn make_complex_float(&mut self, z: Float) -> Word {
        let (re, im) = (self.make_float(z.re), self.make_float(z.im));
        self.make_complex(re, im)
    }

    fn make_gaussian(&mut self, z: &Gaussian) -> Word {
        let (re, im) = (self.make_ratio(&z.re), self.make_ratio(&z.im));
        self.make_rectangular(re, im)
    }
}

/// Sum.
pub fn add(machine: &mut Machine, operands: Operands) -> Word {
    use Inexact::*;
    match operands {
        Operands::Exact(x, y) => machine.make_gaussian(&Gaussian { re: x.re.add(&y.re), im: x.im.add(&y.im) }),
        Operands::Inexact(x, y) => machine.make_complex_float(match (x, y) {
            (Real(x), Real(y)) => Float::new(x + y, 0.0),
            (Real(x), Complex(z)) | (Complex(z), Real(x)) => Float::new(z.re + x, z.im),
            (Complex(x), Complex(y)) => Float::new(x.re + y.re, x.im + y.im),
        }),
    }
}

/// Difference.
pub fn sub(machine: &mut Machine, operands: Operands) -> Word {
    use Inexact::*;
    match operands {
        Operands::Exact(x, y) => machine.make_gaussian(&Gaussian { re: x.re.sub(&y.re), im: x.im.sub(&y.im) }),
        Operands::Inexact(x, y) => machine.make_complex_float(match (x, y) {
            (Real(x), Real(y)) => Float::new(x - y, 0.0),
            (Real(x), Complex(z)) => Float::new(x - z.re, -z.im),
            (Complex(z), Real(x)) => Float::new(z.re - x, z.im),
            (Complex(x), Complex(y)) => Float::new(x.re - y.re, x.im - y.im),
        }),
    }
}

/// Product.
pub fn mul(machine: &mut Machine, operands: Operands) -> Word {
    use Inexact::*;
    match operands {
        Operands::Exact(x, y) => {
            let product = multiply_exact(&x, &y);
            machine.make_gaussian(&product)
        }
        Operands::Inexact(x, y) => machine.make_complex_float(match (x, y) {
            (Real(x), Real(y)) => Float::new(x * y, 0.0),
            (Real(x), Complex(z)) | (Complex(z), Real(x)) => Float::new(z.re * x, z.im * x),
            (Complex(x), Complex(y)) => x.times(y),
        }),
    }
}

/// Quotient; the divisor is not an exact zero.
pub fn div(machine: &mut Machine, operands: Operands) -> Word {
    use Inexact::*;
    match operands {
        Operands::Exact(x, y) => {
            let norm = y.re.mul(&y.re).add(&y.im.mul(&y.im));
            let conjugate = Gaussian { re: y.re, im: y.im.negate() };
            let product = multiply_exact(&x, &conjugate);
            machine.make_gaussian(&Gaussian { re: product.re.div(&norm), im: product.im.div(&norm) })
        }
        Operands::Inexact(x, y) => machine.make_complex_float(match (x, y) {
            (Real(x), Real(y)) => Float::new(x / y, 0.0),
            (Complex(z), Real(x)) => Float::new(z.re / x, z.im / x),
            (Real(x), Complex(z)) => Float::new(x, 0.0).over(z),
            (Complex(x), Complex(y)) => x.over(y),
        }),
    }
}

fn multiply_exact(x: &Gaussian, y: &Gaussian) -> Gaussian {
    Gaussian { re: x.re.mul(&y.re).sub(&x.im.mul(&y.im)), im: x.re.mul(&y.im).add(&x.im.mul(&y.re)) }
}

/// Whether two numbers, at least one of them not real, are equal.
pub fn equal(a: Word, b: Word) -> bool {
    let same = |x: Word, y: Word| match (Real::of(x), Real::of(y)) {
        (Some(x), Some(y)) => super::compare::compare_reals(&x, &y).is_some_and(std::cmp::Ordering::is_eq),
        _ => false,
    };
    let ((a, b), (c, d)) = (parts(a), parts(b));
    same(a, c) && same(b, d)
}

/// The absolute value of any number: exact where the exact result is one.
///
/// # Errors
/// The argument is no number.
pub fn magnitude(machine: &mut Machine, a: Word) -> Result<Word, Raise> {
    match Complex::of(a) {
        Some(Complex::Exact(z)) => {
            let norm = machine.make_ratio(&z.re.mul(&z.re).add(&z.im.mul(&z.im)));
            super::math(machine, crate::bytecode::kinds::MathFunction::Sqrt, norm)
        }
        Some(Complex::Inexact(z)) => Ok(machine.make_float(z.abs())),
        None if a.is_number() => super::math(machine, crate::bytecode::kinds::MathFunction::Abs, a),
        None => Err(machine.expected("magnitude", "a number", a)),
    }
}

/// The angle of any number: an exact zero for exact numbers that are not negative.
///
/// # Errors
/// The argument is no number.
pub fn angle(machine: &mut Machine, a: Word) -> Result<Word, Raise> {
    let Some(z) = to_float(a) else { return Err(machine.expected("angle", "a number", a)) };
    let exact = is_exact(a) && !a.is_complex();
    if exact && Real::of(a).is_some_and(|real| !real.is_negative()) {
        return Ok(Word::fixnum(0));
    }
    Ok(machine.make_float(z.im.atan2(z.re)))
}

/// The number with a magnitude and an angle, which are real.
///
/// # Errors
/// An argument is no real number.
pub fn polar(machine: &mut Machine, who: &str, magnitude: Word, angle: Word) -> Result<Word, Raise> {
    let (r, phi) = (real::operand(machine, who, magnitude)?.to_f64(), real::operand(machine, who, angle)?.to_f64());
    if angle == Word::fixnum(0) || magnitude == Word::fixnum(0) {
        return Ok(magnitude);
    }
    Ok(machine.make_complex_float(Float::new(r * phi.cos(), r * phi.sin())))
}

/// The exact square root of a number that is not real, if it has one.
pub fn exact_root(machine: &mut Machine, z: &Gaussian) -> Option<Word> {
    let half = Ratio::new(1.into(), 2.into());
    let norm = super::math::exact_root(&z.re.mul(&z.re).add(&z.im.mul(&z.im)))?;
    let re = super::math::exact_root(&norm.add(&z.re).mul(&half))?;
    let im = super::math::exact_root(&norm.sub(&z.re).mul(&half))?;
    let im = if z.im.is_negative() { im.negate() } else { im };
    Some(machine.make_gaussian(&Gaussian { re, im }))
}

/// A power of an exact number with an exponent that is not negative, by squaring. `None`: the result is too large.
pub fn exact_power(machine: &mut Machine, z: Gaussian, exponent: u64) -> Option<Word> {
    let length = |r: &Ratio| dashu_base::BitTest::bit_len(&r.numerator) + dashu_base::BitTest::bit_len(&r.denominator);
    let bits = length(&z.re).max(length(&z.im)) as u64;
    if exponent.saturating_mul(bits + 1) > super::bits::MOST_BITS {
        return None;
    }
    let one = Gaussian { re: Ratio::from(dashu_int::IBig::ONE), im: Ratio::zero() };
    let (mut result, mut square, mut left) = (one, z, exponent);
    while left > 0 {
        if left & 1 == 1 {
            result = multiply_exact(&result, &square);
        }
        left >>= 1;
        if left > 0 {
            square = multiply_exact(&square, &square);
        }
    }
    Some(machine.make_gaussian(&result))
}
