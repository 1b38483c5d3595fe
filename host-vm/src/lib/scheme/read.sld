;; R7RS, appendix A: the read library.

(define-library (scheme read)
  (import (limpet core))
  (export read))
