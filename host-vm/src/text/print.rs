//! Data to text: what messages show and what a dump of the expander's input is made of. Reading it gives equal data.

use super::character::{escape_of, name_of_character};
use super::cursor::is_word;
use super::lexer::{PARAMETER_MARKS, Prefix};
use super::number;
use super::tree::Tree;
use super::unicode::is_visible;
use crate::expand::core::{Datum, DatumId};
use std::fmt::Write as _;

/// What is left to print.
enum Work {
    Datum(DatumId),
    /// The rest of a list whose first elements are printed.
    Rest(DatumId),
    /// The elements of a vector from an index on.
    Elements(DatumId, usize),
    Text(&'static str),
}

impl Tree {
    /// A datum as text.
    pub fn text(&self, id: DatumId) -> String {
        self.excerpt(id, usize::MAX)
    }

    /// A datum as text, cut with an ellipsis where it gets longer than some bytes.
    pub fn excerpt(&self, id: DatumId, limit: usize) -> String {
        let mut out = String::new();
        let mut stack = vec![Work::Datum(id)];
        while let Some(work) = stack.pop() {
            match work {
                Work::Datum(id) => self.print(id, &mut stack, &mut out),
                Work::Rest(id) => match self.datum(id) {
                    Datum::Nil => out.push(')'),
                    Datum::Pair(first, rest) => {
                        out.push(' ');
                        stack.extend([Work::Rest(*rest), Work::Datum(*first)]);
                    }
                    _ => {
                        out.push_str(" . ");
                        stack.extend([Work::Text(")"), Work::Datum(id)]);
                    }
                },
                Work::Elements(id, index) => {
                    if let Datum::Vector(elements) = self.datum(id)
                        && let Some(&element) = elements.get(index)
                    {
                        out.push_str(if index == 0 { "" } else { " " });
                        stack.extend([Work::Elements(id, index + 1), Work::Datum(element)]);
                    } else {
                        out.push(')');
                    }
                }
                Work::Text(text) => out.push_str(text),
            }
            if out.len() > limit {
                out.truncate(out.floor_char_boundary(limit));
                out.push('…');
                break;
            }
        }
        out
    }

    fn print(&self, id: DatumId, stack: &mut Vec<Work>, out: &mut String) {
        match self.datum(id) {
            Datum::Boolean(true) => out.push_str("#t"),
            Datum::Boolean(false) => out.push_str("#f"),
            Datum::Integer(integer) => push(out, format_args!("{integer}")),
            Datum::Number(text) => out.push_str(text),
            Datum::Float(float) => push_float(out, *float),
            Datum::Char(character) => push_character(out, *character),
            Datum::String(text) => push_quoted(out, text, '"'),
            Datum::Symbol(name) => push_symbol(out, name),
            Datum::Keyword(name) => {
                out.push_str("#:");
                push_symbol(out, name);
            }
            Datum::Value(_) => out.push_str("#<object>"),
            Datum::Nil => out.push_str("()"),
            Datum::Reference(_) => out.push_str("#…#"),
            Datum::Special(name) => out.push_str(name),
            Datum::Bytevector(bytes) => {
                out.push_str("#u8(");
                for (index, byte) in bytes.iter().enumerate() {
                    push(out, format_args!("{}{byte}", if index == 0 { "" } else { " " }));
                }
                out.push(')');
            }
            Datum::Vector(_) => {
                out.push_str("#(");
                stack.push(Work::Elements(id, 0));
            }
            Datum::Pair(first, rest) => match self.abbreviation(*first, *rest) {
                Some((mark, datum)) => {
                    out.push_str(mark);
                    stack.push(Work::Datum(datum));
                }
                None => {
                    out.push('(');
                    stack.extend([Work::Rest(*rest), Work::Datum(*first)]);
                }
            },
        }
    }

    /// The mark that abbreviates a list of these, and the datum behind it.
    fn abbreviation(&self, first: DatumId, rest: DatumId) -> Option<(&'static str, DatumId)> {
        let Datum::Symbol(symbol) = self.datum(first) else { return None };
        let Datum::Pair(datum, end) = self.datum(rest) else { return None };
        let (_, mark, _) = Prefix::ALL.into_iter().find(|(_, _, known)| known == symbol)?;
        // `,` and the symbol `@x` would read as `,@` and `x`.
        let begins_with_at = matches!(self.datum(*datum), Datum::Symbol(name) if name.starts_with('@'));
        (*self.datum(*end) == Datum::Nil && !begins_with_at).then_some((mark, *datum))
    }
}

fn push(out: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a string never fails.
    let _ = out.write_fmt(arguments);
}

/// Prints a flonum as `write` does: the shortest digits that read as the same number.
pub fn push_float(out: &mut String, float: f64) {
    if float.is_nan() {
        out.push_str("+nan.0");
    } else if float.is_infinite() {
        out.push_str(if float > 0.0 { "+inf.0" } else { "-inf.0" });
    } else {
        out.push_str(ryu::Buffer::new().format_finite(float));
    }
}

/// Prints a character as `write` does.
pub fn push_character(out: &mut String, character: char) {
    out.push_str("#\\");
    match name_of_character(character) {
        Some(name) => out.push_str(name),
        None if is_visible(character) => out.push(character),
        None => push(out, format_args!("x{:x}", character as u32)),
    }
}

/// Prints a text between quotes (`"` or `|`), with the escapes that `write` uses.
pub fn push_quoted(out: &mut String, text: &str, quote: char) {
    out.push(quote);
    for character in text.chars() {
        match escape_of(character, quote) {
            Some(letter) => out.extend(['\\', letter]),
            None if character.is_control() => push(out, format_args!("\\x{:x};", character as u32)),
            None => out.push(character),
        }
    }
    out.push(quote);
}

/// Prints a symbol as `write` does: between bars if it would not read as itself.
pub fn push_symbol(out: &mut String, name: &str) {
    if is_plain_symbol(name) { out.push_str(name) } else { push_quoted(out, name, '|') }
}

/// Whether a symbol of this name reads as itself without bars.
pub fn is_plain_symbol(name: &str) -> bool {
    // Other readers take these for the beginning of something else, wherever they stand.
    if name.contains(['\'', '`', ',', '\\']) {
        return false;
    }
    match name.as_bytes() {
        [] | b"." => false,
        [b'#', ..] => is_word(name) && PARAMETER_MARKS.contains(&name),
        [b'0'..=b'9' | b'+' | b'-' | b'.', ..] => is_word(name) && number::parse(name, 10).is_none(),
        // A byte order mark at the beginning of a text is dropped.
        _ => is_word(name) && !name.starts_with('\u{feff}'),
    }
}
