;; SRFI 1: lists. What programs use most lies in (limpet list); here is the rest.
;;
;; The linear-update procedures (names with !) are the ones without: they may reuse their arguments but need not.

(define-library (srfi 1)
  (import (limpet core) (limpet control) (limpet list))
  (export cons list xcons cons* make-list list-tabulate list-copy circular-list iota
          pair? null? proper-list? circular-list? dotted-list? not-pair? null-list? list=
          car cdr caar cadr cdar cddr caaar caadr cadar caddr cdaar cdadr cddar cdddr caaaar caaadr caadar caaddr
          cadaar cadadr caddar cadddr cdaaar cdaadr cdadar cdaddr cddaar cddadr cdddar cddddr
          list-ref first second third fourth fifth sixth seventh eighth ninth tenth car+cdr
          take drop take-right drop-right take! drop-right! split-at split-at! last last-pair
          length length+ append append! concatenate concatenate! reverse reverse! append-reverse append-reverse!
          zip unzip1 unzip2 unzip3 unzip4 unzip5 count
          map for-each fold fold-right pair-fold pair-fold-right reduce reduce-right unfold unfold-right
          append-map append-map! map! map-in-order pair-for-each filter-map
          filter partition remove filter! partition! remove!
          find find-tail any every list-index take-while drop-while take-while! span break span! break!
          member memq memv delete delete! delete-duplicates delete-duplicates!
          assoc assq assv alist-cons alist-copy alist-delete alist-delete!
          lset<= lset= lset-adjoin lset-union lset-union! lset-intersection lset-intersection! lset-difference
          lset-difference! lset-xor lset-xor! lset-diff+intersection lset-diff+intersection!
          set-car! set-cdr!)
  (begin

    ;; ---- constructors and predicates

    (define (circular-list first . rest)
      (let ((list (cons first rest)))
        (set-cdr! (last-pair list) list)
        list))

    ;; The end of a list: what follows its last pair, or #f for a circular list, which has none.
    (define (list-end list)
      (let loop ((slow list) (fast list))
        (if (pair? fast)
            (let ((fast (cdr fast)))
              (if (pair? fast)
                  (let ((slow (cdr slow)) (fast (cdr fast)))
                    (and (not (eq? slow fast)) (loop slow fast)))
                  (vector fast)))
            (vector fast))))

    (define (proper-list? object) (list? object))
    (define (circular-list? object) (not (list-end object)))
    (define (dotted-list? object)
      (let ((end (list-end object))) (and end (not (null? (vector-ref end 0))))))
    (define (not-pair? object) (not (pair? object)))
    (define (null-list? list)
      (cond ((pair? list) #f)
            ((null? list) #t)
            (else (not-a-list 'null-list? list))))

    (define (list= same? . lists)
      (define (two a b)
        (let loop ((a a) (b b))
          (cond ((pair? a) (and (pair? b) (same? (car a) (car b)) (loop (cdr a) (cdr b))))
                (else (not (pair? b))))))
      (or (null? lists)
          (let loop ((a (car lists)) (rest (cdr lists)))
            (or (null? rest)
                (and (or (eq? a (car rest)) (two a (car rest)))
                     (loop (car rest) (cdr rest)))))))

    ;; ---- selectors

    (define (sixth list) (list-ref list 5))
    (define (seventh list) (list-ref list 6))
    (define (eighth list) (list-ref list 7))
    (define (ninth list) (list-ref list 8))
    (define (tenth list) (list-ref list 9))
    (define (car+cdr pair) (values (car pair) (cdr pair)))

    ;; The list that follows `n` pairs goes ahead until it has reached the end.
    (define (take-right list n)
      (let loop ((lag list) (lead (drop list n)))
        (if (pair? lead) (loop (cdr lag) (cdr lead)) lag)))
    (define (drop-right list n)
      (let loop ((lag list) (lead (drop list n)) (result '()))
        (if (pair? lead) (loop (cdr lag) (cdr lead) (cons (car lag) result)) (reverse result))))
    (define take! take)
    (define drop-right! drop-right)
    (define split-at! split-at)

    (define concatenate! concatenate)
    (define append-reverse! append-reverse)

    ;; ---- several lists

    (define (zip list . lists) (apply map (lambda elements elements) list lists))
    (define (unzip1 lists) (map car lists))
    (define (unzip2 lists) (values (map car lists) (map cadr lists)))
    (define (unzip3 lists) (values (map car lists) (map cadr lists) (map caddr lists)))
    (define (unzip4 lists) (values (map car lists) (map cadr lists) (map caddr lists) (map cadddr lists)))
    (define (unzip5 lists)
      (values (map car lists) (map cadr lists) (map caddr lists) (map cadddr lists) (map fifth lists)))

    (define (all-pairs? lists) (and (pair? lists) (every pair? lists)))

    (define pair-fold
      (case-lambda
        ((f seed list)
         (let loop ((list list) (result seed))
           (if (pair? list)
               (let ((next (cdr list))) (loop next (f list result)))
               result)))
        ((f seed . lists)
         (let loop ((lists lists) (result seed))
           (if (all-pairs? lists)
               (let ((next (map cdr lists))) (loop next (apply f (append lists (list result)))))
               result)))))

    ;; The pairs of a list, last first.
    (define (pairs list) (pair-fold cons '() list))
    (define pair-fold-right
      (case-lambda
        ((f seed list) (fold f seed (pairs list)))
        ((f seed . lists)
         (let collect ((lists lists) (all '()))
           (if (all-pairs? lists)
               (collect (map cdr lists) (cons lists all))
               (fold (lambda (lists result) (apply f (append lists (list result)))) seed all))))))

    (define pair-for-each
      (case-lambda
        ((f list)
         (let loop ((list list))
           (if (pair? list)
               (let ((next (cdr list))) (f list) (loop next)))))
        ((f . lists)
         (let loop ((lists lists))
           (if (all-pairs? lists)
               (let ((next (map cdr lists))) (apply f lists) (loop next)))))))

    (define append-map! append-map)
    (define map! map)
    (define map-in-order map)
    (define filter! filter)
    (define partition! partition)
    (define remove! remove)
    (define take-while! take-while)
    (define span! span)
    (define break! break)
    (define delete-duplicates! delete-duplicates)

    ;; ---- association lists

    (define (alist-cons key value alist) (cons (cons key value) alist))
    (define alist-delete
      (case-lambda
        ((key alist) (alist-delete key alist equal?))
        ((key alist same?) (remove (lambda (entry) (same? key (car entry))) alist))))
    (define alist-delete! alist-delete)

    ;; ---- lists as sets

    (define (in? same? x list)
      (let loop ((list list))
        (and (pair? list) (or (same? (car list) x) (loop (cdr list))))))
    ;; As `in?`, with the element first.
    (define (has? same? list x)
      (let loop ((list list))
        (and (pair? list) (or (same? x (car list)) (loop (cdr list))))))

    (define (subset? same? a b)
      (or (eq? a b) (every (lambda (x) (has? same? b x)) a)))

    (define (chain? ordered? lists)
      (or (null? lists)
          (let loop ((a (car lists)) (rest (cdr lists)))
            (or (null? rest)
                (and (ordered? a (car rest)) (loop (car rest) (cdr rest)))))))
    (define (lset<= same? . lists) (chain? (lambda (a b) (subset? same? a b)) lists))
    (define (lset= same? . lists)
      (chain? (lambda (a b)
                (or (eq? a b)
                    (and (subset? same? a b)
                         (every (lambda (x) (in? same? x a)) b))))
              lists))

    (define (lset-adjoin same? list . elements)
      (fold (lambda (x result) (if (in? same? x result) result (cons x result))) list elements))

    (define (lset-union same? . lists)
      (reduce (lambda (list result)
                (cond ((null? list) result)
                      ((null? result) list)
                      ((eq? list result) result)
                      (else
                       (fold (lambda (x result) (if (in? same? x result) result (cons x result))) result list))))
              '()
              lists))

    (define (lset-intersection same? list . lists)
      (filter (lambda (x) (every (lambda (other) (has? same? other x)) lists)) list))
    (define (lset-difference same? list . lists)
      (filter (lambda (x) (every (lambda (other) (not (has? same? other x))) lists)) list))
    (define (lset-diff+intersection same? list . lists)
      (partition (lambda (x) (every (lambda (other) (not (has? same? other x))) lists)) list))

    (define (lset-xor same? . lists)
      (reduce (lambda (b a)
                (let ((only-b (filter (lambda (x) (not (in? same? x a))) b)))
                  (fold (lambda (x result) (if (has? same? b x) result (cons x result))) only-b a)))
              '()
              lists))

    (define lset-union! lset-union)
    (define lset-intersection! lset-intersection)
    (define lset-difference! lset-difference)
    (define lset-diff+intersection! lset-diff+intersection)
    (define lset-xor! lset-xor)))
