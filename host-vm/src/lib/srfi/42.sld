;; SRFI 42: eager comprehensions.
;;
;; A generator is a macro that is given what to do with its loop: (generator (k …) argument …) becomes (k … loop), where the
;; loop is (:do (let outer-bindings command …) ((variable first) …) go-on? (let inner-bindings command …) next? (step …)).
;; Programs can define generators of their own in the same way.

(define-library (srfi 42)
  (import (limpet core) (limpet control) (limpet list) (limpet sequence))
  (export do-ec list-ec append-ec string-ec string-append-ec vector-ec vector-of-length-ec sum-ec product-ec min-ec max-ec
          any?-ec every?-ec first-ec last-ec fold-ec fold3-ec
          : :do :let :parallel :while :until :list :string :vector :integers :range :real-range :char-range :port
          :dispatched :generator-proc nested index)
  (begin

    (define-syntax nested (syntax-rules ()))
    (define-syntax index (syntax-rules ()))

    (define-syntax do-ec
      (syntax-rules (nested if not and or begin)
        ((_ command) (begin command (if #f #f)))
        ((_ (nested qualifier ...) more ...) (do-ec qualifier ... more ...))
        ((_ (if test) more ...) (if test (do-ec more ...)))
        ((_ (not test) more ...) (if (not test) (do-ec more ...)))
        ((_ (and test ...) more ...) (if (and test ...) (do-ec more ...)))
        ((_ (or test ...) more ...) (if (or test ...) (do-ec more ...)))
        ((_ (begin command ...) more ...) (begin command ... (do-ec more ...)))
        ((_ (generator argument ...) more ...) (generator (run-loop (more ...)) argument ...))))
    (define-syntax run-loop
      (syntax-rules ()
        ((_ (more ...) (_ (_ outer outer-command ...) ((variable first) ...) go-on? (_ inner inner-command ...) next? (step ...)))
         (let outer
           outer-command ...
           (let loop ((variable first) ...)
             (if go-on?
                 (let inner
                   inner-command ...
                   (do-ec more ...)
                   (if next? (loop step ...)))))))))

    ;; ---- generators

    (define-syntax :do
      (syntax-rules ()
        ((_ (k ...) outer variables go-on? inner next? steps) (k ... (:do outer variables go-on? inner next? steps)))
        ((_ k variables go-on? steps) (:do k (let ()) variables go-on? (let ()) #t steps))))
    (define-syntax :let
      (syntax-rules (index)
        ((_ k variable (index i) expression) (:do k (let ((variable expression) (i 0))) () #t (let ()) #f ()))
        ((_ k variable expression) (:do k (let ((variable expression))) () #t (let ()) #f ()))))

    (define-syntax :integers
      (syntax-rules (index)
        ((_ k variable (index i)) (:do k ((variable 0) (i 0)) #t ((+ variable 1) (+ i 1))))
        ((_ k variable) (:do k ((variable 0)) #t ((+ variable 1))))))
    (define-syntax :list
      (syntax-rules (index)
        ((_ k variable (index i) argument ...) (:parallel k (:list variable argument ...) (:integers i)))
        ((_ k variable list)
         (:do k (let ()) ((rest list)) (pair? rest) (let ((variable (car rest)))) #t ((cdr rest))))
        ((_ k variable list ...) (:list k variable (append list ...)))))
    (define-syntax define-indexed
      (syntax-rules ()
        ((_ name size ref join)
         (define-syntax name
           (syntax-rules (index)
             ((_ k variable (index i) . arguments) (:parallel k (name variable . arguments) (:integers i)))
             ((_ k variable sequence)
              (:do k (let ((s sequence) (end 0)) (set! end (size s)))
                   ((i 0)) (< i end) (let ((variable (ref s i)))) #t ((+ i 1))))
             ((_ k variable first second (... ...)) (name k variable (join first second (... ...)))))))))
    (define-indexed :string string-length string-ref string-append)
    (define-indexed :vector vector-length vector-ref vector-append)

    (define (check-range who numbers step)
      (for-each (lambda (n) (if (not (real? n)) (error (string-append who ": expected real numbers, got") n))) numbers)
      (if (zero? step) (error (string-append who ": the step is 0"))))
    (define-syntax :range
      (syntax-rules (index)
        ((_ k variable (index i) argument ...) (:parallel k (:range variable argument ...) (:integers i)))
        ((_ k variable end) (:range k variable 0 end 1))
        ((_ k variable begin end) (:range k variable begin end 1))
        ((_ k variable begin end step)
         (:do k (let ((a begin) (b end) (s step) (before? <))
                  (check-range ":range" (list a b s) s)
                  (if (< s 0) (set! before? >)))
              ((variable a)) (before? variable b) (let ()) #t ((+ variable s))))))
    ;; Without sums of rounding errors.
    (define-syntax :real-range
      (syntax-rules (index)
        ((_ k variable (index i) argument ...) (:parallel k (:real-range variable argument ...) (:integers i)))
        ((_ k variable end) (:real-range k variable 0 end 1))
        ((_ k variable begin end) (:real-range k variable begin end 1))
        ((_ k variable begin end step)
         (:do k (let ((a begin) (b end) (s step) (before? <))
                  (check-range ":real-range" (list a b s) s)
                  (if (inexact? (+ a b s)) (set! a (inexact a)))
                  (if (< s 0) (set! before? >)))
              ((n 0)) (before? (+ a (* n s)) b) (let ((variable (+ a (* n s))))) #t ((+ n 1))))))
    (define-syntax :char-range
      (syntax-rules (index)
        ((_ k variable (index i) from to) (:parallel k (:char-range variable from to) (:integers i)))
        ((_ k variable from to)
         (:do k (let ((last (char->integer to)))) ((n (char->integer from))) (<= n last)
              (let ((variable (integer->char n)))) #t ((+ n 1))))))
    (define-syntax :port
      (syntax-rules (index)
        ((_ k variable (index i) argument ...) (:parallel k (:port variable argument ...) (:integers i)))
        ((_ k variable port) (:port k variable port read))
        ((_ k variable port reader)
         (:do k (let ((p port) (next reader))) ((variable (next p))) (not (eof-object? variable)) (let ()) #t ((next p))))))

    ;; By what the arguments are. A generator procedure gives one element after the other, and then `end`.
    (define end (list 'end))
    (define (list-generator list)
      (lambda ()
        (if (null? list)
            end
            (let ((x (car list)))
              (set! list (cdr list))
              x))))
    (define (range-generator a b s)
      (check-range ":" (list a b s) s)
      (let ((before? (if (< s 0) > <)))
        (lambda ()
          (if (before? a b)
              (let ((x a))
                (set! a (+ a s))
                x)
              end))))
    (define (generator-of arguments)
      (let ((all? (lambda (ok?) (every ok? arguments))) (n (length arguments)))
        (cond ((all? list?) (list-generator (apply append arguments)))
              ((all? string?) (list-generator (append-map string->list arguments)))
              ((all? vector?) (list-generator (append-map vector->list arguments)))
              ((and (all? real?) (= n 1)) (range-generator 0 (car arguments) 1))
              ((and (all? real?) (= n 2)) (range-generator (car arguments) (cadr arguments) 1))
              ((and (all? real?) (= n 3)) (apply range-generator arguments))
              ((and (all? char?) (= n 2))
               (list-generator
                (map integer->char
                     (let ((from (char->integer (car arguments))))
                       (iota (max 0 (+ 1 (- (char->integer (cadr arguments)) from))) from)))))
              ((and (pair? arguments) (input-port? (car arguments)) (<= n 2))
               (let ((next (if (= n 2) (cadr arguments) read)))
                 (lambda () (let ((x (next (car arguments)))) (if (eof-object? x) end x)))))
              (else (error "no generator is known for these arguments:" arguments)))))
    (define-syntax :generator-proc
      (syntax-rules () ((_ (: argument ...)) (generator-of (list argument ...)))))
    (define-syntax :
      (syntax-rules (index)
        ((_ k variable (index i) argument ...) (:parallel k (: variable argument ...) (:integers i)))
        ((_ k variable argument ...)
         (:do k (let ((next (generator-of (list argument ...))))) ((x (next))) (not (eq? x end))
              (let ((variable x))) #t ((next))))))
    ;; (:dispatched variable dispatch argument ...): dispatch gives a generator procedure with its end, or #f.
    (define-syntax :dispatched
      (syntax-rules (index)
        ((_ k variable (index i) argument ...) (:parallel k (:dispatched variable argument ...) (:integers i)))
        ((_ k variable dispatch argument ...)
         (:do k (let ((next (or (dispatch (list argument ...)) (error "no generator is known for these arguments:" argument ...)))
                      (over (list 'over))))
              ((x (next over))) (not (eq? x over)) (let ((variable x))) #t ((next over))))))

    ;; ---- generators of generators

    (define-syntax :parallel
      (syntax-rules ()
        ((_ k) (:do k () #t ()))
        ((_ k (generator argument ...)) (generator k argument ...))
        ((_ k (generator argument ...) more ...) (generator (parallel-rest k (more ...)) argument ...))))
    (define-syntax parallel-rest
      (syntax-rules ()
        ((_ k (more ...) loop) (:parallel (parallel-join k loop) more ...))))
    (define-syntax parallel-join
      (syntax-rules ()
        ((_ (k ...)
            (_ (_ (outer-1 ...) outer-command-1 ...) (variable-1 ...) go-on-1 (_ (inner-1 ...) inner-command-1 ...) next-1 (step-1 ...))
            (_ (_ (outer-2 ...) outer-command-2 ...) (variable-2 ...) go-on-2 (_ (inner-2 ...) inner-command-2 ...) next-2 (step-2 ...)))
         (k ... (:do (let (outer-1 ... outer-2 ...) outer-command-1 ... outer-command-2 ...)
                     (variable-1 ... variable-2 ...)
                     (and go-on-1 go-on-2)
                     (let (inner-1 ... inner-2 ...) inner-command-1 ... inner-command-2 ...)
                     (and next-1 next-2)
                     (step-1 ... step-2 ...))))))

    ;; The test comes before what the loop is for. It sees the inner variables, which are assigned for it.
    (define-syntax :while
      (syntax-rules ()
        ((_ k (generator argument ...) test) (generator (while-loop k test) argument ...))))
    (define-syntax while-loop
      (syntax-rules ()
        ((_ (k ...) test
            (_ (_ (outer ...) outer-command ...) variables go-on? (_ ((name value) ...) inner-command ...) next? steps))
         (k ... (:do (let (outer ... (name #f) ...) outer-command ...)
                     variables
                     (if go-on? (begin (set! name value) ... inner-command ... test) #f)
                     (let ())
                     next?
                     steps)))))
    ;; The test comes after it.
    (define-syntax :until
      (syntax-rules ()
        ((_ k (generator argument ...) test) (generator (until-loop k test) argument ...))))
    (define-syntax until-loop
      (syntax-rules ()
        ((_ (k ...) test (_ outer variables go-on? inner next? steps))
         (k ... (:do outer variables go-on? inner (if test #f next?) steps)))))

    ;; ---- comprehensions

    (define-syntax fold3-ec
      (syntax-rules ()
        ((_ start qualifier ... expression first-step step)
         (let ((result #f) (empty? #t))
           (do-ec qualifier ...
                  (let ((value expression))
                    (if empty?
                        (begin (set! result (first-step value)) (set! empty? #f))
                        (set! result (step value result)))))
           (if empty? start result)))))
    (define-syntax fold-ec
      (syntax-rules ()
        ((_ start qualifier ... expression step)
         (let ((result start))
           (do-ec qualifier ... (set! result (step expression result)))
           result))))
    (define-syntax list-ec
      (syntax-rules () ((_ qualifier ... expression) (reverse (fold-ec '() qualifier ... expression cons)))))
    (define-syntax append-ec
      (syntax-rules () ((_ qualifier ... expression) (apply append (list-ec qualifier ... expression)))))
    (define-syntax string-ec
      (syntax-rules () ((_ qualifier ... expression) (list->string (list-ec qualifier ... expression)))))
    (define-syntax string-append-ec
      (syntax-rules () ((_ qualifier ... expression) (apply string-append (list-ec qualifier ... expression)))))
    (define-syntax vector-ec
      (syntax-rules () ((_ qualifier ... expression) (list->vector (list-ec qualifier ... expression)))))
    (define-syntax vector-of-length-ec
      (syntax-rules ()
        ((_ size qualifier ... expression)
         (let* ((n size) (v (make-vector n)) (i 0))
           (do-ec qualifier ...
                  (if (< i n)
                      (begin (vector-set! v i expression) (set! i (+ i 1)))
                      (error "vector-of-length-ec: more elements than" n)))
           (if (< i n) (error "vector-of-length-ec: expected another number of elements, got" i))
           v))))
    (define-syntax sum-ec (syntax-rules () ((_ qualifier ... expression) (fold-ec 0 qualifier ... expression +))))
    (define-syntax product-ec (syntax-rules () ((_ qualifier ... expression) (fold-ec 1 qualifier ... expression *))))
    (define (the-same x) x)
    (define (no-value who) (error (string-append who ": there are no values")))
    (define none (list 'none))
    (define (some-value who x) (if (eq? x none) (no-value who) x))
    (define-syntax min-ec
      (syntax-rules ()
        ((_ qualifier ... expression) (some-value "min-ec" (fold3-ec none qualifier ... expression the-same min)))))
    (define-syntax max-ec
      (syntax-rules ()
        ((_ qualifier ... expression) (some-value "max-ec" (fold3-ec none qualifier ... expression the-same max)))))
    (define-syntax first-ec
      (syntax-rules ()
        ((_ default qualifier ... expression)
         (call-with-escape-continuation
          (lambda (return)
            (do-ec qualifier ... (return expression))
            default)))))
    (define-syntax last-ec
      (syntax-rules ()
        ((_ default qualifier ... expression)
         (let ((result default))
           (do-ec qualifier ... (set! result expression))
           result))))
    (define-syntax any?-ec
      (syntax-rules () ((_ qualifier ... test) (first-ec #f qualifier ... (if test) #t))))
    (define-syntax every?-ec
      (syntax-rules () ((_ qualifier ... test) (first-ec #t qualifier ... (not test) #f))))))
