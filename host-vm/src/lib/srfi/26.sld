;; SRFI 26: cut and cute, procedures from calls with holes.

(define-library (srfi 26)
  (import (limpet core) (limpet control))
  (export cut cute)
  (begin

    ;; (cut-call (parameter ...) (operand ...) slot-or-expression ...)
    (define-syntax cut-call
      (syntax-rules (<> <...>)
        ((_ (parameter ...) (operator operand ...)) (lambda (parameter ...) ((begin operator) operand ...)))
        ((_ (parameter ...) (operator operand ...) <...>)
         (lambda (parameter ... . more) (apply operator operand ... more)))
        ((_ (parameter ...) (operand ...) <> . rest) (cut-call (parameter ... x) (operand ... x) . rest))
        ((_ parameters (operand ...) expression . rest) (cut-call parameters (operand ... expression) . rest))))

    (define-syntax cut
      (syntax-rules ()
        ((_ slot-or-expression ...) (cut-call () () slot-or-expression ...))))

    ;; As `cut-call`, with bindings for the expressions, which are evaluated once.
    (define-syntax cute-call
      (syntax-rules (<> <...>)
        ((_ bindings (parameter ...) (operator operand ...))
         (let bindings (lambda (parameter ...) (operator operand ...))))
        ((_ bindings (parameter ...) (operator operand ...) <...>)
         (let bindings (lambda (parameter ... . more) (apply operator operand ... more))))
        ((_ bindings (parameter ...) (operand ...) <> . rest)
         (cute-call bindings (parameter ... x) (operand ... x) . rest))
        ((_ (binding ...) parameters (operand ...) expression . rest)
         (cute-call (binding ... (x expression)) parameters (operand ... x) . rest))))

    (define-syntax cute
      (syntax-rules ()
        ((_ slot-or-expression ...) (cute-call () () () slot-or-expression ...))))))
