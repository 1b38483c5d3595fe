//! Times the collector on the workloads by which it was chosen: `cargo run --release -p limpet --example collector`.
//!
//! Arguments: names of workloads, or none for all. Each runs five times in a heap of its own; shown are the
//! median in seconds, objects per second, and what the collector counted in the last run.

#![allow(unsafe_code)] // Stores as native code does.

use limpet::{
    gc::{Config, Statistics, layout},
    machine::Machine,
    value::Word,
};
use std::time::Instant;

fn tree(m: &mut Machine, depth: u32) -> Word {
    if depth == 0 {
        return m.cons(Word::NIL, Word::NIL);
    }
    let left = tree(m, depth - 1);
    let right = tree(m, depth - 1);
    m.cons(left, right)
}

fn nodes(tree: Word) -> u64 {
    if tree.car() == Word::NIL { 1 } else { 1 + nodes(tree.car()) + nodes(tree.cdr()) }
}

/// Short-lived pairs, and nothing else.
fn raw(m: &mut Machine) -> u64 {
    const PAIRS: i64 = 200_000_000;
    let mut list = Word::NIL;
    for i in 0..PAIRS {
        if i & 7 == 0 {
            list = Word::NIL;
        }
        list = m.cons(Word::fixnum(i), list);
    }
    assert_eq!(list.list_length(), Some(8));
    PAIRS as u64
}

/// Binary trees of many sizes beside one that lives.
fn trees(m: &mut Machine, depth: u32) -> u64 {
    let stretch = tree(m, depth + 1);
    let mut made = nodes(stretch);
    let long_lived = tree(m, depth);
    for d in (4..=depth).step_by(2) {
        for _ in 0..1u32 << (depth - d + 4) {
            let short_lived = tree(m, d);
            made += nodes(short_lived);
        }
    }
    made + nodes(long_lived)
}

fn record(m: &mut Machine, left: Word, right: Word) -> Word {
    m.make_values(&[left, right, Word::fixnum(0), Word::fixnum(0)])
}

fn tree_of_records(m: &mut Machine, depth: u32) -> Word {
    if depth == 0 {
        return record(m, Word::NIL, Word::NIL);
    }
    let left = tree_of_records(m, depth - 1);
    let right = tree_of_records(m, depth - 1);
    record(m, left, right)
}

fn populate(m: &mut Machine, depth: u32, node: Word) {
    if depth == 0 {
        return;
    }
    for side in 0..2 {
        let child = record(m, Word::NIL, Word::NIL);
        m.set_field(node, side, child);
    }
    populate(m, depth - 1, node.field(0));
    populate(m, depth - 1, node.field(1));
}

/// Trees made top-down and bottom-up, after Boehm, Ellis and Kovac.
fn gcbench(m: &mut Machine) -> u64 {
    let size = |depth: u32| (1u64 << (depth + 1)) - 1;
    tree_of_records(m, 18);
    let long_lived = record(m, Word::NIL, Word::NIL);
    populate(m, 16, long_lived);
    let array = m.make_bytevector_filled(4_000_000, 1).expect("room");
    let mut made = size(18) + size(16);
    for depth in (4..=16).step_by(2) {
        let times = 2 * size(18) / size(depth);
        for _ in 0..times {
            let root = record(m, Word::NIL, Word::NIL);
            populate(m, depth, root);
        }
        for _ in 0..times {
            tree_of_records(m, depth);
        }
        made += 2 * times * size(depth);
    }
    assert!(long_lived.field(0) != Word::NIL && array.bytes()[1000] == 1);
    made
}

fn four(m: &mut Machine, n: i64) -> Word {
    m.list(&[Word::fixnum(n), Word::fixnum(n + 1), Word::fixnum(n + 2), Word::fixnum(n + 3)])
}

/// How an element of a vector is changed.
type Store = fn(&mut Machine, Word, usize, Word);

fn store(m: &mut Machine, vector: Word, i: usize, value: Word) {
    m.vector_set(vector, i, value);
}

