;; SRFI 132: sort libraries. All sorts are stable; ranges are of vectors.

(define-library (srfi 132)
  (import (limpet core) (limpet control) (limpet sort))
  (export list-sorted? vector-sorted?
          list-sort (rename list-sort list-stable-sort) (rename list-sort list-sort!) (rename list-sort list-stable-sort!)
          vector-sort vector-sort! (rename vector-sort vector-stable-sort) (rename vector-sort! vector-stable-sort!)
          list-merge (rename list-merge list-merge!) vector-merge vector-merge!
          list-delete-neighbor-dups (rename list-delete-neighbor-dups list-delete-neighbor-dups!)
          vector-delete-neighbor-dups vector-delete-neighbor-dups!
          vector-find-median vector-find-median! vector-select! vector-separate!)
  (begin

    (define (list-sorted? less? list) (sorted? list less?))
    (define (vector-sorted? less? vector . range)
      (sorted? (apply vector->list vector range) less?))

    ;; Bounds of a range from optional arguments.
    (define (bound arguments i default) (if (> (length arguments) i) (list-ref arguments i) default))

    (define (vector-merge! less? to from-a from-b . bounds)
      (let* ((start (bound bounds 0 0))
             (a (vector-copy from-a (bound bounds 1 0) (bound bounds 2 (vector-length from-a))))
             (b (vector-copy from-b (bound bounds 3 0) (bound bounds 4 (vector-length from-b))))
             (end-a (vector-length a)) (end-b (vector-length b)))
        (let loop ((i start) (ia 0) (ib 0))
          (cond ((= ia end-a) (vector-copy! to i b ib))
                ((= ib end-b) (vector-copy! to i a ia))
                ((less? (vector-ref b ib) (vector-ref a ia))
                 (vector-set! to i (vector-ref b ib))
                 (loop (+ i 1) ia (+ ib 1)))
                (else
                 (vector-set! to i (vector-ref a ia))
                 (loop (+ i 1) (+ ia 1) ib))))))
    (define (vector-merge less? a b . bounds)
      (let* ((a (vector-copy a (bound bounds 0 0) (bound bounds 1 (vector-length a))))
             (b (vector-copy b (bound bounds 2 0) (bound bounds 3 (vector-length b))))
             (to (make-vector (+ (vector-length a) (vector-length b)))))
        (vector-merge! less? to a b)
        to))

    ;; Of neighbours that are the same, the first stays.
    (define (list-delete-neighbor-dups same? list)
      (if (null? list)
          '()
          (let loop ((last (car list)) (rest (cdr list)) (result (cons (car list) '())))
            (cond ((null? rest) (reverse result))
                  ((same? last (car rest)) (loop last (cdr rest) result))
                  (else (loop (car rest) (cdr rest) (cons (car rest) result)))))))
    (define (vector-delete-neighbor-dups same? vector . range)
      (list->vector (list-delete-neighbor-dups same? (apply vector->list vector range))))
    ;; The result is where the kept elements end.
    (define (vector-delete-neighbor-dups! same? vector . range)
      (let ((start (bound range 0 0)) (kept (apply vector-delete-neighbor-dups same? vector range)))
        (vector-copy! vector start kept)
        (+ start (vector-length kept))))

    (define (median sorted default mean)
      (let ((n (vector-length sorted)))
        (cond ((= n 0) default)
              ((odd? n) (vector-ref sorted (quotient n 2)))
              (else (mean (vector-ref sorted (- (quotient n 2) 1)) (vector-ref sorted (quotient n 2)))))))
    (define (default-mean a b) (/ (+ a b) 2))
    (define vector-find-median
      (case-lambda
        ((less? vector default) (vector-find-median less? vector default default-mean))
        ((less? vector default mean) (median (vector-sort less? vector) default mean))))
    (define vector-find-median!
      (case-lambda
        ((less? vector default) (vector-find-median! less? vector default default-mean))
        ((less? vector default mean)
         (vector-sort! less? vector)
         (median vector default mean))))

    ;; Brings the k smallest elements of the range [start, end) to its front, and the smallest of the others next, in
    ;; expected linear time: quickselect around the middle of three. Equal elements are distributed evenly.
    (define (select! less? v k start end)
      (let ((place (+ start k)))
        (let select ((low start) (high (- end 1)))
          (if (< low high)
              (let ((pivot (middle-of less?
                                      (vector-ref v low)
                                      (vector-ref v (quotient (+ low high) 2))
                                      (vector-ref v high))))
                (let part ((i low) (j high))
                  (cond ((> i j)
                         (cond ((<= place j) (select low j))
                               ((>= place i) (select i high))))
                        ((less? (vector-ref v i) pivot) (part (+ i 1) j))
                        ((less? pivot (vector-ref v j)) (part i (- j 1)))
                        (else
                         (let ((x (vector-ref v i)))
                           (vector-set! v i (vector-ref v j))
                           (vector-set! v j x)
                           (part (+ i 1) (- j 1)))))))))))
    (define (middle-of less? a b c)
      (if (less? a b)
          (if (less? b c) b (if (less? a c) c a))
          (if (less? a c) a (if (less? b c) c b))))

    (define (check-rank who k start end)
      (if (not (and (exact-integer? k) (<= 0 k (- end start))))
          (raise (%make-condition 'out-of-range "expected a number of elements of the range, got" (list k) who))))
    (define (vector-select! less? vector k . range)
      (let ((start (bound range 0 0)) (end (bound range 1 (vector-length vector))))
        (check-rank 'vector-select! (+ k 1) start end)
        (select! less? vector k start end)
        (vector-ref vector (+ start k))))
    (define (vector-separate! less? vector k . range)
      (let ((start (bound range 0 0)) (end (bound range 1 (vector-length vector))))
        (check-rank 'vector-separate! k start end)
        (if (< k (- end start)) (select! less? vector k start end))))))
