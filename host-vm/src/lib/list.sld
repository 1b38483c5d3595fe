;;; Lists: procedures that call procedures. Loops accumulate and reverse, so that they are loops to a trace, and so that a
;;; continuation captured in one call of `map` does not see the work of another.
(define-library (limpet list)
  (export map for-each append-map filter-map vector-map vector-for-each
          fold fold-left fold-right reduce reduce-right
          filter remove partition delete delete! delete-duplicates
          find find-tail any every count list-index
          member assoc assq-ref assv-ref assoc-ref
          iota list-tabulate append! last first second third fourth fifth
          take drop take-while drop-while
          list-sort sort sort! merge)
  (import (limpet core))
  (begin
    (define (map1 procedure list)
      (let loop ((rest list) (results '()))
        (if (null? rest)
            (reverse results)
            (loop (cdr rest) (cons (procedure (car rest)) results)))))

    ;; Whether one of the lists has ended.
    (define (some-end? lists)
      (and (pair? lists)
           (or (not (pair? (car lists))) (some-end? (cdr lists)))))

    (define (cars lists) (map1 car lists))
    (define (cdrs lists) (map1 cdr lists))

    (define map
      (case-lambda
        ((procedure list) (map1 procedure list))
        ((procedure a b)
         (let loop ((a a) (b b) (results '()))
           (if (and (pair? a) (pair? b))
               (loop (cdr a) (cdr b) (cons (procedure (car a) (car b)) results))
               (reverse results))))
        ((procedure . lists)
         (let loop ((lists lists) (results '()))
           (if (some-end? lists)
               (reverse results)
               (loop (cdrs lists) (cons (apply procedure (cars lists)) results)))))))

    (define for-each
      (case-lambda
        ((procedure list)
         (let loop ((rest list))
           (if (not (null? rest))
               (begin
                 (procedure (car rest))
                 (loop (cdr rest))))))
        ((procedure a b)
         (let loop ((a a) (b b))
           (if (and (pair? a) (pair? b))
               (begin
                 (procedure (car a) (car b))
                 (loop (cdr a) (cdr b))))))
        ((procedure . lists)
         (let loop ((lists lists))
           (if (not (some-end? lists))
               (begin
                 (apply procedure (cars lists))
                 (loop (cdrs lists))))))))

    (define append-map
      (case-lambda
        ((procedure list)
         (let loop ((rest list) (results '()))
           (if (null? rest)
               (reverse results)
               (loop (cdr rest) (append-reverse (procedure (car rest)) results)))))
        ((procedure . lists) (apply append (apply map procedure lists)))))

    (define filter-map
      (case-lambda
        ((procedure list)
         (let loop ((rest list) (results '()))
           (if (null? rest)
               (reverse results)
               (let ((result (procedure (car rest))))
                 (loop (cdr rest) (if result (cons result results) results))))))
        ((procedure . lists) (filter (lambda (result) result) (apply map procedure lists)))))

    ;; Vectors

    (define vector-map
      (case-lambda
        ((procedure vector)
         (let* ((length (vector-length vector)) (results (make-vector length)))
           (let loop ((i 0))
             (if (< i length)
                 (begin
                   (vector-set! results i (procedure (vector-ref vector i)))
                   (loop (+ i 1)))
                 results))))
        ((procedure . vectors) (list->vector (apply map procedure (map1 vector->list vectors))))))

    (define vector-for-each
      (case-lambda
        ((procedure vector)
         (let ((length (vector-length vector)))
           (let loop ((i 0))
             (if (< i length)
                 (begin
                   (procedure (vector-ref vector i))
                   (loop (+ i 1)))))))
        ((procedure . vectors) (apply for-each procedure (map1 vector->list vectors)))))

    ;; Folds

    (define fold
      (case-lambda
        ((procedure seed list)
         (let loop ((rest list) (result seed))
           (if (null? rest)
               result
               (loop (cdr rest) (procedure (car rest) result)))))
        ((procedure seed a b)
         (let loop ((a a) (b b) (result seed))
           (if (and (pair? a) (pair? b))
               (loop (cdr a) (cdr b) (procedure (car a) (car b) result))
               result)))
        ((procedure seed . lists)
         (let loop ((lists lists) (result seed))
           (if (some-end? lists)
               result
               (loop (cdrs lists) (apply procedure (append (cars lists) (list result)))))))))

    (define fold-left
      (case-lambda
        ((procedure seed list)
         (let loop ((rest list) (result seed))
           (if (null? rest)
               result
               (loop (cdr rest) (procedure result (car rest))))))
        ((procedure seed . lists)
         (let loop ((lists lists) (result seed))
           (if (some-end? lists)
               result
               (loop (cdrs lists) (apply procedure result (cars lists))))))))

    (define fold-right
      (case-lambda
        ((procedure seed list)
         (let loop ((rest (reverse list)) (result seed))
           (if (null? rest)
               result
               (loop (cdr rest) (procedure (car rest) result)))))
        ((procedure seed . lists)
         (let loop ((rest (reverse (apply map list lists))) (result seed))
           (if (null? rest)
               result
               (loop (cdr rest) (apply procedure (append (car rest) (list result)))))))))

    (define (reduce procedure default list)
      (if (null? list) default (fold procedure (car list) (cdr list))))

    (define (reduce-right procedure default list)
      (if (null? list)
          default
          (let ((reversed (reverse list)))
            (fold procedure (car reversed) (cdr reversed)))))

    ;; Selection

    (define (filter wanted? list)
      (let loop ((rest list) (results '()))
        (if (null? rest)
            (reverse results)
            (loop (cdr rest) (if (wanted? (car rest)) (cons (car rest) results) results)))))

    (define (remove unwanted? list)
      (let loop ((rest list) (results '()))
        (if (null? rest)
            (reverse results)
            (loop (cdr rest) (if (unwanted? (car rest)) results (cons (car rest) results))))))

    (define (partition wanted? list)
      (let loop ((rest list) (in '()) (out '()))
        (cond
          ((null? rest) (values (reverse in) (reverse out)))
          ((wanted? (car rest)) (loop (cdr rest) (cons (car rest) in) out))
          (else (loop (cdr rest) in (cons (car rest) out))))))

    (define delete
      (case-lambda
        ((object list) (remove (lambda (element) (equal? object element)) list))
        ((object list same?) (remove (lambda (element) (same? object element)) list))))
    (define delete! delete)

    (define delete-duplicates
      (case-lambda
        ((list) (delete-duplicates list equal?))
        ((list same?)
         (let loop ((rest list) (results '()))
           (if (null? rest)
               (reverse results)
               (loop (cdr rest)
                     (if (member (car rest) results (lambda (new old) (same? old new)))
                         results
                         (cons (car rest) results))))))))

    (define (take list count) (list-head list count))
    (define (drop list count) (list-tail list count))

    (define (take-while wanted? list)
      (let loop ((rest list) (results '()))
        (if (and (pair? rest) (wanted? (car rest)))
            (loop (cdr rest) (cons (car rest) results))
            (reverse results))))

    (define (drop-while unwanted? list)
      (let loop ((rest list))
        (if (and (pair? rest) (unwanted? (car rest)))
            (loop (cdr rest))
            rest)))

    ;; Searching

    (define (find-tail wanted? list)
      (let loop ((rest list))
        (cond
          ((null? rest) #f)
          ((wanted? (car rest)) rest)
          (else (loop (cdr rest))))))

    (define (find wanted? list)
      (let ((tail (find-tail wanted? list)))
        (and tail (car tail))))

    (define any
      (case-lambda
        ((wanted? list)
         (let loop ((rest list))
           (cond
             ((null? rest) #f)
             ((null? (cdr rest)) (wanted? (car rest)))
             ((wanted? (car rest)))
             (else (loop (cdr rest))))))
        ((wanted? . lists)
         (let loop ((lists lists))
           (and (not (some-end? lists))
                (or (apply wanted? (cars lists)) (loop (cdrs lists))))))))

    (define every
      (case-lambda
        ((wanted? list)
         (let loop ((rest list))
           (cond
             ((null? rest) #t)
             ((null? (cdr rest)) (wanted? (car rest)))
             ((wanted? (car rest)) (loop (cdr rest)))
             (else #f))))
        ((wanted? . lists)
         (let loop ((lists lists) (last #t))
           (if (some-end? lists)
               last
               (let ((result (apply wanted? (cars lists))))
                 (and result (loop (cdrs lists) result))))))))

    (define count
      (case-lambda
        ((wanted? list)
         (let loop ((rest list) (count 0))
           (if (null? rest)
               count
               (loop (cdr rest) (if (wanted? (car rest)) (+ count 1) count)))))
        ((wanted? . lists) (length (filter (lambda (result) result) (apply map wanted? lists))))))

    (define list-index
      (case-lambda
        ((wanted? list)
         (let loop ((rest list) (i 0))
           (cond
             ((null? rest) #f)
             ((wanted? (car rest)) i)
             (else (loop (cdr rest) (+ i 1))))))
        ((wanted? . lists)
         (let loop ((lists lists) (i 0))
           (cond
             ((some-end? lists) #f)
             ((apply wanted? (cars lists)) i)
             (else (loop (cdrs lists) (+ i 1))))))))

    (define member
      (case-lambda
        ((object list) (%member object list))
        ((object list same?)
         (let loop ((rest list))
           (cond
             ((null? rest) #f)
             ((same? object (car rest)) rest)
             (else (loop (cdr rest))))))))

    (define assoc
      (case-lambda
        ((object list) (%assoc object list))
        ((object list same?)
         (let loop ((rest list))
           (cond
             ((null? rest) #f)
             ((same? object (caar rest)) (car rest))
             (else (loop (cdr rest))))))))

    (define (assq-ref list key) (let ((entry (assq key list))) (and entry (cdr entry))))
    (define (assv-ref list key) (let ((entry (assv key list))) (and entry (cdr entry))))
    (define (assoc-ref list key) (let ((entry (%assoc key list))) (and entry (cdr entry))))

    ;; Construction

    (define iota
      (case-lambda
        ((count) (iota count 0 1))
        ((count start) (iota count start 1))
        ((count start step)
         (let loop ((i (- count 1)) (results '()))
           (if (< i 0)
               results
               (loop (- i 1) (cons (+ start (* i step)) results)))))))

    (define (list-tabulate count procedure)
      (let loop ((i 0) (results '()))
        (if (< i count)
            (loop (+ i 1) (cons (procedure i) results))
            (reverse results))))

    (define append!
      (case-lambda
        ((a b)
         (if (null? a)
             b
             (begin
               (set-cdr! (last-pair a) b)
               a)))
        (() '())
        ((a) a)
        ((a . rest) (append! a (apply append! rest)))))

    (define (last list) (car (last-pair list)))
    (define (first list) (car list))
    (define (second list) (cadr list))
    (define (third list) (caddr list))
    (define (fourth list) (cadddr list))
    (define (fifth list) (car (cddddr list)))

    ;; Sorting: stable merge sort, bottom up, between two vectors.

    (define (merge-runs from to width length less?)
      (let run ((start 0))
        (if (< start length)
            (let* ((middle (let ((i (+ start width))) (if (< i length) i length)))
                   (end (let ((i (+ middle width))) (if (< i length) i length))))
              (let merge ((i start) (j middle) (k start))
                (if (< k end)
                    (if (and (< i middle)
                             (or (= j end) (not (less? (vector-ref from j) (vector-ref from i)))))
                        (begin
                          (vector-set! to k (vector-ref from i))
                          (merge (+ i 1) j (+ k 1)))
                        (begin
                          (vector-set! to k (vector-ref from j))
                          (merge i (+ j 1) (+ k 1))))
                    (run end)))))))

    ;; Sorts a vector, which is used as work space; gives the vector that holds the result.
    (define (sort-vector vector less?)
      (let ((length (vector-length vector)))
        (let pass ((from vector) (to (make-vector length)) (width 1))
          (if (< width length)
              (begin
                (merge-runs from to width length less?)
                (pass to from (* 2 width)))
              from))))

    (define (list-sort less? list)
      (vector->list (sort-vector (list->vector list) less?)))

    (define (sort sequence less?)
      (cond
        ((procedure? sequence) (sort less? sequence))
        ((vector? sequence) (sort-vector (vector-copy sequence) less?))
        (else (list-sort less? sequence))))

    (define (sort! sequence less?)
      (cond
        ((procedure? sequence) (sort! less? sequence))
        ((vector? sequence)
         (vector-copy! sequence 0 (sort-vector (vector-copy sequence) less?))
         sequence)
        (else (list-sort less? sequence))))

    ;; Of elements that are equal those of the first list come first.
    (define (merge a b less?)
      (let loop ((a a) (b b) (results '()))
        (cond
          ((null? a) (append-reverse results b))
          ((null? b) (append-reverse results a))
          ((less? (car b) (car a)) (loop a (cdr b) (cons (car b) results)))
          (else (loop (cdr a) b (cons (car a) results))))))))
