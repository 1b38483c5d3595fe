//! Checks of primitives' arguments, each with its error message.

use super::Raise;
use crate::{machine::Machine, value::Word};
use std::ops::Range;

macro_rules! checks {
    ($($name:ident $test:ident $what:literal;)*) => {
        impl Machine {
            $(
                #[doc = concat!("The argument, which must be ", $what, ".")]
                #[inline]
                pub fn $name(&mut self, who: &str, word: Word) -> Result<Word, Raise> {
                    if word.$test() { Ok(word) } else { Err(self.expected(who, $what, word)) }
                }
            )*
        }
    };
}

checks! {
    pair is_pair "a pair";
    string is_string "a string";
    symbol is_symbol "a symbol";
    vector is_vector "a vector";
    bytevector is_bytevector "a bytevector";
    record is_record "a record";
    record_type is_record_type "a record type";
}

impl Machine {
    /// An index or a length.
    #[inline]
    pub fn index(&mut self, who: &str, word: Word) -> Result<usize, Raise> {
        word.to_index().ok_or_else(|| self.expected(who, "an exact integer that is not negative", word))
    }

    /// A character.
    #[inline]
    pub fn character(&mut self, who: &str, word: Word) -> Result<char, Raise> {
        if word.is_char() { Ok(word.as_char()) } else { Err(self.expected(who, "a character", word)) }
    }

    /// A byte.
    #[inline]
    pub fn byte(&mut self, who: &str, word: Word) -> Result<u8, Raise> {
        word.to_index()
            .and_then(|n| u8::try_from(n).ok())
            .ok_or_else(|| self.expected(who, "a byte (an exact integer from 0 to 255)", word))
    }

    /// A string that may be changed.
    pub fn mutable_string(&mut self, who: &str, word: Word) -> Result<Word, Raise> {
        let string = self.string(who, word)?;
        if string.string_is_immutable() {
            return Err(self.expected(who, "a string that is not constant", word));
        }
        Ok(string)
    }

    /// The optional arguments *start* and *end* of an operation on a sequence.
    #[inline]
    pub fn range(&mut self, who: &str, object: Word, length: usize, bounds: &[Word]) -> Result<Range<usize>, Raise> {
        let end = match bounds.get(1) {
            Some(&word) if word != Word::ABSENT => match word.to_index() {
                Some(end) if end <= length => end,
                _ => return Err(self.index_out_of_range(who, object, word)),
            },
            _ => length,
        };
        let start = match bounds.first() {
            Some(&word) if word != Word::ABSENT => match word.to_index() {
                Some(start) if start <= end => start,
                Some(start) if start <= length => {
                    let message = format!("the range from {start} to {end} ends before it begins:");
                    return Err(self.error("out-of-range", who, &message, &[object]));
                }
                _ => return Err(self.index_out_of_range(who, object, word)),
            },
            _ => 0,
        };
        Ok(start..end)
    }

    /// The index *at* of a copy of `count` elements to an object of some length.
    pub fn place(&mut self, who: &str, object: Word, length: usize, at: Word, count: usize) -> Result<usize, Raise> {
        match at.to_index() {
            Some(index) if index <= length && count <= length - index => Ok(index),
            Some(index) if index <= length => {
                let message = format!("{count} elements do not fit in from index {index} on, the length is {length}:");
                Err(self.error("out-of-range", who, &message, &[object]))
            }
            _ => Err(self.index_out_of_range(who, object, at)),
        }
    }

    /// The elements of a proper list as a vector of words; they stay alive as long as the list does.
    pub fn list_elements(&mut self, who: &str, list: Word) -> Result<Vec<Word>, Raise> {
        match list.list_length() {
            Some(length) => {
                let mut elements = Vec::with_capacity(length);
                elements.extend(list.iter_list());
                Ok(elements)
            }
            None => Err(self.expected(who, "a list", list)),
        }
    }
}
