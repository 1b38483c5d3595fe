//! Strings: a string object `[length, storage, flags]` over a storage of one byte per character (all below U+0100) or four.
//!
//! The storage may be longer than the string. A character that does not fit widens the storage: the string object gets another
//! one, the string stays the same. A text can be stored narrow and wide, so equality and hashes go by characters.
#![allow(unsafe_code)] // Reads wide characters by address.

use super::{HeapType, Word, object::field};
use crate::{machine::Machine, runtime::Raise};
use std::borrow::Cow;
use std::cmp::Ordering;

/// Body word of a string: number of characters (fixnum).
pub const LENGTH: usize = 0;
/// Body word of a string: its storage.
pub const STORAGE: usize = 1;
/// Body word of a string: flags (fixnum).
pub const FLAGS: usize = 2;
/// The flag of literals and symbols' names.
pub const IMMUTABLE: i64 = 1;

/// The characters of a string, as they are stored.
#[derive(Clone, Copy, Debug)]
pub enum Chars<'a> {
    /// One byte each.
    Narrow(&'a [u8]),
    /// Scalar values.
    Wide(&'a [u32]),
}

impl Chars<'_> {
    /// The characters in order.
    pub fn iter(self) -> impl Iterator<Item = char> {
        let (narrow, wide) = match self {
            Chars::Narrow(bytes) => (bytes, &[][..]),
            Chars::Wide(scalars) => (&[][..], scalars),
        };
        narrow.iter().map(|&byte| byte as char).chain(wide.iter().map(|&scalar| to_char(scalar)))
    }
}

#[inline(always)]
fn to_char(scalar: u32) -> char {
    char::from_u32(scalar).unwrap_or(char::REPLACEMENT_CHARACTER)
}

impl Word {
    /// Characters of a string.
    #[inline(always)]
    pub fn string_len(self) -> usize {
        debug_assert!(self.is_string());
        self.field(LENGTH).as_fixnum() as usize
    }

    /// Whether a string must not be changed.
    #[inline]
    pub fn string_is_immutable(self) -> bool {
        self.field(FLAGS).as_fixnum() & IMMUTABLE != 0
    }

    /// The characters of a string, where they lie. They must not be held while anything may change the string or
    /// when it may be collected.
    #[inline]
    pub fn chars(&self) -> Chars<'_> {
        let (length, storage) = (self.string_len(), self.field(STORAGE));
        let address = storage.slot(field(0));
        // SAFETY: the storage has at least as many characters as the string; it lives as long as the string does.
        unsafe {
            if storage.is_type(HeapType::NarrowChars) {
                Chars::Narrow(std::slice::from_raw_parts(std::ptr::with_exposed_provenance(address), length))
            } else {
                Chars::Wide(std::slice::from_raw_parts(std::ptr::with_exposed_provenance(address), length))
            }
        }
    }

    /// Character `i` of a string, which it must have.
    #[inline]
    pub fn string_ref(self, i: usize) -> char {
        match self.chars() {
            Chars::Narrow(bytes) => bytes[i] as char,
            Chars::Wide(scalars) => to_char(scalars[i]),
        }
    }

    /// The text of a string, borrowed where it is stored as Rust stores it.
    pub fn string_text(&self) -> Cow<'_, str> {
        match self.chars() {
            Chars::Narrow(bytes) if bytes.is_ascii() => match std::str::from_utf8(bytes) {
                Ok(text) => Cow::Borrowed(text),
                Err(_) => Cow::Owned(String::new()), // ASCII is always valid.
            },
            chars => Cow::Owned(chars.iter().collect()),
        }
    }

    /// The text of a string.
    pub fn string_to_rust(self) -> String {
        self.string_text().into_owned()
    }

    /// Whether two strings have the same characters.
    pub fn string_equal(self, other: Word) -> bool {
        match (self.chars(), other.chars()) {
            (Chars::Narrow(a), Chars::Narrow(b)) => a == b,
            (Chars::Wide(a), Chars::Wide(b)) => a == b,
            (a, b) => self.string_len() == other.string_len() && a.iter().eq(b.iter()),
        }
    }

    /// Compares two strings by scalar values.
    pub fn string_compare(self, other: Word) -> Ordering {
        match (self.chars(), other.chars()) {
            (Chars::Narrow(a), Chars::Narrow(b)) => a.cmp(b),
            (Chars::Wide(a), Chars::Wide(b)) => a.cmp(b),
            (a, b) => a.iter().cmp(b.iter()),
        }
    }

    /// Whether a string is this text.
    pub fn string_is(self, text: &str) -> bool {
        match self.chars() {
            Chars::Narrow(bytes) if text.is_ascii() => bytes == text.as_bytes(),
            chars => chars.iter().eq(text.chars()),
        }
    }

    /// A hash of a string's characters.
    pub fn string_hash(self) -> u64 {
        match self.chars() {
            Chars::Narrow(bytes) => hash_scalars(bytes.iter().map(|&byte| byte as u32)),
            Chars::Wide(scalars) => hash_scalars(scalars.iter().copied()),
        }
    }

    /// The name of a symbol.
    pub fn symbol_name(self) -> String {
        debug_assert!(self.is_symbol());
        self.field(0).string_to_rust()
    }
}

