;; Loops of every kind that traces meet.
(define (sum n) (do ((i 0 (+ i 1)) (s 0 (+ s i))) ((= i n) s)))
(display (sum 1000)) (newline)
;; nested, with a branch that changes sides
(define (grid n)
  (let rows ((i 0) (even 0) (odd 0))
    (if (= i n)
        (list even odd)
        (let columns ((j 0) (even even) (odd odd))
          (if (= j n)
              (rows (+ i 1) even odd)
              (if (= 0 (remainder (* i j) 3))
                  (columns (+ j 1) (+ even j) odd)
                  (columns (+ j 1) even (+ odd i))))))))
(display (grid 60)) (newline)
;; an inner loop that runs a varying number of times, sometimes never
(define (triangle n)
  (let outer ((i 0) (total 0))
    (if (= i n) total
        (outer (+ i 1)
               (let inner ((j 0) (t total)) (if (< j i) (inner (+ j 1) (+ t j)) t))))))
(display (triangle 100)) (newline)
;; overflow into bignums and back
(define (factorials n)
  (let loop ((i 1) (f 1)) (if (> i n) f (loop (+ i 1) (* f i)))))
(display (factorials 30)) (newline)
(define (collapse x) (let loop ((x x) (n 0)) (if (= x 1) n (loop (quotient x 2) (+ n 1)))))
(display (collapse (factorials 30))) (newline)
(define (edge n)
  (let loop ((i 0) (x (- (expt 2 60) 50)))
    (if (= i n) x (loop (+ i 1) (+ x 1)))))
(display (edge 200)) (newline)
(display (let loop ((i 0) (x (- (- (expt 2 60)) -50))) (if (= i 200) x (loop (+ i 1) (- x 1))))) (newline)
;; a variable that changes its type while the loop is hot
(define (drift n)
  (let loop ((i 0) (x 0))
    (if (= i n) x (loop (+ i 1) (if (= i 100) (+ x 0.5) (+ x 1))))))
(display (drift 200)) (newline)
(define (mixed n)
  (let loop ((i 0) (x 1)) (if (= i n) x (loop (+ i 1) (if (odd? i) (/ x 2.0) (* x 3))))))
(display (mixed 40)) (newline)
;; a loop left by a return from the middle
(define (find-square n limit)
  (let loop ((i 0)) (cond ((> (* i i) n) i) ((= i limit) #f) (else (loop (+ i 1))))))
(display (map (lambda (n) (find-square n 100)) '(10 1000 5000 20000))) (newline)
;; closures made in a loop
(define procedures (let loop ((i 0) (l '())) (if (= i 100) (reverse l) (loop (+ i 1) (cons (lambda (x) (+ x i)) l)))))
(display (fold-left (lambda (s p) (+ s (p 1))) 0 procedures)) (newline)
;; assigned and captured variables
(define counter
  (let ((n 0)) (lambda (k) (set! n (+ n k)) n)))
(do ((i 0 (+ i 1))) ((= i 300)) (counter i))
(display (counter 0)) (newline)
;; integer division with all signs
(define (signs n)
  (let loop ((i (- n)) (s '()))
    (if (> i n) (reverse s)
        (loop (+ i 3) (cons (list (quotient i 4) (remainder i 4) (modulo i 4) (modulo i -4)) s)))))
(display (signs 12)) (newline)
(display (let loop ((i 0) (x 1)) (if (= i 70) x (loop (+ i 1) (bitwise-xor (arithmetic-shift x 1) (bitwise-and x 5)))))) (newline)
;=> 499500
;=> (58200 48000)
;=> 161700
;=> 265252859812191058636308480000000
;=> 107
;=> 1152921504606847126
;=> -1152921504606847126
;=> 199.5
;=> 3325.256730079651
;=> (4 32 71 #f)
;=> 5050
;=> 44850
;=> ((-3 0 0 0) (-2 -1 3 -1) (-1 -2 2 -2) (0 -3 1 -3) (0 0 0 0) (0 3 3 -1) (1 2 2 -2) (2 1 1 -3) (3 0 0 0))
;=> 1574122160956548404567
