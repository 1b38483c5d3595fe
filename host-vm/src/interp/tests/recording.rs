//! What is recorded of simple programs.

use super::{Assembler, fib, fix, quick_machine, sum_loop};
use crate::{bytecode::ops::Op, machine::Machine, value::Word};
use limpet_host_hooks::recording_text;
use std::{cell::RefCell, rc::Rc};

/// Runs a procedure with hooks that collect recordings; returns their texts.
fn record(m: &mut Machine, procedure: Word, arguments: &[Word], expected: Word) -> Vec<String> {
    let texts = Rc::new(RefCell::new(Vec::new()));
    let sink = texts.clone();
    let write = move |recording: &limpet_plugin_api::Recording| {
        sink.borrow_mut().push(recording_text(recording));
    };
    m.hooks_mut().set_recording_sink(Some(Box::new(write)));
    m.hooks_changed();
    assert_eq!(m.call(procedure, arguments), Ok(expected));
    m.hooks_mut().set_recording_sink(None);
    texts.take()
}

#[test]
fn a_loop_is_recorded_once_around() {
    let m = &mut quick_machine();
    let sum = sum_loop(m);
    let texts = record(m, sum, &[fix(1000)], fix(499_500));
    assert_eq!(texts.len(), 1, "{texts:#?}");
    let text = &texts[0];
    println!("{text}");
    for op in ["Safepoint", "GuardTags", "GuardInt", "AddChecked"] {
        assert!(text.contains(op), "{op} in\n{text}");
    }
    assert!(!text.contains("Call "), "{text}");
}

#[test]
fn floats_vectors_and_allocation_are_recorded() {
    let m = &mut quick_machine();
    let vector = m.vector_from(&[Word::try_float(1.5).expect("immediate"), fix(3)]);
    let mut a = Assembler::new("f", 2, 12);
    a.ak(Op::Fixnum, 3, 0).constant(4, Word::NIL).ak(Op::Fixnum, 5, 0).ak(Op::Fixnum, 8, 0);
    let head = a.here();
    let cell = a.cell();
    let out = a.branch(Op::BranchNumEq, 3, 1, 1);
    a.op(Op::VectorRef, 6, 2, 8).op(Op::Mul, 6, 6, 3).op(Op::Add, 5, 5, 6);
    a.op(Op::Cons, 4, 5, 4).op(Op::AddImm, 3, 3, 1);
    a.loop_to(head, cell).land(out).ret(5);
    let f = a.closure(m);
    let expected = Word::try_float(1.5 * 4950.0).expect("immediate");
    let texts = record(m, f, &[fix(100), vector], expected);
    assert_eq!(texts.len(), 1, "{texts:#?}");
    println!("{}", texts[0]);
    for op in ["UnboxFloat", "IntToFloat", "FloatMul", "FloatAdd", "BoxFloat", "Alloc", "Load"] {
        assert!(texts[0].contains(op), "{op} in\n{}", texts[0]);
    }
}

#[test]
fn recursion_is_recorded_and_results_stay_the_same() {
    let m = &mut quick_machine();
    let fib = fib(m);
    let texts = record(m, fib, &[fix(16)], fix(987));
    assert!(!texts.is_empty());
    println!("{}", texts.join("\n"));
}
