;; SRFI 11: let-values.

(define-library (srfi 11)
  (import (limpet core) (limpet control) (limpet list) (limpet sequence))
  (export let-values let*-values))
