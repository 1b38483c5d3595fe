;; The default environment of programs without imports and of the prompt: everything of everyday use. What is left out
;; here is loaded from its library when it is first mentioned (runtime/library.rs has the table).

(define-library (limpet)
  (re-export (rename (only (limpet core) lambda) (lambda λ))
             (except (limpet core) string-join string-pad string-pad-right string-trim string-trim-right
                     string-trim-both string-prefix? string-suffix? string-contains string-reverse)
             (limpet control) (except (limpet list) not-a-list)
             (except (limpet sequence) character-matcher string-count string-any string-every string-tabulate)
             (limpet hash) (limpet sort) (limpet number) (except (limpet eval) %continue-program)))
