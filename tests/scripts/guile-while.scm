;; Guile's `while`, found without an import.
(define i 0)
(define seen '())
(define (note! x) (set! seen (cons x seen)))
(write (while (< i 3) (note! i) (set! i (+ i 1))))
(newline)
(write (reverse seen))
(newline)
;; `continue` goes on with the test, `break` ends with its values or #t.
(set! i 0)
(set! seen '())
(write (while #t
         (set! i (+ i 1))
         (if (even? i) (continue))
         (if (> i 6) (break 'done))
         (note! i)))
(newline)
(write (reverse seen))
(newline)
(write (while #t (break)))
(newline)
;; A literal in the body may contain itself.
(write (while #t (car '#0=(a . #0#)) (break)))
(newline)
;; Inner loops have their own; names of the program that look the same don't matter.
(define (loop) 'not-that)
(define count 0)
(let ((j 0))
  (while (< j 3)
    (set! j (+ j 1))
    (let ((k 0))
      (while #t
        (set! k (+ k 1))
        (if (> k j) (break))
        (set! count (+ count 1))))))
(write (list count (loop)))
(newline)
;=> #f
;=> (0 1 2)
;=> done
;=> (1 3 5)
;=> #t
;=> #t
;=> (6 not-that)
