//! What Unicode says about characters: general categories, cases, folding, digits.
//!
//! Alphabetic, upper-case, lower-case and white-space characters and full case mappings are those of Rust's standard
//! library; categories and folding come from crates. Where a character's full mapping has several characters, the simple
//! one that `char-upcase` and its relatives want is in none of them: those few are listed here.

use caseless::Caseless;
use unicode_general_category::{GeneralCategory, get_general_category};

/// Whether a character alone can be told by eye: no mark that joins another, no blank, nothing unassigned.
pub fn is_visible(c: char) -> bool {
    c.is_ascii_graphic() || !c.is_ascii() && !category(c).starts_with(['M', 'Z', 'C'])
}

/// The general category of a character, as Unicode abbreviates it: `Lu`.
pub fn category(c: char) -> &'static str {
    get_general_category(c).abbreviation()
}

/// The only element of an iterator, if it has one only.
fn only(mut chars: impl Iterator<Item = char>) -> Option<char> {
    let first = chars.next()?;
    chars.next().is_none().then_some(first)
}

/// Simple upper case.
pub fn upcase(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_uppercase();
    }
    only(c.to_uppercase()).or_else(|| greek_title(c)).unwrap_or(c)
}

/// Greek letters with a iota beneath: one character has the iota beside the capital.
fn greek_title(c: char) -> Option<char> {
    match c as u32 {
        scalar @ 0x1f80..=0x1faf => char::from_u32(scalar | 8),
        scalar @ (0x1fb3 | 0x1fc3 | 0x1ff3) => char::from_u32(scalar + 9),
        _ => None,
    }
}

/// Simple lower case.
pub fn downcase(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    // The capital I with a dot above is the only one whose full mapping has two characters.
    if c == 'İ' { 'i' } else { only(c.to_lowercase()).unwrap_or(c) }
}

/// Simple title case.
pub fn titlecase(c: char) -> char {
    match c {
        'Ǆ'..='ǆ' => 'ǅ',
        'Ǉ'..='ǉ' => 'ǈ',
        'Ǌ'..='ǌ' => 'ǋ',
        'Ǳ'..='ǳ' => 'ǲ',
        // Georgian letters are capitals in texts that are written in capitals only.
        'ა'..='ჺ' | 'ჽ'..='ჿ' => c,
        _ => upcase(c),
    }
}

/// Simple case folding.
pub fn fold(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    match only(std::iter::once(c).default_case_fold()) {
        Some(folded) => folded,
        None if c == 'İ' => c,
        // What else folds to several characters folds simply to its lower case.
        None => downcase(c),
    }
}

/// Full case folding of a text: a sharp s becomes two letters.
pub fn fold_text(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { caseless::default_case_fold_str(text) }
}

/// The value of a decimal digit of any script: each has ten consecutive scalars that begin with its zero.
pub fn digit_value(c: char) -> Option<u32> {
    const ZEROS: &[u32] = &[
        0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0,
        0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620,
        0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x10d40, 0x11066, 0x110f0, 0x11136,
        0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x116d0, 0x116da, 0x11730, 0x118e0, 0x11950, 0x11bf0,
        0x11c50, 0x11d50, 0x11da0, 0x11f50, 0x16130, 0x16a60, 0x16ac0, 0x16b50, 0x16d70, 0x1ccf0, 0x1d7ce, 0x1d7d8,
        0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e4f0, 0x1e5f1, 0x1e950, 0x1fbf0,
    ];
    let scalar = c as u32;
    let zero = ZEROS[..ZEROS.partition_point(|&zero| zero <= scalar)].last()?;
    (scalar - zero < 10).then(|| scalar - zero)
}

