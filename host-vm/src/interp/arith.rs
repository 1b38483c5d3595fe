//! Arithmetic of two operands.
//!
//! Each operation is a type that says what it does with fixnums, with floats and otherwise, and how each of these is
//! lowered. Fixnums are computed on as tagged words: their tag is `000`, so sums, differences and bitwise
//! functions need no untagging, and a machine overflow of the words is an overflow of the fixnums.
#![allow(unsafe_code)] // Addresses of unsafe C functions are taken.

use super::{
    generic::{self, Function, HostFunction},
    mode::Mode,
    state::{State, Unit},
};
use crate::{
    jit::record::{Lower, word_function},
    runtime::number,
    value::Word,
};
use limpet_host_hooks::Recorder;
use limpet_plugin_api::{Condition, Effects, OpCode, ValueRef};

/// An operation.
pub(super) trait Operation {
    /// The Scheme name.
    const NAME: &'static str;
    /// Any numbers.
    const GENERIC: Function;
    /// The same for traces.
    const HOST: HostFunction;
    /// The operation on floats; `None`: there is none.
    const FLOAT: Option<OpCode> = None;

    /// The result for two fixnums, if it is one.
    fn fixnums(x: Word, y: Word) -> Option<Word>;

    /// The path that `fixnums` takes for these operands, whose tags are guarded.
    fn lower_fixnums(r: &mut Recorder, x: (ValueRef, Word), y: (ValueRef, Word)) -> ValueRef;

    /// The result for two floats, if there is a [`Operation::FLOAT`].
    #[inline(always)]
    fn floats(x: f64, _: f64) -> f64 {
        x
    }
}

/// An operand: in a register, or in the instruction.
#[derive(Clone, Copy)]
pub(super) enum Operand {
    Register(usize, Word),
    Immediate(Word),
}

impl Operand {
    #[inline(always)]
    pub(super) fn word(self) -> Word {
        match self {
            Operand::Register(_, word) | Operand::Immediate(word) => word,
        }
    }

    pub(super) fn lower(self, r: &mut Recorder) -> ValueRef {
        match self {
            Operand::Register(register, _) => r.slot(register as i32),
            Operand::Immediate(word) => r.const_word(word.0),
        }
    }
}

/// `a := b op c`.
#[inline(always)]
pub(super) fn binary<M: Mode, O: Operation>(s: &mut State<M>, unit: Unit) {
    let (b, c) = (unit.b(), unit.c());
    compute::<M, O>(s, unit.a(), Operand::Register(b, s.reg(b)), Operand::Register(c, s.reg(c)));
}

/// `a := b op c` with an immediate c.
#[inline(always)]
pub(super) fn immediate<M: Mode, O: Operation>(s: &mut State<M>, unit: Unit) {
    let b = unit.b();
    compute::<M, O>(s, unit.a(), Operand::Register(b, s.reg(b)), Operand::Immediate(Word::fixnum(unit.imm())));
}

#[inline(always)]
fn compute<M: Mode, O: Operation>(s: &mut State<M>, to: usize, x: Operand, y: Operand) {
    let (a, b) = (x.word(), y.word());
    if a.both_fixnums(b)
        && let Some(result) = O::fixnums(a, b)
    {
        s.lower(|r| {
            let (v, w) = (x.lower(r), y.lower(r));
            r.fixnum(v);
            r.fixnum(w);
            let result = O::lower_fixnums(r, (v, a), (w, b));
            r.set_slot(to as i32, result);
        });
        s.set(to, result);
        return s.advance(1);
    }
    if !M::OBSERVED
        && O::FLOAT.is_some()
        && a.is_immediate_float()
        && b.is_immediate_float()
        && let Some(result) = Word::try_float(O::floats(a.as_immediate_float(), b.as_immediate_float()))
    {
        s.set(to, result);
        return s.advance(1);
    }
    s.outline(|s| slow::<M, O>(s, to, x, y));
}

