;; Sorting: a stable merge sort of lists; vectors go through lists.

(define-library (limpet sort)
  (import (limpet core) (limpet control))
  (export list-sort sort sort! list-merge vector-sort vector-sort! sorted?)
  (begin

    ;; Merges two sorted lists; of equal elements those of `a` come first.
    (define (merge less? a b)
      (let loop ((a a) (b b) (result '()))
        (cond ((null? a) (append-reverse result b))
              ((null? b) (append-reverse result a))
              ((less? (car b) (car a)) (loop a (cdr b) (cons (car b) result)))
              (else (loop (cdr a) b (cons (car a) result))))))

    ;; Sorts the first n elements.
    (define (sort-first less? list n)
      (cond ((= n 1) (cons (car list) '()))
            ((= n 2)
             (let ((a (car list)) (b (cadr list)))
               (if (less? b a) (cons b (cons a '())) (cons a (cons b '())))))
            (else
             (let ((half (quotient n 2)))
               (merge less?
                      (sort-first less? list half)
                      (sort-first less? (list-tail list half) (- n half)))))))

    (define (list-sort less? list)
      (let ((n (length list)))
        (if (= n 0) '() (sort-first less? list n))))

    (define (vector-sort less? vector) (list->vector (list-sort less? (vector->list vector))))
    (define (vector-sort! less? vector) (vector-copy! vector 0 (vector-sort less? vector)))

    ;; SRFI 95 and Guile: sequence first; SRFI 132 has it second.
    (define (sort sequence less?)
      (cond ((procedure? sequence) (sort less? sequence))
            ((vector? sequence) (vector-sort less? sequence))
            (else (list-sort less? sequence))))
    (define (sort! sequence less?)
      (if (vector? sequence)
          (begin (vector-sort! less? sequence) sequence)
          (list-sort less? sequence)))
    (define (list-merge less? a b) (merge less? a b))
    (define (sorted? sequence less?)
      (let ((list (if (vector? sequence) (vector->list sequence) sequence)))
        (or (null? list)
            (let loop ((a (car list)) (rest (cdr list)))
              (or (null? rest)
                  (and (not (less? (car rest) a)) (loop (car rest) (cdr rest))))))))))
