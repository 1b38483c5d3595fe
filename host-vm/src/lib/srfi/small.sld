;; SRFIs of a few names, most of them part of the language by now: lists of names, and what little they add.

(define-library (srfi 0) (import (limpet core)) (export cond-expand))

(define-library (srfi 6)
  (import (limpet core))
  (export open-input-string open-output-string get-output-string))

(define-library (srfi 8) (import (limpet core)) (export receive))

(define-library (srfi 9) (import (limpet core)) (export define-record-type))

(define-library (srfi 11) (import (limpet core)) (export let-values let*-values))

(define-library (srfi 16) (import (limpet core)) (export case-lambda))

(define-library (srfi 23) (import (limpet control)) (export error))

;; Block comments and comments of one datum are the reader's.
(define-library (srfi 30) (import (limpet core)) (export))
(define-library (srfi 62) (import (limpet core)) (export))

(define-library (srfi 28)
  (import (limpet core) (limpet control))
  (export format)
  (begin
    ;; Directives ~a ~s ~% ~~.
    (define (format text . objects)
      (let ((out (open-output-string)) (length (string-length text)))
        (let loop ((i 0) (objects objects))
          (cond ((>= i length)
                 (get-output-string out))
                ((not (char=? (string-ref text i) #\~))
                 (write-char (string-ref text i) out)
                 (loop (+ i 1) objects))
                ((= (+ i 1) length)
                 (error "format: the text ends within a directive:" text))
                (else
                 (let ((directive (string-ref text (+ i 1))))
                   (case directive
                     ((#\a #\s)
                      (if (null? objects) (error "format: not enough objects for" text))
                      (if (char=? directive #\a) (display (car objects) out) (write (car objects) out))
                      (loop (+ i 2) (cdr objects)))
                     ((#\%) (newline out) (loop (+ i 2) objects))
                     ((#\~) (write-char #\~ out) (loop (+ i 2) objects))
                     (else (error "format: unknown directive" directive)))))))))))

(define-library (srfi 31)
  (import (limpet core))
  (export rec)
  (begin
    (define-syntax rec
      (syntax-rules ()
        ((_ (name . parameters) . body) (letrec ((name (lambda parameters . body))) name))
        ((_ name expression) (letrec ((name expression)) name))))))

(define-library (srfi 34)
  (import (limpet core) (limpet control))
  (export with-exception-handler guard raise else =>))

(define-library (srfi 38)
  (import (limpet core))
  (export write-with-shared-structure (rename write-with-shared-structure write/ss)
          (rename read read-with-shared-structure) (rename read read/ss))
  (begin
    ;; A third argument is for implementations to use.
    (define write-with-shared-structure
      (case-lambda
        ((object) (write-shared object))
        ((object port . options) (write-shared object port))))))

(define-library (srfi 39)
  (import (limpet core) (limpet control))
  (export make-parameter parameterize with-parameters* current-input-port current-output-port current-error-port)
  (begin
    (define (with-parameters* parameters values thunk)
      (if (null? parameters)
          (thunk)
          (parameterize (((car parameters) (car values)))
            (with-parameters* (cdr parameters) (cdr values) thunk))))))

(define-library (srfi 45)
  (import (limpet core) (limpet control))
  (export delay (rename delay-force lazy) force eager promise?)
  (begin (define (eager value) (delay value))))

(define-library (srfi 61)
  (import (rename (limpet core) (cond core-cond)) (limpet control))
  (export cond else =>)
  (begin
    ;; Clauses (generator guard => receiver): the receiver gets the generator's values if the guard holds of them.
    (define-syntax cond
      (syntax-rules (=> else)
        ((_) (if #f #f))
        ((_ (else expression ...)) (let () expression ...))
        ((_ (generator accepted? => receiver) clause ...)
         (let ((next (lambda () (cond clause ...))))
           (call-with-values
            (lambda () generator)
            (lambda results (if (apply accepted? results) (apply receiver results) (next))))))
        ((_ clause) (core-cond clause))
        ((_ clause more ...) (core-cond clause (else (cond more ...))))))))

(define-library (srfi 87) (import (limpet core)) (export case else =>))

(define-library (srfi 98)
  (import (limpet core))
  (export get-environment-variable get-environment-variables))

(define-library (srfi 111)
  (import (limpet core))
  (export box box? unbox set-box!)
  (begin
    (define-record-type box-type (box value) box? (value unbox set-box!))))

(define-library (srfi 145)
  (import (limpet core) (limpet control))
  (export assume)
  (begin
    (define-syntax assume
      (syntax-rules ()
        ((_ expression message ...)
         (or expression (error "invalid assumption:" 'expression message ...)))
        ((_ . _) (syntax-error "malformed `assume`: expected an expression"))))))
