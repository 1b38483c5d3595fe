//! Rules for floats. Only what is exact for every operand, signed zeros and infinities included; an operation whose
//! result is a NaN is left to the machine, which decides its bits.

use super::Fold;
use crate::{
    ir::{Inst, InstId, Op},
    opt::{Optimizer, Pipeline},
};
use limpet_plugin_api::Abort;

fn constant(pipeline: &mut Pipeline, value: f64) -> Result<Fold, Abort> {
    if value.is_nan() { Ok(Fold::Keep) } else { Ok(Fold::Value(pipeline.emit(Inst::float(value))?)) }
}

/// Arithmetic of two operands.
pub fn binary(pipeline: &mut Pipeline, inst: &Inst) -> Result<Fold, Abort> {
    let (a, b) = (pipeline.float_constant(inst.a), pipeline.float_constant(inst.b));
    if let (Some(a), Some(b)) = (a, b) {
        let value = match inst.op {
            Op::FloatAdd => a + b,
            Op::FloatSub => a - b,
            Op::FloatMul => a * b,
            _ => a / b,
        };
        return constant(pipeline, value);
    }
    let Some(b) = b else {
        return Ok(Fold::Keep);
    };
    match inst.op {
        // x + -0.0 and x - 0.0 are x even for zeros.
        Op::FloatAdd if b == 0.0 && b.is_sign_negative() => Ok(Fold::Value(inst.a)),
        Op::FloatSub if b == 0.0 && b.is_sign_positive() => Ok(Fold::Value(inst.a)),
        Op::FloatMul | Op::FloatDiv if b == 1.0 => Ok(Fold::Value(inst.a)),
        Op::FloatMul if b == 2.0 => Ok(Fold::Become(Inst::binary(Op::FloatAdd, inst.a, inst.a))),
        // The reciprocal of a power of two is exact while it is a normal number.
        Op::FloatDiv if b.to_bits() << 12 == 0 && b.is_normal() && b.recip().is_normal() => {
            let reciprocal = pipeline.emit(Inst::float(b.recip()))?;
            Ok(Fold::Become(Inst::binary(Op::FloatMul, inst.a, reciprocal)))
        }
        _ => Ok(Fold::Keep),
    }
}

/// Functions of one operand.
pub fn unary(pipeline: &mut Pipeline, inst: &Inst) -> Result<Fold, Abort> {
    let operand = *pipeline.inst(inst.a);
    if inst.op == Op::IntToFloat {
        return match pipeline.constant(inst.a) {
            Some(value) => constant(pipeline, value as f64),
            None => Ok(Fold::Keep),
        };
    }
    if let Some(x) = pipeline.float_constant(inst.a) {
        let value = match inst.op {
            Op::FloatNeg => -x,
            Op::FloatAbs => x.abs(),
            Op::FloatSqrt => x.sqrt(),
            Op::FloatFloor => x.floor(),
            Op::FloatCeiling => x.ceil(),
            Op::FloatTruncate => x.trunc(),
            _ => x.round_ties_even(),
        };
        return constant(pipeline, value);
    }
    let rounds = |op| matches!(op, Op::FloatFloor | Op::FloatCeiling | Op::FloatTruncate | Op::FloatRound);
    Ok(match (inst.op, operand.op) {
        (Op::FloatNeg, Op::FloatNeg) => Fold::Value(operand.a),
        (Op::FloatAbs, Op::FloatAbs) => Fold::Value(inst.a),
        (Op::FloatAbs, Op::FloatNeg) => Fold::Become(Inst::unary(Op::FloatAbs, operand.a)),
        // What is whole already stays.
        (op, Op::IntToFloat) if rounds(op) => Fold::Value(inst.a),
        (op, inner) if rounds(op) && rounds(inner) => Fold::Value(inst.a),
        _ => Fold::Keep,
    })
}

/// Conversion back to an integer.
pub fn to_int(pipeline: &mut Pipeline, inst: &Inst) -> Result<Fold, Abort> {
    const LIMIT: f64 = (1u64 << 61) as f64;
    if let Some(x) = pipeline.float_constant(inst.a) {
        return if x.trunc() == x && (-LIMIT..LIMIT).contains(&x) {
            Ok(Fold::Value(pipeline.int(x as i64)?))
        } else {
            Ok(Fold::Fails)
        };
    }
    let operand = *pipeline.inst(inst.a);
    if operand.op == Op::IntToFloat {
        // Exact within 53 bits; beyond them the conversion has rounded.
        let facts = pipeline.facts(operand.a);
        if facts.low >= -(1 << 53) && facts.high <= 1 << 53 {
            return Ok(Fold::Value(operand.a));
        }
    }
    Ok(Fold::Keep)
}

/// Boxes and what is in them.
pub fn boxes(pipeline: &mut Pipeline, inst: &Inst) -> Result<Fold, Abort> {
    let float = pipeline.layout().float;
    if inst.op == Op::BoxFloat {
        if let Some(x) = pipeline.float_constant(inst.a)
            && let Some(word) = float.encode(x, pipeline.layout().tag_bits)
        {
            return Ok(Fold::Value(pipeline.int(word as i64)?));
        }
        let operand = pipeline.inst(inst.a);
        return Ok(if operand.op == Op::UnboxFloat { Fold::Value(operand.a) } else { Fold::Keep });
    }
    Ok(match unboxed(pipeline, inst.a) {
        Some(Unboxed::Value(id)) => Fold::Value(id),
        Some(Unboxed::Constant(x)) => Fold::Value(pipeline.emit(Inst::float(x))?),
        None => Fold::Keep,
    })
}

enum Unboxed {
    Value(InstId),
    Constant(f64),
}

fn unboxed(pipeline: &Pipeline, word: InstId) -> Option<Unboxed> {
    let inst = pipeline.inst(word);
    match inst.op {
        Op::BoxFloat => Some(Unboxed::Value(inst.a)),
        Op::ConstInt => Some(Unboxed::Constant(pipeline.layout().float.decode(inst.imm as u64))),
        _ => None,
    }
}
