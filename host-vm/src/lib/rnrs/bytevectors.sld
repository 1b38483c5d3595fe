;; (rnrs bytevectors): bytevectors by R6RS: numbers of all sizes in both orders of bytes.

(define-library (rnrs bytevectors)
  (import (limpet core) (limpet control) (limpet list) (limpet number))
  (export endianness native-endianness bytevector? (rename make-filled make-bytevector) bytevector-length bytevector=? bytevector-fill!
          (rename copy-range! bytevector-copy!) bytevector-copy bytevector-append
          bytevector-u8-ref bytevector-u8-set! bytevector-s8-ref bytevector-s8-set!
          bytevector->u8-list u8-list->bytevector bytevector-uint-ref bytevector-sint-ref bytevector-uint-set!
          bytevector-sint-set! bytevector->uint-list bytevector->sint-list uint-list->bytevector
          sint-list->bytevector
          bytevector-u16-ref bytevector-s16-ref bytevector-u16-set! bytevector-s16-set!
          bytevector-u16-native-ref bytevector-s16-native-ref bytevector-u16-native-set! bytevector-s16-native-set!
          bytevector-u32-ref bytevector-s32-ref bytevector-u32-set! bytevector-s32-set!
          bytevector-u32-native-ref bytevector-s32-native-ref bytevector-u32-native-set! bytevector-s32-native-set!
          bytevector-u64-ref bytevector-s64-ref bytevector-u64-set! bytevector-s64-set!
          bytevector-u64-native-ref bytevector-s64-native-ref bytevector-u64-native-set! bytevector-s64-native-set!
          bytevector-ieee-single-ref bytevector-ieee-double-ref bytevector-ieee-single-set!
          bytevector-ieee-double-set! bytevector-ieee-single-native-ref bytevector-ieee-double-native-ref
          bytevector-ieee-single-native-set! bytevector-ieee-double-native-set!
          string->utf8 utf8->string string->utf16 utf16->string string->utf32 utf32->string)
  (begin

    (define-syntax endianness
      (syntax-rules (big little) ((_ big) 'big) ((_ little) 'little)))
    (define (native-endianness) 'little)
    (define (little? order who)
      (case order
        ((little) #t)
        ((big) #f)
        (else (raise (%make-condition 'wrong-type "expected big or little as order of bytes, got" (list order) who)))))

    (define (bytevector=? a b) (if (and (bytevector? a) (bytevector? b)) (equal? a b) (error "bytevector=?: expected bytevectors, got" a b)))
    ;; A byte may be given as a signed one.
    (define (as-byte fill) (if (and (exact-integer? fill) (<= -128 fill -1)) (+ fill 256) fill))
    (define make-filled
      (case-lambda
        ((length) (make-bytevector length))
        ((length fill) (make-bytevector length (as-byte fill)))))
    (define (bytevector-fill! bytes fill)
      (let ((byte (as-byte fill)))
        (do ((i 0 (+ i 1))) ((= i (bytevector-length bytes))) (bytevector-u8-set! bytes i byte))))
    ;; By R6RS: from, start, to, start, count.
    (define (copy-range! from start to at count) (bytevector-copy! to at from start (+ start count)))
    (define (bytevector->u8-list bytes)
      (map (lambda (i) (bytevector-u8-ref bytes i)) (iota (bytevector-length bytes))))
    (define (u8-list->bytevector list) (apply bytevector list))

    ;; ---- integers of any size

    (define (signed n size) (if (>= n (expt 2 (- (* 8 size) 1))) (- n (expt 2 (* 8 size))) n))
    (define (check-range who n low high)
      (if (not (and (exact-integer? n) (<= low n) (< n high)))
          (raise (%make-condition 'out-of-range "the number does not fit:" (list n) who))))
    (define (unsigned-ref bytes k order size who)
      (if (little? order who)
          (do ((i (- size 1) (- i 1)) (n 0 (+ (* 256 n) (bytevector-u8-ref bytes (+ k i))))) ((< i 0) n))
          (do ((i 0 (+ i 1)) (n 0 (+ (* 256 n) (bytevector-u8-ref bytes (+ k i))))) ((= i size) n))))
    (define (any-set! bytes k n order size who)
      (let ((little? (little? order who)) (last (- size 1)))
        ;; All of it or nothing.
        (bytevector-u8-ref bytes k)
        (bytevector-u8-ref bytes (+ k last))
        (do ((i 0 (+ i 1)) (n n (arithmetic-shift n -8))) ((= i size))
          (bytevector-u8-set! bytes (+ k (if little? i (- last i))) (bitwise-and n 255)))))
    (define (unsigned-set! bytes k n order size who)
      (check-range who n 0 (expt 2 (* 8 size)))
      (any-set! bytes k n order size who))
    (define (signed-set! bytes k n order size who)
      (let ((half (expt 2 (- (* 8 size) 1))))
        (check-range who n (- half) half)
        (any-set! bytes k n order size who)))

    (define (bytevector-uint-ref bytes k order size) (unsigned-ref bytes k order size 'bytevector-uint-ref))
    (define (bytevector-sint-ref bytes k order size)
      (signed (unsigned-ref bytes k order size 'bytevector-sint-ref) size))
    (define (bytevector-uint-set! bytes k n order size) (unsigned-set! bytes k n order size 'bytevector-uint-set!))
    (define (bytevector-sint-set! bytes k n order size) (signed-set! bytes k n order size 'bytevector-sint-set!))
    (define (numbers ref bytes order size)
      (let ((length (bytevector-length bytes)))
        (if (not (= 0 (remainder length size))) (error "the length is no multiple of the size:" length size))
        (map (lambda (i) (ref bytes (* i size) order size)) (iota (quotient length size)))))
    (define (bytevector->uint-list bytes order size) (numbers bytevector-uint-ref bytes order size))
    (define (bytevector->sint-list bytes order size) (numbers bytevector-sint-ref bytes order size))
    (define (from-numbers set list order size)
      (let ((bytes (make-bytevector (* size (length list)))))
        (let loop ((k 0) (list list))
          (if (null? list)
              bytes
              (begin
                (set bytes k (car list) order size)
                (loop (+ k size) (cdr list)))))))
    (define (uint-list->bytevector list order size) (from-numbers bytevector-uint-set! list order size))
    (define (sint-list->bytevector list order size) (from-numbers bytevector-sint-set! list order size))

    (define (bytevector-s8-ref bytes k) (signed (bytevector-u8-ref bytes k) 1))
    (define (bytevector-s8-set! bytes k n) (signed-set! bytes k n 'little 1 'bytevector-s8-set!))

    (define-syntax define-sizes
      (syntax-rules ()
        ((_ (size u-ref s-ref u-set s-set u-native-ref s-native-ref u-native-set s-native-set) ...)
         (begin
           (begin
             (define (u-ref bytes k order) (unsigned-ref bytes k order size 'u-ref))
             (define (s-ref bytes k order) (signed (unsigned-ref bytes k order size 's-ref) size))
             (define (u-set bytes k n order) (unsigned-set! bytes k n order size 'u-set))
             (define (s-set bytes k n order) (signed-set! bytes k n order size 's-set))
             (define (u-native-ref bytes k) (unsigned-ref bytes k 'little size 'u-native-ref))
             (define (s-native-ref bytes k) (signed (unsigned-ref bytes k 'little size 's-native-ref) size))
             (define (u-native-set bytes k n) (unsigned-set! bytes k n 'little size 'u-native-set))
             (define (s-native-set bytes k n) (signed-set! bytes k n 'little size 's-native-set)))
           ...))))
    (define-sizes
      (2 bytevector-u16-ref bytevector-s16-ref bytevector-u16-set! bytevector-s16-set! bytevector-u16-native-ref
         bytevector-s16-native-ref bytevector-u16-native-set! bytevector-s16-native-set!)
      (4 bytevector-u32-ref bytevector-s32-ref bytevector-u32-set! bytevector-s32-set! bytevector-u32-native-ref
         bytevector-s32-native-ref bytevector-u32-native-set! bytevector-s32-native-set!)
      (8 bytevector-u64-ref bytevector-s64-ref bytevector-u64-set! bytevector-s64-set! bytevector-u64-native-ref
         bytevector-s64-native-ref bytevector-u64-native-set! bytevector-s64-native-set!))

    ;; ---- IEEE 754: sign, exponent, fraction, as exact numbers

    (define (decode bits exponent-bits fraction-bits)
      (let* ((fraction (modulo bits (expt 2 fraction-bits)))
             (exponent (modulo (quotient bits (expt 2 fraction-bits)) (expt 2 exponent-bits)))
             (most (- (expt 2 exponent-bits) 1))
             (bias (quotient most 2))
             (size (cond ((and (= exponent most) (= fraction 0)) +inf.0)
                         ((= exponent most) +nan.0)
                         ((= exponent 0) (inexact (* fraction (expt 2 (- 1 bias fraction-bits)))))
                         (else (inexact (* (+ fraction (expt 2 fraction-bits))
                                           (expt 2 (- exponent bias fraction-bits))))))))
        (if (odd? (quotient bits (expt 2 (+ exponent-bits fraction-bits)))) (- size) size)))
    ;; Rounds to the nearest, ties to even.
    (define (encode x exponent-bits fraction-bits)
      (let* ((most (- (expt 2 exponent-bits) 1))
             (bias (quotient most 2))
             (infinity (* most (expt 2 fraction-bits)))
             (negative? (or (< x 0) (eqv? x -0.0)))
             (size (abs x))
             (bits (cond ((nan? x) (+ infinity (expt 2 (- fraction-bits 1))))
                         ((infinite? x) infinity)
                         ((= size 0) 0)
                         (else
                          (let* ((q (exact size))
                                 (estimate (- (integer-length (numerator q)) (integer-length (denominator q))))
                                 (exponent (if (< q (expt 2 estimate)) (- estimate 1) estimate))
                                 (exponent (max exponent (- 1 bias)))
                                 ;; The leading bit adds one to the exponent; rounding may carry into it.
                                 (scaled (round (* q (expt 2 (- fraction-bits exponent))))))
                            (min infinity
                                 (+ scaled (* (+ exponent bias -1) (expt 2 fraction-bits)))))))))
        (if negative? (+ bits (expt 2 (+ exponent-bits fraction-bits))) bits)))

    (define (check-real who x)
      (if (not (real? x)) (raise (%make-condition 'wrong-type "expected a real number, got" (list x) who))))
    (define (bytevector-ieee-single-ref bytes k order)
      (decode (unsigned-ref bytes k order 4 'bytevector-ieee-single-ref) 8 23))
    (define (bytevector-ieee-double-ref bytes k order)
      (decode (unsigned-ref bytes k order 8 'bytevector-ieee-double-ref) 11 52))
    (define (bytevector-ieee-single-set! bytes k x order)
      (check-real 'bytevector-ieee-single-set! x)
      (any-set! bytes k (encode (inexact x) 8 23) order 4 'bytevector-ieee-single-set!))
    (define (bytevector-ieee-double-set! bytes k x order)
      (check-real 'bytevector-ieee-double-set! x)
      (any-set! bytes k (encode (inexact x) 11 52) order 8 'bytevector-ieee-double-set!))
    (define (bytevector-ieee-single-native-ref bytes k) (bytevector-ieee-single-ref bytes k 'little))
    (define (bytevector-ieee-double-native-ref bytes k) (bytevector-ieee-double-ref bytes k 'little))
    (define (bytevector-ieee-single-native-set! bytes k x) (bytevector-ieee-single-set! bytes k x 'little))
    (define (bytevector-ieee-double-native-set! bytes k x) (bytevector-ieee-double-set! bytes k x 'little))

    ;; ---- UTF-16 and UTF-32; big without an order, and texts may begin with a mark that tells it

    (define (order-of order) (if (pair? order) (car order) 'big))
    (define (string->utf16 text . order)
      (let* ((units (append-map
                     (lambda (c)
                       (let ((n (char->integer c)))
                         (if (< n #x10000)
                             (list n)
                             (let ((n (- n #x10000)))
                               (list (+ #xD800 (quotient n 1024)) (+ #xDC00 (remainder n 1024)))))))
                     (string->list text))))
        (uint-list->bytevector units (order-of order) 2)))
    (define (string->utf32 text . order)
      (uint-list->bytevector (map char->integer (string->list text)) (order-of order) 4))
    ;; The order, and whether a mark of it stands at the beginning.
    (define (marked bytes order size mandatory? k)
      (let ((first (lambda (order) (and (>= (bytevector-length bytes) size) (bytevector-uint-ref bytes 0 order size)))))
        (cond ((and mandatory?) (k order #f))
              ((eqv? (first 'big) #xFEFF) (k 'big #t))
              ((eqv? (first 'little) #xFEFF) (k 'little #t))
              (else (k order #f)))))
    (define replacement (integer->char #xFFFD))
    (define (scalar n) (if (or (<= #xD800 n #xDFFF) (> n #x10FFFF)) replacement (integer->char n)))
    (define (utf16->string bytes . options)
      (marked bytes (order-of options) 2 (and (pair? options) (pair? (cdr options)) (cadr options))
        (lambda (order mark?)
          (let loop ((units (let ((units (bytevector->uint-list bytes order 2))) (if mark? (cdr units) units))) (chars '()))
            (cond ((null? units) (list->string (reverse chars)))
                  ((and (<= #xD800 (car units) #xDBFF) (pair? (cdr units)) (<= #xDC00 (cadr units) #xDFFF))
                   (loop (cddr units)
                         (cons (integer->char (+ #x10000 (* 1024 (- (car units) #xD800)) (- (cadr units) #xDC00))) chars)))
                  (else (loop (cdr units) (cons (scalar (car units)) chars))))))))
    (define (utf32->string bytes . options)
      (marked bytes (order-of options) 4 (and (pair? options) (pair? (cdr options)) (cadr options))
        (lambda (order mark?)
          (let ((units (bytevector->uint-list bytes order 4)))
            (list->string (map scalar (if mark? (cdr units) units)))))))))
