//! A random graph, changed step by step and compared with a mirror of it outside the heap, while collections are forced.
//!
//! In the ordinary suite it takes about a second. Longer: `cargo test --release -p limpet --lib gc::stress_test -- --ignored`.

use super::*;
use crate::{
    machine::Machine,
    value::{HeapType, Word},
};

/// Deterministic random numbers (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n
    }
}

/// What a word should be.
#[derive(Clone, Copy)]
enum Mirror {
    Immediate(Word),
    Pair(usize),
    Object(usize),
    Float(u64),
    Bytes(usize, u8),
    Text(usize, char),
}

const NIL: Mirror = Mirror::Immediate(Word::NIL);

/// Registers that the machine holds.
const HELD: usize = 48;
/// Registers that only the native stack holds.
const NATIVE: usize = 8;
const LENGTHS: [usize; 8] = [0, 1, 14, 17, 200, 900, 3000, 9000];

struct Graph {
    machine: Box<Machine>,
    random: Random,
    pairs: Vec<[Mirror; 2]>,
    objects: Vec<(HeapType, Vec<Mirror>)>,
    held: [Mirror; HELD],
    native: [Mirror; NATIVE],
    floats: u64,
}

impl Graph {
    fn new(config: Config, seed: u64) -> Graph {
        let mut machine =
            Machine::bare(crate::machine::Config { heap: config, ..Default::default() }).expect("address space");
        machine.temporaries = vec![Word::NIL; HELD];
        let random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        Graph { machine, random, pairs: vec![], objects: vec![], held: [NIL; HELD], native: [NIL; NATIVE], floats: 0 }
    }

    fn pick(&mut self) -> (Word, Mirror) {
        let i = self.random.below(HELD);
        (self.machine.temporaries[i], self.held[i])
    }

    fn keep(&mut self, word: Word, mirror: Mirror) {
        let i = self.random.below(HELD);
        self.machine.temporaries[i] = word;
        self.held[i] = mirror;
    }

    fn keep_object(&mut self, word: Word, kind: HeapType, fields: Vec<Mirror>) {
        self.objects.push((kind, fields));
        let number = self.objects.len() - 1;
        self.keep(word, Mirror::Object(number));
    }

    fn allocate(&mut self) {
        let ((a, ma), (b, mb)) = (self.pick(), self.pick());
        match self.random.below(12) {
            0..=4 => {
                let pair = self.machine.cons(a, b);
                self.pairs.push([ma, mb]);
                self.keep(pair, Mirror::Pair(self.pairs.len() - 1));
            }
            5 | 6 => {
                let record = self.machine.make_record(a, &[b, a, Word::NIL]);
                self.keep_object(record, HeapType::Record, vec![ma, mb, ma, NIL]);
            }
            7 => {
                let cell = self.machine.make_cell(a);
                self.keep_object(cell, HeapType::Cell, vec![ma]);
            }
            8 => {
                self.floats += 1;
                let x = 1e300 + self.floats as f64 * 1e290;
                let float = self.machine.make_float(x);
                self.keep(float, Mirror::Float(x.to_bits()));
            }
            9 => {
                let (length, byte) = (self.random.below(600), self.random.below(256) as u8);
                let bytes = self.machine.make_bytevector_filled(length, byte).expect("room");
                self.keep(bytes, Mirror::Bytes(length, byte));
            }
            10 => {
                let (length, c) = (1 + self.random.below(60), ['x', 'é', 'λ'][self.random.below(3)]);
                let text = self.machine.make_string_filled(length, 'x').expect("room");
                (0..length).for_each(|i| self.machine.string_set(text, i, c));
                self.keep(text, Mirror::Text(length, c));
            }
            _ => {
                let length = match self.random.below(8) {
                    0 => LENGTHS[self.random.below(8)],
                    _ => self.random.below(20),
                };
                if self.random.below(2) == 0 {
                    let vector = self.machine.make_vector(length, a).expect("room");
                    self.keep_object(vector, HeapType::Vector, vec![ma; length]);
                } else {
                    let items = vec![b; length];
                    let vector = self.machine.vector_from(&items);
                    self.keep_object(vector, HeapType::Vector, vec![mb; length]);
                }
            }
        }
    }

    fn mutate(&mut self) {
        let ((target, mirror), (value, mv)) = (self.pick(), self.pick());
        if target.is_pointer() && self.random.below(8) == 0 {
            // What native code says after a store, whatever it stored.
            self.machine.heap.remember(target);
        }
        match mirror {
            Mirror::Pair(i) if self.random.below(2) == 0 => {
                self.machine.set_car(target, value);
                self.pairs[i][0] = mv;
            }
            Mirror::Pair(i) => {
                self.machine.set_cdr(target, value);
                self.pairs[i][1] = mv;
            }
            Mirror::Object(i) if !self.objects[i].1.is_empty() => {
                let k = self.random.below(self.objects[i].1.len());
                self.machine.set_field(target, k, value);
                self.objects[i].1[k] = mv;
            }
            _ => {}
        }
    }

