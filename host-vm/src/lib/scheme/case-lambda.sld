;; R7RS, appendix A.

(define-library (scheme case-lambda)
  (import (limpet core) (limpet control) (limpet list) (limpet sequence))
  (export case-lambda))
