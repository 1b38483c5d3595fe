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
        "(make-vector 1000000000000)",
        "(make-string 10000000000 #\\a)",
        "(make-bytevector 100000000000)",
        "(make-list 1000000000000 1)",
        "(iota 1000000000000)",
        "(list-tabulate 1000000000000 -)",
        "(string-pad \"a\" 10000000000)",
        "(let ((s (make-string 4000000 #\\a))) (string-append s s s s s s s s s s s s s s s s))",
        "(let ((s (make-string 4000000 #\\a))) (string->list s))",
        "(let ((s (make-string 4000000 #\\a))) (string->vector s))",
        "(let ((s (make-string 4000000 #\\a))) (string-split s #\\a))",
        "(let ((s (make-string 4000000 #\\a))) (list (string-copy s) (string-copy s) (string-copy s) (string-copy s)))",
        "(let ((v (make-vector 700000 1))) (vector-append v v v v v v))",
        "(let ((v (make-vector 700000 1))) (vector->list v))",
        "(let ((b (make-bytevector 3000000 1))) (bytevector-append b b b b b b))",
        "(let ((l (make-list 400000 1))) (append l l l l))",
        "(let ((l (make-list 300000 1))) (list (reverse l) (list-copy l) (list->vector l)))",
        "(let ((port (open-output-string))) (let loop () (write-string \"0123456789\" port) (loop)))",
        "(let ((port (open-output-string)) (s (make-string 1000000 #\\a))) (let loop () (write-string s port) (loop)))",
        "(let loop ((x '()) (n 0)) (if (= n 60) (write x (open-output-string)) (loop (list x x) (+ n 1))))",
        "(format #f \"~1000000000a\" 1)",
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

/// Printed without recursion, and within limits, whatever it is.
#[test]
fn values_of_values_and_shared_data_are_printed() {
    let mut vm = small();
    let text = "(let loop ((n 100000) (x 1)) (if (= n 0) (object->string (list x)) (loop (- n 1) (values x 2))))";
    assert_eq!(vm.eval::<String>(text).expect("a text").len(), 200_003);
    assert_eq!(vm.eval::<String>("(format #f \"~5,0a|~5,3,1a|\" 1 1)").expect("a text"), "1|1    |");
    let shared: Value = vm.eval("(let loop ((n 60) (x '())) (if (= n 0) x (loop (- n 1) (list x x))))").expect("data");
    assert!(vm.show(&shared).len() > 1_000_000);
    let mut vm = Vm::new(Config::default().with_memory_limit(1 << 30)).expect("memory");
    vm.eval::<()>("#t").expect("the library is loaded");
    let stop = vm.interrupt_handle();
    let thread = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(50));
        stop.stop();
    });
    let text = "(let loop ((n 60) (x '())) (if (= n 0) (write x (open-output-string)) (loop (- n 1) (list x x))))";
    assert_eq!(vm.eval::<()>(text).expect_err("it is stopped").kind, ErrorKind::Interrupted);
    thread.join().expect("no panic");
}

#[test]
fn the_system_is_closed_to_isolated_programs() {
    let mut vm = Vm::new(Config::default().with_memory_limit(64 << 20).isolate()).expect("memory");
    let file = file!().replace("host-vm/", "");
    for text in [
        "(open-input-file FILE)",
        "(open-output-file \"/tmp/limpet-isolated\")",
        "(call-with-output-file \"/tmp/limpet-isolated\" write)",
        "(with-output-to-file \"/tmp/limpet-isolated\" newline)",
        "(delete-file \"/tmp/limpet-isolated\")",
        "(rename-file FILE \"/tmp/limpet-isolated\")",
        "(copy-file FILE \"/tmp/limpet-isolated\")",
        "(mkdir \"/tmp/limpet-isolated\")",
        "(rmdir \"/tmp/limpet-isolated\")",
        "(directory-files)",
        "(file-size FILE)",
        "(getcwd)",
        "(add-to-load-path \"/tmp\")",
        "(stat FILE)",
        "(if (eqv? 0 (system \"true\")) 0 (error \"Permission denied\"))",
        "(if (eqv? 0 (system* \"true\")) 0 (error \"Permission denied\"))",
        "(load FILE)",
        "(eval '(include FILE) (interaction-environment))",
    ] {
        let error = vm.eval::<()>(&text.replace("FILE", &format!("{file:?}"))).expect_err(text);
        assert!(error.message.contains("Permission denied"), "{text}: {error}");
    }
    assert!(!vm.eval::<bool>(&format!("(file-exists? {file:?})")).expect("an answer"));
    assert!(vm.eval::<()>("(jit-attach \"/tmp/plugin.so\")").expect_err("a plugin").message.contains("isolated"));
    let variables = "(or (getenv \"PATH\") (pair? (get-environment-variables)))";
    assert!(!vm.eval::<bool>(variables).expect("an answer"));
    let text = "(call-with-output-string (lambda (port) (write (read (open-input-string \"(a)\")) port)))";
    assert_eq!(vm.eval::<String>(text).expect("ports in memory are open"), "(a)");
}

#[test]
fn frames_that_are_wider_than_the_stack_are_errors() {
    use crate::interp::stack::StackConfig;
    let mut config = Config::default().with_memory_limit(64 << 20);
    config.machine.stack = StackConfig { slots: 1, soft_slots: 1, total_slots: 1 << 15 };
    // As many registers as there are slots below the reserve, and more than the whole region has.
    let mut vm = Vm::new(config).expect("memory");
    for count in [2_400, 3_500] {
        let bindings: String = (0..count).map(|i| format!("(v{i} (g {i}))")).collect();
        let uses: String = (0..count).map(|i| format!(" v{i}")).collect();
        vm.eval::<()>(&format!("(define (wide g) (let ({bindings}) (g{uses})))")).expect("a procedure");
        vm.eval::<()>("(define (kind thunk) (guard (e (#t (condition-kind e))) (thunk)))").expect("a procedure");
        for call in ["(wide)", "(wide 1 2)", "(apply wide (iota 3000))", "(+ 1 (let ((f (lambda () (wide)))) (f)))"] {
            let kind = vm.eval::<Symbol>(&format!("(kind (lambda () {call}))")).expect(call).0;
            assert_eq!(kind, "arity", "{count}: {call}");
            vm.collect_garbage();
        }
        for call in ["(wide list)", "(let deep ((n 0)) (+ 1 (if (= n 50) (wide list) (deep (+ n 1)))))"] {
            let kind = vm.eval::<Symbol>(&format!("(kind (lambda () {call}))")).expect(call).0;
            assert_eq!(kind, "stack-overflow", "{count}: {call}");
            vm.collect_garbage();
        }
    }
    assert_eq!(vm.eval::<i64>("(let deep ((n 0)) (if (= n 1000) 0 (+ 1 (deep (+ n 1)))))").expect("a value"), 1000);
}
