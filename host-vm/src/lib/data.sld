;;; What (scheme base) has for numbers, strings and ports beyond primitives.
(define-library (limpet data)
  (export max min floor/ truncate/ exact-integer-root
          string-map string-for-each string-count string-index string-rindex string-split
          current-input-port current-output-port current-error-port
          call-with-port input-port-open? output-port-open?
          call-with-output-string with-output-to-string with-input-from-string call-with-input-string object->string)
  (import (limpet core) (limpet control) (limpet list))
  (begin
    ;; Numbers

    (define max
      (case-lambda
        ((a b) (if (and (fixnum? a) (fixnum? b)) (if (< a b) b a) (%max a b)))
        ((a . rest) (fold (lambda (b a) (max a b)) (%max a a) rest))))

    (define min
      (case-lambda
        ((a b) (if (and (fixnum? a) (fixnum? b)) (if (< b a) b a) (%min a b)))
        ((a . rest) (fold (lambda (b a) (min a b)) (%min a a) rest))))

    (define (floor/ number divisor)
      (values (floor-quotient number divisor) (floor-remainder number divisor)))

    (define (truncate/ number divisor)
      (values (truncate-quotient number divisor) (truncate-remainder number divisor)))

    (define (exact-integer-root number)
      (call-with-values (lambda () (exact-integer-sqrt number)) (lambda (root rest) root)))

    ;; Strings

    (define string-map
      (case-lambda
        ((procedure string)
         (let ((length (string-length string)))
           (let loop ((i 0) (results '()))
             (if (< i length)
                 (loop (+ i 1) (cons (procedure (string-ref string i)) results))
                 (list->string (reverse results))))))
        ((procedure . strings) (list->string (apply map procedure (map string->list strings))))))

    (define string-for-each
      (case-lambda
        ((procedure string)
         (let ((length (string-length string)))
           (let loop ((i 0))
             (if (< i length)
                 (begin
                   (procedure (string-ref string i))
                   (loop (+ i 1)))))))
        ((procedure . strings) (apply for-each procedure (map string->list strings)))))

    ;; Criteria are characters or predicates.

    (define (criterion wanted)
      (if (char? wanted) (lambda (char) (eq? char wanted)) wanted))

    (define string-count
      (case-lambda
        ((string wanted)
         ;; SRFI 130 has the arguments in the other order.
         (if (string? string)
             (count (criterion wanted) (string->list string))
             (count (criterion string) (string->list wanted))))
        ((string wanted start . end) (string-count (apply substring string start end) wanted))))

    (define string-index
      (case-lambda
        ((string wanted) (string-index string wanted 0 (string-length string)))
        ((string wanted start) (string-index string wanted start (string-length string)))
        ((string wanted start end)
         (if (char? wanted)
             (%string-index string wanted start end)
             (let loop ((i start))
               (cond
                 ((>= i end) #f)
                 ((wanted (string-ref string i)) i)
                 (else (loop (+ i 1)))))))))

    (define string-rindex
      (case-lambda
        ((string wanted) (string-rindex string wanted 0 (string-length string)))
        ((string wanted start) (string-rindex string wanted start (string-length string)))
        ((string wanted start end)
         (if (char? wanted)
             (%string-rindex string wanted start end)
             (let loop ((i (- end 1)))
               (cond
                 ((< i start) #f)
                 ((wanted (string-ref string i)) i)
                 (else (loop (- i 1)))))))))

    ;; At a character, a string, or characters for which a predicate holds; at runs of white space if nothing is given.
    (define string-split
      (case-lambda
        ((string) (%string-split string))
        ((string separator)
         (if (procedure? separator)
             (let loop ((start 0) (results '()))
               (let ((end (string-index string separator start)))
                 (if end
                     (loop (+ end 1) (cons (substring string start end) results))
                     (reverse (cons (substring string start) results)))))
             (%string-split string separator)))))

    ;; Ports. The primitives look the current ports up themselves, under the parameters' records.

    (define (check-port port)
      (if (port? port) port (error "expected a port, got" port)))

    (define current-input-port (make-parameter (%standard-port 0) check-port))
    (define current-output-port (make-parameter (%standard-port 1) check-port))
    (define current-error-port (make-parameter (%standard-port 2) check-port))
    (%set-port-parameters! (%parameter-record current-input-port)
                           (%parameter-record current-output-port)
                           (%parameter-record current-error-port))

    (define (call-with-port port procedure)
      (let ((result (procedure port)))
        (close-port port)
        result))

    (define (input-port-open? port)
      (if (input-port? port) (%port-open? port) (error "expected an input port, got" port)))

    (define (output-port-open? port)
      (if (output-port? port) (%port-open? port) (error "expected an output port, got" port)))

    (define (call-with-output-string procedure)
      (let ((port (open-output-string)))
        (procedure port)
        (get-output-string port)))

    (define (with-output-to-string thunk)
      (let ((port (open-output-string)))
        (%parameterize (list (cons current-output-port port)) thunk)
        (get-output-string port)))

    (define (call-with-input-string string procedure)
      (procedure (open-input-string string)))

    (define (with-input-from-string string thunk)
      (%parameterize (list (cons current-input-port (open-input-string string))) thunk))

    (define object->string
      (case-lambda
        ((object) (%object->string object))
        ((object printer)
         (if (eq? printer display)
             (%object->string object #t)
             (call-with-output-string (lambda (port) (printer object port)))))))))
