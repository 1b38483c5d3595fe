;; Checks of a conformance suite: each compares one value, none can stop the file, and a file in which all hold prints
;; one line, its name and how many there were:
;;
;;     (import (scheme base) (checks))
;;     (check (+ 1 2) => 3)
;;     (check-values (floor/ 7 2) => 3 1)
;;     (check-approximately (sqrt 2) => 1.41421356)
;;     (check-output (display "a") => "a")
;;     (check-error (car 7))
;;     (check-error (open-input-file "/no/such") file-error?)
;;     (checks-done "6.1")
;;     ;=> 6.1: 6 checks
;;
;; Values are compared by `equal?`, by which 2 is not 2.0 and 0.0 is not -0.0; a NaN equals a NaN. Where the report
;; leaves a choice, the check asks only for what it promises.

(define-library (checks)
  (import (scheme base) (scheme write))
  (export check check-values check-approximately check-output check-error checks-done)
  (begin

    (define count 0)
    (define failures 0)

    (define (same? a b)
      (or (equal? a b)
          (and (number? a) (number? b) (not (= a a)) (not (= b b)))))

    ;; Nine digits of a real number.
    (define (near? a b)
      (and (real? a) (real? b)
           (or (= a b)
               (let ((d (- a b)) (scale (+ 1 (* b b))))
                 (< (* d d) (* 1e-18 scale))))))

    (define (report expression . facts)
      (set! failures (+ failures 1))
      (display "FAILED ")
      (write expression)
      (newline)
      (let loop ((facts facts))
        (if (pair? facts)
            (begin
              (display "   ")
              (display (car facts))
              (display " ")
              (write (cadr facts))
              (newline)
              (loop (cddr facts))))))

    (define (describe condition)
      (if (error-object? condition)
          (cons (error-object-message condition) (error-object-irritants condition))
          condition))

    ;; The outcome of a thunk: (value x), or (raised object).
    (define (outcome thunk)
      (guard (condition (#t (list 'raised condition)))
        (list 'value (thunk))))

    (define (run-check expression thunk expected matches?)
      (set! count (+ count 1))
      (let ((got (outcome thunk)) (wanted (outcome expected)))
        (cond ((eq? (car wanted) 'raised)
               (report expression "the expected value raised" (describe (cadr wanted))))
              ((eq? (car got) 'raised)
               (report expression "expected" (cadr wanted) "raised  " (describe (cadr got))))
              ((not (matches? (cadr got) (cadr wanted)))
               (report expression "expected" (cadr wanted) "got     " (cadr got))))))

    (define (run-error-check expression thunk right?)
      (set! count (+ count 1))
      (let ((got (outcome thunk)))
        (cond ((eq? (car got) 'value)
               (report expression "expected an error, got" (cadr got)))
              ((not (right? (cadr got)))
               (report expression "raised something else" (describe (cadr got)))))))

    (define (output-of thunk)
      (let ((port (open-output-string)))
        (parameterize ((current-output-port port)) (thunk))
        (get-output-string port)))

    (define-syntax check
      (syntax-rules (=>)
        ((_ expression => expected)
         (run-check 'expression (lambda () expression) (lambda () expected) same?))))

    (define-syntax check-values
      (syntax-rules (=>)
        ((_ expression => expected ...)
         (run-check 'expression
                    (lambda () (call-with-values (lambda () expression) list))
                    (lambda () (list expected ...))
                    same?))))

    (define-syntax check-approximately
      (syntax-rules (=>)
        ((_ expression => expected)
         (run-check 'expression (lambda () expression) (lambda () expected) near?))))

    (define-syntax check-output
      (syntax-rules (=>)
        ((_ expression => expected)
         (run-check 'expression (lambda () (output-of (lambda () expression))) (lambda () expected) same?))))

    (define-syntax check-error
      (syntax-rules ()
        ((_ expression)
         (run-error-check 'expression (lambda () expression) error-object?))
        ((_ expression predicate)
         (run-error-check 'expression (lambda () expression) predicate))))

    (define (checks-done section)
      (display section)
      (display ": ")
      (display count)
      (display " checks")
      (if (> failures 0)
          (begin (display ", ") (display failures) (display " failed")))
      (newline))))
