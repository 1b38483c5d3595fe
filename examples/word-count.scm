;; Word count: makes a text file of some megabytes, reads it back, and reports the most frequent words.
;;
;;   limpet examples/word-count.scm [WORDS [FILE]]
;;
;; Text ports, strings, a hash table and a sort. The text is pseudo-random but always the same: few words are very
;; frequent and many are rare, as in a language.

(import (scheme base) (scheme write) (scheme file) (scheme char) (scheme process-context) (srfi 69) (srfi 132))

(define arguments (cdr (command-line)))
(define words (if (pair? arguments) (string->number (car arguments)) 400000))
(define file (if (> (length arguments) 1) (cadr arguments) "word-count.txt"))

;; A linear congruential generator (Numerical Recipes): enough for a text.
(define seed 20261123)
(define (random n)
  (set! seed (modulo (+ (* 1664525 seed) 1013904223) 4294967296))
  (quotient (* (quotient seed 65536) n) 65536))

(define syllables
  #("lim" "pet" "rock" "tide" "kelp" "foam" "sal" "dune" "mar" "shell" "reef" "wave" "gull" "sand" "cliff" "moss"))

(define vocabulary
  (let ((v (make-vector 2000 "")))
    (do ((i 0 (+ i 1))) ((= i 2000) v)
      (vector-set! v i
        (let loop ((n i) (word ""))
          (let ((word (string-append word (vector-ref syllables (modulo n 16)))))
            (if (< n 16) word (loop (quotient n 16) word))))))))

;; The product of two draws makes small indexes likely.
(define (draw-word)
  (vector-ref vocabulary (quotient (* (random 2000) (random 2000)) 2000)))

(define (make-text)
  (let ((port (open-output-file file)))
    (let loop ((i 0) (column 0))
      (if (< i words)
          (let* ((word (draw-word)) (column (+ column 1 (string-length word))))
            (if (= 0 (random 12))
                (begin (write-char (char-upcase (string-ref word 0)) port)
                       (write-string (substring word 1 (string-length word)) port)
                       (write-char #\, port))
                (write-string word port))
            (if (> column 72)
                (begin (newline port) (loop (+ i 1) 0))
                (begin (write-char #\space port) (loop (+ i 1) column))))))
    (close-port port)))

(define table (make-hash-table string=? string-hash))
(define lines 0)
(define characters 0)

(define (count-word! line start end)
  (if (< start end)
      (hash-table-update!/default table (string-downcase (substring line start end)) (lambda (n) (+ n 1)) 0)))

;; Splits a line into words: runs of letters.
(define (count-line! line)
  (let ((end (string-length line)))
    (set! lines (+ lines 1))
    (set! characters (+ characters end 1))
    (let loop ((i 0) (start 0))
      (if (= i end)
          (count-word! line start end)
          (if (char-alphabetic? (string-ref line i))
              (loop (+ i 1) start)
              (begin
                (count-word! line start i)
                (loop (+ i 1) (+ i 1))))))))

(define (count-file!)
  (let ((port (open-input-file file)))
    (let loop ((line (read-line port)))
      (if (eof-object? line)
          (close-port port)
          (begin
            (count-line! line)
            (loop (read-line port)))))))

(make-text)
(count-file!)

(display lines) (display " lines, ") (display characters) (display " characters, ")
(display (hash-table-size table)) (display " different words") (newline)

(let loop ((i 0)
           (entries (list-sort
                     (lambda (a b)
                       (or (> (cdr a) (cdr b))
                           (and (= (cdr a) (cdr b)) (string<? (car a) (car b)))))
                     (hash-table->alist table))))
  (if (< i 10)
      (begin
        (display (cdar entries)) (display " ") (display (caar entries)) (newline)
        (loop (+ i 1) (cdr entries)))))
