;; Symbolic derivation: pairs, symbols, assq, map with closures.
(import (scheme base) (scheme write) (scheme process-context))

(define (derive e x)
  (cond ((number? e) 0)
        ((symbol? e) (if (eq? e x) 1 0))
        (else (let ((rule (assq (car e) rules)))
                (if rule
                    ((cdr rule) (cdr e) x)
                    (error "no rule for" e))))))

(define (each-derived arguments x)
  (map (lambda (argument) (derive argument x)) arguments))

(define rules
  (list (cons '+ (lambda (arguments x) (cons '+ (each-derived arguments x))))
        (cons '- (lambda (arguments x) (cons '- (each-derived arguments x))))
        (cons '* (lambda (arguments x)
                   (list '*
                         (cons '* arguments)
                         (cons '+ (map (lambda (a d) (list '/ d a)) arguments (each-derived arguments x))))))
        (cons '/ (lambda (arguments x)
                   (let ((a (car arguments)) (b (cadr arguments)))
                     (list '- (list '/ (derive a x) b)
                           (list '/ a (list '* b b (derive b x)))))))))

(define expression '(+ (* 3 x x) (* a x x) (* b x) 5 (/ x (+ x 1))))
(define size (string->number (cadr (command-line))))
(let loop ((i 0) (last '()))
  (if (= i size)
      (begin (write last) (newline))
      (loop (+ i 1) (derive expression 'x))))
