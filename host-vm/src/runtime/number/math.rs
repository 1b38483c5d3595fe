//! Functions of one number, as the `Math` instruction names them, and rounding.
//!
//! A transcendental function of an exact number gives an inexact one, except where the exact result is obvious: of an
//! exact zero for `sin tan asin atan exp cos`, of an exact one for `log acos`.

use super::{
    arithmetic::negate,
    bits,
    divide::floor_divide,
    real::{Ratio, Real, operand},
};
use crate::{bytecode::kinds::MathFunction, machine::Machine, runtime::Raise, value::Word};
use dashu_base::{SquareRootRem, UnsignedAbs};
use dashu_int::{IBig, UBig};

/// The function of `a`.
///
/// # Errors
/// The argument is no number, or the result no real number.
pub fn math(machine: &mut Machine, function: MathFunction, a: Word) -> Result<Word, Raise> {
    use MathFunction::*;
    match function {
        Sqrt => sqrt(machine, a),
        Abs => absolute(machine, a),
        Floor | Ceiling | Truncate | Round => round(machine, function, a),
        Inexact => {
            let x = operand(machine, "inexact", a)?.to_f64();
            Ok(machine.make_float(x))
        }
        Exact => exact(machine, a),
        BitNot => bits::bit_not(machine, a),
        Sin => transcendental(machine, function, a, f64::sin),
        Cos => transcendental(machine, function, a, f64::cos),
        Tan => transcendental(machine, function, a, f64::tan),
        Atan => transcendental(machine, function, a, f64::atan),
        Exp => transcendental(machine, function, a, f64::exp),
        Log => log(machine, a),
        Asin => transcendental(machine, function, a, f64::asin),
        Acos => transcendental(machine, function, a, f64::acos),
    }
}

/// The error of a result that would be a complex number.
pub fn not_real(machine: &mut Machine, who: &str, a: Word) -> Raise {
    machine.error("out-of-range", who, "the result is no real number for", &[a])
}

fn transcendental(machine: &mut Machine, function: MathFunction, a: Word, f: fn(f64) -> f64) -> Result<Word, Raise> {
    use MathFunction::*;
    match (function, a) {
        (Sin | Tan | Asin | Atan, a) if a == Word::fixnum(0) => return Ok(a),
        (Exp | Cos, a) if a == Word::fixnum(0) => return Ok(Word::fixnum(1)),
        (Acos, a) if a == Word::fixnum(1) => return Ok(Word::fixnum(0)),
        _ => {}
    }
    let x = operand(machine, function.scheme_name(), a)?.to_f64();
    let result = f(x);
    if result.is_nan() && !x.is_nan() && matches!(function, Asin | Acos) {
        return Err(not_real(machine, function.scheme_name(), a));
    }
    Ok(machine.make_float(result))
}

/// Natural logarithm; of big exact integers too, whose float would be infinite.
pub fn log(machine: &mut Machine, a: Word) -> Result<Word, Raise> {
    if a == Word::fixnum(1) {
        return Ok(Word::fixnum(0));
    }
    if a == Word::fixnum(0) {
        return Err(machine.division_by_zero("log", a));
    }
    let real = operand(machine, "log", a)?;
    let x = real.to_f64();
    if x < 0.0 {
        return Err(not_real(machine, "log", a));
    }
    let result = match &real {
        Real::Integer(n) if x.is_infinite() => {
            let shift = bits::length(n) - 64;
            (n >> shift).to_f64().value().ln() + shift as f64 * std::f64::consts::LN_2
        }
        _ => x.ln(),
    };
    Ok(machine.make_float(result))
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
        Real::Ratio(ratio) => {
            let negative = ratio.numerator < IBig::ZERO;
            let denominator = IBig::from(ratio.denominator.clone());
            let floor = floor_divide(ratio.numerator.clone(), denominator.clone()).0;
            let up = match function {
                Floor => false,
                Ceiling => true,
                Truncate => negative,
                _ => {
                    // The fraction against one half; a tie goes to the even neighbour.
                    let twice = (ratio.numerator - &floor * &denominator) * IBig::from(2);
                    twice > denominator || twice == denominator && !(&floor % IBig::from(2)).is_zero()
                }
            };
            Ok(machine.make_big(&if up { floor + IBig::ONE } else { floor }))
        }
    }
}

/// The exact number equal to `a`.
///
/// # Errors
/// It is no number, or infinite, or NaN.
pub fn exact(machine: &mut Machine, a: Word) -> Result<Word, Raise> {
    match operand(machine, "exact", a)?.to_ratio() {
        Some(ratio) => Ok(machine.make_ratio(&ratio)),
        None => Err(machine.error("out-of-range", "exact", "there is no exact number equal to", &[a])),
    }
}

/// Square root: exact if the argument is an exact square.
fn sqrt(machine: &mut Machine, a: Word) -> Result<Word, Raise> {
    let real = operand(machine, "sqrt", a)?;
    let x = real.to_f64();
    if x < 0.0 {
        return Err(not_real(machine, "sqrt", a));
    }
    if let Some(root) = exact_root(&real) {
        return Ok(machine.make_ratio(&root));
    }
    let result = match &real {
        Real::Integer(n) if x.is_infinite() => root_of_huge(n),
        _ => x.sqrt(),
    };
    Ok(machine.make_float(result))
}

fn exact_root(real: &Real) -> Option<Ratio> {
    let ratio = match real {
        Real::Float(_) => return None,
        exact => exact.to_ratio()?,
    };
    let root = |n: UBig| {
        let (root, rest) = n.sqrt_rem();
        rest.is_zero().then_some(root)
    };
    let numerator = root(ratio.numerator.unsigned_abs())?;
    Some(Ratio { numerator: IBig::from(numerator), denominator: root(ratio.denominator)? })
}

fn root_of_huge(n: &IBig) -> f64 {
    n.unsigned_abs().sqrt_rem().0.to_f64().value()
}
