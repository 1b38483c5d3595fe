//! Comparisons and tests of kind, as values and as branches.
//!
//! A comparison is lowered to a guard for its outcome. Where the outcome is a value, that is then a constant.
#![allow(unsafe_code)] // Addresses of unsafe C functions are taken.

use super::{
    arith::{Operand, float_value},
    generic::{self, HostFunction, Relation},
    mode::Mode,
    state::{State, Unit},
};
use crate::{
    bytecode::kinds::Kind,
    jit::record::{ANY_TAG, FIXNUM, Lower, OBJECT, PAIR, word_function},
    runtime::number,
    value::{HeapType, Word, object::header_byte, word::FLOAT_TAGS},
};
use limpet_host_hooks::Recorder;
use limpet_plugin_api::{Condition, Effects, ValueRef};

/// Fixnums up to this magnitude are floats without rounding, so that comparing as floats is exact.
const EXACT_AS_FLOAT: i64 = 1 << 53;

/// A relation between numbers.
pub(super) trait Comparison {
    const RELATION: Relation;
    const CONDITION: Condition;
    const NAME: &'static str;
    const HOST: HostFunction;
    fn integers(x: i64, y: i64) -> bool;
    fn floats(x: f64, y: f64) -> bool;
}

macro_rules! comparisons {
    ($($type:ident $condition:ident $name:literal $host:ident $operator:tt;)*) => {
        $(
            #[doc = $name]
            pub(super) struct $type;

            impl Comparison for $type {
                const RELATION: Relation = Relation::$type;
                const CONDITION: Condition = Condition::$condition;
                const NAME: &'static str = $name;
                const HOST: HostFunction = generic::$host;

                #[inline(always)]
                fn integers(x: i64, y: i64) -> bool {
                    x $operator y
                }

                #[inline(always)]
                fn floats(x: f64, y: f64) -> bool {
                    x $operator y
                }
            }
        )*
    };
}

comparisons! {
    Equal Eq "=" equal ==;
    Less Lt "<" less <;
    LessOrEqual Le "<=" less_or_equal <=;
}

/// What to do with the outcome of a test.
#[derive(Clone, Copy)]
enum Target {
    /// Write it to a register.
    Value(usize),
    /// Jump if it equals the sense in `c`; the offset is in the next unit.
    Branch,
}

/// Uses an outcome. The guards are recorded already.
#[inline(always)]
fn deliver<M: Mode>(s: &mut State<M>, unit: Unit, target: Target, outcome: bool) {
    match target {
        Target::Value(to) => {
            s.lower(|r| {
                let value = r.truth(outcome);
                r.set_slot(to as i32, value);
            });
            s.set(to, Word::boolean(outcome));
            s.advance(1);
        }
        Target::Branch => {
            if outcome == (unit.c() == 1) {
                s.jump(s.unit(1));
            } else {
                s.advance(2);
            }
        }
    }
}

#[inline(always)]
pub(super) fn compare_value<M: Mode, C: Comparison>(s: &mut State<M>, unit: Unit) {
    let (b, c) = (unit.b(), unit.c());
    let (x, y) = (Operand::Register(b, s.reg(b)), Operand::Register(c, s.reg(c)));
    compare::<M, C>(s, unit, Target::Value(unit.a()), x, y);
}

#[inline(always)]
pub(super) fn compare_branch<M: Mode, C: Comparison>(s: &mut State<M>, unit: Unit) {
    let (a, b) = (unit.a(), unit.b());
    let (x, y) = (Operand::Register(a, s.reg(a)), Operand::Register(b, s.reg(b)));
    compare::<M, C>(s, unit, Target::Branch, x, y);
}

