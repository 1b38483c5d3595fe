//! Known bits and ranges: what each operation says of its result, and what a guard that was passed teaches.
//!
//! A trace is straight, so a fact once learned holds for everything behind it; facts sit in a table by value and only
//! get stronger. The loop's head is the one place where they are assumed, see `build::peel`.

use super::facts::{Facts, Impossible, all_tags};
use crate::ir::{Inst, Op, Type};
use limpet_plugin_api::{
    HostLayout,
    trace_op::{Access, Condition},
};

/// Facts about the result of an instruction, from those of its operands.
pub fn of_result(inst: &Inst, a: &Facts, b: &Facts, layout: &HostLayout) -> Facts {
    let tag_bits = layout.tag_bits;
    let raw = match inst.op {
        Op::ConstInt => Facts::constant(inst.imm, tag_bits),
        Op::Add => wrapping(a, b, a.low as i128 + b.low as i128, a.high as i128 + b.high as i128, u64::wrapping_add),
        Op::Sub => wrapping(a, b, a.low as i128 - b.high as i128, a.high as i128 - b.low as i128, u64::wrapping_sub),
        Op::AddChecked => {
            checked(a, b, a.low as i128 + b.low as i128, a.high as i128 + b.high as i128, u64::wrapping_add)
        }
        Op::SubChecked => {
            checked(a, b, a.low as i128 - b.high as i128, a.high as i128 - b.low as i128, u64::wrapping_sub)
        }
        Op::Mul => {
            let (low, high) = product(a, b);
            Facts { zeros: low_mask(a.low_zeros() + b.low_zeros()), ..wide_range(low, high) }
        }
        Op::MulChecked => {
            let (low, high) = product(a, b);
            Facts { zeros: low_mask(a.low_zeros() + b.low_zeros()), ..clamped(low, high) }
        }
        Op::And => {
            let mut facts = Facts::bits(a.zeros | b.zeros, a.ones & b.ones);
            if a.low >= 0 || b.low >= 0 {
                facts.low = 0;
                facts.high = match (a.low >= 0, b.low >= 0) {
                    (true, true) => a.high.min(b.high),
                    (true, false) => a.high,
                    _ => b.high,
                };
            }
            facts
        }
        Op::Or => Facts::bits(a.zeros & b.zeros, a.ones | b.ones),
        Op::Xor => Facts::bits(a.zeros & b.zeros | a.ones & b.ones, a.zeros & b.ones | a.ones & b.zeros),
        Op::Shl | Op::Shr | Op::Sar => match b.exact() {
            Some(count @ 0..64) => shifted(inst.op, a, count as u32),
            _ => Facts::unknown(),
        },
        Op::Quotient if a.low >= 0 && b.low > 0 => Facts::range(0, a.high),
        Op::Remainder => match b.exact() {
            Some(divisor) if divisor != 0 && divisor != i64::MIN => {
                let most = divisor.abs() - 1;
                Facts::range(if a.low >= 0 { 0 } else { -most }, if a.high <= 0 { 0 } else { most })
            }
            _ if a.low >= 0 => Facts::range(0, a.high),
            _ => Facts::unknown(),
        },
        Op::FloatToIntChecked => Facts::range(-(1 << 61), (1 << 61) - 1),
        Op::BoxFloat => Facts::tagged((layout.float.tags | layout.pointer_tags) as u64),
        Op::Alloc => Facts::tagged(1 << (inst.sub & 63)),
        Op::Load if inst.ty == Type::Int => match inst.access() {
            Access::U8 => Facts::range(0, u8::MAX as i64),
            Access::U16 => Facts::range(0, u16::MAX as i64),
            Access::U32 => Facts::range(0, u32::MAX as i64),
            Access::I8 => Facts::range(i8::MIN as i64, i8::MAX as i64),
            Access::I16 => Facts::range(i16::MIN as i64, i16::MAX as i64),
            Access::I32 => Facts::range(i32::MIN as i64, i32::MAX as i64),
            Access::I64 | Access::F64 => Facts::unknown(),
        },
        _ => Facts::unknown(),
    };
    raw.normalize(tag_bits).unwrap_or_else(|Impossible| {
        // Only behind a guard that always fails; saying nothing is right there too.
        Facts { tags: all_tags(tag_bits), ..Facts::unknown() }
    })
}

