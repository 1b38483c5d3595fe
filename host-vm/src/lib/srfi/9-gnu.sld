;; (srfi srfi-9 gnu): records that are not changed but copied with other values.

(define-library (srfi 9 gnu)
  (import (limpet core) (limpet control) (limpet list))
  (export define-immutable-record-type set-field set-fields)
  (begin

    ;; (define-immutable-record-type name (make field ...) predicate (field accessor [modifier]) ...): a modifier gives a
    ;; copy. To `set-field` an accessor is what finds its field: it is asked with `updater` as a second argument.
    (define updater (list 'updater))

    (define-syntax define-immutable-record-type
      (syntax-rules ()
        ((_ type (make name ...) predicate (field accessor . modifier) ...)
         (begin
           (define type (%make-record-type 'type '#(field ...)))
           (define (make name ...)
             (%fill type (list (cons 'name name) ...)))
           (define (predicate object) (%record? object type))
           (%define-field type field accessor . modifier) ...))
        ((_ type #f predicate field ...) (define-immutable-record-type type (hidden) predicate field ...))))
    (define-syntax %define-field
      (syntax-rules ()
        ((_ type field accessor)
         (define accessor
           (let ((i (index-of type 'field)))
             (case-lambda
               ((record) (%record-ref record type i))
               ((record key) (updating type i record key 'accessor))))))
        ((_ type field accessor modifier)
         (begin
           (%define-field type field accessor)
           (define modifier
             (let ((i (index-of type 'field)))
               (lambda (record value) (%copy-with type i record value))))))))

    (define (index-of type field)
      (list-index (lambda (name) (eq? name field)) (record-type-fields type)))
    (define (%fill type values)
      (apply %record type
             (map (lambda (field) (let ((entry (assq field values))) (and entry (cdr entry))))
                  (record-type-fields type))))
    (define (%copy-with type index record value)
      (%record-ref record type index)
      (apply %record type
             (map (lambda (i) (if (= i index) value (%record-ref record type i)))
                  (iota (length (record-type-fields type))))))
    (define (updating type i record key who)
      (if (eq? key updater)
          (lambda (value) (%copy-with type i record value))
          (raise (%make-condition 'arity "expected 1 argument, got 2" '() who))))

    ;; (set-field record (accessor ...) value): the field that the accessors lead to, one after the other.
    (define (set-at record accessors value)
      (if (null? accessors)
          value
          (let ((accessor (car accessors)))
            ((accessor record updater)
             (if (null? (cdr accessors)) value (set-at (accessor record) (cdr accessors) value))))))
    (define-syntax set-field
      (syntax-rules ()
        ((_ record (accessor ...) value) (set-at record (list accessor ...) value))))
    (define-syntax set-fields
      (syntax-rules ()
        ((_ record) record)
        ((_ record ((accessor ...) value) more ...)
         (set-fields (set-field record (accessor ...) value) more ...))))))
