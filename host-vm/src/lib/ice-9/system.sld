;; What scripts want of the system, by Guile's names: programs and pipes, what is known of files, trees of directories, times.
;; (limpet system) has what a program finds without an import.

(define-library (limpet system)
  (import (limpet core) (limpet control) (limpet list) (limpet sequence) (limpet number))
  (export system system* waitpid status:exit-val status:term-sig sleep usleep %run
          stat lstat stat:type stat:perms stat:size stat:mtime stat:atime stat:ctime stat:ino stat:dev stat:nlink
          stat:uid stat:gid file-is-regular? opendir readdir closedir directory-stream?
          localtime gmtime mktime strftime tm:sec tm:min tm:hour tm:mday tm:mon tm:year tm:wday tm:yday tm:isdst
          tm:gmtoff tm:zone
          absolute-file-name? file-name-separator-string in-vicinity %civil->days %days->civil)
  (begin

    ;; ---- programs

    (define (wait number)
      (or (%wait number) (wait number)))
    (define (waitpid number . options) (cons number (wait number)))
    ;; A program that can't be started is one that ended with status 127, as a shell says it.
    (define not-found (* 127 256))
    (define (%run words)
      (let ((child (%guard (lambda () (%spawn words #f #f))
                           (lambda (condition reraise)
                             (if (not (file-error? condition)) (reraise))
                             (display (condition/report-string condition) (current-error-port))
                             (newline (current-error-port))
                             #f))))
        (if child (wait (vector-ref child 0)) not-found)))
    (define system
      (case-lambda
        (() #t)
        ((command) (%run (list "/bin/sh" "-c" command)))))
    (define (system* program . arguments) (%run (cons program arguments)))
    (define (status:exit-val status)
      (and (= 0 (bitwise-and status 127)) (arithmetic-shift status -8)))
    (define (status:term-sig status)
      (let ((signal (bitwise-and status 127))) (and (< 0 signal 127) signal)))

    (define (sleep-for microseconds)
      (let ((left (%sleep microseconds))) (if (> left 0) (sleep-for left) 0)))
    (define (usleep microseconds) (sleep-for microseconds))
    (define (sleep seconds) (sleep-for (exact (round (* seconds 1000000)))))

    ;; ---- files

    (define (stat file . complain)
      (if (and (pair? complain) (not (car complain)))
          (%guard (lambda () (%stat file #t)) (lambda (condition reraise) (if (file-error? condition) #f (reraise))))
          (%stat file #t)))
    (define (lstat file) (%stat file #f))
    (define-syntax define-fields
      (syntax-rules () ((_ (name index) ...) (begin (define (name object) (vector-ref object index)) ...))))
    (define-fields (stat:type 0) (stat:perms 1) (stat:size 2) (stat:mtime 3) (stat:atime 4) (stat:ctime 5) (stat:ino 6)
      (stat:dev 7) (stat:nlink 8) (stat:uid 9) (stat:gid 10))
    (define (file-is-regular? file) (let ((data (stat file #f))) (and data (eq? (stat:type data) 'regular))))

    (define-record-type directory-stream (make-stream names) directory-stream? (names stream-names set-stream-names!))
    (define (opendir directory) (make-stream (cons* "." ".." (directory-files directory))))
    (define (readdir stream)
      (let ((names (stream-names stream)))
        (if (null? names)
            (eof-object)
            (begin
              (set-stream-names! stream (cdr names))
              (car names)))))
    (define (closedir stream) (set-stream-names! stream '()))

    (define file-name-separator-string "/")
    (define (absolute-file-name? name) (and (> (string-length name) 0) (char=? (string-ref name 0) #\/)))
    (define (in-vicinity directory name)
      (cond ((string=? directory "") name)
            ((char=? (string-ref directory (- (string-length directory) 1)) #\/) (string-append directory name))
            (else (string-append directory "/" name))))

    ;; ---- times: #(second minute hour day month-from-0 years-since-1900 weekday yearday summer? seconds-east zone)

    (define-fields (tm:sec 0) (tm:min 1) (tm:hour 2) (tm:mday 3) (tm:mon 4) (tm:year 5) (tm:wday 6) (tm:yday 7) (tm:isdst 8)
      (tm:zone 10))
    ;; Guile counts west of Greenwich.
    (define (tm:gmtoff time) (- (vector-ref time 9)))

    ;; Days since 1970 of a date of the Gregorian calendar, and back; years begin in March here, so that the leap day is last.
    (define (%civil->days year month day)
      (let* ((y (if (<= month 2) (- year 1) year))
             (m (modulo (+ month 9) 12)))
        (+ (* 365 y) (floor-quotient y 4) (- (floor-quotient y 100)) (floor-quotient y 400)
           (quotient (+ (* 153 m) 2) 5) day -719469)))
    (define (%days->civil days)
      (let* ((z (+ days 719468))
             (era (floor-quotient z 146097))
             (day-of-era (- z (* era 146097)))
             (year-of-era (quotient (- day-of-era (quotient day-of-era 1460) (- (quotient day-of-era 36524))
                                       (quotient day-of-era 146096))
                                    365))
             (day-of-year (- day-of-era (+ (* 365 year-of-era) (quotient year-of-era 4) (- (quotient year-of-era 100)))))
             (m (quotient (+ (* 5 day-of-year) 2) 153))
             (month (if (< m 10) (+ m 3) (- m 9))))
        (list (+ year-of-era (* era 400) (if (<= month 2) 1 0))
              month
              (+ 1 (- day-of-year (quotient (+ (* 153 m) 2) 5))))))

    (define (two-digits n) (if (< n 10) (string-append "0" (number->string n)) (number->string n)))
    (define (offset-name seconds)
      (if (= seconds 0)
          "GMT"
          (string-append (if (< seconds 0) "-" "+") (two-digits (quotient (abs seconds) 3600))
                         (two-digits (quotient (remainder (abs seconds) 3600) 60)))))
    (define (broken-down seconds east summer?)
      (let* ((days (floor-quotient seconds 86400))
             (rest (floor-remainder seconds 86400))
             (date (%days->civil days)))
        (vector (remainder rest 60) (quotient (remainder rest 3600) 60) (quotient rest 3600)
                (caddr date) (- (cadr date) 1) (- (car date) 1900)
                (modulo (+ days 4) 7) (- days (%civil->days (car date) 1 1)) summer? east (offset-name east))))
    (define (gmtime seconds) (broken-down seconds 0 0))
    (define localtime
      (case-lambda
        ((seconds)
         (let ((local (%local-time seconds)))
           (broken-down (+ seconds (vector-ref local 9)) (vector-ref local 9) (vector-ref local 8))))
        ((seconds zone)
         (if (not (member zone '("UTC" "GMT" "UTC0" "GMT0"))) (error "localtime: only UTC can be asked for, got" zone))
         (gmtime seconds))))
    (define (seconds-of time)
      (+ (* 86400 (%civil->days (+ 1900 (tm:year time)) (+ 1 (tm:mon time)) (tm:mday time)))
         (* 3600 (tm:hour time)) (* 60 (tm:min time)) (tm:sec time)))
    ;; The seconds and the time in full, as fields in excess of their range would be written.
    (define (mktime time . zone)
      (let* ((as-utc (seconds-of time))
             (east (lambda (seconds) (vector-ref (%local-time seconds) 9)))
             (seconds (if (pair? zone)
                          as-utc
                          ;; The offset may differ on both sides of a change to summer time.
                          (- as-utc (east (- as-utc (east as-utc)))))))
        (cons seconds (if (pair? zone) (gmtime seconds) (localtime seconds)))))

    (define weekdays '#("Sunday" "Monday" "Tuesday" "Wednesday" "Thursday" "Friday" "Saturday"))
    (define months '#("January" "February" "March" "April" "May" "June" "July" "August" "September" "October" "November"
                                "December"))
    (define (padded n width fill)
      (let ((text (number->string n)))
        (string-append (make-string (max 0 (- width (string-length text))) fill) text)))
    (define (short text) (substring text 0 3))
    ;; Year and week by ISO 8601: weeks begin on Monday, the first one has the year's first Thursday.
    (define (iso-week time)
      (let* ((year (+ 1900 (tm:year time)))
             (weekday (modulo (+ 6 (tm:wday time)) 7))
             (days (%civil->days year (+ 1 (tm:mon time)) (tm:mday time)))
             (thursday (%days->civil (+ days (- 3 weekday)))))
        (cons (car thursday)
              (+ 1 (quotient (- (+ days (- 3 weekday)) (%civil->days (car thursday) 1 1)) 7)))))

    (define (strftime format time)
      (let ((out (open-output-string)) (end (string-length format)))
        (define (put text) (write-string text out))
        (define (hour-12) (let ((h (modulo (tm:hour time) 12))) (if (= h 0) 12 h)))
        (define (put-like format) (put (strftime format time)))
        (define (directive c)
          (case c
            ((#\a) (put (short (vector-ref weekdays (tm:wday time)))))
            ((#\A) (put (vector-ref weekdays (tm:wday time))))
            ((#\b #\h) (put (short (vector-ref months (tm:mon time)))))
            ((#\B) (put (vector-ref months (tm:mon time))))
            ((#\c) (put-like "%a %b %e %H:%M:%S %Y"))
            ((#\C) (put (padded (floor-quotient (+ 1900 (tm:year time)) 100) 2 #\0)))
            ((#\d) (put (padded (tm:mday time) 2 #\0)))
            ((#\D #\x) (put-like "%m/%d/%y"))
            ((#\e) (put (padded (tm:mday time) 2 #\space)))
            ((#\F) (put-like "%Y-%m-%d"))
            ((#\g) (put (padded (modulo (car (iso-week time)) 100) 2 #\0)))
            ((#\G) (put (number->string (car (iso-week time)))))
            ((#\H) (put (padded (tm:hour time) 2 #\0)))
            ((#\I) (put (padded (hour-12) 2 #\0)))
            ((#\j) (put (padded (+ 1 (tm:yday time)) 3 #\0)))
            ((#\k) (put (padded (tm:hour time) 2 #\space)))
            ((#\l) (put (padded (hour-12) 2 #\space)))
            ((#\m) (put (padded (+ 1 (tm:mon time)) 2 #\0)))
            ((#\M) (put (padded (tm:min time) 2 #\0)))
            ((#\n) (put "\n"))
            ((#\p) (put (if (< (tm:hour time) 12) "AM" "PM")))
            ((#\P) (put (if (< (tm:hour time) 12) "am" "pm")))
            ((#\r) (put-like "%I:%M:%S %p"))
            ((#\R) (put-like "%H:%M"))
            ((#\s) (put (number->string (- (seconds-of time) (vector-ref time 9)))))
            ((#\S) (put (padded (tm:sec time) 2 #\0)))
            ((#\t) (put "\t"))
            ((#\T #\X) (put-like "%H:%M:%S"))
            ((#\u) (put (number->string (if (= (tm:wday time) 0) 7 (tm:wday time)))))
            ((#\U) (put (padded (quotient (+ (tm:yday time) 7 (- (tm:wday time))) 7) 2 #\0)))
            ((#\V) (put (padded (cdr (iso-week time)) 2 #\0)))
            ((#\w) (put (number->string (tm:wday time))))
            ((#\W) (put (padded (quotient (+ (tm:yday time) 7 (- (modulo (+ 6 (tm:wday time)) 7))) 7) 2 #\0)))
            ((#\y) (put (padded (modulo (tm:year time) 100) 2 #\0)))
            ((#\Y) (put (number->string (+ 1900 (tm:year time)))))
            ((#\z)
             (let ((east (vector-ref time 9)))
               (put (if (= east 0) "+0000" (offset-name east)))))
            ((#\Z) (put (tm:zone time)))
            ((#\%) (put "%"))
            (else (put (string #\% c)))))
        (let loop ((i 0))
          (if (< i end)
              (let ((c (string-ref format i)))
                (if (and (char=? c #\%) (< (+ i 1) end))
                    (begin
                      (directive (string-ref format (+ i 1)))
                      (loop (+ i 2)))
                    (begin
                      (write-char c out)
                      (loop (+ i 1)))))))
        (get-output-string out)))))

(define-library (ice-9 popen)
  (import (limpet core) (limpet control) (limpet list) (limpet system) (limpet hash))
  (export open-pipe open-pipe* open-input-pipe open-output-pipe close-pipe OPEN_READ OPEN_WRITE OPEN_BOTH
          status:exit-val status:term-sig)
  (begin
    (define OPEN_READ "r")
    (define OPEN_WRITE "w")
    (define OPEN_BOTH "r+")

    ;; The child at the other end of each pipe.
    (define children (make-eq-hash-table))
    (define (open-words words mode)
      (let* ((read? (equal? mode OPEN_READ))
             (child (if (or read? (equal? mode OPEN_WRITE))
                        (%spawn words read? (not read?))
                        (error "a pipe is open for reading (OPEN_READ) or for writing (OPEN_WRITE), got" mode)))
             (port (vector-ref child (if read? 1 2))))
        (hash-table-set! children port (vector-ref child 0))
        port))
    (define (open-pipe command mode) (open-words (list "/bin/sh" "-c" command) mode))
    (define (open-pipe* mode program . arguments) (open-words (cons program arguments) mode))
    (define (open-input-pipe command) (open-pipe command OPEN_READ))
    (define (open-output-pipe command) (open-pipe command OPEN_WRITE))
    (define (close-pipe port)
      (let ((child (hash-table-ref/default children port #f)))
        (if (not child) (error "close-pipe: expected a pipe, got" port))
        (hash-table-delete! children port)
        (close-port port)
        (cdr (waitpid child))))))

;; Trees of directories.
(define-library (ice-9 ftw)
  (import (limpet core) (limpet control) (limpet list) (limpet sequence) (limpet sort) (limpet system))
  (export scandir ftw nftw file-system-fold file-system-tree)
  (begin

    (define scandir
      (case-lambda
        ((directory) (scandir directory (lambda (name) #t) string<?))
        ((directory select?) (scandir directory select? string<?))
        ((directory select? before?)
         (let ((data (stat directory #f)))
           (and data
                (eq? (stat:type data) 'directory)
                (sort (filter select? (cons* "." ".." (directory-files directory))) before?))))))

    ;; `enter?`, `down` and `up` are about directories, `leaf` about other files, `skip` about directories that are not
    ;; entered, `handle-error` gets the number of the system's error: each gets a name, what stat says, and the result so far.
    (define file-system-fold
      (case-lambda
        ((enter? leaf down up skip handle-error start file)
         (file-system-fold enter? leaf down up skip handle-error start file lstat))
        ((enter? leaf down up skip handle-error start file look)
         (define (attempt thunk failed)
           ((call-with-current-continuation
             (lambda (leave)
               (with-exception-handler
                (lambda (condition)
                  (if (file-error? condition)
                      (leave (lambda () (failed (error-number condition))))
                      (raise-continuable condition)))
                (lambda () (let ((result (thunk))) (lambda () result))))))))
         (let visit ((file file) (result start))
           (let ((data (attempt (lambda () (look file)) (lambda (number) number))))
             (cond ((not (vector? data)) (handle-error file #f data result))
                   ((not (eq? (stat:type data) 'directory)) (leaf file data result))
                   ((not (enter? file data result)) (skip file data result))
                   (else
                    (let ((names (attempt (lambda () (sort (directory-files file) string<?)) (lambda (number) number))))
                      (if (number? names)
                          (handle-error file data names result)
                          (up file data
                              (fold (lambda (name result) (visit (in-vicinity file name) result))
                                    (down file data result)
                                    names)))))))))))
    (define (error-number condition)
      (let* ((arguments (exception-args condition)) (data (and (pair? arguments) (last arguments))))
        (if (pair? data) (car data) 0)))

    ;; (name stat child ...), or #f.
    (define file-system-tree
      (case-lambda
        ((file) (file-system-tree file (lambda (name data) #t) lstat))
        ((file enter?) (file-system-tree file enter? lstat))
        ((file enter? look)
         (let* ((keep (lambda (name data result) (cons (list (basename name) data) result)))
                (found (file-system-fold
                        (lambda (name data result) (enter? name data))
                        keep
                        (lambda (name data result) (cons '() result))
                        (lambda (name data result)
                          ;; The children are collected on top of what stood before.
                          (cons (cons* (basename name) data (reverse (children-of result))) (others-of result)))
                        keep
                        (lambda (name data number result) result)
                        '() file look)))
           (and (pair? found) (car found))))))
    ;; Trees collected since the innermost mark, an empty list, and what lies below it.
    (define (children-of result) (take-while pair? result))
    (define (others-of result) (cdr (drop-while pair? result)))

    (define (flag-of data)
      (case (stat:type data) ((directory) 'directory) ((symlink) 'symlink) (else 'regular)))
    ;; Calls (f name stat flag) until it gives #f.
    (define (ftw start f . options)
      (walk start (lambda (name data level) (f name data (flag-of data))) #f))
    (define (nftw start f . options)
      (walk start
            (lambda (name data level)
              (f name data (if (and (memq 'depth options) (eq? (flag-of data) 'directory)) 'directory-processed (flag-of data))
                 (- (string-length name) (string-length (basename name))) level))
            (memq 'depth options)))
    (define (walk start f children-first?)
      (call-with-current-continuation
       (lambda (leave)
         (let visit ((name start) (level 0))
           (let* ((data (lstat name)) (call (lambda () (let ((go-on? (f name data level))) (if (not go-on?) (leave #f))))))
             (if (not children-first?) (call))
             (if (eq? (stat:type data) 'directory)
                 (for-each (lambda (child) (visit (in-vicinity name child) (+ level 1)))
                           (sort (directory-files name) string<?)))
             (if children-first? (call))))
         #t)))))
