;; R7RS 7.3: what the definitions of the derived forms say of the order and number of evaluations, of regions and hygiene.
(import (scheme base) (scheme case-lambda) (scheme lazy) (checks))

(define log '())
(define (note x) (set! log (cons x log)) x)
(define-syntax check-log
  (syntax-rules (=>)
    ((_ expression => notes) (check (begin (set! log '()) expression (reverse log)) => notes))))

;; cond, case: tests in order, each once, none after the one that holds
(check-log (cond ((note #f)) ((note 1)) ((note 2))) => '(#f 1))
(check-log (cond ((note #f) (note 'no)) ((note 1) => (lambda (x) (note (list x)))) (else (note 'else))) => '(#f 1 (1)))
(check-log (cond ((note 1) => (begin (note 'receiver) list))) => '(1 receiver))
(check-log (case (note 2) ((1) (note 'one)) ((2 3) (note 'two) (note 'three)) (else (note 'else))) => '(2 two three))
(check-log (case (note 4) ((1) (note 'one)) (else => (lambda (x) (note (list x))))) => '(4 (4)))
;; and, or, when, unless
(check-log (and (note 1) (note #f) (note 2)) => '(1 #f))
(check-log (or (note #f) (note 1) (note 2)) => '(#f 1))
(check-log (when (note 1) (note 2) (note 3)) => '(1 2 3))
(check-log (unless (note 1) (note 2)) => '(1))
;; let*, letrec*, let*-values, bodies: from left to right
(check-log (let* ((a (note 1)) (b (note (+ a 1)))) (note b)) => '(1 2 2))
(check-log (letrec* ((a (note 1)) (b (note (+ a 1)))) (note 'body)) => '(1 2 body))
(check-log (let*-values (((a b) (values (note 1) 2)) ((c) (note (list a b)))) (note c)) => '(1 (1 2) (1 2)))
(check-log (let () (define a (note 1)) (define b (note 2)) (note 3)) => '(1 2 3))
(check-log (let () (define-values (a b) (values (note 1) 2)) (define c (note (+ a b))) c) => '(1 3))
;; do: the test first, then commands, then steps; each turn has variables of its own
(check-log (do ((i (note 0) (note (+ i 1)))) ((begin (note 'test) (= i 2)) (note 'result)) (note 'command))
           => '(0 test command 1 test command 2 test result))
(check (let ((procedures '()))
         (do ((i 0 (+ i 1))) ((= i 3)) (set! procedures (cons (lambda () (set! i (+ i 10)) i) procedures)))
         (map (lambda (p) (p)) procedures))
       => '(12 11 10))
;; Named let: the name is bound in the procedure only.
(check (let ((f (lambda (x) 'outer))) (let f ((x (f 1))) x)) => 'outer)
;; letrec: inits are evaluated before any variable has its value, so that a continuation sees fresh ones
(check (let ((again #f))
         (letrec ((x (call/cc (lambda (c) (set! again c) 0))) (y (call/cc (lambda (c) (set! again c) 0))))
           (if again
               (let ((k again)) (set! again #f) (set! x 1) (set! y 1) (k 0))
               (+ x y))))
       => 0)
(check (letrec ((x (call/cc list)) (y (call/cc list)))
         (cond ((procedure? x) (x (pair? y))) ((procedure? y) (y (pair? x))))
         (let ((x (car x)) (y (car y))) (and (call/cc x) (call/cc y) (call/cc x))))
       => #t)
(check (letrec ((x (call/cc (lambda (c) (list #t c))))) (if (car x) ((cadr x) (list #f (lambda () x))) (eq? x ((cadr x))))) => #t)
;; delay, delay-force, make-promise
(check-log (let ((p (delay (note 1)))) (force p) (force p)) => '(1))
(check-log (let ((p (delay-force (begin (note 'outer) (delay (note 'inner)))))) (force p) (force p)) => '(outer inner))
(check-log (delay (note 1)) => '())
(check-log (make-promise (note 1)) => '(1))
(check (letrec ((p (delay (if q 'second (begin (set! q #t) (force p) 'first)))) (q #f)) (list (force p) (force p))) => '(second second))
;; parameterize: values are converted once, before the body, and restored however it is left
(define converted '())
(define p (make-parameter 1 (lambda (x) (set! converted (cons x converted)) (* x 10))))
(check (list (p) converted) => '(10 (1)))
(check (list (parameterize ((p 2)) (list (p) (p))) (p) converted) => '((20 20) 10 (2 1)))
(check (list (call/cc (lambda (k) (parameterize ((p 3)) (k (p))))) (p)) => '(30 10))
(check-log (parameterize (((begin (note 'parameter) p) (note 5))) (note (p))) => '(parameter 5 50))
;; guard: clauses in the dynamic environment of the guard; without one that fits, raised again where it was raised
(check-log (guard (e ((note #f)) ((begin (note 'test) #t) (note e))) (dynamic-wind (lambda () (note 'in)) (lambda () (raise 'x)) (lambda () (note 'out))))
           => '(in out #f test x))
(check-log (with-exception-handler
            (lambda (e) (note 'outer) 1)
            (lambda ()
              (guard (e ((note #f) 'never))
                (dynamic-wind (lambda () (note 'in)) (lambda () (note (raise-continuable 'x))) (lambda () (note 'out))))))
           => '(in out #f in outer 1 out))
(check (parameterize ((p 4)) (guard (e (#t (p))) (parameterize ((p 5)) (raise 'x)))) => 40)
;; case-lambda: the first clause that accepts
(check (map (lambda (arguments) (apply (case-lambda ((a) 'one) ((a b) 'two) ((a . b) 'more) (b 'any)) arguments)) '((1) (1 2) (1 2 3) ()))
       => '(one two more any))
;; Names that the definitions use are their own.
(check (let ((t 5) (temp 6) (x 7) (key 8) (loop 9) (result 10) (if list) (let list) (lambda list) (cond list) (set! list) (begin list))
         (or #f t))
       => 5)
(check (let ((if #f) (let #f) (lambda #f) (memv #f) (eqv? #f)) (case 1 ((2) 'no) ((1) 'yes) (else 'else))) => 'yes)
(check (let ((call-with-values #f) (values-list #f) (apply #f)) (let-values (((a b) (values 1 2))) (list a b))) => '(1 2))
(check (let ((dynamic-wind #f) (call/cc #f) (with-exception-handler #f) (raise-continuable #f) (apply #f)) (guard (e (#t e)) (raise 'x))) => 'x)
(check (let ((make-promise #f) (force-it force) (cons #f) (list-copy #f)) (force-it (delay-force (delay 1)))) => 1)
(check (let ((append #f) (cons #f) (list #f) (list->vector #f)) `(1 ,(+ 1 1) ,@'(3) . #(,(+ 2 2)))) => '(1 2 3 . #(4)))

(checks-done "7.3")
;=> 7.3: 39 checks
