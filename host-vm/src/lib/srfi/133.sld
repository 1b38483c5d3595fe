;; SRFI 133: vectors (what programs use of it).

(define-library (srfi 133)
  (import (limpet core) (limpet control) (limpet list) (limpet sequence))
  (export make-vector vector vector-length vector-ref vector-set! vector-copy vector-copy! vector-append
          vector-fill! vector-map vector-map! vector-for-each vector-fold vector-count vector-index vector-any
          vector-every vector->list list->vector vector-binary-search))
