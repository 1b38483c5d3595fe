;; R7RS 7.1.2: data; lists with dots, vectors, abbreviations; 2.4 has the datum labels.
(import (scheme base) (scheme read) (scheme write) (checks) (texts))

(define (refused text)
  (guard (condition ((read-error? condition) 'refused)) (read-all text)))
;; Those that are not refused.
(define (accepted texts)
  (cond ((null? texts) '())
        ((eq? (refused (car texts)) 'refused) (accepted (cdr texts)))
        (else (cons (car texts) (accepted (cdr texts))))))

(check (read-all "() ( ) (a) (a b) (a . b) (a b . c) (a . (b . (c . ()))) (a . (b . c)) ((a) . (b))")
       => '(() () (a) (a b) (a . b) (a b . c) (a b c) (a b . c) ((a) b)))
(check (read-all "#() #( ) #(a) #(a #(b) (c . d)) #(#t #\\a \"s\" 1.5 #u8(1))")
       => (list (vector) (vector) (vector 'a) (vector 'a (vector 'b) '(c . d)) (vector #t #\a "s" 1.5 (bytevector 1))))
(check (read-all "'a `a ,a ,@a ''a '`,,@a")
       => '((quote a) (quasiquote a) (unquote a) (unquote-splicing a) (quote (quote a))
            (quote (quasiquote (unquote (unquote-splicing a))))))
(check (read-all "'() '(a . b) '#(a) '\"s\" '#t ,(a) ,@(a) `(a ,b ,@c) ' a ,\na")
       => '((quote ()) (quote (a . b)) (quote #(a)) (quote "s") (quote #t) (unquote (a)) (unquote-splicing (a))
            (quasiquote (a (unquote b) (unquote-splicing c))) (quote a) (unquote a)))
(check (read-all "(a . 'b) (a . ,b) (quote . a) (quote a b)") => '((a quote b) (a unquote b) (quote . a) (quote a b)))
(check (read-all "(a.b) (a .b) (1 .5) (1 . 5)") => (list (list (string->symbol "a.b")) (list 'a (string->symbol ".b")) '(1 0.5) '(1 . 5)))
(check (accepted
            '("(" "(a" "(a ." "(a . )" "(a . b" "(a . b c)" "(a . b . c)" "( . a)" "(.)" "." ")" "#(" "#(a" "#(a . b)" "#(. a)" "#)" "'" "`" "," ",@"
              "(')" "(a ')" "#(')" "((" "(()" "())" "#" "#<procedure>" "#u" "#!" "#("))
       => '())
;; A datum that was read before a fault is no part of it.
(check (let ((port (open-input-string "(a b) c )"))) (let* ((x (read port)) (y (read port))) (list x y))) => '((a b) c))
;; What `write` writes is an external representation of the same.
(define data
  (list '() '(a) '(a . b) '(a b . c) '(a (b (c))) #() #(a #(b)) #u8() #u8(0 255) "" "a\"b\\c\n\t\a\x0;λ" #\a #\space #\newline #\x0 #\x7f #\λ #\( #\;
        'a '|a b| '|| '|A| '|1| '|a\|b| '... '+ 0 -1 1/2 -3/4 1.5 -0.0 1e100 1e-100 .1 123456789012345678901234567890 1+2i -i 1.5-2.5i #t #f
        ''a '`(a ,b ,@c) '(quote) '(quote a b) '(quote . a) '(unquote a)))
(check (let loop ((data data) (found '()))
         (cond ((null? data) found)
               ((equal? (read-from (written (car data))) (car data)) (loop (cdr data) found))
               (else (loop (cdr data) (cons (car data) found)))))
       => '())
(check (read-from (written data)) => data)
(check (map written (list (/ 1. 0.) (/ -1. 0.) (/ 0. 0.))) => '("+inf.0" "-inf.0" "+nan.0"))
;; Depth and length are bounded by memory only.
(define (nested n) (string-append (make-string n #\() (make-string n #\))))
(check (let loop ((datum (read-from (nested 30000))) (n 1)) (if (null? datum) n (loop (car datum) (+ n 1)))) => 30000)
(check (refused (make-string 30000 #\()) => 'refused)
(check (refused (make-string 30000 #\')) => 'refused)

(checks-done "7.1.2")
;=> 7.1.2: 14 checks
