//! Guile's modules, over files that exist only here.

use super::expander;
use crate::expand::Expander;
use crate::expand::provider::{Found, LibraryProvider};
use crate::expand::toplevel::FileMode;

const FILES: &[(&str, &str)] = &[
    (
        "tools queue",
        "(define-module (tools queue) #:use-module ((tools base) #:prefix base:) #:export (push (peek . front)))
         (define (push x) (base:twice x)) (define (peek) hidden) (define hidden 1)
         (define-public (size) 0) (export more) (define more 2)",
    ),
    (
        "tools base",
        "(define-module (tools base) #:export (twice car) #:re-export (cdr))
         (define (twice x) (+ x x)) (define (car x) x)",
    ),
    ("tools wrong", "(define-module (tools wrong) #:export (pust)) (define (push) 1)"),
    ("tools odd", "(define-module (tools odd) #:frob 1)"),
    ("tools plain", "(define (f) 1)"),
];

struct Files;

impl LibraryProvider for Files {
    fn library(&self, parts: &[String]) -> Result<Option<Found>, String> {
        let name = parts.join(" ");
        let found = FILES.iter().find(|(file, _)| *file == name);
        Ok(found.map(|(name, text)| Found { name: format!("{name}.scm"), text: (*text).to_owned() }))
    }

    fn places(&self) -> Vec<String> {
        vec!["nowhere".to_owned()]
    }

    fn file(&self, name: &str, _: &str) -> Result<Found, String> {
        Err(format!("{name} can't be read"))
    }
}

fn last_line(text: &str) -> Result<String, String> {
    let mut expander: Expander = expander();
    expander.set_provider(Files);
    let source = expander.sources.add("test.scm", text);
    let programs = expander.expand_file(source, text, FileMode::Program).map_err(|error| error.to_string())?;
    let program = programs.last().expect("a program");
    let lines = crate::expand::print::form_texts(program, &|id| {
        format!("{} of {}", expander.global_name(id), expander.global_library(id))
    });
    Ok(lines.last().cloned().unwrap_or_default())
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(last_line(text).as_deref(), Ok(expected), "{text}");
}

#[track_caller]
fn check_error(text: &str, expected: &str) {
    assert_eq!(last_line(text), Err(expected.to_owned()), "{text}");
}

#[test]
fn modules_export_and_import() {
    check("(use-modules (tools queue)) (push 1)", "(push of (tools queue) 1)");
    check("(use-modules (tools queue)) (front)", "(peek of (tools queue))");
    check("(use-modules (tools queue)) (size more)", "(size of (tools queue) more of (tools queue))");
    check("(use-modules (tools queue)) hidden", "hidden of program");
    check(
        "(use-modules ((tools queue) #:select (push (front . f)))) (f push)",
        "(peek of (tools queue) push of (tools queue))",
    );
    check(
        "(use-modules ((tools queue) #:select (push) #:prefix q:)) (q:push push)",
        "(push of (tools queue) push of program)",
    );
    check("(use-modules ((tools queue) #:hide (push))) (push more)", "(push of program more of (tools queue))");
    check("(use-modules ((tools queue) #:renamer (symbol-prefix-proc 'q:))) q:more", "more of (tools queue)");
    check(
        "(define-module (main) #:use-module (tools queue) #:autoload (tools base) (twice)) (twice more)",
        "(twice of (tools base) more of (tools queue))",
    );
    check("(car 1) (use-modules (tools base)) (car (cdr 1))", "(car of (tools base) (cdr of (limpet core) 1))");
    check("(define (car x) x) (use-modules (tools base)) (car 1)", "(car of program 1)");
    check("((@ (tools queue) push) 1)", "(push of (tools queue) 1)");
    check("(@@ (tools queue) hidden)", "hidden of (tools queue)");
}

#[test]
fn mistakes_with_modules() {
    check_error(
        "(use-modules (tools wrong))",
        "1:40: library (tools wrong) exports `pust` but does not define it; did you mean `push`?",
    );
    check_error("(use-modules (tools odd))", "1:28: unknown option of `define-module`: #:frob");
    check_error("(use-modules (tools plain))", "1:14: tools plain.scm does not define the library (tools plain)");
    check_error(
        "(use-modules (tools none))",
        "1:14: library (tools none) not found; looked for it in the built-in libraries and in nowhere",
    );
    check_error(
        "(use-modules ((tools queue) #:select (pusj)))",
        "1:39: (tools queue) does not export `pusj`; did you mean `push`?",
    );
    check_error("(@ (tools queue) hiden)", "1:18: (tools queue) does not export `hiden`");
    check_error("(@@ (tools queue) hiden)", "1:19: (tools queue) does not export `hiden`; did you mean `hidden`?");
    check_error("(lambda () (use-modules (tools queue)) 1)", "1:12: `use-modules` where an expression is expected");
}
