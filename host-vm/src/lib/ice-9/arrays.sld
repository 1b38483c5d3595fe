;; (limpet arrays): Guile's arrays of any rank.
;;
;; An array is a view of a vector: the element with indices i, j … is at offset + i*stride + j*stride …. Shared arrays are
;; further views of one vector. An array of rank 1 whose indices begin at 0 is a plain vector where it is made, and
;; vectors, strings and bytevectors are arrays of rank 1 to all procedures.

(define-library (limpet arrays)
  (import (limpet core) (limpet control) (limpet list) (limpet sequence))
  (export make-array array? array-ref array-set! array-in-bounds? array-shape array-dimensions array-length array-rank
          array->list list->array array-copy array-copy! array-fill! array-for-each array-map! array-map-in-order!
          array-index-map! make-shared-array transpose-array array-contents array-equal? array-cell-ref
          array-cell-set! array-slice array-slice-for-each)
  (begin

    ;; lows and lengths: one number for each axis; strides the same, and the offset that the lowest indices have.
    (define array-type (%make-array-record-type 'array '#(storage lows lengths strides offset)))
    (define (new-array storage lows lengths strides offset) (%record array-type storage lows lengths strides offset))
    (define (view? object) (%record? object array-type))
    (define (storage a) (%record-ref a array-type 0))
    (define (lows a) (%record-ref a array-type 1))
    (define (lengths a) (%record-ref a array-type 2))
    (define (strides a) (%record-ref a array-type 3))
    (define (offset a) (%record-ref a array-type 4))

    (define (array? object) (or (view? object) (vector? object) (string? object) (bytevector? object)))
    (define (wrong who object)
      (raise (%make-condition 'wrong-type "expected an array, got" (list object) who)))
    (define (outside who indices)
      (raise (%make-condition 'out-of-range "indices are out of range:" indices who)))

    ;; ---- making

    (define (bound-low bound) (if (pair? bound) (car bound) 0))
    (define (bound-length bound)
      (let ((length (if (pair? bound) (+ 1 (- (cadr bound) (car bound))) bound)))
        (if (and (exact-integer? length) (>= length 0))
            length
            (raise (%make-condition 'wrong-type "expected a length or (low high), got" (list bound) 'make-array)))))
    (define (row-major lengths)
      (let loop ((lengths (reverse lengths)) (stride 1) (result '()))
        (if (null? lengths) result (loop (cdr lengths) (* stride (car lengths)) (cons stride result)))))
    (define (whole storage lows lengths)
      (if (and (pair? lows) (null? (cdr lows)) (eqv? (car lows) 0))
          storage
          (new-array storage lows lengths (row-major lengths) 0)))
    (define (make-array fill . bounds)
      (let ((lengths (map bound-length bounds)))
        (whole (make-vector (apply * lengths) fill) (map bound-low bounds) lengths)))

    ;; Nested lists; `rank` is a number, or the list of the lowest indices or of bounds.
    (define (list->array rank contents)
      (let* ((bounds (if (pair? rank) rank (make-list rank 0)))
             (lengths (let loop ((bounds bounds) (contents contents))
                        (if (null? bounds)
                            '()
                            (cons (length contents)
                                  (loop (cdr bounds) (if (pair? contents) (car contents) '()))))))
             (elements (let flatten ((lengths lengths) (contents contents) (rest '()))
                         (cond ((null? lengths) (cons contents rest))
                               ((not (eqv? (length contents) (car lengths)))
                                (error "list->array: rows of different lengths:" contents))
                               (else
                                (fold-right (lambda (row rest) (flatten (cdr lengths) row rest)) rest contents))))))
        (whole (list->vector elements) (map bound-low bounds) lengths)))

    ;; ---- shape

    (define (sequence-length a who)
      (cond ((vector? a) (vector-length a))
            ((string? a) (string-length a))
            ((bytevector? a) (bytevector-length a))
            (else (wrong who a))))
    (define (lengths-of a who) (if (view? a) (lengths a) (list (sequence-length a who))))
    (define (lows-of a) (if (view? a) (lows a) '(0)))
    (define (array-rank a) (length (lengths-of a 'array-rank)))
    (define (array-shape a)
      (let ((lengths (lengths-of a 'array-shape)))
        (map (lambda (low length) (list low (+ low (- length 1)))) (lows-of a) lengths)))
    (define (array-dimensions a)
      (let ((lengths (lengths-of a 'array-dimensions)))
        (map (lambda (low length) (if (eqv? low 0) length (list low (+ low (- length 1))))) (lows-of a) lengths)))
    (define (array-length a)
      (let ((lengths (lengths-of a 'array-length)))
        (if (null? lengths) (wrong 'array-length a) (car lengths))))

    ;; ---- elements

    (define (in-range? i low length) (and (exact-integer? i) (>= i low) (< i (+ low length))))
    ;; Where the element with these indices lies, or #f.
    (define (position a indices)
      (let loop ((indices indices) (lows (lows a)) (lengths (lengths a)) (strides (strides a)) (at (offset a)))
        (cond ((null? lows) (and (null? indices) at))
              ((null? indices) #f)
              ((in-range? (car indices) (car lows) (car lengths))
               (loop (cdr indices) (cdr lows) (cdr lengths) (cdr strides)
                     (+ at (* (- (car indices) (car lows)) (car strides)))))
              (else #f))))
    (define (array-in-bounds? a . indices)
      (if (view? a)
          (and (position a indices) #t)
          (and (pair? indices) (null? (cdr indices))
               (in-range? (car indices) 0 (sequence-length a 'array-in-bounds?)))))

    (define (sequence-ref a i)
      (cond ((vector? a) (vector-ref a i))
            ((string? a) (string-ref a i))
            ((bytevector? a) (bytevector-u8-ref a i))
            (else (wrong 'array-ref a))))
    (define (sequence-set! a i value)
      (cond ((vector? a) (vector-set! a i value))
            ((string? a) (string-set! a i value))
            ((bytevector? a) (bytevector-u8-set! a i value))
            (else (wrong 'array-set! a))))
    ;; Two indices, the usual case, without lists of arguments.
    (define-syntax position-2
      (syntax-rules ()
        ((_ who a i j)
         (let ((ls (lengths a)))
           (if (and (pair? ls) (pair? (cdr ls)) (null? (cddr ls)) (fixnum? i) (fixnum? j))
               (let ((x (- i (car (lows a)))) (y (- j (cadr (lows a)))) (ss (strides a)))
                 (if (and (>= x 0) (< x (car ls)) (>= y 0) (< y (cadr ls)))
                     (+ (offset a) (* x (car ss)) (* y (cadr ss)))
                     (outside who (list i j))))
               (outside who (list i j)))))))
    (define array-ref
      (case-lambda
        ((a i j) (if (view? a) (vector-ref (storage a) (position-2 'array-ref a i j)) (any-ref a (list i j))))
        ((a i) (if (vector? a) (vector-ref a i) (any-ref a (list i))))
        ((a . indices) (any-ref a indices))))
    (define (any-ref a indices)
      (cond ((view? a) (vector-ref (storage a) (or (position a indices) (outside 'array-ref indices))))
            ((and (pair? indices) (null? (cdr indices))) (sequence-ref a (car indices)))
            ((array? a) (outside 'array-ref indices))
            (else (wrong 'array-ref a))))
    (define array-set!
      (case-lambda
        ((a value i j)
         (if (view? a)
             (vector-set! (storage a) (position-2 'array-set! a i j) value)
             (any-set! a value (list i j))))
        ((a value i) (if (vector? a) (vector-set! a i value) (any-set! a value (list i))))
        ((a value . indices) (any-set! a value indices))))
    (define (any-set! a value indices)
      (cond ((view? a) (vector-set! (storage a) (or (position a indices) (outside 'array-set! indices)) value))
            ((and (pair? indices) (null? (cdr indices))) (sequence-set! a (car indices) value))
            ((array? a) (outside 'array-set! indices))
            (else (wrong 'array-set! a))))

    ;; ---- all elements, in row-major order

    ;; Calls f with the indices of each element.
    (define (for-each-index f lows lengths)
      (let walk ((lows lows) (lengths lengths) (indices '()))
        (if (null? lows)
            (f (reverse indices))
            (let ((end (+ (car lows) (car lengths))))
              (do ((i (car lows) (+ i 1))) ((>= i end))
                (walk (cdr lows) (cdr lengths) (cons i indices)))))))
    (define (same-lengths who a others)
      (let ((lengths (lengths-of a who)))
        (for-each
         (lambda (b)
           (let ((other (lengths-of b who)))
             (if (not (and (= (length other) (length lengths)) (every <= lengths other)))
                 (error (string-append (symbol->string who) ": arrays of different shapes:") a b))))
         others)
        lengths))
    ;; The element of b that corresponds to the one of a with these indices.
    (define (shifted indices from to)
      (map (lambda (i low other) (+ other (- i low))) indices from to))
    (define (ref-like a b indices) (any-ref b (shifted indices (lows-of a) (lows-of b))))

    (define (array-for-each f a . others)
      (let ((lengths (same-lengths 'array-for-each a others)))
        (for-each-index
         (lambda (indices)
           (apply f (any-ref a indices) (map (lambda (b) (ref-like a b indices)) others)))
         (lows-of a) lengths)))
    (define (array-map! to f . from)
      (let ((lengths (same-lengths 'array-map! to from)))
        (for-each-index
         (lambda (indices)
           (any-set! to (apply f (map (lambda (b) (ref-like to b indices)) from)) indices))
         (lows-of to) lengths)))
    (define array-map-in-order! array-map!)
    (define (array-index-map! a f)
      (for-each-index (lambda (indices) (any-set! a (apply f indices) indices))
                      (lows-of a) (lengths-of a 'array-index-map!)))
    (define (array-fill! a value)
      (for-each-index (lambda (indices) (any-set! a value indices)) (lows-of a) (lengths-of a 'array-fill!)))
    (define (array-copy! from to)
      (let ((lengths (same-lengths 'array-copy! from (list to))) (lows (lows-of from)))
        (for-each-index
         (lambda (indices) (any-set! to (any-ref from indices) (shifted indices lows (lows-of to))))
         lows lengths)))
    (define (array-copy a)
      (let* ((lengths (lengths-of a 'array-copy))
             (copy (whole (make-vector (apply * lengths) #f) (lows-of a) lengths)))
        (array-copy! a copy)
        copy))
    (define (array->list a)
      (let ((lows (lows-of a)) (lengths (lengths-of a 'array->list)))
        (let walk ((lows lows) (lengths lengths) (indices '()))
          (if (null? lows)
              (any-ref a (reverse indices))
              (map (lambda (i) (walk (cdr lows) (cdr lengths) (cons i indices))) (iota (car lengths) (car lows)))))))
    (define (array-equal? a . others)
      (every (lambda (b)
               (and (array? b) (equal? (array-shape a) (array-shape b)) (equal? (array->list a) (array->list b))))
             others))

    ;; ---- views

    (define (as-view a who)
      (cond ((view? a) a)
            ((vector? a) (new-array a '(0) (list (vector-length a)) '(1) 0))
            (else (wrong who a))))

    ;; The map takes indices of the new array to a list of indices of the old one, and must be affine: what it does with the
    ;; lowest indices, and with each of them one higher, says all.
    (define (make-shared-array old index-map . bounds)
      (let* ((a (as-view old 'make-shared-array))
             (new-lows (map bound-low bounds))
             (new-lengths (map bound-length bounds))
             (at (lambda (indices)
                   (let ((indices (apply index-map indices)))
                     (or (position a indices) (outside 'make-shared-array indices))))))
        (if (memv 0 new-lengths)
            (whole (vector) new-lows new-lengths)
            (let* ((origin (at new-lows))
                   (axes (iota (length new-lows)))
                   (new-strides (map (lambda (axis count)
                                       (if (= count 1)
                                           0
                                           (- (at (map (lambda (low k) (if (= k axis) (+ low 1) low)) new-lows axes))
                                              origin)))
                                     axes new-lengths)))
              ;; The corner opposite to the origin lies within, too.
              (at (map (lambda (low count) (+ low (- count 1))) new-lows new-lengths))
              (new-array (storage a) new-lows new-lengths new-strides origin)))))

    ;; Axis k of the old array becomes the axis that the k-th number says; equal numbers give a diagonal.
    (define (transpose-array old . axes)
      (let* ((a (as-view old 'transpose-array)) (rank (length (lengths a))))
        (if (not (= (length axes) rank)) (error "transpose-array: expected one axis for each of the array's, got" axes))
        (let* ((count (if (null? axes) 0 (+ 1 (apply max axes))))
               (collect (lambda (axis values combine)
                          (apply combine (filter-map (lambda (to value) (and (= to axis) value)) axes values)))))
          (for-each
           (lambda (axis) (if (not (memv axis axes)) (error "transpose-array: no axis becomes" axis)))
           (iota count))
          (let ((axes-of-new (iota count)))
            (new-array (storage a)
                       (map (lambda (axis) (collect axis (lows a) max)) axes-of-new)
                       (map (lambda (axis) (collect axis (lengths a) min)) axes-of-new)
                       (map (lambda (axis) (collect axis (strides a) +)) axes-of-new)
                       (offset a))))))

    ;; The elements as a vector, if they are all of a vector in its order, else #f.
    (define (array-contents a . strict)
      (cond ((not (view? a)) a)
            ((and (equal? (strides a) (row-major (lengths a)))
                  (= (offset a) 0)
                  (= (apply * (lengths a)) (vector-length (storage a))))
             (storage a))
            (else #f)))

    ;; The part of an array whose first indices are given; it shares the elements.
    (define (array-slice a . indices)
      (let loop ((indices indices) (lows* (lows-of a)) (lengths* (lengths-of a 'array-slice))
                 (strides* (strides (as-view a 'array-slice))) (at (offset (as-view a 'array-slice))))
        (cond ((null? indices) (new-array (storage (as-view a 'array-slice)) lows* lengths* strides* at))
              ((and (pair? lows*) (in-range? (car indices) (car lows*) (car lengths*)))
               (loop (cdr indices) (cdr lows*) (cdr lengths*) (cdr strides*)
                     (+ at (* (- (car indices) (car lows*)) (car strides*)))))
              (else (outside 'array-slice indices)))))
    (define (array-cell-ref a . indices)
      (if (= (length indices) (array-rank a)) (any-ref a indices) (apply array-slice a indices)))
    (define (array-cell-set! a value . indices)
      (if (= (length indices) (array-rank a))
          (any-set! a value indices)
          (array-copy! value (apply array-slice a indices)))
      a)
    ;; Calls f with the slices that the first `rank` axes select.
    (define (array-slice-for-each rank f a . others)
      (let ((lengths (lengths-of a 'array-slice-for-each)))
        (for-each-index
         (lambda (indices)
           (apply f (map (lambda (b) (apply array-slice b (shifted indices (list-head (lows-of a) rank) (lows-of b))))
                         (cons a others))))
         (list-head (lows-of a) rank) (list-head lengths rank))))))
