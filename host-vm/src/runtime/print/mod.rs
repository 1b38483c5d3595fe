//! The printer: `display`, `write` and their relatives.
//!
//! It works on a stack of its own, so that the depth of data does not matter, and allocates nothing in the collected heap. Circular
//! data get datum labels (R7RS 2.4): where only cycles are labelled, and not all sharing, a label stands at the object
//! through which the cycle closes.
//!
//! Read in this order: this file, [`labels`], `procedure`; how characters, strings and symbols are written says
//! [`crate::text::print`].

pub mod array;
mod labels;
pub mod procedure;
#[cfg(test)]
mod tests;

use super::{
    Raise,
    condition::{IRRITANTS, MESSAGE, WHO},
    number::number_to_string,
};
use crate::{
    machine::Machine,
    text::print::{push_character, push_quoted, push_symbol},
    value::{HeapType, Word},
};
use labels::{Labels, Sharing};

/// How to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// For people: strings and characters as they are; labels for cycles.
    Display,
    /// For `read`: labels for cycles.
    Write,
    /// For `read`: labels for everything that occurs twice.
    WriteShared,
    /// For `read`: no labels; does not end on circular data.
    WriteSimple,
}

/// Flag of a record type: its records print without their fields.
pub const OPAQUE: i64 = 1;
/// Flag of a record type: its records are arrays (`lib/ice-9/arrays.sld`), printed as `#2((1 2) (3 4))`.
pub const ARRAY: i64 = 2;

/// What is left to print.
enum Task {
    Object(Word),
    /// The tail of a list whose opening parenthesis and first elements are printed.
    Tail(Word),
    /// Elements of a vector from an index.
    Elements(Word, usize),
    /// Fields of a record from an index.
    Fields(Word, usize),
    /// Multiple values from an index.
    Values(Word, usize),
    /// What is left of a condition's irritants.
    Irritants(Word),
    /// Rows or elements of an array.
    Cells(array::Cells),
    Close,
}

/// The text of an object.
pub fn to_string(machine: &Machine, word: Word, style: Style) -> String {
    to_string_within(machine, word, style, usize::MAX)
}

/// The text of an object, if the heap would have room for it: data that share their parts may print as texts of any size.
///
/// # Errors
/// Out of memory, or interrupted.
pub fn to_text(machine: &mut Machine, word: Word, style: Style) -> Result<String, Raise> {
    let limit = machine.heap.config().limit;
    let mut out = String::new();
    match print(machine, word, style, limit, &mut out) {
        End::Whole => Ok(out),
        End::Cut => Err(Raise(machine.memory_condition)),
        End::Interrupted => Err(machine.error("interrupt", "", "interrupted", &[])),
    }
}

/// The text of an object, cut off with an ellipsis after about `limit` bytes.
pub fn to_string_within(machine: &Machine, word: Word, style: Style, limit: usize) -> String {
    let mut out = String::new();
    print(machine, word, style, limit, &mut out);
    out
}

/// How printing has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// With the whole text.
    Whole,
    /// At the limit.
    Cut,
    /// Early, since somebody wants the program to stop.
    Interrupted,
}

/// Objects between two looks at whether the program shall be interrupted.
const OBJECTS: u32 = 1 << 14;

/// Appends the text of an object.
pub fn print(machine: &Machine, word: Word, style: Style, limit: usize, out: &mut String) -> End {
    if !word.is_pointer() || !labels::has_parts(word) {
        let start = out.len();
        atom(machine, word, style, out);
        return cut(out, start, limit);
    }
    let mut labels = match style {
        Style::WriteSimple => Labels::default(),
        Style::WriteShared => Labels::of(word, Sharing::All),
        Style::Display | Style::Write => Labels::of(word, Sharing::Cycles),
    };
    let start = out.len();
    let mut tasks = vec![Task::Object(word)];
    let mut patience = OBJECTS;
    while let Some(task) = tasks.pop() {
        if out.len() - start > limit {
            return cut(out, start, limit);
        }
        patience -= 1;
        if patience == 0 {
            if machine.is_interrupted() {
                return End::Interrupted;
            }
            patience = OBJECTS;
        }
        match task {
            Task::Close => out.push(')'),
            Task::Object(word) => {
                if !labels.reference(word, out) {
                    object(machine, word, style, &labels, &mut tasks, out);
                }
            }
            Task::Tail(Word::NIL) => out.push(')'),
            Task::Tail(tail) if tail.is_pair() && !labels.has(tail) => {
                out.push(' ');
                tasks.push(Task::Tail(tail.cdr()));
                tasks.push(Task::Object(tail.car()));
            }
            Task::Tail(tail) => {
                out.push_str(" . ");
                tasks.push(Task::Close);
                tasks.push(Task::Object(tail));
            }
            Task::Elements(vector, i) if i < vector.vector_len() => {
                if i > 0 {
                    out.push(' ');
                }
                tasks.push(Task::Elements(vector, i + 1));
                tasks.push(Task::Object(vector.vector_ref(i)));
            }
            Task::Elements(..) => out.push(')'),
            Task::Fields(record, i) if i + 1 < record.length() => {
                out.push(' ');
                if let Some(name) = field_name(record.record_type(), i) {
                    atom(machine, name, Style::Display, out);
                    out.push_str(": ");
                }
                tasks.push(Task::Fields(record, i + 1));
                tasks.push(Task::Object(record.record_ref(i)));
            }
            Task::Irritants(rest) if rest.is_pair() => {
                out.push(' ');
                tasks.push(Task::Irritants(rest.cdr()));
                tasks.push(Task::Object(rest.car()));
            }
            Task::Values(values, i) if i < values.length() => {
                if i > 0 {
                    out.push(' ');
                }
                tasks.push(Task::Values(values, i + 1));
                tasks.push(Task::Object(values.field(i)));
            }
            Task::Values(..) => {}
            Task::Cells(cells) => cells.print(&mut tasks, out),
            Task::Fields(..) | Task::Irritants(_) => out.push('>'),
        }
    }
    cut(out, start, limit)
}

