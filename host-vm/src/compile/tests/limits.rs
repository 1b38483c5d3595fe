//! Wide frames, deep nesting, long chains.

use super::{CompileError, Draft, try_compile};

#[test]
fn frames_above_255_registers() {
    let vars: String = (0..300).map(|i| format!("(v{i} (g {i}))")).collect();
    let uses: String = (0..300).map(|i| format!(" v{i}")).collect();
    let (draft, _) =
        try_compile(&format!("(define f (lambda (g) (let ({vars}) (g (+ v0 v299){uses}))))")).expect("fits");
    let shown = draft.to_string();
    assert!(draft.codes[1].frame_size > 600, "{}", draft.codes[1].frame_size);
    assert!(shown.contains("tail-call-wide") && shown.contains("mov-wide r252") || shown.contains("mov-wide r254"));
    // No variable is in a scratch register: those are only moved through.
    for line in shown.lines().filter(|l| l.contains("call ")) {
        assert!(!line.contains("call r253"), "{line}");
    }
    let error = try_compile(&format!("(lambda ({uses}) v0)")).expect_err("too many parameters");
    assert!(error.message.contains("250"), "{}", error.message);
}

#[test]
fn deep_nesting_is_compiled_or_refused() {
    let nested = |open: &str, close: &str, depth: usize| {
        // The helper that reads the text recurses itself.
        let text = format!("{}x{}", open.repeat(depth), close.repeat(depth));
        std::thread::Builder::new()
            .stack_size(1 << 30)
            .spawn(move || try_compile(&text).map(|_| ()).map_err(|e| e.message))
            .expect("a thread")
            .join()
            .expect("no panic")
    };
    for (open, close) in [("(car ", ")"), ("(lambda () ", ")"), ("(if a b ", ")"), ("(let ((y (f z)) (z 1)) ", ")")] {
        assert_eq!(nested(open, close, 10_000), Ok(()), "{open}");
    }
    assert_eq!(nested("(letrec ((g (lambda (y) ", "))) (g 1))", 10_000), Ok(()));
    let error = nested("(car ", ")", 50_000).expect_err("too deep");
    assert!(error.contains("nested"), "{error}");
    let error = nested("(f ", ")", 30_000).expect_err("too many registers");
    assert!(error.contains("registers"), "{error}");
}

#[test]
fn procedures_that_are_called_once_by_the_next_do_not_nest_without_bound() {
    // All in one frame.
    assert_eq!(chain(3_000).map(|(draft, _)| draft.codes.len()), Ok(2));
    // Each for itself.
    assert_eq!(chain(25_000).map(|(draft, _)| draft.codes.len()), Ok(25_001));
}

/// Procedures each called once by the next.
fn chain(length: usize) -> Result<(Draft, Vec<String>), CompileError> {
    let mut text = String::from("(lambda (x) (letrec ((f0 (lambda (y) y))");
    for i in 1..length {
        text.push_str(&format!(" (f{i} (lambda (y) (+ 1 (f{} y))))", i - 1));
    }
    text.push_str(&format!(") (f{} x)))", length - 1));
    try_compile(&text)
}
