//! Conditions: what the library and the VM raise.
//!
//! A condition is a record of five fields: *kind* (a symbol: `error` for the procedure of that name, `wrong-type`, `out-of-range`,
//! `arity`, `divide-by-zero`, `unbound`, `read`, `file`, `syntax`, `memory`; the key of what was thrown), *message*, *irritants*,
//! *who* (a symbol or `#f`), and *arguments*: what `throw` was given behind its key, else `#f`. It reads as
//!
//! ```text
//!   who: message irritant …
//! ```
//!
//! so that every message says who complains, about what, with which value. Irritants that say where something stands in
//! a source text come with the message; positions of calls come from the backtrace.
//!
//! To Guile's `catch` every condition has a key ([`KEYS`]) and arguments, by convention *who*, a template, what the template
//! is about, and further data. What is thrown with arguments of that form reads like any other condition.

use super::{Raise, print};
use crate::{machine::Machine, value::Word};

/// Field of a condition: its kind.
pub const KIND: usize = 0;
/// Field of a condition: its message.
pub const MESSAGE: usize = 1;
/// Field of a condition: the list of objects that the message is about.
pub const IRRITANTS: usize = 2;
/// Field of a condition: who found it.
pub const WHO: usize = 3;
/// Field of a condition: what `throw` was given behind its key, or `#f`.
pub const ARGUMENTS: usize = 4;

/// Kinds of conditions, and the keys that programs written for Guile know them by. Other kinds are their own keys.
const KEYS: &[(&str, &str)] = &[
    ("error", "misc-error"),
    ("wrong-type", "wrong-type-arg"),
    ("arity", "wrong-number-of-args"),
    ("divide-by-zero", "numerical-overflow"),
    ("unbound", "unbound-variable"),
    ("read", "read-error"),
    ("file", "system-error"),
    ("decoding", "decoding-error"),
    ("syntax", "syntax-error"),
    ("memory", "out-of-memory"),
];

/// Instructions whose second operand is an index.
const INDEXING: &[&str] =
    &["vector-ref", "vector-set!", "string-ref", "string-set!", "bytevector-u8-ref", "bytevector-u8-set!"];

/// How many characters of an object a message shows.
const SHOWN: usize = 200;

impl Machine {
    /// The record type of conditions, made when first asked for.
    pub fn condition_type(&mut self) -> Word {
        if self.runtime.condition_type == Word::FALSE {
            let fields = ["kind", "message", "irritants", "who", "arguments"].map(|name| self.intern(name));
            let fields = self.vector_from(&fields);
            let name = self.intern("condition");
            self.runtime.condition_type = self.make_record_type(name, fields, Word::FALSE, 0);
        }
        self.runtime.condition_type
    }

    /// A condition from words.
    pub fn make_condition(&mut self, kind: Word, message: Word, irritants: Word, who: Word) -> Word {
        let condition_type = self.condition_type();
        self.make_record(condition_type, &[kind, message, irritants, who, Word::FALSE])
    }

    /// What `throw` raises: a condition of the kind `key`. Arguments of Guile's form say who complains about what.
    fn thrown(&mut self, key: Word, arguments: Word) -> Word {
        let given: Vec<Word> = arguments.iter_list().take(3).collect();
        let (message, irritants, who) = match given[..] {
            [who, template, irritants] if template.is_string() && irritants.list_length().is_some() => {
                (template, irritants, who)
            }
            [who, template, Word::FALSE] if template.is_string() => (template, Word::NIL, who),
            _ => {
                let key = print::to_string_within(self, key, print::Style::Write, SHOWN);
                (self.make_string(&format!("uncaught throw to {key}:")), arguments, Word::FALSE)
            }
        };
        let condition = self.make_condition(key, message, irritants, who);
        self.record_set(condition, ARGUMENTS, arguments);
        condition
    }

    /// The key by which `catch` knows what was raised.
    fn key(&mut self, raised: Word) -> Word {
        if !self.is_condition(raised) {
            return self.intern("%exception");
        }
        let kind = raised.record_ref(KIND);
        if !kind.is_symbol() {
            return kind;
        }
        let name = kind.symbol_name();
        match KEYS.iter().find(|(own, _)| *own == name) {
            Some((_, key)) => self.intern(key),
            None => kind,
        }
    }

