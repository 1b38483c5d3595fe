;; The default environment of programs without imports and of the prompt: everything of everyday use.

(define-library (limpet)
  (re-export (limpet core) (limpet control) (limpet list) (limpet sequence) (limpet hash) (limpet sort) (limpet number)
             (limpet eval)))
