;; Sorting: a stable merge sort of lists; vectors go through lists.

(define-library (limpet sort)
  (import (limpet core) (limpet control))
  (export list-sort sort sort! stable-sort stable-sort! sort-list sort-list! merge merge! list-merge vector-sort
          vector-sort! sorted?)
  (begin

    ;; Merges two sorted lists; of equal elements those of `a` come first.
    (define (list-merge less? a b)
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
               (list-merge less?
                           (sort-first less? list half)
                           (sort-first less? (list-tail list half) (- n half)))))))

    (define (list-sort less? list)
      (let ((n (length list)))
        (if (= n 0) '() (sort-first less? list n))))

    (define (vector-sort less? vector . range)
      (list->vector (list-sort less? (apply vector->list vector range))))
    (define vector-sort!
      (case-lambda
        ((less? vector) (vector-copy! vector 0 (vector-sort less? vector)))
        ((less? vector start . end) (vector-copy! vector start (apply vector-sort less? vector start end)))))

    ;; SRFI 95 and Guile: sequence first, then the order, then perhaps the part of an element that it is of. SRFI 132 has
    ;; the order first.
    (define (by less? key) (lambda (a b) (less? (key a) (key b))))
    (define sort
      (case-lambda
        ((sequence less?)
         (cond ((procedure? sequence) (sort less? sequence))
               ((vector? sequence) (vector-sort less? sequence))
               (else (list-sort less? sequence))))
        ((sequence less? key) (sort sequence (by less? key)))))
    (define sort!
      (case-lambda
        ((sequence less?)
         (if (vector? sequence)
             (begin (vector-sort! less? sequence) sequence)
             (list-sort less? sequence)))
        ((sequence less? key) (sort! sequence (by less? key)))))
    (define stable-sort sort)
    (define stable-sort! sort!)
    (define (sort-list list less?) (list-sort less? list))
    (define sort-list! sort-list)
    (define merge
      (case-lambda
        ((a b less?) (list-merge less? a b))
        ((a b less? key) (list-merge (by less? key) a b))))
    (define merge! merge)
    (define sorted?
      (case-lambda
        ((sequence less?)
         (let ((list (if (vector? sequence) (vector->list sequence) sequence)))
           (or (null? list)
               (let loop ((a (car list)) (rest (cdr list)))
                 (or (null? rest)
                     (and (not (less? (car rest) a)) (loop (car rest) (cdr rest))))))))
        ((sequence less? key) (sorted? sequence (by less? key)))))))
