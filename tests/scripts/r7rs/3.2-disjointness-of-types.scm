;; R7RS 3.2: no object satisfies more than one of the predicates of types.
(import (scheme base) (scheme lazy) (checks))

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

(checks-done "3.2")
;=> 3.2: 8 checks
