;; Characters and strings beyond ASCII, sets of characters, bytes: the same under every engine, in loops long enough for traces.
(import (limpet) (srfi 14))
(define (show . all) (for-each (lambda (x) (write x) (display " ")) all) (newline))
(define-syntax failing
  (syntax-rules () ((_ e) (guard (c (#t (display (condition/report-string c)) (newline))) (show 'no-error e)))))
(define (repeat n thunk) (let loop ((i 1) (value (thunk))) (if (< i n) (loop (+ i 1) (thunk)) value)))

;; Case: full mappings of strings, simple ones of characters.
(show (string-upcase "Straße") (string-downcase "ΧΑΟΣ ΧΑΟΣΣ") (string-foldcase "Straße ΧΑΟΣ ς"))
(show (string-ci=? "Straße" "STRASSE" "strasse") (string-ci<? "ä" "Ö" "ü"))
(show (map char-upcase (string->list "aßςᾳǆı")) (map char-downcase (string->list "AẞΣᾼǄİ")))
(show (map char-foldcase (string->list "AẞΣςᾼİ")) (map char-titlecase (string->list "aǆß")))
(show (map char-general-category (string->list "Aa1 -_(“+€^\x301;\n")))
(show (map digit-value (string->list "3٣𝟗²x")) (map char-numeric? (string->list "3٣²")))
(show (map char-alphabetic? (string->list "aλ中1 ")) (map char-whitespace? (list #\space #\x00a0 #\newline #\a)))
(show (map char-upper-case? (string->list "AaΛλ")) (map char-lower-case? (string->list "AaΛλ")))
(show (map string-length (list (string-normalize-nfc "e\x301;") (string-normalize-nfd "é") (string-normalize-nfkc "ﬁ"))))
(show (repeat 300 (lambda () (let loop ((cs (string->list "Ab1 λ")) (n 0)) (if (null? cs) n (loop (cdr cs) (if (char-alphabetic? (car cs)) (+ n 1) n)))))))

;; Ranges, copies within one object, and what is wrong with them.
(show (string->utf8 "aλb" 1 2) (utf8->string (bytevector 97 206 187 98) 1 3) (string-copy "aλb" 1) (string->vector "aλb" 0 2))
(define s (string-copy "abcdef"))
(string-copy! s 1 s 0 4)
(string-copy! s 0 "λ")
(string-fill! s #\- 5)
(show s)
(define v (vector 1 2 3 4 5))
(vector-copy! v 1 v 0 3)
(vector-copy! v 2 v 3)
(define b (bytevector 1 2 3 4 5))
(bytevector-copy! b 0 b 2)
(show v b (bytevector-copy b 1 3) (bytevector-append b (bytevector) b))
(show (string-map (lambda (a b) (if (char<? a b) a b)) "adcz" "bbb") (string-map char-upcase "aλß"))
(show (vector-map + #(1 2) #(10 20 30)) (vector->list #(1 2 3) 1 2) (vector->string #(#\a #\λ)) (vector-append #(1) #() #(2)))
(show (let ((out '())) (string-for-each (lambda (a b) (set! out (cons (list a b) out))) "abc" "de") out))
(show (assoc 2.0 '((1 one) (2 two)) =) (member 2.0 '(1 2 3) =) (list-copy '(1 2 . 3)))
(failing (string-ref "abc" 3))
(failing (string-copy "abc" 2 1))
(failing (substring "abc" 1 9))
(failing (vector-copy #(1 2 3) 2 5))
(failing (vector-fill! (vector 1 2) 0 -1))
(failing (vector-ref (vector 1 2) 'x))
(failing (vector-copy! (vector 1 2) 1 (vector 3 4)))
(failing (bytevector-u8-set! (bytevector 1 2) 0 256))
(failing (string-append "a" 'b "c"))
(failing (list-tail '(1 2) 3))
(failing (utf8->string (bytevector 65 255 65)))
(failing (string-set! "literal" 0 #\x))
(failing (string-set! (symbol->string 'name) 0 #\x))
(failing (integer->char #xd800))
(failing (symbol=? 'a 'a 5))
(failing (string-map + "abc"))

;; vector-map and a continuation that comes back: vectors returned before do not change.
(define back #f)
(define results '())
(define count 0)
(let ((v (vector-map (lambda (x) (call/cc (lambda (k) (if (= x 2) (set! back k)) x))) #(1 2 3))))
  (set! results (cons v results))
  (set! count (+ count 1))
  (if (< count 3) (back (* 10 count))))
(show results)

;; Sets of characters.
(define vowels (string->char-set "aeiou"))
(show (char-set->list (char-set-union vowels (char-set #\y))) (char-set-size (char-set-complement char-set:ascii)))
(show (char-set->string (char-set-intersection char-set:hex-digit char-set:digit)) (char-set-contains? char-set:digit #\x0663))
(show (char-set= vowels (char-set-xor vowels char-set:empty)) (char-set<= (char-set #\a) vowels) (char-set<= vowels (char-set #\a)))
(show (char-set-fold cons '() (char-set-difference vowels (char-set #\a #\e))) (char-set-count char-upper-case? vowels))
(show (string-index "hello world" (char-set #\space #\tab)) (string-count "banana" vowels))
(show (repeat 300 (lambda () (string-count "a quick brown fox" vowels))))
;=> "STRASSE" "χαος χαοσς" "strasse χαοσ σ"
;=> #t #t
;=> (#\A #\ß #\Σ #\ᾼ #\Ǆ #\I) (#\a #\ß #\σ #\ᾳ #\ǆ #\i)
;=> (#\a #\ß #\σ #\σ #\ᾳ #\İ) (#\A #\ǅ #\ß)
;=> (Lu Ll Nd Zs Pd Pc Ps Pi Sm Sc Sk Mn Cc)
;=> (3 3 9 #f #f) (#t #t #f)
;=> (#t #t #t #f #f) (#t #t #t #f)
;=> (#t #f #t #f) (#f #t #f #t)
;=> (1 2 2)
;=> 3
;=> #u8(206 187) "λ" "λb" #(#\a #\λ)
;=> "λabcd-"
;=> #(1 1 3 5 5) #u8(3 4 5 4 5) #u8(4 5) #u8(3 4 5 4 5 3 4 5 4 5)
;=> "abb" "AΛß"
;=> #(11 22) (2) "aλ" #(1 2)
;=> ((#\b #\e) (#\a #\d))
;=> (2 two) (2 3) (1 2 . 3)
;=> string-ref: index 3 is out of range for a string of length 3: "abc"
;=> string-copy: the range from 2 to 1 ends before it begins: "abc"
;=> substring: index 9 is out of range for a string of length 3: "abc"
;=> vector-copy: index 5 is out of range for a vector of length 3: #(1 2 3)
;=> vector-fill!: index -1 is out of range for a vector of length 2: #(1 2)
;=> vector-ref: argument 2: expected an exact integer as index, got x
;=> vector-copy!: 2 elements do not fit in from index 1 on, the length is 2: #(1 2)
;=> bytevector-u8-set!: argument 3: expected a byte, got 256
;=> string-append: argument 2: expected a string, got b
;=> list-tail: index 3 is out of range for the list (1 2)
;=> utf8->string: the bytes from index 1 on are no UTF-8: #u8(65 255 65)
;=> string-set!: the string is a constant "literal"
;=> string-set!: the string is a constant "name"
;=> integer->char: argument 1 is out of range: 55296
;=> symbol=?: argument 3: expected a symbol, got 5
;=> +: expected a number, got #\a
;=> (#(1 20 3) #(1 10 3) #(1 2 3))
;=> (#\a #\e #\i #\o #\u #\y) 1111936
;=> "0123456789" #t
;=> #t #t #f
;=> (#\u #\o #\i) 0
;=> 5 3
;=> 5
