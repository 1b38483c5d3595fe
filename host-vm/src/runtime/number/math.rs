//! Functions of one number, as the `Math` instruction names them, and rounding.
//!
//! A transcendental function of an exact number gives an inexact one, except where the exact result is obvious: of an
//! exact zero for `sin tan asin atan exp cos`, of an exact one for `log acos`. Where a real argument has no real result
//! (`(sqrt -4)`, `(log -1)`, `(asin 2)`), the result is complex.

use super::{
    arithmetic::negate,
    bits,
    complex::{self, Complex, functions::Float},
    divide::{Rounding, round_ratio},
    ratio::Ratio,
    real::{self, Real, operand},
};
use crate::{bytecode::kinds::MathFunction, machine::Machine, runtime::Raise, value::Word};
use dashu_base::UnsignedAbs;
use dashu_int::{IBig, UBig};

/// The function of `a`.
///
/// # Errors
/// The argument is no number, or not one that the function has a value for.
pub fn math(machine: &mut Machine, function: MathFunction, a: Word) -> Result<Word, Raise> {
    use MathFunction::*;
    match function {
        Sqrt => sqrt(machine, a),
        Abs => absolute(machine, a),
        Floor | Ceiling | Truncate | Round => round(machine, function, a),
        Inexact => inexact(machine, a),
        Exact => exact(machine, a),
        BitNot => bits::bit_not(machine, a),
        Sin | Cos | Tan | Atan | Exp | Log | Asin | Acos => elementary(machine, function, a),
    }
}

/// An elementary function on floats and on complex numbers.
pub struct Elementary {
    /// In Scheme.
    pub name: &'static str,
    /// An exact argument whose value is exact, and the value.
    pub exact: Option<(i64, i64)>,
    /// On floats.
    pub real: fn(f64) -> f64,
    /// On complex numbers.
    pub complex: fn(Float) -> Float,
    /// Whether a float has a real value.
    pub domain: fn(f64) -> bool,
}

fn everywhere(_: f64) -> bool {
    true
}

fn in_unit_interval(x: f64) -> bool {
    x.is_nan() || (-1.0..=1.0).contains(&x)
}

macro_rules! elementary_functions {
    ($($constant:ident $name:literal $exact:expr, $real:ident $complex:ident $domain:expr;)*) => {
        $(
            #[doc = concat!("`", $name, "`")]
            pub const $constant: Elementary =
                Elementary { name: $name, exact: $exact, real: f64::$real, complex: Float::$complex, domain: $domain };
        )*
    };
}

elementary_functions! {
    SIN "sin" Some((0, 0)), sin sin everywhere;
    COS "cos" Some((0, 1)), cos cos everywhere;
    TAN "tan" Some((0, 0)), tan tan everywhere;
    ATAN "atan" Some((0, 0)), atan atan everywhere;
    EXP "exp" Some((0, 1)), exp exp everywhere;
    LOG "log" Some((1, 0)), ln ln |x| x.is_nan() || x >= 0.0 && x.is_sign_positive();
    ASIN "asin" Some((0, 0)), asin asin in_unit_interval;
    ACOS "acos" Some((1, 0)), acos acos in_unit_interval;
    SINH "sinh" Some((0, 0)), sinh sinh everywhere;
    COSH "cosh" Some((0, 1)), cosh cosh everywhere;
    TANH "tanh" Some((0, 0)), tanh tanh everywhere;
    ASINH "asinh" Some((0, 0)), asinh asinh everywhere;
    ACOSH "acosh" Some((1, 0)), acosh acosh |x| x.is_nan() || x >= 1.0;
    ATANH "atanh" Some((0, 0)), atanh atanh in_unit_interval;
}

fn elementary(machine: &mut Machine, function: MathFunction, a: Word) -> Result<Word, Raise> {
    match function {
        MathFunction::Sin => apply(machine, &SIN, a),
        MathFunction::Cos => apply(machine, &COS, a),
        MathFunction::Tan => apply(machine, &TAN, a),
        MathFunction::Atan => apply(machine, &ATAN, a),
        MathFunction::Exp => apply(machine, &EXP, a),
        MathFunction::Asin => apply(machine, &ASIN, a),
        MathFunction::Acos => apply(machine, &ACOS, a),
        _ => log(machine, a),
    }
}

