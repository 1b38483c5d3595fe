//! The syntax of numbers, R7RS 7.1.1, without their arithmetic.
//!
//! [`parse`] splits the text of a number into its parts; [`Numeral::value`] evaluates those that fit a machine word or
//! a float. What is left (big integers, rationals, complex numbers, exact decimals) is for who has the arithmetic.
//!
//! ```text
//! "#x-ff"    -> radix 16, Real(Integer { negative, digits "ff" })
//! "1/2+3.5i" -> Rectangular(Some(Ratio { "1", "2" }), Decimal { whole "3", fraction "5", exponent "" })
//! ```

/// What a prefix says about exactness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exactness {
    /// `#e`
    Exact,
    /// `#i`
    Inexact,
}

/// A number in its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numeral<'a> {
    /// From the prefix, if it says so.
    pub exactness: Option<Exactness>,
    /// From 2 to 36.
    pub radix: u32,
    /// The number behind the prefix.
    pub shape: Shape<'a>,
}

/// A number behind its prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape<'a> {
    /// A real number.
    Real(Real<'a>),
    /// `a+bi`; the real part may be absent.
    Rectangular(Option<Real<'a>>, Real<'a>),
    /// `magnitude@angle`.
    Polar(Real<'a>, Real<'a>),
}

/// A real number: a sign and what follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Real<'a> {
    /// Whether it has a minus sign.
    pub negative: bool,
    /// Its absolute value.
    pub magnitude: Magnitude<'a>,
}

/// The absolute value of a real number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Magnitude<'a> {
    /// Digits of the radix, at least one.
    Integer(&'a str),
    /// Numerator and denominator, digits of the radix, at least one each.
    Ratio(&'a str, &'a str),
    /// A number with a point or, in radix 10, an exponent.
    Decimal {
        /// The whole of it, in radix 10 as Rust's `f64` parses it.
        text: &'a str,
        /// Digits before the point, possibly none.
        whole: &'a str,
        /// Digits behind the point, possibly none.
        fraction: &'a str,
        /// Exponent with its sign; empty if there is none.
        exponent: &'a str,
    },
    /// `inf.0`
    Infinity,
    /// `nan.0`
    NotANumber,
}

/// A number that needs no arithmetic beyond a machine's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Simple {
    /// Exact.
    Integer(i64),
    /// Inexact.
    Float(f64),
}

/// Exponents of exact decimals beyond this are refused: a few characters must not stand for gigabytes.
const MOST_EXPONENT: i64 = 1_000_000;

/// Splits a text that is a number as a whole. `radix` (from 2 to 36) holds if no prefix says otherwise.
///
/// Two things go beyond the report's grammar, both for radices that only `string->number` can be given: fractions with a
/// point in another radix than 10, which `number->string` writes and must be able to read again (6.2.7), but not
/// behind a prefix; and radices in which `i` is a digit, where no number is complex.
pub fn parse(text: &str, radix: u32) -> Option<Numeral<'_>> {
    let mut rest = text;
    let mut exactness = None;
    let mut prefix_radix = None;
    while let Some(prefixed) = rest.strip_prefix('#') {
        let repeated = match prefixed.as_bytes().first()?.to_ascii_lowercase() {
            b'e' => exactness.replace(Exactness::Exact).is_some(),
            b'i' => exactness.replace(Exactness::Inexact).is_some(),
            b'b' => prefix_radix.replace(2).is_some(),
            b'o' => prefix_radix.replace(8).is_some(),
            b'd' => prefix_radix.replace(10).is_some(),
            b'x' => prefix_radix.replace(16).is_some(),
            _ => return None,
        };
        if repeated {
            return None;
        }
        rest = &prefixed[1..];
    }
    let form = Form { radix: prefix_radix.unwrap_or(radix), point: prefix_radix.is_none_or(|radix| radix == 10) };
    Some(Numeral { exactness, radix: form.radix, shape: shape(rest, form)? })
}

/// A decimal integer of up to 18 digits, the most usual number of all, without the way through [`parse`].
pub fn small_integer(text: &str) -> Option<i64> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let mut value = 0;
    for &digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        value = value * 10 + i64::from(digit - b'0');
    }
    Some(if negative { -value } else { value })
}

