//! Reading and changing heap objects through words.
//!
//! **The invariant** on which every access here rests: a word with a pointer tag refers to a live, completely initialized object
//! of the right shape (a pair for the pair tag, a header for the object tag). Words come from constructors and from
//! other objects, the collector frees only what no root reaches, and a program can't make one from a number; so these
//! methods look safe, and are. Whoever builds a word from raw bits answers for it.
//!
//! Readers take a word and check with `debug_assert` what their caller promises (`car` of a pair); tests and `Option`s say
//! what a word is. Setters are methods of the machine, because they owe the collector its barrier.
#![allow(unsafe_code)] // Reads and writes objects by their addresses.

use super::{
    HeapType, Word,
    object::{CAR, CDR, HEADER, field, header_byte, header_length},
};
use crate::{bytecode::code::Code, machine::Machine};

impl Word {
    /// The address of a slot: its offset from the tagged word.
    #[inline(always)]
    pub(super) const fn slot(self, offset: i32) -> usize {
        (self.0 as i64 + offset as i64) as usize
    }

    /// Reads the word at an offset from this tagged word.
    #[inline(always)]
    pub(super) fn read(self, offset: i32) -> Word {
        debug_assert!(self.is_pointer());
        let slot: *const Word = std::ptr::with_exposed_provenance(self.slot(offset));
        // SAFETY: the invariant of this module; callers stay within the object.
        unsafe { *slot }
    }

    /// Writes the word at an offset from this tagged word, without a barrier.
    #[inline(always)]
    pub(super) fn write(self, offset: i32, value: Word) {
        debug_assert!(self.is_pointer());
        let slot: *mut Word = std::ptr::with_exposed_provenance_mut(self.slot(offset));
        // SAFETY: as in `read`; the collector never runs at the same time.
        unsafe { *slot = value }
    }

    /// The first element of a pair.
    #[inline(always)]
    pub fn car(self) -> Word {
        debug_assert!(self.is_pair());
        self.read(CAR)
    }

    /// The second element of a pair.
    #[inline(always)]
    pub fn cdr(self) -> Word {
        debug_assert!(self.is_pair());
        self.read(CDR)
    }

    /// The header of an object.
    #[inline(always)]
    pub fn header(self) -> u64 {
        debug_assert!(self.is_object());
        self.read(HEADER).0
    }

    /// The length in an object's header: words or bytes of its body.
    #[inline(always)]
    pub fn length(self) -> usize {
        header_length(self.header())
    }

    /// The type of an object with a header; `None` for pairs and immediates.
    #[inline]
    pub fn heap_type(self) -> Option<HeapType> {
        if self.is_object() { HeapType::from_number((self.header() >> 3 & 31) as u8) } else { None }
    }

    /// Whether this is an object of that type.
    #[inline(always)]
    pub fn is_type(self, kind: HeapType) -> bool {
        self.is_object() && self.header() & 0xff == header_byte(kind)
    }

    /// Word `i` of an object's body.
    #[inline(always)]
    pub fn field(self, i: usize) -> Word {
        debug_assert!(i < self.length() && self.heap_type().is_some_and(HeapType::is_words));
        self.read(field(i))
    }

    /// The words of an object's body. They must not be held while anything may change the object.
    #[inline]
    pub fn fields(&self) -> &[Word] {
        debug_assert!(self.heap_type().is_some_and(HeapType::is_words));
        let body: *const Word = std::ptr::with_exposed_provenance(self.slot(field(0)));
        // SAFETY: the invariant of this module; the header tells the length.
        unsafe { std::slice::from_raw_parts(body, self.length()) }
    }

    /// The bytes of an object whose body is bytes: a bytevector, a string's storage, a bignum. They must not be held
    /// while anything may change the object.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        debug_assert!(self.heap_type().is_some_and(|kind| !kind.is_words()));
        let body: *const u8 = std::ptr::with_exposed_provenance(self.slot(field(0)));
        // SAFETY: as in `fields`.
        unsafe { std::slice::from_raw_parts(body, self.length()) }
    }
}

macro_rules! type_tests {
    ($($name:ident $kind:ident $text:literal;)*) => {
        impl Word {
            $(
                #[doc = concat!("Whether this is ", $text, ".")]
                #[inline(always)]
                pub fn $name(self) -> bool {
                    self.is_type(HeapType::$kind)
                }
            )*
        }
    };
}

