//! The value word: 64 bits, of which the low three say what it is.
//!
//! | tag | meaning |
//! | --- | --- |
//! | `000` | fixnum: 61 bits, shifted left by three; adding and comparing need no untagging |
//! | `001`, `100`, `101` | immediate float, *self-tagged* (Melançon, Serrano, Feeley, "Float Self-Tagging", 2025) |
//! | `010` | pair: two words without a header |
//! | `011` | any other heap object: its first word is a header |
//! | `110` | special: booleans, the empty list, characters … |
//! | `111` | never a value: the header of a heap object |
//!
//! A float's word is its bits rotated left by four, plus one: the rotation puts the three high bits of the exponent
//! where the tag sits, and the addition moves the three patterns that matter (tiny numbers with zero, and both sides of
//! 1.0: magnitudes from 2^-255 to 2^257) away from the fixnums. All others, infinities and NaN among them, are boxed.
//!
//! Raw addresses that are multiples of eight look like fixnums, and multiples of four like fixnums or floats: a return
//! address in a stack slot needs no care from the collector.

use std::fmt;

/// A Scheme value.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Word(pub u64);

/// The low bits that make the tag.
pub const TAG_BITS: u8 = 3;
/// Mask of the tag.
pub const TAG_MASK: u64 = 7;
/// Tag of fixnums.
pub const TAG_FIXNUM: u64 = 0;
/// Tag of pairs.
pub const TAG_PAIR: u64 = 2;
/// Tag of heap objects with a header.
pub const TAG_OBJECT: u64 = 3;
/// Tag of specials.
pub const TAG_SPECIAL: u64 = 6;
/// Low bits of an object's header.
pub const TAG_HEADER: u64 = 7;
/// Set of tags, as bits, that are immediate floats.
pub const FLOAT_TAGS: u32 = 1 << 1 | 1 << 4 | 1 << 5;
/// Set of tags, as bits, that are heap pointers.
pub const POINTER_TAGS: u32 = 1 << TAG_PAIR | 1 << TAG_OBJECT;
/// Rotation of self-tagged floats.
pub const FLOAT_ROTATE: u8 = 4;
/// Addend of self-tagged floats.
pub const FLOAT_ADD: u64 = 1;

/// The largest fixnum.
pub const FIXNUM_MAX: i64 = (1 << 60) - 1;
/// The smallest fixnum.
pub const FIXNUM_MIN: i64 = -(1 << 60);

const fn special(n: u64) -> Word {
    Word(n << 8 | TAG_SPECIAL)
}

impl Word {
    /// `#f`
    pub const FALSE: Word = special(0);
    /// `#t`
    pub const TRUE: Word = special(1);
    /// `()`
    pub const NIL: Word = special(2);
    /// What expressions without a useful value give.
    pub const UNSPECIFIED: Word = special(3);
    /// The end-of-file object.
    pub const EOF: Word = special(4);
    /// Content of a variable before its definition was evaluated.
    pub const UNDEFINED: Word = special(5);
    /// An optional argument that was not given.
    pub const ABSENT: Word = special(6);
    /// Returned by a primitive that has raised ([`crate::runtime::Raise`] is then pending); never a program's value.
    pub const FAILURE: Word = special(7);

    /// A boolean.
    #[inline(always)]
    pub const fn boolean(b: bool) -> Word {
        if b { Word::TRUE } else { Word::FALSE }
    }

    /// Everything but `#f` counts as true.
    #[inline(always)]
    pub const fn is_true(self) -> bool {
        self.0 != Word::FALSE.0
    }

    /// The tag.
    #[inline(always)]
    pub const fn tag(self) -> u64 {
        self.0 & TAG_MASK
    }

    /// A fixnum; `n` must lie in `FIXNUM_MIN..=FIXNUM_MAX`.
    #[inline(always)]
    pub const fn fixnum(n: i64) -> Word {
        debug_assert!(n >= FIXNUM_MIN && n <= FIXNUM_MAX);
        Word((n as u64) << 3)
    }

    /// A fixnum, if `n` fits.
    #[inline(always)]
    pub const fn try_fixnum(n: i64) -> Option<Word> {
        if n >= FIXNUM_MIN && n <= FIXNUM_MAX { Some(Word((n as u64) << 3)) } else { None }
    }

    /// Whether this is a fixnum.
    #[inline(always)]
    pub const fn is_fixnum(self) -> bool {
        self.0 & TAG_MASK == TAG_FIXNUM
    }

    /// Whether both are fixnums: one test.
    #[inline(always)]
    pub const fn both_fixnums(self, other: Word) -> bool {
        (self.0 | other.0) & TAG_MASK == TAG_FIXNUM
    }

