;; Doubly recursive Fibonacci: calls, small integers.
(import (scheme base) (scheme write) (scheme process-context))

(define (fib n)
  (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))

(display (fib (string->number (cadr (command-line)))))
(newline)
