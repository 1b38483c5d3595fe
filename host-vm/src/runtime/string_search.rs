//! Searching, splitting and trimming strings: what SRFI 13, SRFI 130 and Guile call by these names, for characters and
//! strings as criteria. (Predicates are for Scheme.)

use super::string::{chars_of, concatenate};
use crate::{machine::Machine, primitives, runtime::Raise, value::Word};

fn text(machine: &mut Machine, who: &str, word: Word) -> Result<Vec<char>, Raise> {
    Ok(machine.string(who, word)?.chars().iter().collect())
}

/// The first index from `start` where `needle` begins.
fn find(haystack: &[char], needle: &[char], start: usize) -> Option<usize> {
    if needle.is_empty() {
        return Some(start);
    }
    haystack.get(start..)?.windows(needle.len()).position(|window| window == needle).map(|i| i + start)
}

fn position(found: Option<usize>) -> Word {
    found.map_or(Word::FALSE, |i| Word::fixnum(i as i64))
}

fn contains(machine: &mut Machine, who: &str, string: Word, pattern: Word, bounds: &[Word]) -> Result<Word, Raise> {
    let (haystack, needle) = (text(machine, who, string)?, text(machine, who, pattern)?);
    let range = machine.range(who, string, haystack.len(), bounds)?;
    Ok(position(find(&haystack[..range.end], &needle, range.start)))
}

/// The first or last position of a character.
fn char_position(machine: &mut Machine, who: &str, arguments: &[Word], last: bool) -> Result<Word, Raise> {
    let string = machine.string(who, arguments[0])?;
    let c = machine.character(who, arguments[1])?;
    let range = machine.range(who, string, string.string_len(), &arguments[2..])?;
    let start = range.start;
    let chars = chars_of(string, range);
    let found =
        if last { chars.iter().rposition(|&other| other == c) } else { chars.iter().position(|&other| other == c) };
    Ok(position(found.map(|i| i + start)))
}

/// Splits at a character or a string; without one, at runs of white space, dropping empty pieces.
fn split(machine: &mut Machine, arguments: &[Word]) -> Result<Word, Raise> {
    const WHO: &str = "string-split";
    let whole = machine.string(WHO, arguments[0])?.string_to_rust();
    let pieces: Vec<&str> = match arguments.get(1) {
        None => whole.split_whitespace().collect(),
        Some(&word) if word.is_char() => whole.split(word.as_char()).collect(),
        Some(&word) => {
            let separator = machine.string(WHO, word)?.string_to_rust();
            if separator.is_empty() {
                return Err(machine.expected(WHO, "a separator that is not empty", word));
            }
            whole.split(separator.as_str()).collect()
        }
    };
    // A pair, a string and its characters, and where they are collected.
    machine.ask_memory(pieces.len().saturating_mul(16 + 32 + 16 + 32).saturating_add(whole.len()))?;
    let height = machine.temporaries.len();
    for piece in pieces {
        let piece = machine.make_string(piece);
        machine.temporaries.push(piece);
    }
    let pieces = machine.temporaries[height..].to_vec();
    let list = machine.list(&pieces);
    machine.temporaries.truncate(height);
    Ok(list)
}

fn join(machine: &mut Machine, arguments: &[Word]) -> Result<Word, Raise> {
    const WHO: &str = "string-join";
    let strings = machine.list_elements(WHO, arguments[0])?;
    let between = match arguments.get(1) {
        Some(&word) => machine.string(WHO, word)?.string_to_rust(),
        None => " ".to_owned(),
    };
    concatenate(machine, WHO, &strings, &between)
}

fn trim(machine: &mut Machine, who: &str, arguments: &[Word], left: bool, right: bool) -> Result<Word, Raise> {
    let string = machine.string(who, arguments[0])?;
    let unwanted = match arguments.get(1) {
        Some(&word) => Some(machine.character(who, word)?),
        None => None,
    };
    let drop = |c: &char| unwanted.map_or(c.is_whitespace(), |unwanted| unwanted == *c);
    let chars = chars_of(string, 0..string.string_len());
    let start = if left { chars.iter().position(|c| !drop(c)).unwrap_or(chars.len()) } else { 0 };
    let end = if right { chars.iter().rposition(|c| !drop(c)).map_or(start, |i| i + 1) } else { chars.len() };
    Ok(machine.substring(string, start..end.max(start)))
}

fn pad(machine: &mut Machine, who: &str, arguments: &[Word], left: bool) -> Result<Word, Raise> {
    let mut chars = text(machine, who, arguments[0])?;
    let length = machine.index(who, arguments[1])?;
    let fill = match arguments.get(2) {
        Some(&word) => machine.character(who, word)?,
        None => ' ',
    };
    machine.ask_memory(length.saturating_mul(8))?;
    match (left, chars.len() >= length) {
        (true, true) => drop(chars.drain(..chars.len() - length)),
        (true, false) => {
            let mut padded = vec![fill; length - chars.len()];
            padded.append(&mut chars);
            chars = padded;
        }
        (false, _) => chars.resize(length, fill),
    }
    Ok(machine.make_string_from_chars(&chars))
}

