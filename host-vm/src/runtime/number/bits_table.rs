//! Primitives on the bits of exact integers.

use super::bits::{self, exact_integer};
use crate::{machine::Machine, primitives, runtime::Raise, value::Word};
use dashu_int::IBig;

fn fold(
    machine: &mut Machine,
    arguments: &[Word],
    unit: i64,
    f: fn(&mut Machine, Word, Word) -> Result<Word, Raise>,
) -> Result<Word, Raise> {
    arguments.iter().try_fold(Word::fixnum(unit), |sum, &argument| f(machine, sum, argument))
}

/// The number of ones of a number, or of zeros of a negative one.
fn count(x: IBig) -> usize {
    let x = if x < IBig::ZERO { !x } else { x };
    x.into_parts().1.count_ones()
}

fn test_bit(x: &IBig, index: usize) -> bool {
    let (negative, magnitude) = (*x < IBig::ZERO, if *x < IBig::ZERO { !x.clone() } else { x.clone() });
    dashu_base::BitTest::bit(&magnitude.into_parts().1, index) != negative
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
    "bit-count" (1, 1) FAILS => |machine, arguments| {
        Ok(Word::fixnum(count(exact_integer(machine, "bit-count", arguments[0])?) as i64))
    };
    "integer-length" (1, 1) FAILS => |machine, arguments| {
        Ok(Word::fixnum(bits::length(&exact_integer(machine, "integer-length", arguments[0])?) as i64))
    };
    "bit-set?" (2, 2) FAILS => |machine, arguments| {
        let x = exact_integer(machine, "bit-set?", arguments[1])?;
        let index = machine.index("bit-set?", arguments[0])?;
        Ok(Word::boolean(test_bit(&x, index)))
    };
}
