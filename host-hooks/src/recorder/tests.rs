//! The recorder alone: what a few instructions become, as text.

use super::*;
use crate::recorder::text::recording_text;
use limpet_plugin_api::recording::CallConvention;

fn recorder(kind: TraceKind) -> Recorder {
    Recorder::new(kind, 10, "test".to_string(), &Tunables::default(), OperationSet::all())
}

fn text(recorder: Recorder, end: TraceEndKind) -> String {
    recording_text(&recorder.finish(end, TraceEnd::SELF).0)
}

fn function(effects: Effects) -> FunctionRef {
    let convention = CallConvention::Plain;
    FunctionRef { name: "f".into(), address: 0x1000, convention, returns_float: false, effects }
}

#[test]
fn a_counting_loop_is_closed() {
    let mut r = recorder(TraceKind::Loop);
    r.instruction(10, 3);
    r.safepoint();
    // s1 = s1 + 1, both operands fixnums
    r.instruction(11, 3);
    let (n, one) = (r.slot(1), r.const_word(8));
    r.guard_tags(n, 1);
    let sum = r.checked(OpCode::AddChecked, n, one);
    r.set_slot(1, sum);
    // if s1 < s2
    r.instruction(12, 3);
    let (n, limit) = (r.slot(1), r.slot(2));
    r.guard_tags(limit, 1);
    r.guard_int(Condition::Lt, n, limit);
    r.instruction(10, 3);
    assert_eq!(
        text(r, TraceEndKind::Loop),
        "\
loop at \"test\", start 10, extent 3
0000  Safepoint                                   snap 0
0001  SlotRead          slot 1 Tagged
0002  ConstWord         0x8
0003  GuardTags         v1 in {0}                 snap 1
0004  AddChecked        v1 v2                     snap 1
0005  SlotRead          slot 2 Tagged
0006  GuardTags         v5 in {0}                 snap 2
0007  GuardInt          v4 Lt v5                  snap 2
snap 0: resume 10, base +0, top 3 []
snap 1: resume 11, base +0, top 3 []
snap 2: resume 12, base +0, top 3 [1=v4]
snap 3: resume 10, base +0, top 3 [1=v4]
end Loop, snap 3
"
    );
}

#[test]
fn calls_shift_the_base_and_their_slots_die_on_return() {
    let mut r = recorder(TraceKind::Procedure);
    r.instruction(10, 2);
    let argument = r.slot(1);
    r.set_slot(5, argument);
    let return_address = r.const_int(11);
    r.set_slot(4, return_address);
    r.shift_base(4);
    // In the callee: s2 = s1 with a guard on it, then return it in s0.
    r.instruction(50, 3);
    let copy = r.slot(1);
    assert_eq!(copy, argument);
    r.guard_tags(copy, 0b10);
    r.set_slot(2, copy);
    r.instruction(51, 3);
    let address = r.slot(0);
    let expected = r.const_int(11);
    r.guard_int(Condition::Eq, address, expected);
    let result = r.slot(2);
    r.shift_base(-4);
    r.set_slot(1, result);
    r.instruction(11, 2);
    assert_eq!(
        text(r, TraceEndKind::Leave),
        "\
procedure at \"test\", start 10, extent 7
0000  SlotRead          slot 1 Tagged
0001  ConstInt          11
0002  GuardTags         v0 in {1}                 snap 0
snap 0: resume 50, base +4, top 7 [4=v1 5=v0]
snap 1: resume 11, base +0, top 2 []
end Leave, snap 1
"
    );
}

#[test]
fn a_return_below_the_entry_frame_has_negative_slots() {
    let mut r = recorder(TraceKind::Side);
    r.instruction(10, 2);
    let address = r.slot(-1);
    let expected = r.const_int(99);
    r.guard_int(Condition::Eq, address, expected);
    let result = r.slot(0);
    r.shift_base(-6);
    r.set_slot(2, result);
    assert!(r.has_returned());
    r.instruction(99, 4);
    assert_eq!(
        text(r, TraceEndKind::Link),
        "\
side of 0/0 at \"test\", start 10, extent 2
0000  SlotRead          slot -1 Tagged
0001  ConstInt          99
0002  GuardInt          v0 Eq v1                  snap 0
0003  SlotRead          slot 0 Tagged
snap 0: resume 10, base +0, top 2 []
snap 1: resume 99, base -6, top -2 [-4=v3]
end Link self, snap 1
"
    );
}