/// The hash of a text, equal to [`Word::string_hash`] of a string with that text.
pub fn hash_text(text: &str) -> u64 {
    hash_scalars(text.chars().map(|c| c as u32))
}

/// Multiply and rotate for each character, then mix so that low and high bits are good.
#[inline(always)]
fn hash_scalars(scalars: impl Iterator<Item = u32>) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let sum = scalars.fold(FACTOR, |hash, scalar| (hash.rotate_left(5) ^ u64::from(scalar)).wrapping_mul(FACTOR));
    sum ^ sum >> 32
}

impl Machine {
    /// A string with this text.
    pub fn make_string(&mut self, text: &str) -> Word {
        if text.is_ascii() {
            let storage = self.make_bytes(HeapType::NarrowChars, text.as_bytes());
            return self.make_string_object(text.len(), storage);
        }
        let scalars: Vec<char> = text.chars().collect();
        self.make_string_from_chars(&scalars)
    }

    /// A string of these characters.
    pub fn make_string_from_chars(&mut self, chars: &[char]) -> Word {
        let storage = if chars.iter().all(|&c| (c as u32) < 0x100) {
            let bytes: Vec<u8> = chars.iter().map(|&c| c as u8).collect();
            self.make_bytes(HeapType::NarrowChars, &bytes)
        } else {
            let bytes: Vec<u8> = chars.iter().flat_map(|&c| (c as u32).to_ne_bytes()).collect();
            self.make_bytes(HeapType::WideChars, &bytes)
        };
        self.make_string_object(chars.len(), storage)
    }

    /// A string of `length` equal characters.
    ///
    /// # Errors
    /// Out of memory.
    pub fn make_string_filled(&mut self, length: usize, fill: char) -> Result<Word, Raise> {
        let storage = match u8::try_from(fill as u32) {
            Ok(byte) => self.make_bytes_filled(HeapType::NarrowChars, length, byte)?,
            Err(_) => {
                let storage = self.make_bytes_filled(HeapType::WideChars, length.saturating_mul(4), 0)?;
                let scalar = (fill as u32).to_ne_bytes();
                self.bytes_mut(storage).chunks_exact_mut(4).for_each(|chunk| chunk.copy_from_slice(&scalar));
                storage
            }
        };
        Ok(self.make_string_object(length, storage))
    }

    /// A new string of the characters `range` of a string.
    pub fn substring(&mut self, string: Word, range: std::ops::Range<usize>) -> Word {
        let length = range.len();
        let storage = match string.chars() {
            Chars::Narrow(bytes) => self.make_bytes(HeapType::NarrowChars, &bytes[range]),
            Chars::Wide(_) => {
                let storage = string.field(STORAGE);
                self.make_bytes(HeapType::WideChars, &storage.bytes()[range.start * 4..range.end * 4])
            }
        };
        self.make_string_object(length, storage)
    }

    /// Changes character `i` of a string, which it must have; widens the storage if it must.
    #[inline]
    pub fn string_set(&mut self, string: Word, i: usize, c: char) {
        debug_assert!(i < string.string_len());
        let storage = string.field(STORAGE);
        if storage.is_type(HeapType::WideChars) {
            self.bytes_mut(storage)[4 * i..4 * i + 4].copy_from_slice(&(c as u32).to_ne_bytes());
        } else if let Ok(byte) = u8::try_from(c as u32) {
            self.bytes_mut(storage)[i] = byte;
        } else {
            self.widen(string);
            self.string_set(string, i, c);
        }
    }

    /// Gives a narrow string a wide storage.
    #[cold]
    fn widen(&mut self, string: Word) {
        let wide: Vec<u8> = string.chars().iter().flat_map(|c| (c as u32).to_ne_bytes()).collect();
        let storage = self.make_bytes(HeapType::WideChars, &wide);
        self.set_field(string, STORAGE, storage);
    }

    /// Makes a string immutable, as literals are.
    pub fn freeze_string(&mut self, string: Word) {
        let flags = string.field(FLAGS).as_fixnum() | IMMUTABLE;
        self.set_field(string, FLAGS, Word::fixnum(flags));
    }
}
