//! What single instructions compute, and how they fail.

use super::{Assembler, fix, machine};
use crate::{
    bytecode::{
        kinds::{Kind, MathFunction},
        ops::Op,
    },
    interp::Exit,
    machine::Machine,
    value::{
        HeapType, Word,
        word::{FIXNUM_MAX, FIXNUM_MIN},
    },
};

/// Executes `op` with its destination and operands in registers.
fn binary(machine: &mut Machine, op: Op, x: Word, y: Word) -> Result<Word, Exit> {
    let procedure = Assembler::new("test", 2, 8).op(op, 3, 1, 2).ret(3).closure(machine);
    machine.call(procedure, &[x, y])
}

fn unary(machine: &mut Machine, op: Op, x: Word, n: usize) -> Result<Word, Exit> {
    let procedure = Assembler::new("test", 1, 8).op(op, 2, 1, n).ret(2).closure(machine);
    machine.call(procedure, &[x])
}

fn float(machine: &mut Machine, x: f64) -> Word {
    machine.make_float(x)
}

fn kind_of_failure(result: Result<Word, Exit>) -> String {
    match result {
        Err(Exit::Uncaught(condition)) if condition.is_pair() => condition.car().symbol_name(),
        Err(Exit::Uncaught(condition)) => condition.record_ref(0).symbol_name(),
        other => format!("{other:?}"),
    }
}

#[test]
fn fixnum_arithmetic() {
    let m = &mut machine();
    for (op, x, y, z) in [
        (Op::Add, 3, 4, 7),
        (Op::Sub, 3, 4, -1),
        (Op::Mul, -3, 4, -12),
        (Op::Div, 12, -4, -3),
        (Op::Quotient, -7, 2, -3),
        (Op::Remainder, -7, 2, -1),
        (Op::Modulo, -7, 2, 1),
        (Op::Modulo, 7, -2, -1),
        (Op::Modulo, 6, -2, 0),
        (Op::BitAnd, 12, 10, 8),
        (Op::BitOr, 12, 10, 14),
        (Op::BitXor, 12, 10, 6),
        (Op::Shift, 5, 3, 40),
        (Op::Shift, -5, -1, -3),
        (Op::Shift, -5, -100, -1),
    ] {
        assert_eq!(binary(m, op, fix(x), fix(y)), Ok(fix(z)), "{op:?} {x} {y}");
    }
}

#[test]
fn overflow_goes_to_bignums_and_comes_back() {
    let m = &mut machine();
    let big = binary(m, Op::Add, fix(FIXNUM_MAX), fix(1)).expect("a number");
    assert!(big.is_bignum());
    assert_eq!(binary(m, Op::Sub, big, fix(1)), Ok(fix(FIXNUM_MAX)));
    assert!(binary(m, Op::Sub, fix(FIXNUM_MIN), fix(1)).expect("a number").is_bignum());
    assert!(binary(m, Op::Mul, fix(FIXNUM_MAX), fix(FIXNUM_MAX)).expect("a number").is_bignum());
    assert!(binary(m, Op::Quotient, fix(FIXNUM_MIN), fix(-1)).expect("a number").is_bignum());
    assert!(binary(m, Op::Shift, fix(1), fix(62)).expect("a number").is_bignum());
    assert_eq!(binary(m, Op::Less, fix(0), big), Ok(Word::TRUE));
}

#[test]
fn floats_mix_with_fixnums_and_need_boxes_at_times() {
    let m = &mut machine();
    let (half, huge) = (float(m, 0.5), float(m, 1e300));
    assert!(huge.is_object());
    let sum = binary(m, Op::Add, half, fix(2)).expect("a number");
    assert_eq!(sum.flonum(), Some(2.5));
    let product = binary(m, Op::Mul, huge, huge).expect("a number");
    assert_eq!(product.flonum(), Some(f64::INFINITY));
    assert_eq!(binary(m, Op::Less, half, fix(1)), Ok(Word::TRUE));
    assert_eq!(binary(m, Op::LessEq, product, product), Ok(Word::TRUE));
    let nan = binary(m, Op::Sub, product, product).expect("a number");
    assert_eq!(binary(m, Op::NumEq, nan, nan), Ok(Word::FALSE));
    let root = unary(m, Op::Math, half, MathFunction::Sqrt as usize).expect("a number");
    assert_eq!(root.flonum(), Some(0.5f64.sqrt()));
    let floor = unary(m, Op::Math, half, MathFunction::Floor as usize).expect("a number");
    assert_eq!(floor.flonum(), Some(0.0));
}