/// Floats of any kind, also mixed with fixnums, and whatever the runtime has to do.
#[inline(never)]
fn slow<M: Mode, O: Operation>(s: &mut State<M>, to: usize, x: Operand, y: Operand) {
    let (a, b) = (x.word(), y.word());
    s.sync();
    if let Some(op) = O::FLOAT
        && (a.is_flonum() || b.is_flonum())
        && let (Some(f), Some(g)) = (float_value(a), float_value(b))
    {
        s.lower(|r| {
            let (v, w) = (x.lower(r), y.lower(r));
            let (v, w) = (r.float(v, a), r.float(w, b));
            let result = r.op2(op, v, w);
            let result = r.box_float(result);
            r.set_slot(to as i32, result);
        });
        let result = s.machine().make_float(O::floats(f, g));
        s.set(to, result);
        return s.advance(1);
    }
    match (O::GENERIC)(s.machine(), a, b) {
        Ok(result) => {
            s.lower(|r| {
                let arguments = [x.lower(r), y.lower(r)];
                let effects = Effects::ALLOCATES.and(Effects::FAILS);
                let function = word_function(O::NAME, O::HOST as *const (), effects);
                let result = r.call(&function, &arguments);
                r.set_slot(to as i32, result);
            });
            s.set(to, result);
            s.advance(1);
        }
        Err(raise) => s.raise(raise),
    }
}

/// The float of a flonum or fixnum.
#[inline(always)]
pub(super) fn float_value(word: Word) -> Option<f64> {
    if word.is_fixnum() { Some(word.as_fixnum() as f64) } else { word.flonum() }
}

/// `+`
pub(super) struct Add;
/// `-`
pub(super) struct Sub;
/// `*`
pub(super) struct Mul;
/// `/`
pub(super) struct Div;
/// `quotient`
pub(super) struct Quotient;
/// `remainder`
pub(super) struct Remainder;
/// `modulo`
pub(super) struct Modulo;
/// `bitwise-and`
pub(super) struct BitAnd;
/// `bitwise-ior`
pub(super) struct BitOr;
/// `bitwise-xor`
pub(super) struct BitXor;
/// `arithmetic-shift`
pub(super) struct Shift;

impl Operation for Add {
    const NAME: &'static str = "+";
    const GENERIC: Function = number::add;
    const HOST: HostFunction = generic::add;
    const FLOAT: Option<OpCode> = Some(OpCode::FloatAdd);

    #[inline(always)]
    fn fixnums(x: Word, y: Word) -> Option<Word> {
        (x.0 as i64).checked_add(y.0 as i64).map(|sum| Word(sum as u64))
    }

    fn lower_fixnums(r: &mut Recorder, x: (ValueRef, Word), y: (ValueRef, Word)) -> ValueRef {
        r.checked(OpCode::AddChecked, x.0, y.0)
    }

    #[inline(always)]
    fn floats(x: f64, y: f64) -> f64 {
        x + y
    }
}

impl Operation for Sub {
    const NAME: &'static str = "-";
    const GENERIC: Function = number::sub;
    const HOST: HostFunction = generic::sub;
    const FLOAT: Option<OpCode> = Some(OpCode::FloatSub);

    #[inline(always)]
    fn fixnums(x: Word, y: Word) -> Option<Word> {
        (x.0 as i64).checked_sub(y.0 as i64).map(|difference| Word(difference as u64))
    }

    fn lower_fixnums(r: &mut Recorder, x: (ValueRef, Word), y: (ValueRef, Word)) -> ValueRef {
        r.checked(OpCode::SubChecked, x.0, y.0)
    }

    #[inline(always)]
    fn floats(x: f64, y: f64) -> f64 {
        x - y
    }
}

impl Operation for Mul {
    const NAME: &'static str = "*";
    const GENERIC: Function = number::mul;
    const HOST: HostFunction = generic::mul;
    const FLOAT: Option<OpCode> = Some(OpCode::FloatMul);

