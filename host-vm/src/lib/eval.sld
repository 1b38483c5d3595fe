;; Evaluation of data as programs, and Guile's modules as objects. `%compile` gives procedures to call in order: the last one is
;; the form's, those before it are libraries that it needs for the first time.

(define-library (limpet eval)
  (import (limpet core) (limpet control))
  (export eval environment interaction-environment environment? scheme-report-environment null-environment
          load primitive-load primitive-eval %continue-program
          current-module resolve-module module-ref module-set! module-define! module-bound?)
  (begin

    (define (run procedures)
      (if (pair? procedures)
          (if (pair? (cdr procedures))
              (begin
                ((car procedures))
                (run (cdr procedures)))
              ((car procedures)))))

    (define (eval expression environment)
      (run (%compile expression environment)))

    (define (primitive-eval expression)
      (run (%compile expression (interaction-environment))))

    (define (environment . sets) (%environment sets))

    (define (check-version who version)
      (if (not (eqv? version 5))
          (error (symbol->string who) "only version 5 of the report has such an environment, got" version)))

    (define (scheme-report-environment version)
      (check-version 'scheme-report-environment version)
      (%environment '((scheme r5rs))))

    (define (null-environment version)
      (check-version 'null-environment version)
      (%environment
       '((only (scheme r5rs) and begin case cond define define-syntax delay do if lambda let let* let-syntax letrec
               letrec-syntax or quasiquote quote set! syntax-rules))))

    ;; The file that is being loaded.
    (define loading (make-parameter #f))

    ;; Form by form: a form may define the syntax of those after it. A file that is not found here may lie beside the one that is
    ;; being loaded, or beside the program.
    (define load
      (case-lambda
        ((file) (load file (interaction-environment)))
        ((file environment)
         (let* ((path (%program-path file (loading))) (forms (%read-program path)))
           (%parameterize (list (cons loading path)) (lambda () (evaluate-all forms environment)))))))
    (define (evaluate-all forms environment)
      (if (pair? forms)
          (if (pair? (cdr forms))
              (begin
                (run (%compile (car forms) environment 'load))
                (evaluate-all (cdr forms) environment))
              (run (%compile (car forms) environment 'load)))))

    ;; What follows the first form (load ...) of a program (expand/rest.rs).
    (define (%continue-program)
      (evaluate-all (%rest-of-program) (interaction-environment)))

    (define (primitive-load file) (load file))

    ;; ---- modules as objects

    (define (current-module) (interaction-environment))
    (define (resolve-module name) (%library-environment name #f))
    (define (module-ref module name . default)
      (if (and (pair? default) (not (module-bound? module name)))
          (car default)
          (eval name module)))
    (define (module-set! module name value) (eval (list 'set! name (list 'quote value)) module))
    (define (module-define! module name value) (eval (list 'define name (list 'quote value)) module))
    (define (module-bound? module name)
      (%guard (lambda () (eval name module) #t) (lambda (condition reraise) #f)))))
