;; Lambda calculus: normal-order reduction of terms with de Bruijn indexes, on Church numerals and lists.
(import (scheme base) (scheme write))

;; A term is an index, (lam body) or (app f x).
(define (lam? t) (and (pair? t) (eq? (car t) 'lam)))
(define (app? t) (and (pair? t) (eq? (car t) 'app)))

(define (compile-term t names)
  (cond ((symbol? t)
         (let loop ((names names) (i 0))
           (cond ((null? names) (error "free variable" t))
                 ((eq? (car names) t) i)
                 (else (loop (cdr names) (+ i 1))))))
        ((eq? (car t) '^) ; (^ x y . body): several parameters at once
         (let loop ((parameters (cadr t)) (names names))
           (if (null? parameters)
               (compile-term (car (cddr t)) names)
               (list 'lam (loop (cdr parameters) (cons (car parameters) names))))))
        (else
         (let loop ((f (compile-term (car t) names)) (rest (cdr t)))
           (if (null? rest) f (loop (list 'app f (compile-term (car rest) names)) (cdr rest)))))))

(define (shift t by cutoff)
  (cond ((number? t) (if (>= t cutoff) (+ t by) t))
        ((lam? t) (list 'lam (shift (cadr t) by (+ cutoff 1))))
        (else (list 'app (shift (cadr t) by cutoff) (shift (car (cddr t)) by cutoff)))))

(define (substitute t value depth)
  (cond ((number? t) (cond ((= t depth) (shift value depth 0)) ((> t depth) (- t 1)) (else t)))
        ((lam? t) (list 'lam (substitute (cadr t) value (+ depth 1))))
        (else (list 'app (substitute (cadr t) value depth) (substitute (car (cddr t)) value depth)))))

(define steps 0)

(define (head-normal t)
  (if (app? t)
      (let ((f (head-normal (cadr t))))
        (if (lam? f)
            (begin
              (set! steps (+ steps 1))
              (head-normal (substitute (cadr f) (car (cddr t)) 0)))
            (list 'app f (car (cddr t)))))
      t))

(define (normal t)
  (let ((t (head-normal t)))
    (cond ((number? t) t)
          ((lam? t) (list 'lam (normal (cadr t))))
          (else (list 'app (normal (cadr t)) (normal (car (cddr t))))))))

(define definitions '())
(define (expand t)
  (cond ((symbol? t) (let ((d (assq t definitions))) (if d (cdr d) t)))
        ((eq? (car t) '^) (list '^ (cadr t) (expand (car (cddr t)))))
        (else (map expand t))))
(define (define-term! name t) (set! definitions (cons (cons name (expand t)) definitions)))

(define (church n)
  (list '^ '(f x) (let loop ((n n)) (if (= n 0) 'x (list 'f (loop (- n 1)))))))
(define (unchurch t)
  (let loop ((t (cadr (cadr t))) (n 0)) (if (app? t) (loop (car (cddr t)) (+ n 1)) n)))

(for-each
 (lambda (d) (define-term! (car d) (cadr d)))
 '((zero (^ (f x) x))
   (succ (^ (n f x) (f (n f x))))
   (plus (^ (m n f x) (m f (n f x))))
   (times (^ (m n f) (m (n f))))
   (power (^ (b e) (e b)))
   (true (^ (a b) a))
   (false (^ (a b) b))
   (zero? (^ (n) (n (^ (x) false) true)))
   (pred (^ (n f x) (n (^ (g h) (h (g f))) (^ (u) x) (^ (u) u))))
   (minus (^ (m n) (n pred m)))
   (fix (^ (f) ((^ (x) (f (x x))) (^ (x) (f (x x))))))
   (factorial (fix (^ (self n) (zero? n (^ (f x) (f x)) (times n (self (pred n)))))))
   (pair (^ (a b s) (s a b)))
   (fst (^ (p) (p true)))
   (snd (^ (p) (p false)))))

(define (evaluate t)
  (set! steps 0)
  (let ((result (normal (compile-term (expand t) '()))))
    (write (unchurch result))
    (display " in ")
    (write steps)
    (display " steps")
    (newline)))

(evaluate `(plus ,(church 3) ,(church 4)))
(evaluate `(times ,(church 6) ,(church 7)))
(evaluate `(power ,(church 2) ,(church 6)))
(evaluate `(minus ,(church 9) ,(church 4)))
(evaluate `(factorial ,(church 3)))
(evaluate `(fst (pair ,(church 5) ,(church 8))))
(evaluate `(snd (pair ,(church 5) ,(church 8))))
(write (normal (compile-term '(^ (x) ((^ (y z) (z y x)) x)) '())))
(newline)
(guard (e ((error-object? e) (write (error-object-irritants e)) (newline)))
  (evaluate '(plus one two)))
;=> 7 in 6 steps
;=> 42 in 15 steps
;=> 64 in 128 steps
;=> 5 in 84 steps
;=> 6 in 646 steps
;=> 5 in 6 steps
;=> 8 in 6 steps
;=> (lam (lam (app (app 0 1) 1)))
;=> (one)
