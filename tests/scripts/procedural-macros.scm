;; Macros whose transformers are procedures. (no image)
(define (show . xs) (for-each display xs) (newline))
(begin-for-syntax (define (all-ids? l) (let loop ((l l)) (or (null? l) (and (identifier? (car l)) (loop (cdr l)))))))
(define-syntax my-let (lambda (stx) (syntax-case stx () ((_ ((n v) ...) . body) (all-ids? #'(n ...)) #'((lambda (n ...) . body) v ...)) ((_ name ((n v) ...) . body) (identifier? #'name) #'(letrec ((name (lambda (n ...) . body))) (name v ...))))))
(show (my-let ((a 1) (b 2)) (+ a b)))
(show (my-let loop ((i 0)) (if (< i 10) (loop (+ i 1)) i)))
(define-macro (my-unless c . body) `(if ,c #f (begin ,@body)))
(show (my-unless #f 1 2))
(define-syntax-rule (inc! x) (set! x (+ x 1)))
(define z 1) (inc! z) (show z)
(define-syntax five (identifier-syntax 5))
(show (+ five five))
(define st 10)
(define-syntax cell (identifier-syntax (_ st) ((set! _ v) (set! st (* 2 v)))))
(set! cell 4) (show cell)
(define-syntax vt (make-variable-transformer (lambda (stx) (syntax-case stx (set!) ((set! _ v) #'(set! st (+ 100 v))) (id (identifier? #'id) #'(list 'vt st))))))
(set! vt 1) (show vt)
(define-syntax rot (lambda (stx) (syntax-case stx () ((_ a ...) #`(list #,@(reverse #'(a ...)) . #,#'('end))))))
(show (rot 1 2 3))
(define-syntax q (lambda (stx) (syntax-case stx () ((_ a b) #`(quote (a #,(datum->syntax #'a (+ 1 (syntax->datum #'b))) #(a b #,#'b)))))))
(show (q x 41))
(let ((t 5)) (define-syntax m (lambda (s) (syntax-case s () ((_ e) (with-syntax (((u v) (generate-temporaries '(1 2)))) #'(let ((u e) (v t)) (+ u v))))))) (show (m 7)))
(let-syntax ((foo (syntax-rules () ((_ a) (list a a))))) (show (foo 3)))
(define-syntax my-or2 (lambda (s) (syntax-case s () ((_) #'#f) ((_ a) #'a) ((_ a b ...) #'(let ((t a)) (if t t (my-or2 b ...)))))))
(let ((t 5)) (show (my-or2 #f t)))
(define-syntax kw (lambda (s) (syntax-case s (=>) ((_ a => b) #''arrow) ((_ a b c) #''plain))))
(show (kw 1 => 2)) (let ((=> 1)) (show (kw 1 => 2)))
(define-syntax def2 (lambda (s) (syntax-case s () ((_ n v) #'(begin (define n v) (define hidden v))))))
(def2 aa 5) (show aa)
(define-syntax ctx (let ((count 0)) (lambda (s) (set! count (+ count 1)) (datum->syntax #'here count))))
(show (list (ctx) (ctx) ctx))
(show (eval '(let-syntax ((m (lambda (s) #'(quote ok)))) (m)) (interaction-environment)))
(define-syntax ev (lambda (s) (datum->syntax s (eval '(* 6 7) (interaction-environment)))))
(show ev)
;=> 3
;=> 10
;=> 2
;=> 2
;=> 10
;=> 8
;=> (vt 101)
;=> (3 2 1 end)
;=> (x 42 #(x 41 41))
;=> 12
;=> (3 3)
;=> 5
;=> arrow
;=> plain
;=> 5
;=> (1 2 3)
;=> ok
;=> 42
