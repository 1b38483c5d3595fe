;; R6RS's libraries, as far as programs for R7RS or Guile import them: lists of names over the language, and what it has
;; under other names. Records and conditions of R6RS are not among them.

(define-library (rnrs base)
  (import (limpet core) (limpet control) (limpet list) (limpet sequence) (limpet number))
  (export define define-syntax quote lambda if set! cond case and or let let* letrec letrec* let-values let*-values begin
          quasiquote unquote unquote-splicing let-syntax letrec-syntax syntax-rules identifier-syntax assert
          else => ... _
          eq? eqv? equal? procedure? number? complex? real? rational? integer? real-valued? rational-valued?
          integer-valued? exact? inexact? exact inexact = < > <= >= zero? positive? negative? odd? even? finite? infinite?
          nan? max min + * - / abs div-and-mod div mod div0-and-mod0 div0 mod0 gcd lcm numerator denominator floor
          ceiling truncate round rationalize exp log sin cos tan asin acos atan sqrt exact-integer-sqrt expt
          make-rectangular make-polar real-part imag-part magnitude angle number->string string->number
          not boolean? boolean=? pair? cons car cdr caar cadr cdar cddr caaar caadr cadar caddr cdaar cdadr cddar cdddr
          caaaar caaadr caadar caaddr cadaar cadadr caddar cadddr cdaaar cdaadr cdadar cdaddr cddaar cddadr cdddar
          cddddr null? list? list length append reverse list-tail list-ref map for-each
          symbol? symbol->string symbol=? string->symbol char? char->integer integer->char char=? char<? char>? char<=?
          char>=? string? make-string string string-length string-ref string=? string<? string>? string<=? string>=?
          substring string-append string->list list->string string-for-each string-copy
          vector? make-vector vector vector-length vector-ref vector-set! vector->list list->vector vector-fill!
          vector-map vector-for-each error assertion-violation apply call-with-current-continuation call/cc values
          call-with-values dynamic-wind)
  (begin
    (define-syntax assert
      (syntax-rules ()
        ((_ expression) (or expression (assertion-violation #f "assertion failed" 'expression)))))
    (define (assertion-violation who message . irritants)
      (raise (%make-condition 'assertion message irritants
                              (cond ((symbol? who) who) ((string? who) (string->symbol who)) (else #f)))))
    (define (real-valued? x) (and (complex? x) (zero? (imag-part x))))
    (define (rational-valued? x) (and (real-valued? x) (rational? (real-part x))))
    (define (integer-valued? x) (and (real-valued? x) (integer? (real-part x))))
    ;; The remainder is not negative.
    (define (div a b) (if (> b 0) (floor (/ a b)) (ceiling (/ a b))))
    (define (mod a b) (- a (* b (div a b))))
    (define (div-and-mod a b) (let ((q (div a b))) (values q (- a (* b q)))))
    ;; The remainder lies in [-|b/2|, |b/2|).
    (define (div0 a b)
      (let* ((q (div a b)) (r (- a (* b q))))
        (if (< (* 2 r) (abs b)) q (if (> b 0) (+ q 1) (- q 1)))))
    (define (mod0 a b) (- a (* b (div0 a b))))
    (define (div0-and-mod0 a b) (let ((q (div0 a b))) (values q (- a (* b q)))))))

(define-library (rnrs lists)
  (import (limpet core) (limpet control) (rename (limpet list) (remove remove-if) (member any-member) (assoc any-assoc)))
  (export find for-all exists filter partition fold-left fold-right remp remove remv remq memp member memv memq assp
          assoc assv assq cons*)
  (begin
    (define (for-all ok? . lists) (apply every ok? lists))
    (define (exists ok? . lists) (apply any ok? lists))
    (define (remp drop? list) (remove-if drop? list))
    (define (remove x list) (remove-if (lambda (y) (equal? x y)) list))
    (define (remv x list) (remove-if (lambda (y) (eqv? x y)) list))
    (define (remq x list) (remove-if (lambda (y) (eq? x y)) list))
    (define (memp ok? list) (find-tail ok? list))
    (define (member x list) (any-member x list))
    (define (assp ok? alist) (find (lambda (entry) (ok? (car entry))) alist))
    (define (assoc x alist) (any-assoc x alist))))

(define-library (rnrs hashtables)
  (import (limpet core) (limpet control)
          (rename (limpet hash) (hashtable-update! update!) (hashtable-ref ref) (hashtable-copy copy)
                  (hashtable-keys list-of-keys) (hashtable-clear! clear!) (hashtable-entries entries)))
  (export make-eq-hashtable make-eqv-hashtable make-hashtable hashtable? hashtable-size hashtable-ref hashtable-set!
          hashtable-delete! hashtable-contains? hashtable-update! hashtable-copy hashtable-clear! hashtable-keys
          hashtable-entries hashtable-equivalence-function hashtable-hash-function hashtable-mutable? equal-hash
          string-hash string-ci-hash symbol-hash)
  (begin
    (define hashtable-ref ref)
    (define hashtable-update! update!)
    (define (hashtable-copy table . mutable) (copy table))
    (define (hashtable-clear! table . size) (clear! table))
    (define hashtable-keys list-of-keys)
    (define hashtable-entries entries)
    (define hashtable-equivalence-function hash-table-equivalence-function)
    (define hashtable-hash-function hash-table-hash-function)
    (define (hashtable-mutable? table) (hashtable? table))
    (define (symbol-hash symbol) (string-hash (symbol->string symbol)))
    (define (string-ci-hash text) (string-hash (string-foldcase text)))))

(define-library (rnrs control)
  (import (limpet core))
  (export when unless do case-lambda))

(define-library (rnrs exceptions)
  (import (limpet core) (limpet control))
  (export with-exception-handler guard raise raise-continuable else =>))

(define-library (rnrs mutable-pairs) (import (limpet core)) (export set-car! set-cdr!))
(define-library (rnrs mutable-strings)
  (import (limpet core) (limpet control) (limpet sequence))
  (export string-set! string-fill!))

(define-library (rnrs unicode)
  (import (limpet core) (limpet control) (limpet sequence))
  (export char-upcase char-downcase char-titlecase char-foldcase char-ci=? char-ci<? char-ci>? char-ci<=? char-ci>=?
          char-alphabetic? char-numeric? char-whitespace? char-upper-case? char-lower-case? char-title-case?
          char-general-category string-upcase string-downcase string-foldcase string-ci=? string-ci<? string-ci>?
          string-ci<=? string-ci>=? string-normalize-nfd string-normalize-nfkd string-normalize-nfc
          string-normalize-nfkc)
  (begin
    (define (char-title-case? c) (eq? (char-general-category c) 'Lt))))

(define-library (rnrs sorting)
  (import (only (srfi 132) list-sort vector-sort vector-sort!))
  (export list-sort vector-sort vector-sort!))

(define-library (rnrs programs)
  (import (limpet core) (limpet control))
  (export command-line exit))

(define-library (rnrs files)
  (import (limpet core))
  (export file-exists? delete-file))

(define-library (rnrs eval)
  (import (limpet eval))
  (export eval environment))

(define-library (rnrs io simple)
  (import (limpet core) (limpet control) (limpet list) (limpet sequence))
  (export eof-object eof-object? call-with-input-file call-with-output-file input-port? output-port?
          current-input-port current-output-port current-error-port with-input-from-file with-output-to-file
          open-input-file open-output-file close-input-port close-output-port read-char peek-char read write-char
          newline display write))

(define-library (rnrs io ports)
  (import (limpet core) (limpet control) (limpet list) (limpet sequence) (ice-9 textual-ports) (ice-9 binary-ports))
  (export get-char lookahead-char get-line get-string-n get-string-all get-datum put-char put-string put-datum
          get-u8 lookahead-u8 get-bytevector-n get-bytevector-n! get-bytevector-some get-bytevector-all put-u8
          put-bytevector open-bytevector-input-port open-bytevector-output-port call-with-bytevector-output-port
          (rename open-input-string open-string-input-port) open-string-output-port call-with-string-output-port
          eof-object eof-object? port? port-eof? input-port? output-port? textual-port? binary-port?
          close-port call-with-port flush-output-port current-input-port current-output-port current-error-port
          display write newline read-char peek-char read write-char)
  (begin
    (define (port-eof? port)
      (eof-object? (if (textual-port? port) (peek-char port) (peek-u8 port))))
    ;; The port, and a procedure that gives what was written and forgets it.
    (define (open-string-output-port)
      (let ((port (open-output-string)) (given 0))
        (values port
                (lambda ()
                  (let* ((text (get-output-string port)) (new (substring text given (string-length text))))
                    (set! given (string-length text))
                    new)))))
    (define (call-with-string-output-port f)
      (let ((port (open-output-string)))
        (f port)
        (get-output-string port)))
    (define (call-with-bytevector-output-port f . transcoder) (call-with-output-bytevector f))))

(define-library (rnrs)
  (import (limpet core))
  (re-export (rnrs base) (rnrs lists) (rnrs hashtables) (rnrs control) (rnrs exceptions) (rnrs unicode) (rnrs sorting)
             (rnrs programs) (rnrs files) (rnrs bytevectors)
             (except (rnrs io ports) eof-object eof-object? input-port? output-port? current-input-port
                     current-output-port current-error-port display write newline read-char peek-char read write-char)
             (rnrs io simple)))
