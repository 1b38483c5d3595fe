;; SRFI 43: vectors, with procedures that get the index before the elements.

(define-library (srfi 43)
  (import (except (limpet core) list->vector) (prefix (only (limpet core) list->vector) core:) (limpet control)
          (limpet list) (srfi 133))
  (export make-vector vector vector-unfold vector-unfold-right vector-copy vector-reverse-copy vector-append
          vector-concatenate vector? vector-empty? vector= vector-ref vector-length vector-set! vector-swap!
          vector-fill! vector-reverse! vector-copy! vector-reverse-copy! vector-index vector-index-right vector-skip
          vector-skip-right vector-binary-search vector-any vector-every
          (rename indexed-fold vector-fold) (rename indexed-fold-right vector-fold-right)
          (rename indexed-map vector-map) (rename indexed-map! vector-map!)
          (rename indexed-for-each vector-for-each) (rename indexed-count vector-count)
          vector->list reverse-vector->list list->vector reverse-list->vector)
  (begin

    (define (shortest vectors) (apply min (map vector-length vectors)))
    (define (elements vectors i) (map (lambda (v) (vector-ref v i)) vectors))

    (define indexed-fold
      (case-lambda
        ((f seed v)
         (let ((n (vector-length v)))
           (let loop ((i 0) (result seed))
             (if (< i n) (loop (+ i 1) (f i result (vector-ref v i))) result))))
        ((f seed . vectors)
         (let ((n (shortest vectors)))
           (let loop ((i 0) (result seed))
             (if (< i n) (loop (+ i 1) (apply f i result (elements vectors i))) result))))))
    (define indexed-fold-right
      (case-lambda
        ((f seed v)
         (let loop ((i (- (vector-length v) 1)) (result seed))
           (if (>= i 0) (loop (- i 1) (f i result (vector-ref v i))) result)))
        ((f seed . vectors)
         (let loop ((i (- (shortest vectors) 1)) (result seed))
           (if (>= i 0) (loop (- i 1) (apply f i result (elements vectors i))) result)))))

    (define (indexed-map! f v . more)
      (if (null? more)
          (let ((n (vector-length v)))
            (let loop ((i 0))
              (if (< i n) (begin (vector-set! v i (f i (vector-ref v i))) (loop (+ i 1))))))
          (let* ((vectors (cons v more)) (n (shortest vectors)))
            (let loop ((i 0))
              (if (< i n) (begin (vector-set! v i (apply f i (elements vectors i))) (loop (+ i 1))))))))
    (define (indexed-map f v . more)
      (let ((result (vector-copy v 0 (shortest (cons v more)))))
        (apply indexed-map! f result more)
        result))
    (define (indexed-for-each f v . more)
      (if (null? more)
          (let ((n (vector-length v)))
            (let loop ((i 0))
              (if (< i n) (begin (f i (vector-ref v i)) (loop (+ i 1))))))
          (let* ((vectors (cons v more)) (n (shortest vectors)))
            (let loop ((i 0))
              (if (< i n) (begin (apply f i (elements vectors i)) (loop (+ i 1))))))))
    (define (indexed-count ok? . vectors)
      (apply indexed-fold (lambda (i n . xs) (if (apply ok? i xs) (+ n 1) n)) 0 vectors))

    (define list->vector
      (case-lambda
        ((list) (core:list->vector list))
        ((list start) (core:list->vector (list-tail list start)))
        ((list start end) (core:list->vector (take (list-tail list start) (- end start))))))))
