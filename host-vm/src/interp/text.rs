//! Instructions on strings and characters. A string's storage has one or four bytes for each character; traces are
//! recorded for the one that is there.
#![allow(unsafe_code)] // Defines a C function that receives the machine as an address.

use super::{
    error,
    mode::Mode,
    object::{bad_index, index_below},
    state::{State, Unit},
};
use crate::{
    jit::{
        facts::alias,
        record::{FIXNUM, Lower, word_function},
    },
    machine::Machine,
    value::{
        HeapType, Word,
        object::{BODY, header_byte},
    },
};
use limpet_host_hooks::Recorder;
use limpet_plugin_api::{Access, Condition, Effects, OpCode, ValueRef};

/// Fields of a string object.
const LENGTH: usize = 0;
const STORAGE: usize = 1;
const FLAGS: usize = 2;
/// Bit by which a character's scalar value is shifted in its word, and the word's low byte.
const CHAR_SHIFT: i64 = 8;
const CHAR_BYTE: i64 = Word::char('\0').0 as i64;
/// From a fixnum to a character: scalar value at bit 3, or at bit 8.
const FIXNUM_TO_CHAR: i64 = CHAR_SHIFT - 3;

#[inline(always)]
pub(super) fn string_length<M: Mode>(s: &mut State<M>, unit: Unit) {
    let string = s.reg(unit.b());
    if !string.is_string() {
        return s.wrong_type("string-length", 0, string);
    }
    s.lower(|r| {
        let string = r.slot(unit.b() as i32);
        r.object(string, HeapType::String);
        let length = r.field(string, LENGTH, alias::STRING);
        r.know_tags(length, FIXNUM);
        r.set_slot(unit.a() as i32, length);
    });
    s.set(unit.a(), string.field(LENGTH));
    s.advance(1);
}

/// Guards string, index and kind of storage; the storage, and the byte offset of the character in it.
fn lower_place(r: &mut Recorder, string: ValueRef, index: ValueRef, storage: HeapType) -> (ValueRef, ValueRef) {
    r.object(string, HeapType::String);
    r.fixnum(index);
    let length = r.field(string, LENGTH, alias::STRING);
    r.in_range(index, length);
    let place = r.field(string, STORAGE, alias::STRING);
    let header = r.header(place);
    r.guard_masked(header, 0xff, header_byte(storage));
    let offset = r.shifted(index, if storage == HeapType::NarrowChars { 3 } else { 1 });
    (place, offset)
}

fn access(storage: HeapType) -> Access {
    if storage == HeapType::NarrowChars { Access::U8 } else { Access::U32 }
}

#[inline(always)]
pub(super) fn string_ref<M: Mode>(s: &mut State<M>, unit: Unit) {
    let (string, index) = (s.reg(unit.b()), s.reg(unit.c()));
    if !string.is_string() {
        return s.wrong_type("string-ref", 0, string);
    }
    let Some(i) = index_below(index, string.string_len()) else { return bad_index(s, "string-ref", string, index) };
    let storage = string.field(STORAGE);
    s.lower(|r| {
        let (string, index) = (r.slot(unit.b() as i32), r.slot(unit.c() as i32));
        let kind = storage_kind(storage);
        let (place, offset) = lower_place(r, string, index, kind);
        let scalar = r.load(place, offset, BODY, access(kind), alias::CHARS);
        let shifted = r.shifted_left(scalar, CHAR_SHIFT);
        let byte = r.const_int(CHAR_BYTE);
        let value = r.op2(OpCode::Or, shifted, byte);
        r.set_slot(unit.a() as i32, value);
    });
    let word = Word::char(string.string_ref(i));
    s.set(unit.a(), word);
    s.advance(1);
}

fn storage_kind(storage: Word) -> HeapType {
    match storage.is_type(HeapType::NarrowChars) {
        true => HeapType::NarrowChars,
        false => HeapType::WideChars,
    }
}

#[inline(always)]
pub(super) fn string_set<M: Mode>(s: &mut State<M>, unit: Unit) {
    s.outline(|s| string_set_outlined(s, unit));
}

