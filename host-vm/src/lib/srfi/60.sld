;; SRFI 60: integers as bits.

(define-library (srfi 60)
  (import (limpet core) (limpet bits))
  (export bitwise-and logand bitwise-ior logior bitwise-xor logxor bitwise-not lognot
          bitwise-if (rename bitwise-if bitwise-merge) (rename any-bit-set? any-bits-set?) logtest bit-count logcount
          integer-length first-set-bit (rename first-set-bit log2-binary-factors) bit-set? logbit? copy-bit bit-field
          copy-bit-field arithmetic-shift ash (rename bit-field-rotate rotate-bit-field)
          (rename bit-field-reverse reverse-bit-field) integer->list list->integer booleans->integer))
