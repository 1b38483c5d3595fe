//! Tests of constructors and accessors; in debug builds free memory is poisoned.

use super::*;
use crate::{gc, machine::Machine};

/// A machine that collects at every few allocations.
fn stressed(period: u32) -> Box<Machine> {
    let config = gc::Config { stress: period, ..gc::Config::with_limit(64 << 20) };
    Machine::bare(crate::machine::Config { heap: config, ..Default::default() }).expect("address space")
}

#[test]
fn pairs_and_lists() {
    let mut m = stressed(3);
    let items: Vec<Word> = (0..1000).map(Word::fixnum).collect();
    let list = m.list(&items);
    assert_eq!(list.list_length(), Some(1000));
    assert!(list.iter_list().eq(items.iter().copied()));
    let improper = m.list_with_tail(&items[..2], Word::TRUE);
    assert_eq!((improper.list_length(), improper.cdr().cdr()), (None, Word::TRUE));
    m.set_cdr(improper.cdr(), improper);
    assert_eq!(improper.list_length(), None, "circular");
    assert_eq!(Word::NIL.list_length(), Some(0));
    let inner: Vec<Word> = (0..50).map(|i| m.make_float(i as f64 * 1e300)).inspect(|_| ()).collect();
    assert_eq!(inner.len(), 50);
}

#[test]
fn words_given_in_rust_memory_survive_the_collection_they_cause() {
    let mut m = stressed(1);
    for length in [1usize, 5, 40, 3000] {
        let height = m.temporaries.len();
        for i in 0..length {
            let boxed = m.make_float(1e300 + i as f64);
            m.temporaries.push(boxed);
        }
        let given: Vec<Word> = m.temporaries.split_off(height);
        let vector = m.vector_from(&given);
        drop(given);
        m.collect_garbage();
        let shown: Vec<f64> = vector.fields().iter().filter_map(|w| w.flonum()).collect();
        assert_eq!(shown.len(), length);
        let list = m.list(vector.fields());
        assert_eq!(list.list_length(), Some(length));
        let pair = {
            let a = m.make_float(1e301);
            let d = m.make_float(1e302);
            m.cons(a, d)
        };
        assert_eq!((pair.car().flonum(), pair.cdr().flonum()), (Some(1e301), Some(1e302)));
    }
}

#[test]
fn numbers() {
    let mut m = stressed(2);
    for x in [0.0, 1.5, -1e300, f64::INFINITY, 1e-300] {
        let word = m.make_float(x);
        assert!(word.is_flonum() && word.is_number() && !word.is_exact_integer());
        assert_eq!(word.flonum(), Some(x));
    }
    for n in [0, -1, i64::MAX, i64::MIN, 1 << 60, -(1 << 60), (1 << 60) - 1] {
        let word = m.make_integer(n);
        assert!(word.is_exact_integer());
        assert_eq!(word.is_fixnum(), Word::try_fixnum(n).is_some());
        assert_eq!(word.to_i64(), Some(n), "{n}");
    }
    assert_eq!(m.make_bignum(true, &[7, 0, 0]), Word::fixnum(-7));
    assert_eq!(m.make_bignum(true, &[]), Word::fixnum(0));
    let big = m.make_bignum(true, &[1, 2, 0]);
    assert_eq!(big.bignum(), Some((true, &[1, 2][..])));
    assert_eq!(big.to_i64(), None);
    assert_eq!(Word::fixnum(3).to_f64(), Some(3.0));
    assert_eq!((Word::fixnum(-1).to_index(), Word::fixnum(9).to_index()), (None, Some(9)));
}

#[test]
fn strings_widen_and_stay_themselves() {
    let mut m = stressed(1);
    let s = m.make_string("grün");
    assert_eq!((s.string_len(), s.string_ref(2)), (4, 'ü'));
    assert!(matches!(s.chars(), Chars::Narrow(_)));
    m.string_set(s, 0, 'λ');
    assert!(matches!(s.chars(), Chars::Wide(_)));
    assert_eq!(s.string_to_rust(), "λrün");
    m.string_set(s, 0, 'g');
    let narrow = m.make_string("grün");
    assert!(s.string_equal(narrow) && s.string_is("grün") && narrow.string_is("grün"));
    assert_eq!(s.string_hash(), narrow.string_hash());
    assert_eq!(narrow.string_hash(), string::hash_text("grün"));
    let larger = m.make_string("grüße 🐚");
    assert_eq!(s.string_compare(larger), std::cmp::Ordering::Less);
    assert_eq!(larger.string_to_rust(), "grüße 🐚");
    let part = m.substring(larger, 4..7);
    assert_eq!(part.string_to_rust(), "e 🐚");
    assert!(!part.string_is("e  ") && !narrow.string_is("gr\u{c3}\u{bc}n"));
    for fill in ['x', 'é', '🐚'] {
        let filled = m.make_string_filled(300, fill).expect("room");
        assert!(filled.string_len() == 300 && filled.chars().iter().all(|c| c == fill));
    }
    let empty = m.make_string("");
    assert_eq!(empty.string_to_rust(), "");
}

