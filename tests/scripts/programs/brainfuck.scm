;; A compiler from Brainfuck to closures.
(import (scheme base) (scheme write))

(define (parse text)
  ;; A list of instructions; a loop is a list.
  (let ((port (open-input-string text)))
    (let block ((depth 0))
      (let loop ((code '()))
        (let ((c (read-char port)))
          (cond ((eof-object? c) (if (= depth 0) (reverse code) (error "unmatched [")))
                ((char=? c #\[) (loop (cons (block (+ depth 1)) code)))
                ((char=? c #\]) (if (> depth 0) (reverse code) (error "unmatched ]")))
                ((memv c '(#\+ #\- #\< #\> #\. #\,)) (loop (cons c code)))
                (else (loop code))))))))

;; Runs of equal moves become one number: (add n), (move n).
(define (squeeze code)
  (let loop ((code code) (result '()))
    (define (merge kind n)
      (if (and (pair? result) (eq? (caar result) kind))
          (loop (cdr code) (cons (list kind (+ n (cadr (car result)))) (cdr result)))
          (loop (cdr code) (cons (list kind n) result))))
    (if (null? code)
        (reverse result)
        (let ((i (car code)))
          (cond ((pair? i) (loop (cdr code) (cons (list 'loop (squeeze i)) result)))
                ((null? i) (loop (cdr code) (cons (list 'loop '()) result)))
                (else
                 (case i
                   ((#\+) (merge 'add 1))
                   ((#\-) (merge 'add -1))
                   ((#\>) (merge 'move 1))
                   ((#\<) (merge 'move -1))
                   ((#\.) (loop (cdr code) (cons '(put) result)))
                   (else (loop (cdr code) (cons '(get) result))))))))))

(define (run program input)
  (define tape (make-bytevector 300 0))
  (define at 0)
  (define in (open-input-string input))
  (define (chain code)
    (if (null? code)
        (lambda () #t)
        (let ((first (instruction (car code))) (rest (chain (cdr code))))
          (lambda () (first) (rest)))))
  (define (instruction i)
    (case (car i)
      ((add) (let ((n (cadr i))) (lambda () (bytevector-u8-set! tape at (modulo (+ n (bytevector-u8-ref tape at)) 256)))))
      ((move) (let ((n (cadr i))) (lambda () (set! at (+ at n)))))
      ((put) (lambda () (write-char (integer->char (bytevector-u8-ref tape at)))))
      ((get) (lambda () (let ((c (read-char in))) (bytevector-u8-set! tape at (if (eof-object? c) 0 (char->integer c))))))
      ((loop)
       (let ((body (chain (cadr i))))
         (lambda ()
           (let again ()
             (if (not (= 0 (bytevector-u8-ref tape at)))
                 (begin (body) (again)))))))))
  ((chain (squeeze (parse program)))))

(run "++++++++[>++++[>++>+++>+++>+<<<<-]>+>+>->>+[<]<-]>>.>---.+++++++..+++.>>.<-.<.+++.------.--------.>>+.>++." "")
;; reverse its input
(run ">,[>,]<[.<]" "desserts")
(newline)
;; squares below 200
(run "++++[>+++++<-]>[<+++++>-]+<+[>[>+>+<<-]++>>[<<+>>-]>>>[-]++>[-]+>>>+[[-]++++++>>>]<<<[[<++++++++<++>>-]+<.<[>----<-]<]<<[>>>>>[>>>[-]+++++++++<[>-<-]+++++++++>[-[<->-]+[<<<]]<[>+<-]>]<<-]<<-]" "")
(for-each
 (lambda (text) (guard (e (#t (display (error-object-message e)) (newline))) (run text "")))
 '("[[]" "]"))
;=> Hello World!
;=> stressed
;=> 0
;=> 1
;=> 4
;=> 9
;=> 16
;=> 25
;=> 36
;=> 49
;=> 64
;=> 81
;=> 100
;=> 121
;=> 144
;=> 169
;=> 196
;=> 225
;=> 256
;=> 289
;=> 324
;=> 361
;=> 400
;=> 441
;=> 484
;=> 529
;=> 576
;=> 625
;=> 676
;=> 729
;=> 784
;=> 841
;=> 900
;=> 961
;=> 1024
;=> 1089
;=> 1156
;=> 1225
;=> 1296
;=> 1369
;=> 1444
;=> 1521
;=> 1600
;=> 1681
;=> 1764
;=> 1849
;=> 1936
;=> 2025
;=> 2116
;=> 2209
;=> 2304
;=> 2401
;=> 2500
;=> 2601
;=> 2704
;=> 2809
;=> 2916
;=> 3025
;=> 3136
;=> 3249
;=> 3364
;=> 3481
;=> 3600
;=> 3721
;=> 3844
;=> 3969
;=> 4096
;=> 4225
;=> 4356
;=> 4489
;=> 4624
;=> 4761
;=> 4900
;=> 5041
;=> 5184
;=> 5329
;=> 5476
;=> 5625
;=> 5776
;=> 5929
;=> 6084
;=> 6241
;=> 6400
;=> 6561
;=> 6724
;=> 6889
;=> 7056
;=> 7225
;=> 7396
;=> 7569
;=> 7744
;=> 7921
;=> 8100
;=> 8281
;=> 8464
;=> 8649
;=> 8836
;=> 9025
;=> 9216
;=> 9409
;=> 9604
;=> 9801
;=> 10000
;=> unmatched [
;=> unmatched ]
