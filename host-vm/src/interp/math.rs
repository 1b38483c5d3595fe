//! Functions of one number: the `Math` instruction.
//!
//! On floats they are machine operations or C functions without effects; where a float argument may have a result that is
//! no float (the root of a negative number), the argument's range is guarded. Everything else is the runtime's.
#![allow(unsafe_code)] // Addresses of unsafe C functions are taken.

use super::{
    generic,
    mode::Mode,
    state::{State, Unit},
};
use crate::{
    bytecode::kinds::MathFunction,
    jit::record::{Lower, float_function, word_function},
    runtime::number,
    value::Word,
};
use limpet_host_hooks::Recorder;
use limpet_plugin_api::{Condition, Effects, OpCode, ValueRef};

macro_rules! float_functions {
    ($($name:ident)*) => {
        $(
            extern "C" fn $name(x: f64) -> f64 {
                x.$name()
            }
        )*
    };
}
float_functions! { sin cos tan atan exp ln asin acos }

/// What a function does with a float.
enum OnFloat {
    /// One trace operation.
    Operation(OpCode, fn(f64) -> f64),
    /// A C function.
    Call(&'static str, extern "C" fn(f64) -> f64),
    /// Nothing: the float itself.
    Same,
}

/// What a function does with that float, if the result is a float.
fn on_float(function: MathFunction, x: f64) -> Option<OnFloat> {
    use MathFunction::*;
    Some(match function {
        Sqrt if x >= 0.0 => OnFloat::Operation(OpCode::FloatSqrt, f64::sqrt),
        Abs => OnFloat::Operation(OpCode::FloatAbs, f64::abs),
        Floor => OnFloat::Operation(OpCode::FloatFloor, f64::floor),
        Ceiling => OnFloat::Operation(OpCode::FloatCeiling, f64::ceil),
        Truncate => OnFloat::Operation(OpCode::FloatTruncate, f64::trunc),
        Round => OnFloat::Operation(OpCode::FloatRound, f64::round_ties_even),
        Inexact => OnFloat::Same,
        Sin => OnFloat::Call("sin", sin),
        Cos => OnFloat::Call("cos", cos),
        Tan => OnFloat::Call("tan", tan),
        Atan => OnFloat::Call("atan", atan),
        Exp => OnFloat::Call("exp", exp),
        Log if x > 0.0 => OnFloat::Call("log", ln),
        Asin if (-1.0..=1.0).contains(&x) => OnFloat::Call("asin", asin),
        Acos if (-1.0..=1.0).contains(&x) => OnFloat::Call("acos", acos),
        Sqrt | Log | Asin | Acos | Exact | BitNot => return None,
    })
}

/// Guards that a float is where `on_float` gives a float.
fn guard_domain(r: &mut Recorder, function: MathFunction, value: ValueRef) {
    let (low, high) = match function {
        MathFunction::Sqrt => (Some((Condition::Ge, 0.0)), None),
        MathFunction::Log => (Some((Condition::Gt, 0.0)), None),
        MathFunction::Asin | MathFunction::Acos => (Some((Condition::Ge, -1.0)), Some((Condition::Le, 1.0))),
        _ => (None, None),
    };
    for (condition, bound) in [low, high].into_iter().flatten() {
        let bound = r.const_float(bound);
        r.guard_float(condition, value, bound);
    }
}

#[inline(always)]
pub(super) fn math<M: Mode>(s: &mut State<M>, unit: Unit) {
    s.outline(|s| math_outlined(s, unit));
}

#[inline(never)]
fn math_outlined<M: Mode>(s: &mut State<M>, unit: Unit) {
    let Some(function) = MathFunction::from_number(unit.c() as u8) else { return s.advance(1) };
    let (to, from) = (unit.a(), unit.b());
    let word = s.reg(from);
    s.sync();
    if let Some(x) = word.flonum()
        && let Some(action) = on_float(function, x)
    {
        let result = match action {
            OnFloat::Operation(_, f) => f(x),
            OnFloat::Call(_, f) => f(x),
            OnFloat::Same => x,
        };
        s.lower(|r| {
            let value = r.slot(from as i32);
            let value = r.float(value, word);
            guard_domain(r, function, value);
            let result = match action {
                OnFloat::Operation(op, _) => r.op1(op, value),
                OnFloat::Call(name, f) => r.call(&float_function(name, f as *const ()), &[value]),
                OnFloat::Same => value,
            };
            let result = r.box_float(result);
            r.set_slot(to as i32, result);
        });
        let result = s.machine().make_float(result);
        s.set(to, result);
        return s.advance(1);
    }
    match number::math(s.machine(), function, word) {
        Ok(result) => {
            s.lower(|r| lower_other(r, function, (from, word), (to, result)));
            s.set(to, result);
            s.advance(1);
        }
        Err(raise) => s.raise(raise),
    }
}

/// Fixnum arguments, `exact`, and calls of the runtime.
fn lower_other(r: &mut Recorder, function: MathFunction, from: (usize, Word), to: (usize, Word)) {
    let value = r.slot(from.0 as i32);
    let lowered = match from.1.is_fixnum() {
        true => lower_fixnum(r, function, value, from.1),
        false => lower_exact(r, function, value, from.1, to.1),
    };
    let result = lowered.unwrap_or_else(|| {
        let number = r.const_word(Word::fixnum(function as i64).0);
        let effects = Effects::ALLOCATES.and(Effects::FAILS);
        r.call(&word_function("math", generic::math as *const (), effects), &[value, number])
    });
    r.set_slot(to.0 as i32, result);
}

fn lower_fixnum(r: &mut Recorder, function: MathFunction, value: ValueRef, word: Word) -> Option<ValueRef> {
    use MathFunction::*;
    match function {
        Floor | Ceiling | Truncate | Round | Exact => {
            r.fixnum(value);
            Some(value)
        }
        Abs => {
            r.fixnum(value);
            if word.as_fixnum() >= 0 {
                r.guard_constant(Condition::Ge, value, 0);
                return Some(value);
            }
            r.guard_constant(Condition::Lt, value, 0);
            let zero = r.const_int(0);
            Some(r.checked(OpCode::SubChecked, zero, value))
        }
        Inexact => {
            let float = r.float(value, word);
            Some(r.box_float(float))
        }
        BitNot => {
            r.fixnum(value);
            let ones = r.const_int(!7);
            Some(r.op2(OpCode::Xor, value, ones))
        }
        Sin | Cos | Tan | Atan | Exp | Log | Asin | Acos | Sqrt => None,
    }
}

/// `exact` of a float that is a fixnum.
fn lower_exact(
    r: &mut Recorder,
    function: MathFunction,
    value: ValueRef,
    word: Word,
    result: Word,
) -> Option<ValueRef> {
    if function != MathFunction::Exact || !word.is_flonum() || !result.is_fixnum() {
        return None;
    }
    let float = r.float(value, word);
    let integer = r.checked(OpCode::FloatToIntChecked, float, ValueRef::NONE);
    let tagged = r.shifted_left(integer, 3);
    // The operation promises 62 bits, a fixnum has 61.
    let back = r.shifted(tagged, 3);
    r.guard_int(Condition::Eq, back, integer);
    Some(tagged)
}
