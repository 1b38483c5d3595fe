//! Names of characters, and the letters of escapes; what Unicode says about characters is in [`unicode`].

pub mod unicode;

/// Names of characters after `#\`: first those of R7RS, which the printer uses, then those of R7RS's predecessors and
/// other systems.
const NAMES: [(&str, char); 50] = [
    ("alarm", '\u{7}'),
    ("backspace", '\u{8}'),
    ("delete", '\u{7f}'),
    ("escape", '\u{1b}'),
    ("newline", '\n'),
    ("null", '\0'),
    ("return", '\r'),
    ("space", ' '),
    ("tab", '\t'),
    ("altmode", '\u{1b}'),
    ("esc", '\u{1b}'),
    ("linefeed", '\n'),
    ("nul", '\0'),
    ("page", '\u{c}'),
    ("rubout", '\u{7f}'),
    ("vtab", '\u{b}'),
    // By ASCII, as Guile has them.
    ("soh", '\u{1}'),
    ("stx", '\u{2}'),
    ("etx", '\u{3}'),
    ("eot", '\u{4}'),
    ("enq", '\u{5}'),
    ("ack", '\u{6}'),
    ("bel", '\u{7}'),
    ("bs", '\u{8}'),
    ("ht", '\u{9}'),
    ("lf", '\u{a}'),
    ("nl", '\u{a}'),
    ("vt", '\u{b}'),
    ("ff", '\u{c}'),
    ("np", '\u{c}'),
    ("cr", '\u{d}'),
    ("so", '\u{e}'),
    ("si", '\u{f}'),
    ("dle", '\u{10}'),
    ("dc1", '\u{11}'),
    ("dc2", '\u{12}'),
    ("dc3", '\u{13}'),
    ("dc4", '\u{14}'),
    ("nak", '\u{15}'),
    ("syn", '\u{16}'),
    ("etb", '\u{17}'),
    ("can", '\u{18}'),
    ("em", '\u{19}'),
    ("sub", '\u{1a}'),
    ("fs", '\u{1c}'),
    ("gs", '\u{1d}'),
    ("rs", '\u{1e}'),
    ("us", '\u{1f}'),
    ("sp", '\u{20}'),
    ("del", '\u{7f}'),
];

/// How many of [`NAMES`] are in R7RS.
const STANDARD_NAMES: usize = 9;

/// Letters after a backslash in strings and symbols between bars: first those of R7RS, which the printer uses, then
/// those of other systems.
const ESCAPES: [(char, char); 11] = [
    ('a', '\u{7}'),
    ('b', '\u{8}'),
    ('t', '\t'),
    ('n', '\n'),
    ('r', '\r'),
    ('"', '"'),
    ('\\', '\\'),
    ('|', '|'),
    ('0', '\0'),
    ('f', '\u{c}'),
    ('v', '\u{b}'),
];

/// How many of [`ESCAPES`] are in R7RS.
const STANDARD_ESCAPES: usize = 8;

/// The character of a name.
pub fn character_named(name: &str) -> Option<char> {
    NAMES.iter().find(|(known, _)| *known == name).map(|&(_, character)| character)
}

/// The name that R7RS gives a character.
pub fn name_of_character(character: char) -> Option<&'static str> {
    NAMES[..STANDARD_NAMES].iter().find(|(_, known)| *known == character).map(|&(name, _)| name)
}

/// The character that a letter after a backslash stands for.
pub(super) fn escaped(letter: char) -> Option<char> {
    ESCAPES.iter().find(|(known, _)| *known == letter).map(|&(_, character)| character)
}

/// The letter that stands for a character after a backslash in a text between `quote`s, as R7RS has it.
pub(super) fn escape_of(character: char, quote: char) -> Option<char> {
    let (letter, _) = ESCAPES[..STANDARD_ESCAPES].iter().find(|(_, known)| *known == character)?;
    let other_quote = matches!(character, '"' | '|') && character != quote;
    (!other_quote).then_some(*letter)
}

/// The character of a Unicode scalar value in hexadecimal.
pub(super) fn from_hexadecimal(digits: &str) -> Option<char> {
    // `from_str_radix` alone would take a sign.
    let all_digits = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    all_digits.then(|| u32::from_str_radix(digits, 16).ok()).flatten().and_then(char::from_u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_both_ways() {
        for (name, character) in [("space", ' '), ("null", '\0'), ("escape", '\u{1b}'), ("delete", '\u{7f}')] {
            assert_eq!(character_named(name), Some(character));
            assert_eq!(name_of_character(character), Some(name));
        }
        assert_eq!(character_named("page"), Some('\u{c}'));
        assert_eq!(name_of_character('\u{c}'), None);
        assert_eq!(character_named("Space"), None);
    }

    #[test]
    fn scalar_values_in_hexadecimal() {
        let cases =
            [("41", Some('A')), ("10FFFF", Some('\u{10ffff}')), ("110000", None), ("D800", None), ("+41", None)];
        for (digits, expected) in cases {
            assert_eq!(from_hexadecimal(digits), expected, "{digits}");
        }
        assert_eq!(from_hexadecimal(""), None);
        assert_eq!(from_hexadecimal("fffffffff"), None);
    }
}
