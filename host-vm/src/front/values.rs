//! Heap values to syntax objects of the expander, and back.
//!
//! A syntax object that a program holds is a heap object with the numbers of a node and of a scope set. What templates build
//! is ordinary lists and vectors of such objects; here they become syntax again, when a transformer returns them or a
//! program hands them to a pattern. Objects that no program text could contain (procedures, hash tables, strings that may
//! change …) stay themselves: they are embedded, as constants of the code that comes of the syntax.
//!
//! Nothing here recurses, and data may contain themselves.

use crate::{
    bytecode::code::Position,
    expand::{
        Expander,
        core::Datum,
        scope::ScopeSet,
        syntax::{Content, Syntax},
    },
    machine::Machine,
    runtime::datum::{self, Strings},
    value::{HeapType, Word},
};
use std::collections::HashMap;

/// The heap object of a syntax object; the empty list is itself.
pub fn wrap(machine: &mut Machine, syntax: Syntax) -> Word {
    let expander = expander(machine);
    if expander.content(syntax) == Content::Nil {
        return Word::NIL;
    }
    let (node, scopes) = expander.hold(syntax);
    machine.make_object(HeapType::Syntax, &[Word::fixnum(i64::from(node)), Word::fixnum(i64::from(scopes))])
}

/// The syntax object of a heap object.
pub fn unwrap(word: Word) -> Option<Syntax> {
    if !word.is_type(HeapType::Syntax) {
        return None;
    }
    Some(Syntax::from_numbers(word.field(0).as_fixnum() as u32, word.field(1).as_fixnum() as u32))
}

/// The expander of a machine whose front end is not at work.
///
/// # Panics
/// If it is at work: callers are primitives, which run only while it is not.
pub fn expander(machine: &mut Machine) -> &mut Expander {
    match &mut machine.front {
        Some(front) => &mut front.expander,
        None => unreachable!("programs run only while the front end is not at work"),
    }
}

/// The datum of a syntax object.
pub fn to_datum(machine: &mut Machine, syntax: Syntax) -> Word {
    let (data, id) = expander(machine).data_of(syntax);
    datum::value(machine, &data, id, Strings::Immutable)
}

/// `syntax->datum` for a value that may contain syntax objects anywhere.
///
/// # Errors
/// None: symbols are what they are.
pub fn strip(machine: &mut Machine, value: Word) -> Result<Word, String> {
    if let Some(syntax) = unwrap(value) {
        return Ok(to_datum(machine, syntax));
    }
    if !is_compound(value) {
        return Ok(value);
    }
    let syntax = to_syntax(machine, value, Some(ScopeSet::EMPTY), Position::default())?;
    Ok(to_datum(machine, syntax))
}

fn is_compound(word: Word) -> bool {
    word.is_pair() || word.is_vector()
}

/// Makes syntax of a value. Symbols that are no identifiers get the scopes, or are an error if there are none.
///
/// # Errors
/// One line that says why the value is no syntax.
pub fn to_syntax(
    machine: &mut Machine,
    value: Word,
    scopes: Option<ScopeSet>,
    position: Position,
) -> Result<Syntax, String> {
    if !is_compound(value) {
        return atom(machine, value, scopes, position);
    }
    // Objects whose parts are being made have no syntax yet: they are the ones that enclose the present one.
    let mut made: HashMap<Word, Option<Syntax>> = HashMap::new();
    let mut references: Vec<(Syntax, Word)> = Vec::new();
    let mut open = vec![value];
    let mut part = |machine: &mut Machine, made: &HashMap<Word, Option<Syntax>>, word: Word| match made.get(&word) {
        Some(Some(syntax)) => Ok(*syntax),
        Some(None) => {
            let reference = expander(machine).make_reference(position);
            references.push((reference, word));
            Ok(reference)
        }
        None => atom(machine, word, scopes, position),
    };
    while let Some(&word) = open.last() {
        match made.get(&word) {
            Some(Some(_)) => {
                open.pop();
            }
            None => {
                made.insert(word, None);
                let parts = if word.is_pair() { vec![word.cdr(), word.car()] } else { word.fields().to_vec() };
                open.extend(parts.into_iter().filter(|part| is_compound(*part) && !made.contains_key(part)));
            }
            Some(None) => {
                open.pop();
                let syntax = if word.is_pair() {
                    let first = part(machine, &made, word.car())?;
                    let rest = part(machine, &made, word.cdr())?;
                    expander(machine).make_pair(first, rest, position)
                } else {
                    let parts: Result<Vec<_>, _> =
                        word.fields().iter().map(|&element| part(machine, &made, element)).collect();
                    expander(machine).make_vector(parts?, position)
                };
                made.insert(word, Some(syntax));
            }
        }
    }
    let whole = part(machine, &made, value)?;
    for (reference, word) in references {
        if let Some(Some(target)) = made.get(&word) {
            expander(machine).refer(reference, *target);
        }
    }
    Ok(whole)
}

