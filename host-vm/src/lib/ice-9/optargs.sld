;; Guile's optional and keyword arguments. `lambda*` and `define*` are in the language; these bind from a list of arguments that
;; a procedure has already. What is left of it after the optional ones is its new value in the body.

(define-library (ice-9 optargs)
  (import (limpet core) (limpet control))
  (export lambda* case-lambda* define* define*-public
          let-optional let-optional* let-keywords let-keywords*)
  (begin

    (define-syntax let-optional*
      (syntax-rules ()
        ((_ arguments (binding ...) body ...)
         (apply (lambda* (#:optional binding ... . arguments) body ...) arguments))))

    (define-syntax let-keywords*
      (syntax-rules ()
        ((_ arguments #f (binding ...) body ...)
         (apply (lambda* (#:key binding ...) body ...) arguments))
        ((_ arguments allow-other-keys? (binding ...) body ...)
         (apply (lambda* (#:key binding ... #:allow-other-keys) body ...) arguments))))

    ;; Without the star, defaults do not see the variables before them: they are procedures from outside. The list in front is
    ;; of the variables, those procedures, the defaults, and what else belongs to a variable.
    (define-syntax parallel
      (syntax-rules ()
        ((_ ((name default value . more) ...) () (form arguments flag ...) body ...)
         (let ((default (lambda () value)) ...)
           (form arguments flag ... ((name (default) . more) ...) body ...)))
        ((_ (done ...) ((name value . more) . others) form body ...)
         (parallel (done ... (name default value . more)) others form body ...))
        ((_ (done ...) (name . others) form body ...)
         (parallel (done ... (name default #f)) others form body ...))))

    (define-syntax let-optional
      (syntax-rules ()
        ((_ arguments bindings body ...)
         (parallel () bindings (let-optional* arguments) body ...))))

    (define-syntax let-keywords
      (syntax-rules ()
        ((_ arguments allow-other-keys? bindings body ...)
         (parallel () bindings (let-keywords* arguments allow-other-keys?) body ...))))

    (define-syntax define*-public
      (syntax-rules ()
        ((_ (name . formals) body ...) (define-public name (lambda* formals body ...)))
        ((_ name value) (define-public name value))))))
