;; Guile's `while`. A library of its own: its macro is a procedure, so it stays with its text and is expanded when a
;; program first mentions it.

(define-library (limpet while)
  (import (limpet core) (limpet control))
  (export while)
  (begin
    ;; (while test body ...): `break` and `continue` are bound in the body. Continuations are captured only where the body
    ;; speaks of them. The value is #f, or what `break` was given, #t without.
    (define-syntax while
      (lambda (form)
        ;; Of syntax, not of its datum, which may contain itself.
        (define (mentions? form name)
          (let loop ((form form))
            (syntax-case form ()
              ((first . rest) (or (loop #'first) (loop #'rest)))
              (#(part ...) (loop #'(part ...)))
              (_ (and (identifier? form) (eq? (syntax->datum form) name))))))
        (syntax-case form ()
          ((keyword test body ...)
           (let ((inside #'(test body ...)))
             (with-syntax ((break (datum->syntax #'keyword 'break))
                           (continue (datum->syntax #'keyword 'continue)))
               (with-syntax ((step (if (mentions? inside 'continue)
                                       #'(call-with-escape-continuation (lambda (continue) body ... #f))
                                       #'(begin #f body ...))))
                 (with-syntax ((whole #'(let loop () (if test (begin step (loop)) #f))))
                   (if (mentions? inside 'break)
                       #'(call-with-escape-continuation
                          (lambda (leave)
                            (let ((break (case-lambda (() (leave #t)) (results (apply leave results)))))
                              whole)))
                       #'whole)))))))))))
