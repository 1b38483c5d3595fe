//! Macros: hygiene, and all of `syntax-rules`.

use super::{check, check_error, expand};

#[test]
fn templates_do_not_capture() {
    check(
        "(define-syntax my-or (syntax-rules () ((_ a b) (let ((t a)) (if t t b)))))
         (let ((t 5) (if list)) (my-or 1 t))",
        "(let ((t.0 5) (if.1 list)) (let ((t.2 1)) (if t.2 t.2 t.0)))",
    );
    check(
        "(define-syntax swap! (syntax-rules () ((_ a b) (let ((tmp a)) (set! a b) (set! b tmp)))))
         (let ((tmp 1) (other 2)) (swap! tmp other))",
        "(let ((tmp.0 1) (other.1 2)) (let ((tmp.2 tmp.0)) (begin (set! tmp.0 other.1) (set! other.1 tmp.2))))",
    );
    // A macro handed a name to bind around a free variable of its own of the same name.
    check(
        "(define x 1) (define-syntax under (syntax-rules () ((_ v) (lambda (v) x)))) (under x)",
        "(define x 1)\n(lambda (x.0) x)",
    );
    check(
        "(define x 1) (define-syntax outer (syntax-rules () ((_) x))) (define (f) (define x 2) (outer))",
        "(define x 1)\n(define f (lambda () (letrec ((x.0 2)) x)))",
    );
    check(
        "(lambda () (define-syntax def (syntax-rules () ((_ n v) (define n v)))) (def a 1) a)",
        "(lambda () (letrec ((a.0 1)) a.0))",
    );
}

#[test]
fn introduced_definitions_are_apart() {
    let text = expand(
        "(define-syntax counter (syntax-rules () ((_ f v) (begin (define tmp v) (define (f) tmp)))))
         (define tmp 0) (counter one 1) (counter two 2) (display tmp)",
    );
    assert_eq!(text.as_deref().map(|text| text.lines().count()), Ok(6));
    check(
        "(define-syntax twice (syntax-rules () ((_ f) (begin (define hidden 1) (define (f) hidden)))))
         (lambda () (twice g) (define hidden 2) (+ (g) hidden))",
        "(lambda () (letrec ((hidden.0 1) (g.1 (lambda () hidden.0)) (hidden.2 2)) (+ (g.1) hidden.2)))",
    );
}

#[test]
fn keywords_are_recognized_by_binding() {
    check("(let ((else #f)) (cond (else 1)))", "(let ((else.0 #f)) (if else.0 1 #!unspecific))");
    check("(let ((if list)) (if 1 2 3))", "(let ((if.0 list)) (if.0 1 2 3))");
    check("(define (define) 1)", "(define define (lambda () 1))");
    check("(define-syntax my-if if) (my-if 1 2 3)", "(if 1 2 3)");
    check(
        "(define-syntax m (syntax-rules (=>) ((_ => x) x) ((_ y x) 0))) (m => 1) (let ((=> 2)) (m => 1))",
        "1\n(let ((=>.0 2)) 0)",
    );
}

#[test]
fn ellipses() {
    check(
        "(define-syntax my-let (syntax-rules () ((_ ((n v) ...) b ...) ((lambda (n ...) b ...) v ...))))
         (my-let ((a 1) (b 2)) (+ a b))",
        "((lambda (a.0 b.1) (+ a.0 b.1)) 1 2)",
    );
    check("(define-syntax m (syntax-rules () ((_ (a b ...) ...) '((b ... a) ...)))) (m (1 2 3) (4))", "'((2 3 1) (4))");
    check("(define-syntax m (syntax-rules () ((_ (a ...) ...) '(a ... ...)))) (m (1 2) () (3))", "'(1 2 3)");
    check(
        "(define-syntax m (syntax-rules () ((_ (a b ...) ...) '((a b) ... ...)))) (m (1 2 3) (4 5))",
        "'((1 2) (1 3) (4 5))",
    );
    check("(define-syntax m (syntax-rules () ((_ a ... b c) '(c b (a ...))))) (m 1 2 3 4)", "'(4 3 (1 2))");
    check("(define-syntax m (syntax-rules () ((_ a ... b . c) '(c b a ...)))) (m 1 2 3 . 4)", "'(4 3 1 2)");
    check("(define-syntax m (syntax-rules () ((_ #(a b ...)) '#(b ... a)))) (m #(1 2 3))", "'#(2 3 1)");
    check("(define-syntax m (syntax-rules () ((_ a . b) '(b . a)))) (m 1 2 3)", "'((2 3) . 1)");
    check("(define-syntax m (syntax-rules () ((_ _ a) 'a))) (m 1 2)", "2");
    check("(define-syntax m (syntax-rules () ((_ a) '(a (... ...))))) (m 1)", "'(1 ...)");
    check("(define-syntax m (syntax-rules ::: () ((_ a :::) '(a ::: ...)))) (m 1 2)", "'(1 2 ...)");
    check("(define-syntax m (syntax-rules (...) ((_ ...) 1) ((_ a) 2))) (m ...) (m 3)", "1\n2");
    check("(define-syntax m (syntax-rules () ((_ \"a\" 1 #\\b) 'yes))) (m \"a\" 1 #\\b)", "'yes");
    check_error(
        "(define-syntax m (syntax-rules () ((_ a ...) a))) 1",
        "1:46: pattern variable `a` needs more ellipses in the template",
    );
    check_error("(define-syntax m (syntax-rules () ((_ a) a)))\n(m 1 2)", "2:1: no rule of `m` fits this use");
}

#[test]
fn macros_define_macros() {
    check(
        "(define-syntax be-like-begin (syntax-rules ()
           ((_ name) (define-syntax name (syntax-rules () ((_ expr (... ...)) (begin expr (... ...))))))))
         (be-like-begin sequence)
         (list (sequence 1 2 3))",
        "(list (begin 1 2 3))",
    );
    check(
        "(define-syntax define-constant-macro (syntax-rules ()
           ((_ name value) (define-syntax name (syntax-rules () ((_) (let ((x value)) x)))))))
         (define-constant-macro seven 7)
         (let ((x 1)) (+ x (seven)))",
        "(let ((x.0 1)) (+ x.0 (let ((x.1 7)) x.1)))",
    );
    // The tail pattern of R7RS 4.3.1.
    check(
        "(let ((x 'outer)) (let-syntax ((m (syntax-rules () ((m) x)))) (let ((x 'inner)) (m))))",
        "(let ((x.0 'outer)) (let ((x.1 'inner)) x.0))",
    );
    check(
        "(letrec-syntax ((my-or (syntax-rules () ((_) #f) ((_ e) e)
             ((_ e1 e2 ...) (let ((temp e1)) (if temp temp (my-or e2 ...)))))))
           (let ((x #f) (temp 8) (let car) (if cdr)) (my-or x (let temp) (if x))))",
        concat!(
            "(let ((x.0 #f) (temp.1 8) (let.2 car) (if.3 cdr)) (let ((temp.4 x.0)) (if temp.4 temp.4 ",
            "(let ((temp.5 (let.2 temp.1))) (if temp.5 temp.5 (if.3 x.0))))))"
        ),
    );
    check("(letrec-syntax ((lam (syntax-rules () ((_ v) (lambda (v) x))))) (list (lam x)))", "(list (lambda (x.0) x))");
}
