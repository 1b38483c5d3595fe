;; Texts of numbers: number->string and string->number (R7RS 6.2.7, 7.1.1), and random numbers (SRFI 27, Guile).
(define-syntax show
  (syntax-rules ()
    ((_ e ...) (begin (begin (write (guard (c (#t 'error)) e)) (display " ")) ... (newline)))))
(show (number->string 10) (number->string 255 16) (number->string -255 2) (number->string 1/3 3) (number->string 0.5 2) (number->string 1e23)
      (number->string 123456.789) (number->string -0.0) (number->string 1-i) (number->string 35 36) (number->string 1 37) (number->string 'a))
(show 1e21 1e20 123456789.5 1e-6 1e-7 5e-324 1.7976931348623157e308 0.1 100.0 4.35 2/4 -6/3 1e0 .5 5. -.5e1)
(show (string->number "1e3") (string->number "1E3") (string->number "-1.5e-3") (string->number "#b101") (string->number "#o-17") (string->number "#xFf")
      (string->number "#d10") (string->number "#i1/4") (string->number "#e.25") (string->number "#e#x10") (string->number "#x#e10") (string->number "zz" 36)
      (string->number "0.1" 2) (string->number "#e1e400000000"))
(show (string->number "") (string->number "+") (string->number "-") (string->number ".") (string->number "1+") (string->number "1/") (string->number "/2")
      (string->number "1/0") (string->number "1e") (string->number "e1") (string->number "--1") (string->number "1.2.3") (string->number "#x") (string->number "#xg")
      (string->number "#x1.5") (string->number "1_000") (string->number "inf.0") (string->number "+inf.0") (string->number "-inf.0") (string->number "+nan.0")
      (string->number "+inf") (string->number "1 ") (string->number " 1") (string->number "#e+inf.0"))
(show (string->number "+i") (string->number "-i") (string->number "1+i") (string->number "1-2i") (string->number "1.5+2/3i") (string->number "+inf.0i")
      (string->number "-inf.0+nan.0i") (string->number "1@0") (string->number "#e1.5+2i") (string->number "#i1+2i") (string->number "#x1+ai") (string->number "1i")
      (string->number "1+2") (string->number "1@2i") (string->number "i") (string->number "+1e2i"))
(define (round-trip? x radix) (eqv? x (string->number (number->string x radix) radix)))
(define samples (list 0 1 -1 (expt 7 40) (- (expt 2 64)) 1/3 -22/7 0.1 -0.0 1e100 1e-300 12345.678 (sqrt 2) +inf.0 -inf.0 +nan.0 1+2i -1/2-3/4i 0.5+1e10i))
(show (let loop ((radix 2) (bad '()))
        (if (> radix 18) bad
            (loop (+ radix 1) (let check ((l samples) (bad bad)) (cond ((null? l) bad) ((round-trip? (car l) radix) (check (cdr l) bad)) (else (check (cdr l) (cons (list (car l) radix) bad)))))))))
(show (let loop ((i 0) (bad 0)) (if (= i 500) bad (loop (+ i 1) (if (let ((x (/ (* i 1.1) 7))) (eqv? x (string->number (number->string x)))) bad (+ bad 1))))))
;; What is too large is an error, at once.
(show (expt 2 (expt 10 10)) (expt 3 (expt 10 30)) (expt 1 (expt 10 30)) (expt -1 (+ 1 (expt 10 30))) (expt 0 (expt 10 30)) (ash 1 (expt 10 12))
      (expt 2.0 (expt 10 10)) (expt 1/2 (expt 10 10)) (expt 1+i (expt 10 10)) (exact 1e308))
(define (digit-sum n) (let loop ((l (string->list (number->string n))) (s 0)) (if (null? l) s (loop (cdr l) (+ s (- (char->integer (car l)) 48))))))
(show (digit-sum (expt 3 5000)) (digit-sum (let loop ((i 1) (x 1)) (if (> i 500) x (loop (+ i 1) (* i x))))))
;; Random numbers: in range, repeatable, independent of each other's draws.
(define (all-in? n draw test) (let loop ((i 0)) (or (= i n) (and (test (draw)) (loop (+ i 1))))))
(define state (seed->random-state 42))
(define copy (copy-random-state state))
(show (all-in? 300 (lambda () (random 10)) (lambda (x) (and (exact-integer? x) (<= 0 x 9))))
      (all-in? 300 (lambda () (random 1.5)) (lambda (x) (and (inexact? x) (<= 0 x) (< x 1.5))))
      (all-in? 100 (lambda () (random (expt 10 40))) (lambda (x) (< -1 x (expt 10 40))))
      (all-in? 300 random:uniform (lambda (x) (and (<= 0 x) (< x 1)))) (all-in? 100 random:exp positive?) (all-in? 100 random:normal real?)
      (random 1) (random 0) (random -1) (random 'x) (random 10 'x))
(show (= (random 1000000000 state) (random 1000000000 copy)) (= (random (expt 10 50) state) (random (expt 10 50) copy)) (random-state? state) (random-state? 5)
      (random-state? *random-state*))
(show (random 1000 (seed->random-state "limpet")) (random 1000 (seed->random-state 1)) (random 1000 (seed->random-state 2)))
(import (srfi 27))
(define s (make-random-source))
(random-source-pseudo-randomize! s 1 2)
(define saved (random-source-state-ref s))
(define draw (random-source-make-integers s))
(define first-draws (list (draw 100) (draw 1000) (draw (expt 10 30))))
(random-source-state-set! s saved)
(show (equal? first-draws (let* ((a (draw 100)) (b (draw 1000)) (c (draw (expt 10 30)))) (list a b c))) (random-source? s) (random-source? 'x)
      (all-in? 100 (random-source-make-reals s) (lambda (x) (< 0 x 1))) (all-in? 100 (random-source-make-reals s 1/10) (lambda (x) (and (exact? x) (< 0 x 1))))
      (all-in? 100 random-real (lambda (x) (< 0 x 1))) (all-in? 100 (lambda () (random-integer 6)) (lambda (x) (< -1 x 6))) (random-integer 0)
      (random-source-state-set! s 5))
(random-source-randomize! s)
(show (let ((a (draw (expt 2 200)))) (random-source-randomize! s) (= a (draw (expt 2 200)))))
;=> "10" "ff" "-11111111" "1/10" "0.1" "1.0e23" "123456.789" "-0.0" "1-i" "z" error error
;=> 1.0e21 1.0e20 123456789.5 1.0e-6 1.0e-7 5.0e-324 1.7976931348623157e308 0.1 100.0 4.35 1/2 -2 1.0 0.5 5.0 -5.0
;=> 1000.0 1000.0 -0.0015 5 -15 255 10 0.25 1/4 16 16 1295 0.5 #f
;=> #f #f #f #f #f #f #f #f #f #f #f #f #f #f #f #f #f +inf.0 -inf.0 +nan.0 #f #f #f #f
;=> +i -i 1+i 1-2i 1.5+0.6666666666666666i 0.0+inf.0i -inf.0+nan.0i 1 3/2+2i 1.0+2.0i 1+10i #f #f #f #f 0.0+100.0i
;=> ()
;=> 0
;=> error error 1 -1 0 error +inf.0 error error 100000000000000001097906362944045541740492309677311846336810682903157585404911491537163328978494688899061249669721172515611590283743140088328307009198146046031271664502933027185697489699588559043338384466165001178426897626212945177628091195786707458122783970171784415105291802893207873272974885715430223118336
;=> 11097 4599
;=> #t #t #t #t #t #t 0 error error error error
;=> #t #t #t #f #t
;=> 835 817 505
;=> #t #t #f #t #t #t #t error error
;=> #f
