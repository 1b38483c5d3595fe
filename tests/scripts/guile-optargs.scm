;; Guile's optional and keyword parameters; what is expected is what Guile 3.0.8 gives.
(import (limpet) (ice-9 optargs) (checks))

(define (key-of thunk) (catch #t thunk (lambda (key . arguments) key)))
(define-syntax check-key
  (syntax-rules () ((_ expression key) (check (key-of (lambda () expression)) => 'key))))

;; Optional ones, with defaults that see the parameters before them.
(define* (two a #:optional b) (list a b))
(check (list (two 1) (two 1 2)) => '((1 #f) (1 2)))
(check-key (two) wrong-number-of-args)
(check-key (two 1 2 3) wrong-number-of-args)
(check ((lambda* (#:optional a #:rest r) (list a r)) #:x 4) => '(#:x (4)))
(check ((lambda* (a #:optional (b (* a 2)) (c (list a b))) (list a b c)) 1) => '(1 2 (1 2)))

;; Keywords.
(define* (keys a #:optional (b (* a 2)) #:key (c (list a b)) (d c #:dd)) (list a b c d))
(check (keys 1) => '(1 2 (1 2) (1 2)))
(check (keys 1 5) => '(1 5 (1 5) (1 5)))
(check (keys 1 #:dd 4) => '(1 2 (1 2) 4))
(check (keys 1 5 #:dd 4 #:c 3) => '(1 5 3 4))
(check (keys 1 5 #:c 3 #:c 4) => '(1 5 4 4))
(check-key (keys 1 #:d 4) keyword-argument-error)
(check-key (keys 1 #:c) keyword-argument-error)
(check-key (keys 1 2 3) keyword-argument-error)
(check-key (keys) wrong-number-of-args)
(check ((lambda* (a #:key x) (list a x)) 4) => '(4 #f))
(check-key ((lambda* (a #:key x) (list a x)) #:x 4) keyword-argument-error)
(check ((lambda* (#:optional a #:key x) (list a x)) #:x 4) => '(#f 4))

;; The rest, and other keys.
(check ((lambda* (#:key a #:rest r) (list a r)) 1 #:a 2) => '(2 (1 #:a 2)))
(check ((lambda* (a #:key (b 1) . r) (list a b r)) 1 #:b 4) => '(1 4 (#:b 4)))
(check-key ((lambda* (#:key a #:rest r) (list a r)) 1 #:b 2) keyword-argument-error)
(check-key ((lambda* (#:key a #:rest r) (list a r)) 1 #:a) keyword-argument-error)
(check ((lambda* (a #:optional c #:key b #:allow-other-keys) (list a c b)) 1 3 #:b 4 #:d 5) => '(1 3 4))
(check ((lambda* (a #:optional c #:key b #:allow-other-keys) (list a c b)) 1 3 #:b 4 #:d) => '(1 3 4))
(check-key ((lambda* (a #:optional c #:key b #:allow-other-keys) (list a c b)) 1 3 #:b 4 7) keyword-argument-error)
(check ((lambda* (#!optional a #!key b #!allow-other-keys #!rest r) (list a b r)) 1 #:c 2) => '(1 #f (#:c 2)))

;; A message says which procedure and which keyword.
(check (catch 'keyword-argument-error (lambda () (keys 1 #:no 2))
         (lambda (key who format arguments data) (list who arguments)))
       => '("keys" ("unrecognized keyword" #:no)))

;; Parameters shadow; defaults are evaluated at each call, in order, only where needed.
(define b 10)
(define* (outer #:key (a b) (b 20)) (list a b))
(check (outer) => '(10 20))
(define count 0)
(define* (counting #:optional x #:key (n (begin (set! count (+ count 1)) count))) n)
(check (let* ((one (counting)) (two (counting 1 #:n 7)) (three (counting))) (list one two three)) => '(1 7 2))
(define-syntax swap-names (syntax-rules () ((_ x) (lambda* (#:key (t 1) (x t)) (list t x)))))
(check ((swap-names t)) => '(1 1))
(check ((swap-names t) #:t 5) => '(5 5))
(define* ((curried a #:key (b 2)) c #:key (d b)) (list a b c d))
(check ((curried 1) 3) => '(1 2 3 2))
(check ((curried 1 #:b 5) 3 #:d 6) => '(1 5 3 6))
(define (set-it) (define* (inner #:key (a 1)) (set! a (+ a 1)) (lambda () (set! a (* a 10)) a)) ((inner #:a 4)))
(check (set-it) => 50)

;; case-lambda*: a clause with keywords takes what has no more positional arguments than it has parameters for them.
(define f
  (case-lambda*
    ((a) (list 'one a))
    ((a #:optional b c) (list 'optional a b c))
    ((a b c d #:key k) (list 'keys a b c d k))
    (r (list 'rest r))))
(check (list (f) (f 1) (f 1 2) (f 1 2 3)) => '((rest ()) (one 1) (optional 1 2 #f) (optional 1 2 3)))
(check (list (f 1 2 3 4) (f 1 2 3 4 5) (f 1 2 3 4 #:k 5)) => '((keys 1 2 3 4 #f) (rest (1 2 3 4 5)) (keys 1 2 3 4 5)))
(check-key (f 1 2 3 4 #:z 5) keyword-argument-error)
(define g
  (case-lambda* ((a #:key b) (list 'key a b)) ((a b) (list 'two a b)) ((a b #:key c) (list 'more a b c)) ((a b c) (list 'three a b c))))
(check (list (g 1) (g 1 2) (g 1 2 3) (g 1 #:b 3)) => '((key 1 #f) (two 1 2) (three 1 2 3) (key 1 3)))
(check-key (g 1 2 #:c) keyword-argument-error)
(check (list (g 1 2 #:c 5)) => '((more 1 2 5)))
(check-key (g 1 2 3 4) wrong-number-of-args)
(check-key ((case-lambda)) wrong-number-of-args)
(check-key (apply (case-lambda) (iota 255)) wrong-number-of-args)
(check-key (apply (case-lambda*) (iota 3)) wrong-number-of-args)

;; From lists of arguments.
(define (lo . r) (let-optional r ((a 1) (b 2) c) (list a b c r)))
(check (list (lo) (lo 5) (lo 5 6 7 8 9)) => '((1 2 #f ()) (5 2 #f ()) (5 6 7 (8 9))))
(define (lo* . r) (let-optional* r ((a 1) (b (+ a 2)) c) (list a b c r)))
(check (list (lo*) (lo* 5) (lo* 5 6 7 8 9)) => '((1 3 #f ()) (5 7 #f ()) (5 6 7 (8 9))))
(define a 100)
(define (outside . r) (let-optional r ((a 1) (b a)) (list a b)))
(check (outside) => '(1 100))
(define (lk . r) (let-keywords r #f ((a 1) (b a) (c 3 #:cc)) (list a b c r)))
(check (list (lk) (lk #:b 5) (lk #:cc 7)) => '((1 100 3 ()) (1 5 3 (#:b 5)) (1 100 7 (#:cc 7))))
(check-key (lk #:d 5) keyword-argument-error)
(check-key (lk #:b) keyword-argument-error)
(define (lk* . r) (let-keywords* r #t ((a 1) (b (+ a 2)) c) (list a b c)))
(check (list (lk*) (lk* #:a 5) (lk* #:d 5)) => '((1 3 #f) (5 7 #f) (1 3 #f)))
(define*-public (public a #:key (b 2)) (list a b))
(check (public 1 #:b 3) => '(1 3))

;; Wrong parameter lists.
(define-syntax check-wrong
  (syntax-rules () ((_ expression) (check-key (eval 'expression (interaction-environment)) syntax-error))))
(check-wrong (lambda* (a #:key (b 1) b) b))
(check-wrong (lambda* (#:key (b 1 2)) b))
(check-wrong (lambda* (#:key b #:optional c) b))
(check-wrong (lambda* (#:allow-other-keys) 1))
(check-wrong (lambda* (#:key a #:rest) 1))
(check-wrong (lambda* (#:key a #:rest b . c) 1))
(check-wrong (lambda* (#:key 5) 1))
(check-wrong (lambda* (#:key a #:key b) 1))

;; with-exception-handler: unwinding.
(check (with-exception-handler (lambda (e) 'caught) (lambda () (error "x")) #:unwind? #t) => 'caught)
(check (with-exception-handler (lambda (e) e) (lambda () (+ 1 (raise-continuable 'object))) #:unwind? #t) => 'object)
(check (with-exception-handler (lambda (e) 2) (lambda () (+ 1 (raise-continuable 'object))) #:unwind? #f) => 3)
(check (with-exception-handler (lambda (e) 'caught) (lambda () (throw 'foo 1)) #:unwind? #t #:unwind-for-type 'foo) => 'caught)
(check-key (with-exception-handler (lambda (e) 'caught) (lambda () (throw 'bar 1)) #:unwind? #t #:unwind-for-type 'foo) bar)
(check (with-exception-handler (lambda (e) 'caught) (lambda () (car 4)) #:unwind? #t #:unwind-for-type 'wrong-type-arg) => 'caught)
(check-key (with-exception-handler (lambda (e) 'caught) (lambda () (car 4)) #:unwind? #t #:unwind-for-type 'out-of-range) wrong-type-arg)
(check (call-with-values (lambda () (with-exception-handler (lambda (e) (values 1 2)) (lambda () (error "x")) #:unwind? #t)) list) => '(1 2))
(check (let ((order '()))
         (with-exception-handler
           (lambda (e) (set! order (cons 'handler order)))
           (lambda () (dynamic-wind (lambda () #f) (lambda () (error "x")) (lambda () (set! order (cons 'after order)))))
           #:unwind? #t)
         order)
       => '(handler after))
(check-key (with-exception-handler (lambda (e) 1) (lambda () 1) #:unwound? #t) keyword-argument-error)
(check-key (with-exception-handler 5 (lambda () 1) #:unwind? #t) wrong-type-arg)

(checks-done "optargs")
;=> optargs: 70 checks