/// An elementary function of any number.
///
/// # Errors
/// The argument is no number.
pub fn apply(machine: &mut Machine, function: &Elementary, a: Word) -> Result<Word, Raise> {
    if let Some((argument, value)) = function.exact
        && a == Word::fixnum(argument)
    {
        return Ok(Word::fixnum(value));
    }
    match real::to_f64(a) {
        Some(x) if (function.domain)(x) => Ok(machine.make_float((function.real)(x))),
        // A real number lies on the branch cut: above it left of zero, below it on the right (Common Lisp's choice, which
        // the report follows), except that `atanh` and `acosh` count their cuts as the upper side.
        Some(x) => {
            let below = x > 0.0 && matches!(function.name, "asin" | "acos");
            Ok(machine.make_complex_float((function.complex)(Float::new(x, if below { -0.0 } else { 0.0 }))))
        }
        None => match Complex::of(a) {
            Some(z) => Ok(machine.make_complex_float((function.complex)(z.to_float()))),
            None => Err(machine.expected(function.name, "a number", a)),
        },
    }
}

/// Natural logarithm; of exact numbers too whose float would be infinite or zero.
///
/// # Errors
/// The argument is no number, or an exact zero.
pub fn log(machine: &mut Machine, a: Word) -> Result<Word, Raise> {
    if a == Word::fixnum(0) {
        return Err(machine.division_by_zero("log", a));
    }
    match Real::of(a).map(|real| (real.to_f64(), real.into_exact())) {
        Some((x, Some(exact))) if x.is_infinite() || x == 0.0 => {
            let log = log_of_huge(&exact.numerator) - log_of_huge(&IBig::from(exact.denominator));
            if exact.numerator < IBig::ZERO {
                return Ok(machine.make_complex_float(Float::new(log, std::f64::consts::PI)));
            }
            Ok(machine.make_float(log))
        }
        Some((0.0, None)) if a.flonum().is_some_and(f64::is_sign_positive) => Ok(machine.make_float(f64::NEG_INFINITY)),
        _ => apply(machine, &LOG, a),
    }
}

/// The logarithm of an integer's magnitude.
fn log_of_huge(n: &IBig) -> f64 {
    let magnitude = n.unsigned_abs();
    let shift = bits::length(n).saturating_sub(64);
    (magnitude >> shift).to_f64().value().ln() + shift as f64 * std::f64::consts::LN_2
}

/// The logarithm to a base.
///
/// # Errors
/// An argument is no number, or an exact zero.
pub fn log_to_base(machine: &mut Machine, a: Word, base: Word) -> Result<Word, Raise> {
    // The usual bases have functions that are exact at powers.
    if let (Some(x), Some(base)) = (real::to_f64(a), base.to_f64())
        && x > 0.0
        && x.is_finite()
    {
        if base == 2.0 {
            return Ok(machine.make_float(x.log2()));
        }
        if base == 10.0 {
            return Ok(machine.make_float(x.log10()));
        }
    }
    let (above, below) = (log(machine, a)?, log(machine, base)?);
    super::div(machine, above, below)
}

/// The angle of the point `(x, y)`: an exact zero where both are exact and the point lies on the positive half of the axis.
///
/// # Errors
/// An argument is no real number, or both are exact zeros.
pub fn angle_of_point(machine: &mut Machine, y: Word, x: Word) -> Result<Word, Raise> {
    let (v, u) = (operand(machine, "atan", y)?, operand(machine, "atan", x)?);
    if y == Word::fixnum(0) && !matches!(u, Real::Float(_)) {
        if x == Word::fixnum(0) {
            return Err(machine.error("out-of-range", "atan", "there is no angle of the point", &[x, y]));
        }
        if !u.is_negative() {
            return Ok(y);
        }
    }
    Ok(machine.make_float(v.to_f64().atan2(u.to_f64())))
}

fn inexact(machine: &mut Machine, a: Word) -> Result<Word, Raise> {
    match (real::to_f64(a), Complex::of(a)) {
        (Some(x), _) => Ok(machine.make_float(x)),
        (None, Some(z)) => Ok(machine.make_complex_float(z.to_float())),
        (None, None) => Err(machine.expected("inexact", "a number", a)),
    }
}

fn absolute(machine: &mut Machine, a: Word) -> Result<Word, Raise> {
    match operand(machine, "abs", a)? {
        Real::Float(x) => Ok(machine.make_float(x.abs())),
        Real::Integer(n) if n < IBig::ZERO => negate(machine, a),
        Real::Ratio(ratio) if ratio.numerator < IBig::ZERO => negate(machine, a),
        _ => Ok(a),
    }
}

fn round(machine: &mut Machine, function: MathFunction, a: Word) -> Result<Word, Raise> {
    use MathFunction::*;
    match operand(machine, function.scheme_name(), a)? {
        Real::Integer(_) => Ok(a),
        Real::Float(x) => Ok(machine.make_float(match function {
            Floor => x.floor(),
            Ceiling => x.ceil(),
            Truncate => x.trunc(),
            _ => x.round_ties_even(),
        })),
        Real::Ratio(ratio) => Ok(machine.make_big(&round_ratio(
            match function {
                Floor => Rounding::Floor,
                Ceiling => Rounding::Ceiling,
                Truncate => Rounding::Truncate,
                _ => Rounding::Round,
            },
            &ratio,
        ))),
    }
}