#[inline(always)]
fn compare<M: Mode, C: Comparison>(s: &mut State<M>, unit: Unit, target: Target, x: Operand, y: Operand) {
    let (a, b) = (x.word(), y.word());
    if a.both_fixnums(b) {
        let outcome = C::integers(a.0 as i64, b.0 as i64);
        s.lower(|r| {
            let (v, w) = (x.lower(r), y.lower(r));
            r.fixnum(v);
            r.fixnum(w);
            r.guard_int(if outcome { C::CONDITION } else { C::CONDITION.negate_int() }, v, w);
        });
        return deliver(s, unit, target, outcome);
    }
    if !M::OBSERVED && a.is_immediate_float() && b.is_immediate_float() {
        let outcome = C::floats(a.as_immediate_float(), b.as_immediate_float());
        return deliver(s, unit, target, outcome);
    }
    s.outline(|s| compare_slow::<M, C>(s, unit, target, x, y));
}

#[inline(never)]
fn compare_slow<M: Mode, C: Comparison>(s: &mut State<M>, unit: Unit, target: Target, x: Operand, y: Operand) {
    let (a, b) = (x.word(), y.word());
    let is_exact = |word: Word| !word.is_fixnum() || word.as_fixnum().abs() <= EXACT_AS_FLOAT;
    if is_exact(a)
        && is_exact(b)
        && let (Some(f), Some(g)) = (float_value(a), float_value(b))
    {
        let outcome = C::floats(f, g);
        s.lower(|r| {
            let (v, w) = (x.lower(r), y.lower(r));
            guard_exact(r, v, a);
            guard_exact(r, w, b);
            let (v, w) = (r.float(v, a), r.float(w, b));
            r.guard_float(if outcome { C::CONDITION } else { C::CONDITION.negate_float() }, v, w);
        });
        return deliver(s, unit, target, outcome);
    }
    s.sync();
    match generic::relation(s.machine(), C::RELATION, a, b) {
        Ok(outcome) => {
            s.lower(|r| {
                let arguments = [x.lower(r), y.lower(r)];
                lower_predicate(r, C::NAME, C::HOST, Effects::FAILS, &arguments, outcome);
            });
            deliver(s, unit, target, outcome);
        }
        Err(raise) => s.raise(raise),
    }
}

/// Guards that a fixnum keeps its value as a float.
fn guard_exact(r: &mut Recorder, value: ValueRef, actual: Word) {
    if actual.is_fixnum() && r.constant_bits(value).is_none() {
        r.fixnum(value);
        let shift = r.const_int(EXACT_AS_FLOAT << 3);
        let above = r.op2(limpet_plugin_api::OpCode::Add, value, shift);
        r.guard_constant(Condition::ULe, above, EXACT_AS_FLOAT << 4);
    }
}

/// Calls a predicate and guards its outcome.
fn lower_predicate(
    r: &mut Recorder,
    name: &str,
    host: HostFunction,
    effects: Effects,
    arguments: &[ValueRef],
    outcome: bool,
) {
    let result = r.call(&word_function(name, host as *const (), effects), arguments);
    r.guard_constant(Condition::Eq, result, Word::boolean(outcome).0 as i64);
}

#[inline(always)]
pub(super) fn eq_value<M: Mode>(s: &mut State<M>, unit: Unit) {
    eq(s, unit, Target::Value(unit.a()), unit.b(), unit.c());
}

#[inline(always)]
pub(super) fn eq_branch<M: Mode>(s: &mut State<M>, unit: Unit) {
    eq(s, unit, Target::Branch, unit.a(), unit.b());
}

#[inline(always)]
fn eq<M: Mode>(s: &mut State<M>, unit: Unit, target: Target, x: usize, y: usize) {
    let outcome = s.reg(x) == s.reg(y);
    s.lower(|r| lower_eq(r, x, y, outcome));
    deliver(s, unit, target, outcome);
}

fn lower_eq(r: &mut Recorder, x: usize, y: usize, outcome: bool) {
    let (v, w) = (r.slot(x as i32), r.slot(y as i32));
    r.guard_int(if outcome { Condition::Eq } else { Condition::Ne }, v, w);
}

#[inline(always)]
pub(super) fn eqv_value<M: Mode>(s: &mut State<M>, unit: Unit) {
    eqv(s, unit, Target::Value(unit.a()), unit.b(), unit.c());
}

