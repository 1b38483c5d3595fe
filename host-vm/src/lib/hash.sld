;; Hash tables: SRFI 69, and Guile's and R6RS's names for the same.
;;
;; A vector of buckets, each an association list; the number of buckets is a power of two. Written in Scheme, so that
;; traces go through it; hashing and the comparison of strings are primitives.

(define-library (limpet hash)
  (import (limpet core) (limpet control) (limpet list))
  (export make-hash-table hash-table? alist->hash-table hash-table-equivalence-function hash-table-hash-function
          hash-table-ref hash-table-ref/default hash-table-set! hash-table-delete! hash-table-exists?
          hash-table-contains? hash-table-update! hash-table-update!/default hash-table-size hash-table-count
          hash-table-keys hash-table-values hash-table-walk hash-table-fold hash-table->alist hash-table-copy
          hash-table-merge! hash-table-clear! hash-table-for-each
          make-eq-hashtable make-eqv-hashtable make-equal-hashtable hashtable-ref hashtable-set! hashtable-delete!
          hashtable-contains? hashtable-size hashtable-keys hashtable-update!
          hash-ref hash-set! hash-remove! hashq-ref hashq-set! hashv-ref hashv-set! hash-for-each hash-map->list
          hash hash-fold)
  (begin

    (define-record-type hash-table
      (make-table buckets size kind same? hasher)
      hash-table?
      (buckets buckets set-buckets!)
      (size table-size set-table-size!)
      (kind table-kind)                 ; 0 eq?, 1 eqv?, 2 equal?, 3 string=?, 4 any other
      (same? table-same?)
      (hasher table-hasher))

    (define (kind-of same?)
      (cond ((eq? same? eq?) 0) ((eq? same? eqv?) 1) ((eq? same? equal?) 2) ((eq? same? string=?) 3) (else 4)))
    (define (default-hasher kind)
      (cond ((= kind 0) hash-by-identity) ((= kind 1) eqv-hash) ((= kind 3) string-hash) (else equal-hash)))

    (define make-hash-table
      (case-lambda
        (() (make-table (make-vector 8 '()) 0 2 equal? equal-hash))
        ((same?)
         (if (procedure? same?)
             (let ((kind (kind-of same?)))
               (make-table (make-vector 8 '()) 0 kind same? (default-hasher kind)))
             (make-hash-table)))
        ((same? hasher . rest)
         (let ((kind (kind-of same?)))
           (if (procedure? hasher)
               (make-table (make-vector 8 '()) 0
                           (if (eq? hasher (default-hasher kind)) kind 4) same? hasher)
               (make-hash-table same?))))))

    (define (index table key buckets)
      (let ((kind (table-kind table)) (mask (- (vector-length buckets) 1)))
        (bitwise-and
         mask
         (cond ((= kind 3) (string-hash key))
               ((= kind 2) (equal-hash key))
               ((= kind 0) (hash-by-identity key))
               ((= kind 1) (eqv-hash key))
               (else ((table-hasher table) key))))))

    (define (find-string key bucket)
      (if (pair? bucket)
          (if (string=? key (caar bucket))
              (car bucket)
              (find-string key (cdr bucket)))
          #f))

    (define (find-entry table key bucket)
      (if (null? bucket)
          #f
          (let ((kind (table-kind table)))
            (cond ((= kind 3) (find-string key bucket))
                  ((= kind 2) (%assoc key bucket))
                  ((= kind 0) (assq key bucket))
                  ((= kind 1) (assv key bucket))
                  (else
                   (let ((same? (table-same? table)))
                     (let loop ((bucket bucket))
                       (cond ((null? bucket) #f)
                             ((same? (caar bucket) key) (car bucket))
                             (else (loop (cdr bucket)))))))))))

    (define (lookup table key)
      (let ((buckets (buckets table)))
        (find-entry table key (vector-ref buckets (index table key buckets)))))

    (define (grow! table)
      (let* ((old (buckets table)) (n (vector-length old)) (new (make-vector (* 2 n) '())))
        (let loop ((i 0))
          (if (< i n)
              (let inner ((bucket (vector-ref old i)))
                (if (pair? bucket)
                    (let ((j (index table (caar bucket) new)))
                      (vector-set! new j (cons (car bucket) (vector-ref new j)))
                      (inner (cdr bucket)))
                    (loop (+ i 1))))
              (set-buckets! table new)))))

    ;; Adds an entry whose key is not in the table.
    (define (insert! table key value)
      (if (> (table-size table) (vector-length (buckets table)))
          (grow! table))
      (let* ((all (buckets table)) (i (index table key all)))
        (vector-set! all i (cons (cons key value) (vector-ref all i)))
        (set-table-size! table (+ 1 (table-size table)))))

    (define hash-table-ref
      (case-lambda
        ((table key)
         (let ((entry (lookup table key)))
           (if entry (cdr entry) (error "hash-table-ref: no such key:" key))))
        ((table key fail)
         (let ((entry (lookup table key)))
           (cond (entry (cdr entry))
                 (fail (fail))
                 (else (error "hash-table-ref: no such key:" key)))))
        ((table key fail succeed)
         (let ((entry (lookup table key)))
           (if entry (succeed (cdr entry)) (fail))))))

    (define (hash-table-ref/default table key default)
      (let ((entry (lookup table key)))
        (if entry (cdr entry) default)))

    (define (hash-table-set! table key value)
      (let ((entry (lookup table key)))
        (if entry (set-cdr! entry value) (insert! table key value))))

    (define (hash-table-delete! table key)
      (let ((entry (lookup table key)))
        (if entry
            (let* ((all (buckets table)) (i (index table key all)))
              (vector-set! all i (delq entry (vector-ref all i)))
              (set-table-size! table (- (table-size table) 1))))))

    (define (hash-table-exists? table key) (if (lookup table key) #t #f))
    (define hash-table-contains? hash-table-exists?)

    (define hash-table-update!
      (case-lambda
        ((table key f)
         (hash-table-update! table key f (lambda () (error "hash-table-update!: no such key:" key))))
        ((table key f fail)
         (let ((entry (lookup table key)))
           (if entry
               (set-cdr! entry (f (cdr entry)))
               (hash-table-set! table key (f (fail))))))))

    (define (hash-table-update!/default table key f default)
      (let ((entry (lookup table key)))
        (if entry
            (set-cdr! entry (f (cdr entry)))
            (hash-table-set! table key (f default)))))

    (define (hash-table-size table) (table-size table))
    (define hash-table-count hash-table-size)
    (define (hash-table-equivalence-function table) (table-same? table))
    (define (hash-table-hash-function table) (table-hasher table))

    ;; f gets key, value and the result so far.
    (define (hash-table-fold table f seed)
      (let* ((all (buckets table)) (n (vector-length all)))
        (let loop ((i 0) (result seed))
          (if (< i n)
              (let inner ((bucket (vector-ref all i)) (result result))
                (if (pair? bucket)
                    (inner (cdr bucket) (f (caar bucket) (cdar bucket) result))
                    (loop (+ i 1) result)))
              result))))

    (define (hash-table-walk table f) (hash-table-fold table (lambda (key value seed) (f key value) seed) #f))
    (define (hash-table-for-each a b) (if (procedure? a) (hash-table-walk b a) (hash-table-walk a b)))
    (define (hash-table-keys table) (hash-table-fold table (lambda (key value keys) (cons key keys)) '()))
    (define (hash-table-values table) (hash-table-fold table (lambda (key value all) (cons value all)) '()))
    (define (hash-table->alist table)
      (hash-table-fold table (lambda (key value all) (cons (cons key value) all)) '()))

    (define (hash-table-copy table . mutable)
      (let ((copy (make-table (make-vector (vector-length (buckets table)) '()) 0
                              (table-kind table) (table-same? table) (table-hasher table))))
        (hash-table-walk table (lambda (key value) (insert! copy key value)))
        copy))
    (define (hash-table-merge! table other)
      (hash-table-walk other (lambda (key value) (hash-table-set! table key value)))
      table)
    (define (hash-table-clear! table)
      (set-buckets! table (make-vector 8 '()))
      (set-table-size! table 0))

    (define (alist->hash-table alist . how)
      (let ((table (apply make-hash-table how)))
        (for-each
         (lambda (entry)
           (if (not (hash-table-exists? table (car entry)))
               (hash-table-set! table (car entry) (cdr entry))))
         alist)
        table))

    (define (make-eq-hashtable . size) (make-hash-table eq?))
    (define (make-eqv-hashtable . size) (make-hash-table eqv?))
    (define (make-equal-hashtable . size) (make-hash-table equal?))
    (define hashtable-ref hash-table-ref/default)
    (define hashtable-set! hash-table-set!)
    (define hashtable-delete! hash-table-delete!)
    (define hashtable-contains? hash-table-exists?)
    (define hashtable-size hash-table-size)
    (define (hashtable-keys table) (list->vector (hash-table-keys table)))
    (define hashtable-update! hash-table-update!/default)

    (define hash-ref
      (case-lambda
        ((table key) (hash-table-ref/default table key #f))
        ((table key default) (hash-table-ref/default table key default))))
    (define hashq-ref hash-ref)
    (define hashv-ref hash-ref)
    (define hash-set! hash-table-set!)
    (define hashq-set! hash-table-set!)
    (define hashv-set! hash-table-set!)
    (define hash-remove! hash-table-delete!)
    (define (hash-for-each f table) (hash-table-walk table f))
    (define (hash-map->list f table) (hash-table-fold table (lambda (key value all) (cons (f key value) all)) '()))
    (define (hash-fold f seed table) (hash-table-fold table f seed))
    (define hash equal-hash)))
