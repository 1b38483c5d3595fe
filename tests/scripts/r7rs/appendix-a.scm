;; R7RS appendix A and B: the names that each library exports, and the features.
(import (only (scheme base) define-syntax syntax-rules procedure? quote => ... _)
        (checks)
        (prefix (scheme base) base:)
        (prefix (scheme case-lambda) case-lambda:)
        (prefix (scheme char) char:)
        (prefix (scheme complex) complex:)
        (prefix (scheme cxr) cxr:)
        (prefix (scheme eval) eval:)
        (prefix (scheme file) file:)
        (prefix (scheme inexact) inexact:)
        (prefix (scheme lazy) lazy:)
        (prefix (scheme process-context) process-context:)
        (prefix (scheme read) read:)
        (prefix (scheme time) time:)
        (prefix (scheme write) write:))

(define-syntax check-procedures
  (syntax-rules () ((_ name ...) (check-all (check (procedure? name) => #t) ...))))
(define-syntax check-all
  (syntax-rules () ((_ form ...) (base:begin form ...))))

;; (scheme base)
(check-procedures
 base:* base:+ base:- base:/ base:< base:<= base:= base:> base:>= base:abs base:append base:apply base:assoc
 base:assq base:assv base:binary-port? base:boolean=? base:boolean? base:bytevector base:bytevector-append
 base:bytevector-copy base:bytevector-copy! base:bytevector-length base:bytevector-u8-ref base:bytevector-u8-set!
 base:bytevector? base:caar base:cadr base:call-with-current-continuation base:call-with-port base:call-with-values
 base:call/cc base:car base:cdar base:cddr base:cdr base:ceiling base:char->integer base:char-ready? base:char<=?
 base:char<? base:char=? base:char>=? base:char>? base:char? base:close-input-port base:close-output-port
 base:close-port base:complex? base:cons base:current-error-port base:current-input-port base:current-output-port
 base:denominator base:dynamic-wind base:eof-object base:eof-object? base:eq? base:equal? base:eqv? base:error
 base:error-object-irritants base:error-object-message base:error-object? base:even? base:exact
 base:exact-integer-sqrt base:exact-integer? base:exact? base:expt base:features base:file-error? base:floor
 base:floor-quotient base:floor-remainder base:floor/ base:flush-output-port base:for-each base:gcd
 base:get-output-bytevector base:get-output-string base:inexact base:inexact? base:input-port-open? base:input-port?
 base:integer->char base:integer? base:lcm base:length base:list base:list->string base:list->vector base:list-copy
 base:list-ref base:list-set! base:list-tail base:list? base:make-bytevector base:make-list base:make-parameter
 base:make-string base:make-vector base:map base:max base:member base:memq base:memv base:min base:modulo
 base:negative? base:newline base:not base:null? base:number->string base:number? base:numerator base:odd?
 base:open-input-bytevector base:open-input-string base:open-output-bytevector base:open-output-string
 base:output-port-open? base:output-port? base:pair? base:peek-char base:peek-u8 base:positive? base:procedure?
 base:quotient base:raise base:raise-continuable base:rational? base:rationalize base:read-bytevector
 base:read-bytevector! base:read-char base:read-error? base:read-line base:read-string base:read-u8 base:real?
 base:remainder base:reverse base:round base:set-car! base:set-cdr! base:square base:string base:string->list
 base:string->number base:string->symbol base:string->utf8 base:string->vector base:string-append base:string-copy
 base:string-copy! base:string-fill! base:string-for-each base:string-length base:string-map base:string-ref
 base:string-set! base:string<=? base:string<? base:string=? base:string>=? base:string>? base:string?
 base:substring base:symbol->string base:symbol=? base:symbol? base:textual-port? base:truncate
 base:truncate-quotient base:truncate-remainder base:truncate/ base:u8-ready? base:utf8->string base:values
 base:vector base:vector->list base:vector->string base:vector-append base:vector-copy base:vector-copy!
 base:vector-fill! base:vector-for-each base:vector-length base:vector-map base:vector-ref base:vector-set!
 base:vector? base:with-exception-handler base:write-bytevector base:write-char base:write-string base:write-u8
 base:zero?)

;; (scheme char)
(check-procedures
 char:char-alphabetic? char:char-ci<=? char:char-ci<? char:char-ci=? char:char-ci>=? char:char-ci>?
 char:char-downcase char:char-foldcase char:char-lower-case? char:char-numeric? char:char-upcase
 char:char-upper-case? char:char-whitespace? char:digit-value char:string-ci<=? char:string-ci<? char:string-ci=?
 char:string-ci>=? char:string-ci>? char:string-downcase char:string-foldcase char:string-upcase)

;; (scheme complex)
(check-procedures
 complex:angle complex:imag-part complex:magnitude complex:make-polar complex:make-rectangular complex:real-part)

;; (scheme cxr)
(check-procedures
 cxr:caaaar cxr:caaadr cxr:caaar cxr:caadar cxr:caaddr cxr:caadr cxr:cadaar cxr:cadadr cxr:cadar cxr:caddar
 cxr:cadddr cxr:caddr cxr:cdaaar cxr:cdaadr cxr:cdaar cxr:cdadar cxr:cdaddr cxr:cdadr cxr:cddaar cxr:cddadr
 cxr:cddar cxr:cdddar cxr:cddddr cxr:cdddr)

;; (scheme file)
(check-procedures
 file:call-with-input-file file:call-with-output-file file:delete-file file:file-exists? file:open-binary-input-file
 file:open-binary-output-file file:open-input-file file:open-output-file file:with-input-from-file
 file:with-output-to-file)

;; (scheme inexact)
(check-procedures
 inexact:acos inexact:asin inexact:atan inexact:cos inexact:exp inexact:finite? inexact:infinite? inexact:log
 inexact:nan? inexact:sin inexact:sqrt inexact:tan)

;; (scheme lazy)
(check-procedures
 lazy:force lazy:make-promise lazy:promise?)

;; (scheme process-context)
(check-procedures
 process-context:command-line process-context:emergency-exit process-context:exit
 process-context:get-environment-variable process-context:get-environment-variables)

;; (scheme read)
(check-procedures
 read:read)

;; (scheme time)
(check-procedures
 time:current-jiffy time:current-second time:jiffies-per-second)

;; (scheme write)
(check-procedures
 write:display write:write write:write-shared write:write-simple)

;; Syntax, under the same prefixes; literals such as else are the library's own too.
(check (base:let ((x 1)) x) => 1)
(check (base:if #f 1 2) => 2)
(check (base:cond (#f 1) (base:else 2)) => 2)
(check (base:cond (5 base:=> base:-)) => -5)
(check (base:case 3 ((1 2) 'low) (base:else 'high)) => 'high)
(check (base:quasiquote (1 (base:unquote (base:+ 1 1)) (base:unquote-splicing '(3)))) => '(1 2 3))
(check (base:and 1 2) => 2)
(check (base:or #f 2) => 2)
(check (base:when #t 1) => 1)
(check (base:unless #f 1) => 1)
(check (base:let* ((x 1) (y x)) y) => 1)
(check (base:letrec ((f (base:lambda () 1))) (f)) => 1)
(check (base:letrec* ((a 1) (b a)) b) => 1)
(check (base:let-values (((a) (base:values 1))) a) => 1)
(check (base:let*-values (((a) (base:values 1))) a) => 1)
(check (base:let () (base:define a 1) (base:set! a 2) a) => 2)
(check (base:let () (base:define-values (a b) (base:values 1 2)) b) => 2)
(check (base:let () (base:define-record-type r (make) r?) (r? (make))) => #t)
(check (base:do ((i 0 (base:+ i 1))) ((base:= i 3) i)) => 3)
(check (base:guard (e (base:else e)) (base:raise 1)) => 1)
(check (base:guard (e ((base:assq 'a e) base:=> base:cdr)) (base:raise '((a . 1)))) => 1)
(check (base:parameterize () 1) => 1)
(check (base:let-syntax ((m (base:syntax-rules () ((base:_ a base:...) '(a base:...))))) (m 1 2)) => '(1 2))
(check (base:letrec-syntax ((m (base:syntax-rules () ((base:_) 1)))) (m)) => 1)
(check (base:cond-expand (r7rs 1) (base:else 2)) => 1)
(check (base:cond-expand ((and r7rs (not nothing)) 1) (base:else 2)) => 1)
(check (lazy:force (lazy:delay 1)) => 1)
(check (lazy:force (lazy:delay-force (lazy:delay 1))) => 1)
(check ((case-lambda:case-lambda ((a) 1) ((a b) 2)) 0 0) => 2)
;; Every name of every library, of variables and syntax alike: an import set that names one that is not there is refused.
(base:define (there? set) (base:guard (condition (#t condition)) (base:begin (eval:environment set) #t)))
(define-syntax check-exports
  (syntax-rules ()
    ((_ library name ...) (check (there? '(only library name ...)) => #t))))
(check-exports (scheme base)
 * + - ... / < <= = => > >= _ abs and append apply assoc assq assv begin binary-port? boolean=? boolean? bytevector
 bytevector-append bytevector-copy bytevector-copy! bytevector-length bytevector-u8-ref bytevector-u8-set!
 bytevector? caar cadr call-with-current-continuation call-with-port call-with-values call/cc car case cdar cddr cdr
 ceiling char->integer char-ready? char<=? char<? char=? char>=? char>? char? close-input-port close-output-port
 close-port complex? cond cond-expand cons current-error-port current-input-port current-output-port define
 define-record-type define-syntax define-values denominator do dynamic-wind else eof-object eof-object? eq? equal?
 eqv? error error-object-irritants error-object-message error-object? even? exact exact-integer-sqrt exact-integer?
 exact? expt features file-error? floor floor-quotient floor-remainder floor/ flush-output-port for-each gcd
 get-output-bytevector get-output-string guard if include include-ci inexact inexact? input-port-open? input-port?
 integer->char integer? lambda lcm length let let* let*-values let-syntax let-values letrec letrec* letrec-syntax
 list list->string list->vector list-copy list-ref list-set! list-tail list? make-bytevector make-list
 make-parameter make-string make-vector map max member memq memv min modulo negative? newline not null?
 number->string number? numerator odd? open-input-bytevector open-input-string open-output-bytevector
 open-output-string or output-port-open? output-port? pair? parameterize peek-char peek-u8 port? positive?
 procedure? quasiquote quote quotient raise raise-continuable rational? rationalize read-bytevector read-bytevector!
 read-char read-error? read-line read-string read-u8 real? remainder reverse round set! set-car! set-cdr! square
 string string->list string->number string->symbol string->utf8 string->vector string-append string-copy
 string-copy! string-fill! string-for-each string-length string-map string-ref string-set! string<=? string<?
 string=? string>=? string>? string? substring symbol->string symbol=? symbol? syntax-error syntax-rules
 textual-port? truncate truncate-quotient truncate-remainder truncate/ u8-ready? unless unquote unquote-splicing
 utf8->string values vector vector->list vector->string vector-append vector-copy vector-copy! vector-fill!
 vector-for-each vector-length vector-map vector-ref vector-set! vector? when with-exception-handler
 write-bytevector write-char write-string write-u8 zero?)
(check-exports (scheme case-lambda)
 case-lambda)
(check-exports (scheme char)
 char-alphabetic? char-ci<=? char-ci<? char-ci=? char-ci>=? char-ci>? char-downcase char-foldcase char-lower-case?
 char-numeric? char-upcase char-upper-case? char-whitespace? digit-value string-ci<=? string-ci<? string-ci=?
 string-ci>=? string-ci>? string-downcase string-foldcase string-upcase)
(check-exports (scheme complex)
 angle imag-part magnitude make-polar make-rectangular real-part)
(check-exports (scheme cxr)
 caaaar caaadr caaar caadar caaddr caadr cadaar cadadr cadar caddar cadddr caddr cdaaar cdaadr cdaar cdadar cdaddr
 cdadr cddaar cddadr cddar cdddar cddddr cdddr)
(check-exports (scheme eval)
 environment eval)
(check-exports (scheme file)
 call-with-input-file call-with-output-file delete-file file-exists? open-binary-input-file open-binary-output-file
 open-input-file open-output-file with-input-from-file with-output-to-file)
(check-exports (scheme inexact)
 acos asin atan cos exp finite? infinite? log nan? sin sqrt tan)
(check-exports (scheme lazy)
 delay delay-force force make-promise promise?)
(check-exports (scheme load)
 load)
(check-exports (scheme process-context)
 command-line emergency-exit exit get-environment-variable get-environment-variables)
(check-exports (scheme r5rs)
 * + - ... / < <= = => > >= _ abs acos and angle append apply asin assoc assq assv atan begin boolean? caaaar caaadr
 caaar caadar caaddr caadr caar cadaar cadadr cadar caddar cadddr caddr cadr call-with-current-continuation
 call-with-input-file call-with-output-file call-with-values car case cdaaar cdaadr cdaar cdadar cdaddr cdadr cdar
 cddaar cddadr cddar cdddar cddddr cdddr cddr cdr ceiling char->integer char-alphabetic? char-ci<=? char-ci<?
 char-ci=? char-ci>=? char-ci>? char-downcase char-lower-case? char-numeric? char-ready? char-upcase
 char-upper-case? char-whitespace? char<=? char<? char=? char>=? char>? char? close-input-port close-output-port
 complex? cond cons cos current-input-port current-output-port define define-syntax delay denominator display do
 dynamic-wind else eof-object? eq? equal? eqv? eval even? exact->inexact exact? exp expt floor for-each force gcd if
 imag-part inexact->exact inexact? input-port? integer->char integer? interaction-environment lambda lcm length let
 let* let-syntax letrec letrec-syntax list list->string list->vector list-ref list-tail list? load log magnitude
 make-polar make-rectangular make-string make-vector map max member memq memv min modulo negative? newline not
 null-environment null? number->string number? numerator odd? open-input-file open-output-file or output-port? pair?
 peek-char positive? procedure? quasiquote quote quotient rational? rationalize read read-char real-part real?
 remainder reverse round scheme-report-environment set! set-car! set-cdr! sin sqrt string string->list
 string->number string->symbol string-append string-ci<=? string-ci<? string-ci=? string-ci>=? string-ci>?
 string-copy string-fill! string-length string-ref string-set! string<=? string<? string=? string>=? string>?
 string? substring symbol->string symbol? syntax-rules tan truncate values vector vector->list vector-fill!
 vector-length vector-ref vector-set! vector? with-input-from-file with-output-to-file write write-char zero?)
(check-exports (scheme read)
 read)
(check-exports (scheme repl)
 interaction-environment)
(check-exports (scheme time)
 current-jiffy current-second jiffies-per-second)
(check-exports (scheme write)
 display write write-shared write-simple)
(check (base:boolean? (there? '(only (scheme base) no-such-name))) => #f)
;; Appendix B
(check (base:map (base:lambda (feature) (base:if (base:memq feature (base:features)) #t #f)) '(r7rs exact-closed ratios full-unicode))
       => '(#t #t #t #t))

(checks-done "A")
;=> A: 336 checks
