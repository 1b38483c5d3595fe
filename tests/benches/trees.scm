;; Binary trees of records: allocation and collection.
(import (scheme base) (scheme write) (scheme process-context))

(define-record-type node
  (make-node left right)
  node?
  (left node-left)
  (right node-right))

(define (bottom-up depth)
  (if (= depth 0)
      (make-node #f #f)
      (make-node (bottom-up (- depth 1)) (bottom-up (- depth 1)))))

(define (check tree)
  (if (node-left tree)
      (+ 1 (check (node-left tree)) (check (node-right tree)))
      1))

(define depth (string->number (cadr (command-line))))
(define long-lived (bottom-up depth))
(let loop ((d 4))
  (if (<= d depth)
      (let ((rounds (expt 2 (- (+ depth 4) d))))
        (let again ((i 0) (sum 0))
          (if (= i rounds)
              (begin (display rounds) (display " trees of depth ") (display d)
                     (display ": ") (display sum) (newline))
              (again (+ i 1) (+ sum (check (bottom-up d))))))
        (loop (+ d 4)))))
(display (check long-lived))
(newline)
