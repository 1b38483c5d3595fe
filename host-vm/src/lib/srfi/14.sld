;;; SRFI 14: sets of characters.
;;;
;;; A set is a record with the vector of bounds that the primitives work on (see runtime/char_set.rs), or, of a standard set that
;;; nobody has asked yet, the name by which the primitive finds the bounds. Sets are immutable: the procedures with a `!` return
;;; new ones, as the SRFI allows.
(define-library (srfi 14)
  (export char-set? char-set= char-set<= char-set-hash
          char-set-cursor char-set-ref char-set-cursor-next end-of-char-set?
          char-set-fold char-set-unfold char-set-unfold! char-set-for-each char-set-map
          char-set-copy char-set list->char-set string->char-set list->char-set! string->char-set!
          char-set-filter char-set-filter! ucs-range->char-set ucs-range->char-set! ->char-set to-char-set
          char-set->list char-set->string char-set-size char-set-count char-set-contains? char-set-every char-set-any
          char-set-adjoin char-set-delete char-set-adjoin! char-set-delete!
          char-set-complement char-set-union char-set-intersection char-set-difference char-set-xor
          char-set-diff+intersection
          char-set-complement! char-set-union! char-set-intersection! char-set-difference! char-set-xor!
          char-set-diff+intersection!
          char-set:lower-case char-set:upper-case char-set:title-case char-set:letter char-set:digit
          char-set:letter+digit char-set:graphic char-set:printing char-set:whitespace char-set:iso-control
          char-set:punctuation char-set:symbol char-set:hex-digit char-set:blank char-set:ascii char-set:empty
          char-set:full char-set:designated)
  (import (limpet core) (limpet control) (limpet list) (limpet sequence))
  (begin

    ;; ---- standard sets

    (define char-set:lower-case (%make-char-set 'lower-case))
    (define char-set:upper-case (%make-char-set 'upper-case))
    (define char-set:title-case (%make-char-set 'title-case))
    (define char-set:letter (%make-char-set 'letter))
    (define char-set:digit (%make-char-set 'digit))
    (define char-set:letter+digit (%make-char-set 'letter+digit))
    (define char-set:graphic (%make-char-set 'graphic))
    (define char-set:printing (%make-char-set 'printing))
    (define char-set:whitespace (%make-char-set 'whitespace))
    (define char-set:iso-control (%make-char-set 'iso-control))
    (define char-set:punctuation (%make-char-set 'punctuation))
    (define char-set:symbol (%make-char-set 'symbol))
    (define char-set:hex-digit (%make-char-set 'hex-digit))
    (define char-set:blank (%make-char-set 'blank))
    (define char-set:ascii (%make-char-set 'ascii))
    (define char-set:designated (%make-char-set 'designated))
    (define char-set:empty (%make-char-set '#()))
    (define char-set:full (%make-char-set 'full))

    ;; ---- making sets

    (define (char-set . characters) (list->char-set characters))
    (define list->char-set
      (case-lambda
        ((characters) (%make-char-set (%char-set-of characters)))
        ((characters base) (char-set-union base (list->char-set characters)))))
    (define list->char-set! list->char-set)
    (define string->char-set
      (case-lambda
        ((string) (list->char-set (string->list string)))
        ((string base) (list->char-set (string->list string) base))))
    (define string->char-set! string->char-set)
    (define ucs-range->char-set
      (case-lambda
        ((lower upper) (%make-char-set (%char-set-range lower upper)))
        ((lower upper error?) (ucs-range->char-set lower upper))
        ((lower upper error? base) (char-set-union base (ucs-range->char-set lower upper)))))
    (define ucs-range->char-set! ucs-range->char-set)
    (define (char-set-copy set) (%make-char-set (%char-set-bounds set)))
    (define (->char-set object)
      (cond ((char-set? object) object)
            ((string? object) (string->char-set object))
            ((char? object) (char-set object))
            (else (error "->char-set: expected a character, a string or a set of characters, got" object))))
    (define to-char-set ->char-set)

    (define char-set-unfold
      (case-lambda
        ((f stop? g seed) (char-set-unfold f stop? g seed char-set:empty))
        ((f stop? g seed base)
         (let loop ((seed seed) (characters '()))
           (if (stop? seed)
               (list->char-set characters base)
               (loop (g seed) (cons (f seed) characters)))))))
    (define char-set-unfold! char-set-unfold)
    (define char-set-filter
      (case-lambda
        ((keep? set) (char-set-filter keep? set char-set:empty))
        ((keep? set base)
         (list->char-set (char-set-fold (lambda (c kept) (if (keep? c) (cons c kept) kept)) '() set) base))))
    (define char-set-filter! char-set-filter)

    ;; ---- iteration: a cursor is a scalar value, or #f at the end

    ;; The least element from a scalar value on.
    (define (next-from set n)
      (let* ((bounds (%char-set-bounds set)) (length (vector-length bounds)))
        (let loop ((low 0) (high length))
          ;; The number of bounds that are n or less.
          (if (< low high)
              (let ((middle (quotient (+ low high) 2)))
                (if (<= (vector-ref bounds middle) n) (loop (+ middle 1) high) (loop low middle)))
              (let ((n (cond ((odd? low) n)
                             ((< low length) (vector-ref bounds low))
                             (else #f))))
                ;; The surrogates are no characters.
                (if (and n (<= #xd800 n #xdfff)) (next-from set #xe000) n))))))
    (define (char-set-cursor set) (next-from set 0))
    (define (char-set-ref set cursor) (integer->char cursor))
    (define (char-set-cursor-next set cursor) (next-from set (+ cursor 1)))
    (define (end-of-char-set? cursor) (not cursor))

    (define (char-set-fold f seed set)
      (let loop ((cursor (char-set-cursor set)) (result seed))
        (if cursor
            (loop (char-set-cursor-next set cursor) (f (integer->char cursor) result))
            result)))
    (define (char-set-for-each f set) (char-set-fold (lambda (c ignored) (f c) #f) #f set))
    (define (char-set-map f set) (list->char-set (char-set-fold (lambda (c result) (cons (f c) result)) '() set)))
    (define (char-set->list set) (reverse (char-set-fold cons '() set)))
    (define (char-set->string set) (list->string (char-set->list set)))
    (define (char-set-count ok? set) (char-set-fold (lambda (c n) (if (ok? c) (+ n 1) n)) 0 set))
    (define (char-set-every ok? set)
      (let loop ((cursor (char-set-cursor set)))
        (or (not cursor) (and (ok? (integer->char cursor)) (loop (char-set-cursor-next set cursor))))))
    (define (char-set-any ok? set)
      (let loop ((cursor (char-set-cursor set)))
        (and cursor (or (ok? (integer->char cursor)) (loop (char-set-cursor-next set cursor))))))

    (define (char-set-size set)
      (let* ((bounds (%char-set-bounds set)) (length (vector-length bounds)))
        (let loop ((i 0) (size 0))
          (if (= i length)
              (if (%char-set-contains? bounds #\xd7ff)
                  (if (%char-set-contains? bounds #\xe000) (- size 2048) size)
                  size)
              (loop (+ i 2) (+ size (- (vector-ref bounds (+ i 1)) (vector-ref bounds i))))))))

    ;; ---- comparison

    (define (same? a b) (equal? (%char-set-bounds a) (%char-set-bounds b)))
    (define (subset? a b) (equal? (%char-set-bounds a) (%char-set-bounds (char-set-intersection a b))))
    (define (chain holds? sets)
      (or (null? sets)
          (let loop ((a (car sets)) (rest (cdr sets)))
            (or (null? rest) (and (holds? a (car rest)) (loop (car rest) (cdr rest)))))))
    (define (char-set= . sets) (chain same? sets))
    (define (char-set<= . sets) (chain subset? sets))
    (define char-set-hash
      (case-lambda
        ((set) (equal-hash (%char-set-bounds set)))
        ((set bound) (if (= bound 0) (char-set-hash set) (equal-hash (%char-set-bounds set) bound)))))

    ;; ---- algebra

    (define (combine operation a b)
      (%make-char-set (%char-set-combine operation (%char-set-bounds a) (%char-set-bounds b))))
    (define (union a b) (combine 0 a b))
    (define (char-set-union . sets) (fold union char-set:empty sets))
    (define (char-set-intersection . sets) (fold (lambda (a b) (combine 1 a b)) char-set:full sets))
    (define (char-set-difference set . sets) (if (null? sets) set (combine 2 set (apply char-set-union sets))))
    (define (char-set-xor . sets) (fold (lambda (a b) (combine 3 a b)) char-set:empty sets))
    (define (char-set-complement set) (combine 2 char-set:full set))
    (define (char-set-diff+intersection set . sets)
      (let ((others (apply char-set-union sets)))
        (values (combine 2 set others) (combine 1 set others))))
    (define (char-set-adjoin set . characters) (list->char-set characters set))
    (define (char-set-delete set . characters) (char-set-difference set (list->char-set characters)))

    (define char-set-union! char-set-union)
    (define char-set-intersection! char-set-intersection)
    (define char-set-difference! char-set-difference)
    (define char-set-xor! char-set-xor)
    (define char-set-complement! char-set-complement)
    (define char-set-diff+intersection! char-set-diff+intersection)
    (define char-set-adjoin! char-set-adjoin)
    (define char-set-delete! char-set-delete)))
