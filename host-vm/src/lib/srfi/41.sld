;; SRFI 41: streams whose elements and tails are both computed on demand.
;;
;; A stream is a record around a promise of its first pair, or of the end. A stream expression that only leads to another
;; stream is a `delay-force`, so chains of them run in constant space.

(define-library (srfi 41)
  (import (limpet core) (limpet control) (limpet list))
  (export stream-null stream-cons stream? stream-null? stream-pair? stream-car stream-cdr stream-lambda
          define-stream list->stream port->stream stream stream->list stream-append stream-concat
          stream-constant stream-drop stream-drop-while stream-filter stream-fold stream-for-each stream-from
          stream-iterate stream-length stream-let stream-map stream-match stream-of stream-range stream-ref
          stream-reverse stream-scan stream-take stream-take-while stream-unfold stream-unfolds stream-zip
          _)
  (begin

    (define-record-type stream (make-stream promise) stream? (promise stream-promise))
    (define-record-type stream-cell (make-cell first rest) cell? (first cell-first) (rest cell-rest))

    (define (promise-of who object)
      (if (stream? object) (stream-promise object) (expected who "a stream" object)))
    (define (expected who what object)
      (raise (%make-condition 'wrong-type (string-append "expected " what ", got") (list object) who)))
    (define (check-index who n)
      (if (not (and (exact-integer? n) (>= n 0)))
          (expected who "an exact integer that is not negative" n)))
    (define (check-procedure who f) (if (not (procedure? f)) (expected who "a procedure" f)))
    (define (check-stream who s) (if (not (stream? s)) (expected who "a stream" s)))

    ;; The cell of a stream; #f at its end.
    (define (cell who s) (force (promise-of who s)))

    (define stream-null (make-stream (make-promise #f)))
    (define-syntax stream-lazy
      (syntax-rules ()
        ((_ expression) (make-stream (delay-force (promise-of 'stream-lambda expression))))))
    (define-syntax stream-cons
      (syntax-rules ()
        ((_ object rest) (make-stream (make-promise (make-cell (delay object) (stream-lazy rest)))))))

    (define (stream-null? s) (and (stream? s) (not (cell 'stream-null? s))))
    (define (stream-pair? s) (and (stream? s) (cell? (cell 'stream-pair? s))))
    (define (stream-car s)
      (let ((c (cell 'stream-car s)))
        (if c (force (cell-first c)) (expected 'stream-car "a stream with elements" s))))
    (define (stream-cdr s)
      (let ((c (cell 'stream-cdr s)))
        (if c (cell-rest c) (expected 'stream-cdr "a stream with elements" s))))

    (define-syntax stream-lambda
      (syntax-rules ()
        ((_ parameters body ...) (lambda parameters (stream-lazy (let () body ...))))))
    (define-syntax define-stream
      (syntax-rules ()
        ((_ (name . parameters) body ...) (define name (stream-lambda parameters body ...)))))
    (define-syntax stream-let
      (syntax-rules ()
        ((_ name ((variable value) ...) body ...)
         ((letrec ((name (stream-lambda (variable ...) body ...))) name) value ...))))

    ;; ---- construction

    (define-syntax stream
      (syntax-rules ()
        ((_) stream-null)
        ((_ object . more) (stream-cons object (stream . more)))))

    (define (list->stream list)
      (if (not (list? list)) (expected 'list->stream "a list" list))
      (let loop ((list list))
        (if (null? list) stream-null (stream-cons (car list) (loop (cdr list))))))

    (define port->stream
      (case-lambda
        (() (port->stream (current-input-port)))
        ((port)
         (stream-let loop ()
           (let ((c (read-char port)))
             (if (eof-object? c) stream-null (stream-cons c (loop))))))))

    (define-stream (stream-constant . objects)
      (if (null? objects)
          stream-null
          (stream-let loop ((rest objects))
            (if (null? rest) (loop objects) (stream-cons (car rest) (loop (cdr rest)))))))

    (define stream-from
      (case-lambda
        ((first) (stream-from first 1))
        ((first step) (stream-let loop ((n first)) (stream-cons n (loop (+ n step)))))))

    (define stream-range
      (case-lambda
        ((first past) (stream-range first past (if (< first past) 1 -1)))
        ((first past step)
         (let ((before? (if (< step 0) > <)))
           (stream-let loop ((n first))
             (if (before? n past) (stream-cons n (loop (+ n step))) stream-null))))))

    (define (stream-iterate f base)
      (check-procedure 'stream-iterate f)
      (stream-let loop ((x base)) (stream-cons x (loop (f x)))))

    (define (stream-unfold mapper more? next base)
      (check-procedure 'stream-unfold mapper)
      (stream-let loop ((x base))
        (if (more? x) (stream-cons (mapper x) (loop (next x))) stream-null)))

    ;; The generator gives the next seed and, for each of the streams, a list with an element, #f for nothing now, or ()
    ;; for the end.
    (define (stream-unfolds generate seed)
      (define-stream (results seed)
        (call-with-values
         (lambda () (generate seed))
         (lambda (next . results-now) (stream-cons results-now (results next)))))
      (define (one index all)
        (stream-let loop ((all all))
          (let ((item (list-ref (stream-car all) index)))
            (cond ((pair? item) (stream-cons (car item) (loop (stream-cdr all))))
                  (item stream-null)
                  (else (loop (stream-cdr all)))))))
      (let ((all (results seed)))
        (apply values (list-tabulate (length (stream-car all)) (lambda (i) (one i all))))))

    ;; ---- parts

    (define (stream-ref s n)
      (check-index 'stream-ref n)
      (let loop ((s s) (i n))
        (let ((c (cell 'stream-ref s)))
          (cond ((not c) (raise (%make-condition 'out-of-range "the stream is shorter than" (list n) 'stream-ref)))
                ((= i 0) (force (cell-first c)))
                (else (loop (cell-rest c) (- i 1)))))))

    (define (stream-take n s)
      (check-index 'stream-take n)
      (check-stream 'stream-take s)
      (stream-let loop ((n n) (s s))
        (if (or (= n 0) (stream-null? s))
            stream-null
            (stream-cons (stream-car s) (loop (- n 1) (stream-cdr s))))))
    (define (stream-drop n s)
      (check-index 'stream-drop n)
      (check-stream 'stream-drop s)
      (stream-let loop ((n n) (s s))
        (if (or (= n 0) (stream-null? s)) s (loop (- n 1) (stream-cdr s)))))
    (define (stream-take-while ok? s)
      (check-procedure 'stream-take-while ok?)
      (check-stream 'stream-take-while s)
      (stream-let loop ((s s))
        (if (and (stream-pair? s) (ok? (stream-car s)))
            (stream-cons (stream-car s) (loop (stream-cdr s)))
            stream-null)))
    (define (stream-drop-while ok? s)
      (check-procedure 'stream-drop-while ok?)
      (check-stream 'stream-drop-while s)
      (stream-let loop ((s s))
        (if (and (stream-pair? s) (ok? (stream-car s))) (loop (stream-cdr s)) s)))

    (define stream->list
      (case-lambda
        ((s) (stream->list #f s))
        ((n s)
         (if n (check-index 'stream->list n))
         (check-stream 'stream->list s)
         (let loop ((n (or n -1)) (s s) (result '()))
           (if (or (= n 0) (stream-null? s))
               (reverse result)
               (loop (- n 1) (stream-cdr s) (cons (stream-car s) result)))))))

    (define (stream-length s)
      (check-stream 'stream-length s)
      (let loop ((n 0) (s s)) (if (stream-null? s) n (loop (+ n 1) (stream-cdr s)))))
    (define (stream-reverse s)
      (check-stream 'stream-reverse s)
      (stream-let loop ((s s) (result stream-null))
        (if (stream-null? s) result (loop (stream-cdr s) (stream-cons (stream-car s) result)))))

    ;; ---- whole streams

    (define (stream-append . streams)
      (for-each (lambda (s) (check-stream 'stream-append s)) streams)
      (stream-let loop ((streams streams))
        (cond ((null? streams) stream-null)
              ((null? (cdr streams)) (car streams))
              ((stream-null? (car streams)) (loop (cdr streams)))
              (else
               (stream-cons (stream-car (car streams))
                            (loop (cons (stream-cdr (car streams)) (cdr streams))))))))
    (define (stream-concat streams)
      (check-stream 'stream-concat streams)
      (stream-let loop ((now stream-null) (streams streams))
        (cond ((stream-pair? now) (stream-cons (stream-car now) (loop (stream-cdr now) streams)))
              ((stream-null? streams) stream-null)
              (else
               (check-stream 'stream-concat (stream-car streams))
               (loop (stream-car streams) (stream-cdr streams))))))

    (define (stream-filter ok? s)
      (check-procedure 'stream-filter ok?)
      (check-stream 'stream-filter s)
      (stream-let loop ((s s))
        (cond ((stream-null? s) stream-null)
              ((ok? (stream-car s)) (stream-cons (stream-car s) (loop (stream-cdr s))))
              (else (loop (stream-cdr s))))))

    (define (stream-fold f base s)
      (check-procedure 'stream-fold f)
      (check-stream 'stream-fold s)
      (let loop ((result base) (s s))
        (if (stream-null? s) result (loop (f result (stream-car s)) (stream-cdr s)))))
    (define (stream-scan f base s)
      (check-procedure 'stream-scan f)
      (check-stream 'stream-scan s)
      (stream-let loop ((base base) (s s))
        (if (stream-null? s)
            (stream base)
            (stream-cons base (loop (f base (stream-car s)) (stream-cdr s))))))

    (define (stream-for-each f s . more)
      (check-procedure 'stream-for-each f)
      (if (null? more)
          (let loop ((s s))
            (if (stream-pair? s)
                (begin (f (stream-car s)) (loop (stream-cdr s)))
                (check-stream 'stream-for-each s)))
          (let loop ((streams (cons s more)))
            (if (every stream-pair? streams)
                (begin (apply f (map stream-car streams)) (loop (map stream-cdr streams)))))))

    (define (stream-map f s . more)
      (check-procedure 'stream-map f)
      (for-each (lambda (s) (check-stream 'stream-map s)) (cons s more))
      (if (null? more)
          (stream-let loop ((s s))
            (if (stream-null? s)
                stream-null
                (stream-cons (f (stream-car s)) (loop (stream-cdr s)))))
          (stream-let loop ((streams (cons s more)))
            (if (any stream-null? streams)
                stream-null
                (stream-cons (apply f (map stream-car streams)) (loop (map stream-cdr streams)))))))

    (define (stream-zip s . more) (apply stream-map list s more))

    ;; ---- comprehensions: (stream-of element (x in stream) (x is expression) test ...)

    (define-syntax stream-of
      (syntax-rules () ((_ element clause ...) (stream-of-clauses element stream-null clause ...))))
    (define-syntax stream-of-clauses
      (syntax-rules (in is)
        ((_ element after) (stream-cons element after))
        ((_ element after (variable in source) clause ...)
         (stream-let loop ((s source))
           (if (stream-null? s)
               after
               (let ((variable (stream-car s)))
                 (stream-of-clauses element (loop (stream-cdr s)) clause ...)))))
        ((_ element after (variable is expression) clause ...)
         (let ((variable expression)) (stream-of-clauses element after clause ...)))
        ((_ element after test clause ...)
         (if test (stream-of-clauses element after clause ...) after))))

    ;; ---- matching: patterns are variables, _ and lists of them with a variable or _ as tail

    (define-syntax stream-match
      (syntax-rules ()
        ((_ expression clause ...)
         (let ((s expression))
           (check-stream 'stream-match s)
           (stream-match-clauses s clause ...)))))
    (define-syntax stream-match-clauses
      (syntax-rules ()
        ((_ s) (error "stream-match: no pattern matches"))
        ((_ s (pattern fender body) clause ...)
         (let ((next (lambda () (stream-match-clauses s clause ...))))
           (stream-match-pattern s pattern (if fender body (next)) (next))))
        ((_ s (pattern body) clause ...)
         (let ((next (lambda () (stream-match-clauses s clause ...))))
           (stream-match-pattern s pattern body (next))))))
    (define-syntax stream-match-pattern
      (syntax-rules (_)
        ((_ s () yes no) (if (stream-null? s) yes no))
        ((_ s (_ . rest) yes no)
         (if (stream-pair? s)
             (let ((tail (stream-cdr s))) (stream-match-pattern tail rest yes no))
             no))
        ((_ s (variable . rest) yes no)
         (if (stream-pair? s)
             (let ((variable (stream-car s)) (tail (stream-cdr s))) (stream-match-pattern tail rest yes no))
             no))
        ((_ s _ yes no) yes)
        ((_ s variable yes no) (let ((variable s)) yes))))))
