//! Calls with arguments from a list or from multiple values.

use super::{
    control::{guard_procedure, make_room, tail_start},
    mode::Mode,
    state::{State, Unit},
};
use crate::{
    jit::{
        facts::alias,
        record::{ANY_TAG, Lower, OBJECT},
    },
    value::{
        HeapType, Word,
        object::{CAR, CDR, header},
    },
};
use limpet_host_hooks::Recorder;
use limpet_plugin_api::{AbortReason, Access, Condition, ValueRef};

/// Longest list whose shape a trace guards.
const LONGEST_RECORDED: usize = 16;

#[inline(never)]
pub(super) fn tail_apply<M: Mode>(s: &mut State<M>, unit: Unit) {
    let (procedure, list) = (s.reg(unit.a()), s.reg(unit.b()));
    let Some(count) = list.list_length() else { return s.wrong_type("apply", 1, list) };
    let is_unusual = count > LONGEST_RECORDED || !procedure.is_procedure() || procedure.is_primitive();
    if is_unusual && s.leaves_recording(AbortReason::Unsupported, "apply of a primitive or to a long list") {
        return;
    }
    s.lower(|r| {
        guard_procedure(r, unit.a(), procedure);
        let mut rest = r.slot(unit.b() as i32);
        let mut values = vec![r.slot(unit.a() as i32)];
        for _ in 0..count {
            guard_pair(r, rest);
            values.push(r.load(rest, ValueRef::NONE, CAR, Access::I64, alias::CAR));
            rest = r.load(rest, ValueRef::NONE, CDR, Access::I64, alias::CDR);
        }
        r.guard_constant(Condition::Eq, rest, Word::NIL.0 as i64);
        for (i, value) in values.into_iter().enumerate() {
            r.set_slot(i as i32, value);
        }
    });
    apply_to_list(s, procedure, list, count);
}

fn guard_pair(r: &mut Recorder, value: ValueRef) {
    if r.constant_bits(value).is_none() {
        r.guard_tags(value, crate::jit::record::PAIR);
    }
}

/// Calls `procedure` with the `count` elements of a list, in place of this frame.
pub(super) fn apply_to_list<M: Mode>(s: &mut State<M>, procedure: Word, list: Word, count: usize) {
    let live = s.code().frame_size as usize;
    if !make_room(s, live, live.max(count + 2)) {
        return;
    }
    let mut rest = list;
    for i in 1..=count {
        s.set(i, rest.car());
        rest = rest.cdr();
    }
    tail_start(s, procedure, count);
}

#[inline(never)]
pub(super) fn tail_apply_values<M: Mode>(s: &mut State<M>, unit: Unit) {
    let (procedure, values) = (s.reg(unit.a()), s.reg(unit.b()));
    let count = if values.is_values() { values.length() } else { 1 };
    let is_unusual = count > LONGEST_RECORDED || !procedure.is_procedure() || procedure.is_primitive();
    if is_unusual && s.leaves_recording(AbortReason::Unsupported, "many values, or values for a primitive") {
        return;
    }
    s.lower(|r| {
        guard_procedure(r, unit.a(), procedure);
        let callee = r.slot(unit.a() as i32);
        let object = r.slot(unit.b() as i32);
        let elements: Vec<_> = match values.is_values() {
            true => {
                guard_values(r, object, count);
                (0..count).map(|i| r.field(object, i, alias::VALUES)).collect()
            }
            false => {
                guard_single(r, object, values);
                vec![object]
            }
        };
        r.set_slot(0, callee);
        for (i, value) in elements.into_iter().enumerate() {
            r.set_slot(1 + i as i32, value);
        }
    });
    let live = s.code().frame_size as usize;
    if !make_room(s, live, live.max(count + 2)) {
        return;
    }
    match values.is_values() {
        true => (0..count).for_each(|i| s.set(1 + i, values.field(i))),
        false => s.set(1, values),
    }
    tail_start(s, procedure, count);
}

/// Guards that an object is that many values.
fn guard_values(r: &mut Recorder, object: ValueRef, count: usize) {
    if r.constant_bits(object).is_none() {
        r.guard_tags(object, OBJECT);
        let head = r.header(object);
        r.guard_constant(Condition::Eq, head, header(HeapType::Values, count) as i64);
    }
}

/// Guards that a value is not multiple values.
fn guard_single(r: &mut Recorder, value: ValueRef, actual: Word) {
    if r.constant_bits(value).is_some() || r.is_float_box(value).is_some() {
        return;
    }
    match actual.is_object() {
        true => super::compare::guard_class_of(r, value, actual),
        false => r.guard_tags(value, ANY_TAG & !OBJECT),
    }
}
