//! What instructions compute.

use super::{
    host::{FLOAT_TAGS, Host, layout},
    trace::Builder,
};
use crate::{
    asm::Options,
    ir::{Inst, InstId, Op, Type},
};
use limpet_plugin_api::{ExitState, TraceKind, layout::SlotDirection, trace_op::Condition};

/// `op a b` with the operands in slots, then in every mixture with constants.
fn binary(op: Op, a: u64, b: u64) -> Vec<(u64, u64)> {
    let float = op.table_type() == Some(Type::Float);
    let mut results = Vec::new();
    for constants in 0..3 {
        let mut host = Host::new();
        let mut t = Builder::new(TraceKind::Loop);
        let mut operand = |slot: i32, bits: u64, constant: bool| match (constant, float) {
            (false, false) => t.slot(slot),
            (false, true) => t.float_slot(slot),
            (true, false) => t.int(bits as i64),
            (true, true) => t.float(f64::from_bits(bits)),
        };
        let (x, y) = (operand(0, a, constants == 1), operand(1, b, constants == 2));
        let out = t.snap(1, &[]);
        let checked = matches!(op, Op::AddChecked | Op::SubChecked | Op::MulChecked);
        let value = if checked { t.checked(op, x, y, out) } else { t.op(op, x, y) };
        let end = t.snap(2, &[x, y, value]);
        let trace = t.leave(end);
        (*host.slot(0), *host.slot(1)) = (a, b);
        let exit = host.run(&trace);
        assert_eq!((*host.slot(0), *host.slot(1)), (a, b), "operands survive {op:?}");
        results.push((exit.resume, *host.slot(2)));
    }
    assert!(results.iter().all(|result| *result == results[0]), "{op:?} {a:#x} {b:#x}: {results:x?}");
    results
}

const INTS: [i64; 9] = [0, 1, -1, 7, -8, 1 << 40, -(1 << 33) + 5, i64::MAX, i64::MIN];

#[test]
fn integers() {
    for a in INTS {
        for b in INTS {
            let pairs = [
                (Op::Add, a.wrapping_add(b)),
                (Op::Sub, a.wrapping_sub(b)),
                (Op::Mul, a.wrapping_mul(b)),
                (Op::And, a & b),
                (Op::Or, a | b),
                (Op::Xor, a ^ b),
                (Op::Shl, a << (b & 63)),
                (Op::Shr, (a as u64 >> (b & 63)) as i64),
                (Op::Sar, a >> (b & 63)),
            ];
            for (op, expected) in pairs {
                let b = if matches!(op, Op::Shl | Op::Shr | Op::Sar) { b & 63 } else { b };
                assert_eq!(binary(op, a as u64, b as u64)[0], (2, expected as u64), "{op:?} {a} {b}");
            }
            let checked = [
                (Op::AddChecked, a.checked_add(b)),
                (Op::SubChecked, a.checked_sub(b)),
                (Op::MulChecked, a.checked_mul(b)),
            ];
            for (op, expected) in checked {
                let got = binary(op, a as u64, b as u64)[0];
                assert_eq!(got, expected.map_or((1, 0), |value| (2, value as u64)), "{op:?} {a} {b}");
            }
        }
    }
}

#[test]
fn division_by_anything() {
    for a in INTS {
        for b in [1, -1, 2, 3, -7, 8, 4096, 1 << 30, i64::MAX] {
            if a == i64::MIN && b == -1 {
                continue;
            }
            assert_eq!(binary(Op::Quotient, a as u64, b as u64)[0].1 as i64, a / b, "{a} / {b}");
            assert_eq!(binary(Op::Remainder, a as u64, b as u64)[0].1 as i64, a % b, "{a} % {b}");
        }
    }
}

const FLOATS: [f64; 8] = [0.0, -0.0, 1.5, -2.25, 1e300, f64::INFINITY, f64::NAN, 5e-324];

