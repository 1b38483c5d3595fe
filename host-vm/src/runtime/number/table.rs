//! Primitives on numbers.

use super::{
    Real, arithmetic,
    bits::exact_integer,
    compare, divide, format,
    math::math,
    parse, power,
    real::{self, operand},
};
use crate::{
    bytecode::kinds::MathFunction,
    machine::Machine,
    primitives,
    runtime::Raise,
    value::{HeapType, Word},
};
use dashu_int::IBig;
use std::cmp::Ordering;

type Binary = fn(&mut Machine, Word, Word) -> Result<Word, Raise>;

fn fold(machine: &mut Machine, who: &str, arguments: &[Word], unit: i64, f: Binary) -> Result<Word, Raise> {
    match arguments {
        [] => Ok(Word::fixnum(unit)),
        [only] => number(machine, who, *only),
        [first, rest @ ..] => rest.iter().try_fold(*first, |sum, &argument| f(machine, sum, argument)),
    }
}

fn number(machine: &mut Machine, who: &str, word: Word) -> Result<Word, Raise> {
    if word.is_number() { Ok(word) } else { Err(machine.expected(who, "a number", word)) }
}

/// Whether all neighbours are in an order. All arguments are checked.
fn ordered(machine: &mut Machine, who: &str, arguments: &[Word], f: fn(Ordering) -> bool) -> Result<Word, Raise> {
    let mut holds = true;
    if let [only] = arguments {
        number(machine, who, *only)?;
    }
    for pair in arguments.windows(2) {
        holds &= compare::compare(machine, who, pair[0], pair[1])?.is_some_and(f);
    }
    Ok(Word::boolean(holds))
}

/// The largest or smallest; inexact if any argument is.
fn extreme(machine: &mut Machine, who: &str, arguments: &[Word], wanted: Ordering) -> Result<Word, Raise> {
    let mut best = number(machine, who, arguments[0])?;
    let mut inexact = best.is_flonum();
    for &argument in &arguments[1..] {
        inexact |= argument.is_flonum();
        match compare::compare(machine, who, argument, best)? {
            Some(order) if order == wanted => best = argument,
            None if argument.flonum().is_some_and(f64::is_nan) => best = argument,
            _ => {}
        }
    }
    if inexact { math(machine, MathFunction::Inexact, best) } else { Ok(best) }
}

fn is_integer(word: Word) -> bool {
    word.is_exact_integer() || word.flonum().is_some_and(|x| x == x.trunc() && x.is_finite())
}

fn is_rational(word: Word) -> bool {
    word.is_exact_integer() || word.is_rational() || word.flonum().is_some_and(f64::is_finite)
}

fn is_real(word: Word) -> bool {
    word.is_number() && !word.is_type(HeapType::Complex)
}

fn sign(machine: &mut Machine, who: &str, word: Word) -> Result<Option<Ordering>, Raise> {
    compare::compare(machine, who, word, Word::fixnum(0))
}

fn odd(machine: &mut Machine, who: &str, word: Word) -> Result<bool, Raise> {
    if word.is_fixnum() {
        return Ok(word.as_fixnum() & 1 == 1);
    }
    if !is_integer(word) {
        return Err(machine.expected(who, "an integer", word));
    }
    Ok(match operand(machine, who, word)? {
        Real::Integer(n) => !(n % IBig::from(2)).is_zero(),
        other => other.to_f64() % 2.0 != 0.0,
    })
}

/// Numerator or denominator, with the exactness of the argument.
fn part(machine: &mut Machine, who: &str, word: Word, numerator: bool) -> Result<Word, Raise> {
    let real = operand(machine, who, word)?;
    let Some(ratio) = real.to_ratio() else { return Err(machine.expected(who, "a rational number", word)) };
    let part = if numerator { ratio.numerator } else { IBig::from(ratio.denominator) };
    Ok(match real {
        Real::Float(_) => machine.make_float(part.to_f64().value()),
        _ => machine.make_big(&part),
    })
}

