//! Arithmetic of fixnums and small bignums only.
use super::Raise;
use crate::{bytecode::kinds::MathFunction, machine::Machine, value::Word};

fn int(machine: &mut Machine, who: &str, a: Word) -> Result<i128, Raise> {
    if a.is_fixnum() {
        return Ok(a.as_fixnum() as i128);
    }
    match a.bignum() {
        Some((negative, limbs)) if limbs.len() <= 2 => {
            let n = limbs.iter().rev().fold(0u128, |n, &l| n << 64 | l as u128) as i128;
            Ok(if negative { -n } else { n })
        }
        _ => Err(machine.wrong_type(who, 0, a)),
    }
}

fn make(machine: &mut Machine, n: i128) -> Word {
    let m = n.unsigned_abs();
    machine.make_bignum(n < 0, &[m as u64, (m >> 64) as u64])
}

macro_rules! ops {
    ($($name:ident $who:literal $f:expr;)*) => {
        $(
            #[allow(missing_docs)]
            pub fn $name(machine: &mut Machine, a: Word, b: Word) -> Result<Word, Raise> {
                let (x, y) = (int(machine, $who, a)?, int(machine, $who, b)?);
                let f: fn(i128, i128) -> Option<i128> = $f;
                match f(x, y) {
                    Some(n) => Ok(make(machine, n)),
                    None => Err(machine.wrong_type($who, 1, b)),
                }
            }
        )*
    };
}
ops! {
    add "+" |x, y| x.checked_add(y);
    sub "-" |x, y| x.checked_sub(y);
    mul "*" |x, y| x.checked_mul(y);
    div "/" |x, y| x.checked_div(y);
    quotient "quotient" |x, y| x.checked_div(y);
    remainder "remainder" |x, y| x.checked_rem(y);
    modulo "modulo" |x, y| x.checked_rem(y);
    bit_and "bitwise-and" |x, y| Some(x & y);
    bit_or "bitwise-ior" |x, y| Some(x | y);
    bit_xor "bitwise-xor" |x, y| Some(x ^ y);
    shift "arithmetic-shift" |x, y| if y >= 0 { x.checked_mul(1i128.checked_shl(y as u32)?) } else { Some(x >> -y) };
}
macro_rules! rels {
    ($($name:ident $op:tt;)*) => {
        $(
            #[allow(missing_docs)]
            pub fn $name(machine: &mut Machine, a: Word, b: Word) -> Result<bool, Raise> {
                Ok(int(machine, stringify!($op), a)? $op int(machine, stringify!($op), b)?)
            }
        )*
    };
}
rels! { num_eq ==; less <; less_eq <=; }
#[allow(missing_docs)]
pub fn eqv_numbers(a: Word, b: Word) -> bool {
    a == b || matches!((a.bignum(), b.bignum()), (Some(x), Some(y)) if x == y)
}
#[allow(missing_docs)]
pub fn math(machine: &mut Machine, function: MathFunction, a: Word) -> Result<Word, Raise> {
    match (function, a.to_f64()) {
        (MathFunction::Exact, Some(x)) => Ok(machine.make_integer(x as i64)),
        (MathFunction::Inexact, Some(x)) => Ok(machine.make_float(x)),
        (MathFunction::BitNot, _) => Ok(machine.make_integer(!a.as_fixnum())),
        (MathFunction::Abs, _) => Ok(machine.make_integer(a.as_fixnum().abs())),
        _ => Err(machine.wrong_type(function.scheme_name(), 0, a)),
    }
}