    #[inline(always)]
    fn fixnums(x: Word, y: Word) -> Option<Word> {
        x.as_fixnum().checked_mul(y.0 as i64).map(|product| Word(product as u64))
    }

    fn lower_fixnums(r: &mut Recorder, x: (ValueRef, Word), y: (ValueRef, Word)) -> ValueRef {
        let untagged = r.shifted(x.0, 3);
        r.checked(OpCode::MulChecked, untagged, y.0)
    }

    #[inline(always)]
    fn floats(x: f64, y: f64) -> f64 {
        x * y
    }
}

impl Operation for Div {
    const NAME: &'static str = "/";
    const GENERIC: Function = number::div;
    const HOST: HostFunction = generic::div;
    const FLOAT: Option<OpCode> = Some(OpCode::FloatDiv);

    #[inline(always)]
    fn fixnums(x: Word, y: Word) -> Option<Word> {
        let (x, y) = (x.as_fixnum(), y.as_fixnum());
        // No division overflows a machine word, since fixnums are narrower; the quotient may exceed a fixnum.
        (y != 0 && x % y == 0).then(|| x / y).and_then(Word::try_fixnum)
    }

    fn lower_fixnums(r: &mut Recorder, x: (ValueRef, Word), y: (ValueRef, Word)) -> ValueRef {
        let quotient = Quotient::lower_fixnums(r, x, y);
        if y.1.as_fixnum() != -1 {
            let rest = r.op2(OpCode::Remainder, x.0, y.0);
            r.guard_constant(Condition::Eq, rest, 0);
        }
        quotient
    }

    #[inline(always)]
    fn floats(x: f64, y: f64) -> f64 {
        x / y
    }
}

impl Operation for Quotient {
    const NAME: &'static str = "quotient";
    const GENERIC: Function = number::quotient;
    const HOST: HostFunction = generic::quotient;

    #[inline(always)]
    fn fixnums(x: Word, y: Word) -> Option<Word> {
        let (x, y) = (x.as_fixnum(), y.as_fixnum());
        if y == 0 { None } else { Word::try_fixnum(x / y) }
    }

    fn lower_fixnums(r: &mut Recorder, x: (ValueRef, Word), y: (ValueRef, Word)) -> ValueRef {
        let minus_one = Word::fixnum(-1);
        if y.1 == minus_one {
            r.guard_constant(Condition::Eq, y.0, minus_one.0 as i64);
            let zero = r.const_int(0);
            return r.checked(OpCode::SubChecked, zero, x.0);
        }
        guard_divisor(r, y.0);
        // Tagged words have the quotient of their integers; only the least fixnum through -1 would exceed a fixnum.
        r.guard_constant(Condition::Ne, y.0, minus_one.0 as i64);
        let quotient = r.op2(OpCode::Quotient, x.0, y.0);
        r.shifted_left(quotient, 3)
    }
}

/// Guards that a divisor is not zero.
fn guard_divisor(r: &mut Recorder, y: ValueRef) {
    r.guard_constant(Condition::Ne, y, 0);
}

impl Operation for Remainder {
    const NAME: &'static str = "remainder";
    const GENERIC: Function = number::remainder;
    const HOST: HostFunction = generic::remainder;

    #[inline(always)]
    fn fixnums(x: Word, y: Word) -> Option<Word> {
        // Tagged words have the tagged remainder. The divisor is 0 or at least 8 in magnitude: no overflow.
        (y.0 != 0).then(|| Word((x.0 as i64 % y.0 as i64) as u64))
    }

    fn lower_fixnums(r: &mut Recorder, x: (ValueRef, Word), y: (ValueRef, Word)) -> ValueRef {
        guard_divisor(r, y.0);
        r.op2(OpCode::Remainder, x.0, y.0)
    }
}

