//! The code that comes of small programs, as text.

use super::compiled;

/// The whole text of all codes but the program's own must be this, indentation aside.
fn check(source: &str, expected: &str) {
    let shown = compiled(source);
    let at = shown.find("\n1 ").map_or(0, |i| i + 1);
    let trim = |s: &str| s.lines().map(str::trim).filter(|l| !l.is_empty()).collect::<Vec<_>>().join("\n");
    assert_eq!(trim(&shown[at..]), trim(expected), "\n{source}\n{shown}");
}

#[test]
fn loops_are_recognized() {
    check(
        "(define f (lambda (n) (letrec ((loop (lambda (i a) (if (< i n) (loop (+ i 1) (+ a i)) a)))) (loop 0 0))))",
        "1 f: frame 4, captures 0
         0  entry 1 #0
         3  fixnum r2, 0
         4  fixnum r3, 0
         5  br-less not r2, r1 -> 12
         7  add r3, r3, r2
         8  add-imm r2, r2, 1
         9  loop #1 -> 5
        12  return r3",
    );
}

#[test]
fn named_let_as_the_report_expands_it_is_a_loop_in_any_position() {
    check(
        "(define f (lambda (l)
           (+ 1 ((letrec ((count (lambda (l n) (if (pair? l) (count (cdr l) (+ n 1)) n)))) count) l 0))))",
        "1 f: frame 4, captures 0
         0  entry 1 #0
         3  mov r2, r1
         4  fixnum r3, 0
         5  br-is not r2, pair? -> 12
         7  cdr r2, r2
         8  add-imm r3, r3, 1
         9  loop #1 -> 5
        12  mov r2, r3
        13  add-imm r2, r2, 1
        14  return r2",
    );
}

