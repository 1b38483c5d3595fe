;; (ice-9 pretty-print): data over several lines, indented as Scheme programs are; and truncated-print.
;;
;; A datum that fits the rest of its line is written there. Else a list is broken: special forms keep their head and the
;; first parts together and indent the body by two, calls align their operands, other lists their elements.

(define-library (ice-9 pretty-print)
  (import (limpet core) (limpet control) (limpet list) (limpet sequence))
  (export pretty-print truncated-print)
  (begin

    ;; How many operands stay on the line of the keyword; the others are a body.
    (define styles
      '((lambda . 1) (lambda* . 1) (let . 1) (let* . 1) (letrec . 1) (letrec* . 1) (let-values . 1) (let*-values . 1)
        (let-syntax . 1) (letrec-syntax . 1) (define . 1) (define* . 1) (define-public . 1) (define-syntax . 1)
        (define-record-type . 1) (define-module . 1) (define-library . 1) (define-values . 1) (syntax-rules . 1)
        (when . 1) (unless . 1) (case . 1) (do . 2) (begin . 0) (match . 1) (match-lambda . 0) (guard . 1)
        (parameterize . 1) (with-fluids . 1) (dynamic-wind . 0) (call-with-values . 0) (receive . 2)))

    (define abbreviations '((quote . "'") (quasiquote . "`") (unquote . ",") (unquote-splicing . ",@")))
    (define (abbreviation datum)
      (and (pair? datum) (pair? (cdr datum)) (null? (cddr datum))
           (let ((found (assq (car datum) abbreviations))) (and found (cdr found)))))

    (define (pretty-print datum . options)
      (let* ((port (if (and (pair? options) (port? (car options))) (car options) (current-output-port)))
             (options (if (and (pair? options) (port? (car options))) (cdr options) options))
             (option (lambda (name default) (keyword-option options name default)))
             (width (option "width" 79))
             (display? (option "display?" #f))
             (prefix (option "per-line-prefix" "")))
        (define (text datum) (%object->string datum display?))
        (define (out s) (write-string s port))
        (define (break column)
          (newline port)
          (out prefix)
          (out (make-string column #\space)))
        ;; Prints at a column with `closing` parentheses to follow; the column behind.
        (define (print datum column closing)
          (let* ((flat (text datum)) (end (+ column (string-length flat))))
            (cond ((or (<= (+ end closing) width) (not (or (pair? datum) (vector? datum))))
                   (out flat)
                   end)
                  ((abbreviation datum)
                   => (lambda (mark)
                        (out mark)
                        (print (cadr datum) (+ column (string-length mark)) closing)))
                  ((vector? datum)
                   (out "#(")
                   (elements (vector->list datum) (+ column 2) (+ closing 1)))
                  (else
                   (out "(")
                   (let ((style (and (symbol? (car datum)) (list? datum) (assq (car datum) styles))))
                     (cond (style (form datum (cdr style) column closing))
                           ((and (symbol? (car datum)) (pair? (cdr datum)) (list? datum)
                                 (< (string-length (text (car datum))) 20))
                            (let ((head (text (car datum))))
                              (out head)
                              (out " ")
                              (elements (cdr datum) (+ column (string-length head) 2) (+ closing 1))))
                           (else (elements datum (+ column 1) (+ closing 1)))))))))
        ;; Elements below each other, and the parenthesis.
        (define (elements rest column closing)
          (let loop ((rest rest) (first? #t) (end column))
            (cond ((null? rest) (out ")") (+ end 1))
                  ((pair? rest)
                   (if (not first?) (break column))
                   (loop (cdr rest) #f (print (car rest) column (if (null? (cdr rest)) closing 0))))
                  (else
                   (break column)
                   (out ". ")
                   (loop '() #f (print rest (+ column 2) closing))))))
        (define (form datum count column closing)
          (let ((head (text (car datum))))
            (out head)
            (let loop ((rest (cdr datum)) (count (if (and (eq? (car datum) 'let) (pair? (cdr datum)) (symbol? (cadr datum))) 2 count))
                       (end (+ column 1 (string-length head))))
              (cond ((null? rest) (out ")") (+ end 1))
                    ((> count 0)
                     (out " ")
                     (loop (cdr rest) (- count 1) (print (car rest) (+ end 1) (if (null? (cdr rest)) (+ closing 1) 0))))
                    (else
                     (break (+ column 2))
                     (elements rest (+ column 2) (+ closing 1)))))))
        (out prefix)
        (print datum (string-length prefix) 0)
        (newline port)))

    ;; #:name value … in a list of options, compared by name.
    (define (keyword-option options name default)
      (let loop ((options options))
        (cond ((or (null? options) (null? (cdr options))) default)
              ((let ((text (%object->string (car options) #t)))
                 (or (string=? text name) (string=? text (string-append "#:" name))))
               (cadr options))
              (else (loop (cddr options))))))

    ;; Writes a datum cut to a width.
    (define (truncated-print datum . options)
      (let* ((port (if (and (pair? options) (port? (car options))) (car options) (current-output-port)))
             (options (if (and (pair? options) (port? (car options))) (cdr options) options))
             (width (keyword-option options "width" 79))
             (text (%object->string datum #f)))
        (write-string (if (<= (string-length text) width)
                          text
                          (string-append (substring text 0 (max 0 (- width 3))) "..."))
                      port)))))
