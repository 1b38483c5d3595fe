;; Arithmetic on fixnums: SRFI 143. An operand or a result that is none is an error.

(define-library (limpet fixnum)
  (import (limpet core) (limpet control) (limpet bits))
  (export fx-width fx-greatest fx-least fixnum? fx=? fx<? fx>? fx<=? fx>=? fxzero? fxpositive? fxnegative? fxodd? fxeven?
          fxmax fxmin fx+ fx- fx* fxneg fxquotient fxremainder fxabs fxsquare fxsqrt fx+/carry fx-/carry fx*/carry
          fxnot fxand fxior fxxor fxarithmetic-shift fxarithmetic-shift-left fxarithmetic-shift-right fxbit-count
          fxlength fxif fxbit-set? fxcopy-bit fxfirst-set-bit fxbit-field fxbit-field-rotate fxbit-field-reverse)
  (begin

    (define fx-width 61)
    (define fx-greatest 1152921504606846975)
    (define fx-least -1152921504606846976)

    (define (fixnum x) (if (fixnum? x) x (error "expected a fixnum, got" x)))

    ;; Operands are checked before, results after.
    (define-syntax define-operations
      (syntax-rules ()
        ((_ (name (operand ...) operation) ...)
         (begin
           (define (name operand ...) (fixnum (operation (fixnum operand) ...))) ...))))
    (define-operations
      (fx+ (a b) +) (fx- (a b) -) (fx* (a b) *) (fxneg (a) -) (fxquotient (a b) quotient) (fxremainder (a b) remainder)
      (fxabs (a) abs) (fxsquare (a) square) (fxnot (a) bitwise-not) (fxarithmetic-shift (a b) arithmetic-shift)
      (fxbit-count (a) bit-count) (fxlength (a) integer-length) (fxif (m a b) bitwise-if)
      (fxfirst-set-bit (a) first-set-bit) (fxbit-field (a start end) bit-field)
      (fxbit-field-rotate (a count start end) bit-field-rotate) (fxbit-field-reverse (a start end) bit-field-reverse))

    (define-syntax define-tests
      (syntax-rules ()
        ((_ (name test) ...) (begin (define (name a) (test (fixnum a))) ...))))
    (define-tests (fxzero? zero?) (fxpositive? positive?) (fxnegative? negative?) (fxodd? odd?) (fxeven? even?))

    (define-syntax define-comparisons
      (syntax-rules ()
        ((_ (name compare) ...)
         (begin
           (define name
             (case-lambda
               ((a b) (compare (fixnum a) (fixnum b)))
               ((a . rest) (apply compare (fixnum a) (map-fixnums rest))))) ...))))
    (define (map-fixnums numbers)
      (let loop ((l numbers)) (if (pair? l) (begin (fixnum (car l)) (loop (cdr l)))))
      numbers)
    (define-comparisons (fx=? =) (fx<? <) (fx>? >) (fx<=? <=) (fx>=? >=) (fxmax max) (fxmin min))

    (define (fxand . numbers) (apply bitwise-and (map-fixnums numbers)))
    (define (fxior . numbers) (apply bitwise-ior (map-fixnums numbers)))
    (define (fxxor . numbers) (apply bitwise-xor (map-fixnums numbers)))
    (define (shift-count n)
      (if (and (fixnum? n) (<= 0 n 60)) n (error "expected a shift count below the width of fixnums, got" n)))
    (define (fxarithmetic-shift-left a n) (fxarithmetic-shift a (shift-count n)))
    (define (fxarithmetic-shift-right a n) (fxarithmetic-shift a (- (shift-count n))))
    (define (fxbit-set? index a) (bit-set? index (fixnum a)))
    (define (fxcopy-bit index a bit) (fixnum (copy-bit index (fixnum a) bit)))
    (define (fxsqrt a) (exact-integer-sqrt (fixnum a)))

    ;; The low part, as a fixnum, and what is carried.
    (define (carried n)
      (call-with-values (lambda () (balanced/ n 2305843009213693952)) (lambda (carry low) (values low carry))))
    (define (fx+/carry a b c) (carried (+ (fixnum a) (fixnum b) (fixnum c))))
    (define (fx-/carry a b c) (carried (- (fixnum a) (fixnum b) (fixnum c))))
    (define (fx*/carry a b c) (carried (+ (* (fixnum a) (fixnum b)) (fixnum c))))))