#[test]
fn mutual_recursion_in_tail_position_is_one_loop() {
    check(
        "(define f (lambda (n)
           (letrec ((even (lambda (i) (if (null? i) 'yes (odd (cdr i)))))
                    (odd (lambda (i) (if (null? i) 'no (even (cdr i))))))
             (even n))))"
            .replace("'yes", "(quote yes)")
            .replace("'no", "(quote no)")
            .as_str(),
        "1 f: frame 5, captures 0
         0  entry 1 #0
         3  mov r2, r1
         4  br-is not r2, null? -> 8
         6  const r4, Symbol(\"yes\")
         7  return r4
         8  cdr r3, r2
         9  br-is not r3, null? -> 13
        11  const r4, Symbol(\"no\")
        12  return r4
        13  cdr r2, r3
        14  loop #1 -> 4",
    );
}

#[test]
fn a_loop_with_two_continuations_is_a_procedure_whose_calls_of_itself_are_jumps() {
    check(
        "(define f (lambda (n v)
           (letrec ((sum (lambda (i a) (if (< i n) (sum (+ i 1) (+ a (vector-ref v i))) a))))
             (- (sum 0 0) (sum 0 1)))))",
        "1 f: frame 10, captures 0
         0  entry 2 #0
         3  closure r3, <sum>, r1, r2
         7  mov r6, r3
         8  fixnum r7, 0
         9  fixnum r8, 0
        10  call r4, r6, 2
        11  mov r7, r3
        12  fixnum r8, 0
        13  fixnum r9, 1
        14  call r5, r7, 2
        15  sub r4, r4, r5
        16  return r4
        2 sum: frame 6, captures 2
         0  entry 2 #0
         3  free r3, f0
         4  free r4, f1
         5  br-less not r1, r3 -> 13
         7  vector-ref r5, r4, r1
         8  add r2, r2, r5
         9  add-imm r1, r1, 1
        10  loop #1 -> 5
        13  return r2",
    );
}

#[test]
fn next_values_that_need_each_other_go_through_temporaries() {
    check(
        "(define f (lambda (n) (letrec ((loop (lambda (a b) (if (eq? a n) b (loop b a))))) (loop 0 1))))",
        "1 f: frame 5, captures 0
         0  entry 1 #0
         3  fixnum r2, 0
         4  fixnum r3, 1
         5  br-eq not r2, r1 -> 8
         7  return r3
         8  mov r4, r3
         9  mov r3, r2
        10  mov r2, r4
        11  loop #1 -> 5",
    );
}

#[test]
fn assigned_variables_live_in_cells_where_a_continuation_could_tell() {
    // No call, no closure: a register.
    check(
        "(define f (lambda (v)
           (let ((sum 0))
             (begin
               (letrec ((do (lambda (i) (if (= i 10) (unspecified) (begin (set! sum (+ sum (vector-ref v i))) (do (+ i 1)))))))
                 (do 0))
               sum))))",
        "1 f: frame 5, captures 0
         0  entry 1 #0
         3  fixnum r2, 0
         4  fixnum r3, 0
         5  fixnum r4, 10
         6  br-num-eq r3, r4 -> 14
         8  vector-ref r4, r1, r3
         9  add r2, r2, r4
        10  add-imm r3, r3, 1
        11  loop #1 -> 5
        14  return r2",
    );
    // A call in its scope.
    check(
        "(define f (lambda (g) (let ((n 0)) (begin (g) (set! n (+ n 1)) n))))",
        "1 f: frame 6, captures 0
         0  entry 1 #0
         3  fixnum r2, 0
         4  cell r2, r2
         5  mov r5, r1
         6  call r3, r5, 0
         7  cell-ref r3, r2
         8  add-imm r3, r3, 1
         9  cell-set r2, r3
        10  cell-ref r3, r2
        11  return r3",
    );
}

#[test]
fn closures_capture_loop_variables_of_their_own_iteration() {
    check(
        "(define f (lambda (l)
           (letrec ((loop (lambda (l r) (if (null? l) r (loop (cdr l) (cons (lambda () (begin (set! l 1) r)) r))))))
             (loop l nil))))",
        "1 f: frame 5, captures 0
         0  entry 1 #0
         3  mov r2, r1
         4  const r3, ()
         5  cell r2, r2
         6  cell-ref r4, r2
         7  br-is not r4, null? -> 10
         9  return r3
        10  closure r4, <code 2>, r2, r3
        14  cons r3, r4, r3
        15  cell-ref r4, r2
        16  cdr r2, r4
        17  loop #1 -> 5
        2 (anonymous): frame 3, captures 2
         0  entry 0 #0
         3  fixnum r1, 1
         4  free r2, f0
         5  cell-set r2, r1
         6  free r1, f1
         7  return r1",
    );
}

#[test]
fn closures_that_refer_to_each_other_are_patched() {
    check(
        "(define f (lambda (n)
           (letrec ((g (lambda (x) (h (+ x n)))) (h (lambda (x) (g (h x)))))
             (cons g h))))",
        "1 f: frame 5, captures 0
         0  entry 1 #0
         3  closure r2, <g>, r0, r1
         7  closure r3, <h>, r2
        10  init-free r2, r3, 0
        12  cons r4, r2, r3
        13  return r4
        2 g: frame 6, captures 2
         0  entry 1 #0
         3  free r4, f0
         4  free r5, f1
         5  add r5, r1, r5
         6  tail-call r4, 1
        3 h: frame 9, captures 1
         0  entry 1 #0
         3  free r4, f0
         4  mov r7, r0
         5  mov r8, r1
         6  call r5, r7, 1
         7  tail-call r4, 1",
    );
}

