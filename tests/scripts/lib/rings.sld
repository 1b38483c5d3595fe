;; A library whose macros contain literals that contain themselves: images keep them.
(define-library (rings)
  (import (scheme base))
  (export ring-of constant-ring twist)
  (begin
    (define constant-ring '#0=(a b . #0#))
    (define-syntax ring-of
      (syntax-rules () ((_ x) '(x . #0=(end #(#0#) . #0#)))))
    ;; The literal that the inner macro hands on begins within another one.
    (define-syntax define-tail
      (syntax-rules ()
        ((_ name (first . rest)) (define-syntax name (syntax-rules () ((_) 'rest))))))
    (define-tail twist #0=(c d . #0#))))
