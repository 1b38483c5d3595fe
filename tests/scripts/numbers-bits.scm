;; Bits of exact integers: Guile's names, SRFI 60 and SRFI 151, on fixnums and big numbers.
(import (scheme base) (scheme write) (srfi 151) (srfi 141)
        (only (srfi 60) logand logior logxor lognot logtest logcount ash rotate-bit-field reverse-bit-field integer->list
              list->integer booleans->integer copy-bit-field any-bits-set? bitwise-merge log2-binary-factors))
(define-syntax show
  (syntax-rules ()
    ((_ e ...) (begin (begin (write (guard (c ((error-object? c) 'error)) e)) (display " ")) ... (newline)))))
(define big (expt 3 60))
(show (bitwise-and 12 10) (bitwise-ior 12 10) (bitwise-xor 12 10) (bitwise-not 12) (bitwise-and) (bitwise-and -1 big) (bitwise-eqv 12 10)
      (bitwise-nand 12 10) (bitwise-nor 12 10) (bitwise-andc1 12 10) (bitwise-andc2 12 10) (bitwise-orc1 12 10) (bitwise-orc2 12 10))
(show (bitwise-and big (- big)) (bitwise-xor big (bitwise-not big)) (bitwise-ior (- big) 1) (logand 6 3) (logior 6 3) (logxor 6 3)
      (lognot 0) (logtest 4 6) (logtest 1 6))
(show (arithmetic-shift 8 2) (arithmetic-shift 8 -2) (arithmetic-shift -5 -1) (arithmetic-shift big 70) (arithmetic-shift (- big) -90)
      (arithmetic-shift big (- big)) (arithmetic-shift (- big) (- big)) (arithmetic-shift 0 big) (arithmetic-shift 1 big) (ash 1 100))
(show (bit-count 12) (bit-count -8) (bit-count big) (logcount 7) (integer-length 0) (integer-length 128) (integer-length -128)
      (integer-length -129) (integer-length big) (first-set-bit 0) (first-set-bit 40) (first-set-bit -28) (first-set-bit (* 8 big))
      (log2-binary-factors 8))
(show (bitwise-if 3 1 8) (bitwise-if 1 1 2) (bitwise-if #b00111100 #b11110000 #b00001111) (bitwise-merge 60 240 15)
      (bit-set? 1 1) (bit-set? 0 1) (bit-set? 3 10) (bit-set? 1000000 -1) (bit-set? 70 big) (bit-set? -1 5))
(show (copy-bit 0 0 #t) (copy-bit 2 0 #t) (copy-bit 2 #b1111 #f) (bit-swap 0 2 4) (any-bit-set? 3 6) (any-bit-set? 3 12) (every-bit-set? 4 6)
      (every-bit-set? 7 6) (any-bits-set? 2 6))
(show (bit-field #b1101101010 0 4) (bit-field #b1101101010 3 9) (bit-field #b1101101010 4 9) (bit-field -1 3 70) (bit-field 6 3 1)
      (bit-field-any? #b1001001 1 6) (bit-field-any? #b1000001 1 6) (bit-field-every? #b1011110 1 5) (bit-field-every? #b1011010 1 5))
(show (bit-field-clear #b101010 1 4) (bit-field-set #b101010 1 4) (bit-field-replace #b101010 #b010 1 4) (bit-field-replace-same #b1111 #b0000 1 3)
      (bit-field-rotate #b110 0 0 10) (bit-field-rotate #b110 1 1 2) (bit-field-rotate #b110 1 2 4) (bit-field-rotate #b0111 -1 1 4)
      (rotate-bit-field #b0100 3 0 4) (copy-bit-field 0 -1 1 4))
(show (bit-field-reverse 6 0 3) (bit-field-reverse 6 1 3) (bit-field-reverse 1 0 32) (= (bit-field-reverse 1 0 1000) (arithmetic-shift 1 999))
      (reverse-bit-field #xa7 0 8) (= big (bit-field-reverse (bit-field-reverse big 0 96) 0 96)))
(show (bits->list 6) (bits->list 6 5) (bits->vector #b1110101) (list->bits '(#t #f #t #t)) (vector->bits #(#f #t #f #t)) (bits #t #f #t)
      (= big (list->bits (bits->list big))) (integer->list 6) (list->integer '(#t #t #f)) (booleans->integer #t #f #t #f))
(show (bitwise-fold cons '() 10) (let ((count 0)) (bitwise-for-each (lambda (b) (if b (set! count (+ count 1)))) big) count)
      (bitwise-unfold (lambda (i) (= i 10)) even? (lambda (i) (+ i 1)) 0)
      (let ((g (make-bitwise-generator #b110))) (let* ((a (g)) (b (g)) (c (g)) (d (g))) (list a b c d))))
(show (bitwise-and 1.0 2) (bitwise-not 1/2) (arithmetic-shift 1 1.5) (bit-count 'x) (integer-length 1.0))
;; SRFI 141.
(define-syntax both (syntax-rules () ((_ e ...) (show (call-with-values (lambda () e) list) ...))))
(both (floor/ -7 2) (ceiling/ -7 2) (truncate/ -7 2) (round/ -7 2) (euclidean/ -7 2) (balanced/ -7 2) (round/ 7 -2) (euclidean/ 7 -2)
      (balanced/ 7 4) (floor/ big -1000) (euclidean/ (- big) 1000) (balanced/ big 1000) (floor/ 7.0 2) (floor/ 7/2 1/3) (round/ 1 0))
;; In loops, where fixnums become big.
(show (let loop ((i 0) (x 1)) (if (= i 200) x (loop (+ i 1) (bitwise-xor (arithmetic-shift x 1) (bitwise-and i 3))))))
(show (let loop ((i 0) (x (expt 7 90)) (n 0)) (if (= i 260) n (loop (+ i 1) (arithmetic-shift x -1) (+ n (bitwise-and x 1))))))
(show (let loop ((i 0) (q 0) (r 0)) (if (= i 400) (list q r) (let-values (((a b) (floor/ (- (* i i) 40000) 7))) (loop (+ i 1) (+ q a) (+ r b))))))
(show (let loop ((i 0) (q 0) (r 0)) (if (= i 400) (list q r) (loop (+ i 1) (+ q (truncate-quotient (- i 200) 7)) (+ r (truncate-remainder (- i 200) 7) (floor-remainder (- i 200) 7) (floor-quotient (- i 200) -7))))))
;; SRFI 143.
(import (prefix (srfi 143) f:))
(show f:fx-width (= f:fx-greatest (- (expt 2 60) 1)) (= f:fx-least (- (expt 2 60))) (f:fx+ 1 2) (f:fx- 1 2) (f:fx* 3 4) (f:fxneg 5) (f:fxquotient -7 2)
      (f:fxremainder -7 2) (f:fxabs -3) (f:fxsquare 9) (f:fx+ f:fx-greatest 1) (f:fx* f:fx-least -1) (f:fx+ 1.0 2) (f:fxquotient 1 0))
(show (f:fx=? 1 1 1) (f:fx<? 1 2 3) (f:fx>? 1 2) (f:fx<=? 1 1) (f:fx>=? 3 2 4) (f:fxmax 1 5 3) (f:fxmin 4 2) (f:fxzero? 0) (f:fxodd? 3) (f:fxeven? 3)
      (f:fxpositive? -1) (f:fxnegative? -1) (f:fxand 12 10) (f:fxior 12 10) (f:fxxor 12 10) (f:fxnot 0) (f:fxarithmetic-shift 1 4)
      (f:fxarithmetic-shift-left 1 60) (f:fxarithmetic-shift-right -8 1) (f:fxbit-count 7) (f:fxlength 255) (f:fxif 1 1 2) (f:fxbit-set? 1 2)
      (f:fxcopy-bit 0 0 #t) (f:fxfirst-set-bit 8) (f:fxbit-field 22 1 3) (f:fxbit-field-rotate 6 1 1 2) (f:fxbit-field-reverse 6 0 3))
(both (f:fxsqrt 17) (f:fx+/carry f:fx-greatest 1 0) (f:fx-/carry f:fx-least 1 0) (f:fx*/carry f:fx-greatest f:fx-greatest 1))
;=> 8 14 6 -13 -1 42391158275216203514294433201 -7 -9 -15 2 4 -5 -3
;=> 1 -1 -42391158275216203514294433201 2 7 5 -1 #t #f
;=> 32 2 -3 50046646252225799669066498328345194358436710580224 -35 0 -1 0 error 1267650600228229401496703205376
;=> 2 3 56 3 0 8 7 8 96 -1 3 2 3 3
;=> 9 3 51 51 #f #t #t #t #t error
;=> 1 4 11 1 #t #f #t #f #t
;=> 10 45 22 147573952589676412927 error #t #f #t #f
;=> 32 46 36 9 6 6 10 11 2 14
;=> 3 6 2147483648 #t 229 #t
;=> (#f #t #t) (#f #t #t #f #f) #(#t #f #t #f #t #t #t) 13 10 5 #t (#t #t #f) 6 10
;=> (#t #f #t #f) 56 341 (#f #t #t #f)
;=> error error error error error
;=> (-4 1) (-3 -1) (-3 -1) (-4 1) (-4 1) (-3 -1) (-4 -1) (-3 1) (2 -1) (-42391158275216203514294434 -799) (-42391158275216203514294434 799) (42391158275216203514294433 201) (3.0 1.0) (10 1/6) error
;=> 1928325653110788330650354510809395123026643592539351402361651
;=> 132
;=> (750314 1202)
;=> (-28 1053)
;=> 61 #t #t 3 -1 12 -5 -3 -1 3 81 error error error error
;=> #t #t #f #t #f 5 2 #t #t #f #f #t 8 14 6 -1 16 error -4 3 8 3 #t 1 3 3 6 3
;=> (4 1) (-1152921504606846976 1) (1152921504606846975 -1) (2 576460752303423487)
