;; SRFI 95: sorting.

(define-library (srfi 95)
  (import (limpet sort))
  (export sort sort! sorted?))
