//! Strings (R7RS 6.7). What calls procedures (`string-map`, `string-for-each`) is Scheme.

use crate::{
    machine::Machine,
    primitives,
    runtime::Raise,
    text::unicode::fold_text,
    value::{
        Word,
        string::{Chars, STORAGE},
    },
};
use std::cmp::Ordering;
use unicode_normalization::UnicodeNormalization;

fn compare(machine: &mut Machine, who: &str, arguments: &[Word], f: fn(Ordering) -> bool) -> Result<Word, Raise> {
    for &argument in arguments {
        machine.string(who, argument)?;
    }
    Ok(Word::boolean(arguments.windows(2).all(|pair| f(pair[0].string_compare(pair[1])))))
}

fn compare_folded(
    machine: &mut Machine,
    who: &str,
    arguments: &[Word],
    f: fn(Ordering) -> bool,
) -> Result<Word, Raise> {
    let mut texts = Vec::with_capacity(arguments.len());
    for &argument in arguments {
        texts.push(fold_text(&machine.string(who, argument)?.string_text()));
    }
    Ok(Word::boolean(texts.windows(2).all(|pair| f(pair[0].cmp(&pair[1])))))
}

/// A string in another case: `ascii` changes letters in place, where all characters are ASCII; `f` maps any text.
fn map_text(
    machine: &mut Machine,
    who: &str,
    string: Word,
    ascii: fn(&mut [u8]),
    f: fn(&str) -> String,
) -> Result<Word, Raise> {
    let string = machine.string(who, string)?;
    // Rust's text and the result, perhaps wide.
    machine.ask_memory(string.string_len().saturating_mul(5))?;
    if matches!(string.chars(), Chars::Narrow(bytes) if bytes.is_ascii()) {
        let copy = machine.substring(string, 0..string.string_len());
        ascii(machine.bytes_mut(copy.field(STORAGE)));
        return Ok(copy);
    }
    let text = f(&string.string_text());
    Ok(machine.make_string(&text))
}

/// Characters of a part of a string, copied.
pub fn chars_of(string: Word, range: std::ops::Range<usize>) -> Vec<char> {
    string.chars().iter().skip(range.start).take(range.len()).collect()
}

fn index(machine: &mut Machine, who: &str, string: Word, index: Word) -> Result<usize, Raise> {
    match index.to_index() {
        Some(i) if i < string.string_len() => Ok(i),
        _ => Err(machine.index_out_of_range(who, string, index)),
    }
}

/// Joins the texts of strings.
pub fn concatenate(machine: &mut Machine, who: &str, strings: &[Word], between: &str) -> Result<Word, Raise> {
    let mut length = between.len().saturating_mul(strings.len());
    let mut bytes = 2;
    for &word in strings {
        let string = machine.string(who, word)?;
        length = length.saturating_add(string.string_len());
        // Characters on their way, and those of a wide string.
        if !matches!(string.chars(), Chars::Narrow(bytes) if bytes.is_ascii()) {
            bytes = 12;
        }
    }
    machine.ask_memory(length.saturating_mul(if between.is_ascii() { bytes } else { 12 }))?;
    let mut narrow = Vec::new();
    let mut all_ascii = between.is_ascii();
    for (i, &word) in strings.iter().enumerate() {
        let string = machine.string(who, word)?;
        match string.chars() {
            Chars::Narrow(bytes) if all_ascii && bytes.is_ascii() => {
                if i > 0 {
                    narrow.extend_from_slice(between.as_bytes());
                }
                narrow.extend_from_slice(bytes);
            }
            _ => all_ascii = false,
        }
    }
    if let (true, Ok(text)) = (all_ascii, std::str::from_utf8(&narrow)) {
        return Ok(machine.make_string(text));
    }
    let mut chars = Vec::new();
    for (i, string) in strings.iter().enumerate() {
        if i > 0 {
            chars.extend(between.chars());
        }
        chars.extend(string.chars().iter());
    }
    Ok(machine.make_string_from_chars(&chars))
}

fn copy_into(machine: &mut Machine, arguments: &[Word]) -> Result<Word, Raise> {
    const WHO: &str = "string-copy!";
    let (to, from) = (machine.mutable_string(WHO, arguments[0])?, machine.string(WHO, arguments[2])?);
    let range = machine.range(WHO, from, from.string_len(), &arguments[3..])?;
    let at = machine.place(WHO, to, to.string_len(), arguments[1], range.len())?;
    for (i, c) in chars_of(from, range).into_iter().enumerate() {
        machine.string_set(to, at + i, c);
    }
    Ok(Word::UNSPECIFIED)
}

