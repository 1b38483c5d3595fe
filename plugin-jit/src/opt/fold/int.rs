//! Rules for integers.

use super::Fold;
use crate::{
    ir::{Inst, InstId, Op},
    opt::{Optimizer, Pipeline},
};
use limpet_plugin_api::Abort;

/// The value of a wrapping operation; `None` for a shift by 64 or more.
fn evaluate(op: Op, a: i64, b: i64) -> Option<i64> {
    let count = || u32::try_from(b).ok().filter(|&count| count < 64);
    Some(match op {
        Op::Add => a.wrapping_add(b),
        Op::Sub => a.wrapping_sub(b),
        Op::Mul => a.wrapping_mul(b),
        Op::And => a & b,
        Op::Or => a | b,
        Op::Xor => a ^ b,
        Op::Shl => a << count()?,
        Op::Shr => (a as u64 >> count()?) as i64,
        Op::Sar => a >> count()?,
        _ => return None,
    })
}

fn with_constant(pipeline: &mut Pipeline, op: Op, a: InstId, value: i64) -> Result<Fold, Abort> {
    let b = pipeline.int(value)?;
    Ok(Fold::Become(Inst::binary(op, a, b)))
}

fn constant(pipeline: &mut Pipeline, value: i64) -> Result<Fold, Abort> {
    Ok(Fold::Value(pipeline.int(value)?))
}

/// Wrapping operations.
pub fn pure(pipeline: &mut Pipeline, inst: &Inst) -> Result<Fold, Abort> {
    let left = *pipeline.inst(inst.a);
    let right = *pipeline.inst(inst.b);
    if let (Op::ConstInt, Some(b)) = (left.op, pipeline.constant(inst.b))
        && let Some(value) = evaluate(inst.op, left.imm, b)
    {
        return constant(pipeline, value);
    }
    if inst.a == inst.b {
        match inst.op {
            Op::Sub | Op::Xor => return constant(pipeline, 0),
            Op::And | Op::Or => return Ok(Fold::Value(inst.a)),
            _ => {}
        }
    }
    // (x + y) - y, (x - y) + y.
    match inst.op {
        Op::Sub if left.op == Op::Add && left.b == inst.b => return Ok(Fold::Value(left.a)),
        Op::Sub if left.op == Op::Add && left.a == inst.b => return Ok(Fold::Value(left.b)),
        Op::Add if left.op == Op::Sub && left.b == inst.b => return Ok(Fold::Value(left.a)),
        Op::Add if right.op == Op::Sub && right.b == inst.a => return Ok(Fold::Value(right.a)),
        _ => {}
    }
    let Some(b) = pipeline.constant(inst.b) else {
        return Ok(Fold::Keep);
    };
    // The left operand's own constant, if it is an operation with one.
    let inner = pipeline.constant(left.b).filter(|_| !left.op.is_constant());
    match (inst.op, b) {
        (Op::Add | Op::Or | Op::Xor | Op::Shl | Op::Shr | Op::Sar, 0) | (Op::Mul, 1) | (Op::And, -1) => {
            Ok(Fold::Value(inst.a))
        }
        (Op::Mul | Op::And, 0) | (Op::Or, -1) => Ok(Fold::Value(inst.b)),
        (Op::Sub, _) => with_constant(pipeline, Op::Add, inst.a, b.wrapping_neg()),
        (Op::Mul, 2..) if b.count_ones() == 1 => with_constant(pipeline, Op::Shl, inst.a, b.trailing_zeros() as i64),
        (op, _) => match (left.op, inner) {
            (Op::Add, Some(c)) if op == Op::Add => with_constant(pipeline, op, left.a, c.wrapping_add(b)),
            (Op::And | Op::Or | Op::Xor, Some(c)) if op == left.op => {
                let merged = evaluate(op, c, b).unwrap_or(b);
                with_constant(pipeline, op, left.a, merged)
            }
            (Op::Shl | Op::Shr | Op::Sar, Some(c @ 0..64)) if matches!(b, 0..64) => {
                shift_of_shift(pipeline, op, &left, c, b)
            }
            _ => Ok(Fold::Keep),
        },
    }
}

/// `(x shift c) op b` with constants within 0..64.
fn shift_of_shift(pipeline: &mut Pipeline, op: Op, left: &Inst, c: i64, b: i64) -> Result<Fold, Abort> {
    match (left.op, op) {
        // Untagging and tagging again clears low bits; masks that clear nothing are dropped by the facts.
        (Op::Sar | Op::Shr, Op::Shl) if c == b => with_constant(pipeline, Op::And, left.a, -1 << b),
        (Op::Shl, Op::Shr) if c == b => with_constant(pipeline, Op::And, left.a, (u64::MAX >> b) as i64),
        (Op::Sar, Op::Sar) => with_constant(pipeline, op, left.a, (b + c).min(63)),
        (Op::Shl, Op::Shl) | (Op::Shr, Op::Shr) if b + c < 64 => with_constant(pipeline, op, left.a, b + c),
        (Op::Shl, Op::Shl) | (Op::Shr, Op::Shr) => constant(pipeline, 0),
        _ => Ok(Fold::Keep),
    }
}

/// Division.
pub fn division(pipeline: &mut Pipeline, inst: &Inst) -> Fold {
    let (a, b) = (pipeline.constant(inst.a), pipeline.constant(inst.b));
    let value = match (inst.op, a, b) {
        (Op::Quotient, _, Some(1)) => return Fold::Value(inst.a),
        (Op::Remainder, _, Some(1 | -1)) => 0,
        (Op::Quotient, Some(a), Some(b)) => match a.checked_div(b) {
            Some(value) => value,
            None => return Fold::Keep,
        },
        (Op::Remainder, Some(a), Some(b)) => match a.checked_rem(b) {
            Some(value) => value,
            None => return Fold::Keep,
        },
        _ => return Fold::Keep,
    };
    Fold::Become(Inst::int(value))
}

/// Operations that exit on overflow.
pub fn checked(pipeline: &mut Pipeline, inst: &Inst) -> Result<Fold, Abort> {
    let (a, b) = (pipeline.constant(inst.a), pipeline.constant(inst.b));
    if let (Some(a), Some(b)) = (a, b) {
        let value = match inst.op {
            Op::AddChecked => a.checked_add(b),
            Op::SubChecked => a.checked_sub(b),
            _ => a.checked_mul(b),
        };
        return match value {
            Some(value) => constant(pipeline, value),
            None => Ok(Fold::Fails),
        };
    }
    match (inst.op, b) {
        (Op::AddChecked | Op::SubChecked, Some(0)) | (Op::MulChecked, Some(1)) => Ok(Fold::Value(inst.a)),
        (Op::MulChecked, Some(0)) => Ok(Fold::Value(inst.b)),
        (Op::SubChecked, _) if inst.a == inst.b => constant(pipeline, 0),
        (Op::SubChecked, Some(b)) if b != i64::MIN => {
            let negated = pipeline.int(-b)?;
            Ok(Fold::Become(Inst { op: Op::AddChecked, b: negated, ..*inst }))
        }
        _ => Ok(Fold::Keep),
    }
}