/// What numbers may look like.
#[derive(Clone, Copy)]
struct Form {
    radix: u32,
    /// Whether there may be a point.
    point: bool,
}

fn shape(text: &str, form: Form) -> Option<Shape<'_>> {
    let has_mark = !'i'.is_digit(form.radix);
    if let Some(unit) = imaginary_unit(text)
        && has_mark
    {
        return Some(Shape::Rectangular(None, unit));
    }
    let (first, rest) = real(text, form)?;
    if rest.is_empty() {
        return Some(Shape::Real(first));
    }
    if is_imaginary_mark(rest) {
        return text.starts_with(['+', '-']).then_some(Shape::Rectangular(None, first));
    }
    if let Some(angle) = rest.strip_prefix('@') {
        let (angle, rest) = real(angle, form)?;
        return rest.is_empty().then_some(Shape::Polar(first, angle));
    }
    if let Some(unit) = imaginary_unit(rest) {
        return Some(Shape::Rectangular(Some(first), unit));
    }
    if !rest.starts_with(['+', '-']) || !has_mark {
        return None;
    }
    let (imaginary, rest) = real(rest, form)?;
    is_imaginary_mark(rest).then_some(Shape::Rectangular(Some(first), imaginary))
}

fn is_imaginary_mark(text: &str) -> bool {
    text.eq_ignore_ascii_case("i")
}

/// `+i` or `-i`.
fn imaginary_unit(text: &str) -> Option<Real<'static>> {
    let (negative, rest) = sign(text)?;
    is_imaginary_mark(rest).then_some(Real { negative, magnitude: Magnitude::Integer("1") })
}

fn sign(text: &str) -> Option<(bool, &str)> {
    match text.as_bytes().first()? {
        b'+' => Some((false, &text[1..])),
        b'-' => Some((true, &text[1..])),
        _ => None,
    }
}

/// The real number at the beginning of a text, and the rest of the text.
fn real(text: &str, form: Form) -> Option<(Real<'_>, &str)> {
    let Some((negative, unsigned)) = sign(text) else {
        let (magnitude, rest) = magnitude(text, form)?;
        return Some((Real { negative: false, magnitude }, rest));
    };
    // Infinities and NaNs always have a sign: without one, they are identifiers.
    if let Some((name, rest)) = unsigned.split_at_checked(5) {
        let special = if name.eq_ignore_ascii_case("inf.0") {
            Some(Magnitude::Infinity)
        } else if name.eq_ignore_ascii_case("nan.0") {
            Some(Magnitude::NotANumber)
        } else {
            None
        };
        if let Some(magnitude) = special {
            return Some((Real { negative, magnitude }, rest));
        }
    }
    let (magnitude, rest) = magnitude(unsigned, form)?;
    Some((Real { negative, magnitude }, rest))
}

fn magnitude(text: &str, form: Form) -> Option<(Magnitude<'_>, &str)> {
    let radix = form.radix;
    let (whole, rest) = digits(text, radix);
    if form.point {
        let (fraction, behind_fraction) = rest.strip_prefix('.').map_or(("", rest), |rest| digits(rest, radix));
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let (exponent, behind) = if radix == 10 { exponent(behind_fraction) } else { ("", behind_fraction) };
        if behind.len() < rest.len() {
            let text = &text[..text.len() - behind.len()];
            return Some((Magnitude::Decimal { text, whole, fraction, exponent }, behind));
        }
    }
    if whole.is_empty() {
        return None;
    }
    if let Some(rest) = rest.strip_prefix('/') {
        let (denominator, rest) = digits(rest, radix);
        return (!denominator.is_empty()).then_some((Magnitude::Ratio(whole, denominator), rest));
    }
    Some((Magnitude::Integer(whole), rest))
}

/// The exponent at the beginning of a text without its mark, empty if there is none, and the rest of the text.
fn exponent(text: &str) -> (&str, &str) {
    let Some(marked) = text.strip_prefix(['e', 'E']) else { return ("", text) };
    let unsigned = marked.strip_prefix(['+', '-']).unwrap_or(marked);
    let (digits, rest) = digits(unsigned, 10);
    if digits.is_empty() { ("", text) } else { marked.split_at(marked.len() - rest.len()) }
}

fn digits(text: &str, radix: u32) -> (&str, &str) {
    let end = text.bytes().position(|byte| !(byte as char).is_digit(radix)).unwrap_or(text.len());
    text.split_at(end)
}

