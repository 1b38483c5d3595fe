//! Instructions on pairs, vectors, bytevectors and records.

use super::{
    error,
    mode::Mode,
    state::{State, Unit},
};
use crate::{
    jit::{
        facts::alias,
        record::{FIXNUM, Lower, OBJECT, PAIR},
    },
    value::{
        HeapType, Word,
        object::{BODY, CAR, CDR, header},
    },
};
use limpet_host_hooks::Recorder;
use limpet_plugin_api::{Access, Condition, ValueRef};

#[inline(always)]
pub(super) fn cons<M: Mode>(s: &mut State<M>, unit: Unit) {
    s.lower(|r| {
        let (car, cdr) = (r.slot(unit.b() as i32), r.slot(unit.c() as i32));
        let pair = r.new_pair(car, cdr);
        r.set_slot(unit.a() as i32, pair);
    });
    s.sync();
    let (car, cdr) = (s.reg(unit.b()), s.reg(unit.c()));
    let pair = s.machine().cons(car, cdr);
    s.set(unit.a(), pair);
    s.advance(1);
}

macro_rules! pair_access {
    ($($get:ident $set:ident $name:literal $set_name:literal $offset:ident $class:ident $read:ident;)*) => {
        $(
            #[inline(always)]
            pub(super) fn $get<M: Mode>(s: &mut State<M>, unit: Unit) {
                let pair = s.reg(unit.b());
                if !pair.is_pair() {
                    return s.wrong_type($name, 0, pair);
                }
                s.lower(|r| {
                    let pair = r.slot(unit.b() as i32);
                    guard_pair(r, pair);
                    let value = r.load(pair, ValueRef::NONE, $offset, Access::I64, alias::$class);
                    r.set_slot(unit.a() as i32, value);
                });
                s.set(unit.a(), pair.$read());
                s.advance(1);
            }

            #[inline(always)]
            pub(super) fn $set<M: Mode>(s: &mut State<M>, unit: Unit) {
                let pair = s.reg(unit.a());
                if !pair.is_pair() {
                    return s.wrong_type($set_name, 0, pair);
                }
                s.lower(|r| {
                    let (pair, value) = (r.slot(unit.a() as i32), r.slot(unit.b() as i32));
                    guard_pair(r, pair);
                    r.store(pair, ValueRef::NONE, $offset, value, Access::I64, alias::$class);
                    r.barrier(pair, value);
                });
                let value = s.reg(unit.b());
                s.machine().$set(pair, value);
                s.advance(1);
            }
        )*
    };
}

pair_access! {
    car set_car "car" "set-car!" CAR CAR car;
    cdr set_cdr "cdr" "set-cdr!" CDR CDR cdr;
}

fn guard_pair(r: &mut Recorder, value: ValueRef) {
    if r.constant_bits(value).is_none() {
        r.guard_tags(value, PAIR);
    }
}

/// The index in a word, if it is one below `length`.
#[inline(always)]
pub(super) fn index_below(word: Word, length: usize) -> Option<usize> {
    // Negative fixnums are huge when unsigned.
    let index = word.as_fixnum() as usize;
    (word.is_fixnum() && index < length).then_some(index)
}

/// Raises the error of a bad index.
#[inline(always)]
pub(super) fn bad_index<M: Mode>(s: &mut State<M>, who: &'static str, object: Word, index: Word) {
    let frame = error::bad_index(s.machine, s.frame(), who, object, index);
    s.resume(frame);
}

#[inline(always)]
pub(super) fn vector_ref<M: Mode>(s: &mut State<M>, unit: Unit) {
    let (vector, index) = (s.reg(unit.b()), s.reg(unit.c()));
    if !vector.is_vector() {
        return s.wrong_type("vector-ref", 0, vector);
    }
    let Some(i) = index_below(index, vector.length()) else { return bad_index(s, "vector-ref", vector, index) };
    s.lower(|r| {
        let (vector, index) = (r.slot(unit.b() as i32), r.slot(unit.c() as i32));
        guard_element(r, HeapType::Vector, vector, index);
        let value = r.load(vector, index, BODY, Access::I64, alias::VECTOR);
        r.set_slot(unit.a() as i32, value);
    });
    s.set(unit.a(), vector.vector_ref(i));
    s.advance(1);
}

#[inline(always)]
pub(super) fn vector_set<M: Mode>(s: &mut State<M>, unit: Unit) {
    let (vector, index) = (s.reg(unit.a()), s.reg(unit.b()));
    if !vector.is_vector() {
        return s.wrong_type("vector-set!", 0, vector);
    }
    let Some(i) = index_below(index, vector.length()) else { return bad_index(s, "vector-set!", vector, index) };
    s.lower(|r| {
        let (vector, index) = (r.slot(unit.a() as i32), r.slot(unit.b() as i32));
        guard_element(r, HeapType::Vector, vector, index);
        let value = r.slot(unit.c() as i32);
        r.store(vector, index, BODY, value, Access::I64, alias::VECTOR);
        r.barrier(vector, value);
    });
    let value = s.reg(unit.c());
    s.machine().vector_set(vector, i, value);
    s.advance(1);
}

