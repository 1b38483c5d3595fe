;; R7RS, appendix A.

(define-library (scheme time)
  (import (limpet core) (limpet control) (limpet list) (limpet sequence))
  (export current-jiffy current-second jiffies-per-second))
