;; R7RS, appendix A.

(define-library (scheme complex)
  (import (limpet core))
  (export angle imag-part magnitude make-polar make-rectangular real-part))
