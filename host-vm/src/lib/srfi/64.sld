;; SRFI 64: test suites.
;;
;; A runner holds counts, the groups that are open, and procedures that are told what happens; the simple runner prints
;; failures as they come and the counts at the end. A test that raises fails; it never ends the suite.

(define-library (srfi 64)
  (import (limpet core) (limpet control) (limpet list) (limpet sequence))
  (export test-begin test-end test-group test-group-with-cleanup test-assert test-equal test-eqv test-eq
          test-approximate test-error test-skip test-expect-fail
          test-match-name test-match-nth test-match-any test-match-all test-apply test-with-runner
          test-runner? test-runner-current test-runner-get test-runner-null test-runner-simple test-runner-create
          test-runner-factory test-runner-reset test-runner-pass-count test-runner-fail-count test-runner-xpass-count
          test-runner-xfail-count test-runner-skip-count test-runner-test-name test-runner-group-path
          test-runner-group-stack test-runner-aux-value test-runner-aux-value!
          test-runner-on-test-begin test-runner-on-test-begin! test-runner-on-test-end test-runner-on-test-end!
          test-runner-on-group-begin test-runner-on-group-begin! test-runner-on-group-end test-runner-on-group-end!
          test-runner-on-bad-count test-runner-on-bad-count! test-runner-on-bad-end-name test-runner-on-bad-end-name!
          test-runner-on-final test-runner-on-final!
          test-result-kind test-passed? test-result-ref test-result-set! test-result-remove test-result-clear
          test-result-alist test-on-group-begin-simple test-on-group-end-simple test-on-bad-count-simple
          test-on-bad-end-name-simple test-on-final-simple test-on-test-begin-simple test-on-test-end-simple)
  (begin

    (define-record-type runner
      (make-runner)
      test-runner?
      (pass test-runner-pass-count set-pass!)
      (fail test-runner-fail-count set-fail!)
      (xpass test-runner-xpass-count set-xpass!)
      (xfail test-runner-xfail-count set-xfail!)
      (skipped test-runner-skip-count set-skipped!)
      (total runner-total set-total!)
      ;; Predicates on the runner: which tests to run (#f for all), to skip, to fail.
      (run-list run-list set-run-list!)
      (skip-list skip-list set-skip-list!)
      (fail-list fail-list set-fail-list!)
      ;; Innermost first: #(name expected-count total-before skip-list fail-list).
      (groups groups set-groups!)
      (result test-result-alist set-result!)
      (aux test-runner-aux-value test-runner-aux-value!)
      (on-test-begin test-runner-on-test-begin test-runner-on-test-begin!)
      (on-test-end test-runner-on-test-end test-runner-on-test-end!)
      (on-group-begin test-runner-on-group-begin test-runner-on-group-begin!)
      (on-group-end test-runner-on-group-end test-runner-on-group-end!)
      (on-bad-count test-runner-on-bad-count test-runner-on-bad-count!)
      (on-bad-end-name test-runner-on-bad-end-name test-runner-on-bad-end-name!)
      (on-final test-runner-on-final test-runner-on-final!))

    (define (test-runner-reset runner)
      (set-pass! runner 0)
      (set-fail! runner 0)
      (set-xpass! runner 0)
      (set-xfail! runner 0)
      (set-skipped! runner 0)
      (set-total! runner 0)
      (set-run-list! runner #f)
      (set-skip-list! runner '())
      (set-fail-list! runner '())
      (set-groups! runner '())
      (set-result! runner '()))

    (define (test-runner-group-stack runner) (map (lambda (group) (vector-ref group 0)) (groups runner)))
    (define (test-runner-group-path runner) (reverse (test-runner-group-stack runner)))

    (define (test-runner-null)
      (define (nothing . arguments) #f)
      (let ((runner (make-runner)))
        (test-runner-reset runner)
        (for-each (lambda (set!) (set! runner nothing))
                  (list test-runner-on-test-begin! test-runner-on-test-end! test-runner-on-group-begin!
                        test-runner-on-group-end! test-runner-on-bad-count! test-runner-on-bad-end-name!
                        test-runner-on-final!))
        runner))

    (define (test-runner-simple)
      (let ((runner (test-runner-null)))
        (test-runner-on-test-begin! runner test-on-test-begin-simple)
        (test-runner-on-test-end! runner test-on-test-end-simple)
        (test-runner-on-group-begin! runner test-on-group-begin-simple)
        (test-runner-on-group-end! runner test-on-group-end-simple)
        (test-runner-on-bad-count! runner test-on-bad-count-simple)
        (test-runner-on-bad-end-name! runner test-on-bad-end-name-simple)
        (test-runner-on-final! runner test-on-final-simple)
        runner))

    ;; Given an argument these two change what they hold.
    (define (make-holder value)
      (case-lambda (() value) ((new) (set! value new))))
    (define test-runner-current (make-holder #f))
    (define test-runner-factory (make-holder test-runner-simple))
    (define (test-runner-create) ((test-runner-factory)))
    (define (test-runner-get)
      (or (test-runner-current) (error "there is no current test runner; begin with test-begin")))

    (define (call-with-runner runner thunk)
      (let ((outer (test-runner-current)))
        (dynamic-wind
         (lambda () (test-runner-current runner))
         thunk
         (lambda () (test-runner-current outer)))))
    (define-syntax test-with-runner
      (syntax-rules ()
        ((_ runner body ...) (call-with-runner runner (lambda () body ...)))))

    ;; ---- the simple runner's reports

    (define (say . parts)
      (for-each (lambda (part) (display part)) parts)
      (newline))
    (define (test-on-group-begin-simple runner name count)
      (if (null? (groups runner)) (say "%%%% Starting test " name)))
    (define (test-on-group-end-simple runner) #f)
    (define (test-on-test-begin-simple runner) #f)
    (define (test-on-bad-count-simple runner count expected)
      (say "*** Total number of tests was " count " but should be " expected ". ***"))
    (define (test-on-bad-end-name-simple runner begin-name end-name)
      (error "test-end: the name does not match that of test-begin:" end-name begin-name))
    (define (test-on-test-end-simple runner)
      (let ((kind (test-result-kind runner)))
        (if (memq kind '(fail xpass))
            (begin
              (display (if (eq? kind 'fail) "FAIL " "XPASS "))
              (for-each (lambda (name) (display name) (display ": ")) (test-runner-group-path runner))
              (say (test-runner-test-name runner))
              (for-each
               (lambda (property label)
                 (let ((found (assq property (test-result-alist runner))))
                   (if found
                       (begin
                         (display label)
                         (if (eq? property 'actual-error) (display (describe (cdr found))) (write (cdr found)))
                         (newline)))))
               '(source-form expected-value expected-error actual-value actual-error)
               '("  form:     " "  expected: " "  expected error: " "  got:      " "  raised:   "))))))
    (define (describe object)
      (if (error-object? object) (condition/report-string object) (%object->string object #f)))
    (define (test-on-final-simple runner)
      (for-each
       (lambda (label count) (if (> count 0) (say "# of " label count)))
       '("expected passes      " "expected failures    " "unexpected successes " "unexpected failures  " "skipped tests        ")
       (list (test-runner-pass-count runner) (test-runner-xfail-count runner) (test-runner-xpass-count runner)
             (test-runner-fail-count runner) (test-runner-skip-count runner))))

    ;; ---- groups

    (define test-begin
      (case-lambda
        ((name) (test-begin name #f))
        ((name count)
         (if (not (test-runner-current))
             (let ((runner (test-runner-create)))
               (test-runner-current runner)
               ;; It is gone when its outermost group ends.
               (let ((on-final (test-runner-on-final runner)))
                 (test-runner-on-final! runner
                   (lambda (runner) (test-runner-current #f) (on-final runner))))))
         (let ((runner (test-runner-current)))
           ((test-runner-on-group-begin runner) runner name count)
           (set-groups! runner
             (cons (vector name count (runner-total runner) (skip-list runner) (fail-list runner))
                   (groups runner)))))))

    (define test-end
      (case-lambda
        (() (test-end #f))
        ((name)
         (let ((runner (test-runner-get)))
           (if (null? (groups runner)) (error "test-end: no group is open"))
           (let* ((group (car (groups runner)))
                  (expected (vector-ref group 1))
                  (count (- (runner-total runner) (vector-ref group 2))))
             (if (and name (not (equal? name (vector-ref group 0))))
                 ((test-runner-on-bad-end-name runner) runner (vector-ref group 0) name))
             (if (and expected (not (= expected count)))
                 ((test-runner-on-bad-count runner) runner count expected))
             ((test-runner-on-group-end runner) runner)
             (set-groups! runner (cdr (groups runner)))
             (set-skip-list! runner (vector-ref group 3))
             (set-fail-list! runner (vector-ref group 4))
             (if (null? (groups runner))
                 ((test-runner-on-final runner) runner)))))))

    (define-syntax test-group
      (syntax-rules ()
        ((_ name body ...) (call-in-group name (lambda () body ...)))))
    (define (call-in-group name thunk)
      (let ((runner (test-runner-current)))
        (if runner (set-result! runner (list (cons 'test-name name))))
        (if (or (not runner) (should-run? runner))
            (dynamic-wind
             (lambda () (test-begin name))
             thunk
             (lambda () (test-end name)))
            (set-skipped! runner (+ 1 (test-runner-skip-count runner))))))
    (define-syntax test-group-with-cleanup
      (syntax-rules ()
        ((_ name body ... cleanup)
         (test-group name
           (dynamic-wind (lambda () #f) (lambda () #f body ...) (lambda () cleanup))))))

    ;; ---- which tests

    (define (specified? runner specifiers)
      ;; Each is asked, since some count.
      (let loop ((specifiers specifiers) (found? #f))
        (if (null? specifiers)
            found?
            (loop (cdr specifiers) (or ((car specifiers) runner) found?)))))
    (define (should-run? runner)
      (and (or (not (run-list runner)) (specified? runner (run-list runner)))
           (not (specified? runner (skip-list runner)))))

    (define (test-match-name name) (lambda (runner) (equal? name (test-runner-test-name runner))))
    (define test-match-nth
      (case-lambda
        ((n) (test-match-nth n 1))
        ((n count)
         (let ((i 0))
           (lambda (runner)
             (set! i (+ i 1))
             (and (>= i n) (< i (+ n count))))))))
    (define (specifier x)
      (cond ((procedure? x) x)
            ((string? x) (test-match-name x))
            ((exact-integer? x) (test-match-nth 1 x))
            (else (error "expected a test specifier: a procedure, a name or a count, got" x))))
    (define (test-match-any . specifiers)
      (let ((specifiers (map specifier specifiers)))
        (lambda (runner) (specified? runner specifiers))))
    (define (test-match-all . specifiers)
      (let ((specifiers (map specifier specifiers)))
        (lambda (runner)
          (let loop ((specifiers specifiers) (all? #t))
            (if (null? specifiers)
                all?
                (loop (cdr specifiers) (and ((car specifiers) runner) all?)))))))
    (define (test-skip . specifiers)
      (let ((runner (test-runner-get)))
        (set-skip-list! runner (cons (apply test-match-all specifiers) (skip-list runner)))))
    (define (test-expect-fail . specifiers)
      (let ((runner (test-runner-get)))
        (set-fail-list! runner (cons (apply test-match-all specifiers) (fail-list runner)))))

    ;; (test-apply [runner] specifier … thunk): runs only the tests that a specifier matches.
    (define (test-apply first . rest)
      (if (test-runner? first)
          (call-with-runner first (lambda () (apply test-apply rest)))
          (let ((runner (test-runner-current)))
            (if (not runner)
                (call-with-runner (test-runner-create) (lambda () (apply test-apply first rest)))
                (let* ((all (reverse (cons first rest))) (outer (run-list runner)))
                  (set-run-list! runner (if (null? (cdr all)) outer (map specifier (reverse (cdr all)))))
                  ((car all))
                  (set-run-list! runner outer))))))

    ;; ---- results

    (define test-result-ref
      (case-lambda
        ((runner property) (test-result-ref runner property #f))
        ((runner property default)
         (let ((found (assq property (test-result-alist runner))))
           (if found (cdr found) default)))))
    (define (test-result-set! runner property value)
      (let ((found (assq property (test-result-alist runner))))
        (if found
            (set-cdr! found value)
            (set-result! runner (cons (cons property value) (test-result-alist runner))))))
    (define (test-result-remove runner property)
      (set-result! runner (remove (lambda (entry) (eq? property (car entry))) (test-result-alist runner))))
    (define (test-result-clear runner) (set-result! runner '()))
    (define test-result-kind
      (case-lambda
        (() (test-result-kind (test-runner-get)))
        ((runner) (test-result-ref runner 'result-kind))))
    (define test-passed?
      (case-lambda
        (() (test-passed? (test-runner-get)))
        ((runner) (and (memq (test-result-kind runner) '(pass xpass)) #t))))
    (define (test-runner-test-name runner) (test-result-ref runner 'test-name ""))

    ;; ---- one test: `body` gets the runner, notes what it knows, and says whether the test holds

    (define (perform name form body)
      (let ((runner (or (test-runner-current)
                        (begin (test-runner-current (test-runner-create)) (test-runner-current)))))
        (set-result! runner (list (cons 'test-name name) (cons 'source-form form)))
        (let* ((run? (should-run? runner))
               (fail? (and run? (specified? runner (fail-list runner)))))
          (if (not run?)
              (test-result-set! runner 'result-kind 'skip)
              (if fail? (test-result-set! runner 'result-kind 'xfail)))
          ((test-runner-on-test-begin runner) runner)
          (if run?
              (let ((holds? (guard (condition (#t (test-result-set! runner 'actual-error condition) #f))
                              (body runner))))
                (test-result-set! runner 'result-kind
                  (if holds? (if fail? 'xpass 'pass) (if fail? 'xfail 'fail)))))
          (set-total! runner (+ 1 (runner-total runner)))
          (case (test-result-kind runner)
            ((pass) (set-pass! runner (+ 1 (test-runner-pass-count runner))))
            ((fail) (set-fail! runner (+ 1 (test-runner-fail-count runner))))
            ((xpass) (set-xpass! runner (+ 1 (test-runner-xpass-count runner))))
            ((xfail) (set-xfail! runner (+ 1 (test-runner-xfail-count runner))))
            (else (set-skipped! runner (+ 1 (test-runner-skip-count runner)))))
          ((test-runner-on-test-end runner) runner))))

    (define (name-of form) (if (or (pair? form) (symbol? form)) (%object->string form #f) ""))

    (define (perform-assert name form thunk)
      (perform name form
        (lambda (runner)
          (let ((value (thunk)))
            (test-result-set! runner 'actual-value value)
            value))))
    (define (perform-comparison name form same? expected thunk)
      (perform name form
        (lambda (runner)
          (let ((wanted (expected)))
            (test-result-set! runner 'expected-value wanted)
            (let ((value (thunk)))
              (test-result-set! runner 'actual-value value)
              (same? wanted value))))))

    (define-syntax test-assert
      (syntax-rules ()
        ((_ name expression) (perform-assert name 'expression (lambda () expression)))
        ((_ expression) (perform-assert (name-of 'expression) 'expression (lambda () expression)))))

    (define-syntax define-comparison
      (syntax-rules ()
        ((_ test same?)
         (define-syntax test
           (syntax-rules ()
             ((_ name expected expression)
              (perform-comparison name 'expression same? (lambda () expected) (lambda () expression)))
             ((_ expected expression)
              (perform-comparison (name-of 'expression) 'expression same? (lambda () expected)
                                  (lambda () expression))))))))
    (define-comparison test-equal equal?)
    (define-comparison test-eqv eqv?)
    (define-comparison test-eq eq?)

    (define (near margin) (lambda (a b) (<= (- b margin) a (+ b margin))))
    (define-syntax test-approximate
      (syntax-rules ()
        ((_ name expected expression margin)
         (perform-comparison name 'expression (near margin) (lambda () expected) (lambda () expression)))
        ((_ expected expression margin)
         (test-approximate (name-of 'expression) expected expression margin))))

    ;; What a raised object must be: #t anything, #f nothing may be raised; a predicate; a key of Guile's `throw`.
    (define (error-matches? type condition)
      (cond ((procedure? type) (type condition))
            ((symbol? type) (and (error-object? condition) (eq? type (condition-kind condition))))
            (else #t)))
    (define (perform-error name form type thunk)
      (perform name form
        (lambda (runner)
          (let ((type (type)))
            (test-result-set! runner 'expected-error type)
            ((call-with-current-continuation
              (lambda (leave)
                (with-exception-handler
                 (lambda (condition)
                   (leave
                    (lambda ()
                      (test-result-set! runner 'actual-error condition)
                      (and type (error-matches? type condition)))))
                 (lambda ()
                   (let ((value (thunk)))
                     (test-result-set! runner 'actual-value value)
                     (lambda () (not type))))))))))))
    (define-syntax test-error
      (syntax-rules ()
        ((_ name type expression) (perform-error name 'expression (lambda () type) (lambda () expression)))
        ((_ type expression)
         (perform-error (name-of 'expression) 'expression (lambda () type) (lambda () expression)))
        ((_ expression)
         (perform-error (name-of 'expression) 'expression (lambda () #t) (lambda () expression)))))))
