;; R7RS 3.4: objects are locations; literals may be constant, what procedures make is not; space lasts as long as memory.
(import (scheme base) (checks))

(check-error (string-set! "abc" 0 #\z))
(check (let ((v (vector 0 1))) (vector-set! v 0 'ok) v) => #(ok 1))
(check (let ((s (string #\a))) (string-set! s 0 #\z) s) => "z")
(check-error (string-fill! "abc" #\z))
(check-error (string-copy! "abc" 0 "z"))
(check-error (string-set! (symbol->string 'abc) 0 #\z))
;; What is newly allocated has locations of its own.
(check (let* ((a (list 1 2)) (b (list-copy a))) (set-car! b 9) (list a b)) => '((1 2) (9 2)))
(check (let* ((a (vector 1 2)) (b (vector-copy a))) (vector-set! b 0 9) (list a b)) => '(#(1 2) #(9 2)))
(check (let* ((a (string #\a #\b)) (b (string-copy a))) (string-set! b 0 #\z) (list a b)) => '("ab" "zb"))
(check (let* ((a (bytevector 1 2)) (b (bytevector-copy a))) (bytevector-u8-set! b 0 9) (list a b)) => '(#u8(1 2) #u8(9 2)))
(check (let ((s (string-copy "abc"))) (string-set! s 0 #\z) s) => "zbc")
(check (let ((s (string-append "ab" "c"))) (string-set! s 0 #\z) s) => "zbc")
(check (let ((s (list->string (list #\a)))) (string-set! s 0 #\z) s) => "z")
(check (let ((s (number->string 10))) (string-set! s 0 #\z) s) => "z0")
(check (let ((f (lambda () (list 1)))) (eq? (f) (f))) => #f)
(check (let ((f (lambda (x) (lambda () x)))) (eqv? (f 1) (f 2))) => #f)
;; An object in several places is one object.
(check (let* ((shared (list 1)) (l (list shared shared))) (set-car! shared 2) l) => '((2) (2)))
(check (let* ((v (make-vector 2 (list 0)))) (set-car! (vector-ref v 0) 1) v) => #((1) (1)))
;; Recursion that is no tail call has as much space as there is memory.
(define (count-up n) (if (= n 0) 0 (+ 1 (count-up (- n 1)))))
(check (count-up 100000) => 100000)
(define (build n) (if (= n 0) '() (cons n (build (- n 1)))))
(check (length (build 100000)) => 100000)
(check (apply + (map (lambda (x) 1) (make-list 100000 0))) => 100000)
(check (vector-length (list->vector (map - (build 100000)))) => 100000)
(check (length (let copy ((l (build 100000))) (if (pair? l) (cons (car l) (copy (cdr l))) '()))) => 100000)

(checks-done "3.4")
;=> 3.4: 23 checks