#[test]
fn pairs_vectors_and_bytes() {
    let m = &mut machine();
    let pair = binary(m, Op::Cons, fix(1), fix(2)).expect("a pair");
    assert_eq!(unary(m, Op::Car, pair, 0), Ok(fix(1)));
    assert_eq!(unary(m, Op::Cdr, pair, 0), Ok(fix(2)));
    assert_eq!(kind_of_failure(unary(m, Op::Car, fix(5), 0)), "wrong-type");
    let vector = m.vector_from(&[fix(7), fix(8)]);
    assert_eq!(binary(m, Op::VectorRef, vector, fix(1)), Ok(fix(8)));
    assert_eq!(unary(m, Op::VectorLength, vector, 0), Ok(fix(2)));
    assert_eq!(kind_of_failure(binary(m, Op::VectorRef, vector, fix(2))), "out-of-range");
    assert_eq!(kind_of_failure(binary(m, Op::VectorRef, vector, fix(-1))), "out-of-range");
    let set = Assembler::new("set", 3, 8).op(Op::VectorSet, 1, 2, 3).ret(3).closure(m);
    assert_eq!(m.call(set, &[vector, fix(0), pair]), Ok(pair));
    assert_eq!(vector.vector_ref(0), pair);
    let bytes = m.make_bytevector(&[1, 200]);
    assert_eq!(binary(m, Op::BytesRef, bytes, fix(1)), Ok(fix(200)));
    let set = Assembler::new("set", 3, 8).op(Op::BytesSet, 1, 2, 3).ret(3).closure(m);
    assert_eq!(m.call(set, &[bytes, fix(0), fix(255)]), Ok(fix(255)));
    assert_eq!(bytes.bytes(), [255, 200]);
    assert_eq!(kind_of_failure(m.call(set, &[bytes, fix(0), fix(256)])), "wrong-type");
}

#[test]
fn strings_widen_when_they_must() {
    let m = &mut machine();
    let string = m.make_string("abc");
    assert_eq!(binary(m, Op::StringRef, string, fix(1)), Ok(Word::char('b')));
    let set = Assembler::new("set", 3, 8).op(Op::StringSet, 1, 2, 3).ret(3).closure(m);
    assert_eq!(m.call(set, &[string, fix(1), Word::char('λ')]), Ok(Word::char('λ')));
    assert_eq!(string.string_to_rust(), "aλc");
    assert_eq!(binary(m, Op::StringRef, string, fix(1)), Ok(Word::char('λ')));
    assert_eq!(unary(m, Op::StringLength, string, 0), Ok(fix(3)));
    assert_eq!(kind_of_failure(binary(m, Op::StringRef, string, fix(3))), "out-of-range");
    assert_eq!(unary(m, Op::CharToInteger, Word::char('λ'), 0), Ok(fix('λ' as i64)));
    assert_eq!(unary(m, Op::IntegerToChar, fix(0x41), 0), Ok(Word::char('A')));
    assert_eq!(kind_of_failure(unary(m, Op::IntegerToChar, fix(0xd800), 0)), "out-of-range");
}

#[test]
fn records_know_their_type_and_its_parents() {
    let m = &mut machine();
    let name = m.intern("point");
    let fields = m.vector_from(&[name, name]);
    let parent = m.make_record_type(name, fields, Word::FALSE, 0);
    let derived = m.make_record_type(name, fields, parent, 0);
    let make = Assembler::new("make", 3, 8).op(Op::MakeRecord, 4, 1, 2).ret(4).closure(m);
    let record = m.call(make, &[derived, fix(10), fix(20)]).expect("a record");
    assert!(record.is_type(HeapType::Record));
    assert_eq!(binary(m, Op::RecordIs, record, parent), Ok(Word::TRUE));
    assert_eq!(binary(m, Op::RecordIs, fix(1), parent), Ok(Word::FALSE));
    let get = Assembler::new("get", 2, 8).op(Op::RecordRef, 3, 1, 2).unit(1).ret(3).closure(m);
    assert_eq!(m.call(get, &[record, parent]), Ok(fix(20)));
    assert_eq!(kind_of_failure(m.call(get, &[fix(3), parent])), "wrong-type");
    let set = Assembler::new("set", 3, 8).op(Op::RecordSet, 1, 3, 2).unit(0).ret(3).closure(m);
    assert_eq!(m.call(set, &[record, derived, fix(11)]), Ok(fix(11)));
    assert_eq!(record.record_ref(0), fix(11));
}

