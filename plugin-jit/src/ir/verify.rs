//! The verifier: every rule of the intermediate representation that later stages rely on.
//!
//! It runs after each pass in debug builds and with `verify=1`. A violation is a defect of the plugin; it is reported
//! as text, and the trace is given up.

use super::{Effect, End, Inst, InstId, Op, SnapId, SnapValue, Trace, Type};
use limpet_plugin_api::trace_op::{Access, Condition};

/// Checks a trace; the error says what is wrong and where.
pub fn verify(trace: &Trace) -> Result<(), String> {
    let marker = trace.loop_marker();
    for id in trace.ids() {
        let inst = trace.inst(id);
        check_inst(trace, id, inst).map_err(|text| format!("{id} {}: {text}", inst.op.name()))?;
        if inst.snap.is_some() {
            check_snapshot(trace, inst.snap, id.index()).map_err(|text| format!("{id}: {}: {text}", inst.snap))?;
        }
    }
    check_phis(trace, marker)?;
    match (trace.end, marker) {
        (End::Loop, None) => return Err("the end goes back to a loop marker that is missing".into()),
        (End::Link { .. } | End::Leave { .. }, Some(marker)) => {
            return Err(format!("{marker}: nothing goes back here"));
        }
        _ => {}
    }
    if let Some(snap) = trace.end_snapshot() {
        check_snapshot(trace, snap, trace.insts.len()).map_err(|text| format!("end: {snap}: {text}"))?;
    }
    for (index, object) in trace.virtuals.iter().enumerate() {
        for field in &object.fields {
            if let SnapValue::Virtual(other) = field.value
                && other.index() >= index
            {
                return Err(format!("v{index} names {other}, which stands behind it"));
            }
        }
    }
    Ok(())
}

fn check_inst(trace: &Trace, id: InstId, inst: &Inst) -> Result<(), String> {
    for operand in inst.fields() {
        check_defined(trace, operand, id.index())?;
    }
    if inst.op.table_type().is_some_and(|ty| ty != inst.ty) {
        return Err(format!("has type {:?}", inst.ty));
    }
    let needs_snap = match inst.op.effect() {
        Effect::Guard | Effect::Alloc => true,
        Effect::Call => inst.snap.is_some(),
        _ => false,
    };
    if inst.snap.is_some() != needs_snap {
        return Err("needs a snapshot if and only if it may leave".into());
    }
    let (a, b, c) = operand_types(inst);
    for (operand, expected) in [(inst.a, a), (inst.b, b), (inst.c, c)] {
        match (operand.is_some(), expected) {
            (true, Type::None) => return Err(format!("has a superfluous operand {operand}")),
            (false, Type::None) => {}
            (false, _) if operand == inst.b && matches!(inst.op, Op::Load | Op::Store) => {}
            (false, _) => return Err("lacks an operand".into()),
            (true, expected) if trace.inst(operand).ty != expected => {
                return Err(format!("operand {operand} is not {expected:?}"));
            }
            _ => {}
        }
    }
    match inst.op {
        Op::Load | Op::Store if Access::from_number(inst.sub).is_none() => Err("has no such access".into()),
        Op::Load if (inst.access() == Access::F64) != (inst.ty == Type::Float) => Err("type and access differ".into()),
        Op::GuardInt | Op::GuardFloat if Condition::from_number(inst.sub).is_none() => {
            Err("has no such condition".into())
        }
        Op::GuardMasked if trace.inst(inst.b).op != Op::ConstInt || trace.inst(inst.c).op != Op::ConstInt => {
            Err("mask and expected value are constants".into())
        }
        Op::Call => {
            let call = trace.calls.get(inst.imm as usize).ok_or("names no call")?;
            let function = trace.functions.get(call.function as usize).ok_or("names no function")?;
            if function.returns_float != (inst.ty == Type::Float) {
                return Err("type and function differ".into());
            }
            call.arguments.iter().try_for_each(|&argument| check_defined(trace, argument, id.index()))
        }
        _ => Ok(()),
    }
}

