;; Floats inside and outside of the self-tagged range.
(define (show . all) (for-each (lambda (x) (display x) (display " ")) all) (newline))
(define (harmonic n) (let loop ((i 1) (s 0.0)) (if (> i n) s (loop (+ i 1) (+ s (/ 1.0 i))))))
(show (harmonic 1000))
(define (grow n) (let loop ((i 0) (x 1.5)) (if (= i n) x (loop (+ i 1) (* x 10.0)))))
(show (grow 50) (grow 100) (grow 200) (grow 308) (grow 400))
(define (shrink n) (let loop ((i 0) (x 1.5)) (if (= i n) x (loop (+ i 1) (/ x 10.0)))))
(show (shrink 50) (shrink 100) (shrink 300) (shrink 330))
(define (not-a-number n) (let loop ((i 0) (x +inf.0) (c 0)) (if (= i n) (list x c) (loop (+ i 1) (- x x) (if (< x 1.0) (+ c 1) c)))))
(show (not-a-number 100))
(define nan (- +inf.0 +inf.0))
(define (comparisons x n)
  (let loop ((i 0) (lt 0) (le 0) (gt 0) (ge 0) (eq 0))
    (if (= i n) (list lt le gt ge eq)
        (loop (+ i 1)
              (if (< x 1.0) (+ lt 1) lt) (if (<= x 1.0) (+ le 1) le)
              (if (> x 1.0) (+ gt 1) gt) (if (>= x 1.0) (+ ge 1) ge)
              (if (= x 1.0) (+ eq 1) eq)))))
(show (comparisons nan 100) (comparisons 1.0 100) (comparisons 0.5 100) (comparisons 2.0 100))
(define v (make-vector 20 0.0))
(define (fill! n)
  (do ((i 0 (+ i 1))) ((= i n))
    (let ((k (modulo i 20)))
      (vector-set! v k (+ (* 1.25 (vector-ref v k)) (if (even? i) 1e250 -0.5))))))
(fill! 400)
(show (vector-ref v 0) (vector-ref v 1) (vector-ref v 19))
(show (let loop ((i 0) (x 0.1)) (if (= i 200) x (loop (+ i 1) (sqrt (+ x (floor x) (abs (- x))))))))
(show (let loop ((i 0) (x 0)) (if (= i 200) x (loop (+ i 1) (+ x (exact (round (* i 0.37))))))))
(show (let loop ((i 0) (x -0.0)) (if (= i 100) (/ 1.0 x) (loop (+ i 1) (* x 1.0)))))
(show (let loop ((i 0) (s 0.0)) (if (= i 100) s (loop (+ i 1) (+ s (sin (* i 0.1)) (exp (- (* i 0.05))) (atan i 3))))))
(show (= 1 1.0) (eqv? 1 1.0) (exact->inexact 1/3) (exact 2.5) (max 1 2.0) (truncate -2.5) (round 2.5) (round 3.5))
(show (let loop ((i 0) (x 1e300)) (if (= i 100) x (loop (+ i 1) (if (> x 1e305) 1e300 (* x 1.5))))))
;=> 7.485470860550343
;=> 1.4999999999999993e50 1.5000000000000003e100 1.5000000000000008e200 1.5000000000000032e308 +inf.0
;=> 1.500000000000001e-50 1.5000000000000013e-100 1.5000000000000014e-300 0.0
;=> (+nan.0 0)
;=> (0 0 0 0 0) (0 100 0 100 100) (100 100 0 0 0) (0 0 100 100 0)
;=> 3.4294469519536144e252 -171.4723475976807 -171.4723475976807
;=> 2.732050807568877
;=> 7363
;=> -inf.0
;=> 181.77465536818093
;=> #t #f 0.3333333333333333 5/2 2.0 -2.0 2.0 4.0
;=> 5.7665039062500005e301