type_tests! {
    is_boxed_float Flonum "a float in a box";
    is_bignum Bignum "an exact integer outside the fixnums";
    is_bytevector Bytevector "a bytevector";
    is_string String "a string";
    is_symbol Symbol "a symbol";
    is_vector Vector "a vector";
    is_closure Closure "a closure";
    is_primitive Primitive "a primitive procedure";
    is_cell Cell "a variable's cell";
    is_global Global "a global variable";
    is_record Record "a record";
    is_record_type RecordType "a record type";
    is_values Values "a multiple-values object";
    is_continuation Continuation "a continuation";
    is_port Port "a port";
    is_parameter Parameter "a parameter object";
    is_rational Rational "an exact number that is no integer";
    is_complex Complex "a complex number";
    is_environment Environment "an environment";
    is_prompt_tag PromptTag "a prompt tag";
}

impl Word {
    /// Whether this is a float, immediate or boxed.
    #[inline(always)]
    pub fn is_flonum(self) -> bool {
        self.is_immediate_float() || self.is_boxed_float()
    }

    /// The float, immediate or boxed.
    #[inline(always)]
    pub fn flonum(self) -> Option<f64> {
        if self.is_immediate_float() {
            Some(self.as_immediate_float())
        } else if self.is_boxed_float() {
            Some(f64::from_bits(self.read(field(0)).0))
        } else {
            None
        }
    }

    /// The float nearest to a float or fixnum.
    #[inline]
    pub fn to_f64(self) -> Option<f64> {
        if self.is_fixnum() { Some(self.as_fixnum() as f64) } else { self.flonum() }
    }

    /// Whether this is an integer that is exact: a fixnum or a bignum.
    #[inline]
    pub fn is_exact_integer(self) -> bool {
        self.is_fixnum() || self.is_bignum()
    }

    /// Whether this is a number of any kind.
    #[inline]
    pub fn is_number(self) -> bool {
        self.is_fixnum() || self.is_immediate_float() || {
            use HeapType::*;
            matches!(self.heap_type(), Some(Flonum | Bignum | Rational | Complex))
        }
    }

    /// Sign (true: negative) and magnitude of a bignum, least significant limb first.
    pub fn bignum(&self) -> Option<(bool, &[u64])> {
        if !self.is_bignum() {
            return None;
        }
        let limbs: *const u64 = std::ptr::with_exposed_provenance(self.slot(field(1)));
        // SAFETY: a bignum is its sign, then limbs.
        let limbs = unsafe { std::slice::from_raw_parts(limbs, self.length() / 8 - 1) };
        Some((self.read(field(0)).0 != 0, limbs))
    }

    /// An exact integer as an `i64`, if it is one and fits.
    pub fn to_i64(self) -> Option<i64> {
        if self.is_fixnum() {
            return Some(self.as_fixnum());
        }
        let (negative, limbs) = self.bignum()?;
        let &[magnitude] = limbs else { return None };
        let value = if negative { -i128::from(magnitude) } else { i128::from(magnitude) };
        i64::try_from(value).ok()
    }

    /// A fixnum that can be an index or a length.
    #[inline(always)]
    pub fn to_index(self) -> Option<usize> {
        if self.is_fixnum() { usize::try_from(self.as_fixnum()).ok() } else { None }
    }

    /// Whether this can be called.
    #[inline]
    pub fn is_procedure(self) -> bool {
        use HeapType::*;
        matches!(self.heap_type(), Some(Closure | Primitive | Continuation | Parameter))
    }

    /// The code of a closure.
    #[inline(always)]
    pub fn closure_code(self) -> *const Code {
        debug_assert!(self.is_closure());
        std::ptr::with_exposed_provenance(self.read(field(0)).0 as usize)
    }

    /// Elements of a vector.
    #[inline(always)]
    pub fn vector_len(self) -> usize {
        debug_assert!(self.is_vector());
        self.length()
    }

    /// Element `i` of a vector, which it must have.
    #[inline(always)]
    pub fn vector_ref(self, i: usize) -> Word {
        debug_assert!(self.is_vector());
        self.field(i)
    }

    /// The type of a record.
    #[inline(always)]
    pub fn record_type(self) -> Word {
        debug_assert!(self.is_record());
        self.read(field(0))
    }

