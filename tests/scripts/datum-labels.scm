;; Datum labels in program text and read from ports.
(define (show x) (write x) (newline))
(define (read-from text) (read (open-input-string text)))
(show '#0=(a b . #0#))
(show (let ((x '#0=(a b c . #0#))) (eq? x (cdddr x))))
(show (let ((x '(#1=(1 2) #1#))) (eq? (car x) (cadr x))))
(show (let ((x (read-from "(#0=#(1) #0# #0#)"))) (and (eq? (car x) (cadr x)) (eq? (car x) (caddr x)))))
(show (let ((x (read-from "#0=(#1=(#0# . #1#) . #0#)"))) (and (eq? x (cdr x)) (eq? x (caar x)) (eq? (car x) (cdar x)))))
(show (read-from "(#5=5 #5# #;#6=x #6=7)"))
(show (let ((x (read-from "'#0=(1 . #0#)"))) (eq? (cadr x) (cdadr x))))
(for-each
 (lambda (text) (show (guard (e ((read-error? e) (condition/report-string e))) (read-from text))))
 '("#0#" "(#0=1 #1#)" "#0=#0#" "#1=" "(#0=(#1=(#0# . #1#)) #1#)"))
;=> #0=(a b . #0#)
;=> #t
;=> #t
;=> #t
;=> #t
;=> (5 5 7)
;=> #t
;=> "read: 1:1: there is no label #0="
;=> "read: 1:7: there is no label #1="
;=> "read: 1:1: #0= names nothing but another label"
;=> "read: 1:4: unexpected end of file after the #1= at line 1, column 1"
;=> "read: 1:22: #1# refers to a part of a datum that contains itself"
