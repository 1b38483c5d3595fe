//! Calls, arguments, deep recursion, errors and interrupts.

use super::{Assembler, fib, fix, machine, quick_machine, sum_loop};
use crate::{
    bytecode::ops::Op,
    interp::{Exit, backtrace::Entry, stack::StackConfig},
    machine::{Config, Machine},
    value::Word,
};

#[test]
fn loops_and_recursion() {
    let m = &mut machine();
    let sum = sum_loop(m);
    assert_eq!(m.call(sum, &[fix(1000)]), Ok(fix(499_500)));
    let fib = fib(m);
    assert_eq!(m.call(fib, &[fix(15)]), Ok(fix(610)));
}

#[test]
fn optional_and_rest_arguments() {
    let m = &mut machine();
    let mut a = Assembler::bare("f", 8);
    a.entry(1, 1, true, 0).op(Op::Cons, 4, 2, 3).ret(4);
    let f = a.closure(m);
    let one = m.call(f, &[fix(1)]).expect("a pair");
    assert_eq!((one.car(), one.cdr()), (Word::ABSENT, Word::NIL));
    let words: Vec<Word> = (0..5000).map(fix).collect();
    let many = m.call(f, &words).expect("a pair");
    assert_eq!(many.car(), fix(1));
    assert_eq!(many.cdr().list_length(), Some(4998));
    assert!(many.cdr().iter_list().enumerate().all(|(i, word)| word == fix(i as i64 + 2)));
    assert!(matches!(m.call(f, &[]), Err(Exit::Uncaught(_))));
}

#[test]
fn clauses_are_tried_in_order() {
    let m = &mut machine();
    let mut a = Assembler::bare("f", 4);
    a.entry(1, 0, false, 5);
    a.ak(Op::Fixnum, 1, 10).ret(1);
    a.entry(2, 0, false, 0);
    a.ak(Op::Fixnum, 1, 20).ret(1);
    let f = a.closure(m);
    assert_eq!(m.call(f, &[fix(0)]), Ok(fix(10)));
    assert_eq!(m.call(f, &[fix(0), fix(0)]), Ok(fix(20)));
    assert!(matches!(m.call(f, &[fix(0); 3]), Err(Exit::Uncaught(_))));
}

/// `(define (count n) (if (= n 0) 0 (+ 1 (count (- n 1)))))`
fn count(m: &mut Machine) -> Word {
    let name = m.intern("count");
    let global = m.make_global(name);
    m.globals.push(global);
    let mut a = Assembler::new("count", 1, 10);
    a.ak(Op::Fixnum, 2, 0);
    let more = a.branch(Op::BranchNumEq, 1, 2, 0);
    a.ret(2);
    a.land(more).global(Op::GlobalRef, 5, global).op(Op::AddImm, 6, 1, 0xff).op(Op::Call, 2, 5, 1);
    a.op(Op::AddImm, 2, 2, 1).ret(2);
    let count = a.closure(m);
    m.set_field(global, 0, count);
    count
}

#[test]
fn deep_recursion_grows_into_the_heap_and_comes_back() {
    let m = &mut quick_machine();
    let count = count(m);
    assert_eq!(m.call(count, &[fix(1_000_000)]), Ok(fix(1_000_000)));
    assert_eq!(m.call(count, &[fix(10)]), Ok(fix(10)));
}

#[test]
fn arguments_may_exceed_the_soft_limit() {
    let m = &mut quick_machine();
    let mut a = Assembler::bare("list", 4);
    a.entry(0, 0, true, 0).ret(1);
    let list = a.closure(m);
    let words: Vec<Word> = (0..300_000).map(fix).collect();
    let result = m.call(list, &words).expect("a list");
    assert_eq!(result.list_length(), Some(300_000));
    let words = vec![fix(0); 2_000_000];
    assert!(matches!(m.call(list, &words), Err(Exit::Uncaught(_))));
}

/// A machine whose frames take at most 2^18 slots, so that endless recursion ends soon.
fn shallow_machine() -> Box<Machine> {
    let config = Config {
        stack: StackConfig { total_slots: 1 << 18, ..StackConfig::default() },
        heap: crate::gc::Config::with_limit(64 << 20),
    };
    Machine::bare(config).expect("memory")
}

