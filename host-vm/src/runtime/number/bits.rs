//! Exact integers as infinite strings of bits in two's complement.

use super::real::{self, integer};
use crate::{machine::Machine, runtime::Raise, value::Word};
use dashu_base::BitTest;
use dashu_int::IBig;
use std::cmp::Ordering;

/// Integers of more bits are refused: 80 million decimal digits. A product of that size takes seconds, and no interrupt ends
/// it sooner.
pub const MOST_BITS: u64 = 1 << 28;

/// An exact integer.
///
/// # Errors
/// The argument is none.
pub fn exact_integer(machine: &mut Machine, who: &str, a: Word) -> Result<IBig, Raise> {
    integer(a).ok_or_else(|| machine.expected(who, "an exact integer", a))
}

/// The error of a result that would be larger than any number may be.
#[cold]
pub fn too_large(machine: &mut Machine, who: &str) -> Raise {
    machine.error("out-of-range", who, "the result would be too large", &[])
}

/// Refuses a result of more than [`MOST_BITS`] bits.
///
/// # Errors
/// The result would be too large.
pub fn check_size(machine: &mut Machine, who: &str, bits: u64) -> Result<(), Raise> {
    if bits > MOST_BITS { Err(too_large(machine, who)) } else { Ok(()) }
}

macro_rules! binary {
    ($($name:ident $scheme:literal $op:tt $text:literal;)*) => {
        $(
            #[doc = $text]
            ///
            /// # Errors
            /// An argument is no exact integer.
            pub fn $name(machine: &mut Machine, a: Word, b: Word) -> Result<Word, Raise> {
                if a.both_fixnums(b) {
                    return Ok(Word::fixnum(a.as_fixnum() $op b.as_fixnum()));
                }
                let x = exact_integer(machine, $scheme, a)?;
                let y = exact_integer(machine, $scheme, b)?;
                Ok(machine.make_big(&(x $op y)))
            }
        )*
    };
}

binary! {
    bit_and "bitwise-and" & "Bitwise and.";
    bit_or "bitwise-ior" | "Bitwise inclusive or.";
    bit_xor "bitwise-xor" ^ "Bitwise exclusive or.";
}

/// Bitwise not: `-1 - a`.
///
/// # Errors
/// The argument is no exact integer.
pub fn bit_not(machine: &mut Machine, a: Word) -> Result<Word, Raise> {
    if a.is_fixnum() {
        return Ok(Word::fixnum(!a.as_fixnum()));
    }
    let x = exact_integer(machine, "bitwise-not", a)?;
    Ok(machine.make_big(&!x))
}

/// `a` times two to the power `b`, rounded towards minus infinity.
///
/// # Errors
/// An argument is no exact integer, or the result is too large.
pub fn shift(machine: &mut Machine, a: Word, b: Word) -> Result<Word, Raise> {
    const WHO: &str = "arithmetic-shift";
    if !b.is_fixnum() {
        return match real::integer(b) {
            Some(count) if a.is_exact_integer() => match (count < IBig::ZERO, integer_sign(a)) {
                (_, Ordering::Equal) | (true, Ordering::Greater) => Ok(Word::fixnum(0)),
                (true, Ordering::Less) => Ok(Word::fixnum(-1)),
                (false, _) => Err(too_large(machine, WHO)),
            },
            Some(_) => Err(machine.expected(WHO, "an exact integer", a)),
            None => Err(machine.expected(WHO, "an exact integer", b)),
        };
    }
    let count = b.as_fixnum();
    if a.is_fixnum() {
        let n = a.as_fixnum();
        if count <= 0 {
            return Ok(Word::fixnum(n >> (-count).min(63)));
        }
        if count <= 64 {
            return Ok(machine.make_i128(i128::from(n) << count));
        }
    }
    let x = exact_integer(machine, WHO, a)?;
    if count >= 0 {
        if x.is_zero() {
            return Ok(Word::fixnum(0));
        }
        check_size(machine, WHO, count as u64 + length(&x) as u64)?;
        return Ok(machine.make_big(&(x << count as usize)));
    }
    // Shift the complement of a negative number: that rounds towards minus infinity.
    let count = count.unsigned_abs() as usize;
    let result = if x < IBig::ZERO { !(!x >> count) } else { x >> count };
    Ok(machine.make_big(&result))
}

fn integer_sign(a: Word) -> Ordering {
    match a.bignum() {
        Some((true, _)) => Ordering::Less,
        Some((false, _)) => Ordering::Greater,
        None => a.as_fixnum().cmp(&0),
    }
}

/// Bits needed beside the sign.
pub fn length(x: &IBig) -> usize {
    if *x < IBig::ZERO { (!x.clone()).bit_len() } else { x.bit_len() }
}
