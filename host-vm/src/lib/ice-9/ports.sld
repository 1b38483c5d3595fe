;; (ice-9 rdelim), (ice-9 textual-ports) and (ice-9 binary-ports): reading and writing by Guile's and R6RS's names.

(define-library (ice-9 rdelim)
  (import (rename (limpet core) (read-line core-read-line) (read-string core-read-string))
          (limpet control) (limpet list) (limpet sequence))
  (export read-line read-string read-delimited write-line read-line! read-delimited! read-string!)
  (begin

    (define (port-of arguments) (if (pair? arguments) (car arguments) (current-input-port)))

    ;; What to do with the delimiter that ended a piece: leave it out, keep it, leave it to be read, or give both.
    (define (handle text delimiter how)
      (case how
        ((trim peek) (if (and (eof-object? delimiter) (string=? text "")) delimiter text))
        ((concat)
         (cond ((not (eof-object? delimiter)) (string-append text (string delimiter)))
               ((string=? text "") delimiter)
               (else text)))
        ((split) (cons (if (and (eof-object? delimiter) (string=? text "")) delimiter text) delimiter))
        (else (error "expected trim, concat, peek or split as the way to handle delimiters, got" how))))

    ;; Characters up to one that `delimiter?` accepts.
    (define (read-until delimiter? port how)
      (let loop ((chars '()))
        (let ((c (if (eq? how 'peek) (peek-char port) (read-char port))))
          (if (or (eof-object? c) (delimiter? c))
              (handle (list->string (reverse chars)) c how)
              (begin
                (if (eq? how 'peek) (read-char port))
                (loop (cons c chars)))))))

    (define read-line
      (case-lambda
        (() (core-read-line))
        ((port) (core-read-line port))
        ((port how)
         (if (eq? how 'trim)
             (core-read-line port)
             (read-until (lambda (c) (char=? c #\newline)) port how)))))
    (define read-delimited
      (case-lambda
        ((delimiters) (read-delimited delimiters (current-input-port) 'trim))
        ((delimiters port) (read-delimited delimiters port 'trim))
        ((delimiters port how)
         (read-until
          (if (string? delimiters) (lambda (c) (string-index delimiters c)) (character-matcher delimiters))
          port how))))

    ;; The report has (read-string k [port]); Guile (read-string [port [k]]), to the end without k.
    (define read-string
      (case-lambda
        (() (read-all-string))
        ((first) (if (port? first) (read-all-string first) (core-read-string first)))
        ((first second) (if (port? first) (core-read-string second first) (core-read-string first second)))))

    (define (write-line object . port)
      (apply write object port)
      (apply newline port))

    ;; Into a string: how many characters, or the end of file.
    (define (fill! s text start)
      (if (eof-object? text)
          text
          (begin (string-copy! s start text) (string-length text))))
    (define (read-string! s . arguments)
      (let* ((port (port-of arguments))
             (start (if (> (length arguments) 1) (cadr arguments) 0))
             (end (if (> (length arguments) 2) (caddr arguments) (string-length s)))
             (n (fill! s (core-read-string (- end start) port) start)))
        (if (eof-object? n) 0 n)))
    ;; Up to a line's end or the string's. The end of the line is read; #f if the string was too short.
    (define (read-line! s . arguments)
      (let ((port (port-of arguments)) (n (string-length s)))
        (let loop ((i 0))
          (if (= i n)
              #f
              (let ((c (read-char port)))
                (cond ((eof-object? c) (if (= i 0) c i))
                      ((char=? c #\newline) i)
                      (else (string-set! s i c) (loop (+ i 1)))))))))
    (define (read-delimited! delimiters s . arguments)
      (let* ((port (port-of arguments)) (text (read-delimited delimiters port 'peek)))
        (if (string? text) (read-char port))
        (fill! s text 0)))))

(define-library (ice-9 textual-ports)
  (import (limpet core) (limpet control))
  (export get-char lookahead-char get-line get-string-n get-string-all get-datum put-char put-string put-datum
          eof-object eof-object?)
  (begin
    (define (get-char port) (read-char port))
    (define (lookahead-char port) (peek-char port))
    (define (get-line port) (read-line port))
    (define (get-string-n port n) (read-string n port))
    (define (get-string-all port)
      (let ((text (read-all-string port))) (if (eof-object? text) "" text)))
    (define (get-datum port) (read port))
    (define (put-char port c) (write-char c port))
    (define put-string
      (case-lambda
        ((port s) (write-string s port))
        ((port s start) (write-string s port start))
        ((port s start count) (write-string s port start (+ start count)))))
    (define (put-datum port datum) (write datum port))))

(define-library (ice-9 binary-ports)
  (import (limpet core) (limpet control))
  (export get-u8 lookahead-u8 get-bytevector-n get-bytevector-n! get-bytevector-some get-bytevector-all put-u8
          put-bytevector open-bytevector-input-port open-bytevector-output-port call-with-output-bytevector
          call-with-input-bytevector eof-object eof-object?)
  (begin
    (define (get-u8 port) (read-u8 port))
    (define (lookahead-u8 port) (peek-u8 port))
    (define (get-bytevector-n port n) (read-bytevector n port))
    (define (get-bytevector-n! port bytes start count) (read-bytevector! bytes port start (+ start count)))
    (define (get-bytevector-some port) (read-bytevector 4096 port))
    (define (get-bytevector-all port)
      (let loop ((parts '()))
        (let ((part (read-bytevector 65536 port)))
          (cond ((not (eof-object? part)) (loop (cons part parts)))
                ((null? parts) part)
                (else (apply bytevector-append (reverse parts)))))))
    (define (put-u8 port byte) (write-u8 byte port))
    (define put-bytevector
      (case-lambda
        ((port bytes) (write-bytevector bytes port))
        ((port bytes start) (write-bytevector bytes port start))
        ((port bytes start count) (write-bytevector bytes port start (+ start count)))))
    (define (open-bytevector-input-port bytes . transcoder) (open-input-bytevector bytes))
    (define (open-bytevector-output-port . transcoder)
      (let ((port (open-output-bytevector)))
        (values port
                (lambda ()
                  (get-output-bytevector port)))))
    (define (call-with-output-bytevector f)
      (let ((port (open-output-bytevector)))
        (f port)
        (get-output-bytevector port)))
    (define (call-with-input-bytevector bytes f) (f (open-input-bytevector bytes)))))

;; What of the language (ice-9 ports) names, too.
(define-library (ice-9 ports)
  (import (limpet core) (limpet control) (limpet list) (limpet sequence))
  (export open-input-file open-output-file open-file call-with-port call-with-input-file call-with-output-file
          with-input-from-file with-output-to-file call-with-input-string call-with-output-string
          with-input-from-string with-output-to-string close close-port close-input-port close-output-port
          current-input-port current-output-port current-error-port set-current-input-port
          set-current-output-port set-current-error-port eof-object eof-object? force-output read-char peek-char
          char-ready? unread-char unread-string port? input-port? output-port? port-closed?))
