;; R7RS 3: regions of variables, disjoint types, storage; tail calls (3.5) have a file of their own.
(import (scheme base) (scheme lazy) (checks))

;; 3.1 regions
(define x 'global)
(check (let ((x 'local)) ((lambda () x))) => 'local)
(check (let ((f (lambda () x))) (let ((x 'local)) (f))) => 'global)
(check (let ((x 1)) (let ((x 2)) (let ((x 3)) x))) => 3)
(check (let ((x 1)) (list (let ((x 2)) (set! x 3) x) x)) => '(3 1))
(define (shadow x) (define y x) (let ((x 2)) (list x y)))
(check (shadow 1) => '(2 1))

;; 3.2 disjointness: no object satisfies more than one of these
(define predicates
  (list boolean? bytevector? char? eof-object? null? number? pair? procedure? string? symbol? vector?))
(define-record-type thing (make-thing) thing?)
(define (how-many x) (apply + (map (lambda (p) (if (p x) 1 0)) predicates)))
(check (map how-many (list #t #f #u8(1) #u8() #\a (eof-object) '() 1 1.5 1/2 (expt 10 30) (quote (1)) car (lambda () 1)
                           "" "s" 'a '|| #() #(1)))
       => (make-list 20 1))
(check (how-many (make-thing)) => 0)
(check (thing? (make-thing)) => #t)
(check (map thing? (list 1 "a" 'a '() #(1) car #t)) => '(#f #f #f #f #f #f #f))
(check (procedure? (call/cc (lambda (k) k))) => #t)
(check (procedure? (make-parameter 1)) => #t)
(check (how-many (delay 1)) => 0)
;; Only #f is false.
(check (map (lambda (x) (if x #t #f)) (list #t 0 0.0 "" '() #() #u8() (eof-object) 'f #\0)) => (make-list 10 #t))

;; 3.4 storage: literals may be constant, what procedures make is not
(check-error (string-set! "abc" 0 #\z))
(check (let ((v (vector 0 1))) (vector-set! v 0 'ok) v) => #(ok 1))
(check (let ((s (string #\a))) (string-set! s 0 #\z) s) => "z")

(checks-done "3")
;=> 3: 16 checks
