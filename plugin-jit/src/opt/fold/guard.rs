//! Rules for guards.

use super::Fold;
use crate::{
    ir::{Inst, Op},
    opt::{Optimizer, Pipeline},
};
use limpet_plugin_api::{Abort, trace_op::Condition};

fn decided(holds: bool) -> Fold {
    if holds { Fold::Holds } else { Fold::Fails }
}

/// Relations between integers.
pub fn int(pipeline: &mut Pipeline, inst: &Inst) -> Result<Fold, Abort> {
    let condition = inst.condition();
    let (a, b) = (pipeline.constant(inst.a), pipeline.constant(inst.b));
    match (a, b) {
        (Some(a), Some(b)) => return Ok(decided(condition.holds_int(a, b))),
        (Some(_), None) => {
            return Ok(Fold::Become(Inst { a: inst.b, b: inst.a, sub: condition.swap() as u8, ..*inst }));
        }
        _ => {}
    }
    if inst.a == inst.b {
        return Ok(decided(condition.holds_int(0, 0)));
    }
    let left = *pipeline.inst(inst.a);
    if condition == Condition::Eq && left.op == Op::And && b.is_some() && pipeline.constant(left.b).is_some() {
        let masked = Inst { a: left.a, b: left.b, c: inst.b, snap: inst.snap, ..Inst::new(Op::GuardMasked) };
        return Ok(Fold::Become(masked));
    }
    Ok(Fold::Keep)
}

/// Relations between floats.
pub fn float(pipeline: &Pipeline, inst: &Inst) -> Fold {
    match (pipeline.float_constant(inst.a), pipeline.float_constant(inst.b)) {
        (Some(a), Some(b)) => decided(inst.condition().holds_float(a, b)),
        _ => Fold::Keep,
    }
}

/// Tag guards. The result of boxing a float satisfies a test for floats: whichever way the machine would hold it,
/// every later use unboxes the float that went in.
pub fn tags(pipeline: &Pipeline, inst: &Inst) -> Fold {
    let layout = pipeline.layout();
    let set = inst.imm as u64;
    let operand = pipeline.inst(inst.a);
    match operand.op {
        Op::ConstInt => decided(set >> (operand.imm as u64 & ((1 << layout.tag_bits) - 1)) & 1 == 1),
        Op::BoxFloat if set & layout.float.tags as u64 == layout.float.tags as u64 => Fold::Holds,
        Op::BoxFloat if set & (layout.float.tags | layout.pointer_tags) as u64 == 0 => Fold::Fails,
        Op::Alloc => decided(set >> (operand.sub & 63) & 1 == 1),
        _ => Fold::Keep,
    }
}

/// Masked comparisons.
pub fn masked(pipeline: &mut Pipeline, inst: &Inst) -> Result<Fold, Abort> {
    let (Some(mask), Some(expected)) = (pipeline.constant(inst.b), pipeline.constant(inst.c)) else {
        return Ok(Fold::Keep);
    };
    if expected & !mask != 0 {
        return Ok(Fold::Fails);
    }
    if mask == 0 {
        return Ok(Fold::Holds);
    }
    if let Some(value) = pipeline.constant(inst.a) {
        return Ok(decided(value & mask == expected));
    }
    let tag_mask = (1i64 << pipeline.layout().tag_bits) - 1;
    if mask == tag_mask {
        let guard = Inst { a: inst.a, imm: 1 << expected, snap: inst.snap, ..Inst::new(Op::GuardTags) };
        return Ok(Fold::Become(guard));
    }
    if mask == -1 {
        let guard = Inst { a: inst.a, b: inst.c, snap: inst.snap, sub: Condition::Eq as u8, ..Inst::new(Op::GuardInt) };
        return Ok(Fold::Become(guard));
    }
    // (x & m) & mask.
    let left = *pipeline.inst(inst.a);
    if left.op == Op::And
        && let Some(inner) = pipeline.constant(left.b)
    {
        if expected & !inner != 0 {
            return Ok(Fold::Fails);
        }
        let mask = pipeline.int(mask & inner)?;
        return Ok(Fold::Become(Inst { a: left.a, b: mask, c: inst.c, ..*inst }));
    }
    Ok(Fold::Keep)
}