fn atom(machine: &mut Machine, word: Word, scopes: Option<ScopeSet>, position: Position) -> Result<Syntax, String> {
    if let Some(syntax) = unwrap(word) {
        return Ok(syntax);
    }
    if word.is_symbol() {
        let name = word.symbol_name();
        let Some(scopes) = scopes else {
            return Err(format!("the symbol `{name}` is no identifier; make it one with datum->syntax"));
        };
        let uninterned = (!word.symbol_is_interned()).then(|| machine.runtime.embedded.add(word));
        return Ok(expander(machine).make_symbol(&name, uninterned, scopes, position));
    }
    if word == Word::NIL {
        return Ok(expander(machine).make_nil(position));
    }
    let datum = match word {
        Word::TRUE | Word::FALSE => Datum::Boolean(word.is_true()),
        _ if word.is_fixnum() => Datum::Integer(word.as_fixnum()),
        _ if word.is_char() => Datum::Char(word.as_char()),
        _ if word.is_immediate_float() => Datum::Float(word.as_immediate_float()),
        _ if word.is_boxed_float() => Datum::Float(word.flonum().unwrap_or_default()),
        _ if word.is_bytevector() => Datum::Bytevector(word.bytes().to_vec()),
        _ if word.is_string() => Datum::String(word.string_to_rust()),
        _ if word.is_type(HeapType::Keyword) => Datum::Keyword(word.field(0).symbol_name()),
        _ => Datum::Value(machine.runtime.embedded.add(word)),
    };
    Ok(expander(machine).make_atom(datum, position))
}

/// Name of the record type of variable transformers.
const VARIABLE_TRANSFORMER: &str = "variable-transformer";

/// Marks a procedure as a transformer that handles `set!` too.
pub fn make_variable_transformer(machine: &mut Machine, procedure: Word) -> Word {
    if machine.runtime.variable_transformer_type == Word::FALSE {
        let field = machine.intern("procedure");
        let fields = machine.vector_from(&[field]);
        let name = machine.intern(VARIABLE_TRANSFORMER);
        machine.runtime.variable_transformer_type = machine.make_record_type(name, fields, Word::FALSE, 0);
    }
    let record_type = machine.runtime.variable_transformer_type;
    machine.make_record(record_type, &[procedure])
}

/// The procedure of a variable transformer.
pub fn variable_transformer(machine: &Machine, word: Word) -> Option<Word> {
    let record_type = machine.runtime.variable_transformer_type;
    (record_type != Word::FALSE && word.is_record_of(record_type)).then(|| word.record_ref(0))
}

/// Prints a syntax object.
pub fn print_syntax(machine: &Machine, word: Word, out: &mut String) {
    out.push_str("#<syntax");
    if let (Some(front), Some(syntax)) = (&machine.front, unwrap(word)) {
        out.push(' ');
        out.push_str(&front.expander.text_of(syntax));
    }
    out.push('>');
}
