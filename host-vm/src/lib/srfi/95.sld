;; SRFI 95: sorting and merging.

(define-library (srfi 95)
  (import (limpet sort))
  (export sorted? merge merge! sort sort!))