#[inline(always)]
pub(super) fn eqv_branch<M: Mode>(s: &mut State<M>, unit: Unit) {
    eqv(s, unit, Target::Branch, unit.a(), unit.b());
}

#[inline(always)]
fn eqv<M: Mode>(s: &mut State<M>, unit: Unit, target: Target, x: usize, y: usize) {
    let (a, b) = (s.reg(x), s.reg(y));
    if a == b {
        s.lower(|r| lower_eq(r, x, y, true));
        return deliver(s, unit, target, true);
    }
    // Only boxed numbers can be equivalent without being the same word.
    if !(a.is_object() && b.is_object()) {
        s.lower(|r| {
            let value = r.slot(if a.is_object() { y } else { x } as i32);
            if r.constant_bits(value).is_none() {
                r.guard_tags(value, ANY_TAG & !OBJECT);
            }
            lower_eq(r, x, y, false);
        });
        return deliver(s, unit, target, false);
    }
    s.outline(|s| {
        let outcome = number::eqv_numbers(a, b);
        s.lower(|r| {
            let arguments = [r.slot(x as i32), r.slot(y as i32)];
            lower_predicate(r, "eqv?", generic::eqv, Effects::PURE, &arguments, outcome);
        });
        deliver(s, unit, target, outcome);
    });
}

#[inline(always)]
pub(super) fn not<M: Mode>(s: &mut State<M>, unit: Unit) {
    let outcome = truth(s, unit.b());
    deliver(s, unit, Target::Value(unit.a()), !outcome);
}

#[inline(always)]
pub(super) fn branch_true<M: Mode>(s: &mut State<M>, unit: Unit) {
    let outcome = truth(s, unit.a());
    deliver(s, unit, Target::Branch, outcome);
}

/// Whether a register counts as true, with its guard.
#[inline(always)]
fn truth<M: Mode>(s: &mut State<M>, register: usize) -> bool {
    let outcome = s.reg(register).is_true();
    s.lower(|r| {
        let value = r.slot(register as i32);
        // A box for a float and a constant need no test.
        if r.is_float_box(value).is_none() && r.constant_bits(value).is_none() {
            r.guard_constant(if outcome { Condition::Ne } else { Condition::Eq }, value, Word::FALSE.0 as i64);
        }
    });
    outcome
}

#[inline(always)]
pub(super) fn is<M: Mode>(s: &mut State<M>, unit: Unit) {
    kind_test(s, unit, Target::Value(unit.a()), unit.b(), unit.c() as u8);
}

#[inline(always)]
pub(super) fn branch_is<M: Mode>(s: &mut State<M>, unit: Unit) {
    kind_test(s, unit, Target::Branch, unit.a(), unit.b() as u8);
}

#[inline(always)]
fn kind_test<M: Mode>(s: &mut State<M>, unit: Unit, target: Target, register: usize, kind: u8) {
    let word = s.reg(register);
    let kind = Kind::from_number(kind).unwrap_or(Kind::Null);
    // The two of every list loop are tested here, the others outside of the loop's code.
    let outcome = match kind {
        Kind::Null => word == Word::NIL,
        Kind::Pair => word.is_pair(),
        _ => is_of_kind(word, kind),
    };
    s.lower(|r| {
        let value = r.slot(register as i32);
        lower_kind(r, value, word, kind, outcome);
    });
    deliver(s, unit, target, outcome);
}

#[inline(never)]
fn is_of_kind(word: Word, kind: Kind) -> bool {
    match kind {
        Kind::Null => word == Word::NIL,
        Kind::Pair => word.is_pair(),
        Kind::Fixnum => word.is_fixnum(),
        Kind::Flonum => word.is_flonum(),
        Kind::Char => word.is_char(),
        Kind::String => word.is_string(),
        Kind::Symbol => word.is_symbol(),
        Kind::Vector => word.is_vector(),
        Kind::Bytevector => word.is_bytevector(),
        Kind::Procedure => word.is_procedure(),
        Kind::Boolean => word == Word::TRUE || word == Word::FALSE,
        Kind::Eof => word == Word::EOF,
        Kind::Number => word.is_number(),
        Kind::ExactInteger => word.is_exact_integer(),
        Kind::Values => word.is_type(HeapType::Values),
        Kind::Record => word.is_record(),
        Kind::Absent => word == Word::ABSENT,
        Kind::Undefined => word == Word::UNDEFINED,
    }
}

