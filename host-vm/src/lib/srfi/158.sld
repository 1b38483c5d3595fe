;; SRFI 158: generators and accumulators. A generator is a procedure without arguments whose last value is the end of file;
;; an accumulator takes values and gives its result for the end of file.

(define-library (srfi 158)
  (import (limpet core) (limpet control) (limpet list))
  (export generator circular-generator make-iota-generator make-range-generator make-coroutine-generator
          list->generator vector->generator reverse-vector->generator string->generator bytevector->generator
          make-for-each-generator make-unfold-generator
          gcons* gappend gflatten ggroup gmerge gmap gcombine gfilter gremove gstate-filter gtake gdrop gtake-while
          gdrop-while gdelete gdelete-neighbor-dups gindex gselect
          generator->list generator->reverse-list generator->vector generator->vector! generator->string
          generator-fold generator-map->list generator-for-each generator-find generator-count generator-any
          generator-every generator-unfold
          make-accumulator count-accumulator list-accumulator reverse-list-accumulator vector-accumulator
          reverse-vector-accumulator vector-accumulator! string-accumulator bytevector-accumulator
          bytevector-accumulator! sum-accumulator product-accumulator)
  (begin

    (define end (eof-object))
    (define-syntax end? (syntax-rules () ((_ x) (eof-object? x))))

    ;; ---- constructors

    (define (generator . objects) (list->generator objects))
    (define (list->generator list)
      (lambda ()
        (if (pair? list)
            (let ((x (car list))) (set! list (cdr list)) x)
            end)))
    (define (circular-generator . objects)
      (let ((rest objects))
        (lambda ()
          (if (null? rest) (set! rest objects))
          (let ((x (car rest))) (set! rest (cdr rest)) x))))
    (define make-iota-generator
      (case-lambda
        ((count) (make-iota-generator count 0 1))
        ((count start) (make-iota-generator count start 1))
        ((count start step)
         (let ((i 0))
           (lambda ()
             (if (< i count)
                 (let ((x (+ start (* i step)))) (set! i (+ i 1)) x)
                 end))))))
    (define make-range-generator
      (case-lambda
        ((start) (let ((x (- start 1))) (lambda () (set! x (+ x 1)) x)))
        ((start stop) (make-range-generator start stop 1))
        ((start stop step)
         (let ((x start) (more? (if (< step 0) > <)))
           (lambda ()
             (if (more? x stop)
                 (let ((now x)) (set! x (+ x step)) now)
                 end))))))

    ;; The procedure runs up to each yield, which captures what is left of it up to the prompt.
    (define (make-coroutine-generator procedure)
      (let* ((tag (make-prompt-tag 'generator)) (resume #f) (finished (lambda () end)))
        (define (yield value) (abort-to-prompt tag value))
        (set! resume (lambda () (procedure yield) (set! resume finished) end))
        (lambda ()
          (call-with-prompt tag resume
            (lambda (rest value)
              (set! resume (lambda () (rest #f)))
              value)))))

    (define-syntax define-indexed
      (syntax-rules ()
        ((_ name length ref)
         (define name
           (case-lambda
             ((sequence) (name sequence 0 (length sequence)))
             ((sequence start) (name sequence start (length sequence)))
             ((sequence start stop)
              (let ((i start))
                (lambda ()
                  (if (< i stop)
                      (let ((x (ref sequence i))) (set! i (+ i 1)) x)
                      end)))))))))
    (define-indexed vector->generator vector-length vector-ref)
    (define-indexed string->generator string-length string-ref)
    (define-indexed bytevector->generator bytevector-length bytevector-u8-ref)
    (define reverse-vector->generator
      (case-lambda
        ((v) (reverse-vector->generator v 0 (vector-length v)))
        ((v start) (reverse-vector->generator v start (vector-length v)))
        ((v start stop)
         (let ((i stop))
           (lambda ()
             (if (> i start)
                 (begin (set! i (- i 1)) (vector-ref v i))
                 end))))))

    ;; SRFI 121's implementation, and programs that follow it, give the object to the result.
    (define make-for-each-generator
      (case-lambda
        ((for-each) (lambda (object) (make-for-each-generator for-each object)))
        ((for-each object) (make-coroutine-generator (lambda (yield) (for-each yield object))))))
    (define (make-unfold-generator stop? mapper successor seed)
      (lambda ()
        (if (stop? seed)
            end
            (let ((x (mapper seed))) (set! seed (successor seed)) x))))

    ;; ---- generators from generators

    (define (gcons* . arguments)
      (lambda ()
        (cond ((null? arguments) end)
              ((null? (cdr arguments)) ((car arguments)))
              (else (let ((x (car arguments))) (set! arguments (cdr arguments)) x)))))
    (define (gappend . generators)
      (lambda ()
        (let loop ()
          (if (null? generators)
              end
              (let ((x ((car generators))))
                (if (end? x)
                    (begin (set! generators (cdr generators)) (loop))
                    x))))))
    (define (gflatten source)
      (let ((now (lambda () end)))
        (lambda ()
          (let loop ()
            (if (end? now)
                now
                (let ((x (now)))
                  (if (end? x)
                      (begin (set! now (source)) (loop))
                      x)))))))

    (define ggroup
      (case-lambda
        ((source n) (group source n #f #f))
        ((source n padding) (group source n #t padding))))
    (define (group source n pad? padding)
      (lambda ()
        (let loop ((i 0) (items '()))
          (if (= i n)
              (reverse items)
              (let ((x (source)))
                (cond ((not (end? x)) (loop (+ i 1) (cons x items)))
                      ((= i 0) end)
                      (pad? (append-reverse items (make-list (- n i) padding)))
                      (else (reverse items))))))))

    ;; Each generator with the value it gave last.
    (define (gmerge before? first . more)
      (let merge ((generators (cons first more)))
        (if (null? (cdr generators))
            (car generators)
            (let* ((a (car generators)) (b (merge (cdr generators))) (x (a)) (y (b)))
              (lambda ()
                (cond ((end? x) (let ((result y)) (set! y (b)) result))
                      ((or (end? y) (not (before? y x))) (let ((result x)) (set! x (a)) result))
                      (else (let ((result y)) (set! y (b)) result))))))))

    ;; The next values of generators in order, or #f if one ends.
    (define (next-of generators)
      (let loop ((rest generators) (values '()))
        (if (null? rest)
            (reverse values)
            (let ((x ((car rest))))
              (and (not (end? x)) (loop (cdr rest) (cons x values)))))))
    (define gmap
      (case-lambda
        ((f source) (lambda () (let ((x (source))) (if (end? x) end (f x)))))
        ((f . sources)
         (lambda () (let ((values (next-of sources))) (if values (apply f values) end))))))
    (define (gcombine f seed . sources)
      (lambda ()
        (let ((items (next-of sources)))
          (if items
              (call-with-values
               (lambda () (apply f (append items (list seed))))
               (lambda (value state) (set! seed state) value))
              end))))

    (define (gfilter ok? source)
      (lambda ()
        (let loop ()
          (let ((x (source))) (if (or (end? x) (ok? x)) x (loop))))))
    (define (gremove drop? source) (gfilter (lambda (x) (not (drop? x))) source))
    (define (gstate-filter f seed source)
      (lambda ()
        (let loop ()
          (let ((x (source)))
            (if (end? x)
                x
                (call-with-values
                 (lambda () (f x seed))
                 (lambda (keep? state)
                   (set! seed state)
                   (if keep? x (loop)))))))))
    (define gtake
      (case-lambda
        ((source n) (take-from source n #f #f))
        ((source n padding) (take-from source n #t padding))))
    (define (take-from source n pad? padding)
      (let ((i 0))
        (lambda ()
          (if (>= i n)
              end
              (let ((x (source)))
                (set! i (+ i 1))
                (if (and (end? x) pad?) padding x))))))
    (define (gdrop source n)
      (lambda ()
        (let loop ()
          (if (> n 0)
              (begin
                (set! n (- n 1))
                (if (end? (source)) end (loop)))
              (source)))))
    (define (gtake-while ok? source)
      (let ((done? #f))
        (lambda ()
          (if done?
              end
              (let ((x (source)))
                (if (or (end? x) (ok? x)) x (begin (set! done? #t) end)))))))
    (define (gdrop-while drop? source)
      (let ((found? #f))
        (lambda ()
          (if found?
              (source)
              (let loop ()
                (let ((x (source)))
                  (if (and (not (end? x)) (drop? x)) (loop) (begin (set! found? #t) x))))))))
    (define gdelete
      (case-lambda
        ((x source) (gdelete x source equal?))
        ((x source same?) (gremove (lambda (y) (same? x y)) source))))
    (define gdelete-neighbor-dups
      (case-lambda
        ((source) (gdelete-neighbor-dups source equal?))
        ((source same?)
         (let ((last end))
           (lambda ()
             (let loop ()
               (let ((x (source)))
                 (if (and (not (end? x)) (not (end? last)) (same? last x))
                     (loop)
                     (begin (set! last x) x)))))))))
    (define (gindex source indices)
      (let ((i 0))
        (lambda ()
          (let ((wanted (indices)))
            (if (end? wanted)
                end
                (let loop ()
                  (let ((x (source)))
                    (set! i (+ i 1))
                    (if (or (end? x) (= (- i 1) wanted)) x (loop)))))))))
    (define (gselect source flags)
      (lambda ()
        (let loop ()
          (let ((x (source)) (flag (flags)))
            (cond ((or (end? x) (end? flag)) end)
                  (flag x)
                  (else (loop)))))))

    ;; ---- consumers

    (define generator->reverse-list
      (case-lambda
        ((source)
         (let loop ((items '()))
           (let ((x (source))) (if (end? x) items (loop (cons x items))))))
        ((source n) (generator->reverse-list (gtake source n)))))
    (define (generator->list source . n) (reverse (apply generator->reverse-list source n)))
    (define (generator->vector source . n) (list->vector (apply generator->list source n)))
    (define (generator->vector! v at source)
      (let loop ((i at))
        (if (>= i (vector-length v))
            (- i at)
            (let ((x (source)))
              (if (end? x)
                  (- i at)
                  (begin (vector-set! v i x) (loop (+ i 1))))))))
    (define (generator->string source . n) (list->string (apply generator->list source n)))

    (define generator-fold
      (case-lambda
        ((f seed source)
         (let loop ((result seed))
           (let ((x (source))) (if (end? x) result (loop (f x result))))))
        ((f seed . sources)
         (let loop ((result seed))
           (let ((items (next-of sources)))
             (if items (loop (apply f (append items (list result)))) result))))))
    (define (generator-for-each f . sources)
      (if (null? (cdr sources))
          (let ((source (car sources)))
            (let loop ()
              (let ((x (source))) (if (not (end? x)) (begin (f x) (loop))))))
          (let loop ()
            (let ((items (next-of sources))) (if items (begin (apply f items) (loop)))))))
    (define (generator-map->list f . sources) (generator->list (apply gmap f sources)))
    (define (generator-find ok? source)
      (let loop ()
        (let ((x (source))) (cond ((end? x) #f) ((ok? x) x) (else (loop))))))
    (define (generator-count ok? source)
      (generator-fold (lambda (x n) (if (ok? x) (+ n 1) n)) 0 source))
    (define (generator-any ok? source)
      (let loop () (let ((x (source))) (if (end? x) #f (or (ok? x) (loop))))))
    (define (generator-every ok? source)
      (let loop ((result #t))
        (let ((x (source)))
          (if (end? x) result (let ((result (ok? x))) (and result (loop result)))))))
    (define (generator-unfold source unfold . arguments)
      (apply unfold eof-object? (lambda (x) x) (lambda (x) (source)) (source) arguments))

    ;; ---- accumulators

    (define (make-accumulator f state finish)
      (lambda (x)
        (if (end? x)
            (finish state)
            (set! state (f x state)))))
    (define (count-accumulator) (make-accumulator (lambda (x n) (+ n 1)) 0 (lambda (n) n)))
    (define (list-accumulator) (make-accumulator cons '() reverse))
    (define (reverse-list-accumulator) (make-accumulator cons '() (lambda (items) items)))
    (define (vector-accumulator) (make-accumulator cons '() (lambda (items) (list->vector (reverse items)))))
    (define (reverse-vector-accumulator) (make-accumulator cons '() list->vector))
    (define (string-accumulator) (make-accumulator cons '() (lambda (items) (list->string (reverse items)))))
    (define (bytevector-accumulator)
      (make-accumulator cons '() (lambda (items) (apply bytevector (reverse items)))))
    (define (vector-accumulator! v at)
      (lambda (x)
        (if (end? x) v (begin (vector-set! v at x) (set! at (+ at 1))))))
    (define (bytevector-accumulator! v at)
      (lambda (x)
        (if (end? x) v (begin (bytevector-u8-set! v at x) (set! at (+ at 1))))))
    (define (sum-accumulator) (make-accumulator + 0 (lambda (n) n)))
    (define (product-accumulator) (make-accumulator * 1 (lambda (n) n)))))
