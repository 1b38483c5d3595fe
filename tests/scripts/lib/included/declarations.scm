;; Library declarations, included by the conformance file of chapter 5.
(import (scheme base))
(begin (define x 'declared))
