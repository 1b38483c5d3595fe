;; Where a program lies, and where its libraries lie. Its macros are procedures: it stays with its text and is expanded when
;; a program first mentions it.

(define-library (limpet load-path)
  (import (limpet core) (limpet control))
  (export add-to-load-path current-filename)
  (begin

    ;; At once: the forms after it may use libraries from there.
    (define-syntax add-to-load-path
      (lambda (form)
        (syntax-case form ()
          ((_ directory)
           #'(eval-when (expand load eval) (%add-library-directory directory))))))

    ;; The absolute path of the file that the form stands in, or #f.
    (define-syntax current-filename
      (lambda (form)
        (syntax-case form ()
          ((keyword)
           (with-syntax ((file (datum->syntax #'keyword (%syntax-file form))))
             #'(%source-file file))))))))
