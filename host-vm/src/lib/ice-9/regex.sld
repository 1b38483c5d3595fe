;; (ice-9 regex): POSIX regular expressions. A match is a vector as in Guile: the text, then a pair of start and end for the
;; match and for each group; where a group took no part both are false.

(define-library (ice-9 regex)
  (import (limpet core) (limpet control) (limpet list) (limpet sequence))
  (export make-regexp regexp? regexp-exec string-match regexp-match? match:string match:start match:end match:substring
          match:prefix match:suffix match:count list-matches fold-matches regexp-substitute
          regexp-substitute/global regexp-quote
          regexp/icase regexp/newline regexp/basic regexp/extended regexp/notbol regexp/noteol)
  (begin

    (define regexp/icase 1)
    (define regexp/newline 2)
    (define regexp/basic 4)
    (define regexp/notbol 8)
    ;; What is so anyway.
    (define regexp/extended 0)
    (define regexp/noteol 0)

    (define-record-type regexp (new-regexp pattern flags) regexp? (pattern regexp-pattern) (flags regexp-flags))
    (define (make-regexp pattern . flags)
      (let ((flags (apply bitwise-ior flags)))
        (%regexp-check pattern flags)
        (new-regexp pattern flags)))

    (define regexp-exec
      (case-lambda
        ((regexp text) (regexp-exec regexp text 0 0))
        ((regexp text start) (regexp-exec regexp text start 0))
        ((regexp text start flags)
         (let ((found (%regexp-search (regexp-pattern regexp) (bitwise-ior (regexp-flags regexp) flags) text start)))
           (and found
                (let* ((n (quotient (vector-length found) 2)) (match (make-vector (+ n 1) text)))
                  (let loop ((i 0))
                    (if (< i n)
                        (begin
                          (vector-set! match (+ i 1)
                            (cons (vector-ref found (* 2 i)) (vector-ref found (+ (* 2 i) 1))))
                          (loop (+ i 1)))
                        match))))))))
    (define string-match
      (case-lambda
        ((pattern text) (string-match pattern text 0))
        ((pattern text start) (regexp-exec (new-regexp pattern 0) text start))))

    (define (regexp-match? object)
      (and (vector? object) (> (vector-length object) 1) (string? (vector-ref object 0)) (pair? (vector-ref object 1))))
    (define (group match n)
      (if (not (regexp-match? match))
          (raise (%make-condition 'wrong-type "expected a regexp match, got" (list match) #f)))
      (let ((n (if (pair? n) (car n) 0)))
        (if (not (and (exact-integer? n) (< -1 n (- (vector-length match) 1))))
            (raise (%make-condition 'out-of-range "the match has no such group:" (list n) #f)))
        (vector-ref match (+ n 1))))
    (define (match:string match) (vector-ref match 0))
    (define (match:count match) (- (vector-length match) 1))
    (define (match:start match . n) (car (group match n)))
    (define (match:end match . n) (cdr (group match n)))
    (define (match:substring match . n)
      (let ((bounds (group match n)))
        (and (car bounds) (substring (match:string match) (car bounds) (cdr bounds)))))
    (define (match:prefix match) (substring (match:string match) 0 (match:start match)))
    (define (match:suffix match)
      (substring (match:string match) (match:end match) (string-length (match:string match))))

    (define (as-regexp x) (if (string? x) (make-regexp x) x))
    ;; Matches from left to right, none within another; one that is empty is followed by a step of one character.
    (define (fold-matches regexp text init f . flags)
      (let ((regexp (as-regexp regexp)) (flags (apply bitwise-ior flags)) (end (string-length text)))
        (let loop ((start 0) (result init) (flags flags))
          (let ((match (and (<= start end) (regexp-exec regexp text start flags))))
            (if match
                (let ((next (match:end match)))
                  (loop (if (= next (match:start match)) (+ next 1) next)
                        (f match result)
                        (bitwise-ior flags regexp/notbol)))
                result)))))
    (define (list-matches regexp text . flags)
      (reverse (apply fold-matches regexp text '() cons flags)))

    ;; ---- substitution: items are strings, numbers of groups, pre, post, and procedures on the match

    (define (with-port port write)
      (cond ((not port) (call-with-output-string write))
            ((eq? port #t) (write (current-output-port)))
            (else (write port))))
    (define (write-item item match out)
      (cond ((string? item) (write-string item out))
            ((exact-integer? item) (write-string (or (match:substring match item) "") out))
            (else (error "regexp-substitute: expected a string, a group's number, pre or post, got" item))))

    (define (regexp-substitute port match . items)
      (with-port port
        (lambda (out)
          (for-each
           (lambda (item)
             (case item
               ((pre) (write-string (match:prefix match) out))
               ((post) (write-string (match:suffix match) out))
               (else (write-item item match out))))
           items))))

    ;; Where `post` stands, the rest of the text is searched for the next match.
    (define (regexp-substitute/global port regexp text . items)
      (let ((regexp (as-regexp regexp)) (end (string-length text)))
        (with-port port
          (lambda (out)
            (let next ((start 0) (searched 0) (flags 0))
              (let ((match (and (<= searched end) (regexp-exec regexp text searched flags))))
                (if (not match)
                    (write-string (substring text start end) out)
                    (for-each
                     (lambda (item)
                       (cond ((eq? item 'pre) (write-string (substring text start (match:start match)) out))
                             ((eq? item 'post)
                              (let ((stop (match:end match)))
                                (next stop (if (= stop (match:start match)) (+ stop 1) stop) regexp/notbol)))
                             ((procedure? item) (write-string (item match) out))
                             (else (write-item item match out))))
                     items))))))))

    (define (regexp-quote text)
      (call-with-output-string
       (lambda (out)
         (string-for-each
          (lambda (c)
            (if (memv c (string->list "^.[$()|*+?{\\"))
                (write-char #\\ out))
            (write-char c out))
          text))))))