#[test]
fn endless_recursion_is_a_condition() {
    let m = &mut shallow_machine();
    let count = count(m);
    let Err(Exit::Uncaught(_)) = m.call(count, &[fix(100_000_000)]) else { panic!("it came to an end") };
    let frames: Vec<_> = m.exit_backtrace.frames().collect();
    assert!(frames.len() < 4 && frames.iter().all(|frame| frame.procedure == "count"), "{frames:?}");
    assert!(m.exit_backtrace.entries.iter().any(|entry| matches!(entry, Entry::Repeated { times: 1000.., .. })));
    assert_eq!(m.call(count, &[fix(100)]), Ok(fix(100)));
}

#[test]
fn errors_call_the_raise_procedure_where_they_happen() {
    let m = &mut shallow_machine();
    // `car` of a number, and a handler that records its condition and leaves through a continuation.
    let throw = Assembler::new("throw", 2, 4).op(Op::Reinstate, 1, 2, 0).closure(m);
    let k = m.intern("k");
    let k = m.make_global(k);
    m.globals.push(k);
    let mut a = Assembler::new("raise", 1, 8);
    a.constant(3, throw).global(Op::GlobalRef, 4, k).op(Op::Move, 5, 1, 0).op(Op::TailCall, 0, 3, 2);
    let handler = a.closure(m);
    let mut a = Assembler::new("f", 1, 10);
    a.op(Op::Car, 2, 1, 0).ret(2);
    let car = a.closure(m);
    let mut a = Assembler::new("catch", 1, 10);
    a.op(Op::Capture, 2, 0, 0).global(Op::GlobalDefine, 2, k);
    a.constant(5, car).op(Op::Move, 6, 1, 0).op(Op::Call, 2, 5, 1).ret(2);
    let catch = a.closure(m);
    m.raise_procedure = handler;
    let condition = m.call(catch, &[fix(7)]).expect("the condition");
    assert!(condition.is_pair() || condition.is_record());
    // A handler that returns ends the run, and one that fails fails without end: until recursion is too deep.
    m.raise_procedure = Assembler::new("returns", 1, 4).ret(1).closure(m);
    assert!(matches!(m.call(car, &[fix(7)]), Err(Exit::Uncaught(_))));
    m.raise_procedure = Assembler::new("fails", 1, 4).ak(Op::Fixnum, 2, 0).op(Op::Car, 1, 2, 0).ret(1).closure(m);
    assert!(matches!(m.call(car, &[fix(7)]), Err(Exit::Uncaught(_))));
}

#[test]
fn calling_what_is_no_procedure_and_wrong_numbers_of_arguments() {
    let m = &mut machine();
    let mut a = Assembler::new("f", 1, 8);
    a.op(Op::Move, 4, 1, 0).op(Op::Call, 2, 4, 0).ret(2);
    let f = a.closure(m);
    assert!(matches!(m.call(f, &[fix(1)]), Err(Exit::Uncaught(_))));
    assert_eq!(m.exit_backtrace.frames().next().expect("a frame").procedure, "f");
    assert!(matches!(m.call(f, &[f]), Err(Exit::Uncaught(_))));
    assert!(matches!(m.call(f, &[]), Err(Exit::Uncaught(_))));
}

#[test]
fn interrupts_are_seen_in_loops_and_calls() {
    let m = &mut quick_machine();
    let mut a = Assembler::new("forever", 0, 4);
    let cell = a.cell();
    let head = a.here();
    a.loop_to(head, cell);
    let forever = a.closure(m);
    let handle = m.interrupt_handle();
    let thread = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(20));
        handle.interrupt();
    });
    assert!(matches!(m.call(forever, &[]), Err(Exit::Uncaught(_))));
    thread.join().expect("no panic");
    let fib = fib(m);
    m.request(crate::machine::interrupt::USER);
    assert!(matches!(m.call(fib, &[fix(5)]), Err(Exit::Uncaught(_))));
    assert_eq!(m.call(fib, &[fix(5)]), Ok(fix(5)));
}

#[test]
fn a_run_within_a_run_leaves_the_outer_one_alone() {
    let m = &mut machine();
    let fib = fib(m);
    assert_eq!(m.call(fib, &[fix(3)]), Ok(fix(2)));
    let before = (m.base, m.continuation);
    assert!(m.call(fib, &[]).is_err());
    assert_eq!((m.base, m.continuation), before);
}
