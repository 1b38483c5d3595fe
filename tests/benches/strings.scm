;; Text: string ports, splitting into words, building strings, symbols.
(import (scheme base) (scheme char) (scheme write) (scheme process-context))

(define text
  "It is a truth that every program of some size contains a small interpreter, and that nobody has planned it.")

(define (words text)
  (let ((port (open-input-string text)))
    (let loop ((letters '()) (all '()))
      (let ((c (read-char port)))
        (cond ((eof-object? c)
               (reverse (if (null? letters) all (cons (list->string (reverse letters)) all))))
              ((char-alphabetic? c) (loop (cons (char-downcase c) letters) all))
              ((null? letters) (loop '() all))
              (else (loop '() (cons (list->string (reverse letters)) all))))))))

(define (join strings separator)
  (let ((port (open-output-string)))
    (for-each (lambda (s) (write-string s port) (write-string separator port)) strings)
    (get-output-string port)))

(define size (string->number (cadr (command-line))))
(let loop ((i 0) (length 0))
  (if (= i size)
      (begin (display length) (newline))
      (let* ((parts (words text))
             (line (join parts "-"))
             (upper (string-map char-upcase line)))
        (loop (+ i 1)
              (+ length (string-length upper)
                 (if (string=? (symbol->string (string->symbol (car parts))) "it") 1 0))))))
