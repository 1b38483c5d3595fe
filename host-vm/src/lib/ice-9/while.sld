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
        (define (mentions? datum name)
          (let loop ((datum datum))
            (cond ((pair? datum) (or (loop (car datum)) (loop (cdr datum))))
                  ((vector? datum) (loop (vector->list datum)))
                  (else (eq? datum name)))))
        (syntax-case form ()
          ((keyword test body ...)
           (let ((datum (syntax->datum #'(test body ...))))
             (with-syntax ((break (datum->syntax #'keyword 'break))
                           (continue (datum->syntax #'keyword 'continue)))
               (with-syntax ((step (if (mentions? datum 'continue)
                                       #'(call-with-escape-continuation (lambda (continue) body ... #f))
                                       #'(begin #f body ...))))
                 (with-syntax ((whole #'(let loop () (if test (begin step (loop)) #f))))
                   (if (mentions? datum 'break)
                       #'(call-with-escape-continuation
                          (lambda (leave)
                            (let ((break (case-lambda (() (leave #t)) (results (apply leave results)))))
                              whole)))
                       #'whole)))))))))))
