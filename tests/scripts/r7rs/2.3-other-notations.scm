;; R7RS 2.3: the other notations: delimiters, booleans, characters, strings, numbers, data.
(import (scheme base) (scheme char) (scheme read) (scheme write) (checks) (texts))

;; Delimiters end tokens.
(check '(a"b"c) => '(a "b" c))
(check '(1(2)3) => '(1 (2) 3))
(check (length '(#\( #\) #\; #\" #\#)) => 5)

;; booleans, characters, strings
(check (read-all "#t #f #true #false") => '(#t #f #t #f))
(check (read-all "#T #F #TRUE #False") => '(#t #f #t #f))
(check (map char->integer '(#\alarm #\backspace #\delete #\escape #\newline #\null #\return #\space #\tab))
       => '(7 8 127 27 10 0 13 32 9))
(check (map char->integer '(#\x #\x41 #\x3bb #\λ #\x10ffff #\x0)) => '(120 65 955 955 1114111 0))
(check (map char->integer '(#\  #\( #\x28)) => '(32 40 40))
(check-error (read-from "#\\xD800") read-error?)
(check-error (read-from "#\\x110000") read-error?)
(check-error (read-from "#\\nosuchname") read-error?)
(check (string->list "\a\b\t\n\r\"\\\|") => '(#\alarm #\backspace #\tab #\newline #\return #\" #\\ #\|))
(check "\x41;\x3bb;\x0;" => (string #\A #\λ #\null))
(check (string-length "\x1F600;") => 1)
(check "Here's text \
        containing just one line" => "Here's text containing just one line")
(check "a\   
   b" => "ab")
(check "a
b" => (string #\a #\newline #\b))
(check (read-from "\"a\\\n   b\"") => "ab")
(check (read-from "\"a\\  \t \n \t b\"") => "ab")
(check (read-from "\"a\r\nb\"") => "a\nb")
(check-error (read-from "\"open") read-error?)
(check-error (read-from "\"\\q\"") read-error?)
(check-error (read-from "\"\\x4\"") read-error?)
(check-error (read-from "\"\\xD800;\"") read-error?)
(check-error (read-from "|open") read-error?)

;; numbers
(check '(#xFF #xff #b101 #o17 #d10 #e1.5 #i1/2 #x-A #xAB/F) => '(255 255 5 15 10 3/2 0.5 -10 57/5))
(check '(#e#x10 #x#e10 #i#b11 #B1 #X1f #E.5 #I3) => '(16 16 3.0 1 31 1/2 3.0))
(check '(1. .5 -.5 +.5 1e3 1E3 1e-2 1.5e+2 +5 -0 1/2 -6/4 0/5) => '(1.0 0.5 -0.5 0.5 1000.0 1000.0 0.01 150.0 5 0 1/2 -3/2 0))
(check '(+inf.0 -inf.0) => (list (/ 1. 0.) (/ -1. 0.)))
(check (let ((n '+nan.0)) (= n n)) => #f)
(check (map number? '(+INF.0 -Inf.0 +NaN.0)) => '(#t #t #t))
(check (map eqv? '(-0.0 0.0 -0.0) '(0.0 0.0 -0.0)) => '(#f #t #t))
(check '(00012 +00.50) => '(12 0.5))
(check '(#e1e3 #e1.25e1 #e-.5) => '(1000 25/2 -1/2))
(check 123456789012345678901234567890 => (* 10 12345678901234567890123456789))
(check #xFFFFFFFFFFFFFFFFFFFF => (- (expt 16 20) 1))
(check-error (read-from "#b12"))
(check-error (read-from "1/0"))
(check-error (read-from "#xGG"))

;; external representations
(check (read-all "'a `a ,a ,@a") => '((quote a) (quasiquote a) (unquote a) (unquote-splicing a)))
(check (read-from "' a") => ''a)
(check (read-from ",@ a") => (list 'unquote-splicing 'a))
(check (read-from "(a . (b . (c . ())))") => '(a b c))
(check (read-from "(a .b)") => (list 'a (string->symbol ".b")))
(check (read-from "(a . b )") => (cons 'a 'b))
(check (read-from "(a .(b))") => '(a b))
(check (read-from "#(a #(b) (c))") => (vector 'a (vector 'b) (list 'c)))
(check (read-from "#u8(0 255 #xff)") => (bytevector 0 255 255))
(check (read-from "#U8(1)") => (bytevector 1))
(check (read-from "()") => '())
(check (read-from "( )") => '())
(check (eof-object? (read-from "")) => #t)
(check (eof-object? (read-from "   ")) => #t)
(for-each
 (lambda (text) (check-error (read-from text) read-error?))
 '("(" "(a" "(a ." "(a . b" ")" "(a . b c)" "( . a)" "#(" "#(a . b)" "#u8(256)" "#u8(-1)" "#u8(a)" "#u8(1.0)" "'" "`" ",@" "#;"
   "#<a>" "(a . )" "." "#\\"))
;; Deep data are no trouble.
(define (deep n) (string-append (make-string n #\() (make-string n #\))))
(check (let loop ((datum (read-from (deep 20000))) (n 1)) (if (null? datum) n (loop (car datum) (+ n 1)))) => 20000)
(check (read-all "#!fold-case |ABC| \"ABC\" #\\A STRASSE") => '(|ABC| "ABC" #\A strasse))
;; Directives hold on for what the same port gives later.
(define (read-one-by-one text)
  (let ((port (open-input-string text)))
    (let* ((a (read port)) (b (read port)) (c (read port)))
      (list a b c))))
(check (read-one-by-one "#!fold-case ABC DEF #!no-fold-case GHI") => '(abc def GHI))
(check (read-one-by-one "A #!fold-case (B #!no-fold-case C) D") => '(A (b C) D))

(checks-done "2.3")
;=> 2.3: 78 checks
