;; SRFI 113: sets and bags, over hash tables by comparators.
;;
;; Both are records of a comparator and a table: of a set from elements to themselves, of a bag from elements to pairs of
;; the element and how often it is there. Procedures without ! copy first.

(define-library (srfi 113)
  (import (limpet core) (limpet control) (limpet list) (srfi 125) (srfi 128))
  (export set set-unfold set? set-contains? set-empty? set-disjoint? set-member set-element-comparator
          set-adjoin set-adjoin! set-replace set-replace! set-delete set-delete! set-delete-all set-delete-all!
          set-search! set-size set-find set-count set-any? set-every? set-map set-for-each set-fold set-filter
          set-filter! set-remove set-remove! set-partition set-partition! set-copy set->list list->set list->set!
          set=? set<? set>? set<=? set>=? set-union set-union! set-intersection set-intersection! set-difference
          set-difference! set-xor set-xor! set-comparator
          bag bag-unfold bag? bag-contains? bag-empty? bag-disjoint? bag-member bag-element-comparator
          bag-adjoin bag-adjoin! bag-replace bag-replace! bag-delete bag-delete! bag-delete-all bag-delete-all!
          bag-size bag-find bag-count bag-any? bag-every? bag-map bag-for-each bag-fold bag-filter bag-filter!
          bag-remove bag-remove! bag-partition bag-partition! bag-copy bag->list list->bag list->bag!
          bag=? bag<? bag>? bag<=? bag>=? bag-union bag-union! bag-intersection bag-intersection! bag-difference
          bag-difference! bag-xor bag-xor! bag-comparator
          bag-sum bag-sum! bag-product bag-product! bag-unique-size bag-element-count bag-for-each-unique
          bag-fold-unique bag-increment! bag-decrement! bag->set set->bag set->bag! bag->alist alist->bag)
  (begin

    (define-record-type set-record (new-set comparator table) set? (comparator set-element-comparator) (table set-table))
    (define-record-type bag-record (new-bag comparator table) bag? (comparator bag-element-comparator) (table bag-table))

    (define (empty-set comparator) (new-set comparator (make-hash-table comparator)))
    (define (empty-bag comparator) (new-bag comparator (make-hash-table comparator)))

    ;; How often an element is in a bag; to make it so.
    (define (bag-element-count bag x)
      (let ((entry (hash-table-ref/default (bag-table bag) x #f))) (if entry (cdr entry) 0)))
    (define (set-count! bag x n)
      (let ((entry (hash-table-ref/default (bag-table bag) x #f)))
        (cond ((<= n 0) (hash-table-delete! (bag-table bag) x))
              (entry (set-cdr! entry n))
              (else (hash-table-set! (bag-table bag) x (cons x n))))))
    (define (bag-increment! bag x n) (set-count! bag x (+ (bag-element-count bag x) n)) bag)
    (define (bag-decrement! bag x n) (set-count! bag x (- (bag-element-count bag x) n)) bag)

    (define (add-to-set! set x)
      (if (not (hash-table-contains? (set-table set) x)) (hash-table-set! (set-table set) x x)))
    (define (add-to-bag! bag x) (bag-increment! bag x 1))

    (define (set-copy s) (new-set (set-element-comparator s) (hash-table-copy (set-table s) #t)))
    (define (bag-copy b)
      (let ((copy (empty-bag (bag-element-comparator b))))
        (bag-for-each-unique (lambda (x n) (set-count! copy x n)) b)
        copy))

    (define (set-fold f seed s) (hash-table-fold (lambda (key x result) (f x result)) seed (set-table s)))
    (define (bag-fold-unique f seed b)
      (hash-table-fold (lambda (key entry result) (f (car entry) (cdr entry) result)) seed (bag-table b)))
    (define (bag-for-each-unique f b) (bag-fold-unique (lambda (x n result) (f x n) result) #f b))
    (define (bag-fold f seed b)
      (bag-fold-unique
       (lambda (x n result)
         (let loop ((n n) (result result)) (if (= n 0) result (loop (- n 1) (f x result)))))
       seed b))

    (define (set-size s) (hash-table-size (set-table s)))
    (define (bag-size b) (bag-fold-unique (lambda (x n total) (+ n total)) 0 b))
    (define (bag-unique-size b) (hash-table-size (bag-table b)))
    (define (set-contains? s x) (hash-table-contains? (set-table s) x))
    (define (bag-contains? b x) (hash-table-contains? (bag-table b) x))
    (define (set-member s x default) (hash-table-ref/default (set-table s) x default))
    (define (bag-member b x default)
      (let ((entry (hash-table-ref/default (bag-table b) x #f))) (if entry (car entry) default)))
    (define (set-drop! s x) (hash-table-delete! (set-table s) x))
    (define (bag-drop! b x) (bag-decrement! b x 1))
    (define (set-replace! s x)
      (if (set-contains? s x) (begin (set-drop! s x) (add-to-set! s x)))
      s)
    (define (bag-replace! b x)
      (let ((n (bag-element-count b x)))
        (if (> n 0) (begin (set-count! b x 0) (set-count! b x n)))
        b))

    ;; What sets and bags have in common, by the parts in which they differ.
    (define-syntax define-collection
      (syntax-rules ()
        ((_ (empty add! drop! copy comparator contains? fold size)
            make unfold empty? disjoint? adjoin adjoin! replace replace! delete delete! delete-all delete-all!
            find count any? every? map for-each filter filter! remove remove! partition partition!
            ->list list-> list->!)
         (begin
           (define (list->! c list) (core-for-each (lambda (x) (add! c x)) list) c)
           (define (list-> comparator list) (list->! (empty comparator) list))
           (define (make comparator . elements) (list-> comparator elements))
           (define (unfold stop? mapper successor seed comparator)
             (let ((c (empty comparator)))
               (let loop ((seed seed))
                 (if (stop? seed) c (begin (add! c (mapper seed)) (loop (successor seed)))))))
           (define (->list c) (fold cons '() c))
           (define (empty? c) (= 0 (size c)))
           (define (disjoint? a b) (not (any? (lambda (x) (contains? b x)) a)))
           (define (adjoin! c . elements) (list->! c elements))
           (define (adjoin c . elements) (list->! (copy c) elements))
           (define (replace c x) (replace! (copy c) x))
           (define (delete-all! c elements) (core-for-each (lambda (x) (drop! c x)) elements) c)
           (define (delete-all c elements) (delete-all! (copy c) elements))
           (define (delete! c . elements) (delete-all! c elements))
           (define (delete c . elements) (delete-all! (copy c) elements))
           (define (find ok? c failure)
             (let ((tail (find-tail ok? (->list c)))) (if tail (car tail) (failure))))
           (define (count ok? c) (fold (lambda (x n) (if (ok? x) (+ n 1) n)) 0 c))
           (define (any? ok? c) (and (any ok? (->list c)) #t))
           (define (every? ok? c) (and (every ok? (->list c)) #t))
           (define (map comparator f c)
             (let ((result (empty comparator)))
               (fold (lambda (x done) (add! result (f x)) done) #f c)
               result))
           (define (for-each f c) (fold (lambda (x result) (f x) result) #f c))
           (define (filter ok? c)
             (let ((result (empty (comparator c))))
               (fold (lambda (x done) (if (ok? x) (add! result x)) done) #f c)
               result))
           (define (remove drop? c) (filter (lambda (x) (not (drop? x))) c))
           (define (remove! drop? c)
             (core-for-each (lambda (x) (if (drop? x) (drop! c x))) (->list c))
             c)
           (define (filter! ok? c) (remove! (lambda (x) (not (ok? x))) c))
           (define (partition ok? c) (values (filter ok? c) (remove ok? c)))
           (define (partition! ok? c)
             (let ((others (remove ok? c))) (values (filter! ok? c) others)))))))
    (define (core-for-each f list) (for-each f list))

    (define-collection (empty-set add-to-set! set-drop! set-copy set-element-comparator set-contains? set-fold set-size)
      set set-unfold set-empty? set-disjoint? set-adjoin set-adjoin! set-replace set-replace! set-delete set-delete!
      set-delete-all set-delete-all! set-find set-count set-any? set-every? set-map set-for-each set-filter set-filter!
      set-remove set-remove! set-partition set-partition! set->list list->set list->set!)
    (define-collection (empty-bag add-to-bag! bag-drop! bag-copy bag-element-comparator bag-contains? bag-fold bag-size)
      bag bag-unfold bag-empty? bag-disjoint? bag-adjoin bag-adjoin! bag-replace bag-replace! bag-delete bag-delete!
      bag-delete-all bag-delete-all! bag-find bag-count bag-any? bag-every? bag-map bag-for-each bag-filter bag-filter!
      bag-remove bag-remove! bag-partition bag-partition! bag->list list->bag list->bag!)

    ;; The procedures get what to do in tail position: (insert value), (ignore value), (update new value), (remove value).
    (define (set-search! s x failure success)
      (let ((found (set-member s x s)))
        (if (and (eq? found s) (not (set-contains? s x)))
            (failure (lambda (value) (add-to-set! s x) (values s value))
                     (lambda (value) (values s value)))
            (success found
                     (lambda (new value) (set-drop! s found) (add-to-set! s new) (values s value))
                     (lambda (value) (set-drop! s found) (values s value))))))

    ;; ---- comparison: every element of one is in the other, at least as often

    (define (subset? a b)
      (and (<= (set-size a) (set-size b)) (set-every? (lambda (x) (set-contains? b x)) a)))
    (define (subbag? a b)
      (bag-fold-unique (lambda (x n all?) (and all? (<= n (bag-element-count b x)))) #t a))
    (define-syntax define-comparisons
      (syntax-rules ()
        ((_ sub? size =? <? >? <=? >=?)
         (begin
           (define (=? . all) (chain (lambda (a b) (and (= (size a) (size b)) (sub? a b))) all))
           (define (<? . all) (chain (lambda (a b) (and (< (size a) (size b)) (sub? a b))) all))
           (define (>? . all) (chain (lambda (a b) (and (> (size a) (size b)) (sub? b a))) all))
           (define (<=? . all) (chain sub? all))
           (define (>=? . all) (chain (lambda (a b) (sub? b a)) all))))))
    (define (chain ok? all)
      (or (null? all)
          (let loop ((a (car all)) (rest (cdr all)))
            (or (null? rest) (and (ok? a (car rest)) (loop (car rest) (cdr rest)))))))
    (define-comparisons subset? set-size set=? set<? set>? set<=? set>=?)
    (define-comparisons subbag? bag-size bag=? bag<? bag>? bag<=? bag>=?)

    ;; ---- theory of sets: each operation changes its first argument; bags by the numbers of an element on both sides

    (define-syntax define-operations
      (syntax-rules ()
        ((_ copy (name name! (a b) body) ...)
         (begin
           (define (name! first . more)
             (for-each (lambda (other) (let ((a first) (b other)) body)) more)
             first)
           ...
           (define (name first . more) (apply name! (copy first) more))
           ...))))
    (define-operations set-copy
      (set-union set-union! (a b) (set-for-each (lambda (x) (add-to-set! a x)) b))
      (set-intersection set-intersection! (a b) (set-filter! (lambda (x) (set-contains? b x)) a))
      (set-difference set-difference! (a b) (set-remove! (lambda (x) (set-contains? b x)) a))
      (set-xor set-xor! (a b)
        (for-each (lambda (x) (if (set-contains? a x) (set-drop! a x) (add-to-set! a x))) (set->list b))))
    ;; Elements of `b` first, then, where asked for, those of `a` that are not in `b`.
    (define (combine! a b f)
      (let ((own (bag->alist a)))
        (for-each (lambda (entry) (set-count! a (car entry) (f (bag-element-count a (car entry)) (cdr entry))))
                  (bag->alist b))
        (for-each (lambda (entry) (if (not (bag-contains? b (car entry))) (set-count! a (car entry) (f (cdr entry) 0))))
                  own)))
    (define-operations bag-copy
      (bag-union bag-union! (a b) (combine! a b max))
      (bag-intersection bag-intersection! (a b) (combine! a b min))
      (bag-difference bag-difference! (a b) (combine! a b -))
      (bag-xor bag-xor! (a b) (combine! a b (lambda (n m) (abs (- n m)))))
      (bag-sum bag-sum! (a b) (combine! a b +)))
    (define (bag-product! n b)
      (for-each (lambda (entry) (set-count! b (car entry) (* n (cdr entry)))) (bag->alist b))
      b)
    (define (bag-product n b) (bag-product! n (bag-copy b)))

    ;; ---- conversion

    (define (bag->alist b) (bag-fold-unique (lambda (x n alist) (cons (cons x n) alist)) '() b))
    (define (alist->bag comparator alist)
      (let ((b (empty-bag comparator)))
        (for-each (lambda (entry) (if (not (bag-contains? b (car entry))) (set-count! b (car entry) (cdr entry)))) alist)
        b))
    (define (bag->set b)
      (let ((s (empty-set (bag-element-comparator b))))
        (bag-for-each-unique (lambda (x n) (add-to-set! s x)) b)
        s))
    (define (set->bag! b s) (set-for-each (lambda (x) (add-to-bag! b x)) s) b)
    (define (set->bag s) (set->bag! (empty-bag (set-element-comparator s)) s))

    (define set-comparator
      (make-comparator set? set=? #f (lambda (s) (set-fold (lambda (x h) (+ h (comparator-hash (set-element-comparator s) x))) 1 s))))
    (define bag-comparator
      (make-comparator bag? bag=? #f (lambda (b) (bag-fold (lambda (x h) (+ h (comparator-hash (bag-element-comparator b) x))) 1 b))))))