fn float(machine: &mut Machine, who: &str, word: Word) -> Result<f64, Raise> {
    real::to_f64(word).ok_or_else(|| machine.expected(who, "a number", word))
}

fn radix(machine: &mut Machine, who: &str, word: Option<&Word>) -> Result<u32, Raise> {
    match word {
        None => Ok(10),
        Some(word) => match word.to_index() {
            Some(radix @ 2..=36) => Ok(radix as u32),
            _ => Err(machine.expected(who, "a radix from 2 to 36", *word)),
        },
    }
}

macro_rules! math_table {
    ($($name:literal $function:ident;)*) => {
        primitives! {
            /// Functions of one number that are instructions too.
            pub MATH:
            $($name (1, 1) ALLOCATES|FAILS => |machine, arguments| math(machine, MathFunction::$function, arguments[0]);)*
        }
    };
}

math_table! {
    "sqrt" Sqrt;
    "abs" Abs;
    "magnitude" Abs;
    "floor" Floor;
    "ceiling" Ceiling;
    "truncate" Truncate;
    "round" Round;
    "inexact" Inexact;
    "exact->inexact" Inexact;
    "exact" Exact;
    "inexact->exact" Exact;
    "sin" Sin;
    "cos" Cos;
    "tan" Tan;
    "exp" Exp;
    "asin" Asin;
    "acos" Acos;
}

