//! What each built-in form expands to, and the positions of errors.

use super::{check, check_error, check_last};

#[test]
fn procedures_and_definitions() {
    check("(lambda (x . y) (car x))", "(lambda (x.0 . y.1) (car x.0))");
    check("(lambda all all)", "(lambda all.0 all.0)");
    check("(define (f x) x)", "(define f (lambda (x.0) x.0))");
    check("(define ((f a) b) (+ a b))", "(define f (lambda (a.0) (lambda (b.1) (+ a.0 b.1))))");
    check("(case-lambda ((x) x) ((x . y) y))", "(case-lambda ((x.0) x.0) ((x.1 . y.2) y.2))");
    check(
        "(define* (f a #:optional (b a)) b)",
        "(define f (lambda (a.0 #!optional b.1) (begin (if (%absent? b.1) (set! b.1 a.0) #!unspecific) b.1)))",
    );
    check("(define x 1) (set! x 2)", "(define x 1)\n(set! x 2)");
    check("(define (f x) (set! x 2) x)", "(define f (lambda (x.0) (begin (set! x.0 2) x.0)))");
    check(
        "(define-values (a . b) (list 1))",
        concat!(
            "(begin (define values (%apply-values (lambda (value.0 . values.1) (vector value.0 values.1)) (list 1))) ",
            "(define a (vector-ref values 0)) (define b (vector-ref values 1)))"
        ),
    );
}

#[test]
fn bodies_are_letrecs() {
    check("(lambda () (define a 1) (define (b) a) (b))", "(lambda () (letrec ((a.0 1) (b.1 (lambda () a.0))) (b.1)))");
    check(
        "(lambda (x) (display x) (define a 1) (display a) (begin (define b 2)) b)",
        "(lambda (x.0) (letrec ((.3 (display x.0)) (a.1 1) (.4 (display a.1)) (b.2 2)) b.2))",
    );
    check("(lambda (x) (define x 1) x)", "(lambda (x.0) (letrec ((x.1 1)) x.1))");
    check(
        "(lambda () (define-syntax two (syntax-rules () ((_) 2))) (define a (two)) a)",
        "(lambda () (letrec ((a.0 2)) a.0))",
    );
    check(
        "(lambda () (define-values (a b) (list)) b)",
        concat!(
            "(lambda () (letrec ((values.0 (%apply-values ",
            "(lambda (value.3 value.4) (vector value.3 value.4)) (list))) ",
            "(a.1 (vector-ref values.0 0)) (b.2 (vector-ref values.0 1))) b.2))"
        ),
    );
    check_error("(lambda () (define a 1))", "1:12: a body ends with a definition instead of an expression");
    check_error("(lambda () (define a 1) (define a 2) a)", "1:25: `a` is defined twice in one body");
    check_error("(lambda ())", "1:1: a body without expressions");
    check_error("(car (define a 1))", "1:6: `define` where an expression is expected");
}

#[test]
fn local_variables() {
    check("(let ((x 1) (y 2)) (+ x y))", "(let ((x.0 1) (y.1 2)) (+ x.0 y.1))");
    check("(let* ((x 1) (x (+ x 1))) x)", "(let ((x.0 1)) (let ((x.1 (+ x.0 1))) x.1))");
    check("(letrec ((f (lambda () (f)))) f)", "(letrec ((f.0 (lambda () (f.0)))) f.0)");
    check(
        "(let loop ((i 0)) (if (< i 9) (loop (+ i 1)) i))",
        "(letrec ((loop.0 (lambda (i.1) (if (< i.1 9) (loop.0 (+ i.1 1)) i.1)))) (loop.0 0))",
    );
    check(
        "(do ((i 0 (+ i 1)) (j 5)) ((= i j) j) (display i))",
        concat!(
            "(letrec ((do.0 (lambda (i.1 j.2) (if (= i.1 j.2) j.2 ",
            "(begin (display i.1) (do.0 (+ i.1 1) j.2)))))) (do.0 0 5))"
        ),
    );
    check_error("(let ((x 1) (x 2)) x)", "1:14: `x` is bound twice");
    check_error("(lambda (x x) x)", "1:12: `x` is bound twice");
    check_error("(let ((x)) x)", "1:7: malformed binding in `let`: expected (name value)");
}

