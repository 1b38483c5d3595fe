;; SRFI 1: lists.

(define-library (srfi 1)
  (import (limpet core) (limpet control) (limpet list) (limpet sequence))
  (export cons list xcons cons* make-list list-tabulate list-copy iota pair? null? list? not first second third
          fourth fifth car cdr take drop split-at take-while drop-while span break last last-pair length length+
          append append! concatenate reverse reverse! append-reverse fold fold-right reduce reduce-right append-map
          filter-map map for-each unfold unfold-right filter remove partition find find-tail any every list-index
          count delete delete! delete-duplicates member memq memv assoc assq assv alist-copy))
