;; R7RS, appendix A: the load library.

(define-library (scheme load)
  (import (limpet eval))
  (export load))
