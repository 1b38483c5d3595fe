;; (ice-9 match): pattern matching, in Guile's pattern language.
;;
;;     pattern = _ | variable | literal | 'datum | `quasi-pattern | () | (pattern . pattern) | #(pattern …)
;;             | (pattern ooo pattern … . pattern)      ooo = ... or ___ for any number, ..1 for at least one
;;             | (and pattern …) | (or pattern …) | (not pattern …)
;;             | (? predicate pattern …) | (= procedure pattern)
;;             | ($ record-type pattern …) | (@ record-type (field pattern) …)
;;             | (set! variable) | (get! variable) | (pattern *** pattern)
;;
;; A variable that occurs twice matches what is `equal?`.
;;
;; Macros in continuation-passing style: (pat v p g s bound k f) expands to code that compares the variable `v` with the
;; pattern `p`. `g` and `s` are how to get and set the place that the value came from. `k` is a macro use to which the list
;; of the variables bound so far is added, and which makes the code for success; `f`, for failure, is always a call
;; without arguments, so code is nowhere duplicated: the failure of a clause is a procedure that the compiler makes a jump.

(define-library (ice-9 match)
  (import (limpet core) (limpet control) (limpet list))
  (export match match-lambda match-lambda* match-let match-let* match-letrec)
  (begin

    (define (match-failed value)
      (raise (%make-condition 'match-error "no matching pattern for" (list value) 'match)))

    (define-syntax match
      (syntax-rules ()
        ((_ expression clause ...)
         (let ((v expression)) (match-clauses v clause ...)))))

    (define-syntax match-clauses
      (syntax-rules (=>)
        ((_ v) (match-failed v))
        ((_ v (pattern (=> fail) body ...) clause ...)
         (let ((fail (lambda () (match-clauses v clause ...))))
           (pat v pattern v (set! v) () (in-scope (let () body ...)) (fail))))
        ((_ v (pattern body ...) clause ...)
         (let ((fail (lambda () (match-clauses v clause ...))))
           (pat v pattern v (set! v) () (in-scope (let () body ...)) (fail))))))

    ;; The continuation that is an expression.
    (define-syntax in-scope (syntax-rules () ((_ expression bound) expression)))

    ;; ---- patterns

    (define-syntax pat
      (syntax-rules ::: (_ quote quasiquote and or not ? = $ @ set! get! ... ___ ..1 ***)
        ((pat v () g s bound (k :::) f) (if (null? v) (k ::: bound) f))
        ((pat v _ g s bound (k :::) f) (k ::: bound))
        ((pat v (quote datum) g s bound (k :::) f) (if (same-datum? v datum) (k ::: bound) f))
        ((pat v (quasiquote p) . more) (quasi v p . more))
        ((pat v (and) g s bound (k :::) f) (k ::: bound))
        ((pat v (and p) . more) (pat v p . more))
        ((pat v (and p q :::) g s bound k f) (pat v p g s bound (pat-more v (and q :::) g s k f) f))
        ((pat v (or) g s bound k f) f)
        ((pat v (or p) . more) (pat v p . more))
        ((pat v (or p q :::) g s bound k f)
         (variables (or p q :::) bound () (pat-or v (p q :::) g s bound k f)))
        ((pat v (not p :::) g s bound (k :::) f)
         (let ((otherwise (lambda () (k ::: bound))))
           (pat v (or p :::) g s bound (in-scope f) (otherwise))))
        ((pat v (? ok? p :::) g s bound k f) (if (ok? v) (pat v (and p :::) g s bound k f) f))
        ((pat v (= procedure p) g s bound k f)
         (let ((w (procedure v))) (pat w p w (set! w) bound k f)))
        ((pat v ($ type p :::) g s bound k f)
         (if (%record? v type) (pat-fields v type 0 (p :::) bound k f) f))
        ((pat v (@ type (field p) :::) g s bound k f)
         (if (%record? v type) (pat-named-fields v type ((field p) :::) bound k f) f))
        ((pat v (set! x) g (s :::) bound (k :::) f)
         (let ((x (lambda (value) (s ::: value)))) (k ::: (x . bound))))
        ((pat v (get! x) g s bound (k :::) f)
         (let ((x (lambda () g))) (k ::: (x . bound))))
        ((pat v (p ... . tail) g s bound k f) (pat-repeated v p 0 tail bound k f))
        ((pat v (p ___ . tail) g s bound k f) (pat-repeated v p 0 tail bound k f))
        ((pat v (p ..1 . tail) g s bound k f) (pat-repeated v p 1 tail bound k f))
        ((pat v (p *** q) g s bound k f) (variables p () () (pat-path v p q bound k f)))
        ((pat v (p . q) g s bound k f)
         (if (pair? v)
             (let ((head (car v)))
               (pat head p (car v) (set-car! v) bound (pat-tail v q k f) f))
             f))
        ((pat v #(p :::) g s bound k f)
         (if (vector? v) (pat-vector v (p :::) (p :::) 0 bound k f) f))
        ((pat v x g s bound k f) (pat-variable v x bound k f))))

    ;; Continuations: `bound` comes last.
    (define-syntax pat-more
      (syntax-rules () ((_ v p g s k f bound) (pat v p g s bound k f))))
    (define-syntax pat-tail
      (syntax-rules ()
        ((_ v () (k ...) f bound) (if (null? (cdr v)) (k ... bound) f))
        ((_ v q k f bound) (let ((tail (cdr v))) (pat tail q (cdr v) (set-cdr! v) bound k f)))))

    ;; An identifier that is bound already, or no identifier, is compared. The inner macro tells: `x` as a pattern matches
    ;; anything if it is an identifier and no literal, and else not the name `anything`.
    (define-syntax pat-variable
      (syntax-rules ()
        ((_ v x (bound ...) (k ...) f)
         (let-syntax ((choose
                       (syntax-rules (bound ...)
                         ((_ x new compared) new)
                         ((_ other new compared) compared))))
           (choose anything
                   (let ((x v)) (k ... (x bound ...)))
                   (if (equal? v x) (k ... (bound ...)) f))))))

    (define-syntax same-datum?
      (syntax-rules ()
        ((_ v (a . b)) (equal? v '(a . b)))
        ((_ v #(a ...)) (equal? v '#(a ...)))
        ((_ v x)
         (let-syntax ((choose (syntax-rules () ((_ x symbol other) symbol) ((_ y symbol other) other))))
           (choose anything (eq? v 'x) (equal? v 'x))))))

    ;; The first alternative's failure tries the others; success is one procedure of the variables, which an alternative
    ;; that does not bind them leaves false.
    (define-syntax pat-or
      (syntax-rules ()
        ((_ v patterns g s bound (k ...) f (x ...))
         (let ((matched (lambda (x ...) (add-bound (x ...) bound (k ...)))) (x #f) ...)
           (pat-alternatives v patterns g s bound (in-scope (matched x ...)) f)))))
    (define-syntax add-bound
      (syntax-rules () ((_ (x ...) (y ...) (k ...)) (k ... (x ... y ...)))))
    (define-syntax pat-alternatives
      (syntax-rules ()
        ((_ v (p) . more) (pat v p . more))
        ((_ v (p q ...) g s bound k f)
         (let ((next (lambda () (pat-alternatives v (q ...) g s bound k f))))
           (pat v p g s bound k (next))))))

    (define-syntax pat-fields
      (syntax-rules ()
        ((_ v type i () bound (k ...) f) (k ... bound))
        ((_ v type i (p q ...) bound k f)
         (let ((field (%record-ref v type i)))
           (pat field p (%record-ref v type i) (%record-set! v type i) bound
                (pat-more-fields v type (+ i 1) (q ...) k f) f)))))
    (define-syntax pat-more-fields
      (syntax-rules () ((_ v type i patterns k f bound) (pat-fields v type i patterns bound k f))))

    (define-syntax pat-named-fields
      (syntax-rules ()
        ((_ v type () bound (k ...) f) (k ... bound))
        ((_ v type ((field p) more ...) bound k f)
         (let* ((i (field-index type 'field)) (x (%record-ref v type i)))
           (pat x p (%record-ref v type i) (%record-set! v type i) bound
                (pat-more-named-fields v type (more ...) k f) f)))))
    (define-syntax pat-more-named-fields
      (syntax-rules () ((_ v type fields k f bound) (pat-named-fields v type fields bound k f))))
    (define (field-index type field)
      (let ((fields (record-type-fields type)))
        (or (list-index (lambda (name) (eq? name field)) (if (vector? fields) (vector->list fields) fields))
            (error "match: no such field in the record type:" field type))))

    ;; A vector without repetition is taken apart in place. The length is known when the patterns have been walked.
    (define-syntax pat-vector
      (syntax-rules ::: (... ___ ..1)
        ((_ v all () n bound (k :::) f) (if (= (vector-length v) n) (pat-elements v all 0 bound (k :::) f) f))
        ((_ v all (p ... . rest) . more) (pat-vector-list v all . more))
        ((_ v all (p ___ . rest) . more) (pat-vector-list v all . more))
        ((_ v all (p ..1 . rest) . more) (pat-vector-list v all . more))
        ((_ v all (p . rest) n . more) (pat-vector v all rest (+ 1 n) . more))))
    (define-syntax pat-vector-list
      (syntax-rules ()
        ((_ v all n bound k f) (let ((w (vector->list v))) (pat w all w (set! w) bound k f)))))
    (define-syntax pat-elements
      (syntax-rules ()
        ((_ v () i bound (k ...) f) (k ... bound))
        ((_ v (p q ...) i bound k f)
         (let ((x (vector-ref v i)))
           (pat x p (vector-ref v i) (vector-set! v i) bound (pat-more-elements v (q ...) (+ 1 i) k f) f)))))
    (define-syntax pat-more-elements
      (syntax-rules () ((_ v patterns i k f bound) (pat-elements v patterns i bound k f))))

    ;; ---- repetition: as many elements as the tail leaves, then the tail

    (define-syntax pat-repeated
      (syntax-rules (_)
        ((_ v _ 0 () bound (k ...) f) (if (list? v) (k ... bound) f))
        ((_ v p least tail bound k f) (variables p () () (pat-collect v p least tail bound k f)))))
    (define-syntax pat-collect
      (syntax-rules ()
        ((_ v p least tail bound k f (x ...)) (pat-collect-into v p least tail bound k f () (x ...)))))
    ;; Pairs each variable with one for the list of its values.
    (define-syntax pat-collect-into
      (syntax-rules ()
        ((_ v p least tail bound k f (binding ...) (x y ...))
         (pat-collect-into v p least tail bound k f (binding ... (x values-of-x)) (y ...)))
        ((_ v p least tail bound k f ((x xs) ...) ())
         (let ((n (- (pair-count v) (least-length tail))))
           (if (< n least)
               f
               (let loop ((i n) (rest v) (xs '()) ...)
                 (if (eq? i 0)
                     (let ((x (reverse xs)) ...)
                       (pat-rest rest tail (x ...) bound k f))
                     (let ((element (car rest)))
                       (pat element p (car rest) (set-car! rest) ()
                            (in-scope (loop (- i 1) (cdr rest) (cons x xs) ...)) f)))))))))
    (define-syntax pat-rest
      (syntax-rules ()
        ((_ v tail (x ...) (y ...) k f) (pat v tail v (set! v) (x ... y ...) k f))))
    (define-syntax least-length
      (syntax-rules ()
        ((_ (p . rest)) (+ 1 (least-length rest)))
        ((_ end) 0)))
    (define (pair-count object)
      (let loop ((object object) (n 0))
        (if (pair? object) (loop (cdr object) (+ n 1)) n)))

    ;; (p *** q): q somewhere in a tree, p along the heads on the way there.
    (define-syntax pat-path
      (syntax-rules ()
        ((_ v p q bound k f (x ...)) (pat-path-into v p q bound k f () (x ...)))))
    (define-syntax pat-path-into
      (syntax-rules ()
        ((_ v p q bound k f (binding ...) (x y ...))
         (pat-path-into v p q bound k f (binding ... (x values-of-x)) (y ...)))
        ((_ v p q bound k f ((x xs) ...) ())
         (let search ((w v) (back (lambda () f)) (xs '()) ...)
           (let ((down
                  (lambda ()
                    (if (pair? w)
                        (let ((head (car w)))
                          (pat head p (car w) (set-car! w) ()
                               (in-scope
                                (let next ((rest (cdr w)))
                                  (if (pair? rest)
                                      (search (car rest) (lambda () (next (cdr rest))) (cons x xs) ...)
                                      (back))))
                               (back)))
                        (back)))))
             (pat w q w (set! w) bound (pat-path-end ((x xs) ...) k) (down)))))))
    (define-syntax pat-path-end
      (syntax-rules ()
        ((_ ((x xs) ...) (k ...) (y ...)) (let ((x (reverse xs)) ...) (k ... (x ... y ...))))))

    ;; ---- quasi-patterns

    (define-syntax quasi
      (syntax-rules ::: (unquote unquote-splicing ... ___ ..1)
        ((_ v (unquote p) . more) (pat v p . more))
        ((_ v ((unquote-splicing p)) . more) (pat v p . more))
        ((_ v ((unquote-splicing p) . rest) g s bound k f)
         (let ((n (- (pair-count v) (least-length rest))))
           (if (< n 0)
               f
               (let ((front (list-head v n)) (back (list-tail v n)))
                 (pat front p front (set! front) bound (quasi-more back rest k f) f)))))
        ((_ v (p ... . rest) . more) (quasi-repeated v ((quasiquote p) ...) rest . more))
        ((_ v (p ___ . rest) . more) (quasi-repeated v ((quasiquote p) ___) rest . more))
        ((_ v (p ..1 . rest) . more) (quasi-repeated v ((quasiquote p) ..1) rest . more))
        ((_ v (p . q) g s bound k f)
         (if (pair? v)
             (let ((head (car v)) (tail (cdr v)))
               (quasi head p (car v) (set-car! v) bound (quasi-more tail q k f) f))
             f))
        ((_ v #(p :::) g s bound k f)
         (if (vector? v) (let ((w (vector->list v))) (quasi w (p :::) w (set! w) bound k f)) f))
        ((_ v datum g s bound (k :::) f) (if (same-datum? v datum) (k ::: bound) f))))
    (define-syntax quasi-more
      (syntax-rules () ((_ v p k f bound) (quasi v p v (set! v) bound k f))))
    (define-syntax quasi-repeated
      (syntax-rules ()
        ((_ v (p ...) () . more) (pat v (p ...) . more))
        ((_ v (p ...) (q . rest) . more) (quasi-repeated v (p ... (quasiquote q)) rest . more))))

    ;; ---- the variables of a pattern: (variables p bound found (k ...)) adds those of p that are not bound to those
    ;; found, and ends as (k ... found)

    (define-syntax variables
      (syntax-rules ::: (_ quote quasiquote and or not ? = $ @ set! get! ... ___ ..1 ***)
        ((variables () bound found (k :::)) (k ::: found))
        ((variables _ bound found (k :::)) (k ::: found))
        ((variables (quote datum) bound found (k :::)) (k ::: found))
        ((variables (quasiquote p) bound found k) (quasi-variables p bound found k))
        ((variables (and p :::) . more) (variables (p :::) . more))
        ((variables (or p :::) . more) (variables (p :::) . more))
        ((variables (not p :::) bound found (k :::)) (k ::: found))
        ((variables (? ok? p :::) . more) (variables (p :::) . more))
        ((variables (= procedure p) . more) (variables p . more))
        ((variables ($ type p :::) . more) (variables (p :::) . more))
        ((variables (@ type (field p) :::) . more) (variables (p :::) . more))
        ((variables (set! x) . more) (variables x . more))
        ((variables (get! x) . more) (variables x . more))
        ((variables (p ... . q) . more) (variables (p . q) . more))
        ((variables (p ___ . q) . more) (variables (p . q) . more))
        ((variables (p ..1 . q) . more) (variables (p . q) . more))
        ((variables (p *** q) . more) (variables (p q) . more))
        ((variables (p . q) bound found k) (variables p bound found (more-variables q bound k)))
        ((variables #(p :::) . more) (variables (p :::) . more))
        ((variables x bound found k) (one-variable x bound found k))))
    (define-syntax more-variables
      (syntax-rules () ((_ p bound k found) (variables p bound found k))))
    (define-syntax one-variable
      (syntax-rules ()
        ((_ x (bound ...) (found ...) (k ...))
         (let-syntax ((choose
                       (syntax-rules (bound ... found ...)
                         ((_ x new known) new)
                         ((_ other new known) known))))
           (choose anything (k ... (x found ...)) (k ... (found ...)))))))
    (define-syntax quasi-variables
      (syntax-rules ::: (unquote unquote-splicing)
        ((_ (unquote p) . more) (variables p . more))
        ((_ (unquote-splicing p) . more) (variables p . more))
        ((_ (p . q) bound found k) (quasi-variables p bound found (more-quasi-variables q bound k)))
        ((_ #(p :::) . more) (quasi-variables (p :::) . more))
        ((_ datum bound found (k :::)) (k ::: found))))
    (define-syntax more-quasi-variables
      (syntax-rules () ((_ p bound k found) (quasi-variables p bound found k))))

    ;; ---- derived forms

    (define-syntax match-lambda
      (syntax-rules () ((_ clause ...) (lambda (v) (match v clause ...)))))
    (define-syntax match-lambda*
      (syntax-rules () ((_ clause ...) (lambda v (match v clause ...)))))

    (define-syntax match-let*
      (syntax-rules ()
        ((_ () body ...) (let () body ...))
        ((_ ((pattern expression) . more) body ...) (match expression (pattern (match-let* more body ...))))))

    ;; All expressions are evaluated before a pattern is bound.
    (define-syntax match-let
      (syntax-rules ()
        ((_ ((pattern expression) ...) body ...) (match-let-values () ((pattern expression) ...) body ...))
        ((_ name ((pattern expression) ...) body ...)
         ((letrec ((name (match-lambda* ((pattern ...) body ...)))) name) expression ...))))
    (define-syntax match-let-values
      (syntax-rules ()
        ((_ (done ...) ((pattern expression) more ...) body ...)
         (match-let-values (done ... (pattern value expression)) (more ...) body ...))
        ((_ ((pattern value expression) ...) () body ...)
         (let ((value expression) ...) (match-let* ((pattern value) ...) body ...)))))

    (define-syntax match-letrec
      (syntax-rules ()
        ((_ ((pattern expression) ...) body ...)
         (variables (pattern ...) () () (match-letrec-variables ((pattern expression) ...) (body ...))))))
    (define-syntax match-letrec-variables
      (syntax-rules ()
        ((_ ((pattern expression) ...) (body ...) (x ...))
         (let ()
           (define-values (x ...) (match (list expression ...) ((pattern ...) (values x ...))))
           body ...))))))