/// Guards that an object is of a type and has an element of that index.
fn guard_element(r: &mut Recorder, kind: HeapType, object: ValueRef, index: ValueRef) {
    r.object(object, kind);
    r.fixnum(index);
    let length = r.tagged_length(object);
    r.in_range(index, length);
}

macro_rules! lengths {
    ($($name:ident $is:ident $kind:ident $who:literal;)*) => {
        $(
            #[inline(always)]
            pub(super) fn $name<M: Mode>(s: &mut State<M>, unit: Unit) {
                let object = s.reg(unit.b());
                if !object.$is() {
                    return s.wrong_type($who, 0, object);
                }
                s.lower(|r| {
                    let object = r.slot(unit.b() as i32);
                    r.object(object, HeapType::$kind);
                    let length = r.tagged_length(object);
                    r.know_tags(length, FIXNUM);
                    r.set_slot(unit.a() as i32, length);
                });
                s.set(unit.a(), Word::fixnum(object.length() as i64));
                s.advance(1);
            }
        )*
    };
}

lengths! {
    vector_length is_vector Vector "vector-length";
    bytes_length is_bytevector Bytevector "bytevector-length";
}

#[inline(always)]
pub(super) fn bytes_ref<M: Mode>(s: &mut State<M>, unit: Unit) {
    let (bytes, index) = (s.reg(unit.b()), s.reg(unit.c()));
    if !bytes.is_bytevector() {
        return s.wrong_type("bytevector-u8-ref", 0, bytes);
    }
    let Some(i) = index_below(index, bytes.length()) else { return bad_index(s, "bytevector-u8-ref", bytes, index) };
    s.lower(|r| {
        let (bytes, index) = (r.slot(unit.b() as i32), r.slot(unit.c() as i32));
        guard_element(r, HeapType::Bytevector, bytes, index);
        let offset = r.shifted(index, 3);
        let byte = r.load(bytes, offset, BODY, Access::U8, alias::BYTES);
        let value = r.shifted_left(byte, 3);
        r.know_tags(value, FIXNUM);
        r.set_slot(unit.a() as i32, value);
    });
    s.set(unit.a(), Word::fixnum(bytes.bytes()[i] as i64));
    s.advance(1);
}

#[inline(always)]
pub(super) fn bytes_set<M: Mode>(s: &mut State<M>, unit: Unit) {
    let (bytes, index, value) = (s.reg(unit.a()), s.reg(unit.b()), s.reg(unit.c()));
    if !bytes.is_bytevector() {
        return s.wrong_type("bytevector-u8-set!", 0, bytes);
    }
    let Some(i) = index_below(index, bytes.length()) else { return bad_index(s, "bytevector-u8-set!", bytes, index) };
    let Some(byte) = index_below(value, 256) else { return s.wrong_type("bytevector-u8-set!", 2, value) };
    s.lower(|r| {
        let (bytes, index) = (r.slot(unit.a() as i32), r.slot(unit.b() as i32));
        guard_element(r, HeapType::Bytevector, bytes, index);
        let value = r.slot(unit.c() as i32);
        r.fixnum(value);
        r.guard_constant(Condition::ULt, value, 256 << 3);
        let (offset, byte) = (r.shifted(index, 3), r.shifted(value, 3));
        r.store(bytes, offset, BODY, byte, Access::U8, alias::BYTES);
    });
    s.machine().bytes_mut(bytes)[i] = byte as u8;
    s.advance(1);
}

/// Field of a record type: the vector of its field names. A record has as many fields.
const TYPE_FIELDS: usize = 1;
/// Fields of one record that need no memory of their own.
const FEW_FIELDS: usize = 16;

#[inline(always)]
pub(super) fn make_record<M: Mode>(s: &mut State<M>, unit: Unit) {
    let (first, count) = (unit.b(), unit.c());
    let record_type = s.reg(first);
    if !record_type.is_record_type() || record_type.field(TYPE_FIELDS).vector_len() != count {
        return wrong_fields(s, record_type, count);
    }
    s.lower(|r| {
        let value = r.slot(first as i32);
        if r.constant_bits(value).is_none() {
            // Types made again and again, by a definition in a procedure, have fields in common.
            r.object(value, HeapType::RecordType);
            let names = r.field(value, TYPE_FIELDS, alias::RECORD_TYPE);
            let head = r.header(names);
            r.guard_constant(Condition::Eq, head, header(HeapType::Vector, count) as i64);
        }
        // The type word is of a class of its own, for it never changes.
        let body: Vec<_> = (0..=count).map(|i| r.slot((first + i) as i32)).collect();
        let record = r.new_record(&body);
        r.set_slot(unit.a() as i32, record);
    });
    s.sync();
    let record = if count <= FEW_FIELDS {
        let mut fields = [Word::FALSE; FEW_FIELDS];
        (0..count).for_each(|i| fields[i] = s.reg(first + 1 + i));
        s.machine().make_record(record_type, &fields[..count])
    } else {
        let fields: Vec<Word> = (0..count).map(|i| s.reg(first + 1 + i)).collect();
        s.machine().make_record(record_type, &fields)
    };
    s.set(unit.a(), record);
    s.advance(1);
}

