;; R7RS 3.1: variables, syntactic keywords and regions.
(import (scheme base) (checks))

(define x 'global)
(check (let ((x 'local)) ((lambda () x))) => 'local)
(check (let ((f (lambda () x))) (let ((x 'local)) (f))) => 'global)
(check (let ((x 1)) (let ((x 2)) (let ((x 3)) x))) => 3)
(check (let ((x 1)) (list (let ((x 2)) (set! x 3) x) x)) => '(3 1))
(define (shadow x) (define y x) (let ((x 2)) (list x y)))
(check (shadow 1) => '(2 1))
;; The innermost binding is meant, of variables and keywords alike.
(check (let ((if list)) (if 1 2 3)) => '(1 2 3))
(check (let ((quote -)) '5) => -5)
(check (let-syntax ((x (syntax-rules () ((_) 'syntax)))) (list (x) (let ((x (lambda () 'variable))) (x)))) => '(syntax variable))
(check (let ((define list)) (define 1 2)) => '(1 2))
(check (let ((x 1)) (define-syntax x (syntax-rules () ((_) 2))) (x)) => 2)
(check (do ((x 5 (- x 1)) (l '() (cons x l))) ((= x 3) l)) => '(4 5))
(check (guard (x (#t (list 'condition x))) (raise x)) => '(condition global))
(check (let loop ((x 3)) (if (= x 0) x (loop (- x 1)))) => 0)
(check x => 'global)

(checks-done "3.1")
;=> 3.1: 14 checks
