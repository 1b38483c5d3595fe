;;; Procedures for the names that the compiler integrates.
;;;
;;; In operator position these names are instructions, also in the bodies here; elsewhere, as in (map car lists), they denote
;;; these closures, which traces can inline. Names that are rarely used as values are primitives in Rust only.
;;; This file is run once, at start, to define globals of (limpet core); it must name nothing else.

(define (car pair) (car pair))
(define (cdr pair) (cdr pair))
(define (caar pair) (caar pair))
(define (cadr pair) (cadr pair))
(define (cdar pair) (cdar pair))
(define (cddr pair) (cddr pair))
(define (caddr pair) (caddr pair))
(define (cons first second) (cons first second))
(define (null? object) (null? object))
(define (pair? object) (pair? object))
(define (not object) (not object))
(define (eq? first second) (eq? first second))
(define (eqv? first second) (eqv? first second))
(define (symbol? object) (symbol? object))
(define (string? object) (string? object))
(define (number? object) (number? object))
(define (vector-ref vector index) (vector-ref vector index))
(define (string-ref string index) (string-ref string index))
(define (char->integer char) (char->integer char))
(define (integer->char scalar) (integer->char scalar))
(define (zero? number) (zero? number))
(define (positive? number) (positive? number))
(define (negative? number) (negative? number))
(define (even? number) (even? number))
(define (odd? number) (odd? number))
(define (abs number) (abs number))
(define (square number) (square number))
(define (1+ number) (1+ number))
(define (1- number) (1- number))
(define (quotient number divisor) (quotient number divisor))
(define (remainder number divisor) (remainder number divisor))
(define (modulo number divisor) (modulo number divisor))

(define +
  (case-lambda
    ((first second) (+ first second))
    ((number) (+ number 0))
    (() 0)
    ((first second . rest)
     (let loop ((sum (+ first second)) (rest rest))
       (if (null? rest) sum (loop (+ sum (car rest)) (cdr rest)))))))

(define *
  (case-lambda
    ((first second) (* first second))
    ((number) (* number 1))
    (() 1)
    ((first second . rest)
     (let loop ((product (* first second)) (rest rest))
       (if (null? rest) product (loop (* product (car rest)) (cdr rest)))))))

(define -
  (case-lambda
    ((first second) (- first second))
    ((number) (- number))
    ((first second . rest)
     (let loop ((difference (- first second)) (rest rest))
       (if (null? rest) difference (loop (- difference (car rest)) (cdr rest)))))))

(define /
  (case-lambda
    ((first second) (/ first second))
    ((number) (/ number))
    ((first second . rest)
     (let loop ((quotient (/ first second)) (rest rest))
       (if (null? rest) quotient (loop (/ quotient (car rest)) (cdr rest)))))))

;; Comparisons look at every argument, so that a wrong one is an error whatever comes before it.

(define =
  (case-lambda
    ((first second) (= first second))
    ((number) (begin (+ number 0) #t))
    ((first second . rest)
     (let loop ((holds (= first second)) (previous second) (rest rest))
       (if (null? rest)
           holds
           (loop (if (= previous (car rest)) holds #f) (car rest) (cdr rest)))))))

(define <
  (case-lambda
    ((first second) (< first second))
    ((number) (begin (+ number 0) #t))
    ((first second . rest)
     (let loop ((holds (< first second)) (previous second) (rest rest))
       (if (null? rest)
           holds
           (loop (if (< previous (car rest)) holds #f) (car rest) (cdr rest)))))))

(define >
  (case-lambda
    ((first second) (> first second))
    ((number) (begin (+ number 0) #t))
    ((first second . rest)
     (let loop ((holds (> first second)) (previous second) (rest rest))
       (if (null? rest)
           holds
           (loop (if (> previous (car rest)) holds #f) (car rest) (cdr rest)))))))

(define <=
  (case-lambda
    ((first second) (<= first second))
    ((number) (begin (+ number 0) #t))
    ((first second . rest)
     (let loop ((holds (<= first second)) (previous second) (rest rest))
       (if (null? rest)
           holds
           (loop (if (<= previous (car rest)) holds #f) (car rest) (cdr rest)))))))

(define >=
  (case-lambda
    ((first second) (>= first second))
    ((number) (begin (+ number 0) #t))
    ((first second . rest)
     (let loop ((holds (>= first second)) (previous second) (rest rest))
       (if (null? rest)
           holds
           (loop (if (>= previous (car rest)) holds #f) (car rest) (cdr rest)))))))

;; Instructions that take the place of a frame: these frames are the ones.

(define (%apply procedure arguments) (%apply procedure arguments))
(define (%apply-values procedure values) (%apply-values procedure values))
(define (%push-prompt tag handler thunk) (%push-prompt tag handler thunk))
(define (%compose slice value) (%compose slice value))
(define (%reinstate continuation value) (%reinstate continuation value))
(define (%abort-to tag values) (%abort-to tag values))

(define apply
  (case-lambda
    ((procedure arguments) (%apply procedure arguments))
    ((procedure first arguments) (%apply procedure (cons first arguments)))
    ((procedure first second arguments) (%apply procedure (cons first (cons second arguments))))
    ((procedure first second third . rest)
     (let loop ((arguments (cons third (cons second (cons first '())))) (rest rest))
       (if (null? (cdr rest))
           (%apply procedure (append-reverse arguments (car rest)))
           (loop (cons (car rest) arguments) (cdr rest)))))))
