//! Random recordings for the machine: a counting loop over fixnums, floats and pairs, and what goes on at its exits.
//!
//! Slots: 0 the counter, 1 its limit, 2 and 3 fixnums, 4 and 5 floats, 6 and 7 pairs (one and the same at
//! the start), 8 to 11 anything that was written.
//! Every snapshot has its own resume address, so that an exit says where the program stands.

use super::random::Random;
use std::{collections::BTreeMap, fmt::Write};

/// What a slot holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A fixnum.
    Fixnum,
    /// A float.
    Float,
    /// A pair.
    Pair,
}

/// A recording in text, and for each of its snapshots what is known of the slots there.
pub struct Generated {
    /// The recording.
    pub text: String,
    /// By resume address: distance of the base from the root's, and kinds of slots relative to the root's base.
    pub states: Vec<(u64, i32, BTreeMap<i32, Kind>)>,
}

/// Kinds of slots at the root's entry.
pub fn root_kinds() -> BTreeMap<i32, Kind> {
    use Kind::*;
    BTreeMap::from([(0, Fixnum), (1, Fixnum), (2, Fixnum), (3, Fixnum), (4, Float), (5, Float), (6, Pair), (7, Pair)])
}

struct Writer<'a> {
    random: &'a mut Random,
    resume: &'a mut u64,
    /// The base of this recording relative to the root's.
    base: i32,
    lines: String,
    snapshots: String,
    count: usize,
    snapshot_count: usize,
    states: Vec<(u64, i32, BTreeMap<i32, Kind>)>,
    /// What slots (relative to the root's base) hold now.
    kinds: BTreeMap<i32, Kind>,
    /// Values of slots that were read or written.
    slots: BTreeMap<i32, String>,
    written: BTreeMap<i32, String>,
    fixnums: Vec<String>,
    floats: Vec<String>,
    boxed: Vec<String>,
    pairs: Vec<String>,
    /// Whether numbers are compared.
    comparisons: bool,
    /// The state before the instruction that is being lowered: guards leave with it.
    current: Option<usize>,
}

/// A loop.
pub fn root(random: &mut Random, resume: &mut u64) -> Generated {
    let kinds = root_kinds();
    let mut writer = Writer::new(random, resume, 0, kinds);
    writer.guard("Safepoint");
    writer.body(3, 24);
    writer.finish("loop \"root\" start 0x10 extent 40\n", "end loop", 0x10)
}

/// A side trace from a state.
pub fn side(random: &mut Random, resume: &mut u64, start: u64, base: i32, kinds: BTreeMap<i32, Kind>) -> Generated {
    let back = random.below(4) > 0;
    let mut writer = Writer::new(random, resume, base, kinds);
    writer.body(0, 12);
    let head = format!("side 0.0 \"side\" start {start:#x} extent 40\n");
    if back {
        writer.finish(&head, "end link 0", 0x10)
    } else {
        *writer.resume += 1;
        let end = *writer.resume;
        writer.finish(&head, "end leave", end)
    }
}