/// The types of the three operands; `None` where there is none. Only `op` and `sub` are looked at.
pub fn operand_types(inst: &Inst) -> (Type, Type, Type) {
    use Type::{Float, Int, None};
    match inst.op {
        Op::Add | Op::Sub | Op::Mul | Op::And | Op::Or | Op::Xor | Op::Shl | Op::Shr | Op::Sar => (Int, Int, None),
        Op::Quotient | Op::Remainder | Op::AddChecked | Op::SubChecked | Op::MulChecked => (Int, Int, None),
        Op::GuardInt => (Int, Int, None),
        Op::GuardTags | Op::IntToFloat | Op::UnboxFloat => (Int, None, None),
        Op::GuardMasked => (Int, Int, Int),
        Op::FloatAdd | Op::FloatSub | Op::FloatMul | Op::FloatDiv | Op::GuardFloat => (Float, Float, None),
        Op::FloatNeg | Op::FloatAbs | Op::FloatSqrt | Op::FloatFloor | Op::FloatCeiling | Op::FloatTruncate => {
            (Float, None, None)
        }
        Op::FloatRound | Op::FloatToIntChecked | Op::BoxFloat => (Float, None, None),
        Op::Load => (Int, Int, None),
        Op::Store => (Int, Int, if inst.access() == Access::F64 { Float } else { Int }),
        Op::Barrier => (Int, None, Int),
        Op::ConstInt | Op::ConstFloat | Op::SlotRead | Op::Inherit | Op::Phi | Op::Loop => (None, None, None),
        Op::Alloc | Op::Call | Op::Safepoint => (None, None, None),
    }
}

fn check_defined(trace: &Trace, id: InstId, before: usize) -> Result<(), String> {
    if id.index() >= before {
        return Err(format!("uses {id} before it is defined"));
    }
    if trace.inst(id).ty == Type::None {
        return Err(format!("uses {id}, which has no result"));
    }
    Ok(())
}

fn check_snapshot(trace: &Trace, snap: SnapId, before: usize) -> Result<(), String> {
    let snapshot = trace.snapshots.get(snap.index()).ok_or("no such snapshot")?;
    if snapshot.entries.windows(2).any(|pair| pair[0].slot >= pair[1].slot) {
        return Err("slots are not ascending".into());
    }
    let mut work: Vec<SnapValue> = snapshot.entries.iter().map(|entry| entry.value).collect();
    let mut seen = vec![false; trace.virtuals.len()];
    while let Some(value) = work.pop() {
        match value {
            SnapValue::Value(id) => check_defined(trace, id, before)?,
            SnapValue::Box(id) => {
                check_defined(trace, id, before)?;
                if trace.inst(id).ty != Type::Float {
                    return Err(format!("boxes {id}, which is no float"));
                }
            }
            SnapValue::Virtual(id) => {
                let object = trace.virtuals.get(id.index()).ok_or("no such virtual object")?;
                if !std::mem::replace(&mut seen[id.index()], true) {
                    work.extend(object.fields.iter().map(|field| field.value));
                }
            }
        }
    }
    Ok(())
}

fn check_phis(trace: &Trace, marker: Option<InstId>) -> Result<(), String> {
    let first = marker.map_or(trace.insts.len(), |marker| marker.index() + 1);
    let count = trace.insts.iter().filter(|inst| inst.op == Op::Phi).count();
    if count != trace.phis.len() {
        return Err(format!("{count} phi instructions, {} phis", trace.phis.len()));
    }
    for (index, phi) in trace.phis.iter().enumerate() {
        let expected = first + index;
        if phi.phi.index() != expected || trace.insts.get(expected).is_none_or(|inst| inst.op != Op::Phi) {
            return Err(format!("{} is not the phi number {index} behind the loop marker", phi.phi));
        }
        check_defined(trace, phi.entry, first)?;
        check_defined(trace, phi.back, trace.insts.len())?;
        let ty = trace.inst(phi.phi).ty;
        if trace.inst(phi.entry).ty != ty || trace.inst(phi.back).ty != ty {
            return Err(format!("{} merges values of different types", phi.phi));
        }
    }
    Ok(())
}
