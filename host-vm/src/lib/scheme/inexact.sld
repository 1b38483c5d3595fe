;; R7RS, appendix A.

(define-library (scheme inexact)
  (import (limpet core) (limpet control) (limpet list) (limpet sequence))
  (export acos asin atan cos exp finite? infinite? log nan? sin sqrt tan))
