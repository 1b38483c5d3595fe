;; R7RS, appendix A.

(define-library (scheme lazy)
  (import (limpet core) (limpet control) (limpet list) (limpet sequence))
  (export delay delay-force force make-promise promise?))
