//! Transformers, `eval` and `load` with a real machine.

use crate::vm::{Config, Value, Vm};

fn vm() -> Vm {
    Vm::new(Config::default()).expect("memory for a heap")
}

fn eval(vm: &mut Vm, text: &str) -> Result<String, String> {
    match vm.eval_named::<Value>("test", text) {
        Ok(value) => Ok(vm.show(&value)),
        Err(error) => {
            let place =
                error.place.as_ref().map_or(String::new(), |place| format!("{}:{}: ", place.line, place.column));
            Err(format!("{place}{}", error.message))
        }
    }
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(eval(&mut vm(), text).as_deref(), Ok(expected), "{text}");
}

#[track_caller]
fn check_error(text: &str, expected: &str) {
    let mut vm = vm();
    assert_eq!(eval(&mut vm, text), Err(expected.to_owned()), "{text}");
    assert_eq!(eval(&mut vm, "(+ 1 2)").as_deref(), Ok("3"), "the session goes on");
}

#[test]
fn transformers_are_procedures() {
    check("(define-syntax m (lambda (s) (datum->syntax s (length (syntax->datum s))))) (m a b c)", "4");
    check("(define-syntax (m s) (syntax-case s () ((_ a b) #'(list b a)))) (m 1 2)", "(2 1)");
    check("(define-macro (m x . r) `(list ,x ',r)) (m 1 a b)", "(1 (a b))");
    check("(define-macro m (lambda (x) (list 'quote x))) (m a)", "a");
    check("(define-syntax-rule (m a b ...) (list b ... a)) (m 1 2 3)", "(2 3 1)");
    check("(let-syntax ((m (let ((n 1)) (lambda (s) (set! n (+ n 1)) (datum->syntax s n))))) (list (m) (m)))", "(2 3)");
    check("(define-syntax m (let () (syntax-rules () ((_ a) 'a)))) (m x)", "x");
}

