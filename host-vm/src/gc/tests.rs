//! Tests of the collector through a machine: barrier, reserve, growth, many heaps.

use super::*;
use crate::{
    machine::Machine,
    value::{HeapType, Word},
};
use std::sync::atomic::Ordering;

fn machine(limit: usize) -> Box<Machine> {
    Machine::bare(crate::machine::Config { heap: Config::with_limit(limit), ..Default::default() })
        .expect("address space")
}

/// Keeps a new object reachable from a machine's temporaries only, and makes it old.
#[inline(never)]
fn old(m: &mut Machine, make: fn(&mut Machine) -> Word) -> usize {
    let object = make(m);
    m.temporaries.push(object);
    collect(m, Kind::Young);
    m.temporaries.len() - 1
}

/// Churns through memory, so that what is not found by the collector is overwritten.
#[inline(never)]
fn churn(m: &mut Machine) {
    collect(m, Kind::Young);
    for i in 0..300_000 {
        m.cons(Word::fixnum(i), Word::fixnum(i));
    }
    collect(m, Kind::Young);
}

#[test]
fn old_objects_keep_the_young_ones_they_refer_to() {
    type Make = fn(&mut Machine) -> Word;
    type Store = fn(&mut Machine, Word, Word);
    type Load = fn(Word) -> Word;
    let cases: &[(Make, Store, Load)] = &[
        (|m| m.cons(Word::NIL, Word::NIL), |m, o, x| m.set_car(o, x), |o| o.car()),
        (|m| m.cons(Word::NIL, Word::NIL), |m, o, x| m.set_cdr(o, x), |o| o.cdr()),
        (|m| m.vector_from(&[Word::NIL; 9]), |m, o, x| m.vector_set(o, 7, x), |o| o.vector_ref(7)),
        (|m| m.vector_from(&[Word::NIL; 900]), |m, o, x| m.vector_set(o, 899, x), |o| o.vector_ref(899)),
        (|m| m.vector_from(&[Word::NIL; 9000]), |m, o, x| m.vector_set(o, 7777, x), |o| o.vector_ref(7777)),
        (|m| m.vector_from(&[Word::NIL; 9000]), |m, o, x| m.vector_set(o, 0, x), |o| o.vector_ref(0)),
        (|m| m.vector_from(&[Word::NIL; 9000]), |m, o, x| m.vector_set(o, 8999, x), |o| o.vector_ref(8999)),
        (|m| m.make_record(Word::NIL, &[Word::NIL; 3]), |m, o, x| m.record_set(o, 2, x), |o| o.record_ref(2)),
        (|m| m.make_cell(Word::NIL), |m, o, x| m.set_field(o, 0, x), |o| o.field(0)),
        (|m| m.make_global(Word::NIL), |m, o, x| m.set_field(o, 0, x), |o| o.field(0)),
        // As native code stores: the slow function learns the object only.
        (|m| m.vector_from(&[Word::NIL; 9000]), native_store, |o| o.vector_ref(4000)),
        (
            |m| m.vector_from(&[Word::NIL; 9000]),
            |m, o, x| {
                native_store(m, o, x);
                m.vector_set(o, 3, x)
            },
            |o| o.vector_ref(3),
        ),
    ];
    for (number, &(make, store, load)) in cases.iter().enumerate() {
        let mut m = machine(64 << 20);
        let index = old(&mut m, make);
        // Twice: the object must be armed again after a collection.
        for round in 0..2 {
            let young = m.make_float(1e300 + f64::from(round) * 1e299);
            let object = m.temporaries[index];
            store(&mut m, object, young);
            churn(&mut m);
            let found = load(m.temporaries[index]);
            assert_eq!(found.flonum(), Some(1e300 + f64::from(round) * 1e299), "case {number}, round {round}");
        }
        churn(&mut m);
        m.collect_garbage();
        assert_eq!(load(m.temporaries[index]).flonum(), Some(1e300 + 1e299), "case {number}");
    }
}

