;; R7RS 2.1: identifiers, and the directives that fold their case; 7.1.1 has every production of the grammar.
(import (scheme base) (scheme char) (scheme read) (scheme write) (checks) (texts))

(check (map symbol? '(... + +soup+ <=? ->string a34kTMNs lambda list->vector q V17a |two words| |two\x20;words|
                      the-word-recursion-has-many-meanings))
       => '(#t #t #t #t #t #t #t #t #t #t #t #t #t))
(check (eq? '|two words| '|two\x20;words|) => #t)
(check (eq? 'abc '|abc|) => #t)
(check (eq? 'abc 'ABC) => #f)
(check (symbol->string '|H\x65;llo|) => "Hello")
(check (symbol->string '|a\tb|) => "a\tb")
(check (symbol->string '|a\nb|) => "a\nb")
(check (symbol->string '|a\|b|) => "a|b")
(check (symbol->string '|a\\b|) => "a\\b")
(check (symbol->string '||) => "")
(check (map symbol->string '(! $ % & * / : < = > ? ^ _ ~ !a a.b a@b a+b a-b))
       => '("!" "$" "%" "&" "*" "/" ":" "<" "=" ">" "?" "^" "_" "~" "!a" "a.b" "a@b" "a+b" "a-b"))
(check (map symbol->string '(+ - ... +a -a .a ..  +.a -.a +- -- +@ -@ +.. .+ .@ -+))
       => '("+" "-" "..." "+a" "-a" ".a" ".." "+.a" "-.a" "+-" "--" "+@" "-@" "+.." ".+" ".@" "-+"))
(check (map symbol? '(+ix -ix +inf -inf +nan +infx -nan.0x)) => '(#t #t #t #t #t #t #t))
(check (map symbol? '(1+ -1+ 1/ 1x 1e)) => '(#t #t #t #t #t))
(check (let ((λ 5)) λ) => 5)
(check (symbol->string 'straße) => "straße")
(check (let ((|a b| 1)) (+ |a b| 1)) => 2)
(check (let ((|x| 7)) x) => 7)

;; Case: #!fold-case and #!no-fold-case
(check (read-all "#!fold-case ABC #!no-fold-case ABC") => '(abc ABC))
(check (read-from "#!fold-case (|ABC| \"ABC\" #\\A STRASSE)") => '(|ABC| "ABC" #\A strasse))
(check (read-from "#!fold-case #\\NEWLINE") => #\newline)
(check (read-from "(#!fold-case A #!no-fold-case B)") => '(a B))
#!fold-case
(CHECK (EQ? 'ABC 'abc) => #T)
#!no-fold-case
(check (eq? 'ABC 'abc) => #f)

(checks-done "2.1")
;=> 2.1: 24 checks