#[test]
fn conditions() {
    check("(if 1 2)", "(if 1 2 #!unspecific)");
    check("(and)", "#t");
    check("(and 1 2 3)", "(if 1 (if 2 3 #f) #f)");
    check("(or 1 2)", "(let ((or.0 1)) (if or.0 or.0 2))");
    check("(if (or 1 2) 3 4)", "(if (if 1 #t 2) 3 4)");
    check("(when 1 2 3)", "(if 1 (begin 2 3) #!unspecific)");
    check("(unless 1 2)", "(if 1 #!unspecific 2)");
    check(
        "(cond (1 2) (3) (4 => car) (else 5))",
        "(if 1 2 (let ((or.1 3)) (if or.1 or.1 (let ((test.0 4)) (if test.0 (car test.0) 5)))))",
    );
    check(
        "(case 1 ((a 2) 3) ((4.5) => car) (else 6))",
        "(let ((key.0 1)) (if (if (eq? key.0 'a) #t (eq? key.0 2)) 3 (if (eqv? key.0 4.5) (car key.0) 6)))",
    );
    check(
        "(case 1 ((1 2 3 4 5 6 7 8 9) 3))",
        "(let ((key.0 1)) (if (memv key.0 '(1 2 3 4 5 6 7 8 9)) 3 #!unspecific))",
    );
    check_error("(cond (else 1) (2 3))", "1:7: `else` must be the last clause and have a body");
    check_error("(if)", "1:1: malformed `if`: expected (if test consequent [alternative])");
}

#[test]
fn quasiquotation() {
    check("`(1 2)", "'(1 2)");
    check("`(1 ,2 ,@(list 3) 4)", "(cons 1 (cons 2 (append (list 3) '(4))))");
    check("`(1 . ,2)", "(cons 1 2)");
    check("`(,@(list 1))", "(list 1)");
    check("`#(1 ,2)", "(list->vector (cons 1 (cons 2 '())))");
    check(
        "`(1 `(2 ,(3 ,4)))",
        "(cons 1 (cons (cons 'quasiquote (cons (cons 2 (cons (cons 'unquote (cons (cons 3 (cons 4 '())) '())) '())) '())) '()))",
    );
    check("`(1 `(2 ,(3)))", "'(1 `(2 ,(3)))");
}

#[test]
fn values_records_and_control() {
    check(
        "(let-values (((a b) (list 1)) ((c) 2)) c)",
        "(%apply-values (lambda (a.0 b.1) (%apply-values (lambda (c.2) c.2) 2)) (list 1))",
    );
    check(
        "(let*-values (((a b) (list)) ((c . d) (list a))) d)",
        concat!("(%apply-values (lambda (a.0 b.1) ", "(%apply-values (lambda (c.2 . d.3) d.3) (list a.0))) (list))"),
    );
    check("(receive all (list) all)", "(%apply-values (lambda all.0 all.0) (list))");
    check(
        "(define-record-type point (make y) point? (x px set-px!) (y py))",
        concat!(
            "(begin (define point (%make-record-type 'point '#(x y) #f '#(px set-px! py #f))) ",
            "(define make (lambda (y.0) (%record point #!unspecific y.0))) ",
            "(define point? (lambda (object.1) (%record? object.1 point))) ",
            "(define px (lambda (object.2) (%record-ref object.2 point 0))) ",
            "(define set-px! (lambda (object.3 value.4) (%record-set! object.3 point 0 value.4))) ",
            "(define py (lambda (object.5) (%record-ref object.5 point 1))))"
        ),
    );
    check_last(
        "(guard (e ((car e) 1)) 2)",
        "(%guard (lambda () 2) (lambda (e.0 reraise.1) (if (car e.0) 1 (reraise.1))))",
    );
    check_last("(parameterize ((car 1)) 2)", "(%parameterize (cons (cons car 1) '()) (lambda () 2))");
    check_last("(delay 1)", "(%delay (lambda () 1))");
    check_last("(let ((%delay 1)) (delay %delay))", "(let ((%delay.0 1)) (%delay (lambda () %delay.0)))");
    check("(assert 1)", "(if 1 #!unspecific (assert-failed 1))");
    check("(cond-expand ((and r7rs (not scsh)) 1) (else 2))", "1");
    check("(cond-expand ((library (test counter)) 1) (else 2))", "1");
    check_error("\n  (syntax-error \"no good:\" (a b))", "2:3: no good: (a b)");
}

#[test]
fn errors_have_positions() {
    check_error(
        "(display 1)\n(let ((x 1))\n  (if))",
        "3:3: malformed `if`: expected (if test consequent [alternative])",
    );
    check_error("(set! car 1)", "1:1: `car` is imported from (limpet core) and can't be assigned");
    check_error("(display if)", "1:10: `if` is syntax and has no value");
    check_error("()", "1:1: `()` is not an expression; the empty list is `'()`");
    check_error("(car . 1)", "1:1: the operands of a call are not a proper list");
}