impl Numeral<'_> {
    /// Its value, if that is an integer of 64 bits or a float and no other arithmetic is needed to find it.
    pub fn value(&self) -> Option<Simple> {
        let Shape::Real(Real { negative, magnitude }) = self.shape else { return None };
        let signed = |float: f64| Simple::Float(if negative { -float } else { float });
        match (magnitude, self.exactness) {
            (Magnitude::Integer(digits), None | Some(Exactness::Exact)) => {
                integer(negative, digits, self.radix).map(Simple::Integer)
            }
            (Magnitude::Integer(digits), Some(Exactness::Inexact)) if self.radix == 10 => {
                digits.parse().ok().map(signed)
            }
            // From the magnitude, so that `#i-0` keeps its sign as `-0.0` does.
            (Magnitude::Integer(digits), Some(Exactness::Inexact)) => {
                integer(false, digits, self.radix).map(|value| signed(value as f64))
            }
            (Magnitude::Ratio(..), _) | (_, Some(Exactness::Exact)) => None,
            (Magnitude::Decimal { .. }, _) if self.radix != 10 => None,
            (Magnitude::Decimal { text, .. }, _) => text.parse().ok().map(signed),
            (Magnitude::Infinity, _) => Some(signed(f64::INFINITY)),
            (Magnitude::NotANumber, _) => Some(signed(f64::NAN)),
        }
    }

    /// The real numbers it consists of.
    pub fn reals(&self) -> impl Iterator<Item = Real<'_>> {
        let (first, second) = match self.shape {
            Shape::Real(real) => (Some(real), None),
            Shape::Rectangular(real, imaginary) => (real, Some(imaginary)),
            Shape::Polar(magnitude, angle) => (Some(magnitude), Some(angle)),
        };
        first.into_iter().chain(second)
    }

    /// What keeps a text of the right form from having a value.
    pub fn fault(&self) -> Option<&'static str> {
        for Real { magnitude, .. } in self.reals() {
            match magnitude {
                Magnitude::Ratio(_, denominator) if denominator.bytes().all(|digit| digit == b'0') => {
                    return Some("has the denominator zero");
                }
                Magnitude::Infinity | Magnitude::NotANumber if self.exactness == Some(Exactness::Exact) => {
                    return Some("can't be exact");
                }
                Magnitude::Decimal { exponent, .. }
                    if self.exactness == Some(Exactness::Exact)
                        && !exponent.is_empty()
                        && !exponent.parse::<i64>().is_ok_and(|n| n.abs() <= MOST_EXPONENT) =>
                {
                    return Some("is too large to be exact");
                }
                _ => {}
            }
        }
        None
    }
}

