;; Products of matrices of floats, as vectors of vectors, by higher-order procedures and by loops.
(import (scheme base) (scheme write) (scheme process-context))

(define (make-matrix rows columns f)
  (let ((m (make-vector rows)))
    (do ((i 0 (+ i 1))) ((= i rows) m)
      (let ((row (make-vector columns)))
        (do ((j 0 (+ j 1))) ((= j columns))
          (vector-set! row j (f i j)))
        (vector-set! m i row)))))

(define (product a b)
  (let ((inner (vector-length b)))
    (make-matrix (vector-length a) (vector-length (vector-ref b 0))
                 (lambda (i j)
                   (let ((row (vector-ref a i)))
                     (let loop ((k 0) (sum 0.0))
                       (if (= k inner)
                           sum
                           (loop (+ k 1) (+ sum (* (vector-ref row k) (vector-ref (vector-ref b k) j)))))))))))

(define (trace m)
  (let loop ((i 0) (sum 0.0))
    (if (= i (vector-length m)) sum (loop (+ i 1) (+ sum (vector-ref (vector-ref m i) i))))))

(define size (string->number (cadr (command-line))))
(define a (make-matrix size size (lambda (i j) (/ (+ i j 1.0) size))))
(define b (make-matrix size size (lambda (i j) (if (= i j) 0.5 (/ 1.0 (+ i j 1))))))
(display (trace (product (product a b) a)))
(newline)
