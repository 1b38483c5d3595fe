;; SRFI 132: sorting.

(define-library (srfi 132)
  (import (limpet sort))
  (export list-sort vector-sort vector-sort! list-merge))
