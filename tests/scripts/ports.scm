;; Ports: textual and binary, closed ones, text that is not UTF-8, data written and read back.
(define (show . all) (for-each (lambda (x) (write x) (display " ")) all) (newline))
(define-syntax said
  (syntax-rules () ((_ e) (guard (c (#t (display (condition/report-string c)) (newline))) (show 'no-error e)))))

;; Text from memory.
(define in (open-input-string "λx\r\nzwei\n\nend"))
(show (peek-char in) (read-char in) (char-ready? in) (read-line in) (read-line in) (read-line in) (read-line in) (read-line in) (read-char in))
(define in (open-input-string "abcdef"))
(show (read-string 2 in) (read-string 0 in) (read-string 10 in) (read-string 1 in) (peek-char in))
(define out (open-output-string))
(write-string "abcdef" out 2 4) (write-char #\λ out) (newline out) (write '("x" #\y z) out) (display '("x" #\y z) out)
(show (get-output-string out) (begin (write-char #\! out) (string-length (get-output-string out))))
(show (call-with-output-string (lambda (port) (write 'x port))) (with-output-to-string (lambda () (display "y")))
      (with-input-from-string "(1 2) 3" (lambda () (list (read) (read) (eof-object? (read))))))

;; Bytes.
(define in (open-input-bytevector (bytevector 1 2 3 4 5)))
(define b (make-bytevector 4 0))
(show (read-u8 in) (peek-u8 in) (u8-ready? in) (read-bytevector! b in 1 3) b (read-bytevector 10 in) (read-u8 in) (read-bytevector! b in))
(define out (open-output-bytevector))
(write-u8 1 out) (write-bytevector (bytevector 2 3 4 5) out 1 3)
(show (get-output-bytevector out))

;; What a port is, and what it is not.
(show (map input-port? (list in out 5)) (map output-port? (list in out 5)) (map textual-port? (list in out 5 (open-input-string ""))) (map binary-port? (list in out)))
(show (port? in) (input-port-open? in) (begin (close-port in) (input-port-open? in)) (begin (close-port in) 'twice) in)
(said (read-u8 in))
(said (write-u8 1 (begin (close-output-port out) out)))
(said (read-char (open-input-bytevector (bytevector 1))))
(said (write-u8 1 (open-output-string)))
(said (close-input-port (open-output-string)))
(said (input-port-open? (open-output-string)))
(said (output-port-open? 'x))
(said (get-output-string (open-input-string "")))
(said (read-string -1 (open-input-string "")))
(said (write-string "abc" (open-output-string) 2 5))
(said (display 1 'port))

;; Files.
(define name (string-append "/tmp/limpet-ports-" (number->string (getpid))))
(define (contents) (call-with-input-file name (lambda (port) (let loop ((all '())) (let ((line (read-line port))) (if (eof-object? line) (reverse all) (loop (cons line all))))))))
(call-with-output-file name (lambda (port) (write-string "one\ntwö\n" port)))
(show (contents) (file-exists? name) (file-size name))
(let ((port (open-append-file name))) (display "three" port) (close-port port))
(with-output-to-file (string-append name "-2") (lambda () (display "other")))
(show (contents) (with-input-from-file (string-append name "-2") read-line))
(call-with-port (open-binary-output-file name) (lambda (port) (write-bytevector (bytevector 65 #xe2 #x82 66 #xff #xc3) port)))
(define (characters) (call-with-input-file name (lambda (port) (let loop ((all '())) (let ((c (read-char port))) (if (eof-object? c) (reverse all) (loop (cons c all))))))))
(show (characters) (contents) (call-with-port (open-binary-input-file name) (lambda (port) (read-bytevector 100 port))))
(show (guard (c ((read-error? c) 'not-utf-8)) (call-with-input-file name read)))
(call-with-output-file name (lambda (port) (let loop ((i 0)) (if (< i 3000) (begin (write (list i "text" 'λ) port) (newline port) (loop (+ i 1)))))))
(show (call-with-input-file name (lambda (port) (let loop ((sum 0)) (let ((datum (read port))) (if (eof-object? datum) sum (loop (+ sum (car datum)))))))))
(rename-file name (string-append name "-3"))
(show (map file-exists? (list name (string-append name "-3"))))
(delete-file (string-append name "-2"))
(delete-file (string-append name "-3"))
(show (guard (c ((file-error? c) 'gone)) (open-input-file name)))
(show (guard (c ((file-error? c) 'gone)) (delete-file name)) (guard (c ((file-error? c) 'directory)) (open-input-file "/")))
;; More files than the system gives at a time, all forgotten.
(show (let loop ((i 0)) (if (< i 3000) (begin (open-input-file "/dev/null") (loop (+ i 1))) 'opened)))

;; What write writes, read reads.
(define (written x) (call-with-output-string (lambda (port) (write x port))))
(define (back x) (read (open-input-string (written x))))
(define things
  (list 'symbol '|with space| '|| '|12| '+ '... '|a(b| '|[x]| '|#foo| '|λ\x7;| "" "a\"b\\c\n\t\x7;\x0;λ\x7f;" #\a #\space #\newline #\null #\delete #\x301 #\λ #\( #\x200b
        1 -5/3 1.5 -0.0 +inf.0 #t #f '() '(1 . 2) '(1 (2 3) . 4) #(1 #(2) "x") #u8(0 255) ''x '`(a ,b ,@c)))
(for-each (lambda (x) (if (not (equal? x (back x))) (show 'differs x (back x)))) things)
(show things)
(define ring (list 1 2 3))
(set-cdr! (cddr ring) ring)
(define shared (list 'x))
(show ring (list shared shared))
(write-shared (list shared shared (vector shared))) (newline)
(write-simple (list shared shared)) (newline)
(display (list ring "s" #\c)) (newline)
(define deep (let loop ((i 0) (x '())) (if (< i 20000) (loop (+ i 1) (list x)) x)))
(show (string-length (written deep)) (equal? deep (back deep)))
(define tokens (open-input-string "1 (2 3) #\\a \"s\" ) 5 #u8(1 2) #;(gone) #|gone|# 'q"))
(show (let loop ((all '())) (let ((x (guard (e ((read-error? e) 'wrong)) (read tokens)))) (if (eof-object? x) (reverse all) (loop (cons x all))))))
(define tokens (open-input-string "#!fold-case ABC Def #!no-fold-case Ghi"))
(show (read tokens) (read tokens) (read tokens) (read tokens))
(define in (open-input-string "λbc"))
(define c (read-char in))
(unread-char c in)
(unread-string "xyz" in)
(show (read-line in))
(define mistakes (open-input-string (apply string-append (map (lambda (i) ") 1 ") (iota 300)))))
(show (let loop ((sum 0) (wrong 0))
        (let ((x (guard (e ((read-error? e) #f)) (read mistakes))))
          (cond ((eof-object? x) (list sum wrong)) (x (loop (+ sum x) wrong)) (else (loop sum (+ wrong 1)))))))
(define quoted (list 'quote 'x))
(set-cdr! (cdr quoted) '())
(write-shared (list quoted (cdr quoted))) (newline)
(define (again text) (read (open-input-string text)))
(show (again "#0=(a b . #0#)") (again "#0=#(1 #0# (2 . #0#))") (let ((x (again "(#5=(x) #5#)"))) (eq? (car x) (cadr x))))
(show (equal? ring (back ring)) (let ((x (again "#0=(#1=(#0# . #1#) #1#)"))) (list (eq? x (caadr x)) (eq? (cdadr x) (cadr x)))))
(for-each (lambda (text) (show (guard (e ((read-error? e) 'wrong)) (again text)))) '("#0=#0#" "(#0#)" "(#0=1 #0=2)" "#0="))
;=> #\λ #\λ #t "x" "zwei" "" "end" #<eof> #<eof>
;=> "ab" "" "cdef" #<eof> #<eof>
;=> "cdλ\n(\"x\" #\\y z)(x y z)" 23
;=> "x" "y" ((1 2) 3 #t)
;=> 1 2 #t 2 #u8(0 2 3 0) #u8(4 5) #<eof> #<eof>
;=> #u8(1 3 4)
;=> (#t #f #f) (#f #t #f) (#f #f #f #t) (#t #t)
;=> #t #t #f twice #<closed binary input port>
;=> read-u8: the port is closed
;=> write-u8: the port is closed
;=> read-char: expected a textual input port, got #<binary input port>
;=> write-u8: argument 2: expected a binary output port, got #<textual output port>
;=> close-input-port: expected an input port, got #<textual output port>
;=> input-port-open?: expected an input port, got #<textual output port>
;=> output-port-open?: expected a port, got x
;=> get-output-string: expected a port that was opened to write into memory, got #<textual input port>
;=> read-string: argument 1: expected an exact integer that is not negative, got -1
;=> write-string: index 5 is out of range for a string of length 3: "abc"
;=> display: argument 2: expected a textual output port, got port
;=> ("one" "twö") #t 9
;=> ("one" "twö" "three") "other"
;=> (#\A #\� #\B #\� #\�) ("A�B��") #u8(65 226 130 66 255 195)
;=> not-utf-8
;=> 4498500
;=> (#f #t)
;=> gone
;=> gone directory
;=> opened
;=> (symbol |with space| || |12| + ... |a(b| |[x]| |#foo| |λ\a| "" "a\"b\\c\n\t\a\x0;λ\x7f;" #\a #\space #\newline #\null #\delete #\x301 #\λ #\( #\x200b 1 -5/3 1.5 -0.0 +inf.0 #t #f () (1 . 2) (1 (2 3) . 4) #(1 #(2) "x") #u8(0 255) 'x `(a ,b ,@c))
;=> #0=(1 2 3 . #0#) ((x) (x))
;=> (#0=(x) #0# #(#0#))
;=> ((x) (x))
;=> (#0=(1 2 3 . #0#) s c)
;=> 40002 #t
;=> (1 (2 3) #\a "s" wrong 5 #u8(1 2) 'q)
;=> abc def Ghi #<eof>
;=> "xyzλbc"
;=> (300 300)
;=> ((quote . #0=(x)) #0#)
;=> #0=(a b . #0#) #0=#(1 #0# (2 . #0#)) #t
;=> #t (#t #t)
;=> wrong
;=> wrong
;=> (1 2)
;=> wrong
