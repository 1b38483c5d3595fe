//! `string->number`: R7RS 7.1.1 `<number>`, real numbers only.
//!
//! Decimals are exact until the end: an inexact one is rounded once (by Rust's parser, which is correct), `#e1.1` is 11/10.

use super::real::{Ratio, Real};
use crate::{machine::Machine, value::Word};
use dashu_int::{IBig, UBig};

/// Exponents beyond this make no exact number.
const MOST_EXPONENT: i64 = 100_000;

#[derive(Clone, Copy, PartialEq)]
enum Exactness {
    Exact,
    Inexact,
    ByForm,
}

/// The number of a text in a radix from 2 to 36; `None` if it is no number.
pub fn parse(text: &str, radix: u32) -> Option<Real> {
    let (mut radix_prefix, mut exactness_prefix, mut rest) = (None, None, text.as_bytes());
    while let [b'#', letter, tail @ ..] = rest {
        let twice = match letter.to_ascii_lowercase() {
            b'e' => exactness_prefix.replace(Exactness::Exact).is_some(),
            b'i' => exactness_prefix.replace(Exactness::Inexact).is_some(),
            b'x' => radix_prefix.replace(16).is_some(),
            b'd' => radix_prefix.replace(10).is_some(),
            b'o' => radix_prefix.replace(8).is_some(),
            b'b' => radix_prefix.replace(2).is_some(),
            _ => return None,
        };
        if twice {
            return None;
        }
        rest = tail;
    }
    let (radix, exactness) = (radix_prefix.unwrap_or(radix), exactness_prefix.unwrap_or(Exactness::ByForm));
    let rest = std::str::from_utf8(rest).ok()?;
    let (negative, digits, signed) = match rest.as_bytes().first()? {
        b'-' => (true, &rest[1..], true),
        b'+' => (false, &rest[1..], true),
        _ => (false, rest, false),
    };
    if signed {
        let special = match digits.to_ascii_lowercase().as_str() {
            "inf.0" => Some(f64::INFINITY),
            "nan.0" => Some(f64::NAN),
            _ => None,
        };
        if let Some(x) = special {
            let x = if negative && !x.is_nan() { -x } else { x };
            return (exactness != Exactness::Exact).then_some(Real::Float(x));
        }
    }
    let real = match digits.split_once('/') {
        Some((above, below)) => {
            let (above, below) = (natural(above, radix)?, natural(below, radix)?);
            if below.is_zero() {
                return None;
            }
            Real::from_ratio(Ratio::new(signed_integer(negative, above), IBig::from(below)))
        }
        None => match natural(digits, radix) {
            Some(n) => Real::Integer(signed_integer(negative, n)),
            None if radix == 10 => return decimal(digits, negative, exactness),
            None => return None,
        },
    };
    Some(if exactness == Exactness::Inexact {
        // An inexact zero keeps its sign.
        let x = real.to_f64();
        Real::Float(if negative && x == 0.0 { -0.0 } else { x })
    } else {
        real
    })
}

fn signed_integer(negative: bool, n: UBig) -> IBig {
    if negative { -IBig::from(n) } else { IBig::from(n) }
}

/// Digits only: no sign, no separators.
fn natural(digits: &str, radix: u32) -> Option<UBig> {
    if digits.is_empty() || !digits.bytes().all(|byte| (byte as char).is_digit(radix)) {
        return None;
    }
    UBig::from_str_radix(digits, radix).ok()
}

fn decimal(digits: &str, negative: bool, exactness: Exactness) -> Option<Real> {
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => {
            let plain = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            if plain.is_empty() || !plain.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            let most = if exponent.starts_with('-') { -1_000_000_000 } else { 1_000_000_000 };
            (mantissa, exponent.parse::<i64>().unwrap_or(most))
        }
        None => (digits, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    if exactness != Exactness::Exact {
        let x: f64 = format!("{whole}.{fraction}e{exponent}").parse().ok()?;
        return Some(Real::Float(if negative { -x } else { x }));
    }
    let n = signed_integer(negative, natural(&format!("{whole}{fraction}"), 10)?);
    let exponent = exponent - fraction.len() as i64;
    if exponent.abs() > MOST_EXPONENT {
        return None;
    }
    let power = IBig::from(10).pow(exponent.unsigned_abs() as usize);
    Some(Real::from_ratio(if exponent < 0 { Ratio::new(n, power) } else { Ratio::from(n * power) }))
}

/// The number of a text in a radix from 2 to 36; `None` if it is no number.
pub fn string_to_number(machine: &mut Machine, text: &str, radix: u32) -> Option<Word> {
    if radix == 10 && text.len() <= 17 && !text.starts_with('+') {
        // Nearly all numbers in sources and data.
        if let Ok(n) = text.parse::<i64>() {
            return Some(machine.make_integer(n));
        }
    }
    let real = parse(text, radix)?;
    Some(machine.make_real(&real))
}