#[test]
fn snapshots_are_of_the_instructions_start_however_late_the_guard() {
    let mut r = recorder(TraceKind::Loop);
    r.instruction(10, 3);
    let (a, b) = (r.slot(0), r.slot(1));
    r.set_slot(0, b);
    r.set_slot(1, a);
    r.guard_tags(a, 1);
    let snap = r.recording.snapshots[0];
    assert_eq!(snap.count, 0);
    r.instruction(11, 3);
    r.guard_tags(b, 1);
    assert_eq!(r.recording.snapshots[1].count, 2);
}

#[test]
fn memory_calls_and_guards_look_like_this() {
    let mut r = recorder(TraceKind::Loop);
    r.instruction(10, 4);
    let object = r.slot(0);
    r.guard_masked(object, 0xff, 0x12);
    let field = r.load(object, ValueRef::NONE, -1, Access::I64, 3);
    let float = r.load(object, field, 7, Access::F64, 2);
    let sum = r.op2(OpCode::FloatAdd, float, float);
    let limit = r.const_float(1.5);
    r.guard_float(Condition::NotLt, sum, limit);
    let word = r.call(&function(Effects::FAILS.and(Effects::READS)), &[object, field]);
    let pair = r.alloc(16, 1);
    r.store(pair, ValueRef::NONE, -1, word, Access::I64, 1);
    r.set_slot_raw(3, sum, Representation::RawFloat);
    r.instruction(11, 4);
    r.store(object, ValueRef::NONE, 7, pair, Access::I64, 1);
    r.barrier(object, pair);
    r.instruction(12, 4);
    assert_eq!(r.overflowed(), None);
    assert_eq!(
        text(r, TraceEndKind::Leave),
        "\
loop at \"test\", start 10, extent 4
0000  SlotRead          slot 0 Tagged
0001  GuardMasked       v0 & 0xff == 0x12         snap 0
0002  Load              [v0 - -1] I64 alias 3
0003  Load              [v0 v2 +7] F64 alias 2
0004  FloatAdd          v3 v3
0005  ConstFloat        1.5
0006  GuardFloat        v4 NotLt v5               snap 0
0007  Call              f(v0 v2)                  snap 0
0008  Alloc             16 bytes tag 1            snap 0
0009  Store             [v8 - -1] = v7 I64 alias 1
0010  Store             [v0 - +7] = v8 I64 alias 1
0011  Barrier           v0 holds v8
snap 0: resume 10, base +0, top 4 []
snap 1: resume 12, base +0, top 4 [3=v4:RawFloat]
end Leave, snap 1
"
    );
}

#[test]
fn what_is_known_is_not_recorded_again() {
    let mut r = recorder(TraceKind::Loop);
    r.instruction(10, 4);
    let word = r.slot(0);
    r.guard_tags(word, 0b0110);
    let before = r.len();
    r.guard_tags(word, 0b0110);
    r.guard_tags(word, 0b1110);
    assert_eq!(r.len(), before);
    r.guard_tags(word, 0b0010);
    assert_eq!(r.len(), before + 1);
    let float = r.unbox_float(word);
    assert_eq!(r.box_float(float), word);
    let double = r.op2(OpCode::FloatAdd, float, float);
    let boxed = r.box_float(double);
    assert_eq!(r.is_float_box(boxed), Some(double));
    assert_eq!(r.unbox_float(boxed), double);
    assert_eq!(r.is_float_box(word), None);
    let (one, two) = (r.const_int(1), r.const_int(2));
    assert_eq!(r.const_int(1), one);
    assert_eq!(r.constant_bits(two), Some(2));
    let before = r.len();
    r.guard_int(Condition::Lt, one, two);
    assert_eq!(r.len(), before);
    let (zero, minus_zero) = (r.const_float(0.0), r.const_float(-0.0));
    assert_ne!(zero, minus_zero);
}

