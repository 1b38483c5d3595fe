//! The words in which this host's instructions are lowered: a few phrases of trace operations that come up again and
//! again, as methods of the recorder. What one instruction becomes is said beside its meaning, in [`crate::interp`].

use super::facts::alias;
use crate::value::{
    HeapType, Word,
    object::{BODY, CAR, CDR, HEADER, header, header_byte, object_bytes},
    word::{FLOAT_TAGS, TAG_FIXNUM, TAG_OBJECT, TAG_PAIR},
};
use limpet_host_hooks::Recorder;
use limpet_plugin_api::{Access, Condition, Effects, FunctionRef, OpCode, ValueRef, recording::CallConvention};

/// Set of the fixnum tag.
pub const FIXNUM: u32 = 1 << TAG_FIXNUM;
/// Set of the pair tag.
pub const PAIR: u32 = 1 << TAG_PAIR;
/// Set of the object tag.
pub const OBJECT: u32 = 1 << TAG_OBJECT;
/// All tags that words can have.
pub const ANY_TAG: u32 = 0x7f;

/// Phrases of lowering.
pub trait Lower {
    /// Guards that a value is a fixnum.
    fn fixnum(&mut self, value: ValueRef);
    /// Guards that a value is an object of a type.
    fn object(&mut self, value: ValueRef, kind: HeapType);
    /// Guards that a value is the very word that it is now; it is a constant from here on.
    fn identity(&mut self, value: ValueRef, word: Word) -> ValueRef;
    /// The float in a number that is `actual` now: unboxed, or converted from a fixnum.
    fn float(&mut self, value: ValueRef, actual: Word) -> ValueRef;
    /// Loads an object's header.
    fn header(&mut self, value: ValueRef) -> ValueRef;
    /// The length of an object with a body of words, as a fixnum.
    fn tagged_length(&mut self, value: ValueRef) -> ValueRef;
    /// Guards that a fixnum index is in range of a tagged length.
    fn in_range(&mut self, index: ValueRef, length: ValueRef);
    /// Loads body word `i` of an object.
    fn field(&mut self, object: ValueRef, i: usize, class: u8) -> ValueRef;
    /// Stores body word `i` of an object, with the barrier.
    fn set_field(&mut self, object: ValueRef, i: usize, value: ValueRef, class: u8);
    /// A new object with a body of these words; `class` is theirs.
    fn new_object(&mut self, kind: HeapType, body: &[ValueRef], class: u8) -> ValueRef;
    /// A new record: type and fields.
    fn new_record(&mut self, body: &[ValueRef]) -> ValueRef;
    /// A new pair.
    fn new_pair(&mut self, car: ValueRef, cdr: ValueRef) -> ValueRef;
    /// A value shifted right by a constant, arithmetically.
    fn shifted(&mut self, value: ValueRef, bits: i64) -> ValueRef;
    /// A value shifted left by a constant.
    fn shifted_left(&mut self, value: ValueRef, bits: i64) -> ValueRef;
    /// Guards a relation to a constant integer.
    fn guard_constant(&mut self, condition: Condition, value: ValueRef, constant: i64);
    /// The word for a truth value.
    fn truth(&mut self, value: bool) -> ValueRef;
}

impl Lower for Recorder {
    fn fixnum(&mut self, value: ValueRef) {
        match self.constant_bits(value) {
            Some(bits) if Word(bits).is_fixnum() => {}
            _ => self.guard_tags(value, FIXNUM),
        }
    }

    fn object(&mut self, value: ValueRef, kind: HeapType) {
        // Whoever made a constant of it guarded its identity, and objects never change their type.
        if self.constant_bits(value).is_some() {
            return;
        }
        self.guard_tags(value, OBJECT);
        let header = self.header(value);
        self.guard_masked(header, 0xff, header_byte(kind));
    }

    fn identity(&mut self, value: ValueRef, word: Word) -> ValueRef {
        let constant = self.const_word(word.0);
        self.guard_int(Condition::Eq, value, constant);
        constant
    }

