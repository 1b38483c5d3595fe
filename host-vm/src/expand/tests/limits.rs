//! Depth, endless macros, and speed.

use super::{check_error, expand, expander};
use crate::expand::toplevel::FileMode;

/// Less than the 8 MiB of a main thread; an unoptimized build needs most of it.
fn on_small_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(6 << 20).spawn(work).expect("thread");
    thread.join().expect("no overflow");
}

fn nested(open: &str, inner: &str, close: &str, depth: usize) -> String {
    format!("{}{inner}{}", open.repeat(depth), close.repeat(depth))
}

#[test]
fn deep_nesting_is_an_error() {
    on_small_stack(|| {
        for open in [
            "(car ",
            "(let () ",
            "(let ((x 1)) ",
            "(lambda (x) ",
            "(cond (else ",
            "`(,",
            "(if 1 2 ",
            "(or 1 ",
            "(when 1 ",
            "(guard (e (else 1)) ",
            "(case 1 ((1) ",
            "(let* ((x 1)) (define y 2) ",
            "`#(",
            "(do ((i 0)) (#t ",
            "(let-syntax () ",
            "(let () (define (f) ",
            "(let () (define x ",
            "(if (or ",
            "(let-values (((a b) ",
        ] {
            let close = match open {
                "(cond (else " | "`(," | "`#(" if open.starts_with('(') => "))",
                "(let () (define (f) " | "(let () (define x " => ") 1)",
                "(case 1 ((1) " | "(do ((i 0)) (#t " => "))",
                "(if (or " => ") 1 2)",
                "(let-values (((a b) " => ")) 1)",
                _ => ")",
            };
            let deep = expand(&nested(open, "1", close, 10_000));
            let error = deep.expect_err("too deep");
            assert!(error.contains("nested too deeply"), "{open}: {error}");
            // Whatever is allowed does not overflow the stack, whether it is valid or not.
            for depth in [100, 300, 1_000, 3_000] {
                let _ = expand(&nested(open, "1", close, depth));
            }
        }
        let _ = expand(&nested("(car ", "1", ")", 600)).expect("deep enough");
        // Data nest without bound.
        for (open, close) in [("(", ")"), ("#(", ")"), ("'(", ")")] {
            let text = format!("'{}", nested(open, "1", close, 100_000));
            let _ = expand(&text).expect("a datum");
        }
    });
}

#[test]
fn macros_that_build_deep_forms_are_errors() {
    on_small_stack(|| {
        let text = "(define-syntax deep (syntax-rules () ((_ x) (car (deep x))))) (deep 1)";
        let error = expand(text).expect_err("too deep");
        assert!(error.contains("nested too deeply"), "{error}");
    });
    check_error(
        "(define-syntax again (syntax-rules () ((_) (again))))\n(again)",
        "2:1: the expansion of `again` does not end",
    );
}

/// Any text at all is expanded or an error.
#[test]
fn no_text_crashes() {
    const PIECES: &[&str] = &[
        "(",
        ")",
        "(",
        ")",
        "(",
        ")",
        "[",
        "]",
        "#(",
        "'",
        "`",
        ",",
        ",@",
        "#'",
        "#`",
        "#,",
        "#,@",
        ".",
        "...",
        "_",
        "x",
        "y",
        "1",
        "\"s\"",
        "#:k",
        "#0=",
        "#0#",
        "#;",
        "#t",
        "=>",
        "else",
        "define",
        "lambda",
        "let",
        "let*",
        "letrec",
        "named",
        "if",
        "cond",
        "case",
        "do",
        "begin",
        "set!",
        "quote",
        "quasiquote",
        "unquote",
        "define-syntax",
        "let-syntax",
        "syntax-rules",
        "(syntax-rules () ((_ x ...) (x ...)))",
        "syntax-case",
        "syntax",
        "quasisyntax",
        "unsyntax",
        "with-syntax",
        "define-record-type",
        "define-values",
        "let-values",
        "receive",
        "guard",
        "parameterize",
        "delay",
        "case-lambda",
        "lambda*",
        "#:optional",
        "#:rest",
        "import",
        "only",
        "prefix",
        "rename",
        "except",
        "(limpet core)",
        "(test counter)",
        "define-library",
        "define-module",
        "use-modules",
        "#:select",
        "export",
        "cond-expand",
        "and",
        "or",
        "not",
        "library",
        "include",
        "eval-when",
        "expand",
        "identifier-syntax",
        "define-macro",
        "begin-for-syntax",
        "(define-syntax m (syntax-rules () ((_ a . b) (b a)) ((_) (m m))))",
        "(m",
        "@",
        "@@",
        "(define-syntax-rule (n a ...) (list a ...))",
        "(n",
        "syntax-error",
        "assert",
    ];
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    for _ in 0..4_000 {
        let mut text = String::new();
        let mut open = 0usize;
        for _ in 0..random(30) {
            let piece = PIECES[random(PIECES.len())];
            open += piece.matches(['(', '[']).count();
            open = open.saturating_sub(piece.matches([')', ']']).count());
            text.push_str(piece);
            text.push(' ');
        }
        // Most mistakes are deeper than a missing parenthesis.
        text.push_str(&")".repeat(open));
        let _ = expand(&text);
    }
}

/// Prints the speed; run in release with `--nocapture`. The assertion only catches quadratic behaviour.
#[test]
fn long_programs_expand_in_linear_time() {
    let mut text =
        String::from("(define-syntax swap! (syntax-rules () ((_ a b) (let ((t a)) (set! a b) (set! b t)))))\n");
    for index in 0..2_500 {
        text.push_str(&format!(
            "(define (function-{index} x y)
  (let loop ((i 0) (sum '()))
    (cond ((= i x)
           (let* ((first (car sum)) (second (cdr sum)))
             (swap! first second)
             (if (or (not first) (< x y)) `(sum ,first ,@second) \"none\")))
          (else
           (loop (+ i 1) (cons (* i y) sum))))))\n"
        ));
    }
    let mut expander = expander();
    let source = expander.sources.add("long", "");
    let start = std::time::Instant::now();
    let programs = expander.expand_file(source, &text, FileMode::Program).expect("valid");
    let time = start.elapsed();
    assert_eq!(programs.len(), 1);
    println!(
        "{} lines in {time:?}: {:.0} lines/s",
        text.lines().count(),
        text.lines().count() as f64 / time.as_secs_f64()
    );
    assert!(time.as_secs() < 20);
}

/// A datum of `depth` levels, each of which has the next one twice: as a tree it has 2^depth leaves.
fn doubled(depth: usize, form: &str) -> String {
    let open: String = (0..depth).map(|level| format!("({form} #{level}=")).collect();
    let close: String = (0..depth).rev().map(|level| format!(" #{level}#)")).collect();
    format!("{open}1{close}")
}

#[test]
fn shared_data_take_the_room_of_their_parts() {
    let data = doubled(200, "list");
    let _ = expand(&format!("(define x '{data})")).expect("a literal");
    let nested = doubled(15, "list");
    for text in [format!("`{nested}"), format!("(define-syntax m (syntax-rules () ((_) '{nested}))) (m)")] {
        let _ = expand(&text).expect("a template");
    }
}

#[test]
fn exponential_programs_are_an_error() {
    let error = expand(&doubled(60, "list")).expect_err("too large");
    assert!(error.ends_with("the expansion is too large: 262144 expressions"), "{error}");
    let template = doubled(60, "list");
    let error = expand(&format!("(define-syntax m (syntax-rules () ((_) '{template})))")).expect_err("too large");
    assert!(error.ends_with("a template is too large: 262144 parts"), "{error}");
}
