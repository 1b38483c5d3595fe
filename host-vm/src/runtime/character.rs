//! Characters (R7RS 6.6): Unicode scalar values. What Unicode says about them is in [`crate::text::unicode`].

use crate::{
    machine::Machine,
    primitives,
    runtime::Raise,
    text::unicode::{category, digit_value, downcase, fold, titlecase, upcase},
    value::Word,
};
use std::cmp::Ordering;

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
            "char-general-category" (1, 1) ALLOCATES|FAILS => |machine, arguments| {
                let c = machine.character("char-general-category", arguments[0])?;
                Ok(machine.intern(category(c)))
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
    "char-titlecase" titlecase;
    "char-foldcase" fold;
}
