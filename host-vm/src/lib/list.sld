;; Lists: whatever calls back. Leaves (length, append, assq …) are primitives.

(define-library (limpet list)
  (import (limpet core) (limpet control))
  (export map for-each member assoc filter remove partition reduce reduce-right fold fold-right fold-left
          append-map filter-map find find-tail any every list-index count delete delete! delete-duplicates
          not-a-list iota list-tabulate unfold unfold-right take drop take-while drop-while span break last concatenate
          first second third fourth fifth append! xcons split-at alist-copy
          assq-ref assv-ref assoc-ref assq-set! assv-set! assoc-set! assq-remove! assv-remove! assoc-remove!
          and-map or-map identity vector-binary-search)
  (begin

    ;; What stands at the end of a list that was walked must be its end.
    (define (not-a-list who object)
      (raise (%make-condition 'wrong-type "expected a list, got" (list object) who)))
    (define-syntax at-end
      (syntax-rules ()
        ((_ who list result) (if (null? list) result (not-a-list 'who list)))
        ((_ who a b result)
         (if (and (or (pair? a) (null? a)) (or (pair? b) (null? b))) result (check-rests 'who (list a b))))))
    ;; The shortest of several lists was walked: the others may go on.
    (define (check-rests who lists)
      (for-each (lambda (list) (if (not (or (pair? list) (null? list))) (not-a-list who list))) lists))

    (define (cars lists) (let loop ((l lists) (r '())) (if (pair? l) (loop (cdr l) (cons (caar l) r)) (reverse r))))
    (define (cdrs lists) (let loop ((l lists) (r '())) (if (pair? l) (loop (cdr l) (cons (cdar l) r)) (reverse r))))
    ;; Of no lists at all an iteration would not end.
    (define (all-pairs? lists)
      (if (null? lists) (raise (%make-condition 'arity "expected at least one list besides the procedure" '() #f)))
      (let loop ((lists lists))
        (cond ((null? lists) #t)
              ((pair? (car lists)) (loop (cdr lists)))
              ((null? (car lists)) #f)
              (else (not-a-list #f (car lists))))))

    (define map
      (case-lambda
        ((f list)
         (let loop ((list list) (result '()))
           (if (pair? list)
               (loop (cdr list) (cons (f (car list)) result))
               (at-end map list (reverse result)))))
        ((f a b)
         (let loop ((a a) (b b) (result '()))
           (if (and (pair? a) (pair? b))
               (loop (cdr a) (cdr b) (cons (f (car a) (car b)) result))
               (at-end map a b (reverse result)))))
        ((f . lists)
         (let loop ((lists lists) (result '()))
           (if (all-pairs? lists)
               (loop (cdrs lists) (cons (apply f (cars lists)) result))
               (begin
                 (check-rests 'map lists)
                 (reverse result)))))))

    (define for-each
      (case-lambda
        ((f list)
         (let loop ((list list))
           (if (pair? list)
               (begin (f (car list)) (loop (cdr list)))
               (at-end for-each list (if #f #f)))))
        ((f a b)
         (let loop ((a a) (b b))
           (if (and (pair? a) (pair? b))
               (begin (f (car a) (car b)) (loop (cdr a) (cdr b)))
               (at-end for-each a b (if #f #f)))))
        ((f . lists)
         (let loop ((lists lists))
           (if (all-pairs? lists)
               (begin (apply f (cars lists)) (loop (cdrs lists)))
               (check-rests 'for-each lists))))))

    (define member
      (case-lambda
        ((x list) (%member x list))
        ((x list same?)
         (let loop ((list list))
           (cond ((not (pair? list)) (at-end member list #f))
                 ((same? x (car list)) list)
                 (else (loop (cdr list))))))))

    (define assoc
      (case-lambda
        ((x list) (%assoc x list))
        ((x list same?)
         (let loop ((list list))
           (cond ((not (pair? list)) (at-end assoc list #f))
                 ((not (pair? (car list)))
                  (raise (%make-condition 'wrong-type "association list: expected a pair, got" (cons (car list) '()) 'assoc)))
                 ((same? x (caar list)) (car list))
                 (else (loop (cdr list))))))))

    (define (filter keep? list)
      (let loop ((list list) (result '()))
        (if (pair? list)
            (loop (cdr list) (if (keep? (car list)) (cons (car list) result) result))
            (at-end filter list (reverse result)))))
    (define (remove drop? list)
      (let loop ((list list) (result '()))
        (if (pair? list)
            (loop (cdr list) (if (drop? (car list)) result (cons (car list) result)))
            (at-end remove list (reverse result)))))

    (define (partition in? list)
      (let loop ((list list) (in '()) (out '()))
        (cond ((null? list) (values (reverse in) (reverse out)))
              ((in? (car list)) (loop (cdr list) (cons (car list) in) out))
              (else (loop (cdr list) in (cons (car list) out))))))

    (define fold
      (case-lambda
        ((f seed list)
         (let loop ((list list) (result seed))
           (if (pair? list) (loop (cdr list) (f (car list) result)) (at-end fold list result))))
        ((f seed a b)
         (let loop ((a a) (b b) (result seed))
           (if (and (pair? a) (pair? b))
               (loop (cdr a) (cdr b) (f (car a) (car b) result))
               (at-end fold a b result))))
        ((f seed . lists)
         (let loop ((lists lists) (result seed))
           (if (all-pairs? lists)
               (loop (cdrs lists) (apply f (append (cars lists) (list result))))
               result)))))

    (define fold-left
      (case-lambda
        ((f seed list)
         (let loop ((list list) (result seed))
           (if (pair? list) (loop (cdr list) (f result (car list))) (at-end fold-left list result))))
        ((f seed . lists)
         (let loop ((lists lists) (result seed))
           (if (all-pairs? lists) (loop (cdrs lists) (apply f result (cars lists))) result)))))

    (define fold-right
      (case-lambda
        ((f seed list) (fold f seed (reverse list)))
        ((f seed a b)
         (let ((n (min (length a) (length b))))
           (fold f seed (reverse (take a n)) (reverse (take b n)))))
        ((f seed . lists)
         (let ((n (apply min (map length lists))))
           (apply fold f seed (map (lambda (l) (reverse (take l n))) lists))))))

    (define (reduce f default list)
      (if (pair? list) (fold f (car list) (cdr list)) (at-end reduce list default)))
    (define (reduce-right f default list)
      (if (pair? list)
          (let ((reversed (reverse list)))
            (fold f (car reversed) (cdr reversed)))
          (at-end reduce-right list default)))

    (define append-map
      (case-lambda
        ((f list)
         (let loop ((list list) (result '()))
           (if (pair? list)
               (loop (cdr list) (append-reverse (f (car list)) result))
               (at-end append-map list (reverse result)))))
        ((f . lists) (apply append (apply map f lists)))))
    (define filter-map
      (case-lambda
        ((f list)
         (let loop ((list list) (result '()))
           (if (pair? list)
               (let ((x (f (car list)))) (loop (cdr list) (if x (cons x result) result)))
               (at-end filter-map list (reverse result)))))
        ((f . lists) (filter identity (apply map f lists)))))

    (define (find-tail ok? list)
      (let loop ((list list))
        (if (pair? list)
            (if (ok? (car list)) list (loop (cdr list)))
            (at-end find-tail list #f))))
    (define (find ok? list)
      (let ((tail (find-tail ok? list))) (and tail (car tail))))

    (define any
      (case-lambda
        ((ok? list)
         (let loop ((list list))
           (if (pair? list)
               (if (null? (cdr list)) (ok? (car list)) (or (ok? (car list)) (loop (cdr list))))
               (at-end any list #f))))
        ((ok? a b)
         (let loop ((a a) (b b))
           (and (pair? a) (pair? b)
                (if (or (null? (cdr a)) (null? (cdr b)))
                    (ok? (car a) (car b))
                    (or (ok? (car a) (car b)) (loop (cdr a) (cdr b)))))))
        ((ok? . lists)
         (let loop ((lists lists))
           (and (all-pairs? lists) (or (apply ok? (cars lists)) (loop (cdrs lists))))))))

    (define every
      (case-lambda
        ((ok? list)
         (if (pair? list)
             (let loop ((list list))
               (if (pair? (cdr list)) (and (ok? (car list)) (loop (cdr list))) (ok? (car list))))
             (at-end every list #t)))
        ((ok? a b)
         (or (not (pair? a)) (not (pair? b))
             (let loop ((a a) (b b))
               (if (and (pair? (cdr a)) (pair? (cdr b)))
                   (and (ok? (car a) (car b)) (loop (cdr a) (cdr b)))
                   (ok? (car a) (car b))))))
        ((ok? . lists)
         (let loop ((lists lists) (result #t))
           (if (all-pairs? lists)
               (let ((result (apply ok? (cars lists)))) (and result (loop (cdrs lists) result)))
               result)))))

    (define list-index
      (case-lambda
        ((ok? list)
         (if (procedure? ok?)
             (let loop ((list list) (i 0))
               (if (pair? list)
                   (if (ok? (car list)) i (loop (cdr list) (+ i 1)))
                   (at-end list-index list #f)))
             ;; Guile without SRFI 1: (list-index list element).
             (list-index (lambda (x) (eqv? x list)) ok?)))
        ((ok? . lists)
         (let loop ((lists lists) (i 0))
           (and (all-pairs? lists) (if (apply ok? (cars lists)) i (loop (cdrs lists) (+ i 1))))))))
    (define count
      (case-lambda
        ((ok? list)
         (let loop ((list list) (n 0))
           (if (pair? list) (loop (cdr list) (if (ok? (car list)) (+ n 1) n)) (at-end count list n))))
        ((ok? . lists)
         (let loop ((lists lists) (n 0))
           (if (all-pairs? lists) (loop (cdrs lists) (if (apply ok? (cars lists)) (+ n 1) n)) n)))))

    (define delete
      (case-lambda
        ((x list) (delete x list equal?))
        ((x list same?) (filter (lambda (y) (not (same? x y))) list))))
    (define delete! delete)
    (define delete-duplicates
      (case-lambda
        ((list) (delete-duplicates list equal?))
        ((list same?)
         (let loop ((list list) (result '()))
           (cond ((not (pair? list)) (at-end delete-duplicates list (reverse result)))
                 ((any (lambda (y) (same? y (car list))) result) (loop (cdr list) result))
                 (else (loop (cdr list) (cons (car list) result))))))))

    (define iota
      (case-lambda
        ((n) (iota n 0 1))
        ((n start) (iota n start 1))
        ((n start step)
         (%ask-list n)
         (let loop ((i (- n 1)) (result '()))
           (if (< i 0) result (loop (- i 1) (cons (+ start (* i step)) result)))))))

    (define (list-tabulate n f)
      (%ask-list n)
      (let loop ((i (- n 1)) (result '()))
        (if (< i 0) result (loop (- i 1) (cons (f i) result)))))

    (define unfold
      (case-lambda
        ((stop? mapper successor seed) (unfold stop? mapper successor seed (lambda (x) '())))
        ((stop? mapper successor seed tail)
         (let loop ((seed seed) (result '()))
           (if (stop? seed)
               (append-reverse result (tail seed))
               (loop (successor seed) (cons (mapper seed) result)))))))
    (define unfold-right
      (case-lambda
        ((stop? mapper successor seed) (unfold-right stop? mapper successor seed '()))
        ((stop? mapper successor seed tail)
         (let loop ((seed seed) (result tail))
           (if (stop? seed) result (loop (successor seed) (cons (mapper seed) result)))))))

    (define (take list n) (list-head list n))
    (define (drop list n) (list-tail list n))
    (define (split-at list n) (values (take list n) (drop list n)))
    (define (take-while ok? list)
      (let loop ((list list) (result '()))
        (if (and (pair? list) (ok? (car list))) (loop (cdr list) (cons (car list) result)) (reverse result))))
    (define (drop-while ok? list)
      (let loop ((list list))
        (if (and (pair? list) (ok? (car list))) (loop (cdr list)) list)))
    (define (span ok? list) (values (take-while ok? list) (drop-while ok? list)))
    (define (break stop? list) (span (lambda (x) (not (stop? x))) list))
    (define (last list) (car (last-pair list)))
    (define (concatenate lists) (apply append lists))
    (define (first list) (car list))
    (define (second list) (cadr list))
    (define (third list) (caddr list))
    (define (fourth list) (cadddr list))
    (define (fifth list) (car (cddddr list)))
    (define (xcons a b) (cons b a))
    ;; The last pair of each list is changed: programs use it for that, to add to a list that others share, or to make a ring.
    (define append!
      (case-lambda
        (() '())
        ((list) list)
        ((list end)
         (cond ((null? list) end)
               ((list? list)
                (set-cdr! (last-pair list) end)
                list)
               (else (not-a-list 'append! list))))
        ((list . more) (append! list (apply append! more)))))

    (define (assq-ref list key) (let ((entry (assq key list))) (and entry (cdr entry))))
    (define (assv-ref list key) (let ((entry (assv key list))) (and entry (cdr entry))))
    (define (assoc-ref list key) (let ((entry (%assoc key list))) (and entry (cdr entry))))
    (define-syntax define-setter
      (syntax-rules ()
        ((_ name search)
         (define (name list key value)
           (let ((entry (search key list)))
             (if entry
                 (begin (set-cdr! entry value) list)
                 (cons (cons key value) list)))))))
    (define-setter assq-set! assq)
    (define-setter assv-set! assv)
    (define-setter assoc-set! %assoc)
    ;; Removes the first entry of a key.
    (define-syntax define-remover
      (syntax-rules ()
        ((_ name search)
         (define (name list key)
           (let ((entry (search key list)))
             (if entry
                 (let loop ((rest list) (before '()))
                   (if (eq? (car rest) entry)
                       (append-reverse before (cdr rest))
                       (loop (cdr rest) (cons (car rest) before))))
                 list))))))
    (define-remover assq-remove! assq)
    (define-remover assv-remove! assv)
    (define-remover assoc-remove! %assoc)

    (define (and-map f list) (every f list))
    (define (or-map f list) (any f list))
    (define (identity x) x)
    (define (alist-copy list)
      (map (lambda (entry) (if (pair? entry) (cons (car entry) (cdr entry)) entry)) list))

    (define (vector-binary-search vector key compare)
      (let loop ((low 0) (high (vector-length vector)))
        (and (< low high)
             (let* ((middle (quotient (+ low high) 2)) (order (compare (vector-ref vector middle) key)))
               (cond ((= order 0) middle)
                     ((< order 0) (loop (+ middle 1) high))
                     (else (loop low middle)))))))))
