//! Rules for addresses: constant parts gather in the immediate, so that equal places look equal.

use super::Fold;
use crate::{
    ir::{Inst, InstId, Op},
    opt::Pipeline,
};
use limpet_plugin_api::Abort;

/// Loads and stores.
pub fn address(pipeline: &mut Pipeline, inst: &Inst) -> Result<Fold, Abort> {
    if let Some(offset) = pipeline.constant(inst.b)
        && let Some(imm) = displaced(inst.imm, offset)
    {
        return Ok(Fold::Become(Inst { b: InstId::NONE, imm, ..*inst }));
    }
    for in_base in [true, false] {
        let operand = if in_base { inst.a } else { inst.b };
        if operand.is_none() {
            continue;
        }
        let sum = *pipeline.inst(operand);
        if sum.op == Op::Add
            && let Some(offset) = pipeline.constant(sum.b)
            && let Some(imm) = displaced(inst.imm, offset)
        {
            let (a, b) = if in_base { (sum.a, inst.b) } else { (inst.a, sum.a) };
            return Ok(Fold::Become(Inst { a, b, imm, ..*inst }));
        }
    }
    Ok(Fold::Keep)
}

/// The sum, if it still is a displacement that machines encode with ease.
fn displaced(imm: i64, offset: i64) -> Option<i64> {
    imm.checked_add(offset).filter(|sum| i32::try_from(*sum).is_ok_and(|sum| sum.unsigned_abs() < 1 << 30))
}
