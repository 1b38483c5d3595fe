;; R7RS, appendix A.

(define-library (scheme inexact)
  (import (limpet core))
  (export acos asin atan cos exp finite? infinite? log nan? sin sqrt tan))
