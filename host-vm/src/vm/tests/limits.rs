//! Memory, stack, steps, interrupts.

use super::{super::*, vm};
use crate::{gc, machine};

fn small() -> Vm {
    Vm::new(Config::default().with_memory_limit(8 << 20).with_stack_limit(1 << 20)).expect("memory")
}

#[test]
fn memory_that_runs_out_is_a_condition_and_the_program_goes_on() {
    let mut vm = small();
    for text in [
        "(let loop ((l '())) (loop (cons 1 l)))",
        "(let loop ((l '())) (loop (cons (make-string 1000 #\\x) l)))",
        "(let loop ((s \"x\")) (loop (string-append s s)))",
        "(make-vector 100000000 0)",
    ] {
        let guarded = format!("(guard (e ((error-object? e) (condition-kind e))) {text})");
        for _ in 0..2 {
            assert_eq!(vm.eval::<Symbol>(&guarded).unwrap_or_else(|e| panic!("{text}: {e}")).0, "memory", "{text}");
        }
    }
    let error = vm.eval::<()>("(let loop ((l '())) (loop (cons 1 l)))").expect_err("it does not end");
    assert_eq!((error.kind, error.message.as_str()), (ErrorKind::Condition, "out of memory"));
    // A program that handles it and holds on to everything ends, too.
    let hoard = "(let loop ((l '())) (loop (guard (e (#t l)) (let again ((m l)) (again (cons 1 m))))))";
    let hoard = format!("(define all '()) {}", hoard.replace("(cons 1 m)", "(begin (set! all (cons 1 all)) all)"));
    assert_eq!(vm.eval::<()>(&hoard).expect_err("it does not end").message, "out of memory");
    assert_eq!(vm.eval::<i64>("(set! all '()) (length (make-list 1000 1))").expect("it goes on"), 1000);
}

/// What a frame will not read again is kept neither by a slot that holds it still nor by one that another procedure left.
#[test]
fn loops_keep_nothing_that_they_will_not_read() {
    let heap = gc::Config { minimum: 1 << 20, nursery: 1 << 18, ..gc::Config::with_limit(32 << 20) };
    let config = Config { machine: machine::Config { heap, ..machine::Config::default() }, ..Config::default() };
    let mut vm = Vm::new(config).expect("memory");
    vm.eval::<()>(
        "(define (from n) (delay (cons n (from (+ n 1)))))
         (define (walk s n) (if (= n 0) (car (force s)) (walk (cdr (force s)) (- n 1))))
         (define (sum s n total)
           (if (= n 0) total (let ((pair (force s))) (sum (cdr pair) (- n 1) (+ total (car pair))))))
         (define (again n) (let ((l (make-list 10000 n))) (if (= n 0) 0 (+ (length l) (again (- n 1))))))",
    )
    .expect("definitions");
    // Each would take more than the limit if it were kept.
    assert_eq!(vm.eval::<i64>("(walk (from 0) 400000)").expect("it fits"), 400_000);
    assert_eq!(vm.eval::<i64>("(sum (from 0) 400000 0)").expect("it fits"), 79_999_800_000);
    assert_eq!(vm.eval::<i64>("(again 500)").expect("it fits"), 5_000_000);
}

#[test]
fn recursion_that_is_too_deep_is_a_condition_and_the_program_goes_on() {
    let mut vm = small();
    vm.eval::<()>("(define (deep n) (+ 1 (deep (+ n 1))))").expect("a procedure");
    for _ in 0..3 {
        let kind: Symbol = vm.eval("(guard (e (#t (condition-kind e))) (deep 0))").expect("a kind");
        assert_eq!(kind.0, "stack-overflow");
    }
    let error = vm.eval::<()>("(deep 0)").expect_err("it does not end");
    assert_eq!(error.message, "recursion is too deep");
    assert!(error.backtrace.len() < 8, "{:?}", error.backtrace.len());
    // Handlers that recurse without end themselves end the run; the machine still has its handlers afterwards.
    let text = "(with-exception-handler (lambda (e) (deep 0)) (lambda () (deep 0)))";
    assert_eq!(vm.eval::<()>(text).expect_err("it does not end").message, "recursion is too deep");
    assert_eq!(vm.eval::<Symbol>("(guard (e (#t 'caught)) (car 5))").expect("handlers work").0, "caught");
}

#[test]
fn steps_are_counted_the_same_every_time() {
    let mut vm = vm();
    vm.set_step_limit(Some(100_000)).expect("hooks");
    let text = "(let loop ((i 0)) (if (< i 1000) (loop (+ i 1)) i))";
    vm.eval::<i64>(text).expect("few steps");
    let mut left = vec![];
    for _ in 0..4 {
        vm.eval::<i64>(text).expect("few steps");
        left.push(vm.steps_left());
    }
    assert!(left.iter().all(|&other| other == left[0]), "{left:?}");
    // Nothing of the program can hold it up.
    let text = "(dynamic-wind (lambda () #f)
                  (lambda () (let again () (guard (e (#t (again))) (let loop () (loop)))))
                  (lambda () (let loop () (loop))))";
    assert_eq!(vm.eval::<()>(text).expect_err("it does not end").kind, ErrorKind::StepLimit);
    vm.set_step_limit(None).expect("hooks");
    assert_eq!(vm.eval::<i64>("(let loop ((i 0)) (if (< i 200000) (loop (+ i 1)) i))").expect("no limit"), 200_000);
}

#[test]
fn others_stop_a_program() {
    let mut vm = vm();
    vm.eval::<()>("#t").expect("the library is loaded");
    let handle = vm.interrupt_handle();
    let thread = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(30));
        handle.stop();
    });
    let text = "(define (f) (let again () (guard (e (#t (again))) (let loop () (loop)))))\n(f)";
    let error = vm.eval_named::<()>("t", text).expect_err("it is stopped");
    assert_eq!(error.kind, ErrorKind::Interrupted);
    assert!(error.backtrace.last().is_some_and(|line| line.to_string() == "in program (t:2:1)"), "{error:?}");
    thread.join().expect("no panic");
    // What nobody has seen can be forgotten.
    vm.interrupt_handle().stop();
    vm.forget_interrupts();
    assert_eq!(vm.eval::<i64>("(let loop ((i 0)) (if (< i 10) (loop (+ i 1)) i))").expect("it runs"), 10);
}