#[test]
fn records_have_the_fields_of_their_type() {
    let m = &mut machine();
    let name = m.intern("point");
    let fields = m.vector_from(&[name]);
    let point = m.make_record_type(name, fields, Word::FALSE, 0);
    let make = Assembler::new("make", 3, 8).op(Op::MakeRecord, 4, 1, 2).ret(4).closure(m);
    assert_eq!(kind_of_failure(m.call(make, &[point, fix(10), fix(20)])), "arity");
    assert_eq!(kind_of_failure(m.call(make, &[fix(1), fix(10), fix(20)])), "wrong-type");
    let record = m.make_record(point, &[fix(10)]);
    let get = Assembler::new("get", 2, 8).op(Op::RecordRef, 3, 1, 2).unit(1).ret(3).closure(m);
    assert_eq!(kind_of_failure(m.call(get, &[record, point])), "out-of-range");
    let set = Assembler::new("set", 3, 8).op(Op::RecordSet, 1, 3, 2).unit(u32::MAX).ret(3).closure(m);
    assert_eq!(kind_of_failure(m.call(set, &[record, point, fix(11)])), "out-of-range");
}

#[test]
fn kinds_are_told_apart() {
    let m = &mut machine();
    let huge = float(m, 1e300);
    let cases = [
        (Kind::Null, Word::NIL),
        (Kind::Fixnum, fix(1)),
        (Kind::Flonum, huge),
        (Kind::Char, Word::char('x')),
        (Kind::Boolean, Word::FALSE),
        (Kind::Eof, Word::EOF),
        (Kind::Absent, Word::ABSENT),
    ];
    for (kind, _) in cases {
        for (other, word) in cases {
            let outcome = unary(m, Op::Is, word, kind as usize);
            assert_eq!(outcome, Ok(Word::boolean(kind == other)), "{kind:?} of {word:?}");
        }
    }
    assert_eq!(unary(m, Op::Is, huge, Kind::Number as usize), Ok(Word::TRUE));
}

#[test]
fn equivalence_looks_into_boxed_numbers() {
    let m = &mut machine();
    let (x, y) = (m.make_integer(i64::MAX), m.make_integer(i64::MAX));
    assert_eq!(binary(m, Op::Eq, x, y), Ok(Word::FALSE));
    assert_eq!(binary(m, Op::Eqv, x, y), Ok(Word::TRUE));
    assert_eq!(binary(m, Op::Eqv, x, fix(1)), Ok(Word::FALSE));
}

#[test]
fn variables_before_their_definition_are_errors() {
    let m = &mut machine();
    let name = m.intern("nowhere");
    let global = m.make_global(name);
    m.globals.push(global);
    let get = Assembler::new("get", 0, 4).global(Op::GlobalRef, 1, global).ret(1).closure(m);
    assert!(kind_of_failure(m.call(get, &[])).starts_with("unbound"));
    let define = Assembler::new("def", 1, 4).global(Op::GlobalDefine, 1, global).ret(1).closure(m);
    assert_eq!(m.call(define, &[fix(3)]), Ok(fix(3)));
    assert_eq!(m.call(get, &[]), Ok(fix(3)));
    let cell = Assembler::new("cell", 1, 4).op(Op::MakeCell, 2, 1, 0).op(Op::CellRef, 1, 2, 0).ret(1).closure(m);
    assert_eq!(m.call(cell, &[fix(4)]), Ok(fix(4)));
    assert!(kind_of_failure(m.call(cell, &[Word::UNDEFINED])).starts_with("unbound"));
}
