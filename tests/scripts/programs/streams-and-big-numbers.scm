;; Streams by promises (primes, Hamming numbers, series of pi) and large integers (Fibonacci, factorials, digits of pi and e).
(import (scheme base) (scheme lazy) (scheme write))
(define (show x) (write x) (newline))

(define-syntax stream-cons (syntax-rules () ((_ a b) (cons a (delay b)))))
(define (stream-cdr s) (force (cdr s)))
(define (take s n) (if (= n 0) '() (cons (car s) (take (stream-cdr s) (- n 1)))))
(define (nth s n) (if (= n 0) (car s) (nth (stream-cdr s) (- n 1))))
(define (stream-map f . ss) (stream-cons (apply f (map car ss)) (apply stream-map f (map stream-cdr ss))))
(define (stream-filter p s)
  (if (p (car s)) (stream-cons (car s) (stream-filter p (stream-cdr s))) (stream-filter p (stream-cdr s))))
(define (from n) (stream-cons n (from (+ n 1))))
(define (scale s k) (stream-map (lambda (x) (* x k)) s))
(define (merge a b)
  (cond ((< (car a) (car b)) (stream-cons (car a) (merge (stream-cdr a) b)))
        ((> (car a) (car b)) (stream-cons (car b) (merge a (stream-cdr b))))
        (else (stream-cons (car a) (merge (stream-cdr a) (stream-cdr b))))))

;; A prime is what no smaller prime up to its root divides; the stream looks at itself.
(define primes
  (stream-cons 2 (stream-filter (lambda (n)
                                  (let loop ((s primes))
                                    (let ((p (car s)))
                                      (cond ((> (* p p) n) #t) ((= 0 (modulo n p)) #f) (else (loop (stream-cdr s)))))))
                                (from 3))))
(show (take primes 25))
(show (nth primes 400))
(define hamming (stream-cons 1 (merge (scale hamming 2) (merge (scale hamming 3) (scale hamming 5)))))
(show (take hamming 20))
(show (nth hamming 250))
(define fibonacci (stream-cons 0 (stream-cons 1 (stream-map + fibonacci (stream-cdr fibonacci)))))
(show (nth fibonacci 200))
(define (partial-sums s) (let sums ((s s) (total 0)) (let ((t (+ total (car s)))) (stream-cons t (sums (stream-cdr s) t)))))
(define (pi-terms n) (stream-cons (/ 4 n) (stream-map - (pi-terms (+ n 2)))))
(show (nth (partial-sums (pi-terms 1)) 8))

;; Fibonacci numbers by doubling
(define (fib-pair n)
  (if (= n 0)
      (values 0 1)
      (let-values (((a b) (fib-pair (quotient n 2))))
        (let* ((c (* a (- (* 2 b) a))) (d (+ (* a a) (* b b))))
          (if (even? n) (values c d) (values d (+ c d)))))))
(define (fib n) (let-values (((a b) (fib-pair n))) a))
(show (fib 1000))
(show (string-length (number->string (fib 20000))))
(define (factorial n) (if (= n 0) 1 (* n (factorial (- n 1)))))
(define (digit-sum n) (let loop ((n n) (s 0)) (if (= n 0) s (loop (quotient n 10) (+ s (remainder n 10))))))
(show (factorial 60))
(show (digit-sum (factorial 200)))
(show (/ (factorial 50) (* (factorial 25) (factorial 25))))
;; Digits of pi one by one (Gibbons' spigot)
(define (pi-digits count)
  (let loop ((q 1) (r 0) (t 1) (k 1) (n 3) (l 3) (digits '()))
    (cond ((= (length digits) count) (reverse digits))
          ((< (- (+ (* 4 q) r) t) (* n t))
           (loop (* 10 q) (* 10 (- r (* n t))) t k (- (quotient (* 10 (+ (* 3 q) r)) t) (* 10 n)) l (cons n digits)))
          (else
           (loop (* q k) (* (+ (* 2 q) r) l) (* t l) (+ k 1) (quotient (+ (* q (+ (* 7 k) 2)) (* r l)) (* t l)) (+ l 2) digits)))))
(show (apply string-append (map number->string (pi-digits 60))))
;; e as a rational number, and its digits
(define e (let loop ((k 0) (term 1) (sum 0)) (if (= k 40) sum (loop (+ k 1) (/ term (+ k 1)) (+ sum term)))))
(show (quotient (* (numerator e) (expt 10 40)) (denominator e)))
;; The extended Euclidean algorithm, modular powers, a toy of RSA
(define (power-modulo b n m)
  (cond ((= n 0) 1) ((even? n) (power-modulo (modulo (* b b) m) (quotient n 2) m)) (else (modulo (* b (power-modulo b (- n 1) m)) m))))
(define (inverse-modulo a m)
  (let loop ((r0 m) (r1 (modulo a m)) (t0 0) (t1 1))
    (if (= r1 0) (modulo t0 m) (let ((q (quotient r0 r1))) (loop r1 (- r0 (* q r1)) t1 (- t0 (* q t1)))))))
(let* ((p 1000000007) (q 998244353) (n (* p q)) (secret (inverse-modulo 65537 (* (- p 1) (- q 1)))) (message 123456789012345678)
       (cipher (power-modulo message 65537 n)))
  (show (list cipher (power-modulo cipher secret n))))
(show (list (power-modulo 2 (- (expt 2 89) 2) (- (expt 2 89) 1)) (let-values (((s r) (exact-integer-sqrt (expt 10 41)))) (list s r))))
;=> (2 3 5 7 11 13 17 19 23 29 31 37 41 43 47 53 59 61 67 71 73 79 83 89 97)
;=> 2749
;=> (1 2 3 4 5 6 8 9 10 12 15 16 18 20 24 25 27 30 32 36)
;=> 39366
;=> 280571172992510140037611932413038677189525
;=> 2490548/765765
;=> 43466557686937456435688527675040625802564660517371780402481729089536555417949051890403879840079255169295922593080322634775209689623239873322471161642996440906533187938298969649928516003704476137795166849228875
;=> 4180
;=> 8320987112741390144276341183223364380754172606361245952449277696409600000000000000
;=> 1404
;=> 126410606437752
;=> "314159265358979323846264338327950288419716939937510582097494"
;=> 27182818284590452353602874713526624977572
;=> (727392488611344256 123456789012345678)
;=> (1 (316227766016837933199 562477137586013626399))
