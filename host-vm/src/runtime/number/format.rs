//! `number->string`: every radix from 2 to 36; floats print with the fewest digits that read back as the same float.
//!
//! In radix 10 the digits come from `ryu`; in other radices from the free-format algorithm of Steele and White ("How to
//! Print Floating-Point Numbers Accurately", 1990) on big integers.

use super::real::{Ratio, Real, exact_float};
use crate::value::Word;
use dashu_int::IBig;

/// The text of a number.
pub fn real_to_string(real: &Real, radix: u32) -> String {
    match real {
        Real::Integer(n) => integer_to_string(n, radix),
        Real::Ratio(ratio) => {
            let below = IBig::from(ratio.denominator.clone());
            format!("{}/{}", integer_to_string(&ratio.numerator, radix), integer_to_string(&below, radix))
        }
        Real::Float(x) => float_to_string(*x, radix),
    }
}

/// The text of a number's word; `None` if it is no number.
pub fn number_to_string(word: Word, radix: u32) -> Option<String> {
    if word.is_fixnum() && radix == 10 {
        return Some(word.as_fixnum().to_string());
    }
    Real::of(word).map(|real| real_to_string(&real, radix))
}

fn integer_to_string(n: &IBig, radix: u32) -> String {
    n.in_radix(radix as u8).to_string()
}

/// The text of a float: always with a decimal point, so that it reads back as inexact.
pub fn float_to_string(x: f64, radix: u32) -> String {
    if x.is_nan() {
        return "+nan.0".to_owned();
    }
    if x.is_infinite() {
        return if x > 0.0 { "+inf.0" } else { "-inf.0" }.to_owned();
    }
    if radix != 10 {
        return float_in_radix(x, radix);
    }
    let mut buffer = ryu::Buffer::new();
    let text = buffer.format_finite(x);
    match text.split_once('e') {
        Some((mantissa, exponent)) if !mantissa.contains('.') => format!("{mantissa}.0e{exponent}"),
        _ => text.to_owned(),
    }
}

fn float_in_radix(x: f64, radix: u32) -> String {
    let sign = if x.is_sign_negative() { "-" } else { "" };
    let Some(value) = exact_float(x.abs()) else { return String::new() };
    // Half of the distance to the next float, as a ratio: digits stop when what is left is smaller.
    let above = exact_float(f64::from_bits(x.abs().to_bits() + 1)).unwrap_or_else(|| value.clone());
    let Ratio { numerator, denominator } = value;
    let (denominator, below) = (IBig::from(denominator), IBig::from(above.denominator));
    // `rest` and `gap` count units of 1 / scale.
    let scale = &denominator * &below * IBig::from(2);
    let mut gap = above.numerator * &denominator - &numerator * &below;
    let whole = &numerator / &denominator;
    let mut rest = (numerator - &whole * &denominator) * below * IBig::from(2);
    let mut digits = String::new();
    let radix_big = IBig::from(radix);
    let mut carry = false;
    while !rest.is_zero() && digits.len() < 1100 {
        rest *= &radix_big;
        gap *= &radix_big;
        let digit = &rest / &scale;
        rest -= &digit * &scale;
        let digit = u32::try_from(digit).unwrap_or(0);
        if rest < gap || &rest + &gap > scale {
            let up = &rest * IBig::from(2) >= scale;
            carry = up && digit + 1 == radix;
            digits.push(char::from_digit(if up && !carry { digit + 1 } else { digit }, radix).unwrap_or('0'));
            break;
        }
        digits.push(char::from_digit(digit, radix).unwrap_or('0'));
    }
    let mut whole = whole;
    if carry {
        // The last digit rounds up over its end: propagate.
        let all = format!("{}{digits}", integer_to_string(&whole, radix));
        let places = digits.len();
        let n = IBig::from_str_radix(&all, radix).unwrap_or(IBig::ZERO) + IBig::ONE;
        let power = radix_big.pow(places);
        whole = &n / &power;
        let fraction = integer_to_string(&(n % power), radix);
        digits = format!("{}{fraction}", "0".repeat(places - fraction.len()));
        digits.truncate(digits.trim_end_matches('0').len());
    }
    if digits.is_empty() {
        digits.push('0');
    }
    format!("{sign}{}.{digits}", integer_to_string(&whole, radix))
}