#[test]
fn a_guard_after_an_effect_gives_the_trace_up() {
    let mut r = recorder(TraceKind::Loop);
    r.instruction(10, 4);
    let object = r.slot(0);
    r.store(object, ValueRef::NONE, 0, object, Access::I64, 0);
    r.guard_tags(object, 1);
    assert_eq!(r.overflowed(), Some(AbortReason::Malformed));

    let mut r = recorder(TraceKind::Loop);
    r.instruction(10, 4);
    let object = r.slot(0);
    r.call(&function(Effects::EXTERNAL), &[]);
    r.instruction(11, 4);
    r.guard_tags(object, 1);
    assert_eq!(r.overflowed(), None, "the next instruction may guard again");
}

#[test]
fn misused_slots_give_the_trace_up() {
    let mut r = recorder(TraceKind::Loop);
    r.instruction(10, 4);
    let value = r.const_int(1);
    r.set_slot(3, value);
    r.instruction(11, 3);
    r.slot(3);
    assert_eq!(r.overflowed(), Some(AbortReason::Malformed));

    let mut r = recorder(TraceKind::Loop);
    r.instruction(10, 4);
    let float = r.const_float(1.0);
    r.set_slot(3, float);
    assert_eq!(r.overflowed(), Some(AbortReason::Malformed));
}

#[test]
fn limits_are_noticed() {
    let (tunables, _) = Tunables::parse("maxtrace=8,maxsnap=2,maxunroll=2");
    let new = |kind| Recorder::new(kind, 0, String::new(), &tunables, OperationSet::all());
    let mut r = new(TraceKind::Loop);
    r.instruction(0, 1);
    for n in 0..9 {
        r.const_int(n);
    }
    assert_eq!(r.overflowed(), Some(AbortReason::TraceTooLong));

    let mut r = new(TraceKind::Loop);
    for resume in 0..3 {
        r.instruction(resume, 1);
        r.safepoint();
    }
    assert_eq!(r.overflowed(), Some(AbortReason::TooManySnapshots));

    let mut r = new(TraceKind::Loop);
    r.shift_base(MAX_REACH);
    r.instruction(0, 1);
    assert_eq!(r.overflowed(), Some(AbortReason::TooDeep));

    let mut r = new(TraceKind::Loop);
    r.shift_base(-1);
    assert_eq!(r.overflowed(), Some(AbortReason::LeavesLoop));

    let mut r = new(TraceKind::Side);
    for _ in 0..2 {
        r.shift_base(-3);
    }
    assert_eq!(r.overflowed(), None);
    r.shift_base(-3);
    assert_eq!(r.overflowed(), Some(AbortReason::UnrollLimit));
}

#[test]
fn a_loop_with_an_extent_notices_that_it_is_left() {
    let mut r = recorder(TraceKind::Loop);
    r.set_loop_extent(5, 10);
    r.instruction(10, 2);
    r.shift_base(2);
    r.instruction(400, 2);
    r.shift_base(-2);
    r.instruction(5, 2);
    assert_eq!(r.overflowed(), None, "calls go anywhere");
    r.instruction(11, 2);
    assert_eq!(r.overflowed(), Some(AbortReason::LeavesLoop));
}

#[test]
fn operations_the_plugin_lacks_give_the_trace_up() {
    let some = [OpCode::SlotRead, OpCode::ConstInt].into_iter().collect();
    let mut r = Recorder::new(TraceKind::Loop, 0, String::new(), &Tunables::default(), some);
    r.instruction(0, 1);
    let one = r.const_int(1);
    assert_eq!(r.overflowed(), None);
    r.op2(OpCode::Mul, one, one);
    assert_eq!(r.overflowed(), Some(AbortReason::UnknownOperation));
    assert_eq!(r.trouble_detail(), "Mul");
}
