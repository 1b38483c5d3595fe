//! Data as the reader leaves them, made heap values.
//!
//! In the reader's arena children come before their parents, so one pass in order of index makes every value after its
//! parts: no recursion, and no search for what is shared.

use super::number::string_to_number;
use crate::{
    expand::core::{Datum, DatumId},
    machine::Machine,
    value::Word,
};

/// Whether strings may be changed: those that a program reads may, literals of a program not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strings {
    /// As results of `read`.
    Mutable,
    /// As literals.
    Immutable,
}

/// Pushes the value of every datum onto [`Machine::temporaries`], in order; gives the height before. The caller truncates.
pub fn push_values(machine: &mut Machine, data: &[Datum], strings: Strings) -> usize {
    let height = machine.temporaries.len();
    for datum in data {
        let word = make(machine, datum, strings, height).unwrap_or(Word::FALSE);
        machine.temporaries.push(word);
    }
    put_references(machine, data, height);
    height
}

/// Makes the value of a datum whose parts are made: they lie on [`Machine::temporaries`], from `height` on by their indexes. No
/// value if it is a number beyond the implementation's limits.
pub fn make(machine: &mut Machine, datum: &Datum, strings: Strings, height: usize) -> Option<Word> {
    let at = |machine: &Machine, id: DatumId| machine.temporaries[height + id.index()];
    Some(match datum {
        Datum::Boolean(b) => Word::boolean(*b),
        Datum::Integer(n) => machine.make_integer(*n),
        Datum::Number(text) => return string_to_number(machine, text, 10),
        Datum::Float(x) => machine.make_float(*x),
        Datum::Char(c) => Word::char(*c),
        Datum::String(text) => {
            let string = machine.make_string(text);
            if strings == Strings::Immutable {
                machine.freeze_string(string);
            }
            string
        }
        Datum::Symbol(name) => machine.intern(name),
        Datum::Keyword(name) => {
            let name = machine.intern(name);
            machine.keyword(name)
        }
        Datum::Value(index) => machine.runtime.embedded.get(*index),
        Datum::Nil => Word::NIL,
        Datum::Pair(car, cdr) => {
            let (car, cdr) = (at(machine, *car), at(machine, *cdr));
            machine.cons(car, cdr)
        }
        Datum::Vector(elements) => {
            let elements: Vec<Word> = elements.iter().map(|&id| at(machine, id)).collect();
            machine.vector_from(&elements)
        }
        Datum::Bytevector(bytes) => machine.make_bytevector(bytes),
        Datum::Special(name) => special(name),
        // Put in where it stands, once there is what it refers to.
        Datum::Reference(_) => Word::UNSPECIFIED,
    })
}

/// Closes the cycles of data with labels, whose values lie on [`Machine::temporaries`] from `height` on. What was not made is
/// there as an immediate word.
pub fn put_references(machine: &mut Machine, data: &[Datum], height: usize) {
    if !data.iter().any(|datum| matches!(datum, Datum::Reference(_))) {
        return;
    }
    let target = |machine: &Machine, id: DatumId| match data[id.index()] {
        Datum::Reference(target) => Some(machine.temporaries[height + target.index()]),
        _ => None,
    };
    for (i, datum) in data.iter().enumerate() {
        let word = machine.temporaries[height + i];
        match datum {
            Datum::Pair(car, cdr) if word.is_pair() => {
                if let Some(target) = target(machine, *car) {
                    machine.set_car(word, target);
                }
                if let Some(target) = target(machine, *cdr) {
                    machine.set_cdr(word, target);
                }
            }
            Datum::Vector(elements) if word.is_vector() => {
                for (i, &element) in elements.iter().enumerate() {
                    if let Some(target) = target(machine, element) {
                        machine.vector_set(word, i, target);
                    }
                }
            }
            _ => {}
        }
    }
}

/// The value of a special: `#!eof` and its like.
pub fn special(name: &str) -> Word {
    match name {
        "#!eof" => Word::EOF,
        "#!default" => Word::ABSENT,
        _ => Word::UNSPECIFIED,
    }
}

/// The value of one datum of an arena.
pub fn value(machine: &mut Machine, data: &[Datum], id: DatumId, strings: Strings) -> Word {
    let height = push_values(machine, data, strings);
    let word = machine.temporaries[height + id.index()];
    machine.temporaries.truncate(height);
    word
}