#[test]
fn closures_without_captured_values_are_constants() {
    let shown = compiled(
        "(define f (lambda (n)
           (letrec ((even (lambda (i) (if (= i 0) #t (not (odd (- i 1))))))
                    (odd (lambda (i) (if (= i 0) #f (not (even (- i 1)))))))
             (list (even n) (odd n) (lambda () even)))))",
    );
    assert!(!shown.contains("closure") && !shown.contains("free"), "{shown}");
}

#[test]
fn variables_that_may_be_read_early_are_checked() {
    check(
        "(define f (lambda (g) (letrec ((a (lambda () b)) (b (g a))) (g b a))))",
        "1 f: frame 9, captures 0
         0  entry 1 #0
         3  const r3, #<undefined>
         4  cell r3, r3
         5  closure r2, <a>, r3
         8  mov r6, r1
         9  mov r7, r2
        10  call r4, r6, 1
        11  cell-set r3, r4
        12  mov r6, r1
        13  cell-ref r7, r3
        14  mov r8, r2
        15  tail-call r6, 2
        2 a: frame 2, captures 1
         0  entry 0 #0
         3  free r1, f0
         4  cell-ref r1, r1
         5  return r1",
    );
    // The procedure is made after the value that it captures.
    check(
        "(define f (lambda (g) (letrec ((a (lambda () b)) (b (g 1))) (g b a))))",
        "1 f: frame 9, captures 0
         0  entry 1 #0
         3  mov r6, r1
         4  fixnum r7, 1
         5  call r3, r6, 1
         6  closure r2, <a>, r3
         9  mov r6, r1
        10  mov r7, r3
        11  mov r8, r2
        12  tail-call r6, 2
        2 a: frame 2, captures 1
         0  entry 0 #0
         3  free r1, f0
         4  return r1",
    );
}

#[test]
fn conditions_need_no_booleans() {
    check(
        "(define f (lambda (a b)
           (if (let ((t (pair? a))) (if t t (if (not (eq? a b)) (< a b) #f))) 1 2)))",
        "1 f: frame 4, captures 0
         0  entry 2 #0
         3  br-is r1, pair? -> 9
         5  br-eq r1, r2 -> 11
         7  br-less not r1, r2 -> 11
         9  fixnum r3, 1
        10  return r3
        11  fixnum r3, 2
        12  return r3",
    );
}

#[test]
fn clauses_follow_each_other() {
    check(
        "(define f (case-lambda ((a) a) ((a #:optional b) b) ((a b . r) (apply a b r))))",
        "1 (anonymous): frame 5, captures 0
         0  entry 1 #0 else -> 4
         3  return r1
         4  entry 1 optional 1 #1 else -> 8
         7  return r2
         8  entry 2 rest #2
        11  cons r4, r2, r3
        12  tail-apply r1, r4",
    );
}

#[test]
fn instructions_for_core_names() {
    check(
        "(define f (lambda (r s) (begin (%record-set! r s 2 (cadr s)) (%record-ref r s 0))))",
        "1 f: frame 4, captures 0
         0  entry 2 #0
         3  cdr r3, r2
         4  car r3, r3
         5  record-set r1, r3, r2, 2
         7  record-ref r3, r1, r2, 0
         9  return r3",
    );
    check(
        "(define f (lambda (a b) (if (>= a b 0) (- a) (if (char<? a #\\z) (- b 5) (%record a b 1)))))",
        "1 f: frame 6, captures 0
         0  entry 2 #0
         3  fixnum r3, 0
         4  br-less-eq not r2, r1 -> 11
         6  br-less-eq not r3, r2 -> 11
         8  fixnum r3, -1
         9  mul r3, r1, r3
        10  return r3
        11  char->integer r3, r1
        12  fixnum r4, 122
        13  br-less not r3, r4 -> 17
        15  add-imm r3, r2, -5
        16  return r3
        17  mov r3, r1
        18  mov r4, r2
        19  fixnum r5, 1
        20  record r3, r3, 2
        21  return r3",
    );
}

#[test]
fn control_names_are_instructions_in_tail_position_only() {
    let shown = compiled("(define f (lambda (g v) (begin (%apply g v) (%capture) (%apply-values g v))))");
    assert_eq!(shown.matches("tail-apply").count(), 1, "{shown}");
    assert!(shown.contains("tail-apply-values") && shown.contains("capture r"), "{shown}");
    assert!(shown.contains("global-ref r5, %apply"), "{shown}");
}
