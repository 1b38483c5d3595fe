//! Memory and stack that run out, interpreted and in native code: conditions, after which the program goes on.

use limpet_tests::process::{self, ENGINES};
use std::path::Path;

const PROGRAM: &str = "
(define (deep n) (+ 1 (deep (+ n 1))))
(define (grow l) (grow (cons l l)))
(define (grow-vectors l) (grow-vectors (cons (make-vector 100 0) l)))
(define (sum n) (let loop ((i 0) (s 0)) (if (= i n) s (loop (+ i 1) (+ s i)))))
(define (attempt thunk)
  (write (guard (e ((error-object? e) (condition-kind e))) (thunk)))
  (display \" \"))
(do ((i 0 (+ i 1))) ((= i 2))
  (attempt (lambda () (deep 0)))
  (attempt (lambda () (grow '())))
  (attempt (lambda () (grow-vectors '())))
  (attempt (lambda () (sum 1000))))
";

#[test]
fn programs_go_on_under_every_engine() {
    let round = "stack-overflow memory memory 499500 ";
    for engine in ENGINES {
        let line = ["--memory", "12M", "--stack", "512K", "-e", PROGRAM];
        let command = process::command(Path::new(env!("CARGO_BIN_EXE_demo")), true, engine, &line);
        let run = process::run(command).expect("limpet starts");
        assert_eq!(run.stdout(), round.repeat(2), "{}: {}", engine.name, run.stderr());
    }
}

#[test]
fn what_nobody_handles_is_told() {
    let told = |text: &str| {
        let line = ["--memory", "12M", "--stack", "512K", "-e", text];
        let command = process::command(Path::new(env!("CARGO_BIN_EXE_demo")), true, &process::JIT, &line);
        let run = process::run(command).expect("limpet starts");
        assert_eq!(run.output.status.code(), Some(1), "{}", run.stderr());
        run.stderr()
    };
    let deep = told("(define (deep n) (+ 1 (deep (+ n 1)))) (deep 0)");
    assert!(deep.starts_with("-e:1:23: recursion is too deep") && deep.contains("more of deep (-e:1:23)"), "{deep}");
    assert!(deep.lines().count() < 12, "{deep}");
    let memory = told("(define (grow l) (grow (cons l l))) (grow '())");
    assert!(memory.contains("out of memory"), "{memory}");
}

#[test]
fn output_that_is_lost_is_told() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
    let Ok(full) = full else { return };
    let line = ["-e", "(display \"lost\")"];
    let mut command = process::command(Path::new(env!("CARGO_BIN_EXE_demo")), true, &process::PLAIN, &line);
    command.stdout(full).stderr(std::process::Stdio::piped());
    let output = command.spawn().expect("limpet starts").wait_with_output().expect("its end");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("output was lost"));
}
