//! Primitives on the bits of exact integers. The rest of SRFI 60 and SRFI 151 is written in Scheme over them
//! (`lib/bits.sld`).

use super::{
    super::bits::{self, exact_integer},
    Binary,
};
use crate::{machine::Machine, primitives, runtime::Raise, value::Word};
use dashu_base::BitTest;
use dashu_int::IBig;

fn fold(machine: &mut Machine, arguments: &[Word], unit: i64, f: Binary) -> Result<Word, Raise> {
    // Through the operation from the first argument on, so that a single one is checked too.
    arguments.iter().try_fold(Word::fixnum(unit), |sum, &argument| f(machine, sum, argument))
}

/// The magnitude of a number or of a negative one's complement, whose bits are the number's or their opposites.
fn pattern(x: IBig) -> dashu_int::UBig {
    (if x < IBig::ZERO { !x } else { x }).into_parts().1
}

/// The number of ones of a number, or of zeros of a negative one.
fn count(machine: &mut Machine, who: &str, word: Word) -> Result<Word, Raise> {
    if word.is_fixnum() {
        let n = word.as_fixnum();
        return Ok(Word::fixnum(i64::from((if n < 0 { !n } else { n }).count_ones())));
    }
    Ok(Word::fixnum(pattern(exact_integer(machine, who, word)?).count_ones() as i64))
}

fn is_set(machine: &mut Machine, who: &str, index: Word, word: Word) -> Result<Word, Raise> {
    let at = machine.index(who, index)?;
    if word.is_fixnum() {
        return Ok(Word::boolean(word.as_fixnum() >> at.min(63) & 1 == 1));
    }
    let x = exact_integer(machine, who, word)?;
    let negative = x < IBig::ZERO;
    Ok(Word::boolean(pattern(x).bit(at) != negative))
}

/// The index of the lowest one; -1 of zero.
fn lowest(machine: &mut Machine, who: &str, word: Word) -> Result<Word, Raise> {
    if word == Word::fixnum(0) {
        return Ok(Word::fixnum(-1));
    }
    // A number and its negative have the same lowest one.
    let x = exact_integer(machine, who, word)?;
    Ok(Word::fixnum(x.into_parts().1.trailing_zeros().map_or(-1, |zeros| zeros as i64)))
}

/// The bits from `start` up to `end` as a number that is not negative.
fn extract(machine: &mut Machine, who: &str, arguments: &[Word]) -> Result<Word, Raise> {
    let (start, end) = (machine.index(who, arguments[1])?, machine.index(who, arguments[2])?);
    if start > end {
        return Err(machine.error("out-of-range", who, "the start lies behind the end:", &arguments[1..]));
    }
    let shifted = bits::shift(machine, arguments[0], Word::fixnum(-(start as i64)))?;
    let mask = bits::shift(machine, Word::fixnum(-1), Word::fixnum((end - start) as i64))?;
    let mask = bits::bit_not(machine, mask)?;
    bits::bit_and(machine, shifted, mask)
}

/// Shift to the right with rounding to the nearest integer, ties to even.
fn rounding_shift(machine: &mut Machine, a: Word, b: Word) -> Result<Word, Raise> {
    let down = bits::shift(machine, a, b)?;
    if !b.is_fixnum() || b.as_fixnum() >= 0 || down == Word::fixnum(0) && a == down {
        return Ok(down);
    }
    let back = bits::shift(machine, down, Word::fixnum(-b.as_fixnum()))?;
    let rest = super::super::sub(machine, a, back)?;
    let half = bits::shift(machine, Word::fixnum(1), Word::fixnum(-b.as_fixnum() - 1))?;
    let one = match super::super::compare::compare(machine, "round-ash", rest, half)? {
        Some(std::cmp::Ordering::Greater) => 1,
        Some(std::cmp::Ordering::Equal) => {
            i64::from(is_set(machine, "round-ash", Word::fixnum(0), down)? == Word::TRUE)
        }
        _ => 0,
    };
    super::super::add(machine, down, Word::fixnum(one))
}

primitives! {
    /// Bit operations.
    pub BITS:
    "bitwise-and" (0, 255) ALLOCATES|FAILS => |machine, arguments| fold(machine, arguments, -1, bits::bit_and);
    "logand" (0, 255) ALLOCATES|FAILS => |machine, arguments| fold(machine, arguments, -1, bits::bit_and);
    "bitwise-ior" (0, 255) ALLOCATES|FAILS => |machine, arguments| fold(machine, arguments, 0, bits::bit_or);
    "logior" (0, 255) ALLOCATES|FAILS => |machine, arguments| fold(machine, arguments, 0, bits::bit_or);
    "bitwise-xor" (0, 255) ALLOCATES|FAILS => |machine, arguments| fold(machine, arguments, 0, bits::bit_xor);
    "logxor" (0, 255) ALLOCATES|FAILS => |machine, arguments| fold(machine, arguments, 0, bits::bit_xor);
    "bitwise-not" (1, 1) ALLOCATES|FAILS => |machine, arguments| bits::bit_not(machine, arguments[0]);
    "lognot" (1, 1) ALLOCATES|FAILS => |machine, arguments| bits::bit_not(machine, arguments[0]);
    "arithmetic-shift" (2, 2) ALLOCATES|FAILS => |machine, arguments| bits::shift(machine, arguments[0], arguments[1]);
    "ash" (2, 2) ALLOCATES|FAILS => |machine, arguments| bits::shift(machine, arguments[0], arguments[1]);
    "round-ash" (2, 2) ALLOCATES|FAILS => |machine, arguments| rounding_shift(machine, arguments[0], arguments[1]);
    "bit-count" (1, 1) FAILS => |machine, arguments| count(machine, "bit-count", arguments[0]);
    "logcount" (1, 1) FAILS => |machine, arguments| count(machine, "logcount", arguments[0]);
    "integer-length" (1, 1) FAILS => |machine, arguments| {
        Ok(Word::fixnum(bits::length(&exact_integer(machine, "integer-length", arguments[0])?) as i64))
    };
    "first-set-bit" (1, 1) FAILS => |machine, arguments| lowest(machine, "first-set-bit", arguments[0]);
    "bit-set?" (2, 2) FAILS => |machine, arguments| is_set(machine, "bit-set?", arguments[0], arguments[1]);
    "logbit?" (2, 2) FAILS => |machine, arguments| is_set(machine, "logbit?", arguments[0], arguments[1]);
    "logtest" (2, 2) ALLOCATES|FAILS => |machine, arguments| {
        Ok(Word::boolean(bits::bit_and(machine, arguments[0], arguments[1])? != Word::fixnum(0)))
    };
    "bit-extract" (3, 3) ALLOCATES|FAILS => |machine, arguments| extract(machine, "bit-extract", arguments);
    "bit-field" (3, 3) ALLOCATES|FAILS => |machine, arguments| extract(machine, "bit-field", arguments);
}
