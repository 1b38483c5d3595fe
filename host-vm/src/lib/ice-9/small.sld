;; Small modules of Guile's: (ice-9 q), (ice-9 hash-table), (ice-9 getopt-long).

;; A queue is a pair of its elements' list and the list's last pair.
(define-library (ice-9 q)
  (import (limpet core) (limpet control) (limpet list))
  (export make-q q? q-empty? q-empty-check q-front q-rear q-remove! q-push! enq! q-pop! deq! q-length sync-q!)
  (begin
    (define (make-q) (cons '() #f))
    (define (q? object)
      (and (pair? object)
           (if (null? (car object))
               (not (cdr object))
               (and (pair? (car object)) (eq? (last-pair (car object)) (cdr object))))))
    (define (sync-q! q)
      (set-cdr! q (if (pair? (car q)) (last-pair (car q)) #f))
      q)
    (define (q-empty? q) (null? (car q)))
    (define (q-empty-check q) (if (q-empty? q) (raise (%make-condition 'q-empty "the queue is empty" '() #f))))
    (define (q-front q) (q-empty-check q) (caar q))
    (define (q-rear q) (q-empty-check q) (cadr q))
    (define (q-remove! q x) (set-car! q (delq x (car q))) (sync-q! q))
    (define (q-push! q x)
      (set-car! q (cons x (car q)))
      (if (not (cdr q)) (set-cdr! q (car q)))
      q)
    (define (enq! q x)
      (let ((new (list x)))
        (if (null? (car q)) (set-car! q new) (set-cdr! (cdr q) new))
        (set-cdr! q new)
        q))
    (define (q-pop! q)
      (q-empty-check q)
      (let ((x (caar q)))
        (set-car! q (cdar q))
        (if (null? (car q)) (set-cdr! q #f))
        x))
    (define deq! q-pop!)
    (define (q-length q) (length (car q)))))

(define-library (ice-9 hash-table)
  (import (limpet core) (limpet control) (limpet list)
          (rename (limpet hash) (alist->hash-table core-alist->hash-table)))
  (export alist->hash-table alist->hashq-table alist->hashv-table hash-table)
  (begin
    (define (alist->hash-table alist) (core-alist->hash-table alist equal?))
    (define (alist->hashq-table alist) (core-alist->hash-table alist eq?))
    (define (alist->hashv-table alist) (core-alist->hash-table alist eqv?))))

;; Options are described by (name (single-char #\c) (value #t, #f or optional) (required? #t) (predicate f)).
(define-library (ice-9 getopt-long)
  (import (limpet core) (limpet control) (limpet list) (limpet sequence))
  (export getopt-long option-ref)
  (begin

    (define (fail program . parts)
      (let ((port (current-error-port)))
        (for-each (lambda (part) (display part port)) (cons* program ": " parts))
        (newline port)
        (exit 1)))

    (define (property specification name default)
      (let ((found (assq name (cdr specification)))) (if found (cadr found) default)))
    (define (by-name grammar name)
      (find (lambda (s) (string=? (symbol->string (car s)) name)) grammar))
    (define (by-char grammar c)
      (find (lambda (s) (eqv? c (property s 'single-char #f))) grammar))
    (define (option? text) (and (> (string-length text) 1) (char=? (string-ref text 0) #\-)))

    ;; The result: ((() . operands) (name . value-or-#t) …).
    (define (getopt-long arguments grammar . options)
      (define program (car arguments))
      (define (value-wanted? s) (property s 'value #f))
      (define (checked s value)
        (let ((ok? (property s 'predicate #f)))
          (if (and ok? (string? value) (not (ok? value)))
              (fail program "option predicate failed: --" (car s)))
          (cons (car s) value)))
      (define (finish found operands)
        (for-each
         (lambda (s)
           (if (and (property s 'required? #f) (not (assq (car s) found)))
               (fail program "option must be specified: --" (car s))))
         grammar)
        (cons (cons '() (reverse operands)) (reverse found)))
      (let loop ((rest (cdr arguments)) (found '()) (operands '()))
        ;; A value that may follow in the next argument.
        (define (take-value s rest)
          (let ((wanted (value-wanted? s)))
            (cond ((not wanted) (loop rest (cons (checked s #t) found) operands))
                  ((and (pair? rest) (or (eq? wanted #t) (not (option? (car rest))))
                        (not (and (eq? wanted #t) (option? (car rest)) (by-name-of (car rest)))))
                   (loop (cdr rest) (cons (checked s (car rest)) found) operands))
                  ((eq? wanted 'optional) (loop rest (cons (checked s #t) found) operands))
                  (else (fail program "option must be specified with argument: --" (car s))))))
        (define (by-name-of text)
          (and (> (string-length text) 2) (string-prefix? "--" text)
               (by-name grammar (substring text 2 (string-length text)))))
        (if (null? rest)
            (finish found operands)
            (let ((text (car rest)))
              (cond ((string=? text "--") (finish found (append-reverse (cdr rest) operands)))
                    ((string-prefix? "--" text)
                     (let* ((equals (string-index text #\=))
                            (name (substring text 2 (or equals (string-length text))))
                            (s (or (by-name grammar name) (fail program "no such option: --" name))))
                       (cond ((not equals) (take-value s (cdr rest)))
                             ((value-wanted? s)
                              (loop (cdr rest)
                                    (cons (checked s (substring text (+ equals 1) (string-length text))) found)
                                    operands))
                             (else (fail program "option does not support argument: --" name)))))
                    ((option? text)
                     (let ((s (or (by-char grammar (string-ref text 1))
                                  (fail program "no such option: -" (string-ref text 1))))
                           (more (substring text 2 (string-length text))))
                       (cond ((string=? more "") (take-value s (cdr rest)))
                             ;; -ovalue, or several options in one argument
                             ((value-wanted? s) (loop (cdr rest) (cons (checked s more) found) operands))
                             (else
                              (loop (cons (string-append "-" more) (cdr rest)) (cons (checked s #t) found) operands)))))
                    ((assq-ref-option options "stop-at-first-non-option")
                     (finish found (append-reverse rest operands)))
                    (else (loop (cdr rest) found (cons text operands))))))))

    (define (assq-ref-option options name)
      (let loop ((options options))
        (and (pair? options) (pair? (cdr options))
             (if (string=? (%object->string (car options) #t) (string-append "#:" name))
                 (cadr options)
                 (loop (cddr options))))))

    (define (option-ref found name default)
      (let ((entry (assq name found))) (if entry (cdr entry) default)))))

(define-library (ice-9 string-fun)
  (import (limpet core) (limpet control) (limpet list) (limpet sequence))
  (export string-replace-substring split-after-char split-before-char split-discarding-char
          split-after-char-last split-before-char-last split-discarding-char-last split-before-predicate
          split-after-predicate split-discarding-predicate separate-fields-discarding-char
          separate-fields-after-char separate-fields-before-char string-prefix-predicate string-prefix=?
          sans-surrounding-whitespace sans-leading-whitespace sans-trailing-whitespace sans-final-newline
          has-trailing-newline?)
  (begin

    (define (string-replace-substring text what with)
      (if (string=? what "") (error "string-replace-substring: nothing to replace: the text to look for is empty"))
      (let ((out (open-output-string)) (n (string-length what)) (end (string-length text)))
        (let loop ((from 0))
          (let ((at (string-contains text what from)))
            (write-string text out from (or at end))
            (if at
                (begin
                  (write-string with out)
                  (loop (+ at n))))))
        (get-output-string out)))

    ;; Each splits at the first (or last) such character and passes both parts on.
    (define (index-if ok? text)
      (let loop ((i 0)) (cond ((= i (string-length text)) #f) ((ok? (string-ref text i)) i) (else (loop (+ i 1))))))
    (define (cut text i j result) (result (substring text 0 i) (substring text j (string-length text))))
    (define-syntax define-split
      (syntax-rules ()
        ((_ name find before after)
         (define (name c text result)
           (let ((i (find c text)))
             (if i (cut text (+ i before) (+ i after) result) (result text "")))))))
    (define (first-index c text) (string-index text c))
    (define (last-index c text) (string-rindex text c))
    (define-split split-after-char first-index 1 1)
    (define-split split-before-char first-index 0 0)
    (define-split split-discarding-char first-index 0 1)
    (define-syntax define-split-last
      (syntax-rules ()
        ((_ name before after)
         (define (name c text result)
           (let ((i (last-index c text)))
             (if i (cut text (+ i before) (+ i after) result) (result "" text)))))))
    (define-split-last split-after-char-last 1 1)
    (define-split-last split-before-char-last 0 0)
    (define-split-last split-discarding-char-last 0 1)
    (define-split split-before-predicate index-if 0 0)
    (define-split split-after-predicate index-if 1 1)
    (define-split split-discarding-predicate index-if 0 1)

    ;; All parts, passed on as arguments.
    (define (separate-fields-discarding-char c text result) (apply result (string-split text c)))
    (define (fields-with c text join)
      (let ((parts (string-split text c)))
        (join parts (string c))))
    (define (separate-fields-after-char c text result)
      (apply result
             (fields-with c text
                          (lambda (parts c)
                            (let loop ((parts parts))
                              (cond ((null? (cdr parts)) (if (string=? (car parts) "") '() parts))
                                    (else (cons (string-append (car parts) c) (loop (cdr parts))))))))))
    (define (separate-fields-before-char c text result)
      (apply result
             (fields-with c text
                          (lambda (parts c) (cons (car parts) (map (lambda (part) (string-append c part)) (cdr parts)))))))

    (define (string-prefix-predicate same?)
      (lambda (prefix text)
        (and (<= (string-length prefix) (string-length text))
             (same? prefix (substring text 0 (string-length prefix))))))
    (define string-prefix=? (string-prefix-predicate string=?))
    (define (sans-leading-whitespace text) (string-trim text))
    (define (sans-trailing-whitespace text) (string-trim-right text))
    (define (sans-surrounding-whitespace text) (string-trim-both text))
    (define (has-trailing-newline? text)
      (let ((n (string-length text))) (and (> n 0) (char=? (string-ref text (- n 1)) #\newline))))
    (define (sans-final-newline text)
      (if (has-trailing-newline? text) (substring text 0 (- (string-length text) 1)) text))))

;; One thread runs a program, so every step is atomic.
(define-library (ice-9 atomic)
  (import (limpet core) (limpet control))
  (export make-atomic-box atomic-box? atomic-box-ref atomic-box-set! atomic-box-swap! atomic-box-compare-and-swap!)
  (begin
    (define-record-type atomic-box (make-atomic-box value) atomic-box? (value atomic-box-ref atomic-box-set!))
    (define (atomic-box-swap! box value)
      (let ((old (atomic-box-ref box)))
        (atomic-box-set! box value)
        old))
    (define (atomic-box-compare-and-swap! box expected desired)
      (let ((old (atomic-box-ref box)))
        (if (eq? old expected) (atomic-box-set! box desired))
        old))))

;; Encodings by name: UTF-8 and those that a character each is a byte of.
(define-library (ice-9 iconv)
  (import (limpet core) (limpet control) (limpet list) (limpet sequence))
  (export string->bytevector bytevector->string call-with-encoded-output-string)
  (begin
    ;; The largest character, or #f for UTF-8.
    (define (largest who encoding)
      (let ((name (string-upcase encoding)))
        (cond ((member name '("UTF-8" "UTF8")) #f)
              ((member name '("ISO-8859-1" "LATIN1" "ISO8859-1")) 255)
              ((member name '("US-ASCII" "ASCII")) 127)
              (else (error (string-append (symbol->string who) ": unknown encoding:") encoding)))))
    (define (string->bytevector text encoding . strategy)
      (let ((most (largest 'string->bytevector encoding)))
        (if (not most)
            (string->utf8 text)
            (apply bytevector
                   (map (lambda (c)
                          (cond ((<= (char->integer c) most) (char->integer c))
                                ((and (pair? strategy) (eq? (car strategy) 'substitute)) 63)
                                (else
                                 (error "string->bytevector: the encoding does not have the character" c encoding))))
                        (string->list text))))))
    (define (bytevector->string bytes encoding . strategy)
      (let ((most (largest 'bytevector->string encoding)))
        (if (not most)
            (utf8->string bytes)
            (list->string
             (map (lambda (i)
                    (let ((byte (bytevector-u8-ref bytes i)))
                      (cond ((<= byte most) (integer->char byte))
                            ((and (pair? strategy) (eq? (car strategy) 'substitute)) #\xFFFD)
                            (else (error "bytevector->string: no text of this encoding:" bytes encoding)))))
                  (iota (bytevector-length bytes)))))))
    (define (call-with-encoded-output-string encoding f . strategy)
      (let ((port (open-output-string)))
        (f port)
        (apply string->bytevector (get-output-string port) encoding strategy)))))

;; `define` has procedures that return procedures anyway, (define ((f a) b) …).
(define-library (ice-9 curried-definitions)
  (import (limpet core))
  (export define define* define-public))

;; `syntax-rules` and `syntax-case` are part of the language.
(define-library (ice-9 syncase)
  (import (limpet core))
  (export define-syntax let-syntax letrec-syntax syntax-rules syntax-case))

;; The prompt edits lines and keeps their history anyway.
(define-library (ice-9 readline)
  (import (limpet core) (limpet control))
  (export activate-readline readline)
  (begin
    (define (activate-readline) (if #f #f))
    (define readline
      (case-lambda
        (() (readline ""))
        ((prompt)
         (write-string prompt)
         (flush-output-port)
         (read-line))))))
