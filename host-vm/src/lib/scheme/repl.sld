;; R7RS, appendix A: the repl library.

(define-library (scheme repl)
  (import (limpet eval))
  (export interaction-environment))
