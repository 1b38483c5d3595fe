;; The sieve of Eratosthenes over odd numbers, and what it tells about the gaps between primes.
;;
;;   limpet examples/sieve.scm [LIMIT]

(import (scheme base) (scheme write) (scheme process-context))

(define limit
  (let ((arguments (cdr (command-line))))
    (if (pair? arguments) (string->number (car arguments)) 4000000)))

;; Byte i stands for the odd number 2i + 1: 1 if it is composite.
(define half (quotient limit 2))
(define composite (make-bytevector half 0))

(define (cross-out! p)
  (let loop ((i (quotient (* p p) 2)))
    (if (< i half)
        (begin
          (bytevector-u8-set! composite i 1)
          (loop (+ i p))))))

(define (sieve!)
  (bytevector-u8-set! composite 0 1)
  (let loop ((p 3))
    (if (<= (* p p) limit)
        (begin
          (if (= 0 (bytevector-u8-ref composite (quotient p 2)))
              (cross-out! p))
          (loop (+ p 2))))))

(define (count-primes)
  (let loop ((i 1) (count 1))
    (if (= i half)
        count
        (loop (+ i 1) (+ count (- 1 (bytevector-u8-ref composite i)))))))

;; How often each gap between neighbours occurs, and the first prime after which the widest one lies.
(define gaps (make-vector 400 0))
(define (measure-gaps!)
  (let loop ((i 2) (previous 3) (widest 0) (where 0))
    (if (= i half)
        (cons widest where)
        (if (= 0 (bytevector-u8-ref composite i))
            (let* ((p (+ i i 1)) (gap (- p previous)))
              (vector-set! gaps gap (+ 1 (vector-ref gaps gap)))
              (if (> gap widest)
                  (loop (+ i 1) p gap previous)
                  (loop (+ i 1) p widest where)))
            (loop (+ i 1) previous widest where)))))

(sieve!)
(display "primes below ") (display limit) (display ": ") (display (count-primes)) (newline)
(let ((result (measure-gaps!)))
  (display "twin primes: ") (display (vector-ref gaps 2)) (newline)
  (display "cousins: ") (display (vector-ref gaps 4)) (newline)
  (display "widest gap: ") (display (car result))
  (display " after ") (display (cdr result)) (newline))
