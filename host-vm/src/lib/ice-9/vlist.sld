;; (ice-9 vlist): lists with quick access by index, and association lists with quick search, after Phil Bagwell's "Fast
;; Functional Lists, Hash-Lists, Deques and Variable Length Arrays" (2002).
;;
;; A vlist is a place in a block. Blocks hold 1, 2, 4 … elements; behind the elements of a block come those of the block
;; that it was put before. Adding to the newest element of a block that has room shares the block; adding to any other
;; place begins a new one, so that no vlist ever changes.
;;
;; A vhash is a vlist of pairs whose blocks also have an index: for each hash value the newest element with that value, and
;; for each element the next older one.

(define-library (ice-9 vlist)
  (import (limpet core) (limpet control) (limpet list))
  (export vlist? vlist-cons vlist-head vlist-tail vlist-null? vlist-null list->vlist vlist-ref vlist-set! vlist-fold
          vlist-fold-right vlist-reverse vlist-map vlist-length vlist->list vlist-append vlist-filter vlist-delete
          vlist-take vlist-drop vlist-for-each vlist-unfold vlist-unfold-right block-growth-factor
          vhash? vhash-cons vhash-consq vhash-consv vhash-assoc vhash-assq vhash-assv vhash-delete vhash-delq
          vhash-delv vhash-fold vhash-fold-right vhash-fold* vhash-foldq* vhash-foldv* alist->vhash)
  (begin

    ;; elements[0 .. used) are in use. `next` is the vlist behind the block. `heads` and `chain` are the index of a vhash's
    ;; block, or #f: heads[h] is the newest element with hash h, or -1; chain[i] is the next one after element i.
    (define-record-type block
      (make-block elements used next heads chain)
      block?
      (elements block-elements)
      (used block-used set-block-used!)
      (next block-next)
      (heads block-heads)
      (chain block-chain))
    (define-record-type vlist (place block offset length) vlist? (block block-of) (offset offset-of) (length vlist-length))

    (define vlist-null (place #f -1 0))
    (define (vlist-null? v) (= 0 (vlist-length v)))
    (define block-growth-factor (make-parameter 2))

    (define (new-block v indexed?)
      (let* ((before (if (vlist-null? v) 0 (vector-length (block-elements (block-of v)))))
             (size (max 1 (exact (ceiling (* before (block-growth-factor)))))))
        (make-block (make-vector size #f) 0 v
                    (and indexed? (make-vector size -1)) (and indexed? (make-vector size -1)))))

    ;; The block in which an element in front of v goes: v's own if nothing was put there yet.
    (define (block-before v indexed?)
      (let ((b (block-of v)))
        (if (and b
                 (eq? indexed? (and (block-heads b) #t))
                 (= (block-used b) (+ 1 (offset-of v)))
                 (< (block-used b) (vector-length (block-elements b))))
            b
            (new-block v indexed?))))
    (define (put-before v element b)
      (let ((i (block-used b)))
        (vector-set! (block-elements b) i element)
        (set-block-used! b (+ i 1))
        (place b i (+ 1 (vlist-length v)))))
    (define (vlist-cons element v) (put-before v element (block-before v #f)))

    (define (vlist-head v)
      (check-not-null 'vlist-head v)
      (vector-ref (block-elements (block-of v)) (offset-of v)))
    (define (vlist-tail v)
      (check-not-null 'vlist-tail v)
      (if (> (offset-of v) 0)
          (place (block-of v) (- (offset-of v) 1) (- (vlist-length v) 1))
          (block-next (block-of v))))
    (define (check-not-null who v)
      (if (vlist-null? v) (raise (%make-condition 'wrong-type "expected a vlist with elements, got" (list v) who))))

    ;; Calls (found block offset) for the element with an index.
    (define (locate who v index found)
      (if (not (and (exact-integer? index) (>= index 0) (< index (vlist-length v))))
          (raise (%make-condition 'out-of-range "index out of range:" (list index) who)))
      (let loop ((v v) (index index))
        (if (<= index (offset-of v))
            (found (block-of v) (- (offset-of v) index))
            (loop (block-next (block-of v)) (- index (+ 1 (offset-of v)))))))
    (define (vlist-ref v index)
      (locate 'vlist-ref v index (lambda (b i) (vector-ref (block-elements b) i))))
    ;; For programs that know that nobody shares the element.
    (define (vlist-set! v index value)
      (locate 'vlist-set! v index (lambda (b i) (vector-set! (block-elements b) i value))))

    ;; ---- iteration, newest element first

    (define (fold-1 f start v)
      (let next-block ((v v) (result start))
        (if (vlist-null? v)
            result
            (let ((elements (block-elements (block-of v))))
              (let loop ((i (offset-of v)) (result result))
                (if (< i 0)
                    (next-block (block-next (block-of v)) result)
                    (loop (- i 1) (f (vector-ref elements i) result))))))))
    (define vlist-fold
      (case-lambda
        ((f start v) (fold-1 f start v))
        ((f start . vs) (apply fold f start (map vlist->list vs)))))
    (define vlist-fold-right
      (case-lambda
        ((f start v) (fold-1 f start (vlist-reverse v)))
        ((f start . vs) (apply fold-right f start (map vlist->list vs)))))
    (define (vlist-reverse v) (fold-1 vlist-cons vlist-null v))
    (define (vlist->list v) (reverse (fold-1 cons '() v)))
    (define (list->vlist list) (fold vlist-cons vlist-null (reverse list)))
    (define vlist-map
      (case-lambda
        ((f v) (list->vlist (map f (vlist->list v))))
        ((f . vs) (list->vlist (apply map f (map vlist->list vs))))))
    (define vlist-for-each
      (case-lambda
        ((f v) (fold-1 (lambda (element result) (f element) result) (if #f #f) v))
        ((f . vs) (apply for-each f (map vlist->list vs)))))
    (define (vlist-append . vs)
      (if (null? vs)
          vlist-null
          (let loop ((vs (reverse vs)) (result #f))
            (cond ((null? vs) result)
                  ((not result) (loop (cdr vs) (car vs)))
                  (else (loop (cdr vs) (fold-1 vlist-cons result (vlist-reverse (car vs)))))))))
    (define (vlist-filter keep? v)
      (fold-1 (lambda (element result) (if (keep? element) (vlist-cons element result) result)) vlist-null
              (vlist-reverse v)))
    (define vlist-delete
      (case-lambda
        ((x v) (vlist-delete x v equal?))
        ((x v same?) (vlist-filter (lambda (element) (not (same? x element))) v))))
    (define (vlist-drop v count)
      (if (= count 0) v (vlist-drop (vlist-tail v) (- count 1))))
    (define (vlist-take v count)
      (let loop ((v v) (count count) (taken vlist-null))
        (if (= count 0) (vlist-reverse taken) (loop (vlist-tail v) (- count 1) (vlist-cons (vlist-head v) taken)))))
    (define vlist-unfold
      (case-lambda
        ((stop? f successor seed) (vlist-unfold stop? f successor seed (lambda (seed) vlist-null)))
        ((stop? f successor seed tail)
         (let loop ((seed seed) (elements '()))
           (if (stop? seed)
               (fold vlist-cons (tail seed) elements)
               (loop (successor seed) (cons (f seed) elements)))))))
    (define vlist-unfold-right
      (case-lambda
        ((stop? f successor seed) (vlist-unfold-right stop? f successor seed vlist-null))
        ((stop? f successor seed tail)
         (let loop ((seed seed) (result tail))
           (if (stop? seed) result (loop (successor seed) (vlist-cons (f seed) result)))))))

    ;; ---- vhashes

    (define (vhash? object)
      (and (vlist? object) (not (vlist-null? object)) (block-heads (block-of object)) #t))

    ;; Hash functions may take a second argument, the size.
    (define (hash-in hash key size) (modulo (hash key) size))
    (define (cons-with key value v hash)
      (let* ((b (block-before v #t)) (h (hash-in hash key (vector-length (block-heads b)))))
        (vector-set! (block-chain b) (block-used b) (vector-ref (block-heads b) h))
        (vector-set! (block-heads b) h (block-used b))
        (put-before v (cons key value) b)))
    (define (adapted hash) (lambda (key) (hash key 1152921504606846975)))
    (define vhash-cons
      (case-lambda
        ((key value v) (cons-with key value v equal-hash))
        ((key value v hash) (cons-with key value v (adapted hash)))))
    (define (vhash-consq key value v) (cons-with key value v hash-by-identity))
    (define (vhash-consv key value v) (cons-with key value v eqv-hash))

    ;; Calls (f entry result next) for the entries of a key, newest first; next goes on with another result.
    (define (search key v same? hash start f)
      (let next-block ((v v) (result start))
        (if (vlist-null? v)
            result
            (let* ((b (block-of v)) (elements (block-elements b)) (behind (block-next b)) (newest (offset-of v)))
              (let loop ((i (vector-ref (block-heads b) (hash-in hash key (vector-length (block-heads b)))))
                         (result result))
                (cond ((< i 0) (next-block behind result))
                      ;; Newer than this place of the block.
                      ((> i newest) (loop (vector-ref (block-chain b) i) result))
                      ((same? key (car (vector-ref elements i)))
                       (f (vector-ref elements i) result (lambda (result) (loop (vector-ref (block-chain b) i) result))))
                      (else (loop (vector-ref (block-chain b) i) result))))))))
    (define (assoc-with key v same? hash)
      (search key v same? hash #f (lambda (entry result next) entry)))
    (define vhash-assoc
      (case-lambda
        ((key v) (assoc-with key v equal? equal-hash))
        ((key v same?) (assoc-with key v same? equal-hash))
        ((key v same? hash) (assoc-with key v same? (adapted hash)))))
    (define (vhash-assq key v) (assoc-with key v eq? hash-by-identity))
    (define (vhash-assv key v) (assoc-with key v eqv? eqv-hash))
    ;; (f value result) for each value of one key.
    (define (fold*-with f start key v same? hash)
      (search key v same? hash start (lambda (entry result next) (next (f (cdr entry) result)))))
    (define vhash-fold*
      (case-lambda
        ((f start key v) (fold*-with f start key v equal? equal-hash))
        ((f start key v same?) (fold*-with f start key v same? equal-hash))
        ((f start key v same? hash) (fold*-with f start key v same? (adapted hash)))))
    (define (vhash-foldq* f start key v) (fold*-with f start key v eq? hash-by-identity))
    (define (vhash-foldv* f start key v) (fold*-with f start key v eqv? eqv-hash))

    (define (delete-with key v same? hash)
      (if (assoc-with key v same? hash)
          (fold-1 (lambda (entry result)
                    (if (same? key (car entry)) result (cons-with (car entry) (cdr entry) result hash)))
                  vlist-null
                  (vlist-reverse v))
          v))
    (define vhash-delete
      (case-lambda
        ((key v) (delete-with key v equal? equal-hash))
        ((key v same?) (delete-with key v same? equal-hash))
        ((key v same? hash) (delete-with key v same? (adapted hash)))))
    (define (vhash-delq key v) (delete-with key v eq? hash-by-identity))
    (define (vhash-delv key v) (delete-with key v eqv? eqv-hash))
    (define (vhash-fold f start v) (fold-1 (lambda (entry result) (f (car entry) (cdr entry) result)) start v))
    (define (vhash-fold-right f start v) (vhash-fold f start (vlist-reverse v)))
    (define alist->vhash
      (case-lambda
        ((alist) (alist->vhash alist equal-hash))
        ((alist hash)
         (let ((hash (adapted hash)))
           (fold (lambda (entry v) (cons-with (car entry) (cdr entry) v hash)) vlist-null (reverse alist))))))))