#[test]
fn the_word_after_the_last_element_is_not_looked_at() {
    let mut m = machine(64 << 20);
    // Even: eight bytes of the vector's last granule belong to no element. They hold what was there before.
    const LENGTH: usize = 9000;
    #[inline(never)]
    fn leave_garbage(m: &mut Machine) {
        for _ in 0..4 {
            m.make_bytevector_filled(LENGTH * 8 + 8, 0xdb).expect("room");
        }
    }
    leave_garbage(&mut m);
    overwrite_stack();
    m.collect_garbage();
    let index = old(&mut m, |m| m.make_vector(LENGTH, Word::NIL).expect("room"));
    for _ in 0..2 {
        let young = m.cons(Word::TRUE, Word::NIL);
        let vector = m.temporaries[index];
        m.vector_set(vector, LENGTH - 1, young);
        collect(&mut *m, Kind::Young);
        assert_eq!(vector.vector_ref(LENGTH - 1).car(), Word::TRUE);
    }
}

#[allow(unsafe_code)] // Does what native code does.
fn native_store(m: &mut Machine, object: Word, value: Word) {
    let barrier = layout::barrier_layout();
    let body = crate::value::object::field(4000);
    // SAFETY: the object is a vector of more than 4000 elements, and the layout tells how to find its side byte.
    unsafe {
        std::ptr::with_exposed_provenance_mut::<Word>((object.0 as i64 + i64::from(body)) as usize).write(value);
        let context = std::ptr::from_mut(m).cast::<u8>();
        let table = context.offset(barrier.table as isize).cast::<*const u8>().read();
        if table.wrapping_add(object.0 as usize >> barrier.shift).read() == barrier.armed {
            layout::barrier_slow(context, object.0);
        }
    }
}

#[test]
#[allow(unsafe_code)] // Does what native code does.
fn native_code_allocates_by_the_layout() {
    let mut m = machine(64 << 20);
    let alloc = layout::alloc_layout();
    let context = std::ptr::from_mut(&mut *m).cast::<u8>();
    let mut list = Word::NIL;
    for i in 0..500_000 {
        // SAFETY: the fields lie where the layout says; the pair is initialized at once.
        unsafe {
            let cursor = context.offset(alloc.cursor as isize).cast::<u64>();
            let limit = context.offset(alloc.limit as isize).cast::<u64>();
            let mut address = *cursor;
            if address + 16 > *limit {
                address = layout::allocate_slow(context, 16);
            } else {
                *cursor = address + 16;
            }
            assert!(address != 0);
            let pair: *mut [Word; 2] = std::ptr::with_exposed_provenance_mut(address as usize);
            *pair = [Word::fixnum(i), if i % 1000 == 0 { Word::NIL } else { list }];
            list = Word::pair_at(address as usize);
        }
    }
    assert_eq!(list.list_length(), Some(1000));
    // SAFETY: the context is a live machine.
    let (pair, float) = unsafe { (layout::allocate_reserve(context, 16), layout::box_float_slow(context, 1e300)) };
    assert!(pair % 16 == 0 && m.heap.contains(pair as usize));
    assert_eq!(Word(float).flonum(), Some(1e300));
}

#[test]
fn interior_pointers_hold_objects() {
    let mut m = machine(64 << 20);
    let mut inside = Vec::new();
    for length in [3usize, 40, 900, 5000] {
        let bytes = m.make_bytevector(&vec![0x5a; length * 8]);
        // The only reference is one into the middle; it lies on this stack while the collector runs.
        let held = [bytes.address() + length * 4];
        churn(&mut m);
        let address = std::hint::black_box(held)[0];
        inside.push(address);
        assert!(m.heap.contains(address), "{length}");
        m.collect_garbage();
    }
    assert_eq!(inside.len(), 4);
}

/// Makes large garbage and a long list, held by the machine.
#[inline(never)]
fn fill(m: &mut Machine) {
    for _ in 0..20 {
        let vector = m.make_vector(1 << 20, Word::NIL).expect("room");
        m.vector_set(vector, 5, Word::TRUE);
    }
    let mut list = Word::NIL;
    for i in 0..4_000_000 {
        list = m.cons(Word::fixnum(i), list);
    }
    m.temporaries.push(list);
}

