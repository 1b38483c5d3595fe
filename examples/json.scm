;; A JSON reader and printer.
;;
;;   limpet examples/json.scm [FILE [ROUNDS]]
;;
;; Reads a document, prints it indented, then reads and prints it in compact form again and again: both must agree.
;; Objects are association lists with a `object` head, arrays are vectors, null is the symbol null.

(import (scheme base) (scheme write) (scheme file) (scheme char) (scheme process-context))

(define arguments (cdr (command-line)))
(define file (if (pair? arguments) (car arguments) "examples/data/shore.json"))
(define rounds (if (> (length arguments) 1) (string->number (cadr arguments)) 120))

;; ---------------------------------------------------------------- reading

(define (fail message position)
  (error (string-append "JSON: " message " at character") position))

(define (blank? c)
  (or (char=? c #\space) (char=? c #\newline) (char=? c #\tab) (char=? c #\return)))

(define (skip-blanks text i)
  (if (and (< i (string-length text)) (blank? (string-ref text i)))
      (skip-blanks text (+ i 1))
      i))

;; Every reader takes the text and a position, and gives two values: the datum and the position after it.
(define (read-value text start)
  (let ((i (skip-blanks text start)))
    (if (>= i (string-length text)) (fail "unexpected end" i))
    (let ((c (string-ref text i)))
      (cond ((char=? c #\{) (read-object text (+ i 1)))
            ((char=? c #\[) (read-array text (+ i 1)))
            ((char=? c #\") (read-text text (+ i 1)))
            ((or (char=? c #\-) (char-numeric? c)) (read-number text i))
            (else (read-name text i))))))

(define (read-name text i)
  (define (try name value)
    (let ((end (+ i (string-length name))))
      (and (<= end (string-length text))
           (string=? name (substring text i end))
           (cons value end))))
  (let ((found (or (try "true" #t) (try "false" #f) (try "null" 'null))))
    (if found (values (car found) (cdr found)) (fail "unknown name" i))))

(define (read-number text start)
  (let loop ((i start))
    (if (and (< i (string-length text))
             (let ((c (string-ref text i)))
               (or (char-numeric? c) (memv c '(#\- #\+ #\. #\e #\E)))))
        (loop (+ i 1))
        (let ((n (string->number (substring text start i))))
          (if n (values n i) (fail "bad number" start))))))

(define escapes '((#\n . #\newline) (#\t . #\tab) (#\r . #\return) (#\b . #\backspace) (#\f . #\x0c)))

(define (read-text text start)
  (let ((out (open-output-string)))
    (let loop ((i start))
      (if (>= i (string-length text)) (fail "unterminated string" start))
      (let ((c (string-ref text i)))
        (cond ((char=? c #\") (values (get-output-string out) (+ i 1)))
              ((char=? c #\\)
               (let ((e (string-ref text (+ i 1))))
                 (if (char=? e #\u)
                     (begin
                       (write-char (integer->char (string->number (substring text (+ i 2) (+ i 6)) 16)) out)
                       (loop (+ i 6)))
                     (let ((known (assv e escapes)))
                       (write-char (if known (cdr known) e) out)
                       (loop (+ i 2))))))
              (else (write-char c out) (loop (+ i 1))))))))

(define (expect text i c)
  (let ((i (skip-blanks text i)))
    (if (and (< i (string-length text)) (char=? c (string-ref text i)))
        (+ i 1)
        (fail (string-append "expected " (string c)) i))))

(define (next text i)
  (let ((i (skip-blanks text i)))
    (if (< i (string-length text)) (string-ref text i) (fail "unexpected end" i))))

(define (read-array text start)
  (if (char=? #\] (next text start))
      (values (vector) (expect text start #\]))
      (let loop ((i start) (items '()))
        (let-values (((item i) (read-value text i)))
          (let ((items (cons item items)))
            (if (char=? #\, (next text i))
                (loop (expect text i #\,) items)
                (values (list->vector (reverse items)) (expect text i #\]))))))))

(define (read-object text start)
  (if (char=? #\} (next text start))
      (values (list 'object) (expect text start #\}))
      (let loop ((i start) (members '()))
        (let*-values (((key i) (read-text text (expect text i #\")))
                      ((value i) (read-value text (expect text i #\:))))
          (let ((members (cons (cons key value) members)))
            (if (char=? #\, (next text i))
                (loop (expect text i #\,) members)
                (values (cons 'object (reverse members)) (expect text i #\}))))))))

;; ---------------------------------------------------------------- printing

(define (print-text s port)
  (write-char #\" port)
  (string-for-each
   (lambda (c)
     (cond ((char=? c #\") (write-string "\\\"" port))
           ((char=? c #\\) (write-string "\\\\" port))
           ((char=? c #\newline) (write-string "\\n" port))
           ((char=? c #\tab) (write-string "\\t" port))
           (else (write-char c port))))
   s)
  (write-char #\" port))

;; Compact where `indent` is #f, else indented by that many spaces.
(define (print value indent port)
  (define (break level)
    (if indent
        (begin
          (newline port)
          (do ((i (* indent level) (- i 1))) ((= i 0)) (write-char #\space port)))))
  (define (print-items items print-item level open close)
    (write-char open port)
    (let loop ((items items) (first #t))
      (if (pair? items)
          (begin
            (if (not first) (write-char #\, port))
            (break (+ level 1))
            (print-item (car items) (+ level 1))
            (loop (cdr items) #f))
          (if (not first) (break level))))
    (write-char close port))
  (define (print-member member level)
    (print-text (car member) port)
    (write-char #\: port)
    (if indent (write-char #\space port))
    (print-value (cdr member) level))
  (define (print-value value level)
    (cond ((string? value) (print-text value port))
          ((number? value) (write-string (number->string value) port))
          ((vector? value) (print-items (vector->list value) print-value level #\[ #\]))
          ((pair? value) (print-items (cdr value) print-member level #\{ #\}))
          ((eq? value #t) (write-string "true" port))
          ((eq? value #f) (write-string "false" port))
          (else (write-string "null" port))))
  (print-value value 0))

(define (print-to-string value indent)
  (let ((port (open-output-string)))
    (print value indent port)
    (get-output-string port)))

;; ---------------------------------------------------------------- the program

(define (read-file name)
  (call-with-input-file name
    (lambda (port)
      (let ((out (open-output-string)))
        (let loop ((line (read-line port)))
          (if (eof-object? line)
              (get-output-string out)
              (begin
                (write-string line out)
                (newline out)
                (loop (read-line port)))))))))

(define (parse text)
  (let-values (((value end) (read-value text 0)))
    (if (< (skip-blanks text end) (string-length text)) (fail "something follows the document" end))
    value))

(define document (parse (read-file file)))
(display (print-to-string document 2))
(newline)

(let loop ((i 0) (text (print-to-string document #f)) (characters 0))
  (if (< i rounds)
      (let ((again (print-to-string (parse text) #f)))
        (if (not (string=? again text)) (error "the round trip changed the document" i))
        (loop (+ i 1) again (+ characters (string-length again))))
      (begin
        (display rounds) (display " round trips, ") (display characters) (display " characters") (newline))))
