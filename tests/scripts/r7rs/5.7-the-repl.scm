;; R7RS 5.7 (no image, for it evaluates forms here): the environment of the prompt, in which definitions are mutable.
(import (scheme base) (scheme eval) (scheme repl) (checks))

(define here (interaction-environment))
(define (do-in-turn . forms)
  (let loop ((forms forms) (value #f))
    (if (null? forms) value (loop (cdr forms) (eval (car forms) here)))))
(check (do-in-turn '(define repl-x 1) '(define repl-x (+ repl-x 1)) 'repl-x) => 2)
(check (do-in-turn '(define (repl-f) (repl-g)) '(define (repl-g) 5) '(repl-f)) => 5)
(check (do-in-turn '(define (repl-g) 6) '(repl-f)) => 6)
(check (do-in-turn '(set! repl-x 10) 'repl-x) => 10)
(check (do-in-turn '(define-syntax repl-swap (syntax-rules () ((_ a b) (list b a)))) '(repl-swap 1 2)) => '(2 1))
(check (do-in-turn '(define-record-type repl-r (repl-make v) repl-r? (v repl-v)) '(repl-v (repl-make 3))) => 3)
(check (do-in-turn '(import (rename (scheme base) (car repl-first))) '(repl-first '(1 2))) => 1)
(check (do-in-turn '(begin (define repl-a 1) (define repl-b 2)) '(+ repl-a repl-b)) => 3)
;; Names of the report can be defined anew there; libraries keep their own.
(check (do-in-turn '(define repl-old-car car) '(define (car x) (list 'mine (repl-old-car x))) '(car '(1 2))) => '(mine 1))
(check (car '(1 2)) => 1)
(check (map car '((1) (2))) => '(1 2))
(check (do-in-turn '(define car repl-old-car) '(car '(1 2))) => 1)
(check-error (do-in-turn 'repl-no-such-variable))
(check-error (do-in-turn '(set! repl-no-such-variable 1)))
(check-error (do-in-turn '(import (no such library))))

(checks-done "5.7")
;=> 5.7: 15 checks
