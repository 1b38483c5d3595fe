;; A tree walker as a coroutine by re-entrant continuations.
(import (scheme base) (scheme write) (scheme process-context))

(define (make-tree depth)
  (if (= depth 0)
      '()
      (list (make-tree (- depth 1)) depth (make-tree (- depth 1)))))

(define (tree-generator tree)
  (define return #f)
  (define (walk tree)
    (if (pair? tree)
        (begin
          (walk (car tree))
          (call-with-current-continuation
           (lambda (rest)
             (set! resume (lambda () (rest #f)))
             (return (cadr tree))))
          (walk (car (cddr tree))))))
  (define resume
    (lambda ()
      (walk tree)
      (return #f)))
  (lambda ()
    (call-with-current-continuation
     (lambda (k)
       (set! return k)
       (resume)))))

(define (sum-of next)
  (let loop ((sum 0))
    (let ((value (next)))
      (if value (loop (+ sum value)) sum))))

(define size (string->number (cadr (command-line))))
(let loop ((i 0) (sum 0))
  (if (= i size)
      (begin (display sum) (newline))
      (loop (+ i 1) (+ sum (sum-of (tree-generator (make-tree 12)))))))
