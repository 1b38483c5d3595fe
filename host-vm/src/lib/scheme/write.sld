;; R7RS, appendix A.

(define-library (scheme write)
  (import (limpet core) (limpet control) (limpet list) (limpet sequence))
  (export display write write-shared write-simple))
