;; Threads, channels and generators out of continuations.
(import (scheme base) (scheme write))

;; A queue of thunks.
(define-record-type queue (make-queue-record front back) queue? (front queue-front set-queue-front!) (back queue-back set-queue-back!))
(define (make-queue) (make-queue-record '() '()))
(define (queue-empty? q) (and (null? (queue-front q)) (null? (queue-back q))))
(define (enqueue! q x) (set-queue-back! q (cons x (queue-back q))))
(define (dequeue! q)
  (if (null? (queue-front q))
      (begin (set-queue-front! q (reverse (queue-back q))) (set-queue-back! q '())))
  (let ((x (car (queue-front q))))
    (set-queue-front! q (cdr (queue-front q)))
    x))

(define ready (make-queue))
(define leave #f)
(define (next)
  (if (queue-empty? ready) (leave 'idle) ((dequeue! ready))))
(define (yield)
  (call/cc (lambda (k) (enqueue! ready (lambda () (k #f))) (next))))
(define (spawn thunk)
  (enqueue! ready (lambda () (thunk) (next))))
(define (run)
  (call/cc (lambda (k) (set! leave k) (next))))

;; Channels: a send waits for its receiver.
(define (make-channel) (cons (make-queue) (make-queue)))
(define (send channel x)
  (if (queue-empty? (cdr channel))
      (call/cc (lambda (k) (enqueue! (car channel) (cons x (lambda () (k #f)))) (next)))
      (let ((receiver (dequeue! (cdr channel))))
        (enqueue! ready (lambda () (receiver x))))))
(define (receive-from channel)
  (if (queue-empty? (car channel))
      (call/cc (lambda (k) (enqueue! (cdr channel) k) (next)))
      (let ((sender (dequeue! (car channel))))
        (enqueue! ready (cdr sender))
        (car sender))))

(define (show . all) (for-each display all) (newline))

(for-each
 (lambda (name)
   (spawn (lambda () (do ((i 0 (+ i 1))) ((= i 3)) (show name " " i) (yield)))))
 '(a b c))
(show (run))

;; Primes by a chain of filters, each a thread.
(define (counter channel) (spawn (lambda () (let loop ((n 2)) (send channel n) (loop (+ n 1))))))
(define (filter-multiples prime from to)
  (spawn (lambda () (let loop () (let ((n (receive-from from))) (if (not (= 0 (modulo n prime))) (send to n)) (loop))))))
(define (primes count)
  (let ((first (make-channel)) (result '()))
    (counter first)
    (spawn
     (lambda ()
       (let loop ((channel first) (n count))
         (if (= n 0)
             (leave (reverse result))
             (let ((prime (receive-from channel)) (next-channel (make-channel)))
               (set! result (cons prime result))
               (filter-multiples prime channel next-channel)
               (loop next-channel (- n 1)))))))
    (run)))
(show (primes 15))

;; Generators with a value on each side.
(define (make-generator procedure)
  (define return #f)
  (define resume #f)
  (define (give x) (call/cc (lambda (k) (set! resume k) (return x))))
  (lambda (message)
    (call/cc
     (lambda (k)
       (set! return k)
       (if resume (resume message) (begin (procedure give) (return 'finished)))))))
(define averager
  (make-generator
   (lambda (give)
     (let loop ((x (give 'ready)) (sum 0) (n 0))
       (loop (give (/ (+ sum x) (+ n 1))) (+ sum x) (+ n 1))))))
(averager #f)
(show (map averager '(10 20 60 10)))

;; Permutations lazily, thrown away in the middle.
(define (permutations items give)
  (let loop ((items items) (chosen '()))
    (if (null? items)
        (give (reverse chosen))
        (for-each
         (lambda (x) (loop (let remove ((l items)) (if (eqv? (car l) x) (cdr l) (cons (car l) (remove (cdr l))))) (cons x chosen)))
         items))))
(define g (make-generator (lambda (give) (permutations '(1 2 3 4) give))))
(show (let loop ((n 7) (last #f)) (if (= n 0) last (loop (- n 1) (g #f)))))
(show (let loop ((n 0)) (if (eq? (g #f) 'finished) n (loop (+ n 1)))))

;; Exceptions through threads: a handler belongs to its thread.
(define log '())
(define (worker name fails?)
  (spawn
   (lambda ()
     (guard (e (#t (set! log (cons (list name 'caught e) log))))
       (yield)
       (if fails? (raise name))
       (yield)
       (set! log (cons (list name 'done) log))))))
(worker 'one #f) (worker 'two #t) (worker 'three #f)
(run)
(show (reverse log))
;=> a 0
;=> b 0
;=> c 0
;=> a 1
;=> b 1
;=> c 1
;=> a 2
;=> b 2
;=> c 2
;=> idle
;=> (2 3 5 7 11 13 17 19 23 29 31 37 41 43 47)
;=> (10 15 30 25)
;=> (2 1 3 4)
;=> 17
;=> ((two caught two) (one done) (three done))
