;; The numeric tower, R7RS 6.2: exactness, complex numbers, division, roots and powers, what is compared how.
(import (scheme base) (scheme read) (scheme write) (scheme inexact) (scheme complex))
(define-syntax show
  (syntax-rules ()
    ((_ e ...) (begin (begin (write (guard (c ((error-object? c) 'error)) e)) (display " ")) ... (newline)))))
(define-syntax both
  (syntax-rules () ((_ e ...) (show (call-with-values (lambda () e) list) ...))))

;; The report's examples.
(show (complex? 3+4i) (complex? 3) (real? 3) (real? -2.5+0i) (real? -2.5+0.0i) (real? 1e10) (real? +inf.0) (rational? -inf.0)
      (rational? 6/10) (rational? 6/3) (integer? 3+0i) (integer? 3.0) (integer? 8/4) (rational? 1+i))
(show (exact? 3.0) (exact? #e3.0) (inexact? 3.) (exact? 1+2i) (exact? 1.0+2i) (exact-integer? 32) (exact-integer? 32.0)
      (exact-integer? 32/5))
(show (finite? 3) (finite? +inf.0) (finite? 3.0+inf.0i) (infinite? 3.0) (infinite? +nan.0) (infinite? 3.0+inf.0i) (nan? +nan.0)
      (nan? 32) (nan? +nan.0+5.0i) (nan? 1+2i))
(show (max 3 4) (max 3.9 4) (min 1/2 0.25) (max 1 +nan.0) (+ 3 4) (+ 3) (+) (* 4) (*) (- 3 4) (- 3 4 5) (- 3) (/ 3 4 5) (/ 3)
      (abs -7) (abs -1/2) (magnitude -7) (magnitude 3+4i) (magnitude 1+i))
(both (floor/ 5 2) (floor/ -5 2) (floor/ 5 -2) (floor/ -5 -2) (truncate/ 5 2) (truncate/ -5 2) (truncate/ 5 -2)
      (truncate/ -5 -2) (truncate/ -5.0 2) (exact-integer-sqrt 4) (exact-integer-sqrt 5))
(show (gcd 32 -36) (gcd) (lcm 32 -36) (lcm 32.0 -36) (lcm) (numerator (/ 6 4)) (denominator (/ 6 4)) (denominator (inexact (/ 6 4)))
      (numerator 0.5) (denominator 0))
(show (floor -4.3) (ceiling -4.3) (truncate -4.3) (round -4.3) (floor 3.5) (ceiling 3.5) (truncate 3.5) (round 3.5) (round 7/2)
      (round 7) (round -5/2) (rationalize (exact .3) 1/10) (rationalize .3 1/10))
(show (square 42) (square 2.0) (square 1+i) (sqrt 9) (sqrt -1) (sqrt 16/25) (sqrt -4.0) (sqrt 1e100) (exact (floor 2.5)) (exact 2.5)
      (inexact 1/3) (exact 1e20) (exact 1.5+2.0i))
(show (number->string 255 16) (string->number "100") (string->number "100" 16) (string->number "1e2") (string->number "#x-f/A")
      (string->number "abc") (string->number "1@0") (string->number "+i") (string->number "1/0"))

;; Complex arithmetic is exact while its operands are.
(show (+ 1+2i 3-2i) (* 1+2i 1-2i) (/ 1+2i 3+4i) (- 1/2+i 1/2) (* 2 1.5+i) (= 1+2i 1.0+2.0i) (eqv? 1+2i 1.0+2.0i) (equal? 1+2i 1+2i)
      (zero? 0.0+0.0i) (expt +i 2) (expt 1+i 10) (expt 1+i -2) (expt 1/2 -3) (expt -4 1/2) (expt 8/27 2/3) (expt 2 0.5))
(show (make-rectangular 1 2) (make-rectangular 1 0) (make-rectangular 1 0.0) (make-polar 2 0) (real-part 1+2i) (imag-part 1+2i)
      (imag-part 5) (angle 1) (angle -1) (angle +i) (exp 0) (log 1) (sin 0) (atan 1 1) (atan 0 1) (atan -1 0) (log 8 2)
      (log 1000 10))
(show (exp +i) (log -1) (asin 2) (acos 2) (atan 1+i) (sqrt -3+4i) (expt -1 .5) (sin 1+i) (cos 1+i))
(show (< 1 +i) (max 1+i) (floor 1+i) (abs +i) (exact +nan.0) (exact -inf.0) (/ 1 0) (/ 1+i 0) (/ 1 0.0) (/ -1 0.0) (expt 0 -1)
      (sqrt 'x) (+ 1 "2") (log 0) (quotient 1.5 2) (exact-integer-sqrt -1))

;; Comparisons of exact with inexact numbers do not round, so they are transitive.
(define big (expt 2 53))
(show (= (+ big 1) (inexact big)) (< (inexact big) (+ big 1)) (= 1/3 (/ 1.0 3)) (< 1/3 (/ 1.0 3)) (= 1 1.0 1) (< 1 1.5 2 5/2)
      (= (expt 10 400) +inf.0) (< (expt 10 400) +inf.0) (< -inf.0 (- (expt 10 400))) (= +nan.0 +nan.0) (< 1 +nan.0))
(show (eqv? 0.0 -0.0) (= 0.0 -0.0) (eqv? +nan.0 (- +nan.0)) (eqv? 1.0+0.0i 1.0-0.0i) (eqv? (expt 2 100) (expt 2 100)) (eq? 1/2 'x)
      (eqv? 1/2 2/4) (equal? '(1/2 1+i) (list (/ 2 4) (make-rectangular 1 1))))

;; Numbers are literals, data and keys.
(show '(1/2 -3+4i 1e400 -0.0 #xff/2 #e1.25 12345678901234567890) #(1/2 +i))
(show (let ((p (open-input-string "1/2 +i 1@0 #e1e3 -1.5e2-2i 123456789012345678901234567890"))) (list (read p) (read p) (read p) (read p) (read p) (read p) (eof-object? (read p)))))
(show (cond ((assv 1/2 '((1/3 . a) (1/2 . b))) => cdr)) (cond ((assoc +2i '((+i . a) (+2i . b))) => cdr)) (memv 1e300 '(1 1e300)))

;; The same sites with numbers of every kind: traces for one kind meet the others.
(define (mix n seeds f)
  (let loop ((i 0) (xs seeds) (r '()))
    (if (= i n)
        (reverse r)
        (loop (+ i 1) (if (null? (cdr xs)) seeds (cdr xs)) (cons (f (car xs)) r)))))
(define (sum l) (let loop ((l l) (s 0)) (if (null? l) s (loop (cdr l) (+ s (car l))))))
(define kinds (list 1 1/2 0.5 +i 1.5-2.0i (expt 2 80) -3 (/ (expt 2 80) 3) 4))
(show (sum (mix 900 (list 1 1/2 +i (expt 2 80) -3) (lambda (x) (* x x)))))
(show (sum (mix 900 kinds (lambda (x) (if (real? x) (if (< x 1) 1 0) 2)))))
(show (sum (mix 900 '(4 -4 1/4 16 2) (lambda (x) (if (exact? (sqrt x)) (sqrt x) 0)))))
(show (sum (mix 300 kinds (lambda (x) (if (exact? x) (- (/ x 3) x) 0)))))
(show (let loop ((i 0) (z 0.0+0.0i)) (if (= i 200) z (loop (+ i 1) (+ (* z z) -0.5+0.25i)))))
(show (let loop ((i 1) (s 0)) (if (> i 60) s (loop (+ i 1) (+ s (/ 1 i))))))
(show (let loop ((i 0) (x 1)) (if (= i 300) (modulo x 1000000007) (loop (+ i 1) (* x 7)))))
(show (let loop ((i 0) (x -1.0) (r 0)) (if (= i 200) r (loop (+ i 1) (- x) (+ r (magnitude (sqrt x)))))))
;=> #t #t #t #t #f #t #t #f #t #t #t #t #t #f
;=> #f #t #t #t #f #t #f #f
;=> #t #f #f #f #f #t #t #f #t #f
;=> 4 4.0 0.25 +nan.0 7 3 0 4 1 -1 -6 -3 3/20 1/3 7 1/2 7 5 1.4142135623730951
;=> (2 1) (-3 1) (-3 -1) (2 -1) (2 1) (-2 -1) (-2 1) (2 -1) (-2.0 -1.0) (2 0) (2 1)
;=> 4 0 288 288.0 1 3 2 2.0 1.0 1
;=> -5.0 -4.0 -4.0 -4.0 3.0 4.0 3.0 4.0 4 7 -2 1/3 0.3333333333333333
;=> 1764 4.0 +2i 3 +i 4/5 0.0+2.0i 1.0e50 2 5/2 0.3333333333333333 100000000000000000000 3/2+2i
;=> "ff" 100 256 100.0 -3/2 #f 1 +i #f
;=> 4 5 11/25+2/25i +i 3.0+2.0i #t #f #t #t -1 +32i -1/2i 8 +2i 4/9 1.4142135623730951
;=> 1+2i 1 1.0+0.0i 2 1 2 0 0 3.141592653589793 1.5707963267948966 1 0 0 0.7853981633974483 0 -1.5707963267948966 3.0 3.0
;=> 0.5403023058681398+0.8414709848078965i 0.0+3.141592653589793i 1.5707963267948966-1.3169578969248166i 0.0+1.3169578969248166i 1.0172219678978514+0.40235947810852507i 1+2i 6.123233995736766e-17+1.0i 1.2984575814159773+0.6349639147847361i 0.8337300251311491-0.9888977057628651i
;=> error error error error error error error error +inf.0 -inf.0 error error error error error error
;=> #f #t #f #f #t #t #f #t #t #f #f
;=> #f #t #t #f #t #f #t #t
;=> (1/2 -3+4i +inf.0 -0.0 255/2 5/4 12345678901234567890) #(1/2 +i)
;=> (1/2 +i 1 1000 -150.0-2.0i 123456789012345678901234567890 #t)
;=> b b (1.0e300)
;=> 263070294719562525276663269888930943538067857737345
;=> 700
;=> 1170+360i
;=> -106385472126087367374143656/3-22i
;=> -0.37765865091221396+0.14242439229657053i
;=> 15117092380124150817026911/3230237388259077233637600
;=> 678144625
;=> 200.0
