//! Arithmetic and comparison.

use super::{
    super::{arithmetic, compare, math::math, real::operand},
    Binary, number,
};
use crate::{bytecode::kinds::MathFunction, machine::Machine, primitives, runtime::Raise, value::Word};
use std::cmp::Ordering;

fn fold(machine: &mut Machine, who: &str, arguments: &[Word], unit: i64, f: Binary) -> Result<Word, Raise> {
    match arguments {
        [] => Ok(Word::fixnum(unit)),
        [only] => number(machine, who, *only),
        [first, rest @ ..] => rest.iter().try_fold(*first, |sum, &argument| f(machine, sum, argument)),
    }
}

/// Whether all neighbours are in an order. All arguments are checked.
fn ordered(machine: &mut Machine, who: &str, arguments: &[Word], f: fn(Ordering) -> bool) -> Result<Word, Raise> {
    let mut holds = true;
    if let [only] = arguments {
        operand(machine, who, *only)?;
    }
    for pair in arguments.windows(2) {
        holds &= compare::compare(machine, who, pair[0], pair[1])?.is_some_and(f);
    }
    Ok(Word::boolean(holds))
}

fn equal(machine: &mut Machine, arguments: &[Word]) -> Result<Word, Raise> {
    let mut holds = true;
    if let [only] = arguments {
        number(machine, "=", *only)?;
    }
    for pair in arguments.windows(2) {
        holds &= compare::num_eq(machine, pair[0], pair[1])?;
    }
    Ok(Word::boolean(holds))
}

/// The largest or smallest; inexact if any argument is.
fn extreme(machine: &mut Machine, who: &str, arguments: &[Word], wanted: Ordering) -> Result<Word, Raise> {
    let mut best = arguments[0];
    operand(machine, who, best)?;
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
    "=" (1, 255) FAILS => |machine, arguments| equal(machine, arguments);
    "<" (1, 255) FAILS => |machine, arguments| ordered(machine, "<", arguments, Ordering::is_lt);
    ">" (1, 255) FAILS => |machine, arguments| ordered(machine, ">", arguments, Ordering::is_gt);
    "<=" (1, 255) FAILS => |machine, arguments| ordered(machine, "<=", arguments, Ordering::is_le);
    ">=" (1, 255) FAILS => |machine, arguments| ordered(machine, ">=", arguments, Ordering::is_ge);
    "max" (1, 255) ALLOCATES|FAILS => |machine, arguments| extreme(machine, "max", arguments, Ordering::Greater);
    "min" (1, 255) ALLOCATES|FAILS => |machine, arguments| extreme(machine, "min", arguments, Ordering::Less);
    "1+" (1, 1) ALLOCATES|FAILS => |machine, arguments| arithmetic::add(machine, arguments[0], Word::fixnum(1));
    "1-" (1, 1) ALLOCATES|FAILS => |machine, arguments| arithmetic::sub(machine, arguments[0], Word::fixnum(1));
    "square" (1, 1) ALLOCATES|FAILS => |machine, arguments| arithmetic::mul(machine, arguments[0], arguments[0]);
    "cube" (1, 1) ALLOCATES|FAILS => |machine, arguments| {
        let square = arithmetic::mul(machine, arguments[0], arguments[0])?;
        arithmetic::mul(machine, square, arguments[0])
    };
}
