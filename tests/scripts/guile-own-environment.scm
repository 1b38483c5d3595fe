;; What evaluates in the program's own environment.
(import (limpet) (limpet guile) (checks))

(check (map (lambda (name) (defined? name)) '(car no-such-name when)) => '(#t #f #t))
(check (eval-string "(define es 5) (* es 2)") => 10)
(define here 7)
(check (eval-string "(+ here 1)") => 8)
(check (defined? 'here) => #t)

(checks-done "own environment")
;=> own environment: 4 checks
