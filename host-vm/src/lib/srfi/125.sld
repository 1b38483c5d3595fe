;; SRFI 125: hash tables, intermediate. A table is made by a comparator or by an equivalence.

(define-library (srfi 125)
  (import (limpet core) (limpet control) (limpet list)
          (except (limpet hash) make-hash-table hash-table alist->hash-table hash-table-set! hash-table-delete!
                  hash-table-copy)
          (prefix (only (limpet hash) make-hash-table hash-table-set! hash-table-delete! hash-table-copy) core:)
          (srfi 128))
  (export make-hash-table hash-table hash-table-unfold alist->hash-table
          hash-table? hash-table-contains? hash-table-exists? hash-table-empty? hash-table=? hash-table-mutable?
          hash-table-ref hash-table-ref/default
          hash-table-set! hash-table-delete! hash-table-intern! hash-table-update! hash-table-update!/default
          hash-table-pop! hash-table-clear!
          hash-table-size hash-table-keys hash-table-values hash-table-entries hash-table-find hash-table-count
          hash-table-map hash-table-for-each hash-table-walk hash-table-map! hash-table-map->list hash-table-fold
          hash-table-prune! hash-table-copy hash-table-empty-copy hash-table->alist
          hash-table-union! hash-table-merge! hash-table-intersection! hash-table-difference! hash-table-xor!
          hash string-hash string-ci-hash hash-by-identity hash-table-equivalence-function hash-table-hash-function)
  (begin

    (define (make-hash-table comparator . arguments)
      (if (comparator? comparator)
          (let ((same? (comparator-equality-predicate comparator)))
            ;; Tables by these know how to hash, and do it without a call.
            (if (memv same? (list eq? eqv? equal? string=?))
                (core:make-hash-table same?)
                (core:make-hash-table same? (comparator-hash-function comparator))))
          (apply core:make-hash-table comparator arguments)))

    (define (hash-table comparator . contents)
      (let ((table (make-hash-table comparator)))
        (apply hash-table-set! table contents)
        table))
    (define (hash-table-unfold stop? mapper successor seed comparator . arguments)
      (let ((table (apply make-hash-table comparator arguments)))
        (let loop ((seed seed))
          (if (stop? seed)
              table
              (call-with-values
               (lambda () (mapper seed))
               (lambda (key value)
                 (core:hash-table-set! table key value)
                 (loop (successor seed))))))))
    (define (alist->hash-table alist . arguments)
      (let ((table (apply make-hash-table (if (null? arguments) (list equal?) arguments))))
        (for-each
         (lambda (entry)
           (if (not (hash-table-contains? table (car entry)))
               (core:hash-table-set! table (car entry) (cdr entry))))
         alist)
        table))

    (define (hash-table-empty? table) (= 0 (hash-table-size table)))
    (define (hash-table-mutable? table) #t)
    (define (hash-table=? comparator a b)
      (let ((same? (comparator-equality-predicate comparator)) (nothing (list #f)))
        (and (= (hash-table-size a) (hash-table-size b))
             (every (lambda (entry)
                      (let ((other (hash-table-ref/default b (car entry) nothing)))
                        (and (not (eq? other nothing)) (same? (cdr entry) other))))
                    (hash-table->alist a)))))

    (define hash-table-set!
      (case-lambda
        ((table key value) (core:hash-table-set! table key value))
        ((table . contents)
         (let loop ((rest contents))
           (cond ((null? rest) (if #f #f))
                 ((null? (cdr rest)) (error "hash-table-set!: a key without a value:" (car rest)))
                 (else
                  (core:hash-table-set! table (car rest) (cadr rest))
                  (loop (cddr rest))))))))
    ;; How many keys were there.
    (define hash-table-delete!
      (case-lambda
        ((table key) (if (core:hash-table-delete! table key) 1 0))
        ((table . keys)
         (fold (lambda (key n) (if (core:hash-table-delete! table key) (+ n 1) n)) 0 keys))))
    (define (hash-table-pop! table)
      (let ((keys (hash-table-keys table)))
        (if (null? keys) (error "hash-table-pop!: the table is empty"))
        (let ((value (hash-table-ref table (car keys))))
          (core:hash-table-delete! table (car keys))
          (values (car keys) value))))

    (define (hash-table-entries table) (values (hash-table-keys table) (hash-table-values table)))
    (define (hash-table-find f table)
      (let loop ((entries (hash-table->alist table)))
        (and (pair? entries)
             (or (f (caar entries) (cdar entries)) (loop (cdr entries))))))

    (define (hash-table-map f comparator table)
      (let ((result (make-hash-table comparator)))
        (hash-table-walk table (lambda (key value) (core:hash-table-set! result key (f value))))
        result))
    (define (hash-table-map! f table)
      (for-each (lambda (entry) (core:hash-table-set! table (car entry) (f (car entry) (cdr entry))))
                (hash-table->alist table)))
    (define (hash-table-map->list f table)
      (map (lambda (entry) (f (car entry) (cdr entry))) (hash-table->alist table)))
    (define (hash-table-prune! drop? table)
      (for-each (lambda (entry) (if (drop? (car entry) (cdr entry)) (core:hash-table-delete! table (car entry))))
                (hash-table->alist table)))

    (define (hash-table-copy table . mutable) (core:hash-table-copy table))
    (define (hash-table-empty-copy table)
      (let ((copy (core:hash-table-copy table))) (hash-table-clear! copy) copy))

    ;; Sets of keys: the first table is changed and is the result.
    (define hash-table-union! hash-table-merge!)
    (define (hash-table-intersection! table other)
      (hash-table-prune! (lambda (key value) (not (hash-table-contains? other key))) table)
      table)
    (define (hash-table-difference! table other)
      (hash-table-prune! (lambda (key value) (hash-table-contains? other key)) table)
      table)
    (define (hash-table-xor! table other)
      (for-each
       (lambda (entry)
         (if (hash-table-contains? table (car entry))
             (core:hash-table-delete! table (car entry))
             (core:hash-table-set! table (car entry) (cdr entry))))
       (hash-table->alist other))
      table)))
