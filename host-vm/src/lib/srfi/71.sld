;; SRFI 71: let, let* and letrec with several values: ((a b . rest) expression) or (a b expression).

(define-library (srfi 71)
  (import (rename (limpet core) (let core-let) (let* core-let*) (letrec core-letrec)) (limpet control) (limpet list))
  (export let let* letrec values->list values->vector uncons uncons-2 uncons-3 uncons-4 uncons-cons unlist unvector)
  (begin

    ;; (expand-bindings (finished ...) (binding ...) k): each binding becomes (formals expression), and in the end the
    ;; macro use k gets the list of them.
    (define-syntax expand-bindings
      (syntax-rules (values)
        ((_ done () (k ...)) (k ... done))
        ((_ (done ...) (((values . formals) expression) . more) k)
         (expand-bindings (done ... (formals expression)) more k))
        ((_ (done ...) ((variable expression) . more) k)
         (expand-bindings (done ... ((variable) expression)) more k))
        ((_ done ((variable . rest) . more) k) (expand-several done (variable) rest more k))))
    (define-syntax expand-several
      (syntax-rules ()
        ((_ (done ...) variables (expression) more k)
         (expand-bindings (done ... (variables expression)) more k))
        ((_ done (variable ...) (next . rest) more k)
         (expand-several done (variable ... next) rest more k))))

    (define-syntax let
      (syntax-rules ()
        ((_ (binding ...) body ...) (expand-bindings () (binding ...) (make-let body ...)))
        ((_ name ((variable value) ...) body ...) (core-let name ((variable value) ...) body ...))))
    (define-syntax make-let
      (syntax-rules () ((_ body ... ((formals expression) ...)) (let-values ((formals expression) ...) body ...))))
    (define-syntax let*
      (syntax-rules ()
        ((_ (binding ...) body ...) (expand-bindings () (binding ...) (make-let* body ...)))))
    (define-syntax make-let*
      (syntax-rules () ((_ body ... ((formals expression) ...)) (let*-values ((formals expression) ...) body ...))))
    (define-syntax letrec
      (syntax-rules ()
        ((_ (binding ...) body ...) (expand-bindings () (binding ...) (make-letrec body ...)))))
    (define-syntax make-letrec
      (syntax-rules ()
        ((_ body ... ((formals expression) ...))
         (core-let () (define-values formals expression) ... (core-let () body ...)))))

    (define-syntax values->list
      (syntax-rules () ((_ expression) (call-with-values (lambda () expression) list))))
    (define-syntax values->vector
      (syntax-rules () ((_ expression) (call-with-values (lambda () expression) vector))))
    (define (uncons pair) (values (car pair) (cdr pair)))
    (define (uncons-2 list) (values (car list) (cadr list) (cddr list)))
    (define (uncons-3 list) (values (car list) (cadr list) (caddr list) (cdddr list)))
    (define (uncons-4 list) (values (car list) (cadr list) (caddr list) (cadddr list) (cddddr list)))
    (define (uncons-cons alist) (values (caar alist) (cdar alist) (cdr alist)))
    (define (unlist list) (apply values list))
    (define (unvector vector) (apply values (vector->list vector)))))
