//! `string->number`: the value of what `text/number.rs` has split into its parts.
//!
//! Decimals are exact until the end: an inexact one is rounded once (by Rust's parser, which is correct), `#e1.1` is 11/10.

use super::{complex, ratio::Ratio, real::Real};
use crate::{
    machine::Machine,
    text::number::{self, Exactness, Magnitude, Numeral, Shape},
    value::Word,
};
use dashu_int::{IBig, UBig};

/// The number of a text in a radix from 2 to 36; `None` if it is no number.
pub fn string_to_number(machine: &mut Machine, text: &str, radix: u32) -> Option<Word> {
    if radix == 10
        && let Some(n) = number::small_integer(text)
    {
        // Nearly all numbers in data.
        return Some(machine.make_integer(n));
    }
    let numeral = number::parse(text, radix)?;
    if numeral.fault().is_some() {
        return None;
    }
    value(machine, &numeral)
}

fn value(machine: &mut Machine, numeral: &Numeral<'_>) -> Option<Word> {
    match numeral.shape {
        Shape::Real(real) => {
            let real = evaluate(numeral, real)?;
            Some(machine.make_real(&real))
        }
        Shape::Rectangular(re, im) => {
            let im = evaluate(numeral, im)?;
            let re = match re {
                Some(re) => evaluate(numeral, re)?,
                None => Real::Integer(IBig::ZERO),
            };
            let (re, im) = (machine.make_real(&re), machine.make_real(&im));
            Some(machine.make_rectangular(re, im))
        }
        Shape::Polar(magnitude, angle) => {
            let (magnitude, angle) = (evaluate(numeral, magnitude)?, evaluate(numeral, angle)?);
            let (magnitude, angle) = (machine.make_real(&magnitude), machine.make_real(&angle));
            let number = complex::polar(machine, "string->number", magnitude, angle).ok()?;
            // The product of an exact magnitude and a sine is inexact, whatever its prefix says.
            if numeral.exactness == Some(Exactness::Exact) {
                super::math::exact(machine, number).ok()
            } else {
                Some(number)
            }
        }
    }
}

/// A real number of a numeral, with the numeral's exactness and radix.
fn evaluate(numeral: &Numeral<'_>, number::Real { negative, magnitude }: number::Real<'_>) -> Option<Real> {
    let signed_float = |x: f64| Real::Float(if negative { -x } else { x });
    let exact = match magnitude {
        Magnitude::Infinity => return Some(signed_float(f64::INFINITY)),
        Magnitude::NotANumber => return Some(Real::Float(f64::NAN)),
        Magnitude::Integer(digits) => Ratio::from(signed(negative, natural(digits, numeral.radix)?)),
        Magnitude::Ratio(above, below) => {
            let (above, below) = (natural(above, numeral.radix)?, natural(below, numeral.radix)?);
            Ratio::new(signed(negative, above), IBig::from(below))
        }
        Magnitude::Decimal { text, .. } if numeral.radix == 10 && numeral.exactness != Some(Exactness::Exact) => {
            return text.parse().ok().map(signed_float);
        }
        Magnitude::Decimal { whole, fraction, exponent, .. } => {
            let digits = signed(negative, natural(&format!("{whole}{fraction}"), numeral.radix)?);
            let exponent = if exponent.is_empty() { 0 } else { exponent.parse::<i64>().ok()? } - fraction.len() as i64;
            let power = IBig::from(numeral.radix).pow(exponent.unsigned_abs() as usize);
            let value = if exponent < 0 { Ratio::new(digits, power) } else { Ratio::from(digits * power) };
            if numeral.exactness != Some(Exactness::Exact) {
                return Some(signed_float(value.abs().to_f64()));
            }
            value
        }
    };
    Some(match numeral.exactness {
        // From the magnitude, since an inexact zero keeps its sign.
        Some(Exactness::Inexact) => signed_float(exact.abs().to_f64()),
        _ => Real::from_ratio(exact),
    })
}

fn signed(negative: bool, n: UBig) -> IBig {
    if negative { -IBig::from(n) } else { IBig::from(n) }
}

/// Digits of the radix, at least one.
fn natural(digits: &str, radix: u32) -> Option<UBig> {
    UBig::from_str_radix(digits, radix).ok()
}
