;; SRFI 171: transducers. A reducer is a procedure of no arguments (the identity), one (completion) and two (a step); a step
;; that has enough gives a `reduced` object. A transducer makes one reducer of another.

(define-library (srfi 171)
  (import (limpet core) (limpet control) (limpet list) (limpet sequence) (limpet hash))
  (export rcons reverse-rcons rcount rany revery
          list-transduce vector-transduce string-transduce bytevector-u8-transduce port-transduce generator-transduce
          tmap tfilter tremove tfilter-map treplace tdrop tdrop-while ttake ttake-while tconcatenate tappend-map
          tdelete-neighbor-duplicates tdelete-duplicates tflatten tsegment tpartition tadd-between tenumerate tlog
          reduced reduced? unreduce ensure-reduced preserving-reduced
          list-reduce vector-reduce string-reduce bytevector-u8-reduce port-reduce generator-reduce)
  (begin

    (define-record-type reduced-object (reduced value) reduced? (value unreduce))
    (define (ensure-reduced x) (if (reduced? x) x (reduced x)))
    ;; For a reducer that feeds another reduction: its end is not the outer one's.
    (define (preserving-reduced f)
      (lambda (a b)
        (let ((result (f a b))) (if (reduced? result) (reduced result) result))))

    ;; ---- reducers

    (define rcons
      (case-lambda (() '()) ((list) (reverse list)) ((list x) (cons x list))))
    (define reverse-rcons
      (case-lambda (() '()) ((list) list) ((list x) (cons x list))))
    (define rcount
      (case-lambda (() 0) ((n) n) ((n x) (+ 1 n))))
    (define (rany ok?)
      (case-lambda
        (() #f)
        ((result) result)
        ((result x) (let ((found (ok? x))) (if found (reduced found) #f)))))
    (define (revery ok?)
      (case-lambda
        (() #t)
        ((result) result)
        ((result x) (let ((found (and result (ok? x)))) (if found found (reduced #f))))))

    ;; ---- reductions: step by step, without completion

    (define (list-reduce f result list)
      (if (null? list)
          result
          (let ((next (f result (car list))))
            (if (reduced? next) (unreduce next) (list-reduce f next (cdr list))))))
    (define-syntax define-indexed
      (syntax-rules ()
        ((_ name length ref)
         (define (name f result sequence)
           (let ((end (length sequence)))
             (let loop ((i 0) (result result))
               (if (= i end)
                   result
                   (let ((next (f result (ref sequence i))))
                     (if (reduced? next) (unreduce next) (loop (+ i 1) next))))))))))
    (define-indexed vector-reduce vector-length vector-ref)
    (define-indexed string-reduce string-length string-ref)
    (define-indexed bytevector-u8-reduce bytevector-length bytevector-u8-ref)
    (define (generator-reduce f result generator)
      (let loop ((result result))
        (let ((x (generator)))
          (if (eof-object? x)
              result
              (let ((next (f result x)))
                (if (reduced? next) (unreduce next) (loop next)))))))
    (define (port-reduce f result reader port) (generator-reduce f result (lambda () (reader port))))

    ;; ---- transductions

    (define-syntax define-transduction
      (syntax-rules ()
        ((_ name reduce)
         (define name
           (case-lambda
             ((transducer f sequence) (name transducer f (f) sequence))
             ((transducer f result sequence)
              (let ((step (transducer f)))
                (step (reduce step result sequence)))))))))
    (define-transduction list-transduce list-reduce)
    (define-transduction vector-transduce vector-reduce)
    (define-transduction string-transduce string-reduce)
    (define-transduction bytevector-u8-transduce bytevector-u8-reduce)
    (define-transduction generator-transduce generator-reduce)
    (define port-transduce
      (case-lambda
        ((transducer f reader port) (port-transduce transducer f (f) reader port))
        ((transducer f result reader port) (generator-transduce transducer f result (lambda () (reader port))))))

    ;; ---- transducers

    ;; One that only changes the step.
    (define-syntax transducer
      (syntax-rules ()
        ((_ (f result x) body ...)
         (lambda (f)
           (case-lambda
             (() (f))
             ((result) (f result))
             ((result x) body ...))))))
    ;; One with state, new for each transduction.
    (define-syntax transducer-with
      (syntax-rules ()
        ((_ ((variable value) ...) (f result x) body ...)
         (lambda (f)
           (let ((variable value) ...)
             (case-lambda
               (() (f))
               ((result) (f result))
               ((result x) body ...)))))))

    (define (tmap g) (transducer (f result x) (f result (g x))))
    (define (tfilter ok?) (transducer (f result x) (if (ok? x) (f result x) result)))
    (define (tremove drop?) (transducer (f result x) (if (drop? x) result (f result x))))
    (define (tfilter-map g) (transducer (f result x) (let ((y (g x))) (if y (f result y) result))))
    ;; By an association list, a hash table or a procedure.
    (define (treplace mapping)
      (tmap
       (cond ((procedure? mapping) mapping)
             ((hash-table? mapping) (lambda (x) (hash-table-ref/default mapping x x)))
             ((list? mapping) (lambda (x) (let ((entry (assoc x mapping))) (if entry (cdr entry) x))))
             (else (error "treplace: expected an association list, a hash table or a procedure, got" mapping)))))
    (define (tdrop count)
      (transducer-with ((left count)) (f result x)
        (if (> left 0)
            (begin (set! left (- left 1)) result)
            (f result x))))
    (define (tdrop-while ok?)
      (transducer-with ((dropping? #t)) (f result x)
        (if (and dropping? (ok? x))
            result
            (begin (set! dropping? #f) (f result x)))))
    (define (ttake count)
      (transducer-with ((left count)) (f result x)
        (if (<= left 0)
            (reduced result)
            (begin
              (set! left (- left 1))
              (let ((result (f result x))) (if (= left 0) (ensure-reduced result) result))))))
    (define ttake-while
      (case-lambda
        ((ok?) (ttake-while ok? (lambda (result x) result)))
        ((ok? at-end)
         (transducer-with ((taking? #t)) (f result x)
           (if (and taking? (ok? x))
               (f result x)
               (begin (set! taking? #f) (ensure-reduced (at-end result x))))))))
    (define (tconcatenate f)
      (let ((inner (preserving-reduced f)))
        (case-lambda
          (() (f))
          ((result) (f result))
          ((result list) (list-reduce inner result list)))))
    (define (tappend-map g) (lambda (f) ((tmap g) (tconcatenate f))))
    (define (tflatten f)
      (letrec ((step (case-lambda
                       (() (f))
                       ((result) (f result))
                       ((result x)
                        (if (list? x) (list-reduce (preserving-reduced step) result x) (f result x))))))
        step))
    (define none (list 'none))
    (define tdelete-neighbor-duplicates
      (case-lambda
        (() (tdelete-neighbor-duplicates equal?))
        ((same?)
         (transducer-with ((before none)) (f result x)
           (if (and (not (eq? before none)) (same? before x))
               result
               (begin (set! before x) (f result x)))))))
    (define tdelete-duplicates
      (case-lambda
        (() (tdelete-duplicates equal?))
        ((same?)
         (transducer-with ((seen (make-hash-table same?))) (f result x)
           (if (hash-table-exists? seen x)
               result
               (begin (hash-table-set! seen x #t) (f result x)))))))

    ;; Passes on what was collected, and then completes.
    (define (finish f result collected)
      (let ((result (if (null? collected) result (f result (reverse collected)))))
        (f (if (reduced? result) (unreduce result) result))))
    (define (tsegment size)
      (if (not (and (exact-integer? size) (positive? size))) (error "tsegment: expected a positive exact integer, got" size))
      (lambda (f)
        (let ((collected '()) (count 0))
          (case-lambda
            (() (f))
            ((result)
             (let ((last collected))
               (set! collected '())
               (finish f result last)))
            ((result x)
             (set! collected (cons x collected))
             (set! count (+ count 1))
             (if (< count size)
                 result
                 (let ((segment (reverse collected)))
                   (set! collected '())
                   (set! count 0)
                   (f result segment))))))))
    ;; A new list begins where the predicate's value changes.
    (define (tpartition ok?)
      (lambda (f)
        (let ((collected '()) (before none))
          (case-lambda
            (() (f))
            ((result)
             (let ((last collected))
               (set! collected '())
               (finish f result last)))
            ((result x)
             (let ((now (ok? x)))
               (if (or (eq? before none) (equal? before now))
                   (begin
                     (set! before now)
                     (set! collected (cons x collected))
                     result)
                   (let ((part (reverse collected)))
                     (set! before now)
                     (set! collected (list x))
                     (f result part)))))))))
    (define (tadd-between y)
      (transducer-with ((first? #t)) (f result x)
        (if first?
            (begin (set! first? #f) (f result x))
            (let ((result (f result y)))
              (if (reduced? result) result (f result x))))))
    (define tenumerate
      (case-lambda
        (() (tenumerate 0))
        ((start)
         (transducer-with ((n start)) (f result x)
           (let ((i n))
             (set! n (+ n 1))
             (f result (cons i x)))))))
    (define tlog
      (case-lambda
        (() (tlog (lambda (result x) (write x) (newline))))
        ((log) (transducer (f result x) (log result x) (f result x)))))))