#[test]
fn floats() {
    for a in FLOATS {
        for b in FLOATS {
            let pairs = [(Op::FloatAdd, a + b), (Op::FloatSub, a - b), (Op::FloatMul, a * b), (Op::FloatDiv, a / b)];
            for (op, expected) in pairs {
                let got = f64::from_bits(binary(op, a.to_bits(), b.to_bits())[0].1);
                assert!(got == expected || got.is_nan() && expected.is_nan(), "{op:?} {a} {b}: {got}");
                assert_eq!(got.is_sign_negative() && got == 0.0, expected.is_sign_negative() && expected == 0.0);
            }
        }
    }
}

fn float_unary(op: Op, x: f64) -> f64 {
    let mut host = Host::new();
    let mut t = Builder::new(TraceKind::Loop);
    let a = t.float_slot(0);
    let value = t.unary(op, a);
    let end = t.snap(2, &[a, value]);
    *host.slot(0) = x.to_bits();
    host.run(&t.leave(end));
    host.float(1)
}

#[test]
fn float_functions() {
    for x in [0.5, 1.5, 2.5, -0.5, -1.5, -2.7, 1e18, -0.0, f64::NAN, f64::INFINITY] {
        let pairs = [
            (Op::FloatNeg, -x),
            (Op::FloatAbs, x.abs()),
            (Op::FloatSqrt, x.sqrt()),
            (Op::FloatFloor, x.floor()),
            (Op::FloatCeiling, x.ceil()),
            (Op::FloatTruncate, x.trunc()),
            (Op::FloatRound, x.round_ties_even()),
        ];
        for (op, expected) in pairs {
            let got = float_unary(op, x);
            assert!(
                got.to_bits() == expected.to_bits() || got.is_nan() && expected.is_nan(),
                "{op:?} {x}: {got}, expected {expected}"
            );
        }
    }
}

#[test]
fn rounding_without_the_instruction() {
    // The baseline calls a function: floats must survive it, the argument's register included.
    let target = crate::asm::x64::X64::with_features(&layout(SlotDirection::Up), false, false);
    assert!(!target.sse41 && !target.bmi2);
    let mut t = Builder::new(TraceKind::Loop);
    let (a, n, m) = (t.float_slot(0), t.slot(1), t.slot(2));
    let floor = t.unary(Op::FloatFloor, a);
    let (sum, shifted) = (t.op(Op::FloatAdd, floor, a), t.op(Op::Shl, n, m));
    let end = t.snap(2, &[sum, shifted, m]);
    let trace = t.leave(end);
    let mut host = Host::new();
    host.env.set_target(target);
    (*host.slot(0), *host.slot(1), *host.slot(2)) = ((-1.25f64).to_bits(), 3, 5);
    host.run(&trace);
    assert_eq!((host.float(0), *host.slot(1), *host.slot(2)), (-3.25, 96, 5));
}

#[test]
fn conversions() {
    let cases = [
        (3.0, Some(3)),
        (-0.0, Some(0)),
        (0.5, None),
        (f64::NAN, None),
        (f64::INFINITY, None),
        (1e30, None),
        ((1i64 << 61) as f64, None),
        (-((1i64 << 61) as f64), Some(-(1i64 << 61))),
        (-((1i64 << 61) as f64) * 1.5, None),
        (((1i64 << 60) + (1 << 20)) as f64, Some((1 << 60) + (1 << 20))),
    ];
    for (x, expected) in cases {
        let mut host = Host::new();
        let mut t = Builder::new(TraceKind::Loop);
        let a = t.float_slot(0);
        let out = t.snap(1, &[]);
        let int = t.push(Inst { snap: out, ..Inst::unary(Op::FloatToIntChecked, a) });
        let again = t.unary(Op::IntToFloat, int);
        let end = t.snap(2, &[a, int, again]);
        *host.slot(0) = f64::to_bits(x);
        let exit = host.run(&t.leave(end));
        assert_eq!((exit.resume == 2).then(|| *host.slot(1) as i64), expected, "{x}");
        assert!(expected.is_none() || host.float(2) == x);
    }
}