/// Whether a checked operation can't overflow.
pub fn never_overflows(op: Op, a: &Facts, b: &Facts) -> bool {
    let (low, high) = match op {
        Op::AddChecked => (a.low as i128 + b.low as i128, a.high as i128 + b.high as i128),
        Op::SubChecked => (a.low as i128 - b.high as i128, a.high as i128 - b.low as i128),
        Op::MulChecked => product(a, b),
        _ => return false,
    };
    low >= i64::MIN as i128 && high <= i64::MAX as i128
}

/// Whether a relation between two integers is known to hold (`Some(true)`) or to fail.
pub fn decide(condition: Condition, a: &Facts, b: &Facts) -> Option<bool> {
    use Condition::*;
    // Between non-negative numbers the unsigned relations are the signed ones.
    let natural = a.low >= 0 && b.low >= 0;
    match condition {
        Eq if a.high < b.low || a.low > b.high => Some(false),
        Eq if a.ones & b.zeros != 0 || a.zeros & b.ones != 0 || a.tags & b.tags == 0 => Some(false),
        Eq => (a.exact().is_some() && a.exact() == b.exact()).then_some(true),
        Ne => decide(Eq, a, b).map(|holds| !holds),
        Lt | NotGe if a.high < b.low => Some(true),
        Lt | NotGe if a.low >= b.high => Some(false),
        Le | NotGt if a.high <= b.low => Some(true),
        Le | NotGt if a.low > b.high => Some(false),
        Gt | NotLe => decide(Lt, b, a),
        Ge | NotLt => decide(Le, b, a),
        ULt if natural => decide(Lt, a, b),
        ULe if natural => decide(Le, a, b),
        UGt if natural => decide(Gt, a, b),
        UGe if natural => decide(Ge, a, b),
        _ => None,
    }
}

/// What a passed relation teaches of its operands.
pub fn learn_relation(condition: Condition, a: &Facts, b: &Facts) -> (Facts, Facts) {
    use Condition::*;
    let nothing = (Facts::unknown(), Facts::unknown());
    match condition {
        Eq => (*b, *a),
        Lt | NotGe => {
            (Facts::range(i64::MIN, b.high.saturating_sub(1)), Facts::range(a.low.saturating_add(1), i64::MAX))
        }
        Le | NotGt => (Facts::range(i64::MIN, b.high), Facts::range(a.low, i64::MAX)),
        Gt | NotLe | Ge | NotLt => {
            let (b, a) = learn_relation(condition.swap(), b, a);
            (a, b)
        }
        // a below a non-negative b, unsigned: a is non-negative too.
        ULt if b.low >= 0 => {
            (Facts::range(0, b.high.saturating_sub(1)), Facts::range(a.low.max(0).saturating_add(1), i64::MAX))
        }
        ULe if b.low >= 0 => (Facts::range(0, b.high), Facts::range(a.low.max(0), i64::MAX)),
        UGt | UGe => {
            let (b, a) = learn_relation(condition.swap(), b, a);
            (a, b)
        }
        _ => nothing,
    }
}

fn low_mask(bits: u32) -> u64 {
    if bits >= 64 { u64::MAX } else { (1 << bits) - 1 }
}

/// Low bits of a sum or difference: known as far as both operands are.
fn low_bits(a: &Facts, b: &Facts, operation: fn(u64, u64) -> u64) -> Facts {
    let mask = low_mask(a.known_low_bits().min(b.known_low_bits()));
    let value = operation(a.ones, b.ones);
    Facts::bits(!value & mask, value & mask)
}

