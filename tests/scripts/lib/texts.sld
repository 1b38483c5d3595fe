;; Data read from texts, and written as texts.
(define-library (texts)
  (import (scheme base) (scheme read) (scheme write))
  (export read-from read-all written)
  (begin
    (define (read-from text) (read (open-input-string text)))
    ;; All data of a text.
    (define (read-all text)
      (let ((port (open-input-string text)))
        (let loop ((data '()))
          (let ((datum (read port)))
            (if (eof-object? datum) (reverse data) (loop (cons datum data)))))))
    (define (written datum)
      (let ((port (open-output-string))) (write datum port) (get-output-string port)))))
