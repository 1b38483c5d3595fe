;; The queens puzzle with lists: counts all solutions for boards of growing size and draws the first one of the largest.
;;
;;   limpet examples/queens.scm [LARGEST]
;;
;; A solution is a list of columns, the row last placed first.

(import (scheme base) (scheme write) (scheme process-context))

(define largest
  (let ((arguments (cdr (command-line))))
    (if (pair? arguments) (string->number (car arguments)) 9)))

;; Does a queen in `column` of the next row stand safe from all placed ones?
(define (safe? column placed)
  (let loop ((distance 1) (rest placed))
    (if (null? rest)
        #t
        (let ((other (car rest)))
          (if (or (= other column)
                  (= other (+ column distance))
                  (= other (- column distance)))
              #f
              (loop (+ distance 1) (cdr rest)))))))

(define (columns n)
  (let loop ((i n) (result '()))
    (if (= i 0) result (loop (- i 1) (cons i result)))))

;; All ways to place `rows` more queens, each consed to the solutions found so far.
(define (place rows all placed found)
  (if (= rows 0)
      (cons placed found)
      (let loop ((candidates all) (found found))
        (if (null? candidates)
            found
            (loop (cdr candidates)
                  (if (safe? (car candidates) placed)
                      (place (- rows 1) all (cons (car candidates) placed) found)
                      found))))))

(define (solutions n) (reverse (place n (columns n) '() '())))

(define (draw solution n)
  (for-each
   (lambda (queen)
     (for-each (lambda (column) (display (if (= column queen) " Q" " ."))) (columns n))
     (newline))
   solution))

(let loop ((n 4) (last '()))
  (if (<= n largest)
      (let ((all (solutions n)))
        (display n) (display " queens: ") (display (length all)) (display " solutions") (newline)
        (loop (+ n 1) (car all)))
      (draw last (- n 1))))
