;; Digits of pi by Gibbons' spigot, and factorials: integers beyond a word.
(import (scheme base) (scheme write) (scheme process-context))

(define (pi-digits count)
  (let loop ((q 1) (r 0) (t 1) (k 1) (n 3) (l 3) (left count) (digits '()))
    (cond ((= left 0) (reverse digits))
          ((< (- (+ (* 4 q) r) t) (* n t))
           (loop (* 10 q) (* 10 (- r (* n t))) t k
                 (- (quotient (* 10 (+ (* 3 q) r)) t) (* 10 n))
                 l (- left 1) (cons n digits)))
          (else
           (loop (* q k) (* (+ (* 2 q) r) l) (* t l) (+ k 1)
                 (quotient (+ (* q (+ (* 7 k) 2)) (* r l)) (* t l))
                 (+ l 2) left digits)))))

(define (factorial n)
  (let loop ((i 2) (product 1))
    (if (> i n) product (loop (+ i 1) (* product i)))))

(define size (string->number (cadr (command-line))))
(for-each display (pi-digits size))
(newline)
(display (modulo (factorial (* 2 size)) 1000000007))
(newline)
