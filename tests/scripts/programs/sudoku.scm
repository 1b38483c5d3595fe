;; Sudoku: sets of candidates as bits of integers, propagation, search that copies the board.
(import (scheme base) (scheme write))

(define all 511)
(define (bit digit) (expt 2 (- digit 1)))
(define (has? set b) (odd? (quotient set b)))
(define (count-bits n) (let loop ((n n) (c 0)) (if (= n 0) c (loop (quotient n 2) (+ c (modulo n 2))))))
(define counts (let ((v (make-vector 512 0))) (do ((i 0 (+ i 1))) ((= i 512) v) (vector-set! v i (count-bits i)))))
(define (single? set) (= 1 (vector-ref counts set)))
(define (digit-of set) (let loop ((d 1)) (if (= set (bit d)) d (loop (+ d 1)))))

(define (peers-of cell)
  (let ((r (quotient cell 9)) (c (modulo cell 9)))
    (let loop ((other 80) (l '()))
      (if (< other 0)
          l
          (let ((r2 (quotient other 9)) (c2 (modulo other 9)))
            (loop (- other 1)
                  (if (and (not (= other cell))
                           (or (= r r2) (= c c2) (and (= (quotient r 3) (quotient r2 3)) (= (quotient c 3) (quotient c2 3)))))
                      (cons other l)
                      l)))))))
(define peers (let ((v (make-vector 81 '()))) (do ((i 0 (+ i 1))) ((= i 81) v) (vector-set! v i (peers-of i)))))

;; #f when a cell is left without a candidate.
(define (assign! board cell set)
  (vector-set! board cell set)
  (let loop ((rest (vector-ref peers cell)))
    (or (null? rest)
        (let* ((peer (car rest)) (candidates (vector-ref board peer)))
          (if (has? candidates set)
              (let ((fewer (- candidates set)))
                (and (> fewer 0)
                     (if (single? fewer)
                         (assign! board peer fewer)
                         (begin (vector-set! board peer fewer) #t))
                     (loop (cdr rest))))
              (loop (cdr rest)))))))

(define tried 0)
(define (solve board)
  (let choose ((cell 0) (best #f) (fewest 10))
    (if (< cell 81)
        (let ((n (vector-ref counts (vector-ref board cell))))
          (if (and (> n 1) (< n fewest)) (choose (+ cell 1) cell n) (choose (+ cell 1) best fewest)))
        (if (not best)
            board
            (let try ((digit 1))
              (cond ((> digit 9) #f)
                    ((has? (vector-ref board best) (bit digit))
                     (set! tried (+ tried 1))
                     (let ((copy (vector-copy board)))
                       (or (and (assign! copy best (bit digit)) (solve copy)) (try (+ digit 1)))))
                    (else (try (+ digit 1)))))))))

(define (read-board text)
  (let ((board (make-vector 81 all)))
    (let loop ((i 0))
      (cond ((= i 81) board)
            ((char=? (string-ref text i) #\.) (loop (+ i 1)))
            (else
             (and (has? (vector-ref board i) (bit (- (char->integer (string-ref text i)) 48)))
                  (assign! board i (bit (- (char->integer (string-ref text i)) 48)))
                  (loop (+ i 1))))))))
(define (show board)
  (do ((i 0 (+ i 1))) ((= i 81))
    (write (digit-of (vector-ref board i)))
    (if (= 8 (modulo i 9)) (newline))))
(for-each
 (lambda (text)
   (set! tried 0)
   (let* ((board (read-board text)) (solution (and board (solve board))))
     (if solution (show solution) (begin (display "no solution") (newline)))
     (write (list 'tried tried))
     (newline)))
 '("53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79"
   "4.....8.5.3..........7......2.....6.....8.4......1.......6.3.7.5..2.....1.4......"
   "11..............................................................................."))
;=> 534678912
;=> 672195348
;=> 198342567
;=> 859761423
;=> 426853791
;=> 713924856
;=> 961537284
;=> 287419635
;=> 345286179
;=> (tried 0)
;=> 417369825
;=> 632158947
;=> 958724316
;=> 825437169
;=> 791586432
;=> 346912758
;=> 289643571
;=> 573291684
;=> 164875293
;=> (tried 130)
;=> no solution
;=> (tried 0)