    fn float(&mut self, value: ValueRef, actual: Word) -> ValueRef {
        if let Some(float) = self.is_float_box(value) {
            return float;
        }
        if self.constant_bits(value).is_some()
            && let Some(x) = actual.to_f64()
        {
            return self.const_float(x);
        }
        if actual.is_fixnum() {
            self.guard_tags(value, FIXNUM);
            let integer = self.shifted(value, 3);
            return self.op1(OpCode::IntToFloat, integer);
        }
        if actual.is_immediate_float() {
            self.guard_tags(value, FLOAT_TAGS);
            return self.unbox_float(value);
        }
        self.object(value, HeapType::Flonum);
        self.load(value, ValueRef::NONE, BODY, Access::F64, alias::FLONUM)
    }

    fn header(&mut self, value: ValueRef) -> ValueRef {
        self.load(value, ValueRef::NONE, HEADER, Access::I64, alias::HEADER)
    }

    fn tagged_length(&mut self, value: ValueRef) -> ValueRef {
        // The type's upper bits come to lie below the length, where a fixnum has its tag.
        let header = self.header(value);
        let (five, mask) = (self.const_int(5), self.const_int(!7));
        let length = self.op2(OpCode::Shr, header, five);
        self.op2(OpCode::And, length, mask)
    }

    fn in_range(&mut self, index: ValueRef, length: ValueRef) {
        self.guard_int(Condition::ULt, index, length);
    }

    fn field(&mut self, object: ValueRef, i: usize, class: u8) -> ValueRef {
        self.load(object, ValueRef::NONE, BODY + 8 * i as i32, Access::I64, class)
    }

    fn set_field(&mut self, object: ValueRef, i: usize, value: ValueRef, class: u8) {
        self.store(object, ValueRef::NONE, BODY + 8 * i as i32, value, Access::I64, class);
        self.barrier(object, value);
    }

    fn new_object(&mut self, kind: HeapType, body: &[ValueRef], class: u8) -> ValueRef {
        new_object(self, kind, body, class, class)
    }

    fn new_record(&mut self, body: &[ValueRef]) -> ValueRef {
        new_object(self, HeapType::Record, body, alias::RECORD_TYPE, alias::RECORD)
    }

    fn new_pair(&mut self, car: ValueRef, cdr: ValueRef) -> ValueRef {
        let pair = self.alloc(16, TAG_PAIR as u32);
        self.store(pair, ValueRef::NONE, CAR, car, Access::I64, alias::CAR);
        self.store(pair, ValueRef::NONE, CDR, cdr, Access::I64, alias::CDR);
        self.know_tags(pair, PAIR);
        pair
    }

    fn shifted(&mut self, value: ValueRef, bits: i64) -> ValueRef {
        let bits = self.const_int(bits);
        self.op2(OpCode::Sar, value, bits)
    }

    fn shifted_left(&mut self, value: ValueRef, bits: i64) -> ValueRef {
        let bits = self.const_int(bits);
        self.op2(OpCode::Shl, value, bits)
    }

    fn guard_constant(&mut self, condition: Condition, value: ValueRef, constant: i64) {
        let constant = self.const_int(constant);
        self.guard_int(condition, value, constant);
    }

    fn truth(&mut self, value: bool) -> ValueRef {
        self.const_word(Word::boolean(value).0)
    }
}

/// A new object with a body of words, the first of which is of a class of its own.
fn new_object(r: &mut Recorder, kind: HeapType, body: &[ValueRef], first: u8, rest: u8) -> ValueRef {
    let head = r.const_int(header(kind, body.len()) as i64);
    let object = r.alloc(object_bytes(8 * body.len()) as u32, TAG_OBJECT as u32);
    r.store(object, ValueRef::NONE, HEADER, head, Access::I64, alias::HEADER);
    for (i, &word) in body.iter().enumerate() {
        let class = if i == 0 { first } else { rest };
        r.store(object, ValueRef::NONE, BODY + 8 * i as i32, word, Access::I64, class);
    }
    r.know_tags(object, OBJECT);
    object
}

/// A host function that traces call with the machine and words; it returns a word.
pub fn word_function(name: &str, address: *const (), effects: Effects) -> FunctionRef {
    FunctionRef {
        name: name.into(),
        address: address.expose_provenance() as u64,
        convention: CallConvention::Context,
        returns_float: false,
        effects,
    }
}

/// A C function from float to float.
pub fn float_function(name: &str, address: *const ()) -> FunctionRef {
    FunctionRef {
        name: name.into(),
        address: address.expose_provenance() as u64,
        convention: CallConvention::Plain,
        returns_float: true,
        effects: Effects::PURE,
    }
}
