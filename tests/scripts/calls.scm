;; Calls: inlined, recursive, tail, mutual, higher-order, variadic.
(define (show x) (write x) (newline))
(define (fib n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))
(show (fib 18))
(define (tak x y z) (if (not (< y x)) z (tak (tak (- x 1) y z) (tak (- y 1) z x) (tak (- z 1) x y))))
(show (tak 12 8 4))
(define (ack m n) (cond ((= m 0) (+ n 1)) ((= n 0) (ack (- m 1) 1)) (else (ack (- m 1) (ack m (- n 1))))))
(show (ack 2 20))
(define (even2? n) (if (= n 0) #t (odd2? (- n 1))))
(define (odd2? n) (if (= n 0) #f (even2? (- n 1))))
(show (list (even2? 1000) (odd2? 1001) (even2? 777)))
(define (count-down n) (if (> n 0) (count-down (- n 1)) 'done))
(show (count-down 100000))
(define (deep n) (if (= n 0) 0 (+ 1 (deep (- n 1)))))
(show (deep 100000))
(define (build n) (if (= n 0) '() (cons n (build (- n 1)))))
(show (length (build 50000)))
(define (compose . fs) (if (null? fs) (lambda (x) x) (lambda (x) ((car fs) ((apply compose (cdr fs)) x)))))
(show ((compose (lambda (x) (* x 2)) (lambda (x) (+ x 1))) 5))
(show (let loop ((i 0) (s 0)) (if (= i 300) s (loop (+ i 1) (+ s (apply + i (list 1 2)))))))
(define (sum . l) (fold-left + 0 l))
(show (let loop ((i 0) (s 0)) (if (= i 300) s (loop (+ i 1) (+ s (sum i 1 2) (sum))))))
(define opt (case-lambda ((a) (* a 2)) ((a b) (+ a b)) ((a b . c) (apply + a b c))))
(show (let loop ((i 0) (s 0)) (if (= i 300) s (loop (+ i 1) (+ s (opt i) (opt i 1) (opt i 1 2 3))))))
(define (poly f n) (let loop ((i 0) (s 0)) (if (= i n) s (loop (+ i 1) (+ s (f i))))))
(show (list (poly (lambda (x) x) 200) (poly (lambda (x) (* x x)) 200) (poly (lambda (x) (quotient x 2)) 200)))
(show (map (lambda (x y) (+ x y)) '(1 2 3) '(10 20 30)))
(show (vector-map (lambda (x) (* x x)) #(1 2 3 4)))
(define (hanoi n from to via) (if (= n 0) 0 (+ (hanoi (- n 1) from via to) 1 (hanoi (- n 1) via to from))))
(show (hanoi 12 'a 'b 'c))
(define (flip-flop n) (let loop ((i 0) (f car) (g cdr) (s 0)) (if (= i n) s (loop (+ i 1) g f (+ s (f '(1 . 2)))))))
(show (flip-flop 500))
(define-values (q r) (floor/ 17 5))
(show (list q r))
(show (call-with-values (lambda () (values 1 2 3)) list))
(show (let loop ((i 0) (s 0)) (if (= i 300) s (call-with-values (lambda () (values i (* 2 i))) (lambda (a b) (loop (+ i 1) (+ s a b)))))))
;=> 2584
;=> 5
;=> 43
;=> (#t #t #f)
;=> done
;=> 100000
;=> 50000
;=> 12
;=> 45750
;=> 45750
;=> 181500
;=> (19900 2646700 9900)
;=> (11 22 33)
;=> #(1 4 9 16)
;=> 4095
;=> 750
;=> (3 2)
;=> (1 2 3)
;=> 134550