/// The exact number equal to `a`.
///
/// # Errors
/// It is no number, or infinite, or NaN.
pub fn exact(machine: &mut Machine, a: Word) -> Result<Word, Raise> {
    if complex::is_exact(a) && a.is_number() {
        return Ok(a);
    }
    if a.is_complex() {
        let (re, im) = complex::parts(a);
        let (re, im) = (exact(machine, re)?, exact(machine, im)?);
        return Ok(machine.make_rectangular(re, im));
    }
    let Some(real) = Real::of(a) else { return Err(machine.expected("exact", "a number", a)) };
    match real.to_ratio() {
        Some(ratio) => Ok(machine.make_ratio(&ratio)),
        None => Err(machine.error("out-of-range", "exact", "there is no exact number equal to", &[a])),
    }
}

/// Square root: exact if the argument is an exact square; imaginary of a negative number.
fn sqrt(machine: &mut Machine, a: Word) -> Result<Word, Raise> {
    if a.is_fixnum() && a.as_fixnum() >= 0 {
        let n = a.as_fixnum();
        let root = (n as f64).sqrt();
        let whole = root as i64;
        // The root of a fixnum is below 2^30, where floats are exact integers: if one is the root, this is it.
        return Ok(if whole * whole == n { Word::fixnum(whole) } else { machine.make_float(root) });
    }
    let Some(real) = Real::of(a) else {
        return match Complex::of(a) {
            Some(Complex::Exact(z)) => match complex::exact_root(machine, &z) {
                Some(root) => Ok(root),
                None => Ok(machine.make_complex_float(Float::new(z.re.to_f64(), z.im.to_f64()).sqrt())),
            },
            Some(Complex::Inexact(z)) => Ok(machine.make_complex_float(z.sqrt())),
            None => Err(machine.expected("sqrt", "a number", a)),
        };
    };
    let negative = real.is_negative();
    let root = match real {
        Real::Float(x) => machine.make_float(x.abs().sqrt().copysign(if x == 0.0 { x } else { 1.0 })),
        exact => {
            let magnitude = exact.to_ratio().map(Ratio::abs).unwrap_or_else(Ratio::zero);
            match exact_root(&magnitude) {
                Some(root) => machine.make_ratio(&root),
                None => machine.make_float(root_as_float(&magnitude)),
            }
        }
    };
    Ok(if negative { machine.make_rectangular(Word::fixnum(0), root) } else { root })
}

/// The square root of a rational that is not negative, if it is one.
pub fn exact_root(x: &Ratio) -> Option<Ratio> {
    exact_nth_root(x, 2)
}

/// The root of a degree of a rational that is not negative, if it is one.
pub fn exact_nth_root(x: &Ratio, degree: usize) -> Option<Ratio> {
    let root = |n: UBig| {
        if n.is_zero() || n.is_one() {
            return Some(n);
        }
        if degree >= dashu_base::BitTest::bit_len(&n) {
            return None;
        }
        let root = n.nth_root(degree);
        (root.pow(degree) == n).then_some(root)
    };
    if x.is_negative() {
        return None;
    }
    // The smaller part first: it decides sooner.
    let denominator = root(x.denominator.clone())?;
    Some(Ratio { numerator: IBig::from(root((&x.numerator).unsigned_abs())?), denominator })
}

/// The square root of a rational as a float, where the float of the rational may be infinite or zero.
fn root_as_float(x: &Ratio) -> f64 {
    let float = x.to_f64();
    if float.is_finite() && float > f64::MIN_POSITIVE {
        return float.sqrt();
    }
    // Scaled by a power of four into the middle.
    let size = |n: &UBig| dashu_base::BitTest::bit_len(n) as i64;
    let shift = (size(&(&x.numerator).unsigned_abs()) - size(&x.denominator)) / 2 * 2;
    let power = IBig::ONE << shift.unsigned_abs() as usize;
    let scaled = if shift >= 0 {
        Ratio::new(x.numerator.clone(), IBig::from(x.denominator.clone()) * power)
    } else {
        Ratio::new(&x.numerator * power, IBig::from(x.denominator.clone()))
    };
    // In two steps, since the power itself may be no float.
    let half = shift / 2;
    scaled.to_f64().sqrt() * 2f64.powi((half / 2) as i32) * 2f64.powi((half - half / 2) as i32)
}
