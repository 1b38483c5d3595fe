;; SRFI 39: parameters.

(define-library (srfi 39)
  (import (limpet core) (limpet control) (limpet list) (limpet sequence))
  (export make-parameter parameterize))
