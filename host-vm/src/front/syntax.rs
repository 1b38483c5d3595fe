//! What transformers call: matching and filling in of `syntax-case` patterns and templates, and the procedures on syntax
//! objects. The first three primitives are what `syntax-case` and `syntax` expand to.

use super::values;
use crate::{
    expand::{
        macros::{
            matching::Matched,
            rules::{Element, Template},
        },
        syntax::{Content, Identifier, Syntax},
    },
    machine::Machine,
    primitives,
    runtime::Raise,
    value::{HeapType, Word},
};

/// A value that may be syntax, or lists and vectors of syntax, as one syntax object.
fn syntax(machine: &mut Machine, who: &str, word: Word) -> Result<Syntax, Raise> {
    values::to_syntax(machine, word, None, Default::default())
        .map_err(|message| machine.error("syntax", who, &message, &[]))
}

fn identifier(machine: &mut Machine, who: &str, word: Word) -> Result<Identifier, Raise> {
    let found = values::unwrap(word).and_then(|syntax| values::expander(machine).as_identifier(syntax));
    found.ok_or_else(|| machine.expected(who, "an identifier", word))
}

/// What a pattern variable matched as a value: a syntax object, or a list for each ellipsis.
///
/// The depth of recursion is the number of ellipses.
fn matched_value(machine: &mut Machine, matched: &Matched) -> Word {
    match matched {
        Matched::One(syntax) => values::wrap(machine, *syntax),
        Matched::Many(items) => {
            let mark = machine.temporaries.len();
            for item in items {
                let word = matched_value(machine, item);
                machine.temporaries.push(word);
            }
            list_from(machine, mark, Word::NIL)
        }
    }
}

/// The list of the temporaries from a mark on, and a tail.
fn list_from(machine: &mut Machine, mark: usize, tail: Word) -> Word {
    let mut list = tail;
    while machine.temporaries.len() > mark {
        if let Some(&word) = machine.temporaries.last() {
            list = machine.cons(word, list);
        }
        machine.temporaries.pop();
    }
    list
}

/// The elements that the value of a variable with an ellipsis has.
fn repetitions(machine: &mut Machine, value: Word) -> Result<Vec<Word>, String> {
    let mut items = Vec::new();
    let mut rest = value;
    // Brent's: a list that comes back to where it was at a power of two has no end.
    let mut turtle = Word::NIL;
    loop {
        if rest.is_pair() {
            if rest == turtle {
                return Err("a template repeats a list that contains itself".to_owned());
            }
            if items.len().is_power_of_two() {
                turtle = rest;
            }
            items.push(rest.car());
            rest = rest.cdr();
        } else if let Some((first, next)) = values::unwrap(rest).and_then(|rest| values::expander(machine).parts(rest))
        {
            let first = values::wrap(machine, first);
            // Reachable from nothing else.
            machine.temporaries.push(first);
            items.push(first);
            rest = values::wrap(machine, next);
            machine.temporaries.push(rest);
        } else if rest == Word::NIL {
            return Ok(items);
        } else {
            return Err("a template repeats something that is no list".to_owned());
        }
    }
}

/// Fills in a template. The depth of recursion is that of the template.
fn fill(machine: &mut Machine, template: &Template, values: &mut [Word]) -> Result<Word, String> {
    match template {
        Template::Constant(syntax) => {
            let syntax = values::expander(machine).introduce(*syntax);
            Ok(values::wrap(machine, syntax))
        }
        Template::Variable(slot) => Ok(values[*slot]),
        Template::Sequence { vector, elements, end } => {
            let mark = machine.temporaries.len();
            for element in elements {
                fill_element(machine, element, element.ellipses, values)?;
            }
            if *vector {
                let words = machine.temporaries[mark..].to_vec();
                let vector = machine.vector_from(&words);
                machine.temporaries.truncate(mark);
                return Ok(vector);
            }
            let tail = match end {
                Some(end) => fill(machine, end, values)?,
                None => Word::NIL,
            };
            Ok(list_from(machine, mark, tail))
        }
    }
}

/// Pushes what an element of a template becomes on the temporaries.
fn fill_element(machine: &mut Machine, element: &Element, ellipses: usize, values: &mut [Word]) -> Result<(), String> {
    if ellipses == 0 {
        let word = fill(machine, &element.template, values)?;
        machine.temporaries.push(word);
        return Ok(());
    }
    let mark = machine.temporaries.len();
    let mut lists = Vec::with_capacity(element.drivers.len());
    for &slot in &element.drivers {
        // The last ellipses belong to the variables that have fewer than the template.
        let value = values[slot];
        lists.push((slot, value, repetitions(machine, value)?));
    }
    let count = lists.first().map_or(0, |(_, _, items)| items.len());
    if lists.iter().any(|(_, _, items)| items.len() != count) {
        return Err("repetitions of different lengths are used together in a template".to_owned());
    }
    // What the lists were unwrapped to must stay alive below the results.
    let guarded = machine.temporaries.len();
    for index in 0..count {
        for (slot, _, items) in &lists {
            values[*slot] = items[index];
        }
        fill_element(machine, element, ellipses - 1, values)?;
    }
    for (slot, value, _) in lists {
        values[slot] = value;
    }
    machine.temporaries.drain(mark..guarded);
    Ok(())
}

