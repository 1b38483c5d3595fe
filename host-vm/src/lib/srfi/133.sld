;; SRFI 133: vectors, beyond those of the report.

(define-library (srfi 133)
  (import (limpet core) (limpet control) (limpet list)
          (except (limpet sequence) vector-map! vector-fold vector-count vector-index vector-any vector-every))
  (export make-vector vector vector-unfold vector-unfold-right vector-copy vector-reverse-copy vector-append
          vector-concatenate vector-append-subvectors vector? vector-empty? vector= vector-ref vector-length
          vector-fold vector-fold-right vector-map vector-map! vector-for-each vector-count vector-cumulate
          vector-index vector-index-right vector-skip vector-skip-right vector-binary-search vector-any vector-every
          vector-partition vector-set! vector-swap! vector-fill! vector-reverse! vector-copy! vector-reverse-copy!
          vector-unfold! vector-unfold-right! vector->list reverse-vector->list list->vector reverse-list->vector
          vector->string string->vector)
  (begin

    (define (shortest vectors) (apply min (map vector-length vectors)))
    (define (elements vectors i) (map (lambda (v) (vector-ref v i)) vectors))

    ;; ---- constructors: the seeds of an unfold are the results of its procedure after the element

    (define (fill-from! v i end step f seeds)
      (if (null? seeds)
          (let loop ((i i))
            (if (not (= i end)) (begin (vector-set! v i (f i)) (loop (+ i step)))))
          (let loop ((i i) (seeds seeds))
            (if (not (= i end))
                (call-with-values
                 (lambda () (apply f i seeds))
                 (lambda (element . seeds)
                   (vector-set! v i element)
                   (loop (+ i step) seeds)))))))
    (define (vector-unfold f n . seeds)
      (let ((v (make-vector n))) (fill-from! v 0 n 1 f seeds) v))
    (define (vector-unfold-right f n . seeds)
      (let ((v (make-vector n))) (fill-from! v (- n 1) -1 -1 f seeds) v))
    (define (vector-unfold! f v start end . seeds)
      (check-range 'vector-unfold! v start end)
      (fill-from! v start end 1 f seeds))
    (define (vector-unfold-right! f v start end . seeds)
      (check-range 'vector-unfold-right! v start end)
      (fill-from! v (- end 1) (- start 1) -1 f seeds))

    (define (check-range who v start end)
      (if (not (and (exact-integer? start) (exact-integer? end) (<= 0 start end (vector-length v))))
          (raise (%make-condition 'out-of-range "no range of the vector:" (list start end) who))))

    (define (vector-reverse-copy v . range)
      (let ((copy (apply vector-copy v range))) (vector-reverse! copy) copy))
    (define (vector-concatenate vectors) (apply vector-append vectors))
    (define (vector-append-subvectors . arguments)
      (let loop ((rest arguments) (parts '()))
        (if (null? rest)
            (vector-concatenate (reverse parts))
            (loop (cdddr rest) (cons (vector-copy (car rest) (cadr rest) (caddr rest)) parts)))))

    ;; ---- predicates

    (define (vector-empty? v) (= 0 (vector-length v)))
    (define (vector= same? . vectors)
      (define (two a b)
        (let ((n (vector-length a)))
          (and (= n (vector-length b))
               (let loop ((i 0))
                 (or (= i n) (and (same? (vector-ref a i) (vector-ref b i)) (loop (+ i 1))))))))
      (or (null? vectors)
          (let loop ((a (car vectors)) (rest (cdr vectors)))
            (or (null? rest) (and (two a (car rest)) (loop (car rest) (cdr rest)))))))

    ;; ---- iteration: one vector without lists of arguments

    (define vector-fold
      (case-lambda
        ((f seed v)
         (let ((n (vector-length v)))
           (let loop ((i 0) (result seed))
             (if (< i n) (loop (+ i 1) (f result (vector-ref v i))) result))))
        ((f seed . vectors)
         (let ((n (shortest vectors)))
           (let loop ((i 0) (result seed))
             (if (< i n) (loop (+ i 1) (apply f result (elements vectors i))) result))))))
    (define vector-fold-right
      (case-lambda
        ((f seed v)
         (let loop ((i (- (vector-length v) 1)) (result seed))
           (if (>= i 0) (loop (- i 1) (f result (vector-ref v i))) result)))
        ((f seed . vectors)
         (let loop ((i (- (shortest vectors) 1)) (result seed))
           (if (>= i 0) (loop (- i 1) (apply f result (elements vectors i))) result)))))
    (define vector-map!
      (case-lambda
        ((f v)
         (let ((n (vector-length v)))
           (let loop ((i 0))
             (if (< i n) (begin (vector-set! v i (f (vector-ref v i))) (loop (+ i 1)))))))
        ((f v . more)
         (let* ((vectors (cons v more)) (n (shortest vectors)))
           (let loop ((i 0))
             (if (< i n) (begin (vector-set! v i (apply f (elements vectors i))) (loop (+ i 1)))))))))
    (define vector-count
      (case-lambda
        ((ok? v) (vector-fold (lambda (n x) (if (ok? x) (+ n 1) n)) 0 v))
        ((ok? . vectors) (apply vector-fold (lambda (n . xs) (if (apply ok? xs) (+ n 1) n)) 0 vectors))))
    (define (vector-cumulate f seed v)
      (let* ((n (vector-length v)) (result (make-vector n)))
        (let loop ((i 0) (x seed))
          (if (< i n)
              (let ((x (f x (vector-ref v i))))
                (vector-set! result i x)
                (loop (+ i 1) x))
              result))))

    ;; ---- searching

    (define vector-index
      (case-lambda
        ((ok? v)
         (let ((n (vector-length v)))
           (let loop ((i 0)) (and (< i n) (if (ok? (vector-ref v i)) i (loop (+ i 1)))))))
        ((ok? . vectors)
         (let ((n (shortest vectors)))
           (let loop ((i 0)) (and (< i n) (if (apply ok? (elements vectors i)) i (loop (+ i 1)))))))))
    (define vector-index-right
      (case-lambda
        ((ok? v)
         (let loop ((i (- (vector-length v) 1)))
           (and (>= i 0) (if (ok? (vector-ref v i)) i (loop (- i 1))))))
        ((ok? . vectors)
         (let loop ((i (- (shortest vectors) 1)))
           (and (>= i 0) (if (apply ok? (elements vectors i)) i (loop (- i 1))))))))
    (define (vector-skip ok? . vectors)
      (apply vector-index (lambda xs (not (apply ok? xs))) vectors))
    (define (vector-skip-right ok? . vectors)
      (apply vector-index-right (lambda xs (not (apply ok? xs))) vectors))
    (define vector-any
      (case-lambda
        ((ok? v)
         (let ((n (vector-length v)))
           (let loop ((i 0)) (and (< i n) (or (ok? (vector-ref v i)) (loop (+ i 1)))))))
        ((ok? . vectors)
         (let ((n (shortest vectors)))
           (let loop ((i 0)) (and (< i n) (or (apply ok? (elements vectors i)) (loop (+ i 1)))))))))
    (define vector-every
      (case-lambda
        ((ok? v)
         (let ((n (vector-length v)))
           (let loop ((i 0) (result #t))
             (if (< i n) (let ((result (ok? (vector-ref v i)))) (and result (loop (+ i 1) result))) result))))
        ((ok? . vectors)
         (let ((n (shortest vectors)))
           (let loop ((i 0) (result #t))
             (if (< i n)
                 (let ((result (apply ok? (elements vectors i)))) (and result (loop (+ i 1) result)))
                 result))))))

    ;; The elements that satisfy the predicate before those that don't, both in their order; how many satisfy it.
    (define (vector-partition ok? v)
      (let* ((n (vector-length v)) (yes (vector-count ok? v)) (result (make-vector n)))
        (let loop ((i 0) (j 0) (k yes))
          (cond ((= i n) (values result yes))
                ((ok? (vector-ref v i))
                 (vector-set! result j (vector-ref v i))
                 (loop (+ i 1) (+ j 1) k))
                (else
                 (vector-set! result k (vector-ref v i))
                 (loop (+ i 1) j (+ k 1)))))))

    ;; ---- mutation and conversion

    (define (vector-swap! v i j)
      (let ((x (vector-ref v i)) (y (vector-ref v j)))
        (vector-set! v i y)
        (vector-set! v j x)))
    (define vector-reverse!
      (case-lambda
        ((v) (vector-reverse! v 0 (vector-length v)))
        ((v start) (vector-reverse! v start (vector-length v)))
        ((v start end)
         (check-range 'vector-reverse! v start end)
         (let loop ((i start) (j (- end 1)))
           (if (< i j) (begin (vector-swap! v i j) (loop (+ i 1) (- j 1))))))))
    (define (vector-reverse-copy! to at from . range)
      (vector-copy! to at (apply vector-reverse-copy from range)))
    (define (reverse-vector->list v . range) (reverse (apply vector->list v range)))
    (define (reverse-list->vector list) (list->vector (reverse list)))))
