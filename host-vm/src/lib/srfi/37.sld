;; SRFI 37: args-fold, a program's arguments as options and operands.

(define-library (srfi 37)
  (import (limpet core) (limpet control) (limpet list) (limpet sequence))
  (export args-fold option option? option-names option-required-arg? option-optional-arg? option-processor)
  (begin

    (define-record-type option-type
      (option names required-arg? optional-arg? processor)
      option?
      (names option-names)
      (required-arg? option-required-arg?)
      (optional-arg? option-optional-arg?)
      (processor option-processor))

    (define (args-fold arguments options unrecognized operand . seeds)
      ;; Processors take the seeds and return them as that many values.
      (define (step process head seeds k)
        (call-with-values (lambda () (apply process (append head seeds))) (lambda seeds (k seeds))))
      (define (find-option name)
        (or (find (lambda (o) (member name (option-names o))) options)
            (option (list name) #f #f unrecognized)))
      (define (option-step o name argument seeds k)
        (step (option-processor o) (list o name argument) seeds k))
      (define (operands arguments seeds)
        (if (null? arguments)
            (apply values seeds)
            (step operand (list (car arguments)) seeds (lambda (seeds) (operands (cdr arguments) seeds)))))

      ;; -abc: letter by letter; what follows a letter that takes an argument is the argument.
      (define (letters text i rest seeds)
        (if (= i (string-length text))
            (loop rest seeds)
            (let* ((name (string-ref text i))
                   (o (find-option name))
                   (more? (< (+ i 1) (string-length text))))
              (cond ((and more? (or (option-required-arg? o) (option-optional-arg? o)))
                     (option-step o name (substring text (+ i 1) (string-length text)) seeds
                                  (lambda (seeds) (loop rest seeds))))
                    ((and (or (option-required-arg? o) (option-optional-arg? o)) (pair? rest))
                     (option-step o name (car rest) seeds (lambda (seeds) (loop (cdr rest) seeds))))
                    (else
                     (option-step o name #f seeds (lambda (seeds) (letters text (+ i 1) rest seeds))))))))
      (define (long text rest seeds)
        (let* ((equals (string-index text #\=))
               (name (substring text 2 (or equals (string-length text))))
               (o (find-option name)))
          (cond (equals
                 (option-step o name (substring text (+ equals 1) (string-length text)) seeds
                              (lambda (seeds) (loop rest seeds))))
                ((and (option-required-arg? o) (pair? rest))
                 (option-step o name (car rest) seeds (lambda (seeds) (loop (cdr rest) seeds))))
                (else (option-step o name #f seeds (lambda (seeds) (loop rest seeds)))))))
      (define (loop arguments seeds)
        (if (null? arguments)
            (apply values seeds)
            (let ((text (car arguments)) (rest (cdr arguments)))
              (cond ((string=? text "--") (operands rest seeds))
                    ((and (> (string-length text) 2) (string-prefix? "--" text)) (long text rest seeds))
                    ((and (> (string-length text) 1) (char=? (string-ref text 0) #\-)) (letters text 1 rest seeds))
                    (else (step operand (list text) seeds (lambda (seeds) (loop rest seeds))))))))
      (loop arguments seeds))))