#[test]
fn boxes() {
    let template = layout(SlotDirection::Up).float;
    for x in [0.0, 1.0, -1.0, 1e10, 2f64.powi(-900), f64::NAN, 123.456, -7e-8] {
        let mut host = Host::new();
        let mut t = Builder::new(TraceKind::Loop);
        let a = t.float_slot(0);
        let word = t.unary(Op::BoxFloat, a);
        let out = t.snap(1, &[a, word]);
        t.push(Inst { snap: out, imm: i64::from(FLOAT_TAGS), ..Inst::unary(Op::GuardTags, word) });
        let again = t.unary(Op::UnboxFloat, word);
        let end = t.snap(2, &[a, word, again]);
        *host.slot(0) = x.to_bits();
        let exit = host.run(&t.leave(end));
        match template.encode(x, 3) {
            Some(word) => {
                assert_eq!((exit.resume, *host.slot(1), *host.slot(2)), (2, word, x.to_bits()), "{x}");
                assert_eq!(host.context.boxes, 0);
            }
            None => {
                assert_eq!((exit.resume, host.context.boxes), (1, 1), "{x}");
                assert_eq!(host.heap[1], x.to_bits());
            }
        }
    }
}

#[test]
fn integer_guards() {
    for condition in Condition::ALL {
        for a in [0i64, 5, -5, i64::MIN, i64::MAX, 1 << 40] {
            for b in [0i64, 5, -5, i64::MAX, 1 << 40, 1000] {
                for constants in 0..3 {
                    let mut host = Host::new();
                    let mut t = Builder::new(TraceKind::Loop);
                    let x = if constants == 1 { t.int(a) } else { t.slot(0) };
                    let y = if constants == 2 { t.int(b) } else { t.slot(1) };
                    let out = t.snap(1, &[]);
                    t.guard_int(x, condition, y, out);
                    let end = t.snap(2, &[]);
                    (*host.slot(0), *host.slot(1)) = (a as u64, b as u64);
                    let resume = host.run(&t.leave(end)).resume;
                    assert_eq!(resume == 2, condition.holds_int(a, b), "{a} {condition:?} {b}");
                }
            }
        }
    }
}

#[test]
fn float_guards_and_nan() {
    let values = [0.0, -0.0, 1.0, -1.0, f64::NAN, f64::INFINITY];
    for condition in Condition::ALL {
        for a in values {
            for b in values {
                let mut host = Host::new();
                let mut t = Builder::new(TraceKind::Loop);
                let (x, y) = (t.float_slot(0), t.float_slot(1));
                let out = t.snap(1, &[]);
                t.guard_float(x, condition, y, out);
                let end = t.snap(2, &[]);
                (*host.slot(0), *host.slot(1)) = (a.to_bits(), b.to_bits());
                let exit = host.run(&t.leave(end));
                assert_eq!(exit.resume == 2, condition.holds_float(a, b), "{a} {condition:?} {b}");
                assert_eq!(exit.exit, if exit.resume == 2 { ExitState::END } else { 0 });
            }
        }
    }
}

#[test]
fn every_set_of_tags() {
    for set in 0..256u64 {
        let mut host = Host::new();
        let mut t = Builder::new(TraceKind::Loop);
        let word = t.slot(0);
        let out = t.snap(1, &[word]);
        t.push(Inst { snap: out, imm: set as i64, ..Inst::unary(Op::GuardTags, word) });
        let end = t.snap(2, &[]);
        let entry = host.compile(&t.leave(end)).entry;
        for tag in 0..8 {
            *host.slot(0) = 0xabcd_ef00 + tag;
            assert_eq!(host.enter(entry).resume == 2, set >> tag & 1 == 1, "{set:#b} {tag}");
        }
    }
}

#[test]
fn masks() {
    let cases: [(u64, u64); 7] = [
        (7, 0),
        (0xff, 0x21),
        (0xffff_ffff, 0x8000_0001),
        (0x7000, 0),
        (0xf000_0000_0000_00ff, 0x1000_0000_0000_0002),
        (u64::MAX, 0x1234_5678_9abc_def0),
        (6, 1),
    ];
    for (mask, expected) in cases {
        let mut host = Host::new();
        let mut t = Builder::new(TraceKind::Loop);
        let (word, m, e) = (t.slot(0), t.int(mask as i64), t.int(expected as i64));
        let out = t.snap(1, &[word]);
        t.push(Inst { snap: out, c: e, ..Inst::binary(Op::GuardMasked, word, m) });
        let end = t.snap(2, &[]);
        let entry = host.compile(&t.leave(end)).entry;
        for word in [expected, expected | !mask, expected ^ 1, !expected, 0, u64::MAX] {
            *host.slot(0) = word;
            assert_eq!(
                host.enter(entry).resume == 2,
                word & mask == expected,
                "{word:#x} & {mask:#x} == {expected:#x}"
            );
        }
    }
}