    /// Field `i` of a record, counted without the type.
    #[inline(always)]
    pub fn record_ref(self, i: usize) -> Word {
        debug_assert!(self.is_record());
        self.field(i + 1)
    }

    /// Whether this is a record of that type or of one derived from it.
    #[inline]
    pub fn is_record_of(self, record_type: Word) -> bool {
        if !self.is_record() {
            return false;
        }
        let mut found = self.record_type();
        while found != record_type {
            if !found.is_record_type() {
                return false;
            }
            found = found.field(2);
        }
        true
    }

    /// The elements of a list, up to its end or its first tail that is no pair. Endless for a circular list.
    pub fn iter_list(self) -> impl Iterator<Item = Word> {
        let mut rest = self;
        std::iter::from_fn(move || {
            if !rest.is_pair() {
                return None;
            }
            let element = rest.car();
            rest = rest.cdr();
            Some(element)
        })
    }

    /// Elements of a proper list; `None` for anything else, circular lists included (found with Brent's method).
    pub fn list_length(self) -> Option<usize> {
        let (mut rest, mut mark, mut length, mut limit) = (self, self, 0usize, 2);
        while rest.is_pair() {
            rest = rest.cdr();
            length += 1;
            if rest == mark {
                return None;
            }
            if length == limit {
                mark = rest;
                limit *= 2;
            }
        }
        (rest == Word::NIL).then_some(length)
    }
}

impl Machine {
    /// Stores at an offset from the tagged word and tells the collector.
    #[inline(always)]
    fn store(&mut self, object: Word, offset: i32, value: Word) {
        object.write(offset, value);
        self.heap.barrier(object, object.slot(offset), value);
    }

    /// Changes the first element of a pair.
    #[inline(always)]
    pub fn set_car(&mut self, pair: Word, value: Word) {
        debug_assert!(pair.is_pair());
        self.store(pair, CAR, value);
    }

    /// Changes the second element of a pair.
    #[inline(always)]
    pub fn set_cdr(&mut self, pair: Word, value: Word) {
        debug_assert!(pair.is_pair());
        self.store(pair, CDR, value);
    }

    /// Changes word `i` of an object's body.
    #[inline(always)]
    pub fn set_field(&mut self, object: Word, i: usize, value: Word) {
        debug_assert!(i < object.length() && object.heap_type().is_some_and(HeapType::is_words));
        self.store(object, field(i), value);
    }

    /// Changes element `i` of a vector.
    #[inline(always)]
    pub fn vector_set(&mut self, vector: Word, i: usize, value: Word) {
        debug_assert!(vector.is_vector());
        self.set_field(vector, i, value);
    }

    /// Changes field `i` of a record, counted without the type.
    #[inline(always)]
    pub fn record_set(&mut self, record: Word, i: usize, value: Word) {
        debug_assert!(record.is_record());
        self.set_field(record, i + 1, value);
    }

    /// Changes elements of a vector to one value.
    pub fn vector_fill(&mut self, vector: Word, range: std::ops::Range<usize>, value: Word) {
        for i in range {
            self.vector_set(vector, i, value);
        }
    }

    /// Copies elements from one vector into another or the same; they may overlap.
    pub fn vector_copy(&mut self, to: Word, at: usize, from: Word, range: std::ops::Range<usize>) {
        let length = range.len();
        debug_assert!(at + length <= to.vector_len() && range.end <= from.vector_len());
        if to == from && at > range.start {
            (0..length).rev().for_each(|i| self.vector_set(to, at + i, from.vector_ref(range.start + i)));
        } else {
            (0..length).for_each(|i| self.vector_set(to, at + i, from.vector_ref(range.start + i)));
        }
    }

    /// The bytes of an object whose body is bytes, to be changed. No other slice of them may be held.
    pub fn bytes_mut(&mut self, object: Word) -> &mut [u8] {
        debug_assert!(object.heap_type().is_some_and(|kind| !kind.is_words()));
        let body: *mut u8 = std::ptr::with_exposed_provenance_mut(object.slot(field(0)));
        // SAFETY: the invariant of this module; the machine that owns the object is borrowed.
        unsafe { std::slice::from_raw_parts_mut(body, object.length()) }
    }
}