    /// What `catch` gives a handler behind the key: what was thrown; of other conditions who, a template for `format`, what is to
    /// be put into it, and `#f`.
    fn arguments_of(&mut self, raised: Word) -> Word {
        if !self.is_condition(raised) {
            return self.list(&[raised]);
        }
        if raised.record_ref(ARGUMENTS) != Word::FALSE {
            return raised.record_ref(ARGUMENTS);
        }
        let [message, irritants, who] = [MESSAGE, IRRITANTS, WHO].map(|field| raised.record_ref(field));
        let who = match who.is_symbol() {
            true => self.make_string(&who.symbol_name()),
            false => who,
        };
        let template = "~A".to_owned() + &" ~S".repeat(irritants.iter_list().count());
        let (template, irritants) = (self.make_string(&template), self.cons(message, irritants));
        self.list(&[who, template, irritants, Word::FALSE])
    }

    /// Whether this is a condition.
    pub fn is_condition(&self, word: Word) -> bool {
        self.runtime.condition_type != Word::FALSE && word.is_record_of(self.runtime.condition_type)
    }

    /// A condition to be raised. `who` may be empty.
    #[cold]
    pub fn error(&mut self, kind: &str, who: &str, message: &str, irritants: &[Word]) -> Raise {
        let irritants = self.list(irritants);
        let message = self.make_string(message);
        let kind = self.intern(kind);
        let who = if who.is_empty() { Word::FALSE } else { self.intern(who) };
        Raise(self.make_condition(kind, message, irritants, who))
    }

    /// An argument is not what it must be: `car: expected a pair, got 5`. Where a primitive was called with several arguments,
    /// [`Self::locate`] adds which one it is.
    #[cold]
    pub fn expected(&mut self, who: &str, what: &str, value: Word) -> Raise {
        self.error("wrong-type", who, &format!("expected {what}, got"), &[value])
    }

    /// An argument (counted from 0) of an instruction or procedure has the wrong type.
    #[cold]
    pub fn wrong_type(&mut self, who: &str, argument: usize, value: Word) -> Raise {
        let raise = self.expected(who, expected_argument(who, argument), value);
        // Operators of one operand need no position, and calls of those that take any number may have been folded.
        if INDEXING.contains(&who)
            || matches!(who, "set-car!" | "set-cdr!" | "quotient" | "remainder" | "modulo" | "arithmetic-shift")
        {
            self.name_argument(raise, argument);
        }
        raise
    }

    /// Says in the condition of a primitive that was given the wrong type which of its arguments that is:
    /// `vector-ref: argument 2: expected an exact integer as index, got "x"`.
    #[cold]
    pub(super) fn locate(&mut self, raise: Raise, arguments: &[Word]) {
        if arguments.len() < 2 || !has_kind(self, raise.0, "wrong-type") || !raise.0.record_ref(IRRITANTS).is_pair() {
            return;
        }
        let wrong = raise.0.record_ref(IRRITANTS).car();
        let mut places = arguments.iter().enumerate().filter(|(_, argument)| **argument == wrong);
        if let (Some((place, _)), None) = (places.next(), places.next()) {
            self.name_argument(raise, place);
        }
    }

    fn name_argument(&mut self, Raise(condition): Raise, argument: usize) {
        let message = condition.record_ref(MESSAGE).string_to_rust();
        if message.starts_with("expected") {
            let message = self.make_string(&format!("argument {}: {message}", argument + 1));
            self.record_set(condition, MESSAGE, message);
        }
    }

    /// An argument (counted from 0) is of the right type, but too large, too small or the like.
    #[cold]
    pub fn out_of_range(&mut self, who: &str, argument: usize, value: Word) -> Raise {
        self.error("out-of-range", who, &format!("argument {} is out of range:", argument + 1), &[value])
    }

    /// An index into a sequence: `vector-ref: index 10 is out of range for a vector of length 3: #(1 2 3)`.
    #[cold]
    pub fn index_out_of_range(&mut self, who: &str, object: Word, index: Word) -> Raise {
        let (name, length) = if object.is_string() {
            ("a string", object.string_len())
        } else if object.is_vector() {
            ("a vector", object.vector_len())
        } else if object.is_bytevector() {
            ("a bytevector", object.length())
        } else {
            return self.expected(who, "an index", index);
        };
        if index.to_i64().is_none() && !index.is_bignum() {
            let raise = self.expected(who, "an exact integer as index", index);
            if INDEXING.contains(&who) {
                self.name_argument(raise, 1);
            }
            return raise;
        }
        let index = print::to_string_within(self, index, print::Style::Write, SHOWN);
        self.error(
            "out-of-range",
            who,
            &format!("index {index} is out of range for {name} of length {length}:"),
            &[object],
        )
    }

