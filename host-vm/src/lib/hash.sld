;;; Hash tables: SRFI 69, the R6RS names, and Guile's.
;;;
;;; A table keeps its entries in the order of their insertion, which is the order of every iteration: it does not depend
;;; on addresses, so neither does a program's output. Entries lie in one vector, three elements each:
;;;
;;;   entries   key value next   key value next   …
;;;   index     offset of the first entry of each bucket, or -1
;;;
;;; `next` is the offset of the next entry of the same bucket, or -1. The index's size is a power of two, and the number
;;; of entries that fit. Deleted entries are unlinked and stay as holes until the table is rebuilt.
(define-library (limpet hash)
  (export make-hash-table hash-table? hash-table alist->hash-table hash-table-equivalence-function
          hash-table-hash-function hash-table-ref hash-table-ref/default hash-table-set! hash-table-delete!
          hash-table-exists? hash-table-contains? hash-table-update! hash-table-update!/default
          hash-table-intern! hash-table-size hash-table-keys hash-table-values hash-table-walk
          hash-table-for-each hash-table-fold hash-table->alist hash-table-copy hash-table-merge!
          hash-table-clear! hash-table-count hash make-eq-hashtable make-eqv-hashtable make-equal-hashtable
          make-hashtable hashtable? hashtable-ref hashtable-set! hashtable-delete! hashtable-contains?
          hashtable-update! hashtable-size hashtable-keys hashtable-entries hashtable-clear! hashtable-copy
          make-eq-hash-table make-eqv-hash-table make-equal-hash-table make-string-hash-table hash-ref
          hash-set! hash-remove! hashq-ref hashq-set! hashq-remove! hashv-ref hashv-set! hashv-remove!
          hash-for-each hash-map->list hash-fold hash-count hash-clear!)
  (import (limpet core) (limpet control) (limpet list))
  (begin
    (define table-type (%make-opaque-record-type 'hash-table '#(kind index entries used count same hash)))

    ;; Accessors as macros: no calls on the way to an entry.
    (define-syntax table-kind (syntax-rules () ((_ table) (%record-ref table table-type 0))))
    (define-syntax table-index (syntax-rules () ((_ table) (%record-ref table table-type 1))))
    (define-syntax table-entries (syntax-rules () ((_ table) (%record-ref table table-type 2))))
    (define-syntax table-used (syntax-rules () ((_ table) (%record-ref table table-type 3))))
    (define-syntax table-count (syntax-rules () ((_ table) (%record-ref table table-type 4))))
    (define-syntax table-same (syntax-rules () ((_ table) (%record-ref table table-type 5))))
    (define-syntax table-hash (syntax-rules () ((_ table) (%record-ref table table-type 6))))
    (define-syntax set-table-kind! (syntax-rules () ((_ table value) (%record-set! table table-type 0 value))))
    (define-syntax set-table-index! (syntax-rules () ((_ table value) (%record-set! table table-type 1 value))))
    (define-syntax set-table-entries! (syntax-rules () ((_ table value) (%record-set! table table-type 2 value))))
    (define-syntax set-table-used! (syntax-rules () ((_ table value) (%record-set! table table-type 3 value))))
    (define-syntax set-table-count! (syntax-rules () ((_ table value) (%record-set! table table-type 4 value))))

    ;; Kinds: 0 eq?, 1 eqv?, 2 string=?, 3 equal?, 4 by the procedures in the table, 5 not decided: by the first use.
    (define smallest 8)
    (define hole (list 'hole))

    (define (make-table kind same hash)
      (%record table-type kind (make-vector smallest -1) (make-vector (* 3 smallest) #f) 0 0 same hash))

    (define (hash-table? object) (%record? object table-type))

    (define (key-hash table key)
      (let ((kind (table-kind table)))
        (cond
          ((eq? kind 0) (hash-by-identity key))
          ((eq? kind 1) (eqv-hash key))
          ((eq? kind 2) (string-hash key))
          ((eq? kind 3) (equal-hash key))
          ((eq? kind 4) ((table-hash table) key))
          (else (set-table-kind! table 3) (equal-hash key)))))

    (define-syntax search
      (syntax-rules ()
        ((_ entries first key same?)
         (let loop ((i first))
           (cond
             ((< i 0) i)
             ((same? (vector-ref entries i) key) i)
             (else (loop (vector-ref entries (+ i 2)))))))))

    ;; The offset of a key's entry, or -1.
    (define (find-entry table key hash)
      (let* ((index (table-index table))
             (entries (table-entries table))
             (first (vector-ref index (bitwise-and hash (- (vector-length index) 1))))
             (kind (table-kind table)))
        (cond
          ((< first 0) first)
          ((eq? kind 0) (search entries first key eq?))
          ((eq? kind 1) (search entries first key eqv?))
          ((eq? kind 2) (search entries first key string=?))
          ((eq? kind 3) (search entries first key equal?))
          (else (let ((same? (table-same table))) (search entries first key same?))))))

    ;; Adds an entry for a key that has none.
    (define (add-entry! table key value hash)
      (let ((used (table-used table)) (entries (table-entries table)))
        (if (< used (vector-length entries))
            (let* ((index (table-index table))
                   (bucket (bitwise-and hash (- (vector-length index) 1))))
              (vector-set! entries used key)
              (vector-set! entries (+ used 1) value)
              (vector-set! entries (+ used 2) (vector-ref index bucket))
              (vector-set! index bucket used)
              (set-table-used! table (+ used 3))
              (set-table-count! table (+ (table-count table) 1)))
            (begin
              (rebuild! table)
              (add-entry! table key value hash)))))

    ;; Leaves the holes out; twice as large if more than half of the room is needed.
    (define (rebuild! table)
      (let* ((entries (table-entries table))
             (used (table-used table))
             (size (vector-length (table-index table)))
             (size (if (> (* 2 (table-count table)) size) (* 2 size) size)))
        (set-table-index! table (make-vector size -1))
        (set-table-entries! table (make-vector (* 3 size) #f))
        (set-table-used! table 0)
        (set-table-count! table 0)
        (let loop ((i 0))
          (if (< i used)
              (let ((key (vector-ref entries i)))
                (if (not (eq? key hole))
                    (add-entry! table key (vector-ref entries (+ i 1)) (key-hash table key)))
                (loop (+ i 3)))))))

    (define (hash-table-set! table key value)
      (let* ((hash (key-hash table key)) (i (find-entry table key hash)))
        (if (< i 0)
            (add-entry! table key value hash)
            (vector-set! (table-entries table) (+ i 1) value))))

    (define (hash-table-ref/default table key default)
      (let ((i (find-entry table key (key-hash table key))))
        (if (< i 0) default (vector-ref (table-entries table) (+ i 1)))))

    (define (no-entry key)
      (raise (%make-condition 'out-of-range "no entry for the key" (list key) 'hash-table-ref)))

    (define hash-table-ref
      (case-lambda
        ((table key)
         (let ((i (find-entry table key (key-hash table key))))
           (if (< i 0) (no-entry key) (vector-ref (table-entries table) (+ i 1)))))
        ((table key fail)
         (let ((i (find-entry table key (key-hash table key))))
           (if (< i 0)
               (if fail (fail) (no-entry key))
               (vector-ref (table-entries table) (+ i 1)))))
        ((table key fail succeed)
         (let ((i (find-entry table key (key-hash table key))))
           (if (< i 0)
               (if fail (fail) (no-entry key))
               (succeed (vector-ref (table-entries table) (+ i 1))))))))

    (define (hash-table-exists? table key)
      (>= (find-entry table key (key-hash table key)) 0))

    (define (hash-table-delete! table key)
      (let* ((hash (key-hash table key)) (i (find-entry table key hash)))
        (and (>= i 0)
             (let* ((index (table-index table))
                    (entries (table-entries table))
                    (bucket (bitwise-and hash (- (vector-length index) 1)))
                    (next (vector-ref entries (+ i 2))))
               (let loop ((previous -1) (j (vector-ref index bucket)))
                 (cond
                   ((not (= i j)) (loop j (vector-ref entries (+ j 2))))
                   ((< previous 0) (vector-set! index bucket next))
                   (else (vector-set! entries (+ previous 2) next))))
               (vector-set! entries i hole)
               (vector-set! entries (+ i 1) #f)
               (set-table-count! table (- (table-count table) 1))
               #t))))

    ;; `update` may change the table: its result is stored by a search of its own if the entries are others now.
    (define (store-update! table key hash entries i value)
      (if (and (eq? entries (table-entries table)) (not (eq? (vector-ref entries i) hole)))
          (vector-set! entries (+ i 1) value)
          (hash-table-set! table key value)))

    (define (hash-table-update!/default table key update default)
      (let* ((hash (key-hash table key)) (i (find-entry table key hash)))
        (if (< i 0)
            (hash-table-set! table key (update default))
            (let ((entries (table-entries table)))
              (store-update! table key hash entries i (update (vector-ref entries (+ i 1))))))))

    (define hash-table-update!
      (case-lambda
        ((table key update) (hash-table-update! table key update #f))
        ((table key update fail)
         (hash-table-set! table key (update (hash-table-ref table key fail))))
        ((table key update fail succeed)
         (hash-table-set! table key (update (hash-table-ref table key fail succeed))))))

    (define (hash-table-intern! table key fail)
      (let ((i (find-entry table key (key-hash table key))))
        (if (< i 0)
            (let ((value (fail)))
              (hash-table-set! table key value)
              value)
            (vector-ref (table-entries table) (+ i 1)))))

    ;; Iteration, over the entries that are there when it begins.

    (define (hash-table-fold table procedure seed)
      (if (procedure? table)
          (hash-table-fold seed table procedure)
          (let ((entries (table-entries table)) (used (table-used table)))
            (let loop ((i 0) (result seed))
              (cond
                ((>= i used) result)
                ((eq? (vector-ref entries i) hole) (loop (+ i 3) result))
                (else (loop (+ i 3) (procedure (vector-ref entries i) (vector-ref entries (+ i 1)) result))))))))

    (define (hash-table-walk table procedure)
      (hash-table-fold table (lambda (key value result) (procedure key value) result) #f)
      (if #f #f))

    (define (hash-table-for-each a b)
      (if (procedure? a) (hash-table-walk b a) (hash-table-walk a b)))

    (define (hash-table-keys table)
      (reverse (hash-table-fold table (lambda (key value keys) (cons key keys)) '())))

    (define (hash-table-values table)
      (reverse (hash-table-fold table (lambda (key value values) (cons value values)) '())))

    (define (hash-table->alist table)
      (reverse (hash-table-fold table (lambda (key value entries) (cons (cons key value) entries)) '())))

    (define (hash-table-size table) (table-count table))

    (define hash-table-count
      (case-lambda
        ((table) (table-count table))
        ((wanted? table)
         (hash-table-fold table (lambda (key value count) (if (wanted? key value) (+ count 1) count)) 0))))

    (define (hash-table-clear! table)
      (set-table-index! table (make-vector smallest -1))
      (set-table-entries! table (make-vector (* 3 smallest) #f))
      (set-table-used! table 0)
      (set-table-count! table 0))

    (define (hash-table-copy table . mutable)
      (%record table-type (table-kind table) (vector-copy (table-index table)) (vector-copy (table-entries table))
               (table-used table) (table-count table) (table-same table) (table-hash table)))

    (define (hash-table-merge! table other)
      (hash-table-walk other
        (lambda (key value) (if (not (hash-table-exists? table key)) (hash-table-set! table key value))))
      table)

    ;; Construction

    ;; Numbers that are `=` hash alike.
    (define (number-hash n)
      (eqv-hash (if (and (real? n) (inexact? n) (finite? n)) (exact n) n)))
    (define (new-table same hash)
      (cond
        ((eq? same eq?) (make-table 0 eq? hash-by-identity))
        ((eq? same eqv?) (make-table 1 eqv? eqv-hash))
        ((eq? same string=?) (make-table 2 string=? string-hash))
        ((eq? same equal?) (make-table 3 equal? equal-hash))
        ((eq? same =) (make-table 4 same (or hash number-hash)))
        ((eq? same string-ci=?) (make-table 4 same (or hash string-ci-hash)))
        (else (make-table 4 same (or hash equal-hash)))))

    (define make-hash-table
      (case-lambda
        (() (make-table 5 equal? equal-hash))
        ((same . more)
         (if (procedure? same)
             (new-table same (and (pair? more) (procedure? (car more)) (car more)))
             (make-table 5 equal? equal-hash)))))

    (define (make-eq-hash-table . size) (make-table 0 eq? hash-by-identity))
    (define (make-eqv-hash-table . size) (make-table 1 eqv? eqv-hash))
    (define (make-equal-hash-table . size) (make-table 3 equal? equal-hash))
    (define (make-string-hash-table . size) (make-table 2 string=? string-hash))

    (define (alist->hash-table alist . arguments)
      (let ((table (if (null? arguments) (make-equal-hash-table) (apply make-hash-table arguments))))
        (for-each
         (lambda (entry)
           (if (not (hash-table-exists? table (car entry)))
               (hash-table-set! table (car entry) (cdr entry))))
         alist)
        table))

    ;; (hash-table same key value …)
    (define (hash-table same . contents)
      (let ((table (make-hash-table same)))
        (let loop ((rest contents))
          (if (pair? rest)
              (begin
                (hash-table-set! table (car rest) (cadr rest))
                (loop (cddr rest)))
              table))))

    (define (hash-table-equivalence-function table) (table-same table))
    (define (hash-table-hash-function table) (table-hash table))
    (define hash-table-contains? hash-table-exists?)
    (define hash equal-hash)

    ;; R6RS

    (define make-eq-hashtable make-eq-hash-table)
    (define make-eqv-hashtable make-eqv-hash-table)
    (define make-equal-hashtable make-equal-hash-table)
    (define (make-hashtable hash same . size) (new-table same hash))
    (define hashtable? hash-table?)
    (define hashtable-ref hash-table-ref/default)
    (define hashtable-set! hash-table-set!)
    (define hashtable-delete! hash-table-delete!)
    (define hashtable-contains? hash-table-exists?)
    (define hashtable-update! hash-table-update!/default)
    (define hashtable-size hash-table-size)
    (define (hashtable-keys table) (list->vector (hash-table-keys table)))
    (define (hashtable-entries table)
      (values (list->vector (hash-table-keys table)) (list->vector (hash-table-values table))))
    (define (hashtable-clear! table . size) (hash-table-clear! table))
    (define hashtable-copy hash-table-copy)

    ;; Guile. There the operation tells the equivalence, not the table: the first one decides.

    (define (decide! table kind)
      (if (eq? (table-kind table) 5) (set-table-kind! table kind)))

    (define hash-ref
      (case-lambda
        ((table key) (hash-table-ref/default table key #f))
        ((table key default) (hash-table-ref/default table key default))))
    (define (hash-set! table key value) (hash-table-set! table key value))
    (define (hash-remove! table key) (hash-table-delete! table key))

    (define hashq-ref
      (case-lambda
        ((table key) (hashq-ref table key #f))
        ((table key default) (decide! table 0) (hash-table-ref/default table key default))))
    (define (hashq-set! table key value) (decide! table 0) (hash-table-set! table key value))
    (define (hashq-remove! table key) (decide! table 0) (hash-table-delete! table key))

    (define hashv-ref
      (case-lambda
        ((table key) (hashv-ref table key #f))
        ((table key default) (decide! table 1) (hash-table-ref/default table key default))))
    (define (hashv-set! table key value) (decide! table 1) (hash-table-set! table key value))
    (define (hashv-remove! table key) (decide! table 1) (hash-table-delete! table key))

    (define (hash-for-each procedure table) (hash-table-walk table procedure))
    (define (hash-map->list procedure table)
      (reverse (hash-table-fold table (lambda (key value results) (cons (procedure key value) results)) '())))
    (define (hash-fold procedure seed table) (hash-table-fold table procedure seed))
    (define (hash-count wanted? table) (hash-table-count wanted? table))
    (define hash-clear! hash-table-clear!)))