impl Operation for Modulo {
    const NAME: &'static str = "modulo";
    const GENERIC: Function = number::modulo;
    const HOST: HostFunction = generic::modulo;

    #[inline(always)]
    fn fixnums(x: Word, y: Word) -> Option<Word> {
        if y.0 == 0 {
            return None;
        }
        let (x, y) = (x.0 as i64, y.0 as i64);
        let rest = x % y;
        Some(Word(if rest != 0 && (rest ^ y) < 0 { rest + y } else { rest } as u64))
    }

    fn lower_fixnums(r: &mut Recorder, x: (ValueRef, Word), y: (ValueRef, Word)) -> ValueRef {
        let (a, b) = (x.1.0 as i64, y.1.0 as i64);
        let rest = a % b;
        let (divisor, keeps, changes) = match b > 0 {
            true => (Condition::Gt, Condition::Ge, Condition::Lt),
            false => (Condition::Lt, Condition::Le, Condition::Gt),
        };
        r.guard_constant(divisor, y.0, 0);
        let value = r.op2(OpCode::Remainder, x.0, y.0);
        if rest != 0 && (rest ^ b) < 0 {
            r.guard_constant(changes, value, 0);
            return r.op2(OpCode::Add, value, y.0);
        }
        r.guard_constant(keeps, value, 0);
        value
    }
}

macro_rules! bitwise {
    ($($type:ident $name:literal $function:ident $op:ident $operator:tt;)*) => {
        $(
            impl Operation for $type {
                const NAME: &'static str = $name;
                const GENERIC: Function = number::$function;
                const HOST: HostFunction = generic::$function;

                #[inline(always)]
                fn fixnums(x: Word, y: Word) -> Option<Word> {
                    Some(Word(x.0 $operator y.0))
                }

                fn lower_fixnums(r: &mut Recorder, x: (ValueRef, Word), y: (ValueRef, Word)) -> ValueRef {
                    r.op2(OpCode::$op, x.0, y.0)
                }
            }
        )*
    };
}

bitwise! {
    BitAnd "bitwise-and" bit_and And &;
    BitOr "bitwise-ior" bit_or Or |;
    BitXor "bitwise-xor" bit_xor Xor ^;
}

impl Operation for Shift {
    const NAME: &'static str = "arithmetic-shift";
    const GENERIC: Function = number::shift;
    const HOST: HostFunction = generic::shift;

    #[inline(always)]
    fn fixnums(x: Word, y: Word) -> Option<Word> {
        let (x, count) = (x.0 as i64, y.as_fixnum());
        if (0..60).contains(&count) {
            let result = x << count;
            return (result >> count == x).then_some(Word(result as u64));
        }
        if count < 0 {
            return Some(Word((x >> (-count).min(63)) as u64 & !7));
        }
        None
    }

    fn lower_fixnums(r: &mut Recorder, x: (ValueRef, Word), y: (ValueRef, Word)) -> ValueRef {
        let count = r.shifted(y.0, 3);
        if y.1.as_fixnum() >= 0 {
            r.guard_constant(Condition::ULt, count, 60);
            let result = r.op2(OpCode::Shl, x.0, count);
            let back = r.op2(OpCode::Sar, result, count);
            r.guard_int(Condition::Eq, back, x.0);
            return result;
        }
        let mask = r.const_int(!7);
        if y.1.as_fixnum() < -63 {
            r.guard_constant(Condition::Lt, count, -63);
            let sign = r.shifted(x.0, 63);
            return r.op2(OpCode::And, sign, mask);
        }
        let zero = r.const_int(0);
        let right = r.op2(OpCode::Sub, zero, count);
        let before = r.const_int(1);
        let less = r.op2(OpCode::Sub, right, before);
        r.guard_constant(Condition::ULt, less, 63);
        let result = r.op2(OpCode::Sar, x.0, right);
        r.op2(OpCode::And, result, mask)
    }
}
