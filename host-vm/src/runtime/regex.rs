//! Regular expressions for `(ice-9 regex)`: one primitive that searches, over the `regex` crate, in time linear in the text.
//!
//! Patterns are POSIX's; [`translate`] writes them as the crate reads them. Of several alternatives that match at one
//! place the first counts, where POSIX asks for the longest; there are no back references.

use crate::{machine::Machine, primitives, runtime::Raise, value::Word};
use regex::{Regex, RegexBuilder};
use std::collections::HashMap;

/// Compiled expressions by pattern and flags, forgotten all at once when there are too many.
pub type Compiled = HashMap<(String, usize), Regex>;

/// Most compiled expressions that a machine keeps.
const MOST_COMPILED: usize = 200;

/// Flags, as the library passes them.
const IGNORE_CASE: usize = 1;
const NEWLINE: usize = 2;
const BASIC: usize = 4;
const NOT_BEGINNING: usize = 8;

/// A pattern in the syntax of the crate. Basic patterns have `\(` where extended ones have `(`, and so on.
fn translate(pattern: &str, basic: bool) -> String {
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut rest = pattern.chars().peekable();
    let mut start = true;
    while let Some(c) = rest.next() {
        let at_start = std::mem::replace(&mut start, false);
        match c {
            '\\' => match rest.next() {
                Some(operator @ ('(' | '|')) if basic => {
                    out.push(operator);
                    start = true;
                }
                Some(operator @ (')' | '{' | '}' | '+' | '?')) if basic => out.push(operator),
                Some(class @ ('w' | 'W' | 's' | 'S' | 'b' | 'B')) => out.extend(['\\', class]),
                Some('<') => out.push_str(r"\b{start}"),
                Some('>') => out.push_str(r"\b{end}"),
                Some('`') => out.push_str(r"\A"),
                Some('\'') => out.push_str(r"\z"),
                Some(digit @ '1'..='9') => out.extend(['\\', digit]),
                Some(other) => push_literal(&mut out, other),
                None => out.push('\\'),
            },
            '[' => bracket(&mut rest, &mut out),
            '(' | '|' if !basic => {
                out.push(c);
                start = true;
            }
            '^' if basic && !at_start => push_literal(&mut out, c),
            '^' => {
                out.push(c);
                start = true;
            }
            '*' if at_start => push_literal(&mut out, c),
            '+' | '?' | '{' | '}' | '(' | ')' | '|' if basic => push_literal(&mut out, c),
            '{' if !is_interval(rest.clone()) => push_literal(&mut out, c),
            '}' if !out.contains('{') => push_literal(&mut out, c),
            ']' => push_literal(&mut out, c),
            _ => out.push(c),
        }
    }
    out
}

fn push_literal(out: &mut String, c: char) {
    out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
}

/// Whether what follows a brace makes it a count: `3}`, `3,}`, `3,5}`.
fn is_interval(rest: impl Iterator<Item = char>) -> bool {
    let text: String = rest.take_while(|&c| c == ',' || c.is_ascii_digit() || c == '}').collect();
    text.starts_with(|c: char| c.is_ascii_digit()) && text.contains('}')
}

/// A bracket expression: a backslash means itself in it, and `]` at its start.
fn bracket(rest: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) {
    out.push('[');
    if rest.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    let mut first = true;
    while let Some(c) = rest.next() {
        match c {
            ']' if !first => {
                out.push(']');
                return;
            }
            '[' if matches!(rest.peek(), Some(':' | '.' | '=')) => {
                let kind = rest.next().unwrap_or(':');
                let mut name = String::new();
                while let Some(c) = rest.next() {
                    if c == kind && rest.next_if_eq(&']').is_some() {
                        break;
                    }
                    name.push(c);
                }
                match kind {
                    ':' => out.push_str(&format!("[:{name}:]")),
                    _ => name.chars().for_each(|c| push_member(out, c)),
                }
            }
            '-' if !first && rest.peek().is_some_and(|&next| next != ']') => out.push('-'),
            _ => push_member(out, c),
        }
        first = false;
    }
}

fn push_member(out: &mut String, c: char) {
    if matches!(c, '\\' | '[' | ']' | '^' | '-' | '&' | '~') {
        out.push('\\');
    }
    out.push(c);
}