/// The error of making a record: no record type, or another number of fields than it has.
#[cold]
fn wrong_fields<M: Mode>(s: &mut State<M>, record_type: Word, count: usize) {
    s.outline(|s| {
        let frame = super::error::raise_with(s.machine, s.frame(), &mut |machine| {
            if !record_type.is_record_type() {
                return machine.expected("%record", "a record type", record_type);
            }
            machine.wrong_arity("%record", record_type.field(TYPE_FIELDS).vector_len(), None, count)
        });
        s.resume(frame);
    });
}

/// The error of a field that a record does not have.
#[cold]
fn no_field<M: Mode>(s: &mut State<M>, who: &'static str, field: usize) {
    s.outline(|s| s.out_of_range(who, 2, Word::fixnum(field as i64)));
}

/// Guards that a record is of the very type that it is of now, and that the expected type is the one it is now.
fn guard_record(r: &mut Recorder, object: ValueRef, record: Word, expected: (ValueRef, Word)) {
    let actual = record.record_type();
    if r.constant_bits(object).is_none() {
        // Type and number of fields, by which the fields are in range.
        r.guard_tags(object, OBJECT);
        let head = r.header(object);
        r.guard_constant(Condition::Eq, head, header(HeapType::Record, record.length()) as i64);
    }
    let found = r.field(object, 0, alias::RECORD_TYPE);
    if actual == expected.1 {
        return r.guard_int(Condition::Eq, found, expected.0);
    }
    // A derived type, or another: what holds between two types holds always.
    r.identity(found, actual);
    if r.constant_bits(expected.0).is_none() {
        r.identity(expected.0, expected.1);
    }
}

/// The error of an instruction that reads (`access` 0) or writes (1) a field: the object is no record of the type.
fn wrong_record<M: Mode>(s: &mut State<M>, object: Word, record_type: Word, field: usize, access: usize) {
    s.outline(|s| {
        let frame = super::error::raise_with(s.machine, s.frame(), &mut |machine| {
            machine.wrong_record(object, record_type, field, access)
        });
        s.resume(frame);
    });
}

#[inline(always)]
fn is_record_of(object: Word, record_type: Word) -> bool {
    object.is_record() && (object.record_type() == record_type || object.is_record_of(record_type))
}

#[inline(always)]
pub(super) fn record_ref<M: Mode>(s: &mut State<M>, unit: Unit) {
    let (record, record_type, i) = (s.reg(unit.b()), s.reg(unit.c()), s.unit(1) as usize);
    if !is_record_of(record, record_type) {
        return wrong_record(s, record, record_type, i, 0);
    }
    if i + 1 >= record.length() {
        return no_field(s, "%record-ref", i);
    }
    s.lower(|r| {
        let (object, expected) = (r.slot(unit.b() as i32), r.slot(unit.c() as i32));
        guard_record(r, object, record, (expected, record_type));
        let value = r.field(object, 1 + i, alias::RECORD);
        r.set_slot(unit.a() as i32, value);
    });
    s.set(unit.a(), record.record_ref(i));
    s.advance(2);
}

#[inline(always)]
pub(super) fn record_set<M: Mode>(s: &mut State<M>, unit: Unit) {
    let (record, record_type, i) = (s.reg(unit.a()), s.reg(unit.c()), s.unit(1) as usize);
    if !is_record_of(record, record_type) {
        return wrong_record(s, record, record_type, i, 1);
    }
    if i + 1 >= record.length() {
        return no_field(s, "%record-set!", i);
    }
    s.lower(|r| {
        let (object, expected) = (r.slot(unit.a() as i32), r.slot(unit.c() as i32));
        guard_record(r, object, record, (expected, record_type));
        let value = r.slot(unit.b() as i32);
        r.set_field(object, 1 + i, value, alias::RECORD);
    });
    let value = s.reg(unit.b());
    s.machine().record_set(record, i, value);
    s.advance(2);
}

#[inline(always)]
pub(super) fn record_is<M: Mode>(s: &mut State<M>, unit: Unit) {
    let (object, record_type) = (s.reg(unit.b()), s.reg(unit.c()));
    let outcome = is_record_of(object, record_type);
    s.lower(|r| {
        let (value, expected) = (r.slot(unit.b() as i32), r.slot(unit.c() as i32));
        match object.is_record() {
            true => guard_record(r, value, object, (expected, record_type)),
            false => super::compare::guard_class_of(r, value, object),
        }
        let result = r.truth(outcome);
        r.set_slot(unit.a() as i32, result);
    });
    s.set(unit.a(), Word::boolean(outcome));
    s.advance(1);
}
