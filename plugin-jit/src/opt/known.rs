//! Rules that ask what is known of values: guards that are decided, checks that are not needed, masks that mask nothing.

use super::{Pipeline, fold::Fold, range};
use crate::ir::{Inst, Op};

/// Simplifies an instruction by the facts of its operands.
pub fn simplify(pipeline: &mut Pipeline, inst: &Inst) -> Fold {
    let facts = |id| pipeline.facts(id);
    match inst.op {
        Op::AddChecked | Op::SubChecked | Op::MulChecked => {
            if range::never_overflows(inst.op, &facts(inst.a), &facts(inst.b)) {
                let plain = match inst.op {
                    Op::AddChecked => Op::Add,
                    Op::SubChecked => Op::Sub,
                    _ => Op::Mul,
                };
                return Fold::Become(Inst::binary(plain, inst.a, inst.b));
            }
            Fold::Keep
        }
        Op::GuardTags => {
            let (tags, set) = (facts(inst.a).tags, inst.imm as u64);
            if tags & !set == 0 {
                Fold::Holds
            } else if tags & set == 0 {
                Fold::Fails
            } else {
                Fold::Keep
            }
        }
        Op::GuardMasked => {
            let (Some(mask), Some(expected)) = (pipeline.constant(inst.b), pipeline.constant(inst.c)) else {
                return Fold::Keep;
            };
            let (mask, expected, facts) = (mask as u64, expected as u64, facts(inst.a));
            if mask & expected & facts.zeros != 0 || mask & !expected & facts.ones != 0 {
                Fold::Fails
            } else if mask & !(facts.zeros | facts.ones) == 0 {
                Fold::Holds
            } else {
                Fold::Keep
            }
        }
        Op::GuardInt => match range::decide(inst.condition(), &facts(inst.a), &facts(inst.b)) {
            Some(true) => Fold::Holds,
            Some(false) => Fold::Fails,
            None => Fold::Keep,
        },
        Op::And => match pipeline.constant(inst.b) {
            Some(mask) if !(mask as u64) & !facts(inst.a).zeros == 0 => Fold::Value(inst.a),
            _ => Fold::Keep,
        },
        Op::Or => match pipeline.constant(inst.b) {
            Some(bits) if bits as u64 & !facts(inst.a).ones == 0 => Fold::Value(inst.a),
            _ => Fold::Keep,
        },
        Op::Shr | Op::Sar => untagged_shift(pipeline, inst),
        Op::Quotient | Op::Remainder => match pipeline.constant(inst.b) {
            // Of non-negative numbers, by a power of two.
            Some(divisor) if divisor > 0 && divisor.count_ones() == 1 && facts(inst.a).low >= 0 => {
                let (op, operand) = match inst.op {
                    Op::Quotient => (Op::Shr, divisor.trailing_zeros() as i64),
                    _ => (Op::And, divisor - 1),
                };
                let operand = pipeline.append(Inst::int(operand));
                Fold::Become(Inst::binary(op, inst.a, operand))
            }
            _ => Fold::Keep,
        },
        _ => Fold::Keep,
    }
}

/// `(x << k) >> k` is `x` if the first shift lost nothing.
fn untagged_shift(pipeline: &Pipeline, inst: &Inst) -> Fold {
    let left = *pipeline.inst(inst.a);
    let (Op::Shl, Some(count @ 0..64)) = (left.op, pipeline.constant(inst.b)) else {
        return Fold::Keep;
    };
    if left.b != inst.b && pipeline.constant(left.b) != Some(count) {
        return Fold::Keep;
    }
    let facts = pipeline.facts(left.a);
    let fits = match inst.op {
        Op::Sar => facts.low >= i64::MIN >> count && facts.high <= i64::MAX >> count,
        _ => facts.low >= 0 && facts.high as u64 <= u64::MAX >> count,
    };
    if fits { Fold::Value(left.a) } else { Fold::Keep }
}

/// Whether a write barrier can't be needed: the object is younger than any collection, or the stored word is no pointer.
pub fn barrier_is_idle(pipeline: &Pipeline, inst: &Inst) -> bool {
    let young = pipeline.inst(inst.a).op == Op::Alloc && inst.a.index() >= pipeline.last_collection();
    young || pipeline.facts(inst.c).tags & pipeline.layout().pointer_tags as u64 == 0
}