#[test]
fn symbols_are_interned() {
    let mut m = stressed(5);
    let car = m.intern("car");
    let many: Vec<String> = (0..3000).map(|i| format!("symbol-{i}")).collect();
    for name in &many {
        m.intern(name);
    }
    m.collect_garbage();
    assert_eq!(m.intern("car"), car);
    assert_eq!(m.symbols.len(), 3001);
    for name in &many {
        let symbol = m.intern(name);
        assert_eq!(&symbol.symbol_name(), name);
        assert!(symbol.symbol_is_interned() && symbol.field(0).string_is_immutable());
    }
    let text = m.make_string("symbol-λ");
    let symbol = m.intern_string(text);
    m.string_set(text, 0, 'X');
    assert_eq!(symbol.symbol_name(), "symbol-λ");
    assert_eq!(m.intern("symbol-λ"), symbol);
    let other = m.uninterned_symbol("car");
    assert!(other != car && !other.symbol_is_interned() && other.symbol_name() == "car");
}

#[test]
fn vectors_and_bytes() {
    let mut m = stressed(4);
    for length in [0usize, 1, 7, 100, 5000, 100_000] {
        let v = m.make_vector(length, Word::TRUE).expect("room");
        assert_eq!(v.vector_len(), length);
        assert!(v.fields().iter().all(|&w| w == Word::TRUE));
        let b = m.make_bytevector_filled(length, 7).expect("room");
        m.bytes_mut(b).iter_mut().for_each(|byte| *byte += 1);
        assert!(b.bytes().len() == length && b.bytes().iter().all(|&byte| byte == 8));
    }
    let v = m.vector_from(&[1, 2, 3, 4, 5].map(Word::fixnum));
    m.vector_copy(v, 1, v, 0..3);
    assert_eq!(v.fields(), [1, 1, 2, 3, 5].map(Word::fixnum));
    m.vector_copy(v, 0, v, 1..4);
    assert_eq!(v.fields(), [1, 2, 3, 3, 5].map(Word::fixnum));
    m.vector_fill(v, 3..5, Word::NIL);
    assert_eq!(v.vector_ref(4), Word::NIL);
}

#[test]
fn records_know_their_types() {
    let mut m = stressed(2);
    let name = m.intern("shape");
    let fields = m.vector_from(&[name]);
    let shape = m.make_record_type(name, fields, Word::FALSE, 0);
    let circle = m.make_record_type(name, fields, shape, 0);
    let record = m.make_record(circle, &[Word::fixnum(1), Word::NIL]);
    assert!(record.is_record_of(circle) && record.is_record_of(shape));
    let plain = m.make_record(shape, &[]);
    assert!(plain.is_record_of(shape) && !plain.is_record_of(circle) && !Word::NIL.is_record_of(shape));
    m.record_set(record, 1, Word::TRUE);
    assert_eq!((record.record_ref(0), record.record_ref(1)), (Word::fixnum(1), Word::TRUE));
    assert_eq!(record.heap_type(), Some(HeapType::Record));
}

#[test]
fn too_large_is_an_error_at_once() {
    let mut m = Machine::new_for_tests();
    m.memory_condition = Word::TRUE;
    for length in [64 << 20, usize::MAX / 16, usize::MAX] {
        assert_eq!(m.make_vector(length, Word::NIL).map_err(|raise| raise.0), Err(Word::TRUE));
    }
    assert!(m.make_bytevector_filled(usize::MAX, 0).is_err() && m.make_string_filled(usize::MAX, 'λ').is_err());
    assert!(m.make_vector(1 << 20, Word::NIL).is_ok());
}
