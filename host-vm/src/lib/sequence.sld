;; Strings, vectors and ports: what calls back.

(define-library (limpet sequence)
  (import (limpet core) (limpet control) (limpet list))
  (export vector-map vector-for-each vector-map! vector-fold vector-count vector-index vector-any vector-every
          vector-tabulate string-map string-for-each string-count string-index string-rindex string-split string-any
          string-every string-tabulate character-matcher
          char-set? char-set-contains? %make-char-set %char-set-bounds
          call-with-port call-with-input-file call-with-output-file with-input-from-file with-output-to-file
          with-input-from-port with-output-to-port with-error-to-port with-error-to-file with-error-to-string
          call-with-output-string with-output-to-string with-input-from-string call-with-input-string
          open-file close force-output exact-integer-square-root boolean-list?)
  (begin

    ;; Lengths, checked in the name of the procedure that the program called.
    (define (wrong-type who what object)
      (raise (%make-condition 'wrong-type (string-append "expected " what ", got") (list object) who)))
    (define (length-of-vector who v)
      (if (vector? v) (vector-length v) (wrong-type who "a vector" v)))
    (define (length-of-string who s)
      (if (string? s) (string-length s) (wrong-type who "a string" s)))
    (define (shortest length who sequences) (apply min (map (lambda (s) (length who s)) sequences)))
    (define (strings-or-range who strings)
      (if (exact-integer? (cadr strings))
          (if (string? (car strings)) (apply substring strings) (wrong-type who "a string" (car strings)))
          #f))
    (define (elements ref sequences i) (map (lambda (s) (ref s i)) sequences))

    ;; The elements are collected in a list: a continuation that f has captured changes no vector that was returned before.
    (define vector-map
      (case-lambda
        ((f v)
         (let ((n (length-of-vector 'vector-map v)))
           (let loop ((i 0) (result '()))
             (if (< i n)
                 (loop (+ i 1) (cons (f (vector-ref v i)) result))
                 (reverse-list->vector result)))))
        ((f . vectors)
         (let ((n (shortest length-of-vector 'vector-map vectors)))
           (let loop ((i 0) (result '()))
             (if (< i n)
                 (loop (+ i 1) (cons (apply f (elements vector-ref vectors i)) result))
                 (reverse-list->vector result)))))))

    (define vector-for-each
      (case-lambda
        ((f v)
         (let ((n (length-of-vector 'vector-for-each v)))
           (let loop ((i 0))
             (if (< i n) (begin (f (vector-ref v i)) (loop (+ i 1)))))))
        ((f . vectors)
         (let ((n (shortest length-of-vector 'vector-for-each vectors)))
           (let loop ((i 0))
             (if (< i n) (begin (apply f (elements vector-ref vectors i)) (loop (+ i 1)))))))))

    (define (vector-map! f v)
      (let ((n (length-of-vector 'vector-map! v)))
        (let loop ((i 0))
          (if (< i n) (begin (vector-set! v i (f (vector-ref v i))) (loop (+ i 1)))))))

    (define (vector-fold f seed v)
      (let ((n (length-of-vector 'vector-fold v)))
        (let loop ((i 0) (result seed))
          (if (< i n) (loop (+ i 1) (f result (vector-ref v i))) result))))

    (define (vector-index ok? v)
      (let ((n (length-of-vector 'vector-index v)))
        (let loop ((i 0))
          (and (< i n) (if (ok? (vector-ref v i)) i (loop (+ i 1)))))))
    (define (vector-count ok? v) (vector-fold (lambda (n x) (if (ok? x) (+ n 1) n)) 0 v))
    (define (vector-any ok? v)
      (let ((n (length-of-vector 'vector-any v)))
        (let loop ((i 0)) (and (< i n) (or (ok? (vector-ref v i)) (loop (+ i 1)))))))
    (define (vector-every ok? v)
      (let ((n (length-of-vector 'vector-every v)))
        (let loop ((i 0) (result #t))
          (if (< i n) (let ((result (ok? (vector-ref v i)))) (and result (loop (+ i 1) result))) result))))
    (define (vector-tabulate f n)
      (let ((v (make-vector n #f)))
        (let loop ((i 0))
          (if (< i n) (begin (vector-set! v i (f i)) (loop (+ i 1))) v))))

    (define string-map
      (case-lambda
        ((f s)
         (let ((n (length-of-string 'string-map s)))
           (let loop ((i 0) (result '()))
             (if (< i n)
                 (loop (+ i 1) (cons (f (string-ref s i)) result))
                 (list->string (reverse result))))))
        ((f . strings)
         ;; SRFI 13: the string may be followed by a range.
         (let ((part (strings-or-range 'string-map strings)))
           (if part (string-map f part) (map-strings f strings))))))
    (define (map-strings f strings)
      (let ((n (shortest length-of-string 'string-map strings)))
        (let loop ((i 0) (result '()))
          (if (< i n)
              (loop (+ i 1) (cons (apply f (elements string-ref strings i)) result))
              (list->string (reverse result))))))

    (define string-for-each
      (case-lambda
        ((f s)
         (let ((n (length-of-string 'string-for-each s)))
           (let loop ((i 0))
             (if (< i n) (begin (f (string-ref s i)) (loop (+ i 1)))))))
        ((f . strings)
         (let ((part (strings-or-range 'string-for-each strings)))
           (if part
             (string-for-each f part)
             (let ((n (shortest length-of-string 'string-for-each strings)))
               (let loop ((i 0))
                 (if (< i n) (begin (apply f (elements string-ref strings i)) (loop (+ i 1)))))))))))

    ;; Sets of characters: the rest of them is (srfi 14). The bounds of a standard set are found when they are first needed.
    (define char-set-type (%make-opaque-record-type 'char-set '#(bounds)))
    (define (%make-char-set bounds) (%record char-set-type bounds))
    (define (char-set? object) (%record? object char-set-type))
    (define (%char-set-bounds set)
      (let ((bounds (%record-ref set char-set-type 0)))
        (if (symbol? bounds)
            (let ((found (%char-set-named bounds)))
              (%record-set! set char-set-type 0 found)
              found)
            bounds)))
    (define (char-set-contains? set c) (%char-set-contains? (%char-set-bounds set) c))

    ;; A predicate on characters: a procedure, one character, or a set.
    (define (character-matcher what)
      (cond ((char? what) (lambda (c) (eq? c what)))
            ((procedure? what) what)
            ((char-set? what) (let ((bounds (%char-set-bounds what))) (lambda (c) (%char-set-contains? bounds c))))
            (else
             (raise (%make-condition 'wrong-type "expected a character, a predicate or a character set, got"
                                     (list what) #f)))))

    (define string-index
      (case-lambda
        ((s what) (string-index s what 0 (string-length s)))
        ((s what start) (string-index s what start (string-length s)))
        ((s what start end)
         (let ((ok? (character-matcher what)))
           (let loop ((i start))
             (and (< i end) (if (ok? (string-ref s i)) i (loop (+ i 1)))))))))
    (define (string-rindex s what)
      (let ((ok? (character-matcher what)))
        (let loop ((i (- (string-length s) 1)))
          (and (>= i 0) (if (ok? (string-ref s i)) i (loop (- i 1)))))))
    (define (string-count s what)
      (let ((ok? (character-matcher what)) (n (string-length s)))
        (let loop ((i 0) (found 0))
          (if (< i n) (loop (+ i 1) (if (ok? (string-ref s i)) (+ found 1) found)) found))))
    (define (string-any what s) (and (string-index s what) #t))
    (define (string-every what s)
      (let ((ok? (character-matcher what)))
        (not (string-index s (lambda (c) (not (ok? c)))))))
    (define (string-tabulate f n) (list->string (list-tabulate n f)))

    (define (string-split s what)
      (let ((ok? (character-matcher what)) (n (string-length s)))
        (let loop ((i 0) (start 0) (parts '()))
          (cond ((= i n) (reverse (cons (substring s start n) parts)))
                ((ok? (string-ref s i)) (loop (+ i 1) (+ i 1) (cons (substring s start i) parts)))
                (else (loop (+ i 1) start parts))))))

    ;; ---- ports

    (define (call-with-port port f)
      (if (not (port? port)) (wrong-type 'call-with-port "a port" port))
      (let ((result (f port)))
        (close-port port)
        result))
    (define (call-with-input-file name f) (call-with-port (open-input-file name) f))
    (define (call-with-output-file name f) (call-with-port (open-output-file name) f))
    (define (open-file name mode)
      (let ((binary? (string-contains mode "b")))
        (case (and (> (string-length mode) 0) (string-ref mode 0))
          ((#\r) (if binary? (open-binary-input-file name) (open-input-file name)))
          ((#\w) (if binary? (open-binary-output-file name) (open-output-file name)))
          ((#\a) (open-append-file name))
          (else (error "open-file: expected a mode that begins with r, w or a, got" mode)))))
    (define close close-port)
    (define force-output flush-output-port)
    (define (call-with-input-string text f) (f (open-input-string text)))

    (define (with-port parameter port thunk)
      (let ((result (%parameterize (list (cons parameter port)) thunk)))
        (close-port port)
        result))
    (define (with-input-from-file name thunk) (with-port current-input-port (open-input-file name) thunk))
    (define (with-output-to-file name thunk) (with-port current-output-port (open-output-file name) thunk))
    (define (with-current current port thunk) (parameterize ((current port)) (thunk)))
    (define (with-input-from-port port thunk) (with-current current-input-port port thunk))
    (define (with-output-to-port port thunk) (with-current current-output-port port thunk))
    (define (with-error-to-port port thunk) (with-current current-error-port port thunk))
    (define (with-error-to-file name thunk) (with-port current-error-port (open-output-file name) thunk))
    (define (with-error-to-string thunk)
      (let ((port (open-output-string)))
        (with-error-to-port port thunk)
        (get-output-string port)))
    (define (with-input-from-string text thunk) (with-port current-input-port (open-input-string text) thunk))

    (define (call-with-output-string f)
      (let ((port (open-output-string)))
        (f port)
        (get-output-string port)))
    (define (with-output-to-string thunk)
      (let ((port (open-output-string)))
        (%parameterize (list (cons current-output-port port)) thunk)
        (get-output-string port)))

    ;; ---- numbers with two values

    (define (exact-integer-square-root n) (exact-integer-sqrt n))
    (define (boolean-list? list) (every boolean? list))))