fn wide_range(low: i128, high: i128) -> Facts {
    if low >= i64::MIN as i128 && high <= i64::MAX as i128 {
        Facts::range(low as i64, high as i64)
    } else {
        Facts::unknown()
    }
}

fn clamped(low: i128, high: i128) -> Facts {
    let clamp = |value: i128| value.clamp(i64::MIN as i128, i64::MAX as i128) as i64;
    Facts::range(clamp(low), clamp(high))
}

fn wrapping(a: &Facts, b: &Facts, low: i128, high: i128, operation: fn(u64, u64) -> u64) -> Facts {
    let Facts { low, high, .. } = wide_range(low, high);
    Facts { low, high, ..low_bits(a, b, operation) }
}

fn checked(a: &Facts, b: &Facts, low: i128, high: i128, operation: fn(u64, u64) -> u64) -> Facts {
    let Facts { low, high, .. } = clamped(low, high);
    Facts { low, high, ..low_bits(a, b, operation) }
}

fn product(a: &Facts, b: &Facts) -> (i128, i128) {
    let corners =
        [(a.low, b.low), (a.low, b.high), (a.high, b.low), (a.high, b.high)].map(|(x, y)| x as i128 * y as i128);
    (corners.into_iter().min().unwrap_or(i128::MIN), corners.into_iter().max().unwrap_or(i128::MAX))
}

fn shifted(op: Op, a: &Facts, count: u32) -> Facts {
    match op {
        Op::Shl => {
            let facts = Facts::bits(a.zeros << count | low_mask(count), a.ones << count);
            let Facts { low, high, .. } = wide_range((a.low as i128) << count, (a.high as i128) << count);
            Facts { low, high, ..facts }
        }
        Op::Shr => {
            let facts = Facts::bits(a.zeros >> count | !(u64::MAX >> count), a.ones >> count);
            if a.low >= 0 { Facts { low: a.low >> count, high: a.high >> count, ..facts } } else { facts }
        }
        _ => Facts {
            low: a.low >> count,
            high: a.high >> count,
            // An arithmetic shift of both masks copies what is known of the sign.
            ..Facts::bits((a.zeros as i64 >> count) as u64, (a.ones as i64 >> count) as u64)
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bounded_counter_does_not_overflow() {
        let fixnum = Facts::tagged(1).normalize(2).unwrap();
        let (counter, _) = learn_relation(Condition::Lt, &fixnum, &fixnum);
        let counter = counter.meet(&fixnum, 2).unwrap();
        assert!(never_overflows(Op::AddChecked, &counter, &Facts::constant(4, 2)));
        assert!(!never_overflows(Op::AddChecked, &counter, &Facts::constant(8, 2)));
    }

    /// Every relation, on a small grid of ranges: what is decided holds for all members.
    #[test]
    fn decisions_agree_with_evaluation() {
        let values = [-3i64, -1, 0, 2, 5];
        for condition in Condition::ALL {
            for (i, &al) in values.iter().enumerate() {
                for &ah in &values[i..] {
                    for (j, &bl) in values.iter().enumerate() {
                        for &bh in &values[j..] {
                            check(condition, (al, ah), (bl, bh));
                        }
                    }
                }
            }
        }
    }

    fn check(condition: Condition, a: (i64, i64), b: (i64, i64)) {
        let (fa, fb) = (Facts::range(a.0, a.1), Facts::range(b.0, b.1));
        let decision = decide(condition, &fa, &fb);
        let (la, lb) = learn_relation(condition, &fa, &fb);
        for x in a.0..=a.1 {
            for y in b.0..=b.1 {
                let holds = condition.holds_int(x, y);
                assert!(decision.is_none_or(|d| d == holds), "{x} {condition:?} {y}");
                if holds {
                    assert!(la.low <= x && x <= la.high && lb.low <= y && y <= lb.high, "{x} {condition:?} {y}");
                }
            }
        }
    }
}
