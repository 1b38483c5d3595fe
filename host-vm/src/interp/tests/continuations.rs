//! Capture, multi-shot reinstatement, prompts and composition.

use super::{Assembler, fix, machine};
use crate::{bytecode::ops::Op, machine::Machine, value::Word};

/// `(lambda (f) (f k))` with k the continuation of its caller.
fn call_cc(m: &mut Machine) -> Word {
    Assembler::new("call/cc", 1, 8).op(Op::Capture, 3, 0, 0).op(Op::Move, 2, 1, 0).op(Op::TailCall, 0, 2, 1).closure(m)
}

/// `(lambda (k v) …)`: leaves for k with v.
fn throw(m: &mut Machine) -> Word {
    Assembler::new("throw", 2, 4).op(Op::Reinstate, 1, 2, 0).closure(m)
}

fn identity(m: &mut Machine) -> Word {
    Assembler::new("identity", 1, 4).ret(1).closure(m)
}

#[test]
fn a_continuation_is_resumed_many_times() {
    let m = &mut machine();
    let (call_cc, throw, identity) = (call_cc(m), throw(m), identity(m));
    // (lambda (n) (let ((k (call/cc identity)) (i 0 in a cell)) …)): k is a continuation the first time and then
    // numbers, as it is resumed with 1, 2, … up to n.
    let mut a = Assembler::new("f", 1, 16);
    a.ak(Op::Fixnum, 2, 0).op(Op::MakeCell, 3, 2, 0);
    a.op(Op::MakeCell, 4, 2, 0);
    a.constant(8, call_cc).constant(9, identity).op(Op::Call, 5, 8, 1);
    // If r5 is a fixnum it is the value thrown; else remember the continuation.
    let is_number = a.branch(Op::BranchIs, 5, 2, 1);
    a.op(Op::CellSet, 4, 5, 0);
    a.land(is_number);
    a.op(Op::CellRef, 6, 3, 0).op(Op::AddImm, 6, 6, 1).op(Op::CellSet, 3, 6, 0);
    let done = a.branch(Op::BranchLess, 1, 6, 1);
    a.constant(8, throw).op(Op::CellRef, 9, 4, 0).op(Op::Move, 10, 6, 0).op(Op::Call, 7, 8, 2);
    a.land(done).op(Op::Add, 5, 5, 6).ret(5);
    let f = a.closure(m);
    assert_eq!(m.call(f, &[fix(10)]), Ok(fix(21)));
}

#[test]
fn registers_are_fresh_in_each_resumption() {
    let m = &mut machine();
    let (call_cc, throw, identity) = (call_cc(m), throw(m), identity(m));
    // r2 counts up after the capture; resuming must see it as it was at the capture, so r2 is 1 each time.
    let mut a = Assembler::new("f", 0, 16);
    a.ak(Op::Fixnum, 2, 0).ak(Op::Fixnum, 3, 0).op(Op::MakeCell, 3, 3, 0);
    a.constant(8, call_cc).constant(9, identity).op(Op::Call, 5, 8, 1);
    a.op(Op::AddImm, 2, 2, 1);
    let is_number = a.branch(Op::BranchIs, 5, 2, 1);
    a.constant(8, throw).op(Op::Move, 9, 5, 0).ak(Op::Fixnum, 10, 5).op(Op::Call, 7, 8, 2);
    a.land(is_number).ret(2);
    let f = a.closure(m);
    assert_eq!(m.call(f, &[]), Ok(fix(1)));
}

/// `(lambda (tag handler thunk) …)`
fn with_prompt(m: &mut Machine) -> Word {
    Assembler::new("with-prompt", 3, 5).op(Op::PushPrompt, 1, 2, 3).closure(m)
}

/// `(lambda (tag values) …)`
fn abort(m: &mut Machine) -> Word {
    Assembler::new("abort", 2, 4).op(Op::AbortTo, 1, 2, 0).closure(m)
}

