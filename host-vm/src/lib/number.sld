;; Numbers: what traces should go through. Everything else is a primitive.

(define-library (limpet number)
  (import (limpet core))
  (export floor/ floor-quotient floor-remainder truncate/ truncate-quotient truncate-remainder *random-state*)
  (begin

    ;; Instructions for fixnums; otherwise primitives, which take any rational numbers, as in Guile.
    (define (floor-quotient a b)
      (if (and (fixnum? a) (fixnum? b)) (quotient (- a (modulo a b)) b) (%floor-quotient a b)))
    (define (floor-remainder a b)
      (if (and (fixnum? a) (fixnum? b)) (modulo a b) (%floor-remainder a b)))
    (define (truncate-quotient a b)
      (if (and (fixnum? a) (fixnum? b)) (quotient a b) (%truncate-quotient a b)))
    (define (truncate-remainder a b)
      (if (and (fixnum? a) (fixnum? b)) (remainder a b) (%truncate-remainder a b)))
    (define (floor/ a b)
      (if (and (fixnum? a) (fixnum? b))
          (let ((r (modulo a b))) (values (quotient (- a r) b) r))
          (%floor/ a b)))
    (define (truncate/ a b)
      (if (and (fixnum? a) (fixnum? b))
          (values (quotient a b) (remainder a b))
          (%truncate/ a b)))

    (define *random-state* (%default-random-state))))
