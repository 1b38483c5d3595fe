;; Conditions, parameters and dynamic extents in a loop.
(import (scheme base) (scheme write) (scheme process-context))

(define level (make-parameter 0))

(define (risky i)
  (cond ((= 0 (modulo i 5)) (raise i))
        ((= 0 (modulo i 7)) (error "seven" i))
        (else (+ i (level)))))

(define (careful i)
  (guard (e ((number? e) (- e))
            ((error-object? e) (car (error-object-irritants e))))
    (parameterize ((level (modulo i 3)))
      (risky i))))

(define entered 0)
(define size (string->number (cadr (command-line))))
(let loop ((i 0) (sum 0))
  (if (= i size)
      (begin (display sum) (display " ") (display entered) (newline))
      (loop (+ i 1)
            (+ sum
               (dynamic-wind
                (lambda () (set! entered (+ entered 1)))
                (lambda () (careful i))
                (lambda () (set! entered (+ entered 1))))))))
