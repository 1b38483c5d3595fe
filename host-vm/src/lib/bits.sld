;; Bits of exact integers: what SRFI 60 and SRFI 151 have beyond the primitives. Where the two name the same thing
;; differently the libraries rename.
;;
;; Everything is arithmetic on whole numbers, so that big ones take no loop over their bits where a mask does it.

(define-library (limpet bits)
  (import (limpet core) (limpet control))
  (export bitwise-eqv bitwise-nand bitwise-nor bitwise-andc1 bitwise-andc2 bitwise-orc1 bitwise-orc2 bitwise-if
          any-bit-set? every-bit-set? copy-bit bit-swap bit-field-any? bit-field-every? bit-field-clear
          bit-field-set bit-field-replace bit-field-replace-same bit-field-rotate bit-field-reverse
          bits->list bits->vector list->bits vector->bits bits bitwise-fold bitwise-for-each bitwise-unfold
          make-bitwise-generator integer->list list->integer booleans->integer copy-bit-field)
  (begin

    (define (fold-bits f unit numbers)
      (let loop ((numbers numbers) (result unit))
        (if (null? numbers) result (loop (cdr numbers) (f result (car numbers))))))

    (define (bitwise-eqv . numbers) (fold-bits (lambda (a b) (bitwise-not (bitwise-xor a b))) -1 numbers))
    (define (bitwise-nand a b) (bitwise-not (bitwise-and a b)))
    (define (bitwise-nor a b) (bitwise-not (bitwise-ior a b)))
    (define (bitwise-andc1 a b) (bitwise-and (bitwise-not a) b))
    (define (bitwise-andc2 a b) (bitwise-and a (bitwise-not b)))
    (define (bitwise-orc1 a b) (bitwise-ior (bitwise-not a) b))
    (define (bitwise-orc2 a b) (bitwise-ior a (bitwise-not b)))
    (define (bitwise-if mask a b)
      (bitwise-ior (bitwise-and mask a) (bitwise-and (bitwise-not mask) b)))
    (define (any-bit-set? test-bits n) (not (eqv? 0 (bitwise-and test-bits n))))
    (define (every-bit-set? test-bits n) (= test-bits (bitwise-and test-bits n)))

    ;; Ones from bit `start` up to bit `end`.
    (define (mask start end)
      (if (<= 0 start end)
          (arithmetic-shift (bitwise-not (arithmetic-shift -1 (- end start))) start)
          (error "the bounds of a bit field are not in order:" start end)))

    (define (copy-bit index n bit)
      (let ((one (arithmetic-shift 1 index)))
        (if bit (bitwise-ior n one) (bitwise-and n (bitwise-not one)))))
    (define (bit-swap i j n)
      (let ((a (bit-set? i n)) (b (bit-set? j n)))
        (copy-bit j (copy-bit i n b) a)))

    (define (bit-field-any? n start end) (any-bit-set? (mask start end) n))
    (define (bit-field-every? n start end) (every-bit-set? (mask start end) n))
    (define (bit-field-clear n start end) (bitwise-and n (bitwise-not (mask start end))))
    (define (bit-field-set n start end) (bitwise-ior n (mask start end)))
    (define (bit-field-replace to from start end)
      (bitwise-if (mask start end) (arithmetic-shift from start) to))
    (define (bit-field-replace-same to from start end) (bitwise-if (mask start end) from to))
    (define (bit-field-rotate n count start end)
      (let ((width (- end start)) (ones (mask start end)))
        (if (eqv? width 0)
            n
            (let* ((count (modulo count width)) (field (bit-field n start end))
                   (rotated (bitwise-ior (arithmetic-shift field count) (arithmetic-shift field (- count width)))))
              (bitwise-if ones (arithmetic-shift rotated start) n)))))
    ;; Halves change places, and so on within them, so that a field of n bits takes log n steps over whole numbers.
    (define (reversed field width)
      (if (<= width 32)
          (let loop ((i 0) (field field) (result 0))
            (if (= i width)
                result
                (loop (+ i 1) (arithmetic-shift field -1)
                      (bitwise-ior (arithmetic-shift result 1) (bitwise-and field 1)))))
          (let ((low (quotient width 2)))
            (bitwise-ior (arithmetic-shift (reversed (bit-field field 0 low) low) (- width low))
                         (reversed (arithmetic-shift field (- low)) (- width low))))))
    (define (bit-field-reverse n start end)
      (bitwise-if (mask start end)
                  (arithmetic-shift (reversed (bit-field n start end) (- end start)) start)
                  n))

    ;; Least significant bit first; a negative number needs a length.
    (define bits->list
      (case-lambda
        ((n) (if (negative? n)
                 (error "bits->list: a negative number has no first bit:" n)
                 (bits->list n (integer-length n))))
        ((n length)
         (let loop ((i (- length 1)) (result '()))
           (if (negative? i) result (loop (- i 1) (cons (bit-set? i n) result)))))))
    (define (bits->vector n . length) (list->vector (apply bits->list n length)))
    ;; A big number is made of chunks of 58 bits.
    (define (list->bits booleans)
      (let loop ((booleans booleans) (at 0) (one 1) (chunk 0) (result 0))
        (cond ((null? booleans) (bitwise-ior result (arithmetic-shift chunk at)))
              ((= one 288230376151711744)
               (loop booleans (+ at 58) 1 0 (bitwise-ior result (arithmetic-shift chunk at))))
              (else (loop (cdr booleans) at (* one 2) (if (car booleans) (+ chunk one) chunk) result)))))
    (define (vector->bits vector) (list->bits (vector->list vector)))
    (define (bits . booleans) (list->bits booleans))
    (define (bitwise-fold f seed n)
      (let ((length (integer-length n)))
        (let loop ((i 0) (result seed))
          (if (= i length) result (loop (+ i 1) (f (bit-set? i n) result))))))
    (define (bitwise-for-each f n)
      (let ((length (integer-length n)))
        (let loop ((i 0))
          (if (< i length) (begin (f (bit-set? i n)) (loop (+ i 1)))))))
    (define (bitwise-unfold stop? mapper successor seed)
      (let loop ((state seed) (booleans '()))
        (if (stop? state)
            (list->bits (reverse booleans))
            (loop (successor state) (cons (mapper state) booleans)))))
    (define (make-bitwise-generator n)
      (let ((i -1))
        (lambda () (set! i (+ i 1)) (bit-set? i n))))

    ;; SRFI 60: most significant bit first.
    (define (integer->list n . length) (reverse (apply integer->booleans n length)))
    (define (integer->booleans n . length)
      (if (pair? length) (bits->list n (car length)) (bits->list n)))
    (define (list->integer booleans) (list->bits (reverse booleans)))
    (define (booleans->integer . booleans) (list->integer booleans))
    ;; SRFI 60 shifts the source; its bounds come last.
    (define (copy-bit-field to from start end) (bit-field-replace to from start end))))
