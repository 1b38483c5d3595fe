;; R7RS 2.2: whitespace and comments.
(import (scheme base) (scheme char) (scheme read) (scheme write) (checks) (texts))

#|
   The FACT procedure computes the factorial
   of a non-negative integer.
|#
(define fact
  (lambda (n)
    (if (= n 0)
        #;(= n 1)
        1        ;Base case: return 1
        (* n (fact (- n 1))))))
(check (fact 5) => 120)
(check '(1 #;2 3) => '(1 3))
(check '(1 #; 2 3) => '(1 3))
(check '(1 #;(2 (3) "4)") 5) => '(1 5))
(check '(1 #;#;2 3 4) => '(1 4))
(check '(1 #;#|x|#2 3) => '(1 3))
(check '(1 . #;2 3) => '(1 . 3))
(check '(1 . 2 #;3) => '(1 . 2))
(check '(1 #;2) => '(1))
(check '#(1 #;2 3) => #(1 3))
(check '(1 #| a #| nested |# b |# 2) => '(1 2))
(check '(1 #||# 2) => '(1 2))
(check '(1 #|||# 2) => '(1 2))
(check '(1 #| ; |# 2) => '(1 2))
(check '(1 #| "|# 2) => '(1 2))
(check '(a;comment
b) => '(a b))
(check (read-all "; only a comment") => '())
(check (read-all "#;a") => '())
(check (read-all "1;a\n2\r3\t4\f5") => '(1 2 3 4 5))
(check (read-all "(a)(b)\"c\"d") => '((a) (b) "c" d))
(check (read-all "a(b)c") => '(a (b) c))
(check-error (read-from "#| open") read-error?)

(checks-done "2.2")
;=> 2.2: 22 checks
