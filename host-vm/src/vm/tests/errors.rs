//! What is told of errors.

use super::{super::*, vm};

/// Message, hint and place of the error of a text.
fn told(text: &str) -> String {
    let error = vm().eval_named::<Value>("t", text).expect_err("an error");
    let hint = error.hint.as_ref().map_or_else(String::new, |hint| format!(" / {hint}"));
    format!("{error}{hint}")
}

fn trace(text: &str) -> Vec<String> {
    let error = vm().eval_named::<Value>("t", text).expect_err("an error");
    error.backtrace.iter().map(ToString::to_string).collect()
}

/// What a record's procedure was given is told at its caller's place, with the names of procedure and type.
#[test]
fn wrong_records_name_the_procedure() {
    let text = "(define-record-type <point> (make x) point? (x abscissa move!))\n";
    let at = |program: &str| told(&format!("{text}{program}"));
    assert_eq!(
        at("(define (f p) (+ 1 (abscissa p)))\n(f 5)"),
        "t:2:20: abscissa: expected a record of type <point>, got 5"
    );
    assert_eq!(at("(move! '() 5)"), "t:2:1: move!: expected a record of type <point>, got ()");
    assert_eq!(at("(map abscissa '(7))"), "t:2:1: abscissa: expected a record of type <point>, got 7");
    let inner = "(let () (define-record-type p (q x) p? (x px)) (define (f y)\n(px y)) (f 1))";
    assert_eq!(told(inner), "t:2:1: px: expected a record of type p, got 1");
    // Two calls in tail position may share the instructions; then the whole is named, neither in place of the other.
    let shared =
        "(let () (define-record-type p (q x) p? (x px)) (define (f y z) (if z\n(px y)\n(px z)))\n(list (f 1 2)))";
    assert_eq!(told(shared), "t:4:7: px: expected a record of type p, got 1");
}

#[test]
fn unbound_names_are_told_with_what_may_be_meant() {
    assert_eq!(told("(strnig-append 1)"), "t:1:2: unbound variable: strnig-append / did you mean `string-append`?");
    assert_eq!(told("(define (frob x) x)\n(forb 1)"), "t:2:2: unbound variable: forb / did you mean `frob`?");
    assert_eq!(told("(qqqqqq 1)"), "t:1:2: unbound variable: qqqqqq");
    assert_eq!(told("(set! undefined-thing 1)").split(" / ").next(), Some("t:1:1: unbound variable: undefined-thing"));
}

#[test]
fn variables_read_too_early_are_named() {
    let message = "variable used before its definition was evaluated";
    assert_eq!(told("(letrec ((a b) (b 1)) a)"), format!("t:1:13: {message}: b"));
    let text = "(define (f) (define a (g)) (define (g) early) (define early 2) a)\n(f)";
    assert_eq!(told(text), format!("t:1:40: {message}: early"));
    let text = "(define (f) (define a (g)) (define (g) early) (define early 2) (set! early 3) a)\n(f)";
    assert_eq!(told(text), format!("t:1:40: {message}: early"));
}

#[test]
fn repeated_calls_are_counted() {
    let lines = trace("(define (loop n)\n  (if (= n 0) (car 5) (+ 1 (loop (- n 1)))))\n(loop 10000)");
    assert_eq!(
        lines,
        ["in loop (t:2:15)", "in loop (t:2:28)", "... 9,999 more of loop (t:2:28)", "in program (t:3:1)"]
    );
    let text = "(define (ev? n) (if (= n 0) (car n) (not (od? (- n 1)))))
(define (od? n) (if (= n 0) (car n) (not (ev? (- n 1)))))
(ev? 1001)";
    let lines = trace(text);
    assert_eq!(lines.len(), 6, "{lines:?}");
    assert_eq!(lines[3], "... 499 more rounds of the last 2 calls");
}

#[test]
fn wrong_numbers_of_arguments_are_told_at_the_call() {
    let text = "(define (f x)\n  x)\n(define (g)\n  (+ 1 (f 1 2)))\n(g)";
    assert!(told(text).starts_with("t:4:8: f: "), "{}", told(text));
    let text = "(define f (case-lambda ((x) x) ((x y z) y)))\n(+ 1 (f 1 2))";
    assert_eq!(told(text), "t:2:6: f: expected 1 or 3 arguments, got 2");
    let text = "(define f (case-lambda ((x) x) ((x y z . rest) y)))\n(+ 1 (f))";
    assert_eq!(told(text), "t:2:6: f: expected 1 or at least 3 arguments, got 0");
}

#[test]
fn conditions_are_there_for_rust() {
    let mut vm = vm();
    let error = vm.eval::<()>("(raise (list 'my \"object\"))").expect_err("an error");
    let raised = error.condition.clone().expect("what was raised");
    drop(error);
    vm.collect_garbage();
    assert_eq!(vm.get::<(Symbol, String)>(&raised).expect("it"), (Symbol("my".into()), "object".into()));
    assert_eq!(vm.eval::<()>("(exit 7)").expect_err("it exits").kind, ErrorKind::Exit(7));
    assert_eq!(vm.eval::<()>("(car").expect_err("no datum").kind, ErrorKind::Syntax);
    assert_eq!(vm.run_file(Path::new("/no/such.scm")).expect_err("no file").kind, ErrorKind::File);
}
