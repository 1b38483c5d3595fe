;; SRFI 8: receive.

(define-library (srfi 8)
  (import (limpet core) (limpet control) (limpet list) (limpet sequence))
  (export receive))
