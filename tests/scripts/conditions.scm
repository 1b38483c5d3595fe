;; Conditions: who handles them, in which dynamic environment, what they say, what catch makes of them.
(define (show . all) (for-each (lambda (x) (write x) (display " ")) all) (newline))
(define-syntax said
  (syntax-rules () ((_ e) (guard (c (#t (display (condition/report-string c)) (newline))) (show 'no-error e)))))

;; Handlers run in the context of the raise, but for the handler itself.
(show (with-exception-handler (lambda (c) 42) (lambda () (+ (raise-continuable 'oops) 23))))
(show (guard (c (#t (list 'outer c)))
        (with-exception-handler (lambda (c) (raise (list 'again c))) (lambda () (raise 'first)))))
(define p (make-parameter 0))
(show (parameterize ((p 1)) (with-exception-handler (lambda (c) (p)) (lambda () (parameterize ((p 2)) (raise-continuable 'x))))))
(show (guard (c ((string? c) 'string) ((error-object? c) (error-object-message c)))
        (with-exception-handler (lambda (c) 'ignored) (lambda () (raise 'no-return)))))
(said (with-exception-handler (lambda (c) 'ignored) (lambda () (car 5))))

;; guard: clauses in the guard's extent, the raise again in the extent of the raise.
(define trace '())
(define (note x) (set! trace (cons x trace)))
(define (noted thunk) (set! trace '()) (let ((value (thunk))) (list value (reverse trace))))
(show (noted (lambda ()
        (guard (c ((symbol? c) (note 'clause) c))
          (dynamic-wind (lambda () (note 'in)) (lambda () (raise 'x)) (lambda () (note 'out)))))))
(show (noted (lambda ()
        (with-exception-handler
         (lambda (c) (note (list 'handler c)) 10)
         (lambda ()
           (+ 1 (guard (c ((string? c) 'never))
                  (dynamic-wind (lambda () (note 'in)) (lambda () (* 2 (raise-continuable 'x))) (lambda () (note 'out))))))))))
(show (guard (e ((assq 'a e) => cdr) ((assq 'b e))) (raise (list (cons 'a 42)))))
(show (guard (e ((assq 'a e) => cdr) ((assq 'b e))) (raise (list (cons 'b 23)))))
(show (guard (e (#f 'never) (else (list 'else e))) (raise 5)))
(show (call-with-values (lambda () (guard (e (#t (values 1 2))) (raise 0))) list))
(define (loop n) (guard (e (#t (if (= n 0) 'done (loop (- n 1))))) (raise n)))
(show (loop 2000))

;; Error objects.
(define e (guard (c (#t c)) (error "message" 1 "two" 'three)))
(show (error-object? e) (error-object-message e) (error-object-irritants e) (error-object? 'x) (file-error? e) (read-error? e))
(show (guard (c ((file-error? c) 'file)) (open-input-file "/no/such/file")))
(show (guard (c ((read-error? c) 'read)) (read (open-input-string "(1 . "))))
(show e)
(said (error "odd:" 'a "b" #\c 1.5 '(x "y")))
(said (raise 'not-an-error-object))
(said (raise (list 1 "two")))
(said (car 5))
(said (vector-ref '(1) 0))
(said (vector-ref #(1 2) 1.0))
(said (string-append "a" 5))
(said ((lambda (x y) x) 1))
(said (car 1 2))
(said ("not a procedure" 1))
(said (undefined-variable))
(said (exact (/ 0. 0.)))
(said (quotient 1 0))
(said (hash-table-ref (make-equal-hashtable) 'missing))
(said (with-exception-handler 5 (lambda () 1)))
(said (parameterize ((car 1)) 1))
(said (force (delay-force 5)))

;; catch and throw.
(define (all . arguments) arguments)
(show (catch 'key (lambda () (throw 'key 1 2)) all) (catch #t (lambda () (throw 'other)) all))
(show (catch 'outer (lambda () (catch 'inner (lambda () (throw 'outer 'x)) all)) (lambda (key . rest) (list 'outer rest))))
(show (catch #t (lambda () (car 5)) (lambda (key . rest) key)) (catch #t (lambda () (raise 5)) all))
(show (catch 'misc-error (lambda () (error "message" 1 2)) all))
(show (catch 'out-of-range (lambda () (vector-ref (vector 1) 1)) (lambda (key who . rest) (list key who))))
(show (catch 'numerical-overflow (lambda () (quotient 1 0)) (lambda (key . rest) key)))
(show (catch 'wrong-number-of-args (lambda () ((lambda (x) x))) (lambda (key . rest) key)))
(show (catch 'system-error (lambda () (open-input-file "/no/such/file")) all))
(show (noted (lambda () (catch 'key (lambda () (dynamic-wind (lambda () #f) (lambda () (throw 'key 1)) (lambda () (note 'out))))
                               (lambda (key x) (note 'handler) x)
                               (lambda (key x) (note 'before) x)))))
(show (noted (lambda () (catch 'key (lambda () (with-throw-handler 'key (lambda () (throw 'key 1)) (lambda arguments (note arguments)))) all))))
(said (throw 'key 1 "two"))
(said (scm-error 'key "who" "a template: ~a ~s" '("x" "y") #f))
(show (guard (c (#t (list (error-object? c) (exception-kind c) (exception-args c)))) (throw 'key 1 2)))

;; Parameters.
(define q (make-parameter 10 (lambda (x) (* x 2))))
(show (q) (parameterize ((q 3)) (q 4) (list (q))) (q) (begin (q 7) (q)))

;; Promises: one value, constant space, no confusion by reentrance (SRFI 45).
(define (count-down n) (if (= n 0) (delay 'done) (delay-force (count-down (- n 1)))))
(show (force (count-down 20000)))
(show (promise? (force (delay (delay 1)))) (force (make-promise (make-promise 2))) (promise? 5) (force 5))
(define x 5)
(define r (delay (begin (set! x (+ x 1)) (if (> x 10) x (force r)))))
(show (force r) (begin (set! x 3) (force r)))
(define f (let ((first? #t)) (delay (if first? (begin (set! first? #f) (force f)) 'second))))
(show (force f))
(define (stream-filter keep? s)
  (delay-force (let ((pair (force s)))
                 (if (keep? (car pair)) (delay (cons (car pair) (stream-filter keep? (cdr pair)))) (stream-filter keep? (cdr pair))))))
(define (from n) (delay (cons n (from (+ n 1)))))
(show (car (force (stream-filter (lambda (n) (= n 2000)) (from 0)))))

;; Generators from call/cc.
(define (generator list)
  (define return #f)
  (define (next) (call/cc (lambda (k) (set! return k) (for-each (lambda (x) (call/cc (lambda (rest) (set! next (lambda () (rest #f))) (return x)))) list) (return 'end))))
  (lambda () (call/cc (lambda (k) (set! return k) (next)))))
(define g (generator '(1 2 3)))
(show (g) (g) (g) (g))
;=> 65
;=> (outer (again first))
;=> 2
;=> "the handler returned from a condition that can't be continued:"
;=> raise: the handler returned from a condition that can't be continued: #<condition car: expected a pair, got 5>
;=> (x (in out clause))
;=> (21 (in out in (handler x) out))
;=> 42
;=> (b . 23)
;=> (else 5)
;=> (1 2)
;=> done
;=> #t "message" (1 "two" three) #f #f #f
;=> file
;=> read
;=> #<condition message 1 "two" three>
;=> odd: a "b" #\c 1.5 (x "y")
;=> uncaught object: not-an-error-object
;=> uncaught object: (1 "two")
;=> car: expected a pair, got 5
;=> vector-ref: argument 1: expected a vector, got (1)
;=> vector-ref: argument 2: expected an exact integer as index, got 1.0
;=> string-append: argument 2: expected a string, got 5
;=> anonymous procedure: expected 2 arguments, got 1
;=> car: expected 1 argument, got 2
;=> call of something that is no procedure: "not a procedure"
;=> unbound variable: undefined-variable
;=> exact: there is no exact number equal to +nan.0
;=> quotient: division by zero of 1
;=> hash-table-ref: no entry for the key missing
;=> with-exception-handler: expected a procedure as handler, got 5
;=> parameterize: expected a parameter, got #<procedure car>
;=> delay-force: expected a promise, got 5
;=> (key 1 2) (other)
;=> (outer (x))
;=> wrong-type-arg (%exception 5)
;=> (misc-error #f "~A ~S ~S" ("message" 1 2) #f)
;=> (out-of-range "vector-ref")
;=> numerical-overflow
;=> wrong-number-of-args
;=> (system-error "open-input-file" "~A: ~S" ("No such file or directory" "/no/such/file") (2))
;=> (1 (before out handler))
;=> ((key 1) ((key 1)))
;=> uncaught throw to key: 1 "two"
;=> who: a template: x "y"
;=> (#t key (1 2))
;=> 20 (8) 20 14
;=> done
;=> #t 2 #f 5
;=> 11 11
;=> second
;=> 2000
;=> 1 2 3 end
