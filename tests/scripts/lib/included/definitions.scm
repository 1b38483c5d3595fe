;; Included by 4.1-primitive-expressions.scm.
(define included-variable 'included)
(define (included-procedure n) (+ 1 (* 2 n)))