#[test]
fn hygiene_is_that_of_syntax_rules() {
    check(
        "(define-syntax swap! (lambda (s) (syntax-case s () ((_ a b) #'(let ((t a)) (set! a b) (set! b t))))))
         (let ((t 1) (u 2)) (swap! t u) (list t u))",
        "(2 1)",
    );
    check(
        "(define-syntax or2 (lambda (s) (syntax-case s () ((_ a b) #'(let ((t a)) (if t t b))))))
         (let ((t 5) (if list)) (or2 #f t))",
        "5",
    );
    check(
        "(define-syntax aif (lambda (s) (syntax-case s () ((k c a b)
           (with-syntax ((it (datum->syntax #'k 'it))) #'(let ((it c)) (if it a b)))))))
         (let ((it 1)) (aif (assv 2 '((2 . 3))) (cdr it) it))",
        "3",
    );
    check(
        "(define-syntax same (lambda (s) (syntax-case s () ((_ a b)
           (datum->syntax s (list 'quote (list (free-identifier=? #'a #'b) (bound-identifier=? #'a #'b))))))))
         (define-syntax both (syntax-rules () ((_ x) (list (same x car) (same car car)))))
         (list (same car car) (same car cdr) (both car))",
        "((#t #t) (#f #f) ((#t #f) (#t #t)))",
    );
    check(
        "(define-syntax m (lambda (s) (syntax-case s (=>) ((_ => x) #'x) ((_ y x) #''no))))
         (list (m => 1) (let ((=> 2)) (m => 1)))",
        "(1 no)",
    );
    check(
        "(define-syntax m (lambda (s) (with-syntax (((a b) (generate-temporaries '(1 2)))) #'(let ((a 1) (b 2)) (list a b)))))
         (m)",
        "(1 2)",
    );
}

#[test]
fn templates_are_values() {
    check(
        "(syntax->datum (syntax-case #'(1 (2 3) #(4 5)) () ((a (b ...) #(c d)) #'(#(b ... a) . c))))",
        "(#(2 3 1) . 4)",
    );
    check("(syntax->datum (syntax-case #'((1 2) (3)) () (((a ...) ...) #'(a ... ...))))", "(1 2 3)");
    check("(map syntax->datum (syntax-case #'(x y) () ((a ...) #'(a ...))))", "(x y)");
    check("(syntax-case #'(1 2) () ((a b) (eq? 1 (syntax->datum #'b)) 'one) ((a b) 'two))", "two");
    check("(syntax->datum (let ((x '(1 2))) #`(a #,(car x) #,@x . #,(cdr x))))", "(a 1 1 2 2)");
    check("(syntax->datum #`(a #`(b #,(c #,(+ 1 2)))))", "(a (quasisyntax (b (unsyntax (c 3)))))");
    check("(syntax->datum (syntax-case #'(a b) () ((x ...) #'((x (... ...)) ...))))", "((a ...) (b ...))");
    check("(identifier? #'a)", "#t");
    check("(identifier? #'(a))", "#f");
    check("(syntax->datum (datum->syntax #'here '(a #(b \"c\") . 1.5)))", "(a #(b \"c\") . 1.5)");
}

#[test]
fn identifiers_can_be_uses() {
    check("(define-syntax five (identifier-syntax 5)) (list five five)", "(5 5)");
    check("(define v (vector 1 2)) (define-syntax first (identifier-syntax (_ (vector-ref v 0)) ((set! _ x) (vector-set! v 0 x))))
         (set! first 7) (list first v)", "(7 #(7 2))");
    check(
        "(define-syntax m (make-variable-transformer (lambda (s) (syntax-case s (set!)
           ((set! _ v) #'(list 'set v)) ((_ a) #'(list 'call a)) (_ #''ref)))))
         (list m (m 1) (set! m 2))",
        "(ref (call 1) (set 2))",
    );
}

#[test]
fn definitions_for_transformers() {
    check("(begin-for-syntax (define (f x) (* 2 x))) (define-syntax m (lambda (s) (f 21))) (m)", "42");
    check("(define-for-syntax (f x) (* 2 x)) (define-syntax m (lambda (s) (f 21))) (m)", "42");
    check(
        "(begin (eval-when (expand load eval) (define (f x) (* 2 x))) (define-syntax m (lambda (s) (f 21))) (list (m) (f 1)))",
        "(42 2)",
    );
    check(
        "(define-syntax m (lambda (s) (datum->syntax s (eval '(let-syntax ((n (lambda (s) 7))) (n)) (interaction-environment))))) (m)",
        "7",
    );
}

#[test]
fn mistakes_in_transformers() {
    check_error(
        "(define-syntax m (lambda (s) (car s)))\n(m 1)",
        "2:1: in the expansion of `m`: car: expected a pair, got #<syntax (m 1)>",
    );
    check_error(
        "(let ((x 1)) (let-syntax ((m (lambda (s) x))) (m)))",
        "1:42: the variable `x` has no value while macros are expanded",
    );
    check_error(
        "(define-syntax m (lambda (s) 'a)) (m)",
        "1:35: in the expansion of `m`: the symbol `a` is no identifier; make it one with datum->syntax",
    );
    check_error(
        "(define-syntax m (lambda (s) (syntax-violation 'm \"no\" s))) (m b)",
        "1:61: in the expansion of `m`: m: no: (m b)",
    );
    check_error(
        "(define-syntax m (lambda (s) (syntax-case s () ((_ a) #'a)))) (m)",
        "1:63: in the expansion of `m`: no clause fits this form: (m)",
    );
    check_error("(define-syntax m (vector 1))", "1:18: the macro transformer is not a procedure");
    check_error("(define-syntax m 5)", "1:18: expected a macro transformer: `syntax-rules` or a procedure");
    check_error(
        "(syntax-case #'(1) () ((a) a))",
        "1:28: the pattern variable `a` is used outside of a template: write #'a",
    );
    check_error(
        "(syntax-case #'(1) () ((a ...) #'a))",
        "1:34: pattern variable `a` needs more ellipses in the template",
    );
    check_error(
        "(define-syntax m (lambda (s) (let loop () (cons 1 (loop))))) (m)",
        "1:62: in the expansion of `m`: recursion is too deep",
    );
}

#[test]
fn conditions_of_transformers_stay_inside() {
    check(
        "(guard (e (#t (condition/report-string e)))
           (eval '(let-syntax ((m (lambda (s) (error \"boo\" 1)))) (m)) (interaction-environment)))",
        "\"eval: in the expansion of `m`: boo 1\"",
    );
    check(
        "(define out '())
         (dynamic-wind (lambda () (set! out (cons 'in out)))
           (lambda () (eval '(let-syntax ((m (lambda (s) (call/cc (lambda (k) (k 5)))))) (set! out (cons (m) out))) (interaction-environment)))
           (lambda () (set! out (cons 'out out))))
         out",
        "(out 5 in)",
    );
}

#[test]
fn eval_takes_any_value() {
    check("(eval (list + 1 2) (environment '(scheme base)))", "3");
    check("(define g (gensym)) (eval `(let ((,g 1) (g1 2)) (list ,g g1)) (interaction-environment))", "(1 2)");
    check("(define g (gensym)) (eq? g (eval `(quote ,g) (interaction-environment)))", "#t");
    check("(eval '(define zz 5) (interaction-environment)) zz", "5");
    check("(eval '(begin) (interaction-environment))", "#<unspecified>");
    check("(define (loop n) (if (= n 0) 'done (eval `(loop ,(- n 1)) (interaction-environment)))) (loop 1000)", "done");
    check("(eval '(cadr '(1 9)) (scheme-report-environment 5))", "9");
    check_error(
        "(define l (list 1)) (set-cdr! l l) (eval l (interaction-environment))",
        "1:36: eval: only a literal may contain itself, not the program around it",
    );
    check_error(
        "(eval '(if) (interaction-environment))",
        "1:1: eval: malformed `if`: expected (if test consequent [alternative])",
    );
}
