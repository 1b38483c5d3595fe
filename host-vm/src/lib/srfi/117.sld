;; SRFI 117: list queues, with the first and the last pair at hand.

(define-library (srfi 117)
  (import (limpet core) (limpet control) (limpet list))
  (export make-list-queue list-queue list-queue-copy list-queue-unfold list-queue-unfold-right
          list-queue? list-queue-empty? list-queue-front list-queue-back list-queue-list list-queue-first-last
          list-queue-add-front! list-queue-add-back! list-queue-remove-front! list-queue-remove-back!
          list-queue-remove-all! list-queue-set-list! list-queue-append list-queue-append! list-queue-concatenate
          list-queue-map list-queue-map! list-queue-for-each)
  (begin

    (define-record-type list-queue-record
      (new-queue first last)
      list-queue?
      (first list-queue-list set-first!)
      (last queue-last set-last!))

    (define make-list-queue
      (case-lambda
        ((list) (new-queue list (if (pair? list) (last-pair list) '())))
        ((list last) (new-queue list last))))
    (define (list-queue . elements) (make-list-queue elements))
    (define (list-queue-copy queue) (make-list-queue (list-copy (list-queue-list queue))))
    ;; The elements of an unfold go before those of the queue, those of one from the right behind them.
    (define (list-queue-unfold stop? mapper successor seed . queue)
      (let ((queue (if (pair? queue) (car queue) (list-queue))))
        (list-queue-set-list! queue
          (append (unfold stop? mapper successor seed) (list-queue-list queue)))
        queue))
    (define (list-queue-unfold-right stop? mapper successor seed . queue)
      (let ((queue (if (pair? queue) (car queue) (list-queue))))
        (let loop ((seed seed))
          (if (stop? seed)
              queue
              (begin
                (list-queue-add-back! queue (mapper seed))
                (loop (successor seed)))))))

    (define (list-queue-empty? queue) (null? (list-queue-list queue)))
    (define (check-filled who queue)
      (if (list-queue-empty? queue) (raise (%make-condition 'out-of-range "the queue is empty" '() who))))
    (define (list-queue-front queue)
      (check-filled 'list-queue-front queue)
      (car (list-queue-list queue)))
    (define (list-queue-back queue)
      (check-filled 'list-queue-back queue)
      (car (queue-last queue)))
    (define (list-queue-first-last queue) (values (list-queue-list queue) (queue-last queue)))

    (define (list-queue-add-front! queue element)
      (let ((pair (cons element (list-queue-list queue))))
        (if (list-queue-empty? queue) (set-last! queue pair))
        (set-first! queue pair)))
    (define (list-queue-add-back! queue element)
      (let ((pair (list element)))
        (if (list-queue-empty? queue) (set-first! queue pair) (set-cdr! (queue-last queue) pair))
        (set-last! queue pair)))
    (define (list-queue-remove-front! queue)
      (check-filled 'list-queue-remove-front! queue)
      (let ((first (list-queue-list queue)))
        (set-first! queue (cdr first))
        (if (null? (cdr first)) (set-last! queue '()))
        (car first)))
    (define (list-queue-remove-back! queue)
      (check-filled 'list-queue-remove-back! queue)
      (let ((element (car (queue-last queue))) (first (list-queue-list queue)))
        (if (null? (cdr first))
            (list-queue-set-list! queue '())
            (let loop ((pair first))
              (if (null? (cddr pair))
                  (begin (set-cdr! pair '()) (set-last! queue pair))
                  (loop (cdr pair)))))
        element))
    (define (list-queue-remove-all! queue)
      (let ((list (list-queue-list queue)))
        (list-queue-set-list! queue '())
        list))
    (define list-queue-set-list!
      (case-lambda
        ((queue list) (list-queue-set-list! queue list (if (pair? list) (last-pair list) '())))
        ((queue list last)
         (set-first! queue list)
         (set-last! queue last))))

    (define (list-queue-append . queues) (list-queue-concatenate queues))
    (define (list-queue-append! . queues) (list-queue-concatenate queues))
    (define (list-queue-concatenate queues)
      (make-list-queue (append-map (lambda (queue) (list-copy (list-queue-list queue))) queues)))
    (define (list-queue-map f queue) (make-list-queue (map f (list-queue-list queue))))
    (define (list-queue-map! f queue)
      (list-queue-set-list! queue (map f (list-queue-list queue))))
    (define (list-queue-for-each f queue) (for-each f (list-queue-list queue)))))