/// Shortens what was printed since `start`.
fn cut(out: &mut String, start: usize, limit: usize) -> End {
    if out.len() - start <= limit {
        return End::Whole;
    }
    let mut end = start + limit;
    while !out.is_char_boundary(end) {
        end -= 1;
    }
    out.truncate(end);
    out.push('…');
    End::Cut
}

/// The name of field `i`: the fields of the parent come first.
fn field_name(record_type: Word, i: usize) -> Option<Word> {
    let names = record_type.field(1);
    (names.is_vector() && i < names.vector_len()).then(|| names.vector_ref(i))
}

fn object(machine: &Machine, word: Word, style: Style, labels: &Labels, tasks: &mut Vec<Task>, out: &mut String) {
    if word.is_pair() {
        if let Some(prefix) = abbreviation(word)
            && !labels.has(word.cdr())
        {
            out.push_str(prefix);
            tasks.push(Task::Object(word.cdr().car()));
            return;
        }
        out.push('(');
        tasks.push(Task::Tail(word.cdr()));
        tasks.push(Task::Object(word.car()));
    } else if word.is_vector() {
        out.push_str("#(");
        tasks.push(Task::Elements(word, 0));
    } else if machine.is_condition(word) && word.record_ref(IRRITANTS).list_length().is_some() {
        out.push_str("#<condition ");
        for (field, end) in [(WHO, ": "), (MESSAGE, "")] {
            let part = word.record_ref(field);
            if part != Word::FALSE && !labels::has_parts(part) {
                atom(machine, part, Style::Display, out);
                out.push_str(end);
            }
        }
        tasks.push(Task::Irritants(word.record_ref(IRRITANTS)));
    } else if word.is_values() {
        tasks.push(Task::Values(word, 0));
    } else if let Some(cells) = array::open(word, out) {
        tasks.push(Task::Cells(cells));
    } else if labels::has_parts(word) {
        out.push_str("#<");
        atom(machine, word.record_type().field(0), Style::Display, out);
        tasks.push(Task::Fields(word, 0));
    } else {
        atom(machine, word, style, out);
    }
}

/// The prefix for `(quote x)` and its relatives.
fn abbreviation(pair: Word) -> Option<&'static str> {
    let (head, tail) = (pair.car(), pair.cdr());
    if !head.is_symbol() || !tail.is_pair() || tail.cdr() != Word::NIL {
        return None;
    }
    let name = head.field(0);
    let begins_with_at = tail.car().is_symbol() && tail.car().symbol_name().starts_with('@');
    // `,` and the symbol `@x` would read as `,@` and `x`.
    if begins_with_at && name.string_is("unquote") {
        return None;
    }
    [("quote", "'"), ("quasiquote", "`"), ("unquote", ","), ("unquote-splicing", ",@")]
        .into_iter()
        .find_map(|(long, short)| name.string_is(long).then_some(short))
}

/// Prints an object that has no parts to be printed on their own.
fn atom(machine: &Machine, word: Word, style: Style, out: &mut String) {
    let plain = style == Style::Display;
    if let Some(text) = number_to_string(word, 10) {
        out.push_str(&text);
    } else if word.is_char() {
        if plain { out.push(word.as_char()) } else { push_character(out, word.as_char()) }
    } else if let Some(kind) = word.heap_type() {
        use HeapType::*;
        match kind {
            String if plain => out.push_str(&word.string_text()),
            String => push_quoted(out, &word.string_text(), '"'),
            Symbol if plain => out.push_str(&word.field(0).string_text()),
            Symbol => push_symbol(out, &word.field(0).string_text()),
            Keyword => {
                out.push_str("#:");
                atom(machine, word.field(0), style, out);
            }
            Syntax => crate::front::values::print_syntax(machine, word, out),
            Bytevector => {
                out.push_str("#u8(");
                for (i, byte) in word.bytes().iter().enumerate() {
                    if i > 0 {
                        out.push(' ');
                    }
                    out.push_str(&byte.to_string());
                }
                out.push(')');
            }
            Record => named(machine, "", word.record_type().field(0), out),
            RecordType => named(machine, "record-type ", word.field(0), out),
            Primitive => named(machine, "procedure ", word.field(1), out),
            Closure => procedure::print(word, out),
            Continuation => out.push_str("#<continuation>"),
            Parameter => out.push_str("#<parameter>"),
            Port => {
                out.push_str("#<");
                out.push_str(&machine.runtime.ports.describe(word));
                out.push('>');
            }
            Environment => out.push_str("#<environment>"),
            PromptTag => named(machine, "prompt-tag ", word.field(0), out),
            Global => named(machine, "global ", word.field(1), out),
            Foreign => {
                out.push_str("#<");
                out.push_str(machine.foreign_name(word).unwrap_or("foreign"));
                out.push('>');
            }
            _ => out.push_str("#<object>"),
        }
    } else {
        out.push_str(word.special_name());
    }
}

fn named(machine: &Machine, what: &str, name: Word, out: &mut String) {
    out.push_str("#<");
    out.push_str(what);
    if !labels::has_parts(name) {
        atom(machine, name, Style::Display, out);
    }
    out.push('>');
}
