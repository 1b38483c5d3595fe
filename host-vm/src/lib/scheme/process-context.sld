;; R7RS, appendix A.

(define-library (scheme process-context)
  (import (limpet core) (limpet control) (limpet list) (limpet sequence))
  (export command-line emergency-exit exit get-environment-variable get-environment-variables))