fn compiled(machine: &mut Machine, who: &str, pattern: Word, flags: usize) -> Result<Regex, Raise> {
    let text = machine.string(who, pattern)?.string_to_rust();
    let key = (text, flags & !NOT_BEGINNING);
    if let Some(found) = machine.runtime.expressions.get(&key) {
        return Ok(found.clone());
    }
    let built = RegexBuilder::new(&translate(&key.0, flags & BASIC != 0))
        .case_insensitive(flags & IGNORE_CASE != 0)
        .multi_line(flags & NEWLINE != 0)
        .dot_matches_new_line(flags & NEWLINE == 0)
        .build();
    match built {
        Ok(expression) => {
            if machine.runtime.expressions.len() >= MOST_COMPILED {
                machine.runtime.expressions.clear();
            }
            machine.runtime.expressions.insert(key, expression.clone());
            Ok(expression)
        }
        Err(error) => {
            let text = error.to_string();
            let cause = text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            Err(machine.error("regular-expression-syntax", who, &format!("{cause}:"), &[pattern]))
        }
    }
}

/// Byte offsets to indices of characters; they are asked for in no order.
fn character_index(text: &str, ascii: bool, byte: usize) -> i64 {
    if ascii { byte as i64 } else { text[..byte].chars().count() as i64 }
}

primitives! {
    /// Regular expressions.
    pub REGEX:
    // Pattern, flags: an error if it is none.
    "%regexp-check" (2, 2) READS|WRITES|FAILS => |machine, arguments| {
        let flags = machine.index("make-regexp", arguments[1])?;
        compiled(machine, "make-regexp", arguments[0], flags)?;
        Ok(Word::UNSPECIFIED)
    };
    // Pattern, flags, text, start: #f, or a vector with start and end of the match and of each group, #f where it took no part.
    "%regexp-search" (4, 4) READS|WRITES|ALLOCATES|FAILS => |machine, arguments| {
        const WHO: &str = "regexp-exec";
        let flags = machine.index(WHO, arguments[1])?;
        let string = machine.string(WHO, arguments[2])?;
        let range = machine.range(WHO, string, string.string_len(), &arguments[3..])?;
        let expression = compiled(machine, WHO, arguments[0], flags)?;
        let text = string.string_to_rust();
        let ascii = text.len() == string.string_len();
        let start = match ascii {
            true => range.start,
            false => text.char_indices().nth(range.start).map_or(text.len(), |(byte, _)| byte),
        };
        // Behind a search that went before, the place is not the beginning of a line.
        let (found, base) = match flags & NOT_BEGINNING != 0 {
            true => (expression.captures_at(&text, start), 0),
            false => (expression.captures(&text[start..]), start),
        };
        let Some(found) = found else { return Ok(Word::FALSE) };
        let mut words = Vec::with_capacity(2 * found.len());
        for group in found.iter() {
            match group {
                Some(group) => {
                    words.push(Word::fixnum(character_index(&text, ascii, base + group.start())));
                    words.push(Word::fixnum(character_index(&text, ascii, base + group.end())));
                }
                None => words.extend([Word::FALSE, Word::FALSE]),
            }
        }
        Ok(machine.vector_from(&words))
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::testing;

    #[test]
    fn patterns_are_translated() {
        let cases = [
            ("a(b|c)*", false, "a(b|c)*"),
            (r"a\(b\)", false, r"a\(b\)"),
            (r"a\(b\)*", true, "a(b)*"),
            ("a+b?", true, r"a\+b\?"),
            (r"[]\d]", false, r"[\]\\d]"),
            ("[^a-z[:digit:]-]", false, r"[^a-z[:digit:]\-]"),
            ("[[.-.]&&]", false, r"[\-\&\&]"),
            ("a{2,3}{x}", false, r"a{2,3}\{x}"),
            (r"\<a\>", false, r"\b{start}a\b{end}"),
            ("*a", false, r"\*a"),
            ("a^b", true, r"a\^b"),
        ];
        for (pattern, basic, expected) in cases {
            assert_eq!(translate(pattern, basic), expected, "{pattern}");
            assert!(Regex::new(expected).is_ok(), "{expected}");
        }
    }

    #[test]
    fn matches_are_in_characters() {
        let m = &mut *testing::machine();
        let (pattern, text) = (m.make_string("b(c)?(d)?"), m.make_string("λλbd"));
        let words = [pattern, Word::fixnum(0), text, Word::fixnum(1)];
        let found = testing::run(m, "%regexp-search", &words).unwrap();
        let expected = [Word::fixnum(2), Word::fixnum(4), Word::FALSE, Word::FALSE, Word::fixnum(3), Word::fixnum(4)];
        assert_eq!(found.fields(), expected);
        let wrong = m.make_string("a(");
        let message = testing::run(m, "%regexp-check", &[wrong, Word::fixnum(0)]).unwrap_err();
        assert!(message.contains("unclosed group"), "{message}");
    }
}
