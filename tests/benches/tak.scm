;; Takeuchi's function: calls with three arguments.
(import (scheme base) (scheme write) (scheme process-context))

(define (tak x y z)
  (if (< y x)
      (tak (tak (- x 1) y z) (tak (- y 1) z x) (tak (- z 1) x y))
      z))

(define size (string->number (cadr (command-line))))
(let loop ((i 0) (sum 0))
  (if (= i size)
      (begin (display sum) (newline))
      (loop (+ i 1) (+ sum (tak 18 12 6)))))
