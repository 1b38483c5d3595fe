;; (limpet guile): what Guile programs find without an import and no report or SRFI has. A default environment loads it when
;; it first meets one of the names.

(define-library (limpet guile)
  (import (limpet core) (limpet control) (limpet list) (limpet sequence) (limpet sort) (limpet hash) (limpet eval))
  (export ->bool acons and=> basename dirname compose const negate noop nil? thunk? copy-tree delq! delv delv! delete1!
          delq1! delv1! list-cdr-ref list-cdr-set! sloppy-assq sloppy-assv sloppy-assoc map-in-order filter!
          make-fluid make-unbound-fluid make-thread-local-fluid fluid? fluid-ref fluid-set! fluid-bound? fluid-unset!
          fluid->parameter with-fluids with-fluids* with-fluid*
          make-hook hook? hook-empty? hook->list add-hook! remove-hook! reset-hook! run-hook
          make-variable make-undefined-variable variable? variable-bound? variable-ref variable-set!
          inf nan inf? object->string peek pk warn program-arguments quit primitive-exit force-output
          string-capitalize string-capitalize! substring/copy substring/read-only substring-fill! substring-move!
          string-utf8-length string-ci->symbol list->symbol vector-move-left! vector-move-right!
          restricted-vector-sort! make-record-type record-type-descriptor record-constructor record-predicate
          record-accessor record-modifier version major-version minor-version micro-version effective-version
          false-if-exception *unspecified* begin0 gc defined? provided? defmacro define-inlinable define-once
          setlocale LC_ALL LC_CTYPE LC_NUMERIC LC_TIME LC_COLLATE LC_MONETARY LC_MESSAGES set-port-encoding!
          port-encoding %default-port-encoding most-positive-fixnum most-negative-fixnum eval-string putenv hashq
          hashv hash-get-handle hashq-get-handle hashv-get-handle hashx-ref hashx-set! hashx-remove!
          make-weak-key-hash-table make-weak-value-hash-table make-doubly-weak-hash-table)
  (begin

    ;; ---- small procedures

    (define (->bool x) (if x #t #f))
    (define (acons key value alist) (cons (cons key value) alist))
    (define (and=> value f) (and value (f value)))
    (define (const value) (lambda arguments value))
    (define (negate f)
      (case-lambda
        ((x) (not (f x)))
        (arguments (not (apply f arguments)))))
    (define compose
      (case-lambda
        ((f) f)
        ((f g)
         (lambda arguments (call-with-values (lambda () (apply g arguments)) f)))
        ((f . more) (compose f (apply compose more)))))
    (define (noop . arguments) (if (pair? arguments) (car arguments) #f))
    (define (nil? x) (or (null? x) (not x)))
    (define (thunk? x) (procedure? x))
    (define *unspecified* (if #f #f))
    (define-syntax begin0
      (syntax-rules () ((_ first rest ...) (let ((result first)) rest ... result))))
    (define-syntax false-if-exception
      (syntax-rules () ((_ expression) (guard (condition (#t #f)) expression))))

    (define (copy-tree tree)
      (cond ((pair? tree)
             ;; Along the spine in a loop; only the depth of the elements recurs.
             (let loop ((rest tree) (copied '()))
               (if (pair? rest)
                   (loop (cdr rest) (cons (copy-tree (car rest)) copied))
                   (append-reverse copied (if (vector? rest) (copy-tree rest) rest)))))
            ((vector? tree) (vector-map copy-tree tree))
            (else tree)))
    (define delq! delq)
    (define (delv x list) (delete x list eqv?))
    (define delv! delv)
    (define (delete-first same? x list)
      (let loop ((rest list) (before '()))
        (cond ((null? rest) list)
              ((same? x (car rest)) (append-reverse before (cdr rest)))
              (else (loop (cdr rest) (cons (car rest) before))))))
    (define (delq1! x list) (delete-first eq? x list))
    (define (delv1! x list) (delete-first eqv? x list))
    (define (delete1! x list) (delete-first equal? x list))
    (define (list-cdr-ref list n) (list-tail list n))
    (define (list-cdr-set! list n value) (set-cdr! (list-tail list n) value) value)
    (define (sloppy same?)
      (lambda (key alist)
        (let loop ((alist alist))
          (cond ((not (pair? alist)) #f)
                ((and (pair? (car alist)) (same? key (caar alist))) (car alist))
                (else (loop (cdr alist)))))))
    (define sloppy-assq (sloppy eq?))
    (define sloppy-assv (sloppy eqv?))
    (define sloppy-assoc (sloppy equal?))
    (define map-in-order map)
    (define filter! filter)

    (define (basename path . suffix)
      (let* ((end (let trim ((i (string-length path)))
                    (if (and (> i 1) (char=? (string-ref path (- i 1)) #\/)) (trim (- i 1)) i)))
             (path (substring path 0 end))
             (slash (string-rindex path #\/))
             (name (if (and slash (> end 1)) (substring path (+ slash 1) end) path)))
        (if (and (pair? suffix) (string-suffix? (car suffix) name) (not (string=? (car suffix) name)))
            (substring name 0 (- (string-length name) (string-length (car suffix))))
            name)))
    (define (dirname path)
      (let* ((end (let trim ((i (string-length path)))
                    (if (and (> i 1) (char=? (string-ref path (- i 1)) #\/)) (trim (- i 1)) i)))
             (slash (string-rindex (substring path 0 end) #\/)))
        (cond ((not slash) ".")
              ((= slash 0) "/")
              (else (substring path 0 slash)))))

    ;; ---- fluids: bindings in the dynamic state, like those of parameters, and a value outside of all

    (define-record-type fluid (new-fluid value) fluid? (value fluid-value set-fluid-value!))
    (define nothing (list 'unbound))
    (define make-fluid (case-lambda (() (new-fluid #f)) ((value) (new-fluid value))))
    (define (make-unbound-fluid) (new-fluid nothing))
    (define make-thread-local-fluid make-fluid)
    (define (check-fluid who f)
      (if (not (fluid? f)) (raise (%make-condition 'wrong-type "expected a fluid, got" (list f) who))))
    (define (fluid-ref f)
      (check-fluid 'fluid-ref f)
      (let* ((entry (assq f (%dynamic-state))) (value (if entry (cdr entry) (fluid-value f))))
        (if (eq? value nothing) (error "unbound fluid:" f) value)))
    (define (fluid-set! f value)
      (check-fluid 'fluid-set! f)
      (let ((entry (assq f (%dynamic-state))))
        (if entry (set-cdr! entry value) (set-fluid-value! f value))))
    (define (fluid-unset! f) (fluid-set! f nothing))
    (define (fluid-bound? f)
      (let ((entry (assq f (%dynamic-state))))
        (not (eq? nothing (if entry (cdr entry) (fluid-value f))))))
    (define (with-fluids* fluids values thunk)
      (for-each (lambda (f) (check-fluid 'with-fluids* f)) fluids)
      (let ((outer (%dynamic-state)))
        (%set-dynamic-state! (append (map cons fluids values) outer))
        (let ((result (thunk)))
          (%set-dynamic-state! outer)
          result)))
    (define (with-fluid* f value thunk) (with-fluids* (list f) (list value) thunk))
    (define-syntax with-fluids
      (syntax-rules ()
        ((_ ((fluid value) ...) body ...)
         (with-fluids* (list fluid ...) (list value ...) (lambda () body ...)))))
    ;; A procedure that gives the fluid's value, and sets it if called with one.
    (define (fluid->parameter f)
      (case-lambda (() (fluid-ref f)) ((value) (fluid-set! f value))))

    ;; ---- hooks

    (define-record-type hook (new-hook arity procedures) hook? (arity hook-arity) (procedures hook->list set-procedures!))
    (define make-hook (case-lambda (() (new-hook 0 '())) ((arity) (new-hook arity '()))))
    (define (hook-empty? hook) (null? (hook->list hook)))
    (define (add-hook! hook procedure . at-end)
      (let ((others (delq procedure (hook->list hook))))
        (set-procedures! hook (if (and (pair? at-end) (car at-end))
                                  (append others (list procedure))
                                  (cons procedure others)))))
    (define (remove-hook! hook procedure) (set-procedures! hook (delq procedure (hook->list hook))))
    (define (reset-hook! hook) (set-procedures! hook '()))
    (define (run-hook hook . arguments)
      (if (not (= (length arguments) (hook-arity hook)))
          (error "run-hook: wrong number of arguments for" hook arguments))
      (for-each (lambda (procedure) (apply procedure arguments)) (hook->list hook)))

    ;; ---- variables as objects

    (define-record-type variable (new-variable value) variable? (value raw-value variable-set!))
    (define (make-variable value) (new-variable value))
    (define (make-undefined-variable) (new-variable nothing))
    (define (variable-bound? v) (not (eq? (raw-value v) nothing)))
    (define (variable-ref v)
      (if (variable-bound? v) (raw-value v) (error "variable-ref: the variable is unbound:" v)))

    ;; ---- numbers, output, the process

    (define (inf) +inf.0)
    (define (nan) +nan.0)
    (define (inf? x) (infinite? x))
    (define object->string
      (case-lambda
        ((object) (%object->string object #f))
        ((object printer) (call-with-output-string (lambda (port) (printer object port))))))
    (define (pk . objects)
      (let ((port (current-output-port)))
        (write-string ";;; " port)
        (write objects port)
        (newline port)
        (if (pair? objects) (last objects))))
    (define peek pk)
    (define (warn . parts)
      (let ((port (current-error-port)))
        (write-string ";;; WARNING" port)
        (for-each (lambda (part) (write-char #\space port) (display part port)) parts)
        (newline port)))
    (define (program-arguments) (command-line))
    (define quit exit)
    (define primitive-exit emergency-exit)
    (define force-output flush-output-port)
    (define (gc) (garbage-collect))
    (define (effective-version) "3.0")
    (define (major-version) "3")
    (define (minor-version) "0")
    (define (micro-version) "0")
    (define (version) "3.0.0")

    (define defined?
      (case-lambda
        ((name) (defined? name (interaction-environment)))
        ((name module)
         (%guard (lambda () (eval name module) #t)
                 (lambda (condition reraise)
                   (not (and (condition? condition) (eq? (condition-kind condition) 'unbound))))))))
    (define (provided? feature) (and (memq feature (features)) #t))
    (define (eval-string text . module)
      (let ((port (open-input-string text))
            (module (if (pair? module) (car module) (interaction-environment))))
        (let loop ((result (if #f #f)))
          (let ((form (read port)))
            (if (eof-object? form) result (loop (eval form module)))))))
    (define (putenv setting)
      (let ((equals (string-index setting #\=)))
        (if equals
            (setenv (substring setting 0 equals) (substring setting (+ equals 1) (string-length setting)))
            (unsetenv setting))))
    (define-syntax defmacro
      (syntax-rules () ((_ name parameters . body) (define-macro (name . parameters) . body))))
    (define-syntax define-inlinable (syntax-rules () ((_ . definition) (define . definition))))
    (define-syntax define-once (syntax-rules () ((_ . definition) (define . definition))))

    ;; Text is Unicode and UTF-8 wherever programs run: there is one locale and one encoding.
    (define LC_CTYPE 0)
    (define LC_NUMERIC 1)
    (define LC_TIME 2)
    (define LC_COLLATE 3)
    (define LC_MONETARY 4)
    (define LC_MESSAGES 5)
    (define LC_ALL 6)
    (define (setlocale category . locale) "C.UTF-8")
    (define (port-encoding port) "UTF-8")
    (define (set-port-encoding! port encoding)
      (if (not (member (string-upcase encoding) '("UTF-8" "UTF8" "US-ASCII" "ASCII")))
          (error "set-port-encoding!: text is always UTF-8, not" encoding)))
    (define %default-port-encoding (make-fluid "UTF-8"))

    (define most-positive-fixnum 1152921504606846975)
    (define most-negative-fixnum (- -1 most-positive-fixnum))

    ;; ---- hash tables
    ;; Tables that shall not keep their keys or values alive do so all the same.

    (define (hashq key size) (hash-by-identity key size))
    (define (hashv key size) (eqv-hash key size))
    (define (make-weak-key-hash-table . size) (make-hash-table))
    (define (make-weak-value-hash-table . size) (make-hash-table))
    (define (make-doubly-weak-hash-table . size) (make-hash-table))
    ;; A pair of key and value, not part of the table.
    (define missing (list 'missing))
    (define-syntax define-handle
      (syntax-rules ()
        ((_ name ref)
         (define (name table key)
           (let ((value (ref table key missing))) (and (not (eq? value missing)) (cons key value)))))))
    (define-handle hash-get-handle hash-ref)
    (define-handle hashq-get-handle hashq-ref)
    (define-handle hashv-get-handle hashv-ref)
    ;; By the program's own hash and association procedures: a table from hash values to association lists.
    (define (bucket hash table key) (hash-ref table (hash key 1152921504606846975) '()))
    (define (hashx-ref hash search table key . default)
      (let ((entry (search key (bucket hash table key))))
        (cond (entry (cdr entry))
              ((pair? default) (car default))
              (else #f))))
    (define (hashx-set! hash search table key value)
      (let* ((entries (bucket hash table key)) (entry (search key entries)))
        (if entry
            (set-cdr! entry value)
            (hash-set! table (hash key 1152921504606846975) (cons (cons key value) entries)))
        value))
    (define (hashx-remove! hash search table key)
      (let* ((entries (bucket hash table key)) (entry (search key entries)))
        (if entry (hash-set! table (hash key 1152921504606846975) (delq entry entries)))
        entry))

    ;; ---- strings and vectors

    (define (string-capitalize s)
      (let ((result (string-copy s)))
        (string-capitalize! result)
        result))
    (define (string-capitalize! s)
      (let loop ((i 0) (in-word? #f))
        (if (< i (string-length s))
            (let* ((c (string-ref s i)) (word? (or (char-alphabetic? c) (char-numeric? c))))
              (if word? (string-set! s i (if in-word? (char-downcase c) (char-upcase c))))
              (loop (+ i 1) word?))
            s)))
    (define (substring/copy s start . end)
      (substring s start (if (pair? end) (car end) (string-length s))))
    (define substring/read-only substring/copy)
    (define (substring-fill! s start end c) (string-fill! s c start end))
    (define (substring-move! from start end to at) (string-copy! to at from start end))
    (define (string-utf8-length s) (bytevector-length (string->utf8 s)))
    (define (string-ci->symbol s) (string->symbol (string-foldcase s)))
    (define (list->symbol chars) (string->symbol (list->string chars)))
    (define (vector-move-left! from start end to at) (vector-copy! to at from start end))
    (define vector-move-right! vector-move-left!)
    (define (restricted-vector-sort! v less? start end) (vector-sort! less? v start end))

    ;; ---- records by their types

    (define make-record-type
      (case-lambda
        ((name fields . options)
         (%make-record-type (if (string? name) (string->symbol name) name)
                            (list->vector (map (lambda (f) (if (pair? f) (cadr f) f)) fields))))))
    (define (record-type-descriptor record) (record-type record))
    (define (fields type)
      (let ((fields (record-type-fields type))) (if (vector? fields) (vector->list fields) fields)))
    (define (field-index who type field)
      (or (list-index (lambda (name) (eq? name field)) (fields type))
          (error (string-append (symbol->string who) ": the record type has no such field:") field type)))
    (define record-constructor
      (case-lambda
        ((type)
         (let ((n (length (fields type))))
           (lambda values
             (if (not (= (length values) n))
                 (error "wrong number of fields for the record type" type values))
             (apply %record type values))))
        ((type names)
         (let ((indices (map (lambda (name) (field-index 'record-constructor type name)) names))
               (n (length (fields type))))
           (lambda values
             (let ((record (apply %record type (make-list n #f))))
               (for-each (lambda (i value) (%record-set! record type i value)) indices values)
               record))))))
    (define (record-predicate type) (lambda (object) (%record? object type)))
    (define (record-accessor type field)
      (let ((i (field-index 'record-accessor type field)))
        (lambda (record) (%record-ref record type i))))
    (define (record-modifier type field)
      (let ((i (field-index 'record-modifier type field)))
        (lambda (record value) (%record-set! record type i value))))))
