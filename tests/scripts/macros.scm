;; Macros and scope.
(define (show x) (write x) (newline))
(define-syntax swap! (syntax-rules () ((_ a b) (let ((tmp a)) (set! a b) (set! b tmp)))))
(define tmp 1) (define other 2)
(swap! tmp other)
(show (list tmp other))
(define-syntax while
  (syntax-rules () ((_ test body ...) (let loop () (if test (begin body ... (loop)) #f)))))
(define i 0)
(while (< i 500) (set! i (+ i 1)))
(show i)
(define-syntax my-let* (syntax-rules () ((_ () b ...) (let () b ...)) ((_ ((n v) r ...) b ...) (let ((n v)) (my-let* (r ...) b ...)))))
(show (my-let* ((a 1) (b (+ a 1)) (c (* b 2))) (list a b c)))
(define-syntax for
  (syntax-rules (in) ((_ x in l body ...) (for-each (lambda (x) body ...) l))))
(for x in '(1 2 3) (display x) (display ","))
(newline)
(define-syntax flat (syntax-rules () ((_ (a b ...) ...) '(a ... (b ... ) ...))))
(show (flat (1 2 3) (4) (5 6)))
(define-syntax be-like-begin (syntax-rules () ((_ name) (define-syntax name (syntax-rules () ((_ e (... ...)) (begin e (... ...))))))))
(be-like-begin seq)
(show (seq 1 2 3))
(show (let ((=> #f)) (cond (#t => 'ok))))
(show (let ((if list)) (if 1 2 3)))
(show (let loop ((i 0)) (case (modulo i 7) ((0 1 2) (loop (+ i 3))) ((3 4) (loop (+ i 1))) (else i))))
(define (internal n)
  (define a 1)
  (define (f x) (if (= x 0) a (g (- x 1))))
  (define (g x) (if (= x 0) 'g (f (- x 1))))
  (list (f n) (g n)))
(show (internal 10))
(show (letrec ((ev? (lambda (n) (if (= n 0) #t (od? (- n 1))))) (od? (lambda (n) (if (= n 0) #f (ev? (- n 1)))))) (ev? 500)))
(show (do ((vec (make-vector 5)) (i 0 (+ i 1))) ((= i 5) vec) (vector-set! vec i i)))
(show (let-values (((a b) (values 1 2)) ((c) (values 3))) (list a b c)))
(show (let*-values (((a) (values 1)) ((b c) (values (+ a 1) 9))) (list a b c)))
(define-values (x y . z) (values 1 2 3 4))
(show (list x y z))
(show (cond ((assv 'b '((a 1) (b 2))) => cadr) (else 'no)))
(show (when #f 1))
(show (unless #f 1 2))
(show (case 5 ((1 2) 'low) ((5) => (lambda (x) (* x x))) (else 'none)))
;=> (2 1)
;=> 500
;=> (1 2 4)
;=> 1,2,3,
;=> (1 4 5 (2 3) () (6))
;=> 3
;=> ok
;=> (1 2 3)
;=> 5
;=> (1 g)
;=> #t
;=> #(0 1 2 3 4)
;=> (1 2 3)
;=> (1 2 9)
;=> (1 2 (3 4))
;=> 2
;=> #<unspecified>
;=> 2
;=> 25
