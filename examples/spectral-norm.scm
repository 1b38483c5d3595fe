;; Spectral norm of the infinite matrix A with entries 1, 1/2, 1/3 … along its antidiagonals, by the power method.
;;
;;   limpet examples/spectral-norm.scm [N]
;;
;; Integer index arithmetic and floating-point sums in one loop.

(import (scheme base) (scheme write) (scheme inexact) (scheme process-context))

(define n
  (let ((arguments (cdr (command-line))))
    (if (pair? arguments) (string->number (car arguments)) 400)))

;; Entry of A at row i, column j, counted from 0.
(define (entry i j)
  (/ 1.0 (inexact (+ (quotient (* (+ i j) (+ i j 1)) 2) i 1))))

;; result := A v
(define (multiply! v result)
  (do ((i 0 (+ i 1))) ((= i n))
    (let loop ((j 0) (sum 0.0))
      (if (= j n)
          (vector-set! result i sum)
          (loop (+ j 1) (+ sum (* (entry i j) (vector-ref v j))))))))

;; result := transposed A v
(define (multiply-transposed! v result)
  (do ((i 0 (+ i 1))) ((= i n))
    (let loop ((j 0) (sum 0.0))
      (if (= j n)
          (vector-set! result i sum)
          (loop (+ j 1) (+ sum (* (entry j i) (vector-ref v j))))))))

(define scratch (make-vector n 0.0))
(define (multiply-both! v result)
  (multiply! v scratch)
  (multiply-transposed! scratch result))

(define (dot a b)
  (do ((i 0 (+ i 1))
       (sum 0.0 (+ sum (* (vector-ref a i) (vector-ref b i)))))
      ((= i n) sum)))

(define u (make-vector n 1.0))
(define v (make-vector n 0.0))

(do ((round 0 (+ round 1))) ((= round 10))
  (multiply-both! u v)
  (multiply-both! v u))

(define (rounded x) (/ (round (* x 1e9)) 1e9))

(display "spectral norm of the first ") (display n) (display " rows: ")
(display (rounded (sqrt (/ (dot u v) (dot v v)))))
(newline)