/// As native code does it: the barrier learns which object, not which element.
fn native_store(m: &mut Machine, vector: Word, i: usize, value: Word) {
    let barrier = layout::barrier_layout();
    // SAFETY: the vector has this element; the barrier is what the layout says.
    unsafe {
        std::ptr::with_exposed_provenance_mut::<Word>(vector.address() + 8 + 8 * i).write(value);
        let context = std::ptr::from_mut(m).cast::<u8>();
        let table = context.offset(barrier.table as isize).cast::<*const u8>().read();
        if table.wrapping_add(vector.0 as usize >> barrier.shift).read() == barrier.armed {
            layout::barrier_slow(context, vector.0);
        }
    }
}

/// A large old vector that is changed all the time.
fn changed_vector(m: &mut Machine, store: Store) -> u64 {
    const LENGTH: usize = 500_000;
    const CHANGES: u64 = 5_000_000;
    let vector = m.make_vector(LENGTH, Word::NIL).expect("room");
    for i in 0..LENGTH {
        let list = four(m, i as i64);
        store(m, vector, i, list);
    }
    let mut random = 0x9e37_79b9_7f4a_7c15u64;
    for n in 0..CHANGES {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let list = four(m, n as i64);
        store(m, vector, (random as u32 as usize * LENGTH) >> 32, list);
    }
    assert!(vector.fields().iter().all(|list| list.list_length() == Some(4)));
    (LENGTH as u64 + CHANGES) * 4
}

/// A large old vector of which one place is changed now and then, beside short-lived pairs.
fn quiet_vector(m: &mut Machine, store: Store) -> u64 {
    const LENGTH: usize = 2_000_000;
    let vector = m.make_vector(LENGTH, Word::NIL).expect("room");
    for i in 0..LENGTH {
        let pair = m.cons(Word::NIL, Word::NIL);
        store(m, vector, i, pair);
    }
    for i in 0..20_000_000 {
        let list = four(m, i);
        if i % 1000 == 0 {
            store(m, vector, i as usize % LENGTH, list);
        }
    }
    assert_eq!(vector.vector_ref(1000).list_length(), Some(4));
    82_000_000
}

/// Lists made by native recursion.
fn deep(m: &mut Machine) -> u64 {
    fn recurse(m: &mut Machine, n: i64) -> Word {
        if n == 0 {
            return Word::NIL;
        }
        let pair = m.cons(Word::fixnum(n), Word::NIL);
        let rest = recurse(m, n - 1);
        m.cons(pair, rest)
    }
    for _ in 0..200 {
        let list = recurse(m, 50_000);
        assert_eq!(list.list_length(), Some(50_000));
    }
    200 * 2 * 50_000
}

/// A live tree of 64 MB beside short-lived ones.
fn big(m: &mut Machine) -> u64 {
    let long_lived = tree(m, 21);
    let mut made = 0;
    for _ in 0..120_000 {
        let short_lived = tree(m, 8);
        made += nodes(short_lived);
    }
    made + nodes(long_lived)
}

type Workload = (&'static str, fn(&mut Machine) -> u64);
const WORKLOADS: &[Workload] = &[
    ("raw", raw),
    ("trees16", |m| trees(m, 16)),
    ("trees18", |m| trees(m, 18)),
    ("gcbench", gcbench),
    ("changed-vector", |m| changed_vector(m, store)),
    ("changed-native", |m| changed_vector(m, native_store)),
    ("quiet-vector", |m| quiet_vector(m, store)),
    ("quiet-native", |m| quiet_vector(m, native_store)),
    ("deep", deep),
    ("big", big),
];

fn run(work: fn(&mut Machine) -> u64) -> (f64, u64, Statistics) {
    let config = Config { poison: false, ..Config::with_limit(2 << 30) };
    let mut machine = Machine::bare(config).expect("address space for the heap");
    let started = Instant::now();
    let objects = work(&mut machine);
    (started.elapsed().as_secs_f64(), objects, machine.heap.stats())
}

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    for &(name, work) in WORKLOADS {
        if !wanted.is_empty() && !wanted.iter().any(|w| w == name) {
            continue;
        }
        let mut runs: Vec<_> = (0..5).map(|_| run(work)).collect();
        runs.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (seconds, objects, statistics) = &runs[2];
        println!("{name:15} {seconds:7.3} s {:6.1} M/s  {}", *objects as f64 / seconds / 1e6, statistics.to_json());
    }
}