#[test]
fn a_loop_of_integers() {
    let mut host = Host::new();
    let mut t = Builder::new(TraceKind::Loop);
    let (i0, sum0, limit) = (t.slot(0), t.slot(1), t.slot(2));
    let phis = t.head(&[i0, sum0]);
    let one = t.int(1);
    let out = t.snap(1, &[phis[0], phis[1]]);
    t.guard_int(phis[0], Condition::Lt, limit, out);
    let sum = t.checked(Op::AddChecked, phis[1], phis[0], out);
    let i = t.checked(Op::AddChecked, phis[0], one, out);
    t.back(&[i, sum]);
    (*host.slot(0), *host.slot(1), *host.slot(2)) = (0, 0, 100_000);
    let exit = host.run(&t.trace);
    assert_eq!((exit.resume, exit.exit), (1, 0));
    assert_eq!((*host.slot(0), *host.slot(1)), (100_000, 4_999_950_000));
    // An overflow in the middle: the stub takes the addition back.
    (*host.slot(0), *host.slot(1), *host.slot(2)) = (i64::MAX as u64 - 1, 0, i64::MAX as u64);
    let entry = host.compile(&t.trace).entry;
    host.enter(entry);
    assert_eq!((*host.slot(0), *host.slot(1)), (i64::MAX as u64, i64::MAX as u64 - 1));
    (*host.slot(0), *host.slot(1)) = (3, i64::MAX as u64 - 1);
    assert_eq!(host.enter(entry).exit, 1);
    assert_eq!((*host.slot(0), *host.slot(1)), (3, i64::MAX as u64 - 1));
}

#[test]
fn a_loop_of_floats() {
    // z = z * z + c, until it is larger than 4 or not a number.
    let mut host = Host::new();
    let mut t = Builder::new(TraceKind::Loop);
    let (re0, im0, n0) = (t.float_slot(0), t.float_slot(1), t.slot(2));
    let (cr, ci) = (t.float_slot(3), t.float_slot(4));
    let p = t.head(&[re0, im0, n0]);
    let four = t.float(4.0);
    let one = t.int(1);
    let limit = t.int(1000);
    let out = t.snap(1, &[p[0], p[1], p[2]]);
    let (rr, ii) = (t.op(Op::FloatMul, p[0], p[0]), t.op(Op::FloatMul, p[1], p[1]));
    let size = t.op(Op::FloatAdd, rr, ii);
    t.guard_float(size, Condition::Le, four, out);
    let ri = t.op(Op::FloatMul, p[0], p[1]);
    let twice = t.op(Op::FloatAdd, ri, ri);
    let im = t.op(Op::FloatAdd, twice, ci);
    let difference = t.op(Op::FloatSub, rr, ii);
    let re = t.op(Op::FloatAdd, difference, cr);
    t.guard_int(p[2], Condition::Lt, limit, out);
    let n = t.checked(Op::AddChecked, p[2], one, out);
    t.back(&[re, im, n]);
    let entry = host.compile(&t.trace).entry;
    for (cr, ci) in [(0.3, 0.5), (-0.1, 0.1), (1.0, 1.0), (f64::NAN, 0.0)] {
        let (mut re, mut im, mut n) = (0.0f64, 0.0f64, 0u64);
        while re * re + im * im <= 4.0 && n < 1000 {
            (re, im, n) = (re * re - im * im + cr, (re * im + re * im) + ci, n + 1);
        }
        for (slot, x) in [(0, 0.0), (1, 0.0), (2, 0.0), (3, cr), (4, ci)] {
            *host.slot(slot) = f64::to_bits(x);
        }
        host.enter(entry);
        assert_eq!(*host.slot(2), n, "{cr} {ci}");
        assert!(host.float(0) == re || re.is_nan());
        assert!(host.float(1) == im || im.is_nan());
    }
}

