;; R7RS, appendix A: the eval library.

(define-library (scheme eval)
  (import (limpet eval))
  (export environment eval))
