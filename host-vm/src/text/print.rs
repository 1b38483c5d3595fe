//! Data to text: what messages show and what a dump of the expander's input is made of. Reading it gives equal data, shared
//! where they contain themselves.

use super::character::{escape_of, name_of_character};
use super::cursor::is_word;
use super::lexer::{PARAMETER_MARKS, Prefix};
use super::number;
use super::tree::Tree;
use super::unicode::is_visible;
use crate::expand::core::{Datum, DatumId};
use crate::expand::hash::Map;
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
        datum_text(&self.data, id)
    }
}

/// A datum as text, with labels for lists and vectors that occur more than once.
pub fn datum_text(data: &[Datum], id: DatumId) -> String {
    let mut printer = Printer { data, labels: shared(data, id), labelled: 0, stack: Vec::new(), out: String::new() };
    printer.run(id);
    printer.out
}

/// The pairs and vectors of a datum to which several places refer.
fn shared(data: &[Datum], id: DatumId) -> Map<DatumId, Option<u32>> {
    let mut seen: Map<DatumId, ()> = Map::default();
    let mut shared = Map::default();
    let mut pending = vec![id];
    while let Some(id) = pending.pop() {
        match &data[id.index()] {
            Datum::Reference(target) => drop(shared.insert(*target, None)),
            Datum::Pair(..) | Datum::Vector(_) if seen.insert(id, ()).is_some() => drop(shared.insert(id, None)),
            Datum::Pair(first, rest) => pending.extend([*first, *rest]),
            Datum::Vector(elements) => pending.extend(elements),
            _ => {}
        }
    }
    shared
}

struct Printer<'a> {
    data: &'a [Datum],
    /// The data that are shared, with the numbers of their labels once they have one.
    labels: Map<DatumId, Option<u32>>,
    labelled: u32,
    stack: Vec<Work>,
    out: String,
}

impl Printer<'_> {
    fn datum(&self, id: DatumId) -> &Datum {
        &self.data[id.index()]
    }

    fn run(&mut self, id: DatumId) {
        self.stack.push(Work::Datum(id));
        while let Some(work) = self.stack.pop() {
            match work {
                Work::Datum(id) => self.labelled(id),
                Work::Rest(id) => match self.datum(id) {
                    Datum::Nil => self.out.push(')'),
                    &Datum::Pair(first, rest) if !self.labels.contains_key(&id) => {
                        self.out.push(' ');
                        self.stack.extend([Work::Rest(rest), Work::Datum(first)]);
                    }
                    _ => {
                        self.out.push_str(" . ");
                        self.stack.extend([Work::Text(")"), Work::Datum(id)]);
                    }
                },
                Work::Elements(id, index) => {
                    if let Datum::Vector(elements) = self.datum(id)
                        && let Some(&element) = elements.get(index)
                    {
                        self.out.push_str(if index == 0 { "" } else { " " });
                        self.stack.extend([Work::Elements(id, index + 1), Work::Datum(element)]);
                    } else {
                        self.out.push(')');
                    }
                }
                Work::Text(text) => self.out.push_str(text),
            }
        }
    }

    /// Prints a datum, or the number of its label if it is printed already.
    fn labelled(&mut self, id: DatumId) {
        let id = match self.datum(id) {
            Datum::Reference(target) => *target,
            _ => id,
        };
        match self.labels.get_mut(&id) {
            Some(Some(number)) => push(&mut self.out, format_args!("#{number}#")),
            Some(label) => {
                *label = Some(self.labelled);
                push(&mut self.out, format_args!("#{}=", self.labelled));
                self.labelled += 1;
                self.print(id);
            }
            None => self.print(id),
        }
    }

    fn print(&mut self, id: DatumId) {
        let data = self.data;
        let out = &mut self.out;
        match &data[id.index()] {
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
            // Printed as what it refers to.
            Datum::Reference(_) => {}
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
                self.stack.push(Work::Elements(id, 0));
            }
            Datum::Pair(first, rest) => match self.abbreviation(*first, *rest) {
                Some((mark, datum)) => {
                    self.out.push_str(mark);
                    self.stack.push(Work::Datum(datum));
                }
                None => {
                    self.out.push('(');
                    self.stack.extend([Work::Rest(*rest), Work::Datum(*first)]);
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
        let is_plain = !begins_with_at && !self.labels.contains_key(&rest);
        (*self.datum(*end) == Datum::Nil && is_plain).then_some((mark, *datum))
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
