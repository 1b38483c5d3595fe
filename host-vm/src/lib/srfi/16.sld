;; SRFI 16: case-lambda.

(define-library (srfi 16)
  (import (limpet core) (limpet control) (limpet list) (limpet sequence))
  (export case-lambda))
