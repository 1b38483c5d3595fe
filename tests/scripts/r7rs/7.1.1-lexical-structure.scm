;; R7RS 7.1.1: every production of the grammar of tokens, read by `read`; odd spellings and what is ungrammatical.
(import (scheme base) (scheme read) (scheme write) (checks) (texts))

;; Those texts of which `good?` does not hold: none.
(define (others good? texts)
  (let loop ((texts texts) (found '()))
    (cond ((null? texts) (reverse found))
          ((guard (condition (#t #f)) (good? (car texts))) (loop (cdr texts) found))
          (else (loop (cdr texts) (cons (car texts) found))))))
(define (refused? text)
  (guard (condition ((read-error? condition) #t)) (read-all text) #f))
;; The text is one symbol of this spelling, and `write` writes it back.
(define (symbol-text? text)
  (let ((data (read-all text)))
    (and (= (length data) 1) (symbol? (car data)) (string=? (symbol->string (car data)) text)
         (eq? (read-from (written (car data))) (car data)))))
(define (number-text? text)
  (let ((data (read-all text)))
    (and (= (length data) 1) (number? (car data)) (string->number text) #t)))

;; ---- identifiers: initial subsequent*
(check (others symbol-text?
               '("a" "z" "A" "Z" "!" "$" "%" "&" "*" "/" ":" "<" "=" ">" "?" "^" "_" "~" "a1" "a+" "a-" "a." "a@" "a.b.c" "x->y"
                 "list->vector" "<=?" "!a" "$1" "_0" "a/b" "a:b" "&rest" "~a" "^x" "*a*" "e1" "i" "inf" "nan.0" "x1F" "b2" "d"
                 "a!$%&*/:<=>?^_~+-.@9"))
       => '())
;; peculiar identifiers
(check (others symbol-text?
               '("+" "-" "..." ".." "+a" "-a" "+!" "-$" "++" "--" "+-" "-+" "+@" "-@" "+@a" "+a1" "-a+" "+.a" "-.a" "+.." "-.."
                 "+..." "-.-" "+.+" "+.@" ".a" ".+" ".-" ".@" ".a1" ".!" "..a" "....." "+i1" "-in" "+inf" "-nan" "+inf.0a" "-nan.0x"
                 "+e1" "-e" "+.e1" "->" "-->" "+1+" "-1+" "1+" "1-" "+a/b" "-i/2" "1+2" "1/x" "1e" "1e+" "1.2.3" "+1a"))
       => '())
;; and what looks alike, but is a number
(check (others number-text?
               '("+i" "-i" "+inf.0" "-inf.0" "+nan.0" "-nan.0" "+1" "-1" "+.5" "-.5" "1." "1e1" "1E1" ".5" "+5i" "-5i" "1+i" "1-2i"
                 "+inf.0i" "-nan.0i" "+INF.0" "-Nan.0" "1@2" "+I"))
       => '())
;; |...|: any characters, inline hex escapes, mnemonic escapes
(check (map (lambda (text) (symbol->string (read-from text)))
            '("||" "|a|" "|A b|" "|(|" "|;|" "|\"|" "|'|" "|#|" "|a\\x41;b|" "|\\x3bb;|" "|\\X41;|" "|\\a\\b\\t\\n\\r|" "|\\||" "|\\\\|"
              "|a\nb|" "|12|" "|.|" "|+i|"))
       => '("" "a" "A b" "(" ";" "\"" "'" "#" "aAb" "λ" "A" "\a\b\t\n\r" "|" "\\" "a\nb" "12" "." "+i"))
(check (eq? (read-from "|abc|") 'abc) => #t)
(check (eq? (read-from "|a\\x62;c|") 'abc) => #t)
(check (map symbol->string (read-all "|a||b|")) => '("a" "b"))
(check (map symbol? (read-all "|12| |.| |+i| |#t| ||")) => '(#t #t #t #t #t))
(check (map (lambda (text) (written (read-from text))) '("|12|" "|.|" "|+i|" "||" "|a b|" "|A|" "|a;|" "|1+|" "|-|" "|...|" "|#a|" "|\\x7;|"))
       => '("|12|" "|.|" "|+i|" "||" "|a b|" "A" "|a;|" "1+" "-" "..." "|#a|" "|\\a|"))
(check (others refused? '("|a" "|a\\x41b|" "|a\\x;|" "|\\x110000;|" "|\\xd800;|" "|\\q|")) => '())
;; further characters of Unicode
(check (others symbol-text? '("λ" "straße" "Ω1" "日本語" "x̂" "a٣" "−" "→x" "∀" "€" "a‍b")) => '())

;; ---- delimiters end identifiers, numbers, characters, booleans and the dot
(check (read-all "a(b)c\"d\"e;f\ng") => '(a (b) c "d" e g))
(check (read-all "1(2)3\"4\"5;6\n7") => '(1 (2) 3 "4" 5 7))
(check (read-all "#t(#f)#true\"\"#false;\n#t") => '(#t (#f) #t "" #f #t))
(check (read-all "#\\a(#\\b)#\\space\"\"#\\x41;\n#\\c") => '(#\a (#\b) #\space "" #\A #\c))
(check (read-all "(a . b)(a .(b))(a . |b|)(a .\"b\")") => '((a . b) (a b) (a . b) (a . "b")))
(check (read-all "(a .b)(a ... b)(a. b)") => (list (list 'a (string->symbol ".b")) '(a ... b) (list (string->symbol "a.") 'b)))

;; ---- whitespace, comments, directives
(check (read-all "a\tb\nc\rd\r\ne  f") => '(a b c d e f))
(check (read-all ";c\na;c\rb;c\r\nc;") => '(a b c))
(check (read-all "#||#a #|x|#b #| #|y|# |#c(#|#||#|#)d") => '(a b c () d))
(check (read-all "#| | # |#a #|||#b #|# |#c") => '(a b c))
(check (read-all "#;a b #;(a b) c #; #|x|# a d #;#;a b e #;'a f #;#(a) g") => '(b c d e f g))
(check (read-all "(a #;b) (#;a) (a . #;b c) (a #;b . c) (a . b #;c) #(a #;b) #u8(1 #;2)")
       => (list '(a) '() '(a . c) '(a . c) '(a . b) #(a) #u8(1)))
(check (read-all "'#;a b `#|x|#a ,;x\na ,@ a") => '('b `a ,a ,@a))
(check (others refused? '("#|" "#| #| |#" "#;" "(#;)" "(a . #;b)" "(a . b #;c d)" "'#;a")) => '())
(check (read-all "#!fold-case ABC|ABC|\"ABC\"#\\A #!no-fold-case ABC") => '(abc |ABC| "ABC" #\A ABC))
(check (read-all "(A #!fold-case B)C #!no-fold-case(D)") => '((A b) c (D)))
(check (read-all "#!fold-case;x\nA") => '(a))
(check (read-all "#!fold-case") => '())
(check (refused? "#!fold-casea") => #t)
(check (refused? "#!no-such-directive a") => #t)
(check (others refused? '("[" "]")) => '())

;; ---- booleans, characters, strings, bytevectors
(check (read-all "#t #f #true #false #T #F #TRUE #False") => '(#t #f #t #f #t #f #t #f))
(check (others refused? '("#tr" "#truex" "#fals" "#t1" "#ta")) => '())
(check (map char->integer (read-all "#\\a #\\A #\\( #\\) #\\; #\\\" #\\# #\\\\ #\\' #\\| #\\  #\\x #\\λ #\\1 #\\."))
       => '(97 65 40 41 59 34 35 92 39 124 32 120 955 49 46))
(check (map char->integer (read-all "#\\alarm #\\backspace #\\delete #\\escape #\\newline #\\null #\\return #\\space #\\tab"))
       => '(7 8 127 27 10 0 13 32 9))
(check (map char->integer (read-all "#\\x0 #\\x41 #\\x3bb #\\x3BB #\\x10FFFF #\\x00041")) => '(0 65 955 955 #x10ffff 65))
(check (others refused? '("#\\" "#\\nosuch" "#\\ab" "#\\x110000" "#\\xd800" "#\\xg1" "#\\spac")) => '())
(check (read-from "\"\\a\\b\\t\\n\\r\\\"\\\\\\|\\x41;\\x3BB;\"") => "\a\b\t\n\r\"\\|Aλ")
(check (read-from "\"a\\\nb\"") => "ab")
(check (read-from "\"a\\ \t\n \t b\"") => "ab")
(check (read-from "\"a\\\r\n  b\"") => "ab")
(check (read-from "\"a\\\r  b\"") => "ab")
(check (read-from "\"a \\\n\"") => "a ")
(check (read-from "\"a\\\n  \\\n  b\"") => "ab")
(check (map read-from '("\"a\nb\"" "\"a\r\nb\"" "\"a\rb\"")) => '("a\nb" "a\nb" "a\nb"))
(check (read-from "\"a;b#|c\"") => "a;b#|c")
(check (others refused? '("\"" "\"a\\" "\"\\q\"" "\"\\x4\"" "\"\\x;\"" "\"\\xd800;\"" "\"\\x110000;\"" "\"\\ a\"")) => '())
(check (read-all "#u8() #u8(0 255) #U8(1 #xff #b1)") => (list #u8() #u8(0 255) #u8(1 255 1)))
(check (others refused? '("#u8(256)" "#u8(-1)" "#u8(1.0)" "#u8(a)" "#u8(1 . 2)" "#u8 (1)" "#u8(" "#u9(1)" "#u(1)")) => '())

;; ---- numbers
(define (number-is? text) (let ((n (read-from (car text)))) (and (eqv? n (cadr text)) (eqv? (string->number (car text)) n))))
(check (others number-is?
               (list '("0" 0) '("-0" 0) '("+7" 7) '("007" 7) '("1/2" 1/2) '("-6/4" -3/2) '("+0/5" 0) '("12345678901234567890" 12345678901234567890)
                     '("1." 1.0) '(".5" 0.5) '("-.5" -0.5) '("00.50" 0.5) '("1e0" 1.0) '("1e3" 1000.0) '("1E3" 1000.0) '("1e+3" 1000.0)
                     '("15e-1" 1.5) '("1.5e1" 15.0) '(".5e1" 5.0) '("1.e1" 10.0) '("-0.0" -0.0) '("1e-400" 0.0) '("-1e-400" -0.0)
                     (list "1e400" (/ 1. 0.)) (list "-1e400" (/ -1. 0.)) (list "+inf.0" (/ 1. 0.)) (list "-InF.0" (/ -1. 0.))
                     '("#d10" 10) '("#D1.5" 1.5) '("#x1F" 31) '("#X-1f" -31) '("#b-101" -5) '("#o+17" 15) '("#xAB/F" 57/5) '("#b1/10" 1/2)
                     '("#xe1" 225) '("#x1e1" 481) '("#xface" 64206)
                     '("#e1.5" 3/2) '("#e1e3" 1000) '("#e.25e1" 5/2) '("#e-0.0" 0) '("#i1/2" 0.5) '("#i10" 10.0) '("#I1" 1.0) '("#e1/2" 1/2)
                     '("#i#x1F" 31.0) '("#x#i1F" 31.0) '("#d#e1.5" 3/2) '("#e#d1.5" 3/2) '("#e#x10" 16) '("#x#e10" 16) '("#b#i11" 3.0)
                     '("1+2i" 1+2i) '("1-i" 1-i) '("+i" +i) '("-i" -i) '("+2i" +2i) '("-1/2i" -1/2i) '("1/2+3/4i" 1/2+3/4i) '("1.5-2.5e1i" 1.5-25.0i)
                     '("#x1+Fi" 1+15i) '("#e1.5+2.5i" 3/2+5/2i) '("1+0i" 1) '("2@0" 2) '("#b1+i" 1+i) '("1e2+1e2i" 100.0+100.0i)))
       => '())
(check (let ((n (read-from "1+inf.0i"))) (list (number? n) (real? n))) => '(#t #f))
(check (map (lambda (text) (let ((n (read-from text))) (= n n))) '("+nan.0" "-nan.0" "+NaN.0")) => '(#f #f #f))
(check (map string->number
            '("" "+" "-" "." ".." "1/0x" "1/" "/2" "1//2" "1/-2" "1.5/2" "1/2.5" "1e" "e1" "1e1.5" "1e1e1" "#b2" "#o8" "#xg" "#b1.1" "#x1.5" "#d" "#e"
              "#x" "#b1e1" "#d#d1" "#e#i1" "#x#b1" "#e#e1" "1+" "1+2" "i" "1i" "+1" "1+1i1" "1@" "@1" "1@1i" "1 2" " 1" "1 " "#z1" "+inf" "inf.0" "+inf.00"
              "1_000" "0x10" "1,5" "--1" "+-1" "1..2"))
       => '(#f #f #f #f #f #f #f #f #f #f #f #f #f #f #f #f #f #f #f #f #f #f #f
            #f #f #f #f #f #f #f #f #f #f 1 #f #f #f #f #f #f #f #f #f #f #f
            #f #f #f #f #f #f))
(check (others refused? '("#b2" "#xg" "#e" "#x" "#d#d1" "#e#ia" "#b1.1" "#i" "1/0")) => '())

(checks-done "7.1.1")
;=> 7.1.1: 55 checks