    /// Whether a word is what its mirror says, to some depth.
    fn agrees(&self, word: Word, mirror: Mirror, depth: u32) -> bool {
        match mirror {
            _ if depth == 0 => true,
            Mirror::Immediate(expected) => word == expected,
            Mirror::Float(bits) => word.flonum().is_some_and(|x| x.to_bits() == bits),
            Mirror::Bytes(length, byte) => {
                word.is_bytevector() && word.bytes().len() == length && word.bytes().iter().all(|&b| b == byte)
            }
            Mirror::Text(length, c) => {
                word.is_string() && word.string_len() == length && word.chars().iter().all(|x| x == c)
            }
            Mirror::Pair(i) => {
                let [car, cdr] = self.pairs[i];
                word.is_pair() && self.agrees(word.car(), car, depth - 1) && self.agrees(word.cdr(), cdr, depth - 1)
            }
            Mirror::Object(i) => {
                let (kind, fields) = &self.objects[i];
                word.is_type(*kind)
                    && word.length() == fields.len()
                    && (0..fields.len())
                        .step_by(1 + fields.len() / 5)
                        .all(|k| self.agrees(word.field(k), fields[k], depth - 1))
            }
        }
    }

    #[inline(never)]
    fn run(&mut self, steps: usize) {
        let mut native = [Word::NIL; NATIVE];
        // Only an address inside of a bytevector, whose start the collector must find.
        let mut inside: Option<(*const u8, u8)> = None;
        for step in 0..steps {
            match self.random.below(8) {
                0..=4 => self.allocate(),
                5 => self.mutate(),
                6 => {
                    let i = self.random.below(NATIVE);
                    (native[i], self.native[i]) = self.pick();
                }
                _ => {
                    let i = self.random.below(NATIVE);
                    self.keep(native[i], self.native[i]);
                }
            }
            if self.random.below(3000) == 0 {
                let kind = if self.random.below(4) == 0 { Kind::Full } else { Kind::Young };
                collect(&mut *self.machine, kind);
            }
            if self.random.below(2000) == 0 {
                if let Some((address, byte)) = inside {
                    #[allow(unsafe_code)] // Reads through the interior pointer.
                    // SAFETY: the bytevector is held by its interior pointer.
                    let found = unsafe { std::slice::from_raw_parts(address, 32) };
                    assert!(found.iter().all(|&b| b == byte), "interior pointer, step {step}");
                }
                let byte = self.random.below(256) as u8;
                let length = 100 + self.random.below(20_000);
                let bytes = self.machine.make_bytevector_filled(length, byte).expect("room");
                inside = Some((bytes.bytes()[length / 2..].as_ptr(), byte));
            }
            if step % 1000 == 999 {
                std::hint::black_box(&mut native);
                for i in 0..HELD {
                    let word = self.machine.temporaries[i];
                    assert!(self.agrees(word, self.held[i], 6), "register {i}, step {step}");
                }
                for (i, &word) in native.iter().enumerate() {
                    assert!(self.agrees(word, self.native[i], 6), "native {i}, step {step}");
                }
            }
            if step % 10_000 == 9_999 {
                // Let most of the graph go, sometimes all: the mirror would grow without end.
                self.machine.temporaries[4..].fill(Word::NIL);
                self.held[4..].fill(NIL);
                native.fill(Word::NIL);
                self.native = [NIL; NATIVE];
            }
        }
    }
}

fn run(config: Config, seed: u64, steps: usize) {
    let mut graph = Graph::new(config, seed);
    graph.run(steps);
    let statistics = graph.machine.heap.stats();
    assert!(statistics.young > 0 && statistics.full > 0, "{statistics:?}");
}

fn configurations(seed: u64, steps: usize) {
    let base = Config { poison: true, verify: true, minimum: 1 << 20, ..Config::with_limit(512 << 20) };
    run(Config { nursery: 128 << 10, ..base.clone() }, seed, steps);
    run(Config { nursery: 1 << 20, ..base.clone() }, seed + 1, steps);
    run(Config { nursery: 64 << 10, stress: 7, ..base }, seed + 2, steps / 20);
}

#[test]
fn a_random_graph_stays_what_it_is() {
    configurations(1, 60_000);
}

#[test]
#[ignore = "minutes; see the module's header"]
fn many_random_graphs_stay_what_they_are() {
    for seed in 1..40 {
        configurations(seed * 100, 1_000_000);
    }
}
