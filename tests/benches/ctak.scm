;; Takeuchi's function through continuations: each result leaves by the continuation of its call.
(import (scheme base) (scheme write) (scheme process-context))

(define (ctak x y z)
  (call-with-current-continuation (lambda (k) (ctak-with k x y z))))

(define (ctak-with k x y z)
  (if (< y x)
      (ctak-with
       k
       (call-with-current-continuation (lambda (k) (ctak-with k (- x 1) y z)))
       (call-with-current-continuation (lambda (k) (ctak-with k (- y 1) z x)))
       (call-with-current-continuation (lambda (k) (ctak-with k (- z 1) x y))))
      (k z)))

(display (ctak (string->number (cadr (command-line))) 8 2))
(newline)
