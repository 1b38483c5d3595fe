//! Heap objects: types, headers and field offsets.
//!
//! A pair is two words, told from every other object by its tag and, in the heap, by its first word not being a header.
//! All others begin with a header:
//!
//! ```text
//!   63                                     8 7       3 2   0
//!   +---------------------------------------+---------+-----+
//!   | length: words or bytes that follow    | type    | 111 |
//!   +---------------------------------------+---------+-----+
//! ```
//!
//! An object's body is either all words (each a value, or a raw number that can't be mistaken for a pointer: a multiple of
//! four) or all raw bytes; its type says which. Sizes are rounded up to 16 bytes, and every object starts at a multiple
//! of 16.

use super::word::{TAG_HEADER, TAG_OBJECT, TAG_PAIR, Word};

macro_rules! heap_types {
    ($($name:ident = $number:literal, $body:ident, $text:literal;)*) => {
        /// The type of a heap object with a header.
        #[repr(u8)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum HeapType { $(#[doc = $text] $name = $number),* }

        impl HeapType {
            /// All types.
            pub const ALL: &'static [HeapType] = &[$(HeapType::$name),*];

            /// From the number in a header.
            #[inline(always)]
            pub fn from_number(n: u8) -> Option<HeapType> {
                match n { $($number => Some(HeapType::$name),)* _ => None }
            }

            /// Whether the length counts words that the collector traces (else raw bytes).
            #[inline(always)]
            pub const fn is_words(self) -> bool {
                match self { $(HeapType::$name => heap_types!(@ $body)),* }
            }
        }
    };
    (@ words) => { true };
    (@ bytes) => { false };
}

heap_types! {
    Flonum = 0, bytes, "A boxed float: 8 bytes, the binary64.";
    Bignum = 1, bytes, "An exact integer outside the fixnums: 8 bytes sign (0 or 1), then little-endian 64-bit limbs without leading zero limbs.";
    Bytevector = 2, bytes, "A bytevector.";
    NarrowChars = 3, bytes, "Storage of a string: one byte for each character, all below U+0100.";
    WideChars = 4, bytes, "Storage of a string: four bytes for each character.";
    String = 5, words, "`[length (fixnum), storage, flags (fixnum: 1 = immutable)]`";
    Symbol = 6, words, "`[name (string), hash (fixnum), interned (boolean)]`";
    Vector = 7, words, "A vector: its elements.";
    Closure = 8, words, "`[code (address), captured values …]`";
    Primitive = 9, words, "`[descriptor (address of the VM's primitive record), name (symbol)]`";
    Cell = 10, words, "`[value]`: a variable that is captured and assigned.";
    Global = 11, words, "`[value, name (symbol)]`: a global variable.";
    Record = 12, words, "`[record type, fields …]`";
    RecordType = 13, words, "`[name (symbol), field names (vector), parent or #f, flags (fixnum), names of procedures or #f]`";
    Values = 14, words, "Multiple values, any number but one.";
    Continuation = 15, words, "`[frame slice (fixnum: index in the VM's table), next continuation, dynamic state, …]`";
    Port = 16, words, "`[index into the VM's table of ports (fixnum), flags (fixnum)]`";
    Parameter = 17, words, "`[default value, converter or #f]`";
    Rational = 18, words, "`[numerator, denominator]`: exact, in lowest terms, denominator above 1.";
    Complex = 19, words, "`[real part, imaginary part]`";
    Environment = 20, words, "`[index into the VM's table of environments (fixnum)]`";
    Foreign = 21, words, "`[index into the VM's table of foreign values (fixnum)]`";
    PromptTag = 22, words, "`[name]`";
    WeakTable = 23, words, "Reserved for tables whose keys are weak.";
    Keyword = 24, words, "`[name (symbol)]`: `#:name`; those of equal names are one object.";
    Syntax = 25, words, "`[node (fixnum), scopes (fixnum)]`: a syntax object of the VM's expander.";
}

/// The header of an object.
#[inline(always)]
pub const fn header(kind: HeapType, length: usize) -> u64 {
    (length as u64) << 8 | (kind as u64) << 3 | TAG_HEADER
}

/// Whether a word is a header.
#[inline(always)]
pub const fn is_header(word: u64) -> bool {
    word & 7 == TAG_HEADER
}

/// The low byte of a header of that type: `header & 0xff`.
#[inline(always)]
pub const fn header_byte(kind: HeapType) -> u64 {
    (kind as u64) << 3 | TAG_HEADER
}

/// The length in a header.
#[inline(always)]
pub const fn header_length(header: u64) -> usize {
    (header >> 8) as usize
}

/// Bytes that an object with this many body bytes occupies.
#[inline(always)]
pub const fn object_bytes(body: usize) -> usize {
    (8 + body + 15) & !15
}

/// Byte offset of a pair's first word from its tagged word.
pub const CAR: i32 = -(TAG_PAIR as i32);
/// Byte offset of a pair's second word.
pub const CDR: i32 = 8 - TAG_PAIR as i32;
/// Byte offset of an object's header from its tagged word.
pub const HEADER: i32 = -(TAG_OBJECT as i32);
/// Byte offset of an object's first body word.
pub const BODY: i32 = 8 - TAG_OBJECT as i32;

/// Byte offset of body word `i` from the tagged word.
#[inline(always)]
pub const fn field(i: usize) -> i32 {
    BODY + 8 * i as i32
}

impl Word {
    /// The tagged word of a pair at that address.
    #[inline(always)]
    pub const fn pair_at(address: usize) -> Word {
        Word(address as u64 | TAG_PAIR)
    }

    /// The tagged word of an object at that address.
    #[inline(always)]
    pub const fn object_at(address: usize) -> Word {
        Word(address as u64 | TAG_OBJECT)
    }
}