impl<'a> Writer<'a> {
    fn new(random: &'a mut Random, resume: &'a mut u64, base: i32, kinds: BTreeMap<i32, Kind>) -> Writer<'a> {
        Writer {
            comparisons: random.below(3) > 0,
            random,
            resume,
            base,
            lines: String::new(),
            snapshots: String::new(),
            count: 0,
            snapshot_count: 0,
            states: Vec::new(),
            kinds,
            slots: BTreeMap::new(),
            written: BTreeMap::new(),
            fixnums: Vec::new(),
            floats: Vec::new(),
            boxed: Vec::new(),
            pairs: Vec::new(),
            current: None,
        }
    }

    fn op(&mut self, text: &str) -> String {
        let name = format!("v{}", self.count);
        self.count += 1;
        let _ = writeln!(self.lines, "  {name} = {text}");
        name
    }

    fn effect(&mut self, text: &str) {
        self.count += 1;
        let _ = writeln!(self.lines, "  {text}");
    }

    /// A guard that leaves with the present state; several may share it.
    fn guard(&mut self, text: &str) {
        let snap = self.snap();
        self.effect(&format!("{text} s{snap}"));
    }

    fn snap(&mut self) -> usize {
        if let Some(snap) = self.current {
            return snap;
        }
        *self.resume += 1;
        let resume = *self.resume;
        // Sometimes the program stands in another frame.
        let base = if self.random.below(4) == 0 { self.base + 2 } else { self.base };
        let snap = self.snapshot(resume, base);
        self.states.push((resume, base, self.kinds.clone()));
        self.current = Some(snap);
        snap
    }

    fn snapshot(&mut self, resume: u64, base: i32) -> usize {
        let snap = self.snapshot_count;
        self.snapshot_count += 1;
        let _ = write!(self.snapshots, "s{snap} resume {resume:#x} base {} top {}", base - self.base, 12 - self.base);
        for (slot, value) in &self.written {
            let _ = write!(self.snapshots, " [{}]={value}", slot - self.base);
        }
        let _ = writeln!(self.snapshots);
        snap
    }

    fn read(&mut self, slot: i32) -> String {
        if let Some(value) = self.slots.get(&slot) {
            return value.clone();
        }
        let value = self.op(&format!("SlotRead {}", slot - self.base));
        self.slots.insert(slot, value.clone());
        value
    }

    fn write(&mut self, slot: i32, value: &str, kind: Kind) {
        self.slots.insert(slot, value.into());
        self.written.insert(slot, value.into());
        self.kinds.insert(slot, kind);
        self.current = None;
    }

    fn random_slot(&mut self, kind: Kind) -> Option<i32> {
        let slots: Vec<i32> = self.kinds.iter().filter(|(_, known)| **known == kind).map(|(&slot, _)| slot).collect();
        (!slots.is_empty()).then(|| *self.random.pick(&slots))
    }

    fn fixnum(&mut self) -> String {
        if !self.fixnums.is_empty() && self.random.below(2) > 0 {
            return self.random.pick(&self.fixnums.clone()).clone();
        }
        let value = match self.random_slot(Kind::Fixnum).filter(|_| self.random.below(4) > 0) {
            Some(slot) => {
                let value = self.read(slot);
                self.guard(&format!("GuardTags {value} {{0}}"));
                value
            }
            None => {
                let number = [0i64, 8, 16, -8, 80, 4096][self.random.below(6)];
                self.op(&format!("ConstInt {number}"))
            }
        };
        self.fixnums.push(value.clone());
        value
    }

    fn float(&mut self) -> String {
        if !self.floats.is_empty() && self.random.below(2) > 0 {
            return self.random.pick(&self.floats.clone()).clone();
        }
        let value = match self.random_slot(Kind::Float).filter(|_| self.random.below(3) > 0) {
            Some(slot) => {
                let word = self.read(slot);
                self.guard(&format!("GuardTags {word} {{3,4}}"));
                self.op(&format!("UnboxFloat {word}"))
            }
            None => {
                let number = ["1.5", "2.0", "0.75", "-3.25", "1.0"][self.random.below(5)];
                self.op(&format!("ConstFloat {number}"))
            }
        };
        self.floats.push(value.clone());
        value
    }

    fn boxed(&mut self) -> String {
        if !self.boxed.is_empty() && self.random.below(2) > 0 {
            return self.random.pick(&self.boxed.clone()).clone();
        }
        let value = self.float();
        self.floats.push(value);
        self.box_last()
    }

    /// Boxes the last float, behind guards that keep it an immediate in every engine: not zero, not extreme.
    fn box_last(&mut self) -> String {
        let value = self.floats.last().cloned().unwrap_or_default();
        let magnitude = self.op(&format!("FloatAbs {value}"));
        let (low, high) = (self.op("ConstFloat 1e-30"), self.op("ConstFloat 1e30"));
        self.guard(&format!("GuardFloat {magnitude} gt {low}"));
        self.guard(&format!("GuardFloat {magnitude} lt {high}"));
        let word = self.op(&format!("BoxFloat {value}"));
        self.boxed.push(word.clone());
        word
    }

    fn pair(&mut self) -> String {
        if !self.pairs.is_empty() && self.random.below(2) > 0 {
            return self.random.pick(&self.pairs.clone()).clone();
        }
        let value = match self.random_slot(Kind::Pair).filter(|_| self.random.below(2) > 0) {
            Some(slot) => {
                let value = self.read(slot);
                self.guard(&format!("GuardTags {value} {{1}}"));
                value
            }
            None => {
                // Mostly of the kinds that loads expect.
                let (car, cdr) = match self.random.below(4) {
                    0 => (self.word().0, self.word().0),
                    _ => (self.fixnum(), self.boxed()),
                };
                let snap = self.snap();
                let pair = self.op(&format!("Alloc 16 tag 1 s{snap}"));
                self.effect(&format!("Store.I64 [{pair} -1] class 0 {car}"));
                self.effect(&format!("Store.I64 [{pair} +7] class 0 {cdr}"));
                pair
            }
        };
        self.pairs.push(value.clone());
        value
    }

    fn word(&mut self) -> (String, Kind) {
        match self.random.below(5) {
            0 | 1 => (self.fixnum(), Kind::Fixnum),
            2 | 3 => (self.boxed(), Kind::Float),
            _ => (self.pair(), Kind::Pair),
        }
    }

    fn body(&mut self, least: usize, most: usize) {
        let counter = self.read(0);
        let limit = self.read(1);
        self.guard(&format!("GuardTags {counter} {{0}}"));
        self.guard(&format!("GuardTags {limit} {{0}}"));
        self.guard(&format!("GuardInt {counter} lt {limit}"));
        for _ in 0..least + self.random.below(most) {
            self.instruction();
        }
        self.use_results();
        let one = self.op("ConstInt 8");
        let snap = self.snap();
        let next = self.op(&format!("AddChecked {counter} {one} s{snap}"));
        self.write(0, &next, Kind::Fixnum);
    }

    /// What was computed is seen: a checksum of all fixnums, the last floats and words.
    fn use_results(&mut self) {
        let mut sum = self.read(3);
        self.guard(&format!("GuardTags {sum} {{0}}"));
        for value in self.fixnums.clone() {
            sum = self.op(&format!("Xor {sum} {value}"));
        }
        self.write(3, &sum, Kind::Fixnum);
        if let Some(word) = self.boxed.last().cloned() {
            self.write(8, &word, Kind::Float);
        }
        if let Some(word) = self.pairs.last().cloned()
            && self.random.below(2) == 0
        {
            self.write(9, &word, Kind::Pair);
        }
        if let Some(float) = self.floats.last().cloned() {
            // The average stays within the range of immediate floats.
            let word = self.read(5);
            self.guard(&format!("GuardTags {word} {{3,4}}"));
            let old = self.op(&format!("UnboxFloat {word}"));
            let half = self.op("ConstFloat 0.5");
            let sum = self.op(&format!("FloatAdd {old} {float}"));
            let average = self.op(&format!("FloatMul {sum} {half}"));
            self.floats = vec![average];
            let boxed = self.box_last();
            self.write(5, &boxed, Kind::Float);
        }
    }

    fn instruction(&mut self) {
        // Some programs never leave but at their loads.
        let kinds = if self.comparisons { 16 } else { 14 };
        match self.random.below(kinds) {
            0..=2 => {
                let (a, b) = (self.fixnum(), self.fixnum());
                let op = ["AddChecked", "SubChecked", "AddChecked", "And", "Or", "Xor"][self.random.below(6)];
                let snap = self.snap();
                let snap = if op.ends_with("Checked") { format!(" s{snap}") } else { String::new() };
                let value = self.op(&format!("{op} {a} {b}{snap}"));
                self.fixnums.push(value);
            }
            3 => {
                let a = self.fixnum();
                let three = self.op("ConstInt 3");
                let raw = self.op(&format!("Sar {a} {three}"));
                match self.random.below(3) {
                    0 => {
                        let value = self.op(&format!("IntToFloat {raw}"));
                        self.floats.push(value);
                    }
                    1 => {
                        let b = self.fixnum();
                        let snap = self.snap();
                        let value = self.op(&format!("MulChecked {raw} {b} s{snap}"));
                        self.fixnums.push(value);
                    }
                    _ => {
                        let five = self.op("ConstInt 5");
                        let op = ["Quotient", "Remainder"][self.random.below(2)];
                        let raw = self.op(&format!("{op} {raw} {five}"));
                        let value = self.op(&format!("Shl {raw} {three}"));
                        self.fixnums.push(value);
                    }
                }
            }
            4 | 5 => {
                let (a, b) = (self.float(), self.float());
                let op = ["FloatAdd", "FloatSub", "FloatMul", "FloatDiv"][self.random.below(4)];
                let value = self.op(&format!("{op} {a} {b}"));
                self.floats.push(value);
            }
            6 => {
                let a = self.float();
                let op = ["FloatNeg", "FloatAbs", "FloatFloor", "FloatRound"][self.random.below(4)];
                let value = self.op(&format!("{op} {a}"));
                self.floats.push(value);
            }
            14 if self.random.below(2) == 0 => {
                // Another way every few iterations.
                let counter = self.read(0);
                let bit = [8, 16, 32][self.random.below(3)];
                let bit = self.op(&format!("ConstInt {bit}"));
                let zero = self.op("ConstInt 0");
                let parity = self.op(&format!("And {counter} {bit}"));
                let condition = ["eq", "ne"][self.random.below(2)];
                self.guard(&format!("GuardInt {parity} {condition} {zero}"));
            }
            14 => {
                let (a, b) = (self.fixnum(), self.fixnum());
                let condition = ["ne", "lt", "ge", "ult", "le", "gt"][self.random.below(6)];
                self.guard(&format!("GuardInt {a} {condition} {b}"));
            }
            15 => {
                let (a, b) = (self.float(), self.float());
                let condition = ["ne", "lt", "nge", "gt", "ngt"][self.random.below(5)];
                self.guard(&format!("GuardFloat {a} {condition} {b}"));
            }
            7..=9 => {
                let pair = self.pair();
                let car = self.random.below(2) == 0;
                let offset = if car { "-1" } else { "+7" };
                let value = self.op(&format!("Load.I64 [{pair} {offset}] class 0"));
                if car {
                    self.guard(&format!("GuardTags {value} {{0}}"));
                    self.fixnums.push(value);
                } else {
                    self.guard(&format!("GuardTags {value} {{3,4}}"));
                    let unboxed = self.op(&format!("UnboxFloat {value}"));
                    self.floats.push(unboxed);
                    self.boxed.push(value);
                }
            }
            10 | 11 => {
                let pair = self.pair();
                // No cycles, so that states can be printed: pairs are only stored in new ones.
                let car = self.random.below(2) == 0;
                let value = if car { self.fixnum() } else { self.boxed() };
                let offset = if car { "-1" } else { "+7" };
                self.effect(&format!("Store.I64 [{pair} {offset}] class 0 {value}"));
                self.effect(&format!("Barrier {pair} {value}"));
                // What a guard behind it would execute again has been done: that is another state.
                self.current = None;
            }
            _ => {
                let (value, kind) = self.word();
                let slots: &[i32] = match kind {
                    Kind::Fixnum => &[2, 3, 8, 9, 10, 11],
                    Kind::Float => &[4, 5, 8, 9, 10, 11],
                    Kind::Pair => &[6, 7, 8, 9, 10, 11],
                };
                let slot = *self.random.pick(slots);
                self.write(slot, &value, kind);
            }
        }
    }

    fn finish(mut self, head: &str, end: &str, resume: u64) -> Generated {
        let snap = self.snapshot(resume, 0);
        let text = format!("{head}{}{end} s{snap}\n{}", self.lines, self.snapshots);
        Generated { text, states: self.states }
    }
}
