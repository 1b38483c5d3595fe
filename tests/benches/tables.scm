;; Hash tables and association lists.
(import (scheme base) (scheme write) (scheme process-context) (srfi 69))

(define size (string->number (cadr (command-line))))
(define table (make-hash-table))
(do ((i 0 (+ i 1))) ((= i size))
  (let ((key (modulo (* i 7919) 10007)))
    (hash-table-set! table key (+ 1 (hash-table-ref/default table key 0)))))

(define names (make-hash-table string=?))
(do ((i 0 (+ i 1))) ((= i (quotient size 4)))
  (let ((key (string-append "key" (number->string (modulo i 1009)))))
    (hash-table-update!/default names key (lambda (n) (+ n i)) 0)))

(define pairs
  (let loop ((i 0) (all '()))
    (if (= i 40) all (loop (+ i 1) (cons (cons i (* i i)) all)))))
(define found
  (let loop ((i 0) (sum 0))
    (if (= i size) sum (loop (+ i 1) (+ sum (cdr (assv (modulo i 40) pairs)))))))

(display (list (hash-table-size table) (hash-table-ref/default names "key77" #f) found))
(newline)
