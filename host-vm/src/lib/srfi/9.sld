;; SRFI 9: records.

(define-library (srfi 9)
  (import (limpet core) (limpet control) (limpet list) (limpet sequence))
  (export define-record-type))
