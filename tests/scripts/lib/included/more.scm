;; Included beside the definitions.
(define (included-sum) (included-procedure 1))
