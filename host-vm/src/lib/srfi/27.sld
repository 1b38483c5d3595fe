;; SRFI 27: sources of random bits. A source is a random state; its external form is a bytevector.

(define-library (srfi 27)
  (import (limpet core) (limpet control) (limpet number))
  (export random-integer random-real default-random-source make-random-source random-source?
          random-source-state-ref random-source-state-set! random-source-randomize!
          random-source-pseudo-randomize! random-source-make-integers random-source-make-reals)
  (begin

    (define default-random-source *random-state*)
    (define (integer-below n source)
      (if (and (exact-integer? n) (positive? n))
          (random n source)
          (error "random-integer: expected a positive exact integer, got" n)))
    (define (random-integer n) (integer-below n default-random-source))
    (define (random-real) (%random-real))
    (define (make-random-source) (seed->random-state 0))
    (define (random-source? object) (random-state? object))
    (define (random-source-state-ref source) (%random-state-bytes source))
    (define (random-source-state-set! source state) (%random-state-set-bytes! source state))
    (define (random-source-randomize! source)
      (%random-state-set-bytes! source (%random-state-bytes (random-state-from-platform))))
    ;; Sources with different indices begin at points of the period that have nothing to do with each other.
    (define (random-source-pseudo-randomize! source i j)
      (%random-state-set-bytes!
       source
       (%random-state-bytes
        (seed->random-state (string-append (number->string i) "," (number->string j))))))
    (define (random-source-make-integers source)
      (%random-state-bytes source)
      (lambda (n) (integer-below n source)))
    (define random-source-make-reals
      (case-lambda
        ((source)
         (%random-state-bytes source)
         (lambda () (%random-real source)))
        ((source unit)
         (if (not (and (real? unit) (< 0 unit 1)))
             (error "random-source-make-reals: expected a unit between 0 and 1, got" unit))
         (if (and (inexact? unit) (>= unit 2.220446049250313e-16))
             (random-source-make-reals source)
             ;; Multiples of a number that is at most the unit.
             (let ((parts (ceiling (/ 1 (exact unit)))))
               (lambda ()
                 (let ((x (/ (+ 1 (random (- parts 1) source)) parts)))
                   (if (exact? unit) x (inexact x)))))))))))
