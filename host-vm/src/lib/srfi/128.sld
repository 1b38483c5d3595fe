;; SRFI 128: comparators, which bundle a type test, an equality, an order and a hash function.

(define-library (srfi 128)
  (import (limpet core) (limpet control) (limpet list))
  (export comparator? comparator-ordered? comparator-hashable? make-comparator make-pair-comparator
          make-list-comparator make-vector-comparator make-eq-comparator make-eqv-comparator make-equal-comparator
          boolean-hash char-hash char-ci-hash string-hash string-ci-hash symbol-hash number-hash
          make-default-comparator default-hash comparator-register-default!
          comparator-type-test-predicate comparator-equality-predicate comparator-ordering-predicate
          comparator-hash-function comparator-test-type comparator-check-type comparator-hash hash-bound hash-salt
          =? <? >? <=? >=? comparator-if<=>)
  (begin

    (define-record-type comparator
      (new-comparator type? same? before? hash)
      comparator?
      (type? comparator-type-test-predicate)
      (same? comparator-equality-predicate)
      (before? given-order)
      (hash given-hash))

    (define (make-comparator type? same? before? hash)
      (let ((type? (if (eq? type? #t) (lambda (x) #t) type?)))
        (new-comparator
         type?
         (cond ((procedure? same?) same?)
               ((and (eq? same? #t) before?) (lambda (a b) (not (or (before? a b) (before? b a)))))
               (else (error "make-comparator: expected an equality or #t and an order, got" same? before?)))
         before?
         hash)))
    (define (comparator-ordered? c) (and (given-order c) #t))
    (define (comparator-hashable? c) (and (given-hash c) #t))
    (define (comparator-ordering-predicate c)
      (or (given-order c) (lambda (a b) (error "the comparator has no order:" c))))
    (define (comparator-hash-function c)
      (or (given-hash c) (lambda (a) (error "the comparator has no hash function:" c))))
    (define (comparator-test-type c x) ((comparator-type-test-predicate c) x))
    (define (comparator-check-type c x)
      (or (comparator-test-type c x) (error "the comparator is not for objects like" x)))
    (define (comparator-hash c x) ((comparator-hash-function c) x))

    ;; ---- hash functions

    (define-syntax hash-bound (syntax-rules () ((_) 33554432)))
    (define-syntax hash-salt (syntax-rules () ((_) 16064047)))
    (define (boolean-hash x) (if x 1 0))
    (define (char-hash c) (char->integer c))
    (define (char-ci-hash c) (char->integer (char-foldcase c)))
    ;; Numbers that are `=` hash alike.
    (define (number-hash x)
      (equal-hash (if (and (real? x) (inexact? x) (finite? x)) (exact x) x)))
    (define (combine a b) (bitwise-and (+ (* 31 a) b) (- (hash-bound) 1)))

    ;; ---- comparators of compound data

    (define (both c1 c2 part) (and (part c1) (part c2)))
    (define (make-pair-comparator first rest)
      (let ((same-first? (comparator-equality-predicate first)) (same-rest? (comparator-equality-predicate rest)))
        (make-comparator
         (lambda (x) (and (pair? x) (comparator-test-type first (car x)) (comparator-test-type rest (cdr x))))
         (lambda (a b) (and (same-first? (car a) (car b)) (same-rest? (cdr a) (cdr b))))
         (and (both first rest comparator-ordered?)
              (lambda (a b)
                (if (same-first? (car a) (car b))
                    (<? rest (cdr a) (cdr b))
                    (<? first (car a) (car b)))))
         (and (both first rest comparator-hashable?)
              (lambda (x) (combine (comparator-hash first (car x)) (comparator-hash rest (cdr x))))))))

    (define make-list-comparator
      (case-lambda
        ((element) (make-list-comparator element list? null? car cdr))
        ((element type? empty? head tail)
         (let ((same? (comparator-equality-predicate element)))
           (make-comparator
            (lambda (x)
              (and (type? x)
                   (let loop ((x x))
                     (or (empty? x) (and (comparator-test-type element (head x)) (loop (tail x)))))))
            (lambda (a b)
              (let loop ((a a) (b b))
                (cond ((empty? a) (empty? b))
                      ((empty? b) #f)
                      (else (and (same? (head a) (head b)) (loop (tail a) (tail b)))))))
            (and (comparator-ordered? element)
                 (lambda (a b)
                   (let loop ((a a) (b b))
                     (cond ((empty? b) #f)
                           ((empty? a) #t)
                           ((same? (head a) (head b)) (loop (tail a) (tail b)))
                           (else (<? element (head a) (head b)))))))
            (and (comparator-hashable? element)
                 (lambda (x)
                   (let loop ((x x) (hash 7))
                     (if (empty? x) hash (loop (tail x) (combine hash (comparator-hash element (head x)))))))))))))

    ;; Shorter vectors come first.
    (define make-vector-comparator
      (case-lambda
        ((element) (make-vector-comparator element vector? vector-length vector-ref))
        ((element type? length ref)
         (let ((same? (comparator-equality-predicate element)))
           (make-comparator
            (lambda (x)
              (and (type? x)
                   (let ((n (length x)))
                     (let loop ((i 0))
                       (or (= i n) (and (comparator-test-type element (ref x i)) (loop (+ i 1))))))))
            (lambda (a b)
              (let ((n (length a)))
                (and (= n (length b))
                     (let loop ((i 0))
                       (or (= i n) (and (same? (ref a i) (ref b i)) (loop (+ i 1))))))))
            (and (comparator-ordered? element)
                 (lambda (a b)
                   (let ((n (length a)) (m (length b)))
                     (or (< n m)
                         (and (= n m)
                              (let loop ((i 0))
                                (cond ((= i n) #f)
                                      ((same? (ref a i) (ref b i)) (loop (+ i 1)))
                                      (else (<? element (ref a i) (ref b i))))))))))
            (and (comparator-hashable? element)
                 (lambda (x)
                   (let ((n (length x)))
                     (let loop ((i 0) (hash 11))
                       (if (= i n) hash (loop (+ i 1) (combine hash (comparator-hash element (ref x i))))))))))))))

    (define (make-eq-comparator) (make-comparator #t eq? #f hash-by-identity))
    (define (make-eqv-comparator) (make-comparator #t eqv? #f eqv-hash))
    (define (make-equal-comparator) (make-comparator #t equal? #f equal-hash))

    ;; ---- the default comparator: an order of all standard types, and those that programs register

    (define registered '())
    (define (comparator-register-default! comparator) (set! registered (append registered (list comparator))))

    (define (rank x)
      (cond ((null? x) 0) ((pair? x) 1) ((boolean? x) 2) ((char? x) 3) ((string? x) 4) ((symbol? x) 5) ((number? x) 6)
            ((vector? x) 7) ((bytevector? x) 8)
            (else
             (or (let loop ((all registered) (i 9))
                   (and (pair? all) (if (comparator-test-type (car all) x) i (loop (cdr all) (+ i 1)))))
                 1000000))))
    (define (registered-for rank) (list-ref registered (- rank 9)))

    (define (default-same? a b)
      (let ((r (rank a)))
        (and (= r (rank b))
             (case r
               ((0) #t)
               ((1) (same-pairs? a b))
               ((2) (eq? a b))
               ((3) (char=? a b))
               ((4) (string=? a b))
               ((5) (eq? a b))
               ((6) (= a b))
               ((7) (=? default-vectors a b))
               ((8) (equal? a b))
               ((1000000) (eqv? a b))
               (else (=? (registered-for r) a b))))))
    (define (same-pairs? a b)
      (and (default-same? (car a) (car b))
           (let ((a (cdr a)) (b (cdr b)))
             (if (and (pair? a) (pair? b)) (same-pairs? a b) (default-same? a b)))))
    (define (default-before? a b)
      (let ((r (rank a)) (s (rank b)))
        (cond ((< r s) #t)
              ((> r s) #f)
              (else
               (case r
                 ((0) #f)
                 ((1) (if (default-same? (car a) (car b))
                          (default-before? (cdr a) (cdr b))
                          (default-before? (car a) (car b))))
                 ((2) (and (not a) b))
                 ((3) (char<? a b))
                 ((4) (string<? a b))
                 ((5) (string<? (symbol->string a) (symbol->string b)))
                 ((6) (< a b))
                 ((7) (<? default-vectors a b))
                 ((8) (<? bytevectors a b))
                 ((1000000) (error "the default comparator has no order of" a b))
                 (else (<? (registered-for r) a b)))))))
    (define (default-hash x)
      (let ((r (rank x)))
        (case r
          ((1) (let loop ((x x) (hash 5))
                 (if (pair? x) (loop (cdr x) (combine hash (default-hash (car x)))) (combine hash (default-hash x)))))
          ((6) (number-hash x))
          ((7) (comparator-hash default-vectors x))
          ((0 2 3 4 5 8 1000000) (equal-hash x))
          (else (comparator-hash (registered-for r) x)))))

    (define the-default-comparator
      (make-comparator (lambda (x) #t) default-same? default-before? default-hash))
    (define default-vectors (make-vector-comparator the-default-comparator))
    (define bytevectors
      (make-vector-comparator (make-comparator integer? = < number-hash) bytevector? bytevector-length
                              bytevector-u8-ref))
    (define (make-default-comparator) the-default-comparator)

    ;; ---- comparison by a comparator

    (define-syntax define-comparison
      (syntax-rules ()
        ((_ (name c a b) test)
         (define name
           (case-lambda
             ((c a b) test)
             ((c . objects)
              (let loop ((a (car objects)) (rest (cdr objects)))
                (or (null? rest)
                    (and (name c a (car rest)) (loop (car rest) (cdr rest)))))))))))
    (define-comparison (=? c a b) ((comparator-equality-predicate c) a b))
    (define-comparison (<? c a b) ((comparator-ordering-predicate c) a b))
    (define-comparison (>? c a b) ((comparator-ordering-predicate c) b a))
    (define-comparison (<=? c a b) (not ((comparator-ordering-predicate c) b a)))
    (define-comparison (>=? c a b) (not ((comparator-ordering-predicate c) a b)))

    (define-syntax comparator-if<=>
      (syntax-rules ()
        ((_ a b less equal greater) (comparator-if<=> (make-default-comparator) a b less equal greater))
        ((_ comparator a b less equal greater)
         (let ((c comparator) (x a) (y b))
           (cond ((=? c x y) equal) ((<? c x y) less) (else greater))))))))