primitives! {
    /// Syntax objects.
    pub SYNTAX:
    "%syntax-match" (2, 2) EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        let form = syntax(machine, "syntax-case", arguments[0])?;
        let number = machine.index("syntax-case", arguments[1])?;
        let Some(slots) = values::expander(machine).match_pattern(number, form) else { return Ok(Word::FALSE) };
        let mark = machine.temporaries.len();
        for slot in &slots {
            let word = matched_value(machine, slot);
            machine.temporaries.push(word);
        }
        let words = machine.temporaries[mark..].to_vec();
        let vector = machine.vector_from(&words);
        machine.temporaries.truncate(mark);
        Ok(vector)
    };
    "%syntax-fill" (1, 255) EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        let number = machine.index("syntax", arguments[0])?;
        let Some(stored) = values::expander(machine).template(number) else {
            return Err(machine.out_of_range("syntax", 0, arguments[0]));
        };
        let mark = machine.temporaries.len();
        let result = fill(machine, &stored.template, &mut arguments[1..].to_vec());
        machine.temporaries.truncate(mark);
        result.map_err(|message| machine.error("syntax", "syntax", &message, &[]))
    };
    "%syntax-no-match" (1, 1) EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        let datum = values::strip(machine, arguments[0]).unwrap_or(Word::FALSE);
        Err(machine.error("syntax", "", "no clause fits this form:", &[datum]))
    };
    "%syntax-rules" (2, 2) EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        let number = machine.index("syntax-rules", arguments[0])?;
        let form = syntax(machine, "syntax-rules", arguments[1])?;
        match values::expander(machine).apply_macro_to(number as u32, form) {
            Ok(syntax) => Ok(values::wrap(machine, syntax)),
            Err(error) => Err(machine.error("syntax", "", &error.message, &[])),
        }
    };
    "syntax?" (1, 1) PURE => |_, arguments| Ok(Word::boolean(arguments[0].is_type(HeapType::Syntax)));
    "identifier?" (1, 1) READS => |machine, arguments| {
        let found = values::unwrap(arguments[0])
            .is_some_and(|syntax| matches!(values::expander(machine).content(syntax), Content::Symbol(_)));
        Ok(Word::boolean(found))
    };
    "free-identifier=?" (2, 2) READS|FAILS => |machine, arguments| {
        let one = identifier(machine, "free-identifier=?", arguments[0])?;
        let other = identifier(machine, "free-identifier=?", arguments[1])?;
        Ok(Word::boolean(values::expander(machine).is_same_meaning(one, other)))
    };
    "bound-identifier=?" (2, 2) READS|FAILS => |machine, arguments| {
        let one = identifier(machine, "bound-identifier=?", arguments[0])?;
        let other = identifier(machine, "bound-identifier=?", arguments[1])?;
        Ok(Word::boolean(one == other))
    };
    "syntax->datum" (1, 1) READS|ALLOCATES|FAILS => |machine, arguments| {
        values::strip(machine, arguments[0]).map_err(|message| machine.error("syntax", "syntax->datum", &message, &[]))
    };
    "datum->syntax" (2, 2) EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        let context = match values::unwrap(arguments[0]) {
            Some(context) => context,
            None => return Err(machine.expected("datum->syntax", "an identifier", arguments[0])),
        };
        let expander = values::expander(machine);
        let position = expander.position(context);
        let scopes = expander.context_scopes(context);
        let syntax = values::to_syntax(machine, arguments[1], Some(scopes), position)
            .map_err(|message| machine.error("syntax", "datum->syntax", &message, &[]))?;
        Ok(values::wrap(machine, syntax))
    };
    "generate-temporaries" (1, 1) EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        let mark = machine.temporaries.len();
        let count = match repetitions(machine, arguments[0]) {
            Ok(items) => items.len(),
            Err(_) => {
                machine.temporaries.truncate(mark);
                return Err(machine.expected("generate-temporaries", "a list", arguments[0]));
            }
        };
        machine.temporaries.truncate(mark);
        for _ in 0..count {
            let temporary = values::expander(machine).make_temporary();
            let word = values::wrap(machine, temporary);
            machine.temporaries.push(word);
        }
        Ok(list_from(machine, mark, Word::NIL))
    };
    "syntax-violation" (3, 4) EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        let message = machine.string("syntax-violation", arguments[1])?.string_to_rust();
        let mut irritants = Vec::new();
        for &form in arguments[2..].iter().filter(|form| **form != Word::FALSE) {
            let datum = values::strip(machine, form).unwrap_or(form);
            machine.temporaries.push(datum);
            irritants.push(datum);
        }
        machine.temporaries.truncate(machine.temporaries.len() - irritants.len());
        let who = match values::strip(machine, arguments[0]) {
            Ok(who) if who.is_symbol() => who.symbol_name(),
            Ok(who) if who.is_string() => who.string_to_rust(),
            _ => String::new(),
        };
        let separator = if irritants.is_empty() { "" } else { ":" };
        Err(machine.error("syntax", &who, &format!("{message}{separator}"), &irritants))
    };
    "make-variable-transformer" (1, 1) ALLOCATES|FAILS => |machine, arguments| match arguments[0].is_procedure() {
        true => Ok(values::make_variable_transformer(machine, arguments[0])),
        false => Err(machine.expected("make-variable-transformer", "a procedure", arguments[0])),
    };
}
