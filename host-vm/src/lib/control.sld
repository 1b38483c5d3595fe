;;; Control: continuations, dynamic winding, exceptions, parameters, prompts, promises.
;;;
;;; Everything that follows the dynamic extent of a program lies in one list, the dynamic state. Entering a construct pushes an
;;; entry, returning from it normally pops one (whatever it is then), and a continuation remembers the list at its capture. An
;;; entry is a pair of a key and a content:
;;;
;;;   wind-key     (before . after)      a dynamic-wind
;;;   handler-key  procedure             an exception handler
;;;   mask-key     state                 a handler is running: those in force are found in that state
;;;   none-key     #f                    nothing: what a prompt becomes in a composed continuation
;;;   a parameter record   value         a binding by parameterize
;;;   a prompt tag         #f            a prompt
;;;
;;; Popping instead of restoring makes delimited continuations right: the frames of a slice pop what its composition
;;; pushed, onto whatever state they are composed on.
(define-library (limpet control)
  (export call-with-values
          dynamic-wind call-with-current-continuation call/cc call-with-escape-continuation call/ec within-continuation
          raise raise-continuable with-exception-handler error error-message-string %guard
          make-parameter %parameterize %parameter-record
          call-with-prompt abort-to-prompt call-with-composable-continuation default-prompt-tag
          %make-lazy-promise make-promise promise? force
          exit emergency-exit)
  (import (limpet core))
  (begin
    (define wind-key (list 'wind))
    (define handler-key (list 'handler))
    (define mask-key (list 'mask))
    (define none-key (list 'none))

    (define (push-entry! key content)
      (%set-dynamic-state! (cons (cons key content) (%dynamic-state))))

    (define (pop-entry!)
      (%set-dynamic-state! (cdr (%dynamic-state))))

    (define (call-with-values producer consumer)
      (%apply-values consumer (producer)))

    ;; Dynamic winding

    (define (dynamic-wind before thunk after)
      (before)
      (push-entry! wind-key (cons before after))
      (let ((result (thunk)))
        (pop-entry!)
        (after)
        result))

    ;; Goes from one state to a tail of it, running the afters on the way.
    (define (unwind state target)
      (cond
        ((eq? state target) (%set-dynamic-state! target))
        ((eq? (caar state) wind-key)
         (%set-dynamic-state! (cdr state))
         ((cddar state))
         (unwind (cdr state) target))
        (else (unwind (cdr state) target))))

    ;; Goes from a tail of a state to that state, running the befores on the way.
    (define (wind state target)
      (if (not (eq? state target))
          (begin
            (wind state (cdr target))
            (if (eq? (caar target) wind-key) ((cadar target)))
            (%set-dynamic-state! target))))

    (define (common-tail a a-length b b-length)
      (cond
        ((< a-length b-length) (common-tail a a-length (cdr b) (- b-length 1)))
        ((< b-length a-length) (common-tail (cdr a) (- a-length 1) b b-length))
        ((eq? a b) a)
        (else (common-tail (cdr a) (- a-length 1) (cdr b) (- b-length 1)))))

    (define (rewind target)
      (let ((state (%dynamic-state)))
        (if (not (eq? state target))
            (let ((common (common-tail state (length state) target (length target))))
              (unwind state common)
              (wind common target)))))

    ;; Continuations

    (define (call-with-current-continuation procedure)
      (let ((continuation (%capture)) (state (%dynamic-state)))
        (procedure
         (case-lambda
           ((result) (rewind state) (%reinstate continuation result))
           (results (rewind state) (%reinstate continuation (%list->values results)))))))

    (define call/cc call-with-current-continuation)
    (define call-with-escape-continuation call-with-current-continuation)
    (define call/ec call-with-current-continuation)

    ;; Calls a thunk, the results of which go to a continuation.
    (define (within-continuation continuation thunk)
      (call-with-values thunk continuation))

    ;; Exceptions

    (define (find-handler state)
      (cond
        ((null? state) #f)
        ((eq? (caar state) handler-key) state)
        ((eq? (caar state) mask-key) (find-handler (cdar state)))
        (else (find-handler (cdr state)))))

    (define (raise object)
      (let ((found (find-handler (%dynamic-state))))
        (if found
            (begin
              (push-entry! mask-key (cdr found))
              ((cdar found) object)
              ;; Raised with the mask in place: it goes to the next handler outwards.
              (raise (%make-condition 'non-continuable "the handler returned from an exception that can't be continued:"
                                      (list object) #f)))
            (%uncaught object))))

    (define (raise-continuable object)
      (let ((found (find-handler (%dynamic-state))))
        (if found
            (begin
              (push-entry! mask-key (cdr found))
              (let ((result ((cdar found) object)))
                (pop-entry!)
                result))
            (%uncaught object))))

    (define (check-procedure who object)
      (if (not (procedure? object))
          (raise (%make-condition 'wrong-type "expected a procedure, got" (list object) who))))

    (define (with-exception-handler handler thunk)
      (check-procedure 'with-exception-handler handler)
      (push-entry! handler-key handler)
      (let ((result (thunk)))
        (pop-entry!)
        result))

    (define (error message . irritants)
      (raise (%make-condition 'error message irritants #f)))

    (define (error-message-string condition)
      (condition/report-string condition))

    ;; (guard (variable clause …) body …): `handler` is called with the object, in the continuation and state of the
    ;; guard expression, and with a thunk that raises the object again where it was raised.
    (define (%guard thunk handler)
      ((guarded thunk handler)))

    ;; Returns a thunk: either for the results of the body, or for the handler.
    (define (guarded thunk handler)
      (let ((continuation (%capture)) (state (%dynamic-state)))
        (push-entry! handler-key
          (lambda (object)
            ((call-with-current-continuation
              (lambda (raised)
                (rewind state)
                (%reinstate continuation
                  (lambda ()
                    (handler object (lambda () (raised (lambda () (raise-continuable object)))))))))))
        (let ((result (thunk)))
          (pop-entry!)
          (lambda () result))))

    ;; Parameters

    (define parameter-type (%make-record-type 'parameter '#(value converter)))
    (define parameter-key (list 'parameter))

    (define (new-parameter value converter)
      (let ((parameter (%record parameter-type value converter)))
        (case-lambda
          (()
           (let ((binding (assq parameter (%dynamic-state))))
             (if binding (cdr binding) (%record-ref parameter parameter-type 0))))
          ((value)
           (if (eq? value parameter-key)
               parameter
               (let ((binding (assq parameter (%dynamic-state)))
                     (value (if converter (converter value) value)))
                 (if binding
                     (set-cdr! binding value)
                     (%record-set! parameter parameter-type 0 value))))))))

    (define make-parameter
      (case-lambda
        ((value) (new-parameter value #f))
        ((value converter) (new-parameter (converter value) converter))))

    (define (%parameter-record parameter) (parameter parameter-key))

    ;; The entry for a pair of a parameter procedure and a value that is not converted yet.
    (define (parameter-entry binding)
      (let ((parameter (and (procedure? (car binding)) ((car binding) parameter-key))))
        (if (%record? parameter parameter-type)
            (let ((converter (%record-ref parameter parameter-type 1)))
              (cons parameter (if converter (converter (cdr binding)) (cdr binding))))
            (raise (%make-condition 'wrong-type "expected a parameter, got" (list (car binding)) 'parameterize)))))

    (define (%parameterize bindings thunk)
      (let loop ((rest bindings) (entries '()) (count 0))
        (if (pair? rest)
            (loop (cdr rest) (cons (parameter-entry (car rest)) entries) (+ count 1))
            (begin
              (%set-dynamic-state! (append-reverse entries (%dynamic-state)))
              (let ((result (thunk)))
                (%set-dynamic-state! (list-tail (%dynamic-state) count))
                result)))))

    ;; Prompts

    (define prompt-tag (make-prompt-tag 'default))
    (define (default-prompt-tag) prompt-tag)

    (define (call-with-prompt tag thunk handler)
      (%push-prompt tag handler
        (lambda ()
          (push-entry! tag #f)
          (let ((result (thunk)))
            (pop-entry!)
            result))))

    ;; The tail of a state that begins with the entry of a prompt.
    (define (find-prompt tag state)
      (cond
        ((null? state) (raise (%make-condition 'no-prompt "there is no prompt with the tag" (list tag) 'abort-to-prompt)))
        ((eq? (caar state) tag) state)
        (else (find-prompt tag (cdr state)))))

    ;; Pushes the entries from a prompt's up to `state` onto the present state, running the befores.
    (define (wind-slice state prompt)
      (if (eq? state prompt)
          (push-entry! none-key #f)
          (begin
            (wind-slice (cdr state) prompt)
            (if (eq? (caar state) wind-key) ((cadar state)))
            (%set-dynamic-state! (cons (car state) (%dynamic-state))))))

    (define (composable slice state prompt)
      (case-lambda
        ((result) (wind-slice state prompt) (%compose slice result))
        (results (wind-slice state prompt) (%compose slice (%list->values results)))))

    (define (abort-to-prompt tag . results)
      (let* ((state (%dynamic-state)) (prompt (find-prompt tag state)))
        (let ((continuation (composable (%capture-slice tag) state prompt)))
          (unwind state (cdr prompt))
          (%abort-to tag (cons continuation results)))))

    (define call-with-composable-continuation
      (case-lambda
        ((procedure) (call-with-composable-continuation procedure prompt-tag))
        ((procedure tag)
         (let* ((state (%dynamic-state)) (prompt (find-prompt tag state)))
           (procedure (composable (%capture-slice tag) state prompt))))))

    ;; Promises (R7RS 4.2.5). The content of a promise is a pair (done? . value or thunk), which promises that are
    ;; forced through each other share. A thunk gives a promise, or any other object as the value.

    (define promise-type (%make-opaque-record-type 'promise '#(content)))

    (define (promise? object) (%record? object promise-type))
    (define (%make-lazy-promise thunk) (%record promise-type (cons #f thunk)))

    (define (make-promise object)
      (if (promise? object) object (%record promise-type (cons #t object))))

    (define (force promise)
      (if (promise? promise)
          (let loop ()
            (let ((content (%record-ref promise promise-type 0)))
              (if (car content)
                  (cdr content)
                  (let ((next ((cdr content))))
                    ;; Forcing the thunk may have forced this very promise.
                    (let ((content (%record-ref promise promise-type 0)))
                      (cond
                        ((car content) (cdr content))
                        ((promise? next)
                         (let ((inner (%record-ref next promise-type 0)))
                           (set-car! content (car inner))
                           (set-cdr! content (cdr inner))
                           (%record-set! next promise-type 0 content)
                           (loop)))
                        (else
                         (set-car! content #t)
                         (set-cdr! content next)
                         next)))))))
          promise))

    ;; The end

    (define (exit-status code)
      (cond
        ((eq? code #t) 0)
        ((fixnum? code) (bitwise-and code 255))
        (else 1)))

    (define exit
      (case-lambda
        (() (rewind '()) (%exit 0))
        ((code) (rewind '()) (%exit (exit-status code)))))

    (define emergency-exit
      (case-lambda
        (() (%exit 0))
        ((code) (%exit (exit-status code)))))

    (%set-raise-procedure! raise)))
