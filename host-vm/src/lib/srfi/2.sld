;; SRFI 2: and-let*, an `and` whose clauses can bind variables.

(define-library (srfi 2)
  (import (limpet core))
  (export and-let*)
  (begin
    (define-syntax and-let*
      (syntax-rules ()
        ((_ ()) #t)
        ((_ () body ...) (let () body ...))
        ;; The last clause's value is the value of a form without body.
        ((_ ((variable expression))) (let ((variable expression)) variable))
        ((_ ((expression))) expression)
        ((_ (variable)) variable)
        ((_ ((variable expression) . clauses) . body)
         (let ((variable expression)) (if variable (and-let* clauses . body) #f)))
        ((_ ((expression) . clauses) . body) (if expression (and-let* clauses . body) #f))
        ((_ (variable . clauses) . body) (if variable (and-let* clauses . body) #f))))))
