;; A text adventure: rooms and things in association lists, commands by a table, a game played from a script.
(import (scheme base) (scheme char) (scheme write))

(define rooms
  '((shore "You stand on a stony shore. The tide is low." ((north . path) (east . cave)))
    (path "A steep path between two cliffs." ((south . shore) (up . lighthouse)))
    (cave "A dark cave. Something drips." ((west . shore)))
    (lighthouse "The lamp room of the lighthouse." ((down . path)))))

(define-record-type game (make-game room things lit? moves over?) game?
  (room game-room set-game-room!)
  (things game-things set-game-things!)
  (lit? game-lit? set-game-lit!)
  (moves game-moves set-game-moves!)
  (over? game-over? set-game-over!))

(define (say . all) (for-each display all) (newline))
(define (where game thing) (cdr (assq thing (game-things game))))
(define (move! game thing place) (set-cdr! (assq thing (game-things game)) place))
(define (here? game thing) (memq (where game thing) (list (game-room game) 'player)))
(define (things-in game place)
  (let loop ((things (game-things game)) (found '()))
    (cond ((null? things) (reverse found))
          ((eq? (cdar things) place) (loop (cdr things) (cons (caar things) found)))
          (else (loop (cdr things) found)))))
(define (join items)
  (cond ((null? items) "nothing")
        ((null? (cdr items)) (symbol->string (car items)))
        (else (string-append (symbol->string (car items)) ", " (join (cdr items))))))

(define (look game)
  (let ((room (assq (game-room game) rooms)))
    (if (and (eq? (game-room game) 'cave) (not (here? game 'lantern)))
        (say "It is too dark to see.")
        (begin
          (say (cadr room))
          (let ((things (things-in game (game-room game))))
            (if (pair? things) (say "You see: " (join things))))
          (say "Ways out: " (join (map car (car (cddr room)))))))))

(define (go game direction)
  (let ((way (assq direction (car (cddr (assq (game-room game) rooms))))))
    (cond (way (set-game-room! game (cdr way)) (look game))
          (else (say "There is no way " direction ".")))))

(define (with-thing game thing then)
  (cond ((not (assq thing (game-things game))) (say "You know of no " thing "."))
        ((not (here? game thing)) (say "There is no " thing " here."))
        (else (then))))
(define (take game thing)
  (with-thing game thing
    (lambda ()
      (cond ((eq? (where game thing) 'player) (say "You have it already."))
            ((and (eq? (game-room game) 'cave) (not (eq? (where game 'lantern) 'player))) (say "You grope about in vain."))
            (else (move! game thing 'player) (say "Taken."))))))
(define (put game thing)
  (with-thing game thing
    (lambda ()
      (if (eq? (where game thing) 'player)
          (begin (move! game thing (game-room game)) (say "Dropped."))
          (say "You don't have it.")))))
(define (use game thing)
  (with-thing game thing
    (lambda ()
      (cond ((and (eq? thing 'oil) (eq? (game-room game) 'lighthouse))
             (move! game 'oil 'nowhere)
             (set-game-lit! game #t)
             (set-game-over! game #t)
             (say "The lamp burns again. Far out a ship turns away from the rocks."))
            (else (say "Nothing happens."))))))

(define commands
  `((look . ,(lambda (game words) (look game)))
    (go . ,(lambda (game words) (if (pair? words) (go game (car words)) (say "Go where?"))))
    (take . ,(lambda (game words) (if (pair? words) (take game (car words)) (say "Take what?"))))
    (drop . ,(lambda (game words) (if (pair? words) (put game (car words)) (say "Drop what?"))))
    (use . ,(lambda (game words) (if (pair? words) (use game (car words)) (say "Use what?"))))
    (inventory . ,(lambda (game words) (say "You carry " (join (things-in game 'player)) ".")))
    (quit . ,(lambda (game words) (set-game-over! game #t) (say "Farewell.")))))
(define shortcuts '((n go north) (s go south) (e go east) (w go west) (u go up) (d go down) (i inventory) (l look)))
(define noise '(the a an to at))

(define (parse line)
  (let loop ((chars (string->list (string-downcase line))) (word '()) (words '()))
    (define (finish)
      (if (null? word)
          words
          (let ((w (string->symbol (list->string (reverse word))))) (if (memq w noise) words (cons w words)))))
    (cond ((null? chars)
           (let ((words (reverse (finish))))
             (if (and (pair? words) (assq (car words) shortcuts))
                 (append (cdr (assq (car words) shortcuts)) (cdr words))
                 words)))
          ((char-alphabetic? (car chars)) (loop (cdr chars) (cons (car chars) word) words))
          (else (loop (cdr chars) '() (finish))))))

(define (play script)
  (let ((game (make-game 'shore (list (cons 'lantern 'path) (cons 'oil 'cave) (cons 'shell 'shore)) #f 0 #f))
        (port (open-input-string script)))
    (look game)
    (let loop ()
      (let ((line (if (game-over? game) (eof-object) (read-line port))))
        (if (eof-object? line)
            (say "(" (game-moves game) " moves, lamp " (if (game-lit? game) "lit" "dark") ")")
            (let ((words (parse line)))
              (say "> " line)
              (set-game-moves! game (+ 1 (game-moves game)))
              (cond ((null? words) (say "Say something."))
                    ((assq (car words) commands) => (lambda (command) ((cdr command) game (cdr words))))
                    (else (say "I don't know how to " (car words) ".")))
              (loop)))))))

(play "Take the shell\ne\ntake oil\nw\nN\nTAKE LANTERN\ntake lantern\ni\ngo north\ns\ne\ntake the oil!\nuse oil\nw\nn\ndrop shell\nu\nsing\nuse the oil\nl\n")
(play "\ngo\nquit\nlook\n")
;=> You stand on a stony shore. The tide is low.
;=> You see: shell
;=> Ways out: north, east
;=> > Take the shell
;=> Taken.
;=> > e
;=> It is too dark to see.
;=> > take oil
;=> You grope about in vain.
;=> > w
;=> You stand on a stony shore. The tide is low.
;=> Ways out: north, east
;=> > N
;=> A steep path between two cliffs.
;=> You see: lantern
;=> Ways out: south, up
;=> > TAKE LANTERN
;=> Taken.
;=> > take lantern
;=> You have it already.
;=> > i
;=> You carry lantern, shell.
;=> > go north
;=> There is no way north.
;=> > s
;=> You stand on a stony shore. The tide is low.
;=> Ways out: north, east
;=> > e
;=> A dark cave. Something drips.
;=> You see: oil
;=> Ways out: west
;=> > take the oil!
;=> Taken.
;=> > use oil
;=> Nothing happens.
;=> > w
;=> You stand on a stony shore. The tide is low.
;=> Ways out: north, east
;=> > n
;=> A steep path between two cliffs.
;=> Ways out: south, up
;=> > drop shell
;=> Dropped.
;=> > u
;=> The lamp room of the lighthouse.
;=> Ways out: down
;=> > sing
;=> I don't know how to sing.
;=> > use the oil
;=> The lamp burns again. Far out a ship turns away from the rocks.
;=> (19 moves, lamp lit)
;=> You stand on a stony shore. The tide is low.
;=> You see: shell
;=> Ways out: north, east
;=> >
;=> Say something.
;=> > go
;=> Go where?
;=> > quit
;=> Farewell.
;=> (3 moves, lamp dark)