#[test]
fn phis_that_swap() {
    let mut host = Host::new();
    let mut t = Builder::new(TraceKind::Loop);
    let slots: Vec<InstId> = (0..4).map(|slot| t.slot(slot)).collect();
    let floats: Vec<InstId> = (4..7).map(|slot| t.float_slot(slot)).collect();
    let n0 = t.slot(7);
    let entries: Vec<InstId> = slots.iter().chain(&floats).copied().chain([n0]).collect();
    let p = t.head(&entries);
    let (one, zero) = (t.int(1), t.int(0));
    let out = t.snap(1, &p);
    t.guard_int(p[7], Condition::Gt, zero, out);
    let n = t.op(Op::Sub, p[7], one);
    // Two exchanged integers, one copied, one constant; three floats in a circle.
    t.back(&[p[1], p[0], p[1], one, p[5], p[6], p[4], n]);
    for slot in 0..4 {
        *host.slot(slot) = 10 + slot as u64;
    }
    for slot in 4..7 {
        *host.slot(slot) = f64::from(slot).to_bits();
    }
    *host.slot(7) = 5;
    host.run(&t.trace);
    let got: Vec<u64> = (0..8).map(|slot| *host.slot(slot)).collect();
    let f = |x: f64| x.to_bits();
    assert_eq!(got, [11, 10, 11, 1, f(6.0), f(4.0), f(5.0), 0]);
}

#[test]
fn thirty_values_at_once() {
    for direction in [SlotDirection::Up, SlotDirection::Down] {
        let mut host = Host::with(direction, Options { verify: true, ..Options::default() });
        let mut t = Builder::new(TraceKind::Loop);
        let n0 = t.slot(40);
        let one = t.int(1);
        // Sums that can't be made again from slots, carried or around the loop.
        let values: Vec<InstId> = (0..30)
            .map(|slot| {
                let read = t.slot(slot);
                t.op(Op::Add, read, one)
            })
            .collect();
        let mut entries = values[..15].to_vec();
        entries.push(n0);
        let p = t.head(&entries);
        let out = t.snap(1, &p);
        let zero = t.int(0);
        t.guard_int(p[15], Condition::Gt, zero, out);
        let mut back: Vec<InstId> = (0..15).map(|i| t.op(Op::Add, p[i], values[15 + i])).collect();
        back.push(t.op(Op::Sub, p[15], one));
        t.back(&back);
        for slot in 0..30 {
            *host.slot(slot) = slot as u64 * 100;
        }
        *host.slot(40) = 7;
        host.run(&t.trace);
        for slot in 0..15u64 {
            assert_eq!(*host.slot(slot as i32), slot * 100 + 1 + 7 * ((slot + 15) * 100 + 1), "{slot}");
        }
    }
}

#[test]
fn nothing_happens_without_stack() {
    let mut host = Host::new();
    let mut t = Builder::new(TraceKind::Loop);
    let one = t.int(1);
    let end = t.snap(2, &[one]);
    t.trace.extent = 112;
    let entry = host.compile(&t.leave(end)).entry;
    assert_eq!((host.enter(entry).resume, *host.slot(0)), (2, 1), "just enough");
    *host.slot(0) = 0;
    host.context.stack_limit -= 8;
    host.context.base = 0;
    let exit = host.enter(entry);
    assert_eq!((exit.resume, exit.exit, *host.slot(0), host.context.base), (0x5555, ExitState::END, 0, 0));
    assert_eq!(exit.base, host.address(0));
}

#[test]
fn a_safepoint_leaves_when_asked() {
    let mut host = Host::new();
    let mut t = Builder::new(TraceKind::Loop);
    let n0 = t.slot(0);
    let p = t.head(&[n0]);
    let one = t.int(1);
    let out = t.snap(1, &[p[0]]);
    t.push(Inst { snap: out, ..Inst::new(Op::Safepoint) });
    let n = t.op(Op::Add, p[0], one);
    let end = t.snap(3, &[n]);
    let limit = t.int(10);
    t.guard_int(n, Condition::Lt, limit, end);
    t.back(&[n]);
    let entry = host.compile(&t.trace).entry;
    assert_eq!(host.enter(entry).resume, 3);
    host.context.safepoint = 1;
    assert_eq!(host.enter(entry).resume, 1);
}