primitives! {
    /// Strings.
    pub STRINGS:
    "string?" (1, 1) PURE => |_, arguments| Ok(Word::boolean(arguments[0].is_string()));
    "make-string" (1, 2) ALLOCATES|FAILS => |machine, arguments| {
        let length = machine.index("make-string", arguments[0])?;
        let fill = match arguments.get(1) {
            Some(&word) => machine.character("make-string", word)?,
            None => ' ',
        };
        machine.make_string_filled(length, fill)
    };
    "string" (0, 255) ALLOCATES|FAILS => |machine, arguments| {
        let mut chars = Vec::with_capacity(arguments.len());
        for &argument in arguments {
            chars.push(machine.character("string", argument)?);
        }
        Ok(machine.make_string_from_chars(&chars))
    };
    "string-length" (1, 1) READS|FAILS => |machine, arguments| {
        Ok(Word::fixnum(machine.string("string-length", arguments[0])?.string_len() as i64))
    };
    "string-ref" (2, 2) READS|FAILS => |machine, arguments| {
        let string = machine.string("string-ref", arguments[0])?;
        Ok(Word::char(string.string_ref(index(machine, "string-ref", string, arguments[1])?)))
    };
    "string-set!" (3, 3) READS|WRITES|ALLOCATES|FAILS => |machine, arguments| {
        let string = machine.mutable_string("string-set!", arguments[0])?;
        let i = index(machine, "string-set!", string, arguments[1])?;
        let c = machine.character("string-set!", arguments[2])?;
        machine.string_set(string, i, c);
        Ok(Word::UNSPECIFIED)
    };
    "string=?" (1, 255) READS|FAILS => |machine, arguments| match arguments {
        [a, b] if a.is_string() && b.is_string() => Ok(Word::boolean(a.string_equal(*b))),
        _ => compare(machine, "string=?", arguments, Ordering::is_eq),
    };
    "string<?" (1, 255) READS|FAILS => |machine, arguments| compare(machine, "string<?", arguments, Ordering::is_lt);
    "string>?" (1, 255) READS|FAILS => |machine, arguments| compare(machine, "string>?", arguments, Ordering::is_gt);
    "string<=?" (1, 255) READS|FAILS => |machine, arguments| compare(machine, "string<=?", arguments, Ordering::is_le);
    "string>=?" (1, 255) READS|FAILS => |machine, arguments| compare(machine, "string>=?", arguments, Ordering::is_ge);
    "string-ci=?" (1, 255) READS|FAILS => |machine, arguments| compare_folded(machine, "string-ci=?", arguments, Ordering::is_eq);
    "string-ci<?" (1, 255) READS|FAILS => |machine, arguments| compare_folded(machine, "string-ci<?", arguments, Ordering::is_lt);
    "string-ci>?" (1, 255) READS|FAILS => |machine, arguments| compare_folded(machine, "string-ci>?", arguments, Ordering::is_gt);
    "string-ci<=?" (1, 255) READS|FAILS => |machine, arguments| compare_folded(machine, "string-ci<=?", arguments, Ordering::is_le);
    "string-ci>=?" (1, 255) READS|FAILS => |machine, arguments| compare_folded(machine, "string-ci>=?", arguments, Ordering::is_ge);
    "string-upcase" (1, 1) READS|ALLOCATES|FAILS => |machine, arguments| {
        map_text(machine, "string-upcase", arguments[0], <[u8]>::make_ascii_uppercase, str::to_uppercase)
    };
    "string-downcase" (1, 1) READS|ALLOCATES|FAILS => |machine, arguments| {
        map_text(machine, "string-downcase", arguments[0], <[u8]>::make_ascii_lowercase, str::to_lowercase)
    };
    "string-foldcase" (1, 1) READS|ALLOCATES|FAILS => |machine, arguments| {
        map_text(machine, "string-foldcase", arguments[0], <[u8]>::make_ascii_lowercase, fold_text)
    };
    "substring" (2, 3) READS|ALLOCATES|FAILS => |machine, arguments| {
        let string = machine.string("substring", arguments[0])?;
        let range = machine.range("substring", string, string.string_len(), &arguments[1..])?;
        machine.ask_memory(range.len().saturating_mul(4))?;
        Ok(machine.substring(string, range))
    };
    "string-copy" (1, 3) READS|ALLOCATES|FAILS => |machine, arguments| {
        let string = machine.string("string-copy", arguments[0])?;
        let range = machine.range("string-copy", string, string.string_len(), &arguments[1..])?;
        machine.ask_memory(range.len().saturating_mul(4))?;
        Ok(machine.substring(string, range))
    };
    "string-copy!" (3, 5) READS|WRITES|ALLOCATES|FAILS => copy_into;
    "string-fill!" (2, 4) READS|WRITES|ALLOCATES|FAILS => |machine, arguments| {
        let string = machine.mutable_string("string-fill!", arguments[0])?;
        let c = machine.character("string-fill!", arguments[1])?;
        for i in machine.range("string-fill!", string, string.string_len(), &arguments[2..])? {
            machine.string_set(string, i, c);
        }
        Ok(Word::UNSPECIFIED)
    };
    "string-append" (0, 255) READS|ALLOCATES|FAILS => |machine, arguments| concatenate(machine, "string-append", arguments, "");
    "string-concatenate" (1, 1) READS|ALLOCATES|FAILS => |machine, arguments| {
        let strings = machine.list_elements("string-concatenate", arguments[0])?;
        concatenate(machine, "string-concatenate", &strings, "")
    };
    "string->list" (1, 3) READS|ALLOCATES|FAILS => |machine, arguments| {
        let string = machine.string("string->list", arguments[0])?;
        let range = machine.range("string->list", string, string.string_len(), &arguments[1..])?;
        machine.ask_memory(range.len().saturating_mul(16 + 8))?;
        let chars: Vec<Word> = chars_of(string, range).into_iter().map(Word::char).collect();
        Ok(machine.list(&chars))
    };
    "list->string" (1, 1) READS|ALLOCATES|FAILS => |machine, arguments| {
        let elements = machine.list_elements("list->string", arguments[0])?;
        machine.ask_memory(elements.len().saturating_mul(8))?;
        let mut chars = Vec::new();
        for element in elements {
            chars.push(machine.character("list->string", element)?);
        }
        Ok(machine.make_string_from_chars(&chars))
    };
    "string->vector" (1, 3) READS|ALLOCATES|FAILS => |machine, arguments| {
        let string = machine.string("string->vector", arguments[0])?;
        let range = machine.range("string->vector", string, string.string_len(), &arguments[1..])?;
        machine.ask_memory(range.len().saturating_mul(16))?;
        let chars: Vec<Word> = chars_of(string, range).into_iter().map(Word::char).collect();
        Ok(machine.vector_from(&chars))
    };
    "vector->string" (1, 3) READS|ALLOCATES|FAILS => |machine, arguments| {
        let vector = machine.vector("vector->string", arguments[0])?;
        let mut chars = Vec::new();
        for i in machine.range("vector->string", vector, vector.vector_len(), &arguments[1..])? {
            chars.push(machine.character("vector->string", vector.vector_ref(i))?);
        }
        Ok(machine.make_string_from_chars(&chars))
    };
    "string->utf8" (1, 3) READS|ALLOCATES|FAILS => |machine, arguments| {
        let string = machine.string("string->utf8", arguments[0])?;
        let range = machine.range("string->utf8", string, string.string_len(), &arguments[1..])?;
        machine.ask_memory(range.len().saturating_mul(12))?;
        let text: String = chars_of(string, range).into_iter().collect();
        Ok(machine.make_bytevector(text.as_bytes()))
    };
    "utf8->string" (1, 3) READS|ALLOCATES|FAILS => |machine, arguments| {
        let bytes = machine.bytevector("utf8->string", arguments[0])?;
        let range = machine.range("utf8->string", bytes, bytes.length(), &arguments[1..])?;
        machine.ask_memory(range.len().saturating_mul(9))?;
        match std::str::from_utf8(&bytes.bytes()[range.clone()]).map(str::to_owned) {
            Ok(text) => Ok(machine.make_string(&text)),
            Err(error) => {
                let at = range.start + error.valid_up_to();
                let message = format!("the bytes from index {at} on are no UTF-8:");
                Err(machine.error("decoding", "utf8->string", &message, &[bytes]))
            }
        }
    };
    "string-normalize-nfc" (1, 1) READS|ALLOCATES|FAILS => |machine, arguments| {
        map_text(machine, "string-normalize-nfc", arguments[0], |_| {}, |text| text.nfc().collect())
    };
    "string-normalize-nfd" (1, 1) READS|ALLOCATES|FAILS => |machine, arguments| {
        map_text(machine, "string-normalize-nfd", arguments[0], |_| {}, |text| text.nfd().collect())
    };
    "string-normalize-nfkc" (1, 1) READS|ALLOCATES|FAILS => |machine, arguments| {
        map_text(machine, "string-normalize-nfkc", arguments[0], |_| {}, |text| text.nfkc().collect())
    };
    "string-normalize-nfkd" (1, 1) READS|ALLOCATES|FAILS => |machine, arguments| {
        map_text(machine, "string-normalize-nfkd", arguments[0], |_| {}, |text| text.nfkd().collect())
    };
    "string->immutable" (1, 1) WRITES|FAILS => |machine, arguments| {
        let string = machine.string("string->immutable", arguments[0])?;
        machine.freeze_string(string);
        Ok(string)
    };
}