#[test]
fn prompts_return_values_and_are_aborted_to() {
    let m = &mut machine();
    let (with_prompt, abort) = (with_prompt(m), abort(m));
    let tag = m.intern("tag");
    let handler = Assembler::new("handler", 2, 4).op(Op::Sub, 1, 1, 2).ret(1).closure(m);
    let plain = Assembler::new("plain", 0, 4).ak(Op::Fixnum, 1, 5).ret(1).closure(m);
    let list = m.list(&[fix(30), fix(8)]);
    let aborting = {
        let mut a = Assembler::new("aborting", 0, 10);
        a.constant(4, abort).constant(5, tag).constant(6, list).op(Op::Call, 1, 4, 2).ret(1);
        a.closure(m)
    };
    for (thunk, expected) in [(plain, 105), (aborting, 122)] {
        let mut a = Assembler::new("f", 0, 12);
        a.constant(4, with_prompt).constant(5, tag).constant(6, handler).constant(7, thunk);
        a.op(Op::Call, 1, 4, 3).op(Op::AddImm, 1, 1, 100).ret(1);
        let f = a.closure(m);
        assert_eq!(m.call(f, &[]), Ok(fix(expected)));
    }
    let lonely = m.call(aborting, &[]);
    assert!(lonely.is_err(), "there is no prompt");
}

#[test]
fn slices_compose_as_often_as_one_likes() {
    let m = &mut machine();
    let with_prompt = with_prompt(m);
    let tag = m.intern("tag");
    // The body: (+ 1000 (capture)), where capture aborts to the prompt with the slice.
    let shift = {
        let mut a = Assembler::new("shift", 0, 12);
        a.constant(2, tag).op(Op::CaptureSlice, 1, 2, 0).ak(Op::Fixnum, 3, 0);
        a.constant(3, Word::NIL).op(Op::Cons, 3, 1, 3).op(Op::AbortTo, 2, 3, 0);
        a.closure(m)
    };
    let body = {
        let mut a = Assembler::new("body", 0, 12);
        a.constant(6, shift).op(Op::Call, 1, 6, 0).ak(Op::Fixnum, 2, 1000).op(Op::Add, 1, 1, 2).ret(1);
        a.closure(m)
    };
    let compose = Assembler::new("compose", 2, 4).op(Op::Compose, 1, 2, 0).closure(m);
    // The handler gets the slice k: (k (k 1)).
    let handler = {
        let mut a = Assembler::new("handler", 1, 12);
        a.constant(5, compose).op(Op::Move, 6, 1, 0).ak(Op::Fixnum, 7, 1).op(Op::Call, 2, 5, 2);
        a.constant(5, compose).op(Op::Move, 6, 1, 0).op(Op::Move, 7, 2, 0).op(Op::Call, 2, 5, 2);
        a.op(Op::AddImm, 2, 2, 5).ret(2);
        a.closure(m)
    };
    let mut a = Assembler::new("f", 0, 12);
    a.constant(4, with_prompt).constant(5, tag).constant(6, handler).constant(7, body);
    a.op(Op::Call, 1, 4, 3).op(Op::AddImm, 1, 1, 100).ret(1);
    let f = a.closure(m);
    for _ in 0..100 {
        assert_eq!(m.call(f, &[]), Ok(fix(2106)));
    }
}

#[test]
fn many_captures_in_a_loop_do_not_grow_the_stack() {
    let m = &mut machine();
    let (call_cc, identity) = (call_cc(m), identity(m));
    let mut a = Assembler::new("f", 1, 16);
    a.ak(Op::Fixnum, 2, 0);
    let head = a.here();
    let cell = a.cell();
    let done = a.branch(Op::BranchNumEq, 2, 1, 1);
    a.constant(8, call_cc).constant(9, identity).op(Op::Call, 5, 8, 1).op(Op::AddImm, 2, 2, 1);
    a.loop_to(head, cell).land(done).ret(2);
    let f = a.closure(m);
    assert_eq!(m.call(f, &[fix(2000)]), Ok(fix(2000)));
}
