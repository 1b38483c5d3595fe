//! Libraries, imports, environments and the prompt.

use super::{check_error, expand, expand_with, expander};
use crate::text::reader::Reader;
use crate::text::tree::Tree;

const COUNTER: &str = "(begin (define count 0) (define count-of (lambda () count)) \
                       (define next! (lambda () (begin (set! count (+ count 1)) count))))";

#[test]
fn import_sets() {
    let counter = |uses: &str| Ok(format!("{COUNTER}\n{uses}"));
    assert_eq!(expand("(import (test counter)) (current)"), counter("(count-of)"));
    assert_eq!(expand("(import (prefix (only (test counter) next!) c:)) (c:next!)"), counter("(next!)"));
    assert_eq!(expand("(import (except (test counter) next!)) (next!)"), counter("(next!)"));
    assert_eq!(
        expand("(import (rename (test counter) (next! current) (current next!))) (next!)"),
        counter("(count-of)")
    );
    // A macro may assign a variable of its own library.
    assert_eq!(expand("(import (test counter)) (increment!)"), counter("(set! count (+ count 1))"));
    check_error("(import (only (test counter) none)) 1", "1:30: (test counter) does not export `none`");
}

#[test]
fn libraries_are_expanded_once() {
    let mut expander = expander();
    let first = expand_with(&mut expander, "(import (test counter)) (next!)").expect("first");
    let second = expand_with(&mut expander, "(import (test counter)) (next!)").expect("second");
    assert_eq!(first, format!("{COUNTER}\n(next!)"));
    assert_eq!(second, "(next!)");
}

#[test]
fn programs_define_libraries() {
    let text = "(define-library (a) (import (limpet core)) (export f) (begin (define (f) (g)) (define (g) 1)))
                (import (a)) (f)";
    assert_eq!(expand(text).as_deref(), Ok("(begin (define f (lambda () (g))) (define g (lambda () 1)))\n(f)"));
}

#[test]
fn wrong_libraries() {
    check_error(
        "(import (test one))",
        "1:36: libraries import each other: (test one) imports (test two) imports (test one)",
    );
    check_error(
        "(import (no such))",
        "1:9: library (no such) not found; looked for it in the built-in libraries; there is no search path",
    );
    check_error(
        "(import (test conuter))",
        concat!(
            "1:9: library (test conuter) not found; looked for it in the built-in libraries; there is no search path; ",
            "did you mean `(test counter)`?"
        ),
    );
    check_error("(import (test wrong))", "1:61: library (test wrong) exports `nothing` but does not define it");
    check_error(
        "(import (limpet core) (test counter)) (set! next! 1)",
        "1:39: `next!` is imported from (test counter) and can't be assigned",
    );
}

#[test]
fn definitions_shadow_imports() {
    assert_eq!(
        expand("(define (f) (car 1)) (define (car x) x)").as_deref(),
        Ok("(define f (lambda () (car 1)))\n(define car (lambda (x.0) x.0))")
    );
    let mut expander = expander();
    let text = "(define (f) (car 1)) (define (car x) (cdr x))";
    let source = expander.sources.add("a", text);
    let programs = expander.expand_file(source, text, crate::expand::toplevel::FileMode::Program).expect("programs");
    let cores: Vec<bool> = programs
        .iter()
        .flat_map(|program| &program.nodes)
        .filter_map(|node| match node {
            crate::expand::core::Node::Global(id) => Some(expander.is_immutable(*id)),
            _ => None,
        })
        .collect();
    assert_eq!(cores, [false, true], "car is the program's own, cdr the core's");
}

#[test]
fn core_definitions_define_core_globals() {
    let mut expander = expander();
    let text = "(define (car x) (car x))";
    let source = expander.sources.add("core", text);
    let programs = expander.expand_core_definitions(source, text).expect("programs");
    let car = expander.core_global("car").expect("car");
    let program = &programs[0];
    assert!(program.nodes.contains(&crate::expand::core::Node::Global(car)));
    let defines =
        |node: &crate::expand::core::Node| matches!(node, crate::expand::core::Node::DefineGlobal(id, _) if *id == car);
    assert!(program.nodes.iter().any(defines));
    assert_eq!(expander.core_name(car), Some("car"));
}

#[test]
fn failed_forms_leave_no_trace() {
    let mut expander = expander();
    let environment = expander.interaction_environment().expect("environment");
    let mut enter = |text: &str| {
        let mut tree = Tree::new();
        let datum = Reader::new(0, text).read(&mut tree).expect("readable").expect("a datum");
        let programs = expander.expand_form(environment, &tree, datum).map_err(|error| error.message)?;
        let name = |id| format!("{}{}", expander.global_name(id), if expander.is_immutable(id) { "" } else { "*" });
        let lines: Vec<String> =
            programs.iter().flat_map(|program| crate::expand::print::form_texts(program, &name)).collect();
        Ok::<String, String>(lines.join("\n"))
    };
    assert_eq!(
        enter("(begin (define car 1) (if))"),
        Err("malformed `if`: expected (if test consequent [alternative])".to_owned())
    );
    assert_eq!(enter("(car 1)").as_deref(), Ok("(car 1)"));
    assert_eq!(enter("(define (car x) (cdr x))").as_deref(), Ok("(define car* (lambda (x.0) (cdr x.0)))"));
    assert_eq!(enter("(car later)").as_deref(), Ok("(car* later*)"));
    assert_eq!(enter("(define-syntax m (syntax-rules () ((_ x) (list x x))))").as_deref(), Ok(""));
    assert_eq!(enter("(let ((list 1)) (m list))").as_deref(), Ok("(let ((list.0 1)) (list list.0 list.0))"));
    for _ in 0..3 {
        assert_eq!(enter("(let ((y 1)) (m y))").as_deref(), Ok("(let ((y.0 1)) (list y.0 y.0))"));
    }
    assert_eq!(enter("(define x (if 1 2 3))").as_deref(), Ok("(define x* (if 1 2 3))"));
    assert_eq!(enter("(set! x 4)").as_deref(), Ok("(set! x* 4)"));
}

#[test]
fn one_name_has_one_meaning() {
    let library =
        "(define-library (mine) (import (limpet core)) (export (rename first car) cdr) (begin (define (first x) x)))";
    let text = format!("{library}\n(import (limpet core))\n(import (mine))");
    super::check_error(&text, "3:9: (mine) imports `car`, which was imported from (limpet core) with another meaning");
    let text = format!("{library}\n(import (mine) (except (limpet core) car)) (car (cdr 1))");
    super::check_last(&text, "(first (cdr 1))");
}