primitives! {
    /// Arithmetic and comparison.
    pub ARITHMETIC:
    "+" (0, 255) ALLOCATES|FAILS => |machine, arguments| fold(machine, "+", arguments, 0, arithmetic::add);
    "*" (0, 255) ALLOCATES|FAILS => |machine, arguments| fold(machine, "*", arguments, 1, arithmetic::mul);
    "-" (1, 255) ALLOCATES|FAILS => |machine, arguments| match arguments {
        [only] => arithmetic::negate(machine, *only),
        _ => fold(machine, "-", arguments, 0, arithmetic::sub),
    };
    "/" (1, 255) ALLOCATES|FAILS => |machine, arguments| match arguments {
        [only] => arithmetic::div(machine, Word::fixnum(1), *only),
        _ => fold(machine, "/", arguments, 1, arithmetic::div),
    };
    "=" (1, 255) FAILS => |machine, arguments| ordered(machine, "=", arguments, Ordering::is_eq);
    "<" (1, 255) FAILS => |machine, arguments| ordered(machine, "<", arguments, Ordering::is_lt);
    ">" (1, 255) FAILS => |machine, arguments| ordered(machine, ">", arguments, Ordering::is_gt);
    "<=" (1, 255) FAILS => |machine, arguments| ordered(machine, "<=", arguments, Ordering::is_le);
    ">=" (1, 255) FAILS => |machine, arguments| ordered(machine, ">=", arguments, Ordering::is_ge);
    "max" (1, 255) ALLOCATES|FAILS => |machine, arguments| extreme(machine, "max", arguments, Ordering::Greater);
    "min" (1, 255) ALLOCATES|FAILS => |machine, arguments| extreme(machine, "min", arguments, Ordering::Less);
    "1+" (1, 1) ALLOCATES|FAILS => |machine, arguments| arithmetic::add(machine, arguments[0], Word::fixnum(1));
    "1-" (1, 1) ALLOCATES|FAILS => |machine, arguments| arithmetic::sub(machine, arguments[0], Word::fixnum(1));
    "square" (1, 1) ALLOCATES|FAILS => |machine, arguments| arithmetic::mul(machine, arguments[0], arguments[0]);
    "quotient" (2, 2) ALLOCATES|FAILS => |machine, arguments| divide::quotient(machine, arguments[0], arguments[1]);
    "remainder" (2, 2) ALLOCATES|FAILS => |machine, arguments| divide::remainder(machine, arguments[0], arguments[1]);
    "modulo" (2, 2) ALLOCATES|FAILS => |machine, arguments| divide::modulo(machine, arguments[0], arguments[1]);
    "truncate-quotient" (2, 2) ALLOCATES|FAILS => |machine, arguments| divide::quotient(machine, arguments[0], arguments[1]);
    "truncate-remainder" (2, 2) ALLOCATES|FAILS => |machine, arguments| divide::remainder(machine, arguments[0], arguments[1]);
    "floor-remainder" (2, 2) ALLOCATES|FAILS => |machine, arguments| divide::modulo(machine, arguments[0], arguments[1]);
    "floor-quotient" (2, 2) ALLOCATES|FAILS => |machine, arguments| divide::floor_quotient(machine, arguments[0], arguments[1]);
    "gcd" (0, 255) ALLOCATES|FAILS => |machine, arguments| {
        arguments.iter().try_fold(Word::fixnum(0), |sum, &word| divide::gcd(machine, sum, word))
    };
    "lcm" (0, 255) ALLOCATES|FAILS => |machine, arguments| {
        arguments.iter().try_fold(Word::fixnum(1), |sum, &word| divide::lcm(machine, sum, word))
    };
    "expt" (2, 2) ALLOCATES|FAILS => |machine, arguments| power::expt(machine, arguments[0], arguments[1]);
    "exact-integer-sqrt" (1, 1) ALLOCATES|FAILS => |machine, arguments| {
        let (root, rest) = power::exact_integer_sqrt(machine, arguments[0])?;
        Ok(machine.make_values(&[root, rest]))
    };
    "log" (1, 2) ALLOCATES|FAILS => |machine, arguments| {
        let x = math(machine, MathFunction::Log, arguments[0])?;
        match arguments.get(1) {
            None => Ok(x),
            Some(&base) => {
                let base = math(machine, MathFunction::Log, base)?;
                arithmetic::div(machine, x, base)
            }
        }
    };
    "atan" (1, 2) ALLOCATES|FAILS => |machine, arguments| match arguments {
        [y, x] => {
            if *y == Word::fixnum(0) && x.is_fixnum() && x.as_fixnum() > 0 {
                return Ok(*y);
            }
            let (y, x) = (float(machine, "atan", *y)?, float(machine, "atan", *x)?);
            Ok(machine.make_float(y.atan2(x)))
        }
        _ => math(machine, MathFunction::Atan, arguments[0]),
    };
    "rationalize" (2, 2) ALLOCATES|FAILS => |machine, arguments| {
        let (x, y) = (operand(machine, "rationalize", arguments[0])?, operand(machine, "rationalize", arguments[1])?);
        let inexact = matches!(x, Real::Float(_)) || matches!(y, Real::Float(_));
        match (x.to_ratio(), y.to_ratio()) {
            (Some(a), Some(b)) => {
                let result = power::rationalize(&a, &b);
                Ok(if inexact { machine.make_float(result.to_f64()) } else { machine.make_ratio(&result) })
            }
            // Anything within an infinite tolerance: zero; nothing near infinity but itself.
            (Some(_), None) if y.to_f64().is_infinite() => Ok(machine.make_float(0.0)),
            (None, Some(_)) => Ok(machine.make_float(x.to_f64())),
            _ => Ok(machine.make_float(f64::NAN)),
        }
    };
}

