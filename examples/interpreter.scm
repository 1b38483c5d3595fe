;; An interpreter for Pebble, a small language with infix syntax: lexer, recursive-descent parser, and a compiler to
;; closures. It runs the program in examples/data/primes.pebble (or the file given) and prints what that prints.
;;
;;   limpet examples/interpreter.scm [FILE]
;;
;;   program   = { statement }
;;   statement = "let" name "=" expression ";" | name "=" expression ";" | "print" expression ";"
;;             | "while" expression block | "if" expression block [ "else" block ] | "return" expression ";"
;;             | "fun" name "(" [ name { "," name } ] ")" block | expression ";"
;;   block     = "{" { statement } "}"

(import (scheme base) (scheme write) (scheme file) (scheme char) (scheme process-context))

(define file
  (let ((arguments (cdr (command-line))))
    (if (pair? arguments) (car arguments) "examples/data/primes.pebble")))

;; ---------------------------------------------------------------- lexer: text to a list of tokens

(define (read-file name)
  (call-with-input-file name
    (lambda (port)
      (let loop ((text "") (line (read-line port)))
        (if (eof-object? line)
            text
            (loop (string-append text line "\n") (read-line port)))))))

(define keywords '("let" "print" "while" "if" "else" "return" "fun"))

;; Tokens: numbers, symbols for names, and strings for keywords and punctuation.
(define (tokenize text)
  (define end (string-length text))
  (define (scan i ok?)
    (if (and (< i end) (ok? (string-ref text i))) (scan (+ i 1) ok?) i))
  (define (name-part? c) (or (char-alphabetic? c) (char-numeric? c) (char=? c #\_)))
  (let loop ((i 0) (tokens '()))
    (if (= i end)
        (reverse tokens)
        (let ((c (string-ref text i)))
          (cond
           ((char-whitespace? c) (loop (+ i 1) tokens))
           ((char=? c #\#) (loop (scan i (lambda (c) (not (char=? c #\newline)))) tokens))
           ((char-numeric? c)
            (let ((j (scan i char-numeric?)))
              (loop j (cons (string->number (substring text i j)) tokens))))
           ((char-alphabetic? c)
            (let* ((j (scan i name-part?)) (name (substring text i j)))
              (loop j (cons (if (member name keywords) name (string->symbol name)) tokens))))
           ((and (memv c '(#\= #\< #\> #\!)) (< (+ i 1) end) (char=? #\= (string-ref text (+ i 1))))
            (loop (+ i 2) (cons (substring text i (+ i 2)) tokens)))
           (else (loop (+ i 1) (cons (string c) tokens))))))))

;; ---------------------------------------------------------------- parser: tokens to a tree

(define tokens '())
(define (peek) (if (null? tokens) 'end (car tokens)))
(define (advance!) (let ((t (peek))) (set! tokens (cdr tokens)) t))
(define (at? t) (equal? (peek) t))
(define (accept! t) (and (at? t) (advance!)))
(define (expect! t)
  (if (not (accept! t)) (error "Pebble: expected another token" t (peek))))

(define (parse-program)
  (let loop ((statements '()))
    (if (eq? (peek) 'end)
        (reverse statements)
        (loop (cons (parse-statement) statements)))))

(define (parse-block)
  (expect! "{")
  (let loop ((statements '()))
    (if (accept! "}")
        (cons 'block (reverse statements))
        (loop (cons (parse-statement) statements)))))

(define (parse-statement)
  (cond
   ((accept! "let") (let ((name (advance!))) (expect! "=") (finish (list 'let name (parse-expression)))))
   ((accept! "print") (finish (list 'print (parse-expression))))
   ((accept! "return") (finish (list 'return (parse-expression))))
   ((accept! "while") (let* ((test (parse-expression)) (body (parse-block))) (list 'while test body)))
   ((accept! "if")
    (let* ((test (parse-expression)) (yes (parse-block)) (no (if (accept! "else") (parse-block) '(block))))
      (list 'if test yes no)))
   ((accept! "fun")
    (let* ((name (advance!)) (parameters (parse-parameters)) (body (parse-block)))
      (list 'fun name parameters body)))
   (else
    (let ((e (parse-expression)))
      (if (and (symbol? e) (accept! "="))
          (finish (list 'set e (parse-expression)))
          (finish e))))))

(define (finish tree) (expect! ";") tree)

(define (parse-parameters)
  (expect! "(")
  (if (accept! ")")
      '()
      (let loop ((names (list (advance!))))
        (if (accept! ",") (loop (cons (advance!) names)) (begin (expect! ")") (reverse names))))))

(define levels '(("==" "!=" "<" ">" "<=" ">=") ("+" "-") ("*" "/" "%")))

(define (parse-expression) (parse-level levels))

(define (parse-level levels)
  (if (null? levels)
      (parse-operand)
      (let loop ((left (parse-level (cdr levels))))
        (if (member (peek) (car levels))
            (let* ((operator (advance!)) (right (parse-level (cdr levels))))
              (loop (list 'binary operator left right)))
            left))))

(define (parse-operand)
  (let ((t (advance!)))
    (cond
     ((number? t) t)
     ((equal? t "(") (let ((e (parse-expression))) (expect! ")") e))
     ((equal? t "-") (list 'binary "-" 0 (parse-operand)))
     ((symbol? t) (if (at? "(") (cons 'call (cons t (parse-arguments))) t))
     (else (error "Pebble: unexpected token" t)))))

(define (parse-arguments)
  (expect! "(")
  (if (accept! ")")
      '()
      (let loop ((arguments (list (parse-expression))))
        (if (accept! ",")
            (loop (cons (parse-expression) arguments))
            (begin (expect! ")") (reverse arguments))))))

;; ---------------------------------------------------------------- compiler: trees to closures
;;
;; A closure takes the frame, a vector. Names become indexes at compile time. A statement gives `nothing` to go on or
;; the value that its function returns.

(define nothing (list 'nothing))
(define functions '())

(define (index-of name scope)
  (let loop ((names (cdr scope)) (i 0))
    (cond ((null? names) (error "Pebble: unknown variable" name))
          ((eq? (car names) name) i)
          (else (loop (cdr names) (+ i 1))))))

;; A scope is a list with a head, extended in place by `let`.
(define (declare! name scope)
  (if (memq name (cdr scope))
      (index-of name scope)
      (begin
        (set-cdr! scope (append (cdr scope) (list name)))
        (- (length scope) 2))))

(define (compile-expression e scope)
  (cond
   ((number? e) (lambda (frame) e))
   ((symbol? e) (let ((i (index-of e scope))) (lambda (frame) (vector-ref frame i))))
   ((eq? (car e) 'call) (compile-call (cadr e) (map (lambda (a) (compile-expression a scope)) (cddr e))))
   (else
    (let ((a (compile-expression (list-ref e 2) scope))
          (b (compile-expression (list-ref e 3) scope))
          (operator (cadr e)))
      (cond
       ((string=? operator "+") (lambda (frame) (+ (a frame) (b frame))))
       ((string=? operator "-") (lambda (frame) (- (a frame) (b frame))))
       ((string=? operator "*") (lambda (frame) (* (a frame) (b frame))))
       ((string=? operator "/") (lambda (frame) (quotient (a frame) (b frame))))
       ((string=? operator "%") (lambda (frame) (remainder (a frame) (b frame))))
       ((string=? operator "==") (lambda (frame) (= (a frame) (b frame))))
       ((string=? operator "!=") (lambda (frame) (not (= (a frame) (b frame)))))
       ((string=? operator "<") (lambda (frame) (< (a frame) (b frame))))
       ((string=? operator ">") (lambda (frame) (> (a frame) (b frame))))
       ((string=? operator "<=") (lambda (frame) (<= (a frame) (b frame))))
       (else (lambda (frame) (>= (a frame) (b frame)))))))))

;; A function is a vector: frame size and body, filled in when its definition has been compiled.
(define (function-named name)
  (let ((known (assq name functions)))
    (if known
        (cdr known)
        (let ((f (vector 0 #f)))
          (set! functions (cons (cons name f) functions))
          f))))

(define (compile-call name arguments)
  (let ((f (function-named name)))
    (lambda (frame)
      (let ((inner (make-vector (vector-ref f 0) 0)))
        (let loop ((i 0) (arguments arguments))
          (if (pair? arguments)
              (begin
                (vector-set! inner i ((car arguments) frame))
                (loop (+ i 1) (cdr arguments)))))
        (let ((result ((vector-ref f 1) inner)))
          (if (eq? result nothing) 0 result))))))

(define (compile-statement s scope)
  (case (if (pair? s) (car s) 'expression)
    ((let set)
     (let* ((value (compile-expression (list-ref s 2) scope))
            (i (if (eq? (car s) 'let) (declare! (cadr s) scope) (index-of (cadr s) scope))))
       (lambda (frame) (vector-set! frame i (value frame)) nothing)))
    ((print)
     (let ((value (compile-expression (cadr s) scope)))
       (lambda (frame) (display (value frame)) (newline) nothing)))
    ((return) (compile-expression (cadr s) scope))
    ((block) (compile-block (cdr s) scope))
    ((while)
     (let* ((test (compile-expression (cadr s) scope)) (body (compile-statement (list-ref s 2) scope)))
       (lambda (frame)
         (let loop ()
           (if (test frame)
               (let ((result (body frame)))
                 (if (eq? result nothing) (loop) result))
               nothing)))))
    ((if)
     (let* ((test (compile-expression (cadr s) scope))
            (yes (compile-statement (list-ref s 2) scope))
            (no (compile-statement (list-ref s 3) scope)))
       (lambda (frame) (if (test frame) (yes frame) (no frame)))))
    ((fun)
     (let* ((inner (cons 'scope (list-ref s 2)))
            (f (function-named (cadr s)))
            (body (compile-statement (list-ref s 3) inner)))
       (vector-set! f 0 (length (cdr inner)))
       (vector-set! f 1 body)
       (lambda (frame) nothing)))
    (else
     (let ((value (compile-expression s scope)))
       (lambda (frame) (value frame) nothing)))))

(define (compile-block statements scope)
  (if (null? statements)
      (lambda (frame) nothing)
      (let* ((first (compile-statement (car statements) scope))
             (rest (compile-block (cdr statements) scope)))
        (lambda (frame)
          (let ((result (first frame)))
            (if (eq? result nothing) (rest frame) result))))))

(set! tokens (tokenize (read-file file)))
(let* ((scope (list 'scope))
       (program (compile-block (parse-program) scope)))
  (program (make-vector (length scope) 0)))
