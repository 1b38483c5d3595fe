//! Tests of the expander: text in, core programs as text out.

mod expansions;
mod hygiene;
mod libraries;
mod limits;
mod modules;

use super::Expander;
use super::toplevel::FileMode;

/// The names of `(limpet core)` in tests.
const CORE: &[&str] = &[
    "car",
    "cdr",
    "cons",
    "append",
    "list",
    "list->vector",
    "vector",
    "vector-ref",
    "eq?",
    "eqv?",
    "memv",
    "not",
    "+",
    "-",
    "*",
    "=",
    "<",
    "display",
    "assert-failed",
    "%record",
    "%record?",
    "%record-ref",
    "%record-set!",
    "%make-record-type",
    "%apply-values",
    "%absent?",
];

const CONTROL: &str = "(define-library (limpet control) (import (limpet core))
  (export %guard %parameterize %delay %delay-force)
  (begin (define (%guard body handler) body) (define (%parameterize list body) list)
         (define (%delay thunk) thunk) (define (%delay-force thunk) thunk)))";

const COUNTER: &str = "(define-library (test counter) (import (limpet core))
  (export next! (rename count-of current) increment!)
  (begin (define count 0) (define (count-of) count) (define (next!) (set! count (+ count 1)) count)
         (define-syntax increment! (syntax-rules () ((_) (set! count (+ count 1)))))))";

const BUILTIN: &[(&str, &str)] = &[
    ("(limpet control)", CONTROL),
    ("(test counter)", COUNTER),
    ("(test one)", "(define-library (test one) (import (test two)) (export))"),
    ("(test two)", "(define-library (test two) (import (test one)) (export))"),
    ("(test wrong)", "(define-library (test wrong) (import (limpet core)) (export nothing))"),
];

fn expander() -> Expander {
    Expander::new(CORE.iter().copied(), BUILTIN, "(limpet control)")
}

/// The forms of a file as text, joined by line ends.
fn expand_with(expander: &mut Expander, text: &str) -> Result<String, String> {
    let source = expander.sources.add("test.scm", text);
    let programs = expander.expand_file(source, text, FileMode::Program).map_err(|error| error.to_string())?;
    let lines: Vec<String> = programs
        .iter()
        .flat_map(|program| super::print::form_texts(program, &|id| expander.global_name(id).to_owned()))
        .collect();
    Ok(lines.join("\n"))
}

fn expand(text: &str) -> Result<String, String> {
    expand_with(&mut expander(), text)
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(expand(text).as_deref(), Ok(expected), "{text}");
}

#[track_caller]
fn check_error(text: &str, expected: &str) {
    assert_eq!(expand(text), Err(expected.to_owned()), "{text}");
}

/// Checks the last line only: libraries that the form needs come before it.
#[track_caller]
fn check_last(text: &str, expected: &str) {
    let result = expand(text);
    let last = result.as_ref().map(|text| text.lines().last().unwrap_or(""));
    assert_eq!(last, Ok(expected), "{text}");
}