    /// A procedure was called with a wrong number of arguments; `most` is `None` where there is no upper bound.
    #[cold]
    pub fn wrong_arity(&mut self, who: &str, least: usize, most: Option<usize>, given: usize) -> Raise {
        let plural = |n: usize| if n == 1 { "" } else { "s" };
        let wanted = match most {
            Some(most) if most == least => format!("{least} argument{}", plural(least)),
            Some(most) => format!("{least} to {most} arguments"),
            None => format!("at least {least} argument{}", plural(least)),
        };
        let who = if who.is_empty() { "anonymous procedure" } else { who };
        self.error("arity", who, &format!("expected {wanted}, got {given}"), &[])
    }

    /// The same for a procedure of several clauses, each with its bounds: `expected 1 or 3 arguments, got 2`.
    #[cold]
    pub fn wrong_clause(&mut self, who: &str, clauses: &[(usize, Option<usize>)], given: usize) -> Raise {
        if let &[(least, most)] = clauses {
            return self.wrong_arity(who, least, most, given);
        }
        let mut wanted: Vec<String> = Vec::new();
        for clause in clauses {
            let text = match *clause {
                (least, Some(most)) if least == most => least.to_string(),
                (least, Some(most)) => format!("{least} to {most}"),
                (least, None) => format!("at least {least}"),
            };
            if !wanted.contains(&text) {
                wanted.push(text);
            }
        }
        let who = if who.is_empty() { "anonymous procedure" } else { who };
        self.error("arity", who, &format!("expected {} arguments, got {given}", wanted.join(" or ")), &[])
    }

    /// Division of `value` by zero.
    #[cold]
    pub fn division_by_zero(&mut self, who: &str, value: Word) -> Raise {
        self.error("divide-by-zero", who, "division by zero of", &[value])
    }

    /// A field of something that is no record of the type is read (`access` 0) or written (1).
    #[cold]
    pub fn wrong_record(&mut self, object: Word, record_type: Word, field: usize, access: usize) -> Raise {
        if !record_type.is_record_type() {
            return self.expected("%record-ref", "a record type", record_type);
        }
        let procedures = record_type.field(4);
        let procedure = match procedures.is_vector() && 2 * field + access < procedures.vector_len() {
            true => procedures.vector_ref(2 * field + access),
            false => Word::FALSE,
        };
        let who = if procedure.is_symbol() { procedure.symbol_name() } else { String::new() };
        let name = print::to_string(self, record_type.field(0), print::Style::Display);
        self.expected(&who, &format!("a record of type {name}"), object)
    }

    /// Something that is no procedure was called.
    #[cold]
    pub fn not_a_procedure(&mut self, value: Word) -> Raise {
        self.error("wrong-type", "", "call of something that is no procedure:", &[value])
    }

    /// A variable that is not defined, or not yet.
    #[cold]
    pub fn unbound_variable(&mut self, name: Word) -> Raise {
        self.error("unbound", "", "unbound variable:", &[name])
    }

    /// A local variable that is used before its definition was evaluated.
    #[cold]
    pub fn uninitialized_variable(&mut self, name: Option<&str>) -> Raise {
        match name {
            Some(name) => {
                let name = self.intern(name);
                self.error("unbound", "", "variable used before its definition was evaluated:", &[name])
            }
            None => self.error("unbound", "", "a variable is used before its definition was evaluated", &[]),
        }
    }
}

/// What an argument of an instruction must be.
fn expected_argument(who: &str, argument: usize) -> &'static str {
    match (who, argument) {
        ("car" | "cdr" | "set-car!" | "set-cdr!", 0) => "a pair",
        ("vector-ref" | "vector-set!" | "vector-length", 0) => "a vector",
        ("string-ref" | "string-set!" | "string-length", 0) => "a string",
        ("bytevector-u8-ref" | "bytevector-u8-set!" | "bytevector-length", 0) => "a bytevector",
        ("bytevector-u8-set!", 2) => "a byte",
        ("string-set!", 2) | ("char->integer", 0) => "a character",
        ("vector-ref" | "vector-set!" | "string-ref" | "string-set!", 1) => "an exact integer as index",
        ("bytevector-u8-ref" | "bytevector-u8-set!", 1) => "an exact integer as index",
        ("integer->char", 0) => "a Unicode scalar value",
        ("bitwise-and" | "bitwise-ior" | "bitwise-xor" | "bitwise-not" | "arithmetic-shift", _) => "an exact integer",
        ("quotient" | "remainder" | "modulo", _) => "an integer",
        ("apply", _) => "a list",
        ("+" | "-" | "*" | "/" | "=" | "<" | ">" | "<=" | ">=", _) => "a number",
        (_, 0) => "another type as first argument",
        (_, 1) => "another type as second argument",
        _ => "an argument of another type",
    }
}

