;; Procedures that tell of their calls and values; `,trace` puts them in place of others.

(define-library (limpet trace)
  (import (scheme base) (scheme write))
  (export traced)
  (begin
    (define depth 0)

    (define (tell . texts)
      (do ((i 0 (+ i 1))) ((= i depth)) (display "|  "))
      (for-each (lambda (text) (display text)) texts)
      (newline))

    (define (shown value)
      (let ((port (open-output-string)))
        (write value port)
        (get-output-string port)))

    (define (traced name procedure)
      (lambda arguments
        (tell (shown (cons name arguments)))
        (let ((results
               (call-with-values
                (lambda ()
                  (dynamic-wind
                   (lambda () (set! depth (+ depth 1)))
                   (lambda () (apply procedure arguments))
                   (lambda () (set! depth (- depth 1)))))
                list)))
          (for-each (lambda (result) (tell "=> " (shown result))) results)
          (apply values results))))))