#[inline(never)]
fn string_set_outlined<M: Mode>(s: &mut State<M>, unit: Unit) {
    let (string, index, value) = (s.reg(unit.a()), s.reg(unit.b()), s.reg(unit.c()));
    if !string.is_string() {
        return s.wrong_type("string-set!", 0, string);
    }
    let Some(i) = index_below(index, string.string_len()) else { return bad_index(s, "string-set!", string, index) };
    if !value.is_char() {
        return s.wrong_type("string-set!", 2, value);
    }
    if string.string_is_immutable() {
        let message = "the string is a constant";
        let frame = error::failure(s.machine, s.frame(), "immutable", "string-set!", message, &[string]);
        return s.resume(frame);
    }
    let kind = storage_kind(string.field(STORAGE));
    let fits = kind == HeapType::WideChars || (value.as_char() as u32) < 256;
    s.lower(|r| {
        let (string, index, value) = (r.slot(unit.a() as i32), r.slot(unit.b() as i32), r.slot(unit.c() as i32));
        if !fits {
            let effects = Effects::WRITES.and(Effects::READS).and(Effects::ALLOCATES).and(Effects::FAILS);
            r.call(&word_function("string-set!", host_string_set as *const (), effects), &[string, index, value]);
            return;
        }
        let (place, offset) = lower_place(r, string, index, kind);
        let flags = r.field(string, FLAGS, alias::STRING);
        r.guard_constant(Condition::Eq, flags, 0);
        r.guard_masked(value, 0xff, CHAR_BYTE as u64);
        let eight = r.const_int(CHAR_SHIFT);
        let scalar = r.op2(OpCode::Shr, value, eight);
        if kind == HeapType::NarrowChars {
            r.guard_constant(Condition::ULt, scalar, 256);
        }
        r.store(place, offset, BODY, scalar, access(kind), alias::CHARS);
    });
    s.sync();
    s.machine().string_set(string, i, value.as_char());
    s.advance(1);
}

/// `string-set!` for traces, where the storage must grow wider.
///
/// # Safety
/// `machine` is a live machine that nothing else borrows.
unsafe extern "C" fn host_string_set(machine: *mut Machine, string: u64, index: u64, value: u64) -> u64 {
    let (string, index, value) = (Word(string), Word(index), Word(value));
    if !string.is_string() || string.string_is_immutable() || !value.is_char() {
        return Word::FAILURE.0;
    }
    let Some(i) = index_below(index, string.string_len()) else { return Word::FAILURE.0 };
    // SAFETY: promised by the caller.
    unsafe { &mut *machine }.string_set(string, i, value.as_char());
    Word::UNSPECIFIED.0
}

#[inline(always)]
pub(super) fn char_to_integer<M: Mode>(s: &mut State<M>, unit: Unit) {
    let word = s.reg(unit.b());
    if !word.is_char() {
        return s.wrong_type("char->integer", 0, word);
    }
    s.lower(|r| {
        let value = r.slot(unit.b() as i32);
        if r.constant_bits(value).is_none() {
            r.guard_masked(value, 0xff, CHAR_BYTE as u64);
        }
        let bits = r.const_int(CHAR_SHIFT);
        let scalar = r.op2(OpCode::Shr, value, bits);
        let result = r.shifted_left(scalar, 3);
        r.know_tags(result, FIXNUM);
        r.set_slot(unit.a() as i32, result);
    });
    s.set(unit.a(), Word::fixnum((word.0 >> CHAR_SHIFT) as i64));
    s.advance(1);
}

#[inline(always)]
pub(super) fn integer_to_char<M: Mode>(s: &mut State<M>, unit: Unit) {
    let word = s.reg(unit.b());
    let scalar = index_below(word, 0x11_0000).and_then(|n| char::from_u32(n as u32));
    let Some(c) = scalar else { return bad_scalar(s, word) };
    s.lower(|r| {
        let value = r.slot(unit.b() as i32);
        r.fixnum(value);
        // Beneath the surrogates, or above them.
        match (c as u32) < 0xd800 {
            true => r.guard_constant(Condition::ULt, value, 0xd800 << 3),
            false => {
                r.guard_constant(Condition::UGe, value, 0xe000 << 3);
                r.guard_constant(Condition::ULt, value, 0x11_0000 << 3);
            }
        }
        let shifted = r.shifted_left(value, FIXNUM_TO_CHAR);
        let byte = r.const_int(CHAR_BYTE);
        let result = r.op2(OpCode::Or, shifted, byte);
        r.set_slot(unit.a() as i32, result);
    });
    s.set(unit.a(), Word::char(c));
    s.advance(1);
}

#[inline(always)]
fn bad_scalar<M: Mode>(s: &mut State<M>, word: Word) {
    match word.is_fixnum() {
        true => s.out_of_range("integer->char", 0, word),
        false => s.wrong_type("integer->char", 0, word),
    }
}
