;; Control: dynamic extents, continuations, conditions, parameters, promises.
;;
;; The dynamic state is an association list that continuations save: parameters (their records) with their values, and
;; the symbol %handlers with the list of exception handlers, innermost first. Multiple values are one object, so a result
;; that is only passed on needs no care.

(define-library (limpet control)
  (import (limpet core))
  (export apply call-with-values %call-with-values dynamic-wind call-with-current-continuation call/cc call-with-escape-continuation
          %positional? %positional-fit? %keyword-argument %check-keywords %no-clause
          raise raise-continuable with-exception-handler error %guard %with-handlers
          make-parameter %parameterize
          %delay %delay-force make-promise promise? force
          exit emergency-exit quit program-arguments primitive-exit internal-time-units-per-second
          call-with-prompt abort-to-prompt call-with-composable-continuation default-prompt-tag
          current-input-port current-output-port current-error-port
          set-current-input-port set-current-output-port set-current-error-port
          catch throw with-throw-handler error-message scm-error assert-failed)
  (begin

    (define apply
      (case-lambda
        ((f arguments) (%apply f arguments))
        ((f . arguments) (%apply f (spread arguments)))))

    ;; (a b (c d)) to (a b c d)
    (define (spread arguments)
      (if (pair? (cdr arguments))
          (cons (car arguments) (spread (cdr arguments)))
          (car arguments)))

    (define (%call-with-values producer consumer)
      (%apply-values consumer (producer)))
    (define (call-with-values producer consumer)
      (%apply-values consumer (producer)))

    ;; ---- dynamic-wind: a winder is #(before after dynamic-state)

    ;; What is no procedure is found out before anything is called.
    (define (check-procedure who what object)
      (if (not (procedure? object))
          (raise (%make-condition 'wrong-type (string-append "expected a procedure as " what ", got") (list object) who))))

    (define (dynamic-wind before thunk after)
      (check-procedure 'dynamic-wind "first argument" before)
      (check-procedure 'dynamic-wind "second argument" thunk)
      (check-procedure 'dynamic-wind "third argument" after)
      (before)
      (let ((outer (%winders)))
        (%set-winders! (cons (vector before after (%dynamic-state)) outer))
        (let ((result (thunk)))
          (%set-winders! outer)
          (after)
          result)))

    (define (common-tail a b)
      (let loop ((a a) (la (length a)) (b b) (lb (length b)))
        (cond ((eq? a b) a)
              ((> la lb) (loop (cdr a) (- la 1) b lb))
              ((< la lb) (loop a la (cdr b) (- lb 1)))
              (else (loop (cdr a) (- la 1) (cdr b) (- lb 1))))))

    ;; Leaves and enters dynamic winds until exactly `target` are in force.
    (define (rewind! target)
      (let ((current (%winders)))
        (if (not (eq? current target))
            (let ((common (common-tail current target)))
              (let leave ((winders current))
                (if (not (eq? winders common))
                    (let ((winder (car winders)))
                      (%set-winders! (cdr winders))
                      (%set-dynamic-state! (vector-ref winder 2))
                      ((vector-ref winder 1))
                      (leave (cdr winders)))))
              (let enter ((path (let collect ((winders target) (path '()))
                                  (if (eq? winders common)
                                      path
                                      (collect (cdr winders) (cons winders path))))))
                (if (pair? path)
                    (let ((winder (caar path)))
                      (%set-dynamic-state! (vector-ref winder 2))
                      ((vector-ref winder 0))
                      (%set-winders! (car path))
                      (enter (cdr path)))))))))

    ;; ---- continuations

    (define (call-with-current-continuation procedure)
      (let ((k (%capture)) (winders (%winders)) (state (%dynamic-state)))
        (procedure
         (case-lambda
           ((value)
            (rewind! winders)
            (%set-dynamic-state! state)
            (%reinstate k value))
           (results
            (rewind! winders)
            (%set-dynamic-state! state)
            (%reinstate k (%list->values results)))))))

    (define call/cc call-with-current-continuation)
    (define call-with-escape-continuation call-with-current-continuation)

    ;; ---- keyword parameters: what lambda* expands to

    (define (%positional? arguments) (and (pair? arguments) (not (keyword? (car arguments)))))

    ;; Whether at most so many arguments stand before the first keyword.
    (define (%positional-fit? arguments most)
      (or (not (%positional? arguments))
          (and (> most 0) (%positional-fit? (cdr arguments) (- most 1)))))

    ;; The argument after a keyword; of several the last.
    (define (%keyword-argument arguments keyword)
      (let loop ((rest arguments) (found (%absent)))
        (cond ((or (null? rest) (null? (cdr rest))) found)
              ((not (keyword? (car rest))) (loop (cdr rest) found))
              (else (loop (cddr rest) (if (eq? (car rest) keyword) (cadr rest) found))))))

    ;; Each keyword is known, or others are allowed, and has a value; between them is nothing unless there is a rest parameter.
    (define (%check-keywords arguments known others? free? who)
      (define (wrong message object)
        (raise (%make-condition 'keyword-argument-error message (list object) who)))
      (let loop ((rest arguments))
        (if (pair? rest)
            (let ((keyword (car rest)))
              (cond ((not (keyword? keyword))
                     (if free? (loop (cdr rest)) (wrong "invalid keyword" keyword)))
                    ((memq keyword known)
                     (if (null? (cdr rest))
                         (wrong "keyword argument has no value:" keyword)
                         (loop (cddr rest))))
                    ((not others?) (wrong "unrecognized keyword" keyword))
                    ((pair? (cdr rest)) (loop (cddr rest))))))))

    ;; What a case-lambda without clauses does.
    (define (%no-clause arguments)
      (raise (%make-condition 'arity "a case-lambda without clauses takes no number of arguments, got" (list (length arguments))
                              #f)))

    ;; ---- prompts

    (define the-default-prompt-tag (make-prompt-tag 'default))
    (define (default-prompt-tag) the-default-prompt-tag)

    ;; The handler gets the continuation up to the prompt, as a procedure, and the values of the abort.
    (define (call-with-prompt tag thunk handler)
      (%push-prompt tag handler thunk))

    ;; A slice as a procedure, whose calls run on top of their caller. `prompt` is the state that the prompt was made in, a
    ;; pair of winders and dynamic state, `winders` and `state` are those of the capture. What was added between is added
    ;; again: winders are entered, and parameters and handlers of the slice stand before those of the caller.
    (define (make-composable k prompt winders state)
      (let ((entered (let loop ((w winders) (path '()))
                       (if (or (eq? w (car prompt)) (null? w)) path (loop (cdr w) (cons (car w) path))))))
        (lambda results
          (let ((caller (%dynamic-state)))
            (let enter ((path entered))
              (if (pair? path)
                  (begin
                    (%set-dynamic-state! (vector-ref (car path) 2))
                    ((vector-ref (car path) 0))
                    (%set-winders! (cons (car path) (%winders)))
                    (enter (cdr path)))))
            (%set-dynamic-state! (added-to state (cdr prompt) caller))
            (%compose k (%list->values results))))))

    ;; The entries that `state` has before `outer`, before those of `caller`.
    (define (added-to state outer caller)
      (cond ((eq? outer caller) state)
            ((or (eq? state outer) (null? state)) caller)
            (else (cons (car state) (added-to (cdr state) outer caller)))))

    (define (abort-to-prompt tag . results)
      (let ((k (%capture-slice tag)) (prompt (%prompt-state tag)) (winders (%winders)) (state (%dynamic-state)))
        (rewind! (car prompt))
        (%abort-to tag (cons (make-composable k prompt winders state) results))))

    (define (call-with-composable-continuation procedure tag)
      (let ((k (%capture-slice tag)) (prompt (%prompt-state tag)) (winders (%winders)) (state (%dynamic-state)))
        (procedure (make-composable k prompt winders state))))

    ;; ---- conditions

    (define (handlers)
      (let ((entry (assq '%handlers (%dynamic-state))))
        (if entry (cdr entry) '())))

    (define (%with-handlers handlers thunk)
      (let ((outer (%dynamic-state)))
        (%set-dynamic-state! (cons (cons '%handlers handlers) outer))
        (let ((result (thunk)))
          (%set-dynamic-state! outer)
          result)))

    ;; Guile's #:unwind? #t: the handler runs in the extent of the call, and its values are the call's. #:unwind-for-type: only
    ;; for what has that key (see catch).
    (define with-exception-handler
      (case-lambda*
        ((handler thunk)
         (check-procedure 'with-exception-handler "handler" handler)
         (check-procedure 'with-exception-handler "thunk" thunk)
         (%with-handlers (cons handler (handlers)) thunk))
        ((handler thunk #:key (unwind? #f) (unwind-for-type #t))
         (check-procedure 'with-exception-handler "handler" handler)
         (if unwind?
             ((call-with-current-continuation
               (lambda (leave)
                 (with-exception-handler
                  (lambda (condition)
                    (if (caught? unwind-for-type condition)
                        (leave (lambda () (handler condition)))
                        (raise-continuable condition)))
                  (lambda ()
                    (let ((result (thunk)))
                      (lambda () result)))))))
             (with-exception-handler handler thunk)))))

    (define (raise-continuable object)
      (let ((all (handlers)))
        (if (pair? all)
            (%with-handlers (cdr all) (lambda () ((car all) object)))
            (%uncaught object))))

    (define (raise object)
      (let ((all (handlers)))
        (if (pair? all)
            (%with-handlers
             (cdr all)
             (lambda ()
               ((car all) object)
               (raise (%make-condition 'error "the handler returned from a condition that can't be continued:" (list object) 'raise))))
            (%uncaught object))))

    (define (error message . irritants)
      (raise (%make-condition 'error message irritants #f)))

    (define (error-message object) (condition/report-string object))

    ;; (guard (c clause ...) body ...): the clauses run in the dynamic extent of the guard, `reraise` in that of the raise.
    (define (%guard body handler)
      ((call-with-current-continuation
        (lambda (leave)
          (with-exception-handler
           (lambda (condition)
             ((call-with-current-continuation
               (lambda (back)
                 (leave
                  (lambda ()
                    (handler condition
                             (lambda ()
                               (back (lambda () (raise-continuable condition)))))))))))
           (lambda ()
             (let ((result (body)))
               (lambda () result))))))))

    (define (assert-failed what)
      (raise (%make-condition 'assertion "assertion failed:" (list what) #f)))

    ;; ---- Guile's catch and throw: every object that is raised has a key and arguments

    (define (throw key . arguments) (raise (%thrown key arguments)))
    (define (scm-error key who message arguments data) (raise (%thrown key (list who message arguments data))))

    (define (caught? key condition) (or (eq? key #t) (eq? key (exception-kind condition))))
    (define (handle handler condition) (%apply handler (cons (exception-kind condition) (exception-args condition))))

    (define catch
      (case-lambda
        ((key thunk handler) (catch key thunk handler #f))
        ((key thunk handler before)
         ((call-with-current-continuation
           (lambda (leave)
             (with-exception-handler
              (lambda (condition)
                (if (caught? key condition)
                    (begin
                      (if before (handle before condition))
                      (leave (lambda () (handle handler condition))))
                    (raise-continuable condition)))
              (lambda ()
                (let ((result (thunk)))
                  (lambda () result))))))))))

    (define (with-throw-handler key thunk handler)
      (with-exception-handler
       (lambda (condition)
         (if (caught? key condition) (handle handler condition))
         (raise-continuable condition))
       thunk))

    ;; ---- parameters: the procedure knows its record

    (define-record-type parameter
      (make-parameter-record default converter)
      parameter?
      (default parameter-default set-parameter-default!)
      (converter parameter-converter))

    (define record-please (list 'record-please))

    (define (parameter-procedure record)
      (case-lambda
        (()
         (let ((entry (assq record (%dynamic-state))))
           (if entry (cdr entry) (parameter-default record))))
        ((value)
         (if (eq? value record-please)
             record
             ;; SRFI 39: a call with a value changes the innermost binding.
             (let ((value (convert record value)) (entry (assq record (%dynamic-state))))
               (if entry (set-cdr! entry value) (set-parameter-default! record value)))))))

    (define (convert record value)
      (let ((converter (parameter-converter record)))
        (if converter (converter value) value)))

    (define (parameter-record object)
      (let ((record (and (procedure? object) (object record-please))))
        (if (parameter? record)
            record
            (raise (%make-condition 'wrong-type "expected a parameter, got" (list object) 'parameterize)))))

    (define make-parameter
      (case-lambda
        ((value) (parameter-procedure (make-parameter-record value #f)))
        ((value converter) (parameter-procedure (make-parameter-record (converter value) converter)))))

    ;; Bindings are pairs of a parameter and the value before conversion.
    (define (%parameterize bindings thunk)
      (let ((outer (%dynamic-state)))
        (let loop ((bindings bindings) (inner outer))
          (if (pair? bindings)
              (let ((record (parameter-record (caar bindings))))
                (loop (cdr bindings)
                      (cons (cons record (convert record (cdar bindings))) inner)))
              (begin
                (%set-dynamic-state! inner)
                (let ((result (thunk)))
                  (%set-dynamic-state! outer)
                  result))))))

    (define input (make-parameter-record (%standard-port 0) #f))
    (define output (make-parameter-record (%standard-port 1) #f))
    (define errors (make-parameter-record (%standard-port 2) #f))
    (%set-port-parameters! input output errors)
    (define current-input-port (parameter-procedure input))
    (define current-output-port (parameter-procedure output))
    (define current-error-port (parameter-procedure errors))
    (define (set-current-input-port port) (current-input-port port))
    (define (set-current-output-port port) (current-output-port port))
    (define (set-current-error-port port) (current-error-port port))

    ;; ---- promises (R7RS 7.3): a promise is a box of #(done? value-or-thunk), shared by those that it was forced to be

    (define-record-type promise
      (make-promise-record content)
      promise?
      (content promise-content set-promise-content!))

    (define (%delay-force thunk) (make-promise-record (vector #f thunk)))
    (define (%delay thunk) (%delay-force (lambda () (make-promise-record (vector #t (thunk))))))
    (define (make-promise value)
      (if (promise? value) value (make-promise-record (vector #t value))))

    ;; What the expression of a delay-force has given.
    (define (chained object)
      (if (promise? object)
          object
          (raise (%make-condition 'wrong-type "expected a promise, got" (list object) 'delay-force))))

    (define (force promise)
      (if (promise? promise)
          (let loop ()
            (let ((content (promise-content promise)))
              (if (vector-ref content 0)
                  (vector-ref content 1)
                  (let* ((next ((vector-ref content 1))) (content (promise-content promise)))
                    (if (not (vector-ref content 0))
                        (let ((other (promise-content (chained next))))
                          (vector-set! content 0 (vector-ref other 0))
                          (vector-set! content 1 (vector-ref other 1))
                          (set-promise-content! next content)))
                    (loop)))))
          promise))

    ;; ---- the end

    (define exit
      (case-lambda
        (() (exit #t))
        ((status) (rewind! '()) (%exit status))))
    (define emergency-exit
      (case-lambda
        (() (%exit #t))
        ((status) (%exit status))))

    (define program-arguments command-line)
    (define quit exit)
    (define primitive-exit emergency-exit)
    (define internal-time-units-per-second (jiffies-per-second))

    (%set-raise-procedure! raise)))