fn affix(machine: &mut Machine, who: &str, arguments: &[Word], prefix: bool) -> Result<Word, Raise> {
    let (part, whole) = (text(machine, who, arguments[0])?, text(machine, who, arguments[1])?);
    Ok(Word::boolean(if prefix { whole.starts_with(&part) } else { whole.ends_with(&part) }))
}

primitives! {
    /// Searching in strings.
    pub SEARCH:
    "string-null?" (1, 1) READS|FAILS => |machine, arguments| {
        Ok(Word::boolean(machine.string("string-null?", arguments[0])?.string_len() == 0))
    };
    "%string-index" (2, 4) READS|FAILS => |machine, arguments| char_position(machine, "string-index", arguments, false);
    "%string-rindex" (2, 4) READS|FAILS => |machine, arguments| char_position(machine, "string-rindex", arguments, true);
    "string-contains" (2, 4) READS|FAILS => |machine, arguments| {
        contains(machine, "string-contains", arguments[0], arguments[1], &arguments[2..])
    };
    "string-search-forward" (3, 3) READS|FAILS => |machine, arguments| {
        contains(machine, "string-search-forward", arguments[1], arguments[0], &arguments[2..])
    };
    "string-prefix?" (2, 2) READS|FAILS => |machine, arguments| affix(machine, "string-prefix?", arguments, true);
    "string-suffix?" (2, 2) READS|FAILS => |machine, arguments| affix(machine, "string-suffix?", arguments, false);
    "%string-split" (1, 2) READS|ALLOCATES|FAILS => split;
    "string-join" (1, 2) READS|ALLOCATES|FAILS => join;
    "string-trim" (1, 2) READS|ALLOCATES|FAILS => |machine, arguments| trim(machine, "string-trim", arguments, true, false);
    "string-trim-right" (1, 2) READS|ALLOCATES|FAILS => |machine, arguments| trim(machine, "string-trim-right", arguments, false, true);
    "string-trim-both" (1, 2) READS|ALLOCATES|FAILS => |machine, arguments| trim(machine, "string-trim-both", arguments, true, true);
    "string-pad" (2, 3) READS|ALLOCATES|FAILS => |machine, arguments| pad(machine, "string-pad", arguments, true);
    "string-pad-right" (2, 3) READS|ALLOCATES|FAILS => |machine, arguments| pad(machine, "string-pad-right", arguments, false);
    "string-reverse" (1, 1) READS|ALLOCATES|FAILS => |machine, arguments| {
        let mut chars = text(machine, "string-reverse", arguments[0])?;
        chars.reverse();
        Ok(machine.make_string_from_chars(&chars))
    };
}

#[cfg(test)]
mod tests {
    use crate::{
        machine::Machine,
        runtime::{
            print::{Style, to_string},
            testing::{machine, run},
        },
        value::Word,
    };

    fn check(m: &mut Machine, name: &str, arguments: &[Word], expected: &str) {
        let result = run(m, name, arguments).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(to_string(m, result, Style::Write), expected, "{name}");
    }

    #[test]
    fn strings_are_searched_split_and_joined() {
        let m = &mut *machine();
        let n = Word::fixnum;
        let (text, needle, comma) = (m.make_string("één,twee,drie"), m.make_string("ee"), m.make_string(", "));
        check(m, "string-contains", &[text, needle], "6");
        check(m, "string-search-forward", &[needle, text, n(7)], "#f");
        check(m, "%string-index", &[text, Word::char(','), n(4)], "8");
        check(m, "%string-rindex", &[text, Word::char('e')], "12");
        check(m, "%string-split", &[text, Word::char(',')], "(\"één\" \"twee\" \"drie\")");
        let pieces = run(m, "%string-split", &[text, Word::char(',')]).expect("strings");
        check(m, "string-join", &[pieces, comma], "\"één, twee, drie\"");
        let spaced = m.make_string("  x ");
        check(m, "string-trim-both", &[spaced], "\"x\"");
        check(m, "string-trim", &[spaced], "\"x \"");
        let number = m.make_string("42");
        check(m, "string-pad", &[number, n(5)], "\"   42\"");
        check(m, "string-pad", &[number, n(1)], "\"2\"");
        check(m, "substring", &[text, n(4), n(8)], "\"twee\"");
        check(m, "string-upcase", &[text], "\"ÉÉN,TWEE,DRIE\"");
        assert_eq!(
            run(m, "string-ref", &[number, n(2)]),
            Err("string-ref: index 2 is out of range for a string of length 2: \"42\"".to_owned())
        );
    }
}
