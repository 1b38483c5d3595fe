//! `number->string`: every radix from 2 to 36; floats print with the fewest digits that read back as the same float.
//!
//! In radix 10 the digits come from `ryu`; in other radices from the free-format algorithm of Steele and White ("How to
//! Print Floating-Point Numbers Accurately", 1990) on big integers.

use super::{complex::parts, ratio::Ratio, real::Real};
use crate::value::Word;
use dashu_int::IBig;

/// The text of a real number.
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
    if !word.is_complex() {
        return Real::of(word).map(|real| real_to_string(&real, radix));
    }
    let (re, im) = parts(word);
    let re = match re {
        re if re == Word::fixnum(0) => String::new(),
        re => number_to_string(re, radix)?,
    };
    let im = match number_to_string(im, radix)?.as_str() {
        "1" => "+".to_owned(),
        "-1" => "-".to_owned(),
        signed if signed.starts_with(['+', '-']) => signed.to_owned(),
        unsigned => format!("+{unsigned}"),
    };
    Some(format!("{re}{im}i"))
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
    let Some(value) = Ratio::of_float(x.abs()) else { return String::new() };
    // The distance to the nearer neighbour: digits stop when half of it is more than what is left. Below a power of two the
    // floats are twice as dense as above.
    let bits = x.abs().to_bits();
    let neighbour = |bits: u64| Ratio::of_float(f64::from_bits(bits)).unwrap_or_else(|| value.clone());
    let above = neighbour(bits + 1).sub(&value);
    let below = value.sub(&neighbour(bits.saturating_sub(1)));
    let gap = if above.is_zero() || !below.is_zero() && below.compare(&above).is_lt() { below } else { above };
    let Ratio { numerator, denominator } = value;
    let denominator = IBig::from(denominator);
    // `rest` and `gap` count units of 1 / scale.
    let below = IBig::from(gap.denominator);
    let scale = &denominator * &below * IBig::from(2);
    let mut gap = gap.numerator * &denominator;
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
