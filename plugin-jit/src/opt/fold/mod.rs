//! Fold rules: what an instruction is, from its operands alone.
//!
//! Rules are directional. The canonical forms they lead to: a constant is the right operand; subtraction of a
//! constant is addition; constant addresses are in the immediate; a comparison of masked bits is a masked guard, and
//! one of tag bits a tag guard.

mod float;
mod guard;
mod int;
mod memory;

use super::Pipeline;
use crate::ir::{Inst, Op};
use limpet_plugin_api::Abort;

/// What a rule answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    /// No rule applies.
    Keep,
    /// It is this value.
    Value(crate::ir::InstId),
    /// It is this simpler instruction, to be simplified again.
    Become(Inst),
    /// A guard that always holds.
    Holds,
    /// A guard that always fails.
    Fails,
}

/// Applies the first rule that fits.
pub fn fold(pipeline: &mut Pipeline, inst: &Inst) -> Result<Fold, Abort> {
    if inst.op.is_commutative() && misplaced(pipeline, inst) {
        return Ok(Fold::Become(Inst { a: inst.b, b: inst.a, ..*inst }));
    }
    match inst.op {
        Op::Add | Op::Sub | Op::Mul | Op::And | Op::Or | Op::Xor | Op::Shl | Op::Shr | Op::Sar => {
            int::pure(pipeline, inst)
        }
        Op::Quotient | Op::Remainder => Ok(int::division(pipeline, inst)),
        Op::AddChecked | Op::SubChecked | Op::MulChecked => int::checked(pipeline, inst),
        Op::FloatAdd | Op::FloatSub | Op::FloatMul | Op::FloatDiv => float::binary(pipeline, inst),
        Op::FloatNeg
        | Op::FloatAbs
        | Op::FloatSqrt
        | Op::FloatFloor
        | Op::FloatCeiling
        | Op::FloatTruncate
        | Op::FloatRound
        | Op::IntToFloat => float::unary(pipeline, inst),
        Op::FloatToIntChecked => float::to_int(pipeline, inst),
        Op::BoxFloat | Op::UnboxFloat => float::boxes(pipeline, inst),
        Op::Load | Op::Store => memory::address(pipeline, inst),
        Op::GuardInt => guard::int(pipeline, inst),
        Op::GuardFloat => Ok(guard::float(pipeline, inst)),
        Op::GuardTags => Ok(guard::tags(pipeline, inst)),
        Op::GuardMasked => guard::masked(pipeline, inst),
        _ => Ok(Fold::Keep),
    }
}

/// Whether a commutative operation's operands stand the wrong way round: constants right, else the older value left.
fn misplaced(pipeline: &Pipeline, inst: &Inst) -> bool {
    match (pipeline.inst(inst.a).op.is_constant(), pipeline.inst(inst.b).op.is_constant()) {
        (true, false) => true,
        (false, true) => false,
        _ => inst.a > inst.b,
    }
}
