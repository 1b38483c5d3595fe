//! Tests of numbers, and their texts.

use super::{
    super::{Real, compare, complex, format, parse, real::operand},
    number,
};
use crate::{machine::Machine, primitives, runtime::Raise, value::Word};
use dashu_int::IBig;
use std::cmp::Ordering;

fn is_integer(word: Word) -> bool {
    word.is_exact_integer() || word.flonum().is_some_and(|x| x == x.trunc() && x.is_finite())
}

fn is_rational(word: Word) -> bool {
    word.is_exact_integer() || word.is_rational() || word.flonum().is_some_and(f64::is_finite)
}

/// Whether a float among the parts of a number passes a test.
fn any_part(machine: &mut Machine, who: &str, word: Word, test: fn(f64) -> bool) -> Result<bool, Raise> {
    let (re, im) = complex::parts(number(machine, who, word)?);
    Ok([re, im].into_iter().any(|part| part.flonum().is_some_and(test)))
}

fn sign(machine: &mut Machine, who: &str, word: Word) -> Result<Option<Ordering>, Raise> {
    compare::compare(machine, who, word, Word::fixnum(0))
}

fn odd(machine: &mut Machine, who: &str, word: Word) -> Result<bool, Raise> {
    if word.is_fixnum() {
        return Ok(word.as_fixnum() & 1 == 1);
    }
    if let Some((_, limbs)) = word.bignum() {
        return Ok(limbs[0] & 1 == 1);
    }
    if !is_integer(word) {
        return Err(machine.expected(who, "an integer", word));
    }
    Ok(match operand(machine, who, word)? {
        Real::Integer(n) => !(n % IBig::from(2)).is_zero(),
        other => other.to_f64() % 2.0 != 0.0,
    })
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

primitives! {
    /// Tests and texts of numbers.
    pub NUMBERS:
    "number?" (1, 1) PURE => |_, arguments| Ok(Word::boolean(arguments[0].is_number()));
    "complex?" (1, 1) PURE => |_, arguments| Ok(Word::boolean(arguments[0].is_number()));
    "real?" (1, 1) PURE => |_, arguments| Ok(Word::boolean(arguments[0].is_number() && !arguments[0].is_complex()));
    "rational?" (1, 1) PURE => |_, arguments| Ok(Word::boolean(is_rational(arguments[0])));
    "integer?" (1, 1) PURE => |_, arguments| Ok(Word::boolean(is_integer(arguments[0])));
    "fixnum?" (1, 1) PURE => |_, arguments| Ok(Word::boolean(arguments[0].is_fixnum()));
    "flonum?" (1, 1) PURE => |_, arguments| Ok(Word::boolean(arguments[0].is_flonum()));
    "exact-integer?" (1, 1) PURE => |_, arguments| Ok(Word::boolean(arguments[0].is_exact_integer()));
    "exact-rational?" (1, 1) PURE => |_, arguments| {
        Ok(Word::boolean(arguments[0].is_exact_integer() || arguments[0].is_rational()))
    };
    "exact?" (1, 1) FAILS => |machine, arguments| {
        Ok(Word::boolean(complex::is_exact(number(machine, "exact?", arguments[0])?)))
    };
    "inexact?" (1, 1) FAILS => |machine, arguments| {
        Ok(Word::boolean(!complex::is_exact(number(machine, "inexact?", arguments[0])?)))
    };
    "finite?" (1, 1) FAILS => |machine, arguments| {
        Ok(Word::boolean(!any_part(machine, "finite?", arguments[0], |x| !x.is_finite())?))
    };
    "infinite?" (1, 1) FAILS => |machine, arguments| {
        Ok(Word::boolean(any_part(machine, "infinite?", arguments[0], f64::is_infinite)?))
    };
    "inf?" (1, 1) FAILS => |machine, arguments| {
        Ok(Word::boolean(any_part(machine, "inf?", arguments[0], f64::is_infinite)?))
    };
    "nan?" (1, 1) FAILS => |machine, arguments| {
        Ok(Word::boolean(any_part(machine, "nan?", arguments[0], f64::is_nan)?))
    };
    "zero?" (1, 1) FAILS => |machine, arguments| {
        let z = number(machine, "zero?", arguments[0])?;
        Ok(Word::boolean(compare::num_eq(machine, z, Word::fixnum(0))?))
    };
    "positive?" (1, 1) FAILS => |machine, arguments| {
        Ok(Word::boolean(sign(machine, "positive?", arguments[0])? == Some(Ordering::Greater)))
    };
    "negative?" (1, 1) FAILS => |machine, arguments| {
        Ok(Word::boolean(sign(machine, "negative?", arguments[0])? == Some(Ordering::Less)))
    };
    "odd?" (1, 1) FAILS => |machine, arguments| Ok(Word::boolean(odd(machine, "odd?", arguments[0])?));
    "even?" (1, 1) FAILS => |machine, arguments| Ok(Word::boolean(!odd(machine, "even?", arguments[0])?));
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
}
