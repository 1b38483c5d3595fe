;; A segmented sieve of Eratosthenes over odd numbers, and what it tells about the gaps between primes.
;;
;;   limpet examples/sieve.scm [LIMIT]
;;
;; The numbers are sieved in segments that fit a processor's cache. Index i stands for the odd number 2i + 1.

(import (scheme base) (scheme write) (scheme process-context))

(define limit
  (let ((arguments (cdr (command-line))))
    (if (pair? arguments) (string->number (car arguments)) 20000000)))

(define half (quotient limit 2))

;; ---- the odd primes whose multiples are to be crossed out: all up to the square root of the limit

(define (prime? n)
  (let loop ((d 3))
    (cond ((> (* d d) n) #t)
          ((= 0 (remainder n d)) #f)
          (else (loop (+ d 2))))))

(define primes
  (let loop ((p 3) (found '()))
    (if (> (* p p) limit)
        (list->vector (reverse found))
        (loop (+ p 2) (if (prime? p) (cons p found) found)))))

;; For each of them the index, from the segment's start, of the next multiple.
(define multiples (vector-map (lambda (p) (quotient (* p p) 2)) primes))

;; ---- segments

(define size 32768)
(define composite (make-bytevector size 0))

;; Crosses out every p-th index from `start` on; gives the first index beyond the segment.
(define (cross-out! p start)
  (let loop ((i start))
    (if (< i size)
        (begin
          (bytevector-u8-set! composite i 1)
          (loop (+ i p)))
        i)))

(define (sieve-segment!)
  (let fill ((i 0)) (if (< i size) (begin (bytevector-u8-set! composite i 0) (fill (+ i 1)))))
  (let loop ((k 0))
    (if (< k (vector-length primes))
        (begin
          (vector-set! multiples k (- (cross-out! (vector-ref primes k) (vector-ref multiples k)) size))
          (loop (+ k 1))))))

;; ---- the primes in order: how many, and how often each gap between neighbours occurs

(define gaps (make-vector 400 0))
(define widest 0)
(define where 0)

;; Goes through a segment; `previous` is the prime before. Gives the last prime.
(define (scan-segment! low end previous)
  (let loop ((i 0) (previous previous))
    (cond ((= i end) previous)
          ((= 1 (bytevector-u8-ref composite i)) (loop (+ i 1) previous))
          (else
           (let* ((p (+ (* 2 (+ low i)) 1)) (gap (- p previous)))
             (vector-set! gaps gap (+ 1 (vector-ref gaps gap)))
             (if (> gap widest)
                 (begin
                   (set! widest gap)
                   (set! where previous)))
             (loop (+ i 1) p))))))

(let loop ((low 0) (previous 2))
  (if (< low half)
      (begin
        (sieve-segment!)
        (if (= low 0) (bytevector-u8-set! composite 0 1))
        (loop (+ low size) (scan-segment! low (min size (- half low)) previous)))))

(define count (+ 1 (apply + (vector->list gaps))))
(display "primes below ") (display limit) (display ": ") (display count) (newline)
(display "twin primes: ") (display (vector-ref gaps 2)) (newline)
(display "cousins: ") (display (vector-ref gaps 4)) (newline)
(display "widest gap: ") (display widest) (display " after ") (display where) (newline)
