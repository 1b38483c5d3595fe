;; (ice-9 exceptions): exceptions as records with types, alone or compound.
;;
;; All of them are conditions to the rest of the library, so that `error-object-message`, `catch` and reports know them:
;; the type of compound exceptions is derived from that of conditions, with the list of parts as a further field, and an
;; exception of one part is a compound of it. Conditions that the library itself raises are seen as compounds of the parts
;; that their kind implies.

(define-library (ice-9 exceptions)
  (import (rename (limpet core) (condition-who core-who)) (limpet control) (limpet list))
  (export &exception make-exception make-exception-type exception? exception-type? simple-exceptions
          exception-predicate exception-accessor define-exception-type
          &message make-exception-with-message exception-with-message? exception-message
          &warning make-warning warning?
          &error make-error error?
          &external-error make-external-error external-error?
          &quit-exception make-quit-exception quit-exception? quit-exception-code
          &programming-error make-programming-error programming-error?
          &assertion-failure make-assertion-failure assertion-failure?
          &irritants make-exception-with-irritants exception-with-irritants? exception-irritants
          &origin make-exception-with-origin exception-with-origin? exception-origin
          &non-continuable make-non-continuable-error non-continuable-error?
          &implementation-restriction make-implementation-restriction-error implementation-restriction-error?
          &lexical make-lexical-error lexical-error?
          &syntax make-syntax-error syntax-error? syntax-error-form syntax-error-subform
          &undefined-variable make-undefined-variable-error undefined-variable-error?
          raise-exception raise raise-continuable with-exception-handler guard
          exception-kind exception-args)
  (begin

    (define &exception (%make-record-type '&exception '#()))
    (define (ancestor? type ancestor)
      (let loop ((type type))
        (and type (or (eq? type ancestor) (loop (%record-type-parent type))))))
    (define (exception-type? object) (and (record-type? object) (ancestor? object &exception)))
    (define (make-exception-type name parent fields)
      (if (not (exception-type? parent)) (error "make-exception-type: expected an exception type as parent, got" parent))
      (%make-record-type name (list->vector fields) parent))
    (define (part? object) (%record? object &exception))

    (define condition-type (record-type (%make-condition 'error "" '() #f)))
    (define compound-type (%make-record-type 'exception '#(parts) condition-type))
    (define (compound? object) (%record? object compound-type))
    (define parts-field 5)

    (define (exception? object) (or (condition? object) (part? object)))

    ;; What is raised is always a condition: its message and irritants are those of the parts.
    (define (compound parts)
      (let* ((find-part (lambda (type) (find (lambda (part) (%record? part type)) parts)))
             (message (find-part &message))
             (irritants (find-part &irritants))
             (origin (find-part &origin)))
        (%record compound-type
                 '%exception
                 (if message (%record-ref message &message 0) (description parts))
                 (cond (irritants (let ((objects (%record-ref irritants &irritants 0)))
                                    (if (list? objects) objects (list objects))))
                       (message '())
                       (else (append-map fields-of parts)))
                 (and origin (let ((who (%record-ref origin &origin 0))) (and (symbol? who) who)))
                 #f
                 parts)))
    (define (description parts)
      (let ((out (open-output-string)))
        (for-each
         (lambda (part)
           (if (not (eq? part (car parts))) (write-string ", " out))
           (display (%record-type-name (record-type part)) out))
         parts)
        (get-output-string out)))
    (define (fields-of part)
      (let ((type (record-type part)))
        (map (lambda (i) (%record-ref part type i)) (iota (length (record-type-fields type))))))

    (define (make-exception . exceptions) (compound (append-map simple-exceptions exceptions)))

    (define (simple-exceptions exception)
      (cond ((compound? exception) (%record-ref exception compound-type parts-field))
            ((condition? exception) (parts-of-condition exception))
            ((part? exception) (list exception))
            (else (error "expected an exception, got" exception))))

    ;; ---- types, their constructors, predicates and accessors

    (define (constructor type)
      (let ((count (length (record-type-fields type))))
        (lambda values
          (if (not (= (length values) count))
              (error "wrong number of fields for an exception of type" (%record-type-name type) values))
          (compound (list (apply %record type values))))))
    (define (exception-predicate type)
      (lambda (object)
        (and (exception? object) (any (lambda (part) (%record? part type)) (simple-exceptions object)))))
    ;; `field` is an accessor of the type's own records.
    (define (exception-accessor type field)
      (lambda (exception)
        (let ((part (and (exception? exception)
                         (find (lambda (part) (%record? part type)) (simple-exceptions exception)))))
          (if part
              (field part)
              (raise (%make-condition 'wrong-type "expected an exception of type"
                                      (list (%record-type-name type) exception) #f))))))
    (define (field-accessor type name)
      (let ((i (list-index (lambda (field) (eq? field name)) (record-type-fields type))))
        (exception-accessor type (lambda (part) (%record-ref part type i)))))

    (define-syntax define-exception-type
      (syntax-rules ()
        ((_ type parent make is? (field accessor) ...)
         (begin
           (define type (make-exception-type 'type parent '(field ...)))
           (define make (constructor type))
           (define is? (exception-predicate type))
           (define accessor (field-accessor type 'field))
           ...))))

    (define-exception-type &message &exception make-exception-with-message exception-with-message?
      (message exception-message))
    (define-exception-type &warning &exception make-warning warning?)
    (define-exception-type &error &exception make-error error?)
    (define-exception-type &external-error &error make-external-error external-error?)
    (define-exception-type &quit-exception &exception make-quit-exception quit-exception? (code quit-exception-code))
    (define-exception-type &programming-error &error make-programming-error programming-error?)
    (define-exception-type &assertion-failure &programming-error make-assertion-failure assertion-failure?)
    (define-exception-type &irritants &exception make-exception-with-irritants exception-with-irritants?
      (irritants exception-irritants))
    (define-exception-type &origin &exception make-exception-with-origin exception-with-origin?
      (origin exception-origin))
    (define-exception-type &non-continuable &programming-error make-non-continuable-error non-continuable-error?)
    (define-exception-type &implementation-restriction &programming-error make-implementation-restriction-error
      implementation-restriction-error?)
    (define-exception-type &lexical &programming-error make-lexical-error lexical-error?)
    (define-exception-type &syntax &programming-error make-syntax-error syntax-error?
      (form syntax-error-form) (subform syntax-error-subform))
    (define-exception-type &undefined-variable &programming-error make-undefined-variable-error
      undefined-variable-error?)

    ;; ---- conditions of the library

    (define (parts-of-condition condition)
      (let* ((who (core-who condition))
             (kind (condition-kind condition))
             (rest (cons* (%record &message (error-object-message condition))
                          (%record &irritants (error-object-irritants condition))
                          (if who (list (%record &origin who)) '()))))
        (cons (case kind
                ((wrong-type out-of-range arity assertion) (%record &assertion-failure))
                ((unbound) (%record &undefined-variable))
                ((syntax) (%record &syntax #f #f))
                ((read) (%record &lexical))
                ((file) (%record &external-error))
                ((memory) (%record &implementation-restriction))
                (else (%record &error)))
              rest)))

    ;; (raise-exception object [#:continuable? continuable?])
    (define (raise-exception object . options)
      (if (and (pair? options) (pair? (cdr options)) (cadr options))
          (raise-continuable object)
          (raise object)))))
