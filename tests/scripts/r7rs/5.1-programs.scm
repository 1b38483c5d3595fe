;; R7RS 5.1: a program is import declarations, then commands and definitions in any order.
(import (scheme base))
(import (only (scheme write) write) (checks))

(define log '())
(define (note x) (set! log (cons x log)))
(note 'command)
(begin
  (note 'in-begin)
  (define defined-in-begin 1)
  (begin (define deeper (+ defined-in-begin 1)) (note deeper))
  (begin))
(define-values (p q) (values 'p 'q))
(note p)
(define (later) (after))
(define (after) 'defined-later)
(note (later))
(define-record-type thing (make-thing) thing?)
(note (thing? (make-thing)))
(define-syntax note-twice (syntax-rules () ((_ x) (begin (note x) (note x)))))
(note-twice q)
(check (reverse log) => '(command in-begin 2 p defined-later #t q q))
;; The value of a command is discarded, and so are several.
(values 1 2)
(values)
"a string"
(check-output (begin (write 1) (write 2)) => "12")
;; A continuation of one command goes on with those after it.
(define again #f)
(define turns 0)
(call/cc (lambda (k) (set! again k)))
(set! turns (+ turns 1))
(if (< turns 3) (again #f))
(check turns => 3)

(checks-done "5.1")
;=> 5.1: 3 checks