/// Immediate tags and the object type that make a kind, for kinds that are nothing else.
fn kind_set(kind: Kind) -> Option<(u32, Option<HeapType>)> {
    Some(match kind {
        Kind::Pair => (PAIR, None),
        Kind::Fixnum => (FIXNUM, None),
        Kind::Flonum => (FLOAT_TAGS, Some(HeapType::Flonum)),
        Kind::ExactInteger => (FIXNUM, Some(HeapType::Bignum)),
        Kind::String => (0, Some(HeapType::String)),
        Kind::Symbol => (0, Some(HeapType::Symbol)),
        Kind::Vector => (0, Some(HeapType::Vector)),
        Kind::Bytevector => (0, Some(HeapType::Bytevector)),
        Kind::Values => (0, Some(HeapType::Values)),
        Kind::Record => (0, Some(HeapType::Record)),
        _ => return None,
    })
}

/// The special value that is a kind by itself.
fn kind_word(kind: Kind) -> Option<Word> {
    Some(match kind {
        Kind::Null => Word::NIL,
        Kind::Eof => Word::EOF,
        Kind::Absent => Word::ABSENT,
        Kind::Undefined => Word::UNDEFINED,
        _ => return None,
    })
}

/// Guards the outcome of a test of kind, as widely as one or two guards can.
fn lower_kind(r: &mut Recorder, value: ValueRef, word: Word, kind: Kind, outcome: bool) {
    if r.constant_bits(value).is_some() {
        return;
    }
    if r.is_float_box(value).is_some() {
        // Boxed or immediate, it is a flonum, and the kinds differ in no other way.
        return;
    }
    if let Some(special) = kind_word(kind) {
        let condition = if outcome { Condition::Eq } else { Condition::Ne };
        return r.guard_constant(condition, value, special.0 as i64);
    }
    if kind == Kind::Char {
        if outcome {
            return r.guard_masked(value, 0xff, Word::char('\0').0);
        }
        return guard_class(r, value, word);
    }
    if let Some((tags, object)) = kind_set(kind) {
        if !word.is_object() {
            let without = match (outcome, object) {
                (true, _) => tags,
                (false, None) => ANY_TAG & !tags,
                (false, Some(_)) => ANY_TAG & !tags & !OBJECT,
            };
            return r.guard_tags(value, without);
        }
        r.guard_tags(value, OBJECT);
        let Some(object) = object else { return };
        let header = r.header(value);
        if outcome {
            return r.guard_masked(header, 0xff, header_byte(object));
        }
        let mask = r.const_int(0xff);
        let byte = r.op2(limpet_plugin_api::OpCode::And, header, mask);
        return r.guard_constant(Condition::Ne, byte, header_byte(object) as i64);
    }
    guard_class(r, value, word);
}

/// Guards that a value which is no float box is of the same class as now.
pub(super) fn guard_class_of(r: &mut Recorder, value: ValueRef, word: Word) {
    if r.constant_bits(value).is_none() && r.is_float_box(value).is_none() {
        guard_class(r, value, word);
    }
}

/// Guards that a value is of the same tag, the same type of object, or the same special value.
fn guard_class(r: &mut Recorder, value: ValueRef, word: Word) {
    if word.is_object() {
        r.guard_tags(value, OBJECT);
        let header = r.header(value);
        return r.guard_masked(header, 0xff, word.header() & 0xff);
    }
    if word.is_immediate_float() {
        return r.guard_tags(value, FLOAT_TAGS);
    }
    if word.is_char() {
        return r.guard_masked(value, 0xff, Word::char('\0').0);
    }
    match word.is_fixnum() || word.is_pair() {
        true => r.guard_tags(value, 1 << word.tag()),
        false => r.guard_constant(Condition::Eq, value, word.0 as i64),
    }
}
