;; SRFI 35: conditions. A condition has one or more types, each with fields; a type has those of its ancestors, too.

(define-library (srfi 35)
  (import (except (limpet core) condition?) (limpet control) (limpet list))
  (export make-condition-type condition-type? make-condition condition? condition-has-type? condition-ref
          make-compound-condition extract-condition define-condition-type condition
          &condition &message message-condition? condition-message &serious serious-condition? &error error?)
  (begin

    (define-record-type condition-type
      (new-type name parent fields)
      condition-type?
      (name type-name)
      (parent type-parent)
      (fields type-fields))
    ;; The parts: pairs of a type and an association list of its fields.
    (define-record-type a-condition (new-condition parts) condition? (parts condition-parts))

    (define &condition (new-type '&condition #f '()))

    (define (make-condition-type name parent fields)
      (if (not (condition-type? parent)) (error "make-condition-type: expected a condition type as parent, got" parent))
      (if (any (lambda (field) (memq field (type-fields parent))) fields)
          (error "make-condition-type: the parent has fields of the same name:" fields))
      (new-type name parent (append (type-fields parent) fields)))

    (define (subtype? type ancestor)
      (and type (or (eq? type ancestor) (subtype? (type-parent type) ancestor))))

    (define (check-fields type fields)
      (for-each
       (lambda (field) (if (not (assq field fields)) (error "condition: the field has no value:" field)))
       (type-fields type)))
    (define (make-condition type . plist)
      (let ((fields (let loop ((rest plist) (fields '()))
                      (if (null? rest) fields (loop (cddr rest) (cons (cons (car rest) (cadr rest)) fields))))))
        (for-each
         (lambda (entry)
           (if (not (memq (car entry) (type-fields type))) (error "make-condition: the type has no field" (car entry))))
         fields)
        (check-fields type fields)
        (new-condition (list (cons type fields)))))
    (define (make-compound-condition condition . more)
      (new-condition (append-map condition-parts (cons condition more))))

    (define (part-of condition type)
      (find (lambda (part) (subtype? (car part) type)) (condition-parts condition)))
    (define (condition-has-type? condition type) (and (part-of condition type) #t))
    (define (condition-ref condition field)
      (let loop ((parts (condition-parts condition)))
        (if (null? parts) (error "condition-ref: the condition has no field" field))
        (let ((entry (assq field (cdar parts))))
          (if entry (cdr entry) (loop (cdr parts))))))
    (define (extract-condition condition type)
      (let ((part (part-of condition type)))
        (if (not part) (error "extract-condition: the condition is not of the type" type))
        (new-condition
         (list (cons type (filter (lambda (entry) (memq (car entry) (type-fields type))) (cdr part)))))))

    ;; (condition (type (field value) ...) ...): values may be shared by types of one condition.
    (define-syntax condition
      (syntax-rules ()
        ((_ (type (field value) ...) ...)
         (type-field-alist->condition (list (cons type (list (cons 'field value) ...)) ...)))))
    (define (type-field-alist->condition parts)
      (let ((all (append-map cdr parts)))
        (new-condition
         (map (lambda (part)
                (let ((fields (map (lambda (name)
                                     (or (assq name (cdr part)) (assq name all)
                                         (error "condition: the field has no value:" name)))
                                   (type-fields (car part)))))
                  (cons (car part) fields)))
              parts))))

    (define-syntax define-condition-type
      (syntax-rules ()
        ((_ name parent predicate (field accessor) ...)
         (begin
           (define name (make-condition-type 'name parent '(field ...)))
           (define (predicate object) (and (condition? object) (condition-has-type? object name)))
           (define (accessor condition)
             (if (predicate condition)
                 (condition-ref (extract-condition condition name) 'field)
                 (error "the condition is not of the type" 'name condition)))
           ...))))

    (define-condition-type &message &condition message-condition? (message condition-message))
    (define-condition-type &serious &condition serious-condition?)
    (define-condition-type &error &serious error?)))
