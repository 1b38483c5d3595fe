//! Random traces against an evaluator, on this machine; and on the toy target, whose few registers push values out all
//! the time, against the allocation checker alone.

use super::{host::Host, trace::Builder};
use crate::{
    asm::{env::TraceStart, place, toy::Toy},
    ir::{Inst, InstId, Op, Trace, Type},
};
use limpet_plugin_api::{ExitState, TraceKind, trace_op::Condition};

/// Xorshift: the same sequence on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit
    }

    fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }
}

extern "C" fn mix(a: u64, b: u64) -> u64 {
    super::host::scramble();
    a.rotate_left(7) ^ b
}

const SLOTS: i32 = 12;

struct Maker {
    random: Random,
    t: Builder,
    ints: Vec<InstId>,
    floats: Vec<InstId>,
}

impl Maker {
    /// Recent values are more likely, as in real traces.
    fn int(&mut self) -> InstId {
        let recent = self.ints.len().min(6);
        if self.random.below(3) > 0 {
            self.ints[self.ints.len() - 1 - self.random.below(recent)]
        } else {
            self.random.pick(&self.ints)
        }
    }

    fn step(&mut self) {
        let (a, b) = (self.int(), self.int());
        let (x, y) = (self.random.pick(&self.floats), self.random.pick(&self.floats));
        match self.random.below(15) {
            0..5 => {
                let op = self.random.pick(&[Op::Add, Op::Sub, Op::Mul, Op::And, Op::Or, Op::Xor]);
                let value = self.t.op(op, a, b);
                self.ints.push(value);
            }
            5 => {
                let small = self.t.int(63);
                let count = self.t.op(Op::And, b, small);
                let op = self.random.pick(&[Op::Shl, Op::Shr, Op::Sar]);
                let value = self.t.op(op, a, count);
                self.ints.push(value);
            }
            6 => {
                let (one, mask) = (self.t.int(1), self.t.int(0xff));
                let small = self.t.op(Op::And, b, mask);
                let divisor = self.t.op(Op::Or, small, one);
                let op = self.random.pick(&[Op::Quotient, Op::Remainder]);
                let value = self.t.op(op, a, divisor);
                self.ints.push(value);
            }
            7..9 => {
                let snap = self.snapshot(100);
                let op = self.random.pick(&[Op::AddChecked, Op::SubChecked, Op::MulChecked]);
                let value = self.t.checked(op, a, b, snap);
                self.ints.push(value);
            }
            9 => {
                let value = self.random.pick(&[0i64, 1, -7, 1000, 0x1234_5678_9abc]);
                let value = self.t.int(value);
                self.ints.push(value);
            }
            10 => {
                let snap = self.snapshot(200);
                let condition = self.random.pick(&[Condition::Ne, Condition::Lt, Condition::UGe, Condition::Gt]);
                self.t.guard_int(a, condition, b, snap);
            }
            11 => {
                let f = super::trace::function(
                    mix as *const () as u64,
                    limpet_plugin_api::recording::CallConvention::Plain,
                    false,
                    limpet_plugin_api::Effects::PURE,
                );
                let value = self.t.call(f, &[a, b], crate::ir::SnapId::NONE);
                self.ints.push(value);
            }
            12 => {
                let value = self.t.unary(Op::IntToFloat, a);
                self.floats.push(value);
            }
            _ => {
                let op = self.random.pick(&[Op::FloatAdd, Op::FloatSub, Op::FloatMul]);
                let value = self.t.op(op, x, y);
                self.floats.push(value);
            }
        }
    }

    fn snapshot(&mut self, resume: u64) -> crate::ir::SnapId {
        let count = self.random.below(8);
        let mut values = Vec::new();
        for _ in 0..count {
            values.push(if self.random.below(3) == 0 { self.random.pick(&self.floats) } else { self.int() });
        }
        let number = self.t.trace.snapshots.len() as u64;
        self.t.snap(resume + 1000 * number, &values)
    }
}

fn make(seed: u64) -> Trace {
    let t = Builder::new(TraceKind::Loop);
    let mut maker =
        Maker { random: Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1), t, ints: Vec::new(), floats: Vec::new() };
    for slot in 0..SLOTS {
        if slot % 3 == 2 {
            let value = maker.t.float_slot(slot);
            maker.floats.push(value);
        } else {
            let value = maker.t.slot(slot);
            maker.ints.push(value);
        }
    }
    let length = 3 + maker.random.below(40);
    for _ in 0..length {
        maker.step();
    }
    if maker.random.below(4) == 0 {
        let end = maker.snapshot(1);
        return maker.t.leave(end);
    }
    let counter = maker.t.int(9);
    let mut entries = vec![counter];
    for _ in 0..maker.random.below(7) {
        entries.push(maker.int());
    }
    for _ in 0..maker.random.below(4) {
        entries.push(maker.random.pick(&maker.floats));
    }
    let phis = maker.t.head(&entries);
    for &phi in &phis[1..] {
        if maker.t.trace.inst(phi).ty == Type::Float { maker.floats.push(phi) } else { maker.ints.push(phi) }
    }
    let out = maker.snapshot(2);
    let (zero, one) = (maker.t.int(0), maker.t.int(1));
    maker.t.guard_int(phis[0], Condition::Gt, zero, out);
    let length = 3 + maker.random.below(40);
    for _ in 0..length {
        maker.step();
    }
    let mut back = vec![maker.t.op(Op::Sub, phis[0], one)];
    for &phi in &phis[1..] {
        let float = maker.t.trace.inst(phi).ty == Type::Float;
        back.push(if float { maker.random.pick(&maker.floats) } else { maker.int() });
    }
    maker.t.back(&back);
    maker.t.trace
}

