;; Prompts: what an abort leaves, what a composable continuation enters again.
(define tag (make-prompt-tag 'test))
(define (show . all) (for-each display all) (newline))
(define-syntax with-prompt
  (syntax-rules () ((_ body handler) (call-with-prompt tag (lambda () body) handler))))

(show (with-prompt (+ 1 2) (lambda (k) 'unused)))
(show (with-prompt (+ 1 (abort-to-prompt tag 10 20)) (lambda (k a b) (list a b (k 5)))))
(show (with-prompt (+ 1 (abort-to-prompt tag)) (lambda (k) (* (k 1) (k 2) (k 3)))))

;; An abort leaves dynamic extents before the handler runs; a call of the continuation enters them again.
(show (with-prompt
       (dynamic-wind (lambda () (display "[in]")) (lambda () (+ 1 (abort-to-prompt tag 5))) (lambda () (display "[out]")))
       (lambda (k v) (display "handler") (k 10))))
(show (with-prompt
       (dynamic-wind (lambda () (display "[in]"))
                     (lambda () (let* ((a (abort-to-prompt tag 1)) (b (abort-to-prompt tag 2))) (list a b)))
                     (lambda () (display "[out]")))
       (lambda (k v) (show "first " v) (with-prompt (k 'a) (lambda (k v) (show "second " v) (k 'b))))))
(show (with-prompt
       (dynamic-wind (lambda () (display "[a"))
                     (lambda () (dynamic-wind (lambda () (display "[b")) (lambda () (abort-to-prompt tag)) (lambda () (display "b]"))))
                     (lambda () (display "a]")))
       (lambda (k) 'left)))

;; Parameters of the slice come back with it; those of the caller are seen through it.
(define p (make-parameter 'outer))
(define q (make-parameter 'outer))
(show (with-prompt
       (parameterize ((p 'inner)) (list (p) (abort-to-prompt tag) (p)))
       (lambda (k) (list 'handler (p) (k (p)) (p)))))
(show (with-prompt
       (parameterize ((p 'inner)) (abort-to-prompt tag) (list (p) (q)))
       (lambda (k) (parameterize ((p 'caller) (q 'caller)) (k #f)))))

;; Handlers, too.
(show (with-prompt
       (with-exception-handler (lambda (e) (list 'inside e)) (lambda () (abort-to-prompt tag) (raise-continuable 'x)))
       (lambda (k) (k #f))))
(show (with-prompt
       (begin (abort-to-prompt tag) (raise 'x))
       (lambda (k) (guard (e (#t (list 'caller e))) (k #f)))))

;; Generators: a slice for each value, in constant space.
(define (generate procedure)
  (define (step thunk)
    (lambda () (with-prompt (begin (thunk) 'end) (lambda (k v) (cons v (step (lambda () (k #f))))))))
  (step (lambda () (procedure (lambda (v) (abort-to-prompt tag v))))))
(define (sum-of generator)
  (let loop ((next (generator)) (n 0) (sum 0))
    (if (pair? next) (loop ((cdr next)) (+ n 1) (+ sum (car next))) (list n sum))))
(show (sum-of (generate (lambda (yield) (let loop ((i 0)) (if (< i 500) (begin (yield i) (loop (+ i 1)))))))))
(show (sum-of (generate (lambda (yield) (parameterize ((p 7)) (for-each (lambda (x) (yield (+ x (p)))) '(1 2 3)))))))

;; State without assignment: each operation aborts to its interpreter.
(define (run-state state thunk)
  (with-prompt (thunk)
    (lambda (k operation . arguments)
      (case operation
        ((get) (run-state state (lambda () (k state))))
        ((put) (run-state (car arguments) (lambda () (k #f))))))))
(show (run-state 0 (lambda ()
                     (let loop ((i 0))
                       (if (< i 200)
                           (begin (abort-to-prompt tag 'put (+ i (abort-to-prompt tag 'get))) (loop (+ i 1)))
                           (abort-to-prompt tag 'get))))))
(show (guard (e (#t 'no-prompt)) (abort-to-prompt (make-prompt-tag 'nowhere))))
;=> 3
;=> (10 20 6)
;=> 24
;=> [in][out]handler[in][out]11
;=> [in][out]first 1
;=> [in][out]second 2
;=> [in][out](a b)
;=> [a[bb]a]left
;=> (handler outer (inner outer inner) outer)
;=> (inner caller)
;=> (inside x)
;=> (caller x)
;=> (500 124750)
;=> (3 27)
;=> 19900
;=> no-prompt