primitives! {
    /// Tests, parts and texts of numbers.
    pub NUMBERS:
    "number?" (1, 1) PURE => |_, arguments| Ok(Word::boolean(arguments[0].is_number()));
    "complex?" (1, 1) PURE => |_, arguments| Ok(Word::boolean(arguments[0].is_number()));
    "real?" (1, 1) PURE => |_, arguments| Ok(Word::boolean(is_real(arguments[0])));
    "rational?" (1, 1) PURE => |_, arguments| Ok(Word::boolean(is_rational(arguments[0])));
    "integer?" (1, 1) PURE => |_, arguments| Ok(Word::boolean(is_integer(arguments[0])));
    "fixnum?" (1, 1) PURE => |_, arguments| Ok(Word::boolean(arguments[0].is_fixnum()));
    "flonum?" (1, 1) PURE => |_, arguments| Ok(Word::boolean(arguments[0].is_flonum()));
    "exact-integer?" (1, 1) PURE => |_, arguments| Ok(Word::boolean(arguments[0].is_exact_integer()));
    "exact-rational?" (1, 1) PURE => |_, arguments| {
        Ok(Word::boolean(arguments[0].is_exact_integer() || arguments[0].is_rational()))
    };
    "exact?" (1, 1) FAILS => |machine, arguments| {
        Ok(Word::boolean(!number(machine, "exact?", arguments[0])?.is_flonum()))
    };
    "inexact?" (1, 1) FAILS => |machine, arguments| {
        Ok(Word::boolean(number(machine, "inexact?", arguments[0])?.is_flonum()))
    };
    "finite?" (1, 1) FAILS => |machine, arguments| {
        Ok(Word::boolean(number(machine, "finite?", arguments[0])?.flonum().is_none_or(f64::is_finite)))
    };
    "infinite?" (1, 1) FAILS => |machine, arguments| {
        Ok(Word::boolean(number(machine, "infinite?", arguments[0])?.flonum().is_some_and(f64::is_infinite)))
    };
    "nan?" (1, 1) FAILS => |machine, arguments| {
        Ok(Word::boolean(number(machine, "nan?", arguments[0])?.flonum().is_some_and(f64::is_nan)))
    };
    "zero?" (1, 1) FAILS => |machine, arguments| {
        Ok(Word::boolean(sign(machine, "zero?", arguments[0])? == Some(Ordering::Equal)))
    };
    "positive?" (1, 1) FAILS => |machine, arguments| {
        Ok(Word::boolean(sign(machine, "positive?", arguments[0])? == Some(Ordering::Greater)))
    };
    "negative?" (1, 1) FAILS => |machine, arguments| {
        Ok(Word::boolean(sign(machine, "negative?", arguments[0])? == Some(Ordering::Less)))
    };
    "odd?" (1, 1) FAILS => |machine, arguments| Ok(Word::boolean(odd(machine, "odd?", arguments[0])?));
    "even?" (1, 1) FAILS => |machine, arguments| Ok(Word::boolean(!odd(machine, "even?", arguments[0])?));
    "numerator" (1, 1) ALLOCATES|FAILS => |machine, arguments| part(machine, "numerator", arguments[0], true);
    "denominator" (1, 1) ALLOCATES|FAILS => |machine, arguments| part(machine, "denominator", arguments[0], false);
    "number->string" (1, 2) ALLOCATES|FAILS => |machine, arguments| {
        let radix = radix(machine, "number->string", arguments.get(1))?;
        match format::number_to_string(arguments[0], radix) {
            Some(text) => Ok(machine.make_string(&text)),
            None => Err(machine.expected("number->string", "a number", arguments[0])),
        }
    };
    "string->number" (1, 2) READS|ALLOCATES|FAILS => |machine, arguments| {
        let text = machine.string("string->number", arguments[0])?.string_to_rust();
        let radix = radix(machine, "string->number", arguments.get(1))?;
        Ok(parse::string_to_number(machine, &text, radix).unwrap_or(Word::FALSE))
    };
    "exact-integer-log2" (1, 1) FAILS => |machine, arguments| {
        let n = exact_integer(machine, "exact-integer-log2", arguments[0])?;
        if n <= IBig::ZERO {
            return Err(machine.expected("exact-integer-log2", "a positive exact integer", arguments[0]));
        }
        Ok(Word::fixnum(super::bits::length(&n) as i64 - 1))
    };
}
