//! What the allocator does, as text of the toy target: registers a to d and f0, f1; s0, s1, ... are spill slots, [n]
//! slots of the interpreter, #n constants; behind `=>` stand the places of an exit's leaves.

use super::trace::{Builder, function};
use crate::{
    asm::{
        emit,
        env::TraceStart,
        place,
        toy::{Toy, ToyEmitter},
    },
    ir::{InstId, Op, SnapId, Trace, Type},
    regalloc::{Location, Register},
};
use limpet_plugin_api::{Effects, TraceKind, recording::CallConvention, trace_op::Condition};

fn start() -> TraceStart {
    TraceStart { root_extent: Some(0), base_offset: 0, inherited: Vec::new(), exits: 0, first_exit: 0, link: None }
}

/// Compares the allocated trace with lines; their indentation does not count.
fn check(trace: &Trace, start: &TraceStart, expected: &str) {
    let allocation = place(trace, &Toy::default(), start, true).unwrap_or_else(|abort| panic!("{abort}\n{trace}"));
    let code = emit(trace, &allocation, start, &mut ToyEmitter::default()).expect("text");
    let text = String::from_utf8(code.bytes).expect("text");
    let lines: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(text.lines().collect::<Vec<_>>(), lines, "\n{text}");
}

#[test]
fn a_counting_loop_moves_nothing() {
    let mut t = Builder::new(TraceKind::Loop);
    let (i0, limit) = (t.slot(0), t.slot(1));
    let p = t.head(&[i0]);
    let one = t.int(1);
    let out = t.snap(1, &[p[0]]);
    t.guard_int(p[0], Condition::Lt, limit, out);
    let i = t.checked(Op::AddChecked, p[0], one, out);
    t.back(&[i]);
    // The constant is loaded before the loop, and the addition is taken back by its exit.
    check(
        &t.trace,
        &start(),
        "
        a = [0]
        c = #1
        b = [1]
        head
        GuardInt a b => a
        a = AddChecked a c => undo a
        back
        ",
    );
}

#[test]
fn exits_keep_no_registers() {
    let mut t = Builder::new(TraceKind::Loop);
    let (x, y) = (t.slot(0), t.slot(1));
    let kept = t.op(Op::Add, x, y);
    let values: Vec<InstId> = (0..4).map(|slot| t.slot(2 + slot)).collect();
    let (first, second) = (t.op(Op::Xor, values[0], values[1]), t.op(Op::Xor, values[2], values[3]));
    let both = t.op(Op::Xor, first, second);
    let all = t.op(Op::Xor, both, x);
    let end = t.snap(1, &[kept, all, y]);
    // The sum is only needed by the end: it gives its register up as soon as one is wanted.
    check(
        &t.leave(end),
        &start(),
        "
        a = [0]
        b = [1]
        c = Add a b
        d = [2]
        b = [3]
        d = Xor d b
        b = [4]
        s0 = c
        c = [5]
        b = Xor b c
        d = Xor d b
        d = Xor d a
        end => s0 d [1]
        ",
    );
}

#[test]
fn calls_want_their_registers() {
    let mut t = Builder::new(TraceKind::Loop);
    let (x, y) = (t.slot(0), t.slot(1));
    let sum = t.op(Op::Add, x, y);
    let f = function(0, CallConvention::Plain, false, Effects::PURE);
    let called = t.call(f, &[y, sum], SnapId::NONE);
    let result = t.op(Op::Sub, called, sum);
    let end = t.snap(1, &[result]);
    check(
        &t.leave(end),
        &start(),
        "
        a = [0]
        b = [1]
        c = Add a b
        a = b
        b = c
        a = Call a b
        a = Sub a c
        end => a
        ",
    );
}

#[test]
fn side_traces_begin_where_their_parent_left() {
    let mut t = Builder::new(TraceKind::Side);
    let (x, y, z) = (t.inherit(0, Type::Int), t.inherit(1, Type::Int), t.inherit(2, Type::Float));
    let again = t.inherit(0, Type::Int);
    let sum = t.op(Op::Add, x, y);
    let more = t.op(Op::Add, sum, again);
    let end = t.snap(1, &[more, z]);
    let inherited = vec![Location::Register(Register(1)), Location::Spill(3), Location::Register(Register::float(1))];
    check(
        &t.leave(end),
        &TraceStart { root_extent: None, inherited, ..start() },
        "
        a = b
        c = s3
        b = Add b c
        b = Add b a
        end => b f1
        ",
    );
}