    /// The integer of a fixnum.
    #[inline(always)]
    pub const fn as_fixnum(self) -> i64 {
        (self.0 as i64) >> 3
    }

    /// A character.
    #[inline(always)]
    pub const fn char(c: char) -> Word {
        Word((c as u64) << 8 | 1 << 3 | TAG_SPECIAL)
    }

    /// How a special value (a boolean, the empty list, what reads as nothing) is printed.
    pub const fn special_name(self) -> &'static str {
        match self {
            Word::FALSE => "#f",
            Word::TRUE => "#t",
            Word::NIL => "()",
            Word::UNSPECIFIED => "#<unspecified>",
            Word::EOF => "#<eof>",
            Word::UNDEFINED => "#<undefined>",
            Word::ABSENT => "#!default",
            _ => "#<unknown>",
        }
    }

    /// Whether this is a character.
    #[inline(always)]
    pub const fn is_char(self) -> bool {
        self.0 & 0xff == (1 << 3 | TAG_SPECIAL)
    }

    /// The character; meaningless unless [`Word::is_char`].
    #[inline(always)]
    pub fn as_char(self) -> char {
        char::from_u32((self.0 >> 8) as u32).unwrap_or('\u{fffd}')
    }

    /// The word of a float that can be self-tagged; other floats need a box from the heap.
    #[inline(always)]
    pub const fn try_float(x: f64) -> Option<Word> {
        let word = x.to_bits().rotate_left(FLOAT_ROTATE as u32).wrapping_add(FLOAT_ADD);
        if FLOAT_TAGS >> (word & TAG_MASK) & 1 == 1 { Some(Word(word)) } else { None }
    }

    /// Whether this is an immediate float (a boxed one is an object).
    #[inline(always)]
    pub const fn is_immediate_float(self) -> bool {
        FLOAT_TAGS >> (self.0 & TAG_MASK) & 1 == 1
    }

    /// The float of an immediate float.
    #[inline(always)]
    pub const fn as_immediate_float(self) -> f64 {
        f64::from_bits(self.0.wrapping_sub(FLOAT_ADD).rotate_right(FLOAT_ROTATE as u32))
    }

    /// Whether this is a pair.
    #[inline(always)]
    pub const fn is_pair(self) -> bool {
        self.0 & TAG_MASK == TAG_PAIR
    }

    /// Whether this is a heap object with a header.
    #[inline(always)]
    pub const fn is_object(self) -> bool {
        self.0 & TAG_MASK == TAG_OBJECT
    }

    /// Whether this points into the heap.
    #[inline(always)]
    pub const fn is_pointer(self) -> bool {
        self.0 & 6 == 2
    }

    /// Address of the pair or object.
    #[inline(always)]
    pub const fn address(self) -> usize {
        (self.0 & !TAG_MASK) as usize
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            w if w.is_fixnum() => write!(f, "{}", w.as_fixnum()),
            w if w.is_immediate_float() => write!(f, "{:?}", w.as_immediate_float()),
            w if w.is_char() => write!(f, "{:?}", w.as_char()),
            w if w.tag() == TAG_SPECIAL => f.write_str(w.special_name()),
            w => write!(f, "#<{:#x}>", w.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_floats_are_immediate_and_come_back() {
        for x in [0.0, -0.0, 1.0, -1.0, 0.1, 1e-70, -1e70, 1e77, f64::MIN_POSITIVE, 5e-324, 255.5] {
            let w = Word::try_float(x).unwrap_or_else(|| panic!("{x} needs a box"));
            assert!(w.is_immediate_float() && !w.is_fixnum() && !w.is_pointer());
            assert_eq!(w.as_immediate_float().to_bits(), x.to_bits());
        }
        for x in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 1e300, 1e-200] {
            assert_eq!(Word::try_float(x), None, "{x}");
        }
    }

    #[test]
    fn fixnums_keep_their_range() {
        for n in [0, 1, -1, FIXNUM_MAX, FIXNUM_MIN] {
            assert_eq!(Word::fixnum(n).as_fixnum(), n);
            assert!(Word::fixnum(n).is_fixnum());
        }
        assert_eq!(Word::try_fixnum(FIXNUM_MAX + 1), None);
        assert_eq!(Word::try_fixnum(FIXNUM_MIN - 1), None);
    }

    #[test]
    fn characters_and_specials_differ() {
        assert!(Word::char('λ').is_char());
        assert_eq!(Word::char('λ').as_char(), 'λ');
        assert!(!Word::NIL.is_char() && !Word::FALSE.is_true() && Word::NIL.is_true());
    }
}
