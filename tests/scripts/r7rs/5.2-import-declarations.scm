;; R7RS 5.2: import sets: only, except, prefix, rename, one in another.
(import (only (scheme base) define lambda let list + - * quote => car set! begin if)
        (prefix (only (scheme base) cdr cons) base-)
        (rename (only (scheme base) vector vector-ref) (vector make) (vector-ref at))
        (except (only (scheme base) append reverse length) reverse)
        (prefix (rename (only (scheme base) not eq?) (eq? same?)) is-)
        (rename (prefix (only (scheme base) memq assq) q-) (q-memq member-by-eq))
        (only (prefix (rename (except (scheme char) char-upcase) (char-downcase lower)) c-) c-lower)
        (only (scheme base) car)
        (only (scheme base))
        (scheme lazy)
        (checks))

(check (list (car '(1 2)) (base-cdr '(1 2)) (base-cons 1 2)) => '(1 (2) (1 . 2)))
(check (at (make 1 2 3) 1) => 2)
(check (list (length '(1 2)) (append '(1) '(2))) => '(2 (1 2)))
(check (list (is-not 1) (is-same? 'a 'a)) => '(#f #t))
(check (list (member-by-eq 'b '(a b c)) (q-assq 'a '((a 1)))) => '((b c) (a 1)))
(check (c-lower #\A) => #\a)
(check (force (delay 1)) => 1)
;; What was not imported, or only under another name, is not bound.
(check-error (cdr '(1 2)))
(check-error (vector 1))
(check-error (reverse '(1 2)))
(check-error (eq? 1 1))
(check-error (memq 1 '()))
(check-error (c-char-upcase #\a))
;; Names that were not imported are free.
(define cdr 'mine)
(define (vector-ref x) (list x))
(check (list cdr (vector-ref 1)) => '(mine (1)))
;; Syntax is imported like variables.
(define let* 5)
(check let* => 5)

(checks-done "5.2")
;=> 5.2: 15 checks
