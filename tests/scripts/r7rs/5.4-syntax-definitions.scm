;; R7RS 5.4: define-syntax at top level and in bodies.
(import (scheme base) (checks))

(check (let ((x 1) (y 2))
         (define-syntax swap! (syntax-rules () ((swap! a b) (let ((tmp a)) (set! a b) (set! b tmp)))))
         (swap! x y)
         (list x y))
       => '(2 1))
(define-syntax twice (syntax-rules () ((_ e) (begin e e))))
(define calls 0)
(twice (set! calls (+ calls 1)))
(check calls => 2)
;; A later definition replaces it.
(define-syntax twice (syntax-rules () ((_ e) (begin e e e))))
(twice (set! calls (+ calls 1)))
(check calls => 5)
;; A variable can become a keyword.
(define changing 1)
(define-syntax changing (syntax-rules () ((_) 2)))
(check (changing) => 2)
;; Syntax is seen by what follows and what precedes it in a body, and not outside.
(check (let ()
         (define (ev? n) (my-or (= n 0) (od? (- n 1))))
         (define-syntax my-or (syntax-rules () ((_ a b) (let ((t a)) (if t t b)))))
         (define (od? n) (if (= n 0) #f (ev? (- n 1))))
         (ev? 10))
       => #t)
(define (outer-name) 'procedure)
(check (list (let () (define-syntax outer-name (syntax-rules () ((_) 'syntax))) (outer-name)) (outer-name)) => '(syntax procedure))
(check (let ((x 1))
         (define-syntax get-x (syntax-rules () ((_) x)))
         (let ((x 2)) (get-x)))
       => 1)
;; Definitions that macros make
(define-syntax define-getter-and-setter
  (syntax-rules () ((_ get set v) (begin (define place v) (define (get) place) (define (set x) (set! place x))))))
(define-getter-and-setter get-a set-a! 1)
(define-getter-and-setter get-b set-b! 2)
(set-a! 10)
(check (list (get-a) (get-b)) => '(10 2))

(checks-done "5.4")
;=> 5.4: 8 checks