/// One line that says what was raised: a condition's message, or the object itself.
pub fn describe_condition(machine: &Machine, raised: Word) -> String {
    if !machine.is_condition(raised) {
        return format!("uncaught object: {}", shown(machine, raised));
    }
    let mut text = String::new();
    let (who, message) = (raised.record_ref(WHO), raised.record_ref(MESSAGE));
    if who != Word::FALSE {
        text.push_str(&print::to_string_within(machine, who, print::Style::Display, SHOWN));
        text.push_str(": ");
    }
    let message = match message.is_string() {
        true => message.string_to_rust(),
        false => print::to_string_within(machine, message, print::Style::Display, SHOWN),
    };
    let mut irritants = raised.record_ref(IRRITANTS).iter_list();
    match raised.record_ref(ARGUMENTS) {
        Word::FALSE => text.push_str(&message),
        _ => fill_in(machine, &message, &mut irritants, &mut text),
    }
    for irritant in irritants {
        text.push(' ');
        text.push_str(&shown(machine, irritant));
    }
    text
}

/// A template with `~A` and `~S` where irritants go, as many as it has.
fn fill_in(machine: &Machine, template: &str, irritants: &mut impl Iterator<Item = Word>, text: &mut String) {
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('~') {
        text.push_str(before);
        let directive = after.chars().next();
        rest = &after[directive.map_or(0, char::len_utf8)..];
        match (directive, directive.map(|c| c.to_ascii_lowercase())) {
            (_, Some('a')) => {
                let irritant = irritants.next().unwrap_or(Word::ABSENT);
                text.push_str(&print::to_string_within(machine, irritant, print::Style::Display, SHOWN));
            }
            (_, Some('s')) => text.push_str(&shown(machine, irritants.next().unwrap_or(Word::ABSENT))),
            (_, Some('%')) => text.push(' '),
            (_, Some('~')) | (None, _) => text.push('~'),
            (Some(other), _) => text.extend(['~', other]),
        }
    }
    text.push_str(rest);
}

fn shown(machine: &Machine, word: Word) -> String {
    print::to_string_within(machine, word, print::Style::Write, SHOWN)
}

fn condition(machine: &mut Machine, who: &str, word: Word) -> Result<Word, Raise> {
    if machine.is_condition(word) { Ok(word) } else { Err(machine.expected(who, "a condition", word)) }
}

fn has_kind(machine: &Machine, word: Word, kind: &str) -> bool {
    machine.is_condition(word) && word.record_ref(KIND).is_symbol() && word.record_ref(KIND).field(0).string_is(kind)
}

crate::primitives! {
    /// Conditions.
    pub CONDITIONS:
    "%thrown" (2, 2) READS|ALLOCATES => |machine, arguments| Ok(machine.thrown(arguments[0], arguments[1]));
    "exception-kind" (1, 1) READS|ALLOCATES => |machine, arguments| Ok(machine.key(arguments[0]));
    "exception-args" (1, 1) READS|ALLOCATES => |machine, arguments| Ok(machine.arguments_of(arguments[0]));
    "%make-condition" (4, 4) ALLOCATES => |machine, arguments| {
        Ok(machine.make_condition(arguments[0], arguments[1], arguments[2], arguments[3]))
    };
    "condition?" (1, 1) PURE => |machine, arguments| Ok(Word::boolean(machine.is_condition(arguments[0])));
    "error-object?" (1, 1) PURE => |machine, arguments| Ok(Word::boolean(machine.is_condition(arguments[0])));
    "error-object-message" (1, 1) READS|FAILS => |machine, arguments| {
        Ok(condition(machine, "error-object-message", arguments[0])?.record_ref(MESSAGE))
    };
    "error-object-irritants" (1, 1) READS|FAILS => |machine, arguments| {
        Ok(condition(machine, "error-object-irritants", arguments[0])?.record_ref(IRRITANTS))
    };
    "condition-kind" (1, 1) READS|FAILS => |machine, arguments| {
        Ok(condition(machine, "condition-kind", arguments[0])?.record_ref(KIND))
    };
    "condition-who" (1, 1) READS|FAILS => |machine, arguments| {
        Ok(condition(machine, "condition-who", arguments[0])?.record_ref(WHO))
    };
    "read-error?" (1, 1) READS => |machine, arguments| Ok(Word::boolean(has_kind(machine, arguments[0], "read")));
    "file-error?" (1, 1) READS => |machine, arguments| Ok(Word::boolean(has_kind(machine, arguments[0], "file")));
    "condition/report-string" (1, 1) READS|ALLOCATES => |machine, arguments| {
        let text = describe_condition(machine, arguments[0]);
        Ok(machine.make_string(&text))
    };
}