#[test]
fn memory_is_reused_and_given_back() {
    let mut m = machine(512 << 20);
    fill(&mut m);
    m.collect_garbage();
    let grown = m.heap.stats();
    assert!(grown.live >= 4_000_000 * 16, "{grown:?}");
    m.temporaries.clear();
    overwrite_stack();
    m.collect_garbage();
    let shrunk = m.heap.stats();
    // A stale word on this stack may hold a vector or two, but the list is gone.
    assert!(shrunk.live < 20 << 20, "{} live", shrunk.live);
    // What the next full collection will need is kept: the minimum and a nursery of half of it.
    assert!(shrunk.heap <= 49 << 20 && shrunk.heap < grown.heap, "{} of {}", shrunk.heap, grown.heap);
    assert!(shrunk.allocated > (4_000_000 * 16) + 20 * (8 << 20));
}

/// Leaves no old words in the part of the stack that the next calls use.
#[inline(never)]
fn overwrite_stack() {
    std::hint::black_box([0u64; 4096]);
}

/// Makes a list until memory is used up, and goes on.
#[inline(never)]
fn exhaust(m: &mut Machine) {
    let mut list = Word::NIL;
    let mut length = 0;
    while m.safepoint.load(Ordering::Relaxed) & INTERRUPT_OUT_OF_MEMORY == 0 {
        list = m.cons(Word::NIL, list);
        length += 1;
        assert!(length < 1 << 20);
    }
    assert!(length > 3 << 16, "{length}");
    for _ in 0..100_000 {
        list = m.cons(Word::NIL, list);
    }
    assert_eq!(list.list_length(), Some(length + 100_000));
    m.temporaries.push(list);
}

#[test]
fn small_allocations_go_on_beyond_the_limit() {
    let mut m = machine(4 << 20);
    exhaust(&mut m);
    m.memory_condition = Word::FALSE;
    assert!(m.make_vector(1 << 15, Word::NIL).is_err(), "no room for what can fail");
    // When the program lets go, it goes on as before.
    m.safepoint.store(0, Ordering::Relaxed);
    m.temporaries.clear();
    overwrite_stack();
    m.collect_garbage();
    assert!(m.make_vector(1 << 15, Word::NIL).is_ok());
    for _ in 0..1_000_000 {
        m.cons(Word::NIL, Word::NIL);
    }
    assert_eq!(m.safepoint.load(Ordering::Relaxed), 0);
}

#[test]
fn handlers_of_an_object_that_did_not_fit_are_not_told_again() {
    let mut m = machine(4 << 20);
    while let Ok(vector) = m.make_vector(1 << 13, Word::NIL) {
        m.temporaries.push(vector);
    }
    // What is left beside the vectors is used up at once, and then the reserve.
    for _ in 0..8_000 {
        m.cons(Word::NIL, Word::NIL);
    }
    let told = |m: &Machine| m.safepoint.load(Ordering::Relaxed) & INTERRUPT_OUT_OF_MEMORY != 0;
    assert!(!told(&m));
    // Who holds on to everything is told in the end.
    let mut list = Word::NIL;
    for _ in 0..1 << 18 {
        list = m.cons(Word::NIL, list);
    }
    assert_ne!(list, Word::NIL);
    assert!(told(&m));
}

#[test]
fn many_heaps_live_in_one_process() {
    let mut machines: Vec<_> = (0..300).map(|_| machine(1 << 30)).collect();
    let mut symbols = Vec::new();
    for (i, m) in machines.iter_mut().enumerate() {
        symbols.push(m.intern(&format!("name-{i}")));
    }
    machines.iter_mut().step_by(2).for_each(|m| m.collect_garbage());
    for (i, m) in machines.iter_mut().enumerate() {
        assert_eq!(m.intern(&format!("name-{i}")), symbols[i]);
        assert_eq!(m.symbols.len(), 1);
    }
    let handle = std::thread::spawn(|| {
        let mut m = machine(64 << 20);
        churn(&mut m);
        m.heap.stats().young
    });
    assert!(handle.join().expect("another thread") >= 2);
}

#[test]
fn deep_structures_do_not_recurse() {
    let mut m = machine(512 << 20);
    let mut nested = Word::NIL;
    for i in 0..1_000_000 {
        nested = if i % 2 == 0 { m.cons(nested, Word::NIL) } else { m.make_object(HeapType::Vector, &[nested]) };
    }
    m.temporaries.push(nested);
    m.collect_garbage();
    let mut depth = 0;
    while nested != Word::NIL {
        nested = if nested.is_pair() { nested.car() } else { nested.vector_ref(0) };
        depth += 1;
    }
    assert_eq!(depth, 1_000_000);
}
