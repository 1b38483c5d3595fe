//! Characters: Unicode scalar values, their classes and cases as Rust's standard library knows them.

use crate::{machine::Machine, primitives, runtime::Raise, value::Word};
use std::cmp::Ordering;

/// Upper case of one character, itself if that is no single character.
pub fn upcase(c: char) -> char {
    let mut cases = c.to_uppercase();
    match (cases.next(), cases.next()) {
        (Some(upper), None) => upper,
        _ => c,
    }
}

/// Lower case of one character, itself if that is no single character.
pub fn downcase(c: char) -> char {
    let mut cases = c.to_lowercase();
    match (cases.next(), cases.next()) {
        (Some(lower), None) => lower,
        _ => c,
    }
}

/// Simple case folding: through upper case, so that both forms of sigma are one.
pub fn fold(c: char) -> char {
    if c.is_ascii() { c.to_ascii_lowercase() } else { downcase(upcase(c)) }
}

/// Case folding of a text; a sharp s becomes two letters.
pub fn fold_text(text: &str) -> String {
    if text.is_ascii() {
        text.to_ascii_lowercase()
    } else {
        text.to_uppercase().chars().flat_map(char::to_lowercase).collect()
    }
}

/// The value of a decimal digit of any script: their blocks are ten consecutive scalars that begin with zero.
pub fn digit_value(c: char) -> Option<u32> {
    const ZEROS: &[u32] = &[
        0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0,
        0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620,
        0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0,
        0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x16a60, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec,
        0x1d7f6, 0x1e950,
    ];
    let scalar = c as u32;
    let zero = ZEROS[..ZEROS.partition_point(|&zero| zero <= scalar)].last()?;
    (scalar - zero < 10).then(|| scalar - zero)
}

fn compare(
    machine: &mut Machine,
    who: &str,
    arguments: &[Word],
    folded: bool,
    f: fn(Ordering) -> bool,
) -> Result<Word, Raise> {
    let mut previous = None;
    let mut holds = true;
    for &argument in arguments {
        let c = machine.character(who, argument)?;
        let c = if folded { fold(c) } else { c };
        holds &= previous.is_none_or(|previous: char| f(previous.cmp(&c)));
        previous = Some(c);
    }
    Ok(Word::boolean(holds))
}

macro_rules! table {
    (compare: $($name:literal $folded:literal $order:ident;)* test: $($test:literal $f:expr;)* map: $($map:literal $g:expr;)*) => {
        primitives! {
            /// Characters.
            pub CHARACTERS:
            $($name (1, 255) FAILS => |machine, arguments| compare(machine, $name, arguments, $folded, Ordering::$order);)*
            $($test (1, 1) FAILS => |machine, arguments| {
                let test: fn(char) -> bool = $f;
                Ok(Word::boolean(test(machine.character($test, arguments[0])?)))
            };)*
            $($map (1, 1) FAILS => |machine, arguments| {
                let map: fn(char) -> char = $g;
                Ok(Word::char(map(machine.character($map, arguments[0])?)))
            };)*
            "char?" (1, 1) PURE => |_, arguments| Ok(Word::boolean(arguments[0].is_char()));
            "char->integer" (1, 1) FAILS => |machine, arguments| {
                Ok(Word::fixnum(i64::from(machine.character("char->integer", arguments[0])? as u32)))
            };
            "integer->char" (1, 1) FAILS => |machine, arguments| {
                match arguments[0].to_index().and_then(|n| u32::try_from(n).ok()).and_then(char::from_u32) {
                    Some(c) => Ok(Word::char(c)),
                    None => Err(machine.wrong_type("integer->char", 0, arguments[0])),
                }
            };
            "digit-value" (1, 1) FAILS => |machine, arguments| {
                let c = machine.character("digit-value", arguments[0])?;
                Ok(digit_value(c).map_or(Word::FALSE, |digit| Word::fixnum(digit.into())))
            };
        }
    };
}

table! {
    compare:
    "char=?" false is_eq;
    "char<?" false is_lt;
    "char>?" false is_gt;
    "char<=?" false is_le;
    "char>=?" false is_ge;
    "char-ci=?" true is_eq;
    "char-ci<?" true is_lt;
    "char-ci>?" true is_gt;
    "char-ci<=?" true is_le;
    "char-ci>=?" true is_ge;
    test:
    "char-alphabetic?" char::is_alphabetic;
    "char-numeric?" |c| digit_value(c).is_some();
    "char-whitespace?" char::is_whitespace;
    "char-upper-case?" char::is_uppercase;
    "char-lower-case?" char::is_lowercase;
    map:
    "char-upcase" upcase;
    "char-downcase" downcase;
    "char-foldcase" fold;
}
