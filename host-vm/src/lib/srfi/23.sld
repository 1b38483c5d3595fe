;; SRFI 23: error.

(define-library (srfi 23)
  (import (limpet core) (limpet control) (limpet list) (limpet sequence))
  (export error))
