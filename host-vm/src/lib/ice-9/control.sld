;; (ice-9 control): escapes, prompts by short names, and shift and reset.

(define-library (ice-9 control)
  (import (limpet core) (limpet control))
  (export % abort call/ec let/ec call-with-escape-continuation let-escape-continuation shift reset shift* reset*
          call-with-prompt abort-to-prompt make-prompt-tag default-prompt-tag call-with-composable-continuation)
  (begin
    (define call/ec call-with-escape-continuation)
    (define-syntax let/ec
      (syntax-rules () ((_ k body ...) (call/ec (lambda (k) body ...)))))
    (define-syntax let-escape-continuation
      (syntax-rules () ((_ k body ...) (call/ec (lambda (k) body ...)))))

    (define (abort . values) (apply abort-to-prompt (default-prompt-tag) values))
    ;; Without a handler, what an abort passes is called with the continuation, within the prompt again.
    (define (default-handler k procedure)
      (call-with-prompt (default-prompt-tag) (lambda () (procedure k)) default-handler))
    (define-syntax %
      (syntax-rules ()
        ((_ expression) (call-with-prompt (default-prompt-tag) (lambda () expression) default-handler))
        ((_ expression handler) (call-with-prompt (default-prompt-tag) (lambda () expression) handler))
        ((_ tag expression handler) (call-with-prompt tag (lambda () expression) handler))))

    (define (reset* thunk)
      (call-with-prompt (default-prompt-tag) thunk (lambda (k procedure) (procedure k))))
    (define (shift* procedure)
      (abort-to-prompt (default-prompt-tag)
        (lambda (k)
          (reset* (lambda () (procedure (lambda values (reset* (lambda () (apply k values))))))))))
    (define-syntax reset
      (syntax-rules () ((_ body ...) (reset* (lambda () body ...)))))
    (define-syntax shift
      (syntax-rules () ((_ k body ...) (shift* (lambda (k) body ...)))))))
