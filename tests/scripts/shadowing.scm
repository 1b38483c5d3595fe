;; no image: it loads a file. Programs that reuse imported names, and that go on with what a file defines.
(define apply-of-the-library apply)
(define (both x) (list (car x) (cadr x)))
(write (both '(1 2)))
(define (apply procedure x) (apply-of-the-library procedure (list x x)))
(write (apply + 4))
(define format-of-the-library format)
(define (format . arguments) (apply-of-the-library format-of-the-library #f arguments))
(write (format "~a!" 5))
(define + (let ((add +)) (lambda numbers (apply-of-the-library add 100 numbers))))
(write (+ 1 1))
;; Nothing runs before the definition: it may use the name as its own.
(define (length list) (if (null? list) 0 (1+ (length (cdr list)))))
(write (length '(a b)))
(newline)

(define shared (list 1 2 3))
(append! shared (list 4))
(write shared)
(append! shared shared)
(write (list-ref shared 10))
(newline)

(define file (string-append (or (getenv "TMPDIR") "/tmp") "/limpet-shadowing-" (number->string (getpid)) ".scm"))
(call-with-output-file file
  (lambda (port)
    (for-each (lambda (form) (write form port))
              '((define-syntax twice (syntax-rules () ((_ e) (begin e e))))
                (define (compose x) (list 'composed x))
                (define loaded 'yes)))))
(load file)
(delete-file file)
(twice (write loaded))
(write (compose 1))
(define k #f)
(define count 0)
(call/cc (lambda (here) (set! k here)))
(set! count (1+ count))
(if (< count 3) (k 'again))
(write count)
(newline)
;=> (1 2)8"5!"1022
;=> (1 2 3 4)3
;=> yesyes(composed 1)3