/// The classes of characters that SRFI 14 gives names to; `None` for other names.
pub fn class_named(name: &str) -> Option<fn(char) -> bool> {
    use GeneralCategory::*;
    Some(match name {
        "lower-case" => char::is_lowercase,
        "upper-case" => char::is_uppercase,
        "title-case" => |c| get_general_category(c) == TitlecaseLetter,
        "letter" => is_letter,
        "digit" => |c| get_general_category(c) == DecimalNumber,
        "letter+digit" => |c| is_letter(c) || get_general_category(c) == DecimalNumber,
        "graphic" => is_graphic,
        "printing" => |c| is_graphic(c) || c.is_whitespace(),
        "whitespace" => char::is_whitespace,
        "iso-control" => char::is_control,
        "punctuation" => is_punctuation,
        "symbol" => is_symbol,
        "hex-digit" => |c| c.is_ascii_hexdigit(),
        "blank" => |c| c == '\t' || get_general_category(c) == SpaceSeparator,
        "ascii" => |c| c.is_ascii(),
        "designated" => |c| !matches!(get_general_category(c), Unassigned | Surrogate),
        "empty" => |_| false,
        "full" => |_| true,
        _ => return None,
    })
}

fn is_letter(c: char) -> bool {
    use GeneralCategory::*;
    matches!(
        get_general_category(c),
        UppercaseLetter | LowercaseLetter | TitlecaseLetter | ModifierLetter | OtherLetter
    )
}

fn is_punctuation(c: char) -> bool {
    use GeneralCategory::*;
    matches!(
        get_general_category(c),
        ConnectorPunctuation
            | DashPunctuation
            | OpenPunctuation
            | ClosePunctuation
            | InitialPunctuation
            | FinalPunctuation
            | OtherPunctuation
    )
}

fn is_symbol(c: char) -> bool {
    use GeneralCategory::*;
    matches!(get_general_category(c), MathSymbol | CurrencySymbol | ModifierSymbol | OtherSymbol)
}

/// Letters, marks, numbers, punctuation, symbols.
fn is_graphic(c: char) -> bool {
    use GeneralCategory::*;
    !matches!(
        get_general_category(c),
        Control | Format | Surrogate | PrivateUse | Unassigned | SpaceSeparator | LineSeparator | ParagraphSeparator
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_digits_are_those_of_the_category() {
        for c in '\0'..=char::MAX {
            assert_eq!(digit_value(c).is_some(), category(c) == "Nd", "{c:?} U+{:04X}", c as u32);
        }
        assert_eq!((digit_value('٣'), digit_value('𝟗'), digit_value('²')), (Some(3), Some(9), None));
    }

    #[test]
    fn simple_mappings() {
        for (c, upper, lower, folded) in [
            ('a', 'A', 'a', 'a'),
            ('ß', 'ß', 'ß', 'ß'),
            ('ẞ', 'ẞ', 'ß', 'ß'),
            ('ς', 'Σ', 'ς', 'σ'),
            ('İ', 'İ', 'i', 'İ'),
            ('ı', 'I', 'ı', 'ı'),
            ('ᾳ', 'ᾼ', 'ᾳ', 'ᾳ'),
            ('ᾀ', 'ᾈ', 'ᾀ', 'ᾀ'),
            ('ᾈ', 'ᾈ', 'ᾀ', 'ᾀ'),
            ('Ꭰ', 'Ꭰ', 'ꭰ', 'Ꭰ'),
            ('ŉ', 'ŉ', 'ŉ', 'ŉ'),
        ] {
            assert_eq!((upcase(c), downcase(c), fold(c)), (upper, lower, folded), "{c}");
        }
        assert_eq!((titlecase('ǆ'), titlecase('ა'), titlecase('x')), ('ǅ', 'ა', 'X'));
        for (text, folded) in [("FooBar", "foobar"), ("Straße", "strasse"), ("ΣΊΣΥΦΟΣ σς", "σίσυφοσ σσ"), ("ıI", "ıi")]
        {
            assert_eq!(fold_text(text), folded);
        }
    }

    #[test]
    fn folding_ignores_case() {
        // The standard library may know a later version of Unicode.
        for c in ('\0'..=char::MAX).filter(|&c| category(c) != "Cn" && category(upcase(c)) != "Cn") {
            let folded = fold(c);
            assert_eq!(fold(folded), folded, "{c:?}");
            // Cherokee folds to capitals; the two dotted and dotless letters stay apart.
            if !matches!(c, 'İ' | 'ı') && !('Ꭰ'..='ᏽ').contains(&c) && !('ꭰ'..='ꮿ').contains(&c) {
                assert!(fold(upcase(c)) == folded, "{c:?}");
            }
        }
    }
}
