;; Continuations, winds, conditions, parameters: also while traces are recorded and run.
(define (show x) (write x) (newline))
(show (call/cc (lambda (k) (+ 1 (k 42)))))
(define (search l ok?) (call/cc (lambda (return) (for-each (lambda (x) (if (ok? x) (return x))) l) #f)))
(show (let loop ((i 0) (s 0)) (if (= i 200) s (loop (+ i 1) (+ s (search '(1 2 3 4 5) (lambda (x) (> x (modulo i 5)))))))))
;; a generator: re-enters its continuation again and again
(define (make-generator list)
  (define return #f)
  (define (generate)
    (for-each (lambda (x) (call/cc (lambda (next) (set! generate (lambda () (next #f))) (return x)))) list)
    (return 'end))
  (lambda () (call/cc (lambda (k) (set! return k) (generate)))))
(define g (make-generator '(a b c)))
(let* ((x (g)) (y (g)) (z (g)) (w (g))) (show (list x y z w)))
(define big (make-generator (iota 300)))
(show (let loop ((s 0)) (let ((x (big))) (if (eq? x 'end) s (loop (+ s x))))))
;; multi-shot
(define r '())
(define k2 #f)
(define n 0)
(show (let ((v (call/cc (lambda (k) (set! k2 k) 0)))) (set! r (cons v r)) v))
(set! n (+ n 1))
(if (< n 4) (k2 n))
(show r)
;; winds
(define trace '())
(define (note x) (set! trace (cons x trace)))
(dynamic-wind (lambda () (note 'in)) (lambda () (call/cc (lambda (k) (k 1))) (note 'body)) (lambda () (note 'out)))
(show (reverse trace))
(set! trace '())
(call/cc (lambda (k) (dynamic-wind (lambda () (note 'in)) (lambda () (k 1)) (lambda () (note 'out)))))
(show (reverse trace))
(show (let loop ((i 0) (s 0)) (if (= i 100) s (loop (+ i 1) (+ s (dynamic-wind (lambda () #f) (lambda () i) (lambda () #f)))))))
;; conditions
(show (guard (e (#t (list 'caught (error-object-message e) (error-object-irritants e)))) (error "bad" 1 2)))
(show (guard (e ((symbol? e) (list 'symbol e)) ((string? e) 'string)) (raise 'oops)))
(show (guard (e ((string? e) 'outer)) (guard (e2 ((number? e2) 'inner)) (raise "x"))))
(show (with-exception-handler (lambda (c) 10) (lambda () (+ 1 (raise-continuable 'c)))))
(show (guard (e (#t 'car-failed)) (car 5)))
(show (guard (e (#t 'vector-failed)) (vector-ref (vector 1 2) 2)))
(define (safe-div a b) (guard (e (#t 'div)) (quotient a b)))
(show (let loop ((i 0) (l '())) (if (= i 120) (length l) (loop (+ i 1) (let ((x (safe-div 10 (modulo i 3)))) (if (eq? x 'div) (cons i l) l))))))
(define (sum-until-error v)
  (let ((s 0))
    (guard (e (#t (list s)))
      (let loop ((i 0)) (set! s (+ s (vector-ref v i))) (loop (+ i 1))))))
(show (sum-until-error (make-vector 500 2)))
;; parameters
(define p (make-parameter 10 (lambda (x) (* x 2))))
(show (list (p) (parameterize ((p 3)) (p)) (p)))
(show (let loop ((i 0) (s 0)) (if (= i 100) s (loop (+ i 1) (+ s (parameterize ((p i)) (p)))))))
(show (call/cc (lambda (k) (parameterize ((p 1)) (k (p))))))
(show (p))
;; promises
(define-syntax my-or (syntax-rules () ((_) #f) ((_ e) e) ((_ e r ...) (let ((t e)) (if t t (my-or r ...))))))
(define t 5)
(show (my-or #f t))
(define s (delay (begin (note 'once) 7)))
(show (list (force s) (force s)))
(define (stream n) (delay-force (if (= n 0) (delay 'end) (stream (- n 1)))))
(show (force (stream 10000)))
;; prompts
(define tag (make-prompt-tag 'test))
(show (call-with-prompt tag (lambda () (+ 1 (abort-to-prompt tag 5))) (lambda (k x) (* x 100))))
(show (call-with-prompt tag (lambda () (+ 1 (abort-to-prompt tag 5))) (lambda (k x) (list (k 1) (k x)))))
(define (yield x) (abort-to-prompt tag x))
(define (run thunk) (call-with-prompt tag (lambda () (thunk) '()) (lambda (k x) (cons x (run (lambda () (k #f)))))))
(show (run (lambda () (for-each yield '(1 2 3)))))
(show (length (run (lambda () (let loop ((i 0)) (if (< i 300) (begin (yield i) (loop (+ i 1)))))))))
;=> 42
;=> 600
;=> (a b c end)
;=> 44850
;=> 0
;=> 1
;=> 2
;=> 3
;=> (3 2 1 0)
;=> (in body out)
;=> (in out)
;=> 4950
;=> (caught "bad" (1 2))
;=> (symbol oops)
;=> outer
;=> 11
;=> car-failed
;=> vector-failed
;=> 40
;=> (1000)
;=> (20 6 20)
;=> 9900
;=> 2
;=> 20
;=> 5
;=> (7 7)
;=> end
;=> 500
;=> (2 6)
;=> (1 2 3)
;=> 300
