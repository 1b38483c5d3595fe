;; R7RS 3.3: an object has many external representations, of which `write` writes one; most are no expressions for it.
(import (scheme base) (scheme read) (scheme write) (checks))

(define (read-from text) (read (open-input-string text)))
(define (written object) (let ((port (open-output-string))) (write object port) (get-output-string port)))
(check (map read-from '("28" "#e28.000" "#x1c")) => '(28 28 28))
(check (map read-from '("(8 13)" "( 08 13 )" "(8 . (13 . ()))")) => '((8 13) (8 13) (8 13)))
(check (list (written 28) (written '(8 13))) => '("28" "(8 13)"))
(check (read-from "(+ 2 6)") => (list '+ 2 6))
(check (written '(+ 2 6)) => "(+ 2 6)")
(check (length (read-from "(+ 2 6)")) => 3)
(check (written (+ 2 6)) => "8")
(check (map written (list 'a "a" #\a '|A b| '(quote a) #t '() #(1) #u8(1))) => '("a" "\"a\"" "#\\a" "|A b|" "'a" "#t" "()" "#(1)" "#u8(1)"))
;; Objects without one are shown somehow.
(check (map (lambda (x) (string? (written x))) (list car (lambda () 1) (current-output-port) (eof-object) (if #f #f))) => '(#t #t #t #t #t))

(checks-done "3.3")
;=> 3.3: 9 checks
