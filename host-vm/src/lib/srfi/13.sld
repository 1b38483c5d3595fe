;; SRFI 13: strings. The range arguments are indices; what selects characters is a character, a procedure or a character
;; set. Names of the report are the report's procedures.

(define-library (srfi 13)
  (import (except (limpet core) string-join string-pad string-pad-right string-trim string-trim-right string-trim-both
                  string-prefix? string-suffix? string-contains string-reverse)
          (prefix (only (limpet core) string-join string-pad string-pad-right string-trim string-trim-right
                        string-trim-both string-prefix? string-suffix? string-contains string-reverse)
                  core:)
          (limpet control)
          (except (limpet sequence) string-count string-any string-every string-tabulate))
  (export string? string-null? string-every string-any make-string string string-tabulate string-unfold
          string-unfold-right string->list list->string reverse-list->string string-join
          string-length string-ref string-copy substring/shared substring string-copy! string-take string-take-right
          string-drop string-drop-right string-pad string-pad-right string-trim string-trim-right string-trim-both
          string-set! string-fill! string-compare string-compare-ci string= string<> string< string> string<= string>=
          string-ci= string-ci<> string-ci< string-ci> string-ci<= string-ci>= string-hash
          (rename string-ci-hash string-hash-ci)
          string-prefix-length string-suffix-length string-prefix-length-ci string-suffix-length-ci string-prefix?
          string-suffix? string-prefix-ci? string-suffix-ci? string-index string-index-right string-skip
          string-skip-right string-count string-contains string-contains-ci string-titlecase string-titlecase!
          string-upcase string-upcase! string-downcase string-downcase! string-reverse string-reverse! string-append
          string-append/shared string-concatenate string-concatenate/shared string-concatenate-reverse
          string-concatenate-reverse/shared string-map string-map! string-fold string-fold-right string-for-each
          string-for-each-index xsubstring string-xcopy! string-replace string-filter string-delete string-tokenize)
  (begin

    ;; ---- arguments

    (define (check-range who s start end)
      (let ((length (string-length s)))
        (define (check i)
          (if (not (and (exact-integer? i) (<= 0 i length)))
              (raise (%make-condition 'out-of-range "index out of range for a string:" (list i s) who))))
        (check start)
        (check end)
        (if (> start end) (raise (%make-condition 'out-of-range "the range ends before its start:" (list start end) who)))))

    ;; (define-ranged (name parameter ...) (start end string) body ...): two more parameters, the range of the string,
    ;; which is the whole by default.
    (define-syntax define-ranged
      (syntax-rules ()
        ((_ (name parameter ...) (start end s) body ...)
         (define name
           (let ((full (lambda (parameter ... start end) body ...)))
             (case-lambda
               ((parameter ...) (full parameter ... 0 (string-length s)))
               ((parameter ... start)
                (let ((end (string-length s)))
                  (check-range 'name s start end)
                  (full parameter ... start end)))
               ((parameter ... start end)
                (check-range 'name s start end)
                (full parameter ... start end))))))))

    ;; The four bounds that may follow two strings.
    (define (with-bounds who a b bounds receiver)
      (define (bound i default) (if (> (length bounds) i) (list-ref bounds i) default))
      (let ((start-a (bound 0 0)) (end-a (bound 1 (string-length a)))
            (start-b (bound 2 0)) (end-b (bound 3 (string-length b))))
        (check-range who a start-a end-a)
        (check-range who b start-b end-b)
        (receiver start-a end-a start-b end-b)))

    ;; ---- predicates

    (define-ranged (string-any what s) (start end s)
      (let ((ok? (character-matcher what)))
        (let loop ((i start))
          (and (< i end)
               (if (= i (- end 1)) (ok? (string-ref s i)) (or (ok? (string-ref s i)) (loop (+ i 1))))))))
    (define-ranged (string-every what s) (start end s)
      (let ((ok? (character-matcher what)))
        (or (= start end)
            (let loop ((i start))
              (if (= i (- end 1)) (ok? (string-ref s i)) (and (ok? (string-ref s i)) (loop (+ i 1))))))))

    ;; ---- constructors

    (define (string-tabulate f n)
      ;; Guile has the length first in no version; SRFI 13 has it last.
      (let ((s (make-string n)))
        (let loop ((i 0))
          (if (< i n) (begin (string-set! s i (f i)) (loop (+ i 1))) s))))

    (define string-unfold
      (case-lambda
        ((stop? mapper successor seed) (string-unfold stop? mapper successor seed "" (lambda (seed) "")))
        ((stop? mapper successor seed base) (string-unfold stop? mapper successor seed base (lambda (seed) "")))
        ((stop? mapper successor seed base make-final)
         (let loop ((seed seed) (chars '()))
           (if (stop? seed)
               (string-append base (reverse-list->string chars) (make-final seed))
               (loop (successor seed) (cons (mapper seed) chars)))))))
    (define string-unfold-right
      (case-lambda
        ((stop? mapper successor seed) (string-unfold-right stop? mapper successor seed "" (lambda (seed) "")))
        ((stop? mapper successor seed base) (string-unfold-right stop? mapper successor seed base (lambda (seed) "")))
        ((stop? mapper successor seed base make-final)
         (let loop ((seed seed) (chars '()))
           (if (stop? seed)
               (string-append (make-final seed) (list->string chars) base)
               (loop (successor seed) (cons (mapper seed) chars)))))))

    (define (reverse-list->string chars) (list->string (reverse chars)))

    (define string-join
      (case-lambda
        ((strings) (core:string-join strings " "))
        ((strings delimiter) (core:string-join strings delimiter))
        ((strings delimiter grammar)
         (case grammar
           ((infix) (core:string-join strings delimiter))
           ((strict-infix)
            (if (null? strings) (error "string-join: strict-infix needs at least one string"))
            (core:string-join strings delimiter))
           ((suffix)
            (string-concatenate
             (let loop ((strings (reverse strings)) (parts '()))
               (if (null? strings) parts (loop (cdr strings) (cons (car strings) (cons delimiter parts)))))))
           ((prefix)
            (string-concatenate
             (let loop ((strings (reverse strings)) (parts '()))
               (if (null? strings) parts (loop (cdr strings) (cons delimiter (cons (car strings) parts)))))))
           (else (error "string-join: the grammar must be infix, strict-infix, suffix or prefix, got" grammar))))))

    ;; ---- selection

    (define substring/shared
      (case-lambda
        ((s start) (substring s start (string-length s)))
        ((s start end) (substring s start end))))
    (define (string-take s n) (substring s 0 n))
    (define (string-drop s n) (substring s n (string-length s)))
    (define (string-take-right s n) (substring s (- (string-length s) n) (string-length s)))
    (define (string-drop-right s n) (substring s 0 (- (string-length s) n)))

    (define string-pad
      (case-lambda
        ((s n) (core:string-pad s n))
        ((s n char) (core:string-pad s n char))
        ((s n char . range) (core:string-pad (apply string-copy s range) n char))))
    (define string-pad-right
      (case-lambda
        ((s n) (core:string-pad-right s n))
        ((s n char) (core:string-pad-right s n char))
        ((s n char . range) (core:string-pad-right (apply string-copy s range) n char))))

    ;; The first index from `start` whose character is not wanted, and the same from the end.
    (define (skip ok? s start end)
      (let loop ((i start))
        (if (and (< i end) (ok? (string-ref s i))) (loop (+ i 1)) i)))
    (define (skip-right ok? s start end)
      (let loop ((i end))
        (if (and (> i start) (ok? (string-ref s (- i 1)))) (loop (- i 1)) i)))

    (define-syntax define-trim
      (syntax-rules ()
        ((_ name core (ok? s start end) from to)
         (begin
           (define-ranged (full s what) (start end s)
             (let* ((ok? (character-matcher what)) (first from))
               (substring s first to)))
           (define name
             (case-lambda
               ((s) (core s))
               ((s what . range) (apply full s what range))))))))
    (define-trim string-trim core:string-trim (ok? s start end) (skip ok? s start end) end)
    (define-trim string-trim-right core:string-trim-right (ok? s start end) start (skip-right ok? s start end))
    (define-ranged (trim-both s what) (start end s)
      (let* ((ok? (character-matcher what)) (first (skip ok? s start end)))
        (substring s first (skip-right ok? s first end))))
    (define string-trim-both
      (case-lambda
        ((s) (core:string-trim-both s))
        ((s what . range) (apply trim-both s what range))))

    ;; ---- comparison

    ;; The number of equal characters at the start or the end of two ranges.
    (define (prefix-length same? a start-a end-a b start-b end-b)
      (let ((most (min (- end-a start-a) (- end-b start-b))))
        (let loop ((i 0))
          (if (and (< i most) (same? (string-ref a (+ start-a i)) (string-ref b (+ start-b i))))
              (loop (+ i 1))
              i))))
    (define (suffix-length same? a start-a end-a b start-b end-b)
      (let ((most (min (- end-a start-a) (- end-b start-b))))
        (let loop ((i 0))
          (if (and (< i most) (same? (string-ref a (- end-a i 1)) (string-ref b (- end-b i 1))))
              (loop (+ i 1))
              i))))

    (define-syntax define-length
      (syntax-rules ()
        ((_ name measure same?)
         (define (name a b . bounds)
           (with-bounds 'name a b bounds
             (lambda (start-a end-a start-b end-b) (measure same? a start-a end-a b start-b end-b)))))))
    (define-length string-prefix-length prefix-length char=?)
    (define-length string-suffix-length suffix-length char=?)
    (define-length string-prefix-length-ci prefix-length char-ci=?)
    (define-length string-suffix-length-ci suffix-length char-ci=?)

    (define-syntax define-affix
      (syntax-rules ()
        ((_ name measure same?)
         (define (name a b . bounds)
           (with-bounds 'name a b bounds
             (lambda (start-a end-a start-b end-b)
               (= (measure same? a start-a end-a b start-b end-b) (- end-a start-a))))))))
    (define-affix prefix-in-ranges? prefix-length char=?)
    (define-affix suffix-in-ranges? suffix-length char=?)
    (define-affix string-prefix-ci? prefix-length char-ci=?)
    (define-affix string-suffix-ci? suffix-length char-ci=?)
    (define string-prefix?
      (case-lambda
        ((a b) (core:string-prefix? a b))
        ((a b . bounds) (apply prefix-in-ranges? a b bounds))))
    (define string-suffix?
      (case-lambda
        ((a b) (core:string-suffix? a b))
        ((a b . bounds) (apply suffix-in-ranges? a b bounds))))

    (define (compare who same? before? a b less equal greater bounds)
      (with-bounds who a b bounds
        (lambda (start-a end-a start-b end-b)
          (let* ((n (prefix-length same? a start-a end-a b start-b end-b))
                 (i (+ start-a n)) (j (+ start-b n)))
            ((cond ((= i end-a) (if (= j end-b) equal less))
                   ((= j end-b) greater)
                   ((before? (string-ref a i) (string-ref b j)) less)
                   (else greater))
             i)))))
    (define (string-compare a b less equal greater . bounds)
      (compare 'string-compare char=? char<? a b less equal greater bounds))
    (define (string-compare-ci a b less equal greater . bounds)
      (compare 'string-compare-ci char-ci=? char-ci<? a b less equal greater bounds))

    (define (yes i) i)
    (define (no i) #f)
    (define-syntax define-comparisons
      (syntax-rules ()
        ((_ (name same? before? less equal greater) ...)
         (begin
           (define (name a b . bounds) (compare 'name same? before? a b less equal greater bounds))
           ...))))
    (define-comparisons
      (string= char=? char<? no yes no)
      (string<> char=? char<? yes no yes)
      (string< char=? char<? yes no no)
      (string> char=? char<? no no yes)
      (string<= char=? char<? yes yes no)
      (string>= char=? char<? no yes yes)
      (string-ci= char-ci=? char-ci<? no yes no)
      (string-ci<> char-ci=? char-ci<? yes no yes)
      (string-ci< char-ci=? char-ci<? yes no no)
      (string-ci> char-ci=? char-ci<? no no yes)
      (string-ci<= char-ci=? char-ci<? yes yes no)
      (string-ci>= char-ci=? char-ci<? no yes yes))

    ;; ---- searching

    (define-ranged (string-index-right s what) (start end s)
      (let* ((ok? (character-matcher what)) (i (skip-right (lambda (c) (not (ok? c))) s start end)))
        (and (> i start) (- i 1))))
    (define-ranged (string-skip s what) (start end s)
      (let ((i (skip (character-matcher what) s start end)))
        (and (< i end) i)))
    (define-ranged (string-skip-right s what) (start end s)
      (let ((i (skip-right (character-matcher what) s start end)))
        (and (> i start) (- i 1))))
    (define-ranged (string-count s what) (start end s)
      (let ((ok? (character-matcher what)))
        (let loop ((i start) (n 0))
          (if (< i end) (loop (+ i 1) (if (ok? (string-ref s i)) (+ n 1) n)) n))))

    (define string-contains
      (case-lambda
        ((s pattern) (core:string-contains s pattern))
        ((s pattern start) (core:string-contains s pattern start))
        ((s pattern start end) (core:string-contains s pattern start end))
        ((s pattern start end . range) (core:string-contains s (apply substring/shared pattern range) start end))))
    (define (string-contains-ci s pattern . bounds)
      (with-bounds 'string-contains-ci s pattern bounds
        (lambda (start end start-pattern end-pattern)
          (let ((n (- end-pattern start-pattern)))
            (let loop ((i start))
              (and (<= (+ i n) end)
                   (if (= n (prefix-length char-ci=? s i end pattern start-pattern end-pattern))
                       i
                       (loop (+ i 1)))))))))

    ;; ---- case

    (define-syntax define-in-place
      (syntax-rules ()
        ((_ (name s start end) new)
         (define-ranged (name s) (start end s)
           (string-copy! s start new)))))
    (define-in-place (string-upcase! s start end) (string-map char-upcase (substring s start end)))
    (define-in-place (string-downcase! s start end) (string-map char-downcase (substring s start end)))
    (define-ranged (string-titlecase s) (start end s)
      (let ((result (substring s start end)))
        (let loop ((i 0) (in-word? #f))
          (if (< i (string-length result))
              (let* ((c (string-ref result i)) (letter? (char-alphabetic? c)))
                (if letter? (string-set! result i (if in-word? (char-downcase c) (char-upcase c))))
                (loop (+ i 1) letter?))
              result))))
    (define-in-place (string-titlecase! s start end) (string-titlecase s start end))

    ;; ---- reversing and appending

    (define string-reverse
      (case-lambda
        ((s) (core:string-reverse s))
        ((s . range) (core:string-reverse (apply substring/shared s range)))))
    (define-in-place (string-reverse! s start end) (core:string-reverse (substring s start end)))
    (define string-append/shared string-append)
    (define string-concatenate/shared string-concatenate)
    (define string-concatenate-reverse
      (case-lambda
        ((strings) (string-concatenate (reverse strings)))
        ((strings final) (string-concatenate (reverse (cons final strings))))
        ((strings final end) (string-concatenate (reverse (cons (substring final 0 end) strings))))))
    (define string-concatenate-reverse/shared string-concatenate-reverse)

    ;; ---- iteration

    (define-ranged (string-map! f s) (start end s)
      (let loop ((i start))
        (if (< i end) (begin (string-set! s i (f (string-ref s i))) (loop (+ i 1))))))
    (define-ranged (string-fold f seed s) (start end s)
      (let loop ((i start) (result seed))
        (if (< i end) (loop (+ i 1) (f (string-ref s i) result)) result)))
    (define-ranged (string-fold-right f seed s) (start end s)
      (let loop ((i end) (result seed))
        (if (> i start) (loop (- i 1) (f (string-ref s (- i 1)) result)) result)))
    (define-ranged (string-for-each-index f s) (start end s)
      (let loop ((i start))
        (if (< i end) (begin (f i) (loop (+ i 1))))))

    ;; ---- replicating, replacing, filtering, splitting

    ;; Part of the string repeated without end in both directions; position 0 is where the range begins.
    (define xsubstring
      (case-lambda
        ((s from) (xsubstring s from (+ from (string-length s)) 0 (string-length s)))
        ((s from to) (xsubstring s from to 0 (string-length s)))
        ((s from to start) (xsubstring s from to start (string-length s)))
        ((s from to start end)
         (check-range 'xsubstring s start end)
         (let ((period (- end start)) (n (- to from)))
           (if (and (= period 0) (> n 0)) (error "xsubstring: can't repeat an empty string"))
           (let ((result (make-string n)))
             (let loop ((i 0))
               (if (< i n)
                   (begin
                     (string-set! result i (string-ref s (+ start (modulo (+ from i) period))))
                     (loop (+ i 1)))
                   result)))))))
    (define (string-xcopy! target at s from . more)
      (string-copy! target at (apply xsubstring s from more)))

    (define string-replace
      (case-lambda
        ((a b start end) (string-append (substring a 0 start) b (substring a end (string-length a))))
        ((a b start end . range) (string-replace a (apply substring/shared b range) start end))))

    (define-ranged (filter-string what s) (start end s)
      (let ((ok? (character-matcher what)))
        (let loop ((i start) (chars '()))
          (if (< i end)
              (let ((c (string-ref s i))) (loop (+ i 1) (if (ok? c) (cons c chars) chars)))
              (reverse-list->string chars)))))
    ;; Guile has the criterion first; early versions of the SRFI had the string first, and programs do, too.
    (define (string-filter what s . range)
      (if (string? what) (apply filter-string s what range) (apply filter-string what s range)))
    (define (string-delete what s . range)
      (if (string? what)
          (apply string-delete s what range)
          (let ((drop? (character-matcher what)))
            (apply filter-string (lambda (c) (not (drop? c))) s range))))

    (define (graphic? c) (not (or (char-whitespace? c) (char<? c #\space) (char=? c #\delete))))
    (define-ranged (tokenize s what) (start end s)
      (let* ((ok? (character-matcher what)) (not-ok? (lambda (c) (not (ok? c)))))
        (let loop ((end end) (tokens '()))
          (let ((end (skip-right not-ok? s start end)))
            (if (= end start)
                tokens
                (let ((first (skip-right ok? s start end)))
                  (loop first (cons (substring s first end) tokens))))))))
    (define string-tokenize
      (case-lambda
        ((s) (tokenize s graphic?))
        ((s what . range) (apply tokenize s what range))))))