fn integer(negative: bool, digits: &str, radix: u32) -> Option<i64> {
    // Downwards: the smallest integer has no positive counterpart.
    let value = digits.chars().try_fold(0i64, |value, digit| {
        value.checked_mul(i64::from(radix))?.checked_sub(i64::from(digit.to_digit(radix)?))
    })?;
    if negative { Some(value) } else { value.checked_neg() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Option<Simple> {
        parse(text, 10).and_then(|numeral| numeral.value())
    }

    #[test]
    fn integers_of_every_radix() {
        let cases = [
            ("0", 0),
            ("-0", 0),
            ("+17", 17),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
            ("#xff", 255),
            ("#X-Ff", -255),
            ("#b-101", -5),
            ("#o17", 15),
            ("#d10", 10),
            ("#e#x10", 16),
            ("#x#e10", 16),
            ("#x1e3", 0x1e3),
            ("#x-8000000000000000", i64::MIN),
        ];
        for (text, expected) in cases {
            assert_eq!(value(text), Some(Simple::Integer(expected)), "{text}");
        }
        assert_eq!(parse("ff", 16).and_then(|numeral| numeral.value()), Some(Simple::Integer(255)));
        assert_eq!(parse("#d10", 16).and_then(|numeral| numeral.value()), Some(Simple::Integer(10)));
    }

    #[test]
    fn small_integers_agree_with_the_long_way() {
        for text in ["0", "-0", "7", "-12", "999999999999999999", "-999999999999999999"] {
            assert_eq!(small_integer(text).map(Simple::Integer), value(text), "{text}");
        }
        for text in ["", "-", "+1", "1+", "-1+", "1.0", "1/2", "9223372036854775808", "1_000"] {
            assert_eq!(small_integer(text), None, "{text}");
        }
    }

    #[test]
    fn floats() {
        let cases = [
            ("1.", 1.0),
            (".5", 0.5),
            ("-.5", -0.5),
            ("+1.5", 1.5),
            ("1e3", 1000.0),
            ("1E-3", 0.001),
            ("1.5e+10", 1.5e10),
            ("#i10", 10.0),
            ("#i#xff", 255.0),
            ("#d1.5", 1.5),
            ("1e400", f64::INFINITY),
            ("+inf.0", f64::INFINITY),
            ("-INF.0", f64::NEG_INFINITY),
            ("0.1", 0.1),
            ("123456789012345678901234567890.0", 123456789012345678901234567890.0),
        ];
        for (text, expected) in cases {
            assert_eq!(value(text), Some(Simple::Float(expected)), "{text}");
        }
        for text in ["-0.0", "#i-0", "#i#x-0"] {
            assert!(
                matches!(value(text), Some(Simple::Float(zero)) if zero == 0.0 && zero.is_sign_negative()),
                "{text}"
            );
        }
        for text in ["+nan.0", "-nan.0", "+NaN.0"] {
            assert!(matches!(value(text), Some(Simple::Float(float)) if float.is_nan()), "{text}");
        }
    }

    #[test]
    fn numbers_that_need_arithmetic() {
        for text in [
            "9223372036854775808",
            "-9223372036854775809",
            "1/2",
            "-4/2",
            "#x1/f",
            "#e1.5",
            "#i1/3",
            "+i",
            "-i",
            "1+i",
            "1-2i",
            "+2i",
            "1/2+3/4i",
            "1.5e3-2.5e-3i",
            "+inf.0i",
            "1+inf.0i",
            "+inf.0-nan.0i",
            "1@2",
            "-1@-2.5",
            "#x1+ai",
            "#xfffffffffffffffff",
            "+1E2I",
        ] {
            let numeral = parse(text, 10).unwrap_or_else(|| panic!("{text} is a number"));
            assert_eq!(numeral.value(), None, "{text}");
            assert_eq!(numeral.fault(), None, "{text}");
        }
    }

    #[test]
    fn parts() {
        let decimal = Magnitude::Decimal { text: "3.25e-1", whole: "3", fraction: "25", exponent: "-1" };
        let half = Real { negative: true, magnitude: Magnitude::Ratio("1", "2") };
        let expected = Shape::Rectangular(Some(half), Real { negative: false, magnitude: decimal });
        assert_eq!(parse("#e-1/2+3.25e-1i", 10).map(|numeral| numeral.shape), Some(expected));
        assert_eq!(parse("#e1", 10).and_then(|numeral| numeral.exactness), Some(Exactness::Exact));
    }

    #[test]
    fn texts_that_are_no_numbers() {
        for text in [
            "", "+", "-", ".", "...", "1+", "-1+", "+.x", "->x", "1e", "e1", "1e+", "1.2.3", "1/", "/2", "1/2/3",
            "1/2.5", "i", "1i", "1+2", "1+2i3", "inf.0", "nan.0", "+inf", "+inf.00", "1@", "@1", "1@2i", "+ii", "--1",
            "#", "#x", "#xg", "#b2", "#o8", "#x1.5", "#x#x1", "#e#i1", "#e", "#y1", "1a", "12é", "+é", "+infé0",
            "0x10", "1_000",
        ] {
            assert_eq!(parse(text, 10), None, "{text}");
        }
    }

    #[test]
    fn faults() {
        for (text, expected) in [
            ("1/0", Some("has the denominator zero")),
            ("1+1/00i", Some("has the denominator zero")),
            ("#e+inf.0", Some("can't be exact")),
            ("#e1+nan.0i", Some("can't be exact")),
            ("#e1e1000001", Some("is too large to be exact")),
            ("#e1e-99999999999999999999", Some("is too large to be exact")),
            ("#e1e1000", None),
            ("1e99999999999999999999", None),
            ("0/1", None),
        ] {
            assert_eq!(parse(text, 10).and_then(|numeral| numeral.fault()), expected, "{text}");
        }
    }
}