/// Runs a trace on its meaning: the resume address and the slots.
fn evaluate(trace: &Trace, slots: &mut [u64]) -> u64 {
    let entry: Vec<u64> = slots.to_vec();
    let mut values = vec![0u64; trace.insts.len()];
    let leave = |values: &[u64], slots: &mut [u64], snap: crate::ir::SnapId| {
        let snapshot = trace.snapshot(snap);
        for entry in &snapshot.entries {
            if let crate::ir::SnapValue::Value(id) = entry.value {
                slots[entry.slot as usize] = values[id.index()];
            }
        }
        snapshot.resume
    };
    let mut position = 0;
    loop {
        if position == trace.insts.len() {
            let Some(marker) = trace.loop_marker() else {
                return leave(&values, slots, trace.end_snapshot().expect("an end"));
            };
            let back: Vec<u64> = trace.phis.iter().map(|phi| values[phi.back.index()]).collect();
            for (phi, value) in trace.phis.iter().zip(back) {
                values[phi.phi.index()] = value;
            }
            position = marker.index() + 1 + trace.phis.len();
        }
        let inst: &Inst = &trace.insts[position];
        let int = |id: InstId| if id.is_some() { values[id.index()] as i64 } else { 0 };
        let (a, b) = (int(inst.a), int(inst.b));
        let (x, y) = (f64::from_bits(a as u64), f64::from_bits(b as u64));
        let result = match inst.op {
            Op::ConstInt | Op::ConstFloat => Some(inst.imm),
            Op::SlotRead => Some(entry[inst.imm as usize] as i64),
            Op::Loop => {
                let first: Vec<u64> = trace.phis.iter().map(|phi| values[phi.entry.index()]).collect();
                for (phi, value) in trace.phis.iter().zip(first) {
                    values[phi.phi.index()] = value;
                }
                position += 1 + trace.phis.len();
                continue;
            }
            Op::Add => Some(a.wrapping_add(b)),
            Op::Sub => Some(a.wrapping_sub(b)),
            Op::Mul => Some(a.wrapping_mul(b)),
            Op::And => Some(a & b),
            Op::Or => Some(a | b),
            Op::Xor => Some(a ^ b),
            Op::Shl => Some(a << b),
            Op::Shr => Some((a as u64 >> b) as i64),
            Op::Sar => Some(a >> b),
            Op::Quotient => Some(a.wrapping_div(b)),
            Op::Remainder => Some(a.wrapping_rem(b)),
            Op::AddChecked => a.checked_add(b),
            Op::SubChecked => a.checked_sub(b),
            Op::MulChecked => a.checked_mul(b),
            Op::IntToFloat => Some((a as f64).to_bits() as i64),
            Op::FloatAdd => Some((x + y).to_bits() as i64),
            Op::FloatSub => Some((x - y).to_bits() as i64),
            Op::FloatMul => Some((x * y).to_bits() as i64),
            Op::GuardInt => inst.condition().holds_int(a, b).then_some(0),
            Op::Call => {
                let arguments = &trace.call(inst).arguments;
                Some(mix(values[arguments[0].index()], values[arguments[1].index()]) as i64)
            }
            op => panic!("{op:?} is not made by this test"),
        };
        match result {
            Some(result) => values[position] = result as u64,
            None => return leave(&values, slots, inst.snap),
        }
        position += 1;
    }
}

#[test]
fn random_traces_compute_what_they_mean() {
    let mut loops = 0;
    for seed in 1..600 {
        let trace = make(seed);
        loops += usize::from(trace.loop_marker().is_some());
        let mut host = Host::new();
        let mut expected = vec![0u64; 16];
        let mut random = Random(seed);
        for (slot, word) in expected.iter_mut().enumerate() {
            let small = random.below(2000) as i64 - 1000;
            *word = if slot % 3 == 2 { (small as f64 / 8.0).to_bits() } else { small as u64 };
            *host.slot(slot as i32) = *word;
        }
        // Division by minus one of the smallest integer is excluded by the contract; here divisors are positive.
        let resume = evaluate(&trace, &mut expected);
        let exit: ExitState = host.run(&trace);
        assert_eq!(exit.resume, resume, "seed {seed}\n{trace}");
        for (slot, &word) in expected.iter().enumerate() {
            let got = *host.slot(slot as i32);
            let both_nan = f64::from_bits(got).is_nan() && f64::from_bits(word).is_nan();
            assert!(got == word || both_nan, "seed {seed} slot {slot}: {got:#x}, expected {word:#x}\n{trace}");
        }
    }
    assert!(loops > 300);
}

#[test]
fn random_traces_on_four_registers_are_proved() {
    let start =
        TraceStart { root_extent: Some(0), base_offset: 0, inherited: Vec::new(), exits: 0, first_exit: 0, link: None };
    let toy = Toy::with_spill_slots(200);
    for seed in 1..1500 {
        let trace = make(seed);
        place(&trace, &toy, &start, true).unwrap_or_else(|abort| panic!("seed {seed}: {abort}\n{trace}"));
    }
}
