;; Mandelbrot set: draws a picture file (binary PPM) and prints a summary.
;;
;;   limpet examples/mandelbrot.scm [SIZE [ITERATIONS [FILE]]]
;;
;; The inner loop is the classic of floating-point benchmarks: with the plugin it runs on unboxed registers.

(import (scheme base) (scheme write) (scheme file) (scheme process-context))

(define arguments (cdr (command-line)))
(define (argument n default)
  (if (> (length arguments) n)
      (or (string->number (list-ref arguments n)) default)
      default))

(define size (argument 0 500))
(define limit (argument 1 200))
(define file (if (> (length arguments) 2) (list-ref arguments 2) "mandelbrot.ppm"))

;; Iterations until the orbit of c leaves the circle of radius 2, or `limit`.
(define (escape-time cx cy)
  (let loop ((x 0.0) (y 0.0) (n 0))
    (let ((xx (* x x)) (yy (* y y)))
      (if (or (= n limit) (> (+ xx yy) 4.0))
          n
          (loop (+ (- xx yy) cx) (+ (* 2.0 x y) cy) (+ n 1))))))

;; A colour for an escape time: inside black, outside from deep blue over white to amber.
(define (clamp x) (if (< x 0) 0 (if (> x 255) 255 x)))
(define (put-colour! row i n)
  (if (= n limit)
      (begin
        (bytevector-u8-set! row i 0)
        (bytevector-u8-set! row (+ i 1) 0)
        (bytevector-u8-set! row (+ i 2) 0))
      (begin
        (bytevector-u8-set! row i (clamp (* 6 n)))
        (bytevector-u8-set! row (+ i 1) (clamp (* 4 n)))
        (bytevector-u8-set! row (+ i 2) (clamp (- 255 (* 2 n)))))))

(define (draw port)
  (let ((row (make-bytevector (* 3 size) 0))
        (scale (/ 3.0 (inexact size))))
    (let rows ((j 0) (inside 0) (total 0))
      (if (= j size)
          (begin
            (display "inside the set: ") (display inside) (newline)
            (display "iterations: ") (display total) (newline))
          (let ((cy (- (* scale (inexact j)) 1.5)))
            (let columns ((i 0) (inside inside) (total total))
              (if (= i size)
                  (begin
                    (write-bytevector row port)
                    (rows (+ j 1) inside total))
                  (let ((n (escape-time (- (* scale (inexact i)) 2.1) cy)))
                    (put-colour! row (* 3 i) n)
                    (columns (+ i 1) (if (= n limit) (+ inside 1) inside) (+ total n))))))))))

(let ((port (open-binary-output-file file)))
  (write-bytevector
   (string->utf8
    (string-append "P6\n" (number->string size) " " (number->string size) "\n255\n"))
   port)
  (draw port)
  (close-port port))

(display "picture: ") (display size) (display " by ") (display size) (newline)
