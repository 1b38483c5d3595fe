//! What a side trace sees of its parent: the state at one exit, closed in itself.
//!
//! The parent's values are named by *leaf numbers*: leaf `k` is the `k`-th value of [`Trace::leaves`] of the exit's
//! snapshot. The code generator remembers where each leaf lives at the exit; a side trace names it by
//! [`super::Op::Inherit`] with `imm = k`. Slots are relative to the parent's base at entry, so a slot `n` of a side
//! trace is slot `n + base_shift` here.

use super::{InstId, Op, SnapId, SnapValue, Snapshot, Trace, Type, Virtual, VirtualId};

/// One value that an exit needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// The instruction in the parent.
    pub inst: InstId,
    /// Its type.
    pub ty: Type,
    /// Its bits if it is a constant: a side trace then has the constant, and inherits nothing.
    pub constant: Option<i64>,
}

/// The state at an exit: a snapshot in which `InstId(k)` names leaf `k` and virtual objects are numbered afresh.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExitSnapshot {
    /// The slots.
    pub snapshot: Snapshot,
    /// The objects that its slots and fields name; an object stands behind those it names.
    pub virtuals: Vec<Virtual>,
    /// The values.
    pub leaves: Vec<Leaf>,
}

impl ExitSnapshot {
    /// The state of a snapshot of a finished trace.
    pub fn of(trace: &Trace, snap: SnapId) -> ExitSnapshot {
        let ids = trace.leaves(snap);
        let mut used = vec![false; trace.virtuals.len()];
        let snapshot = trace.snapshot(snap);
        for entry in &snapshot.entries {
            mark(&mut used, entry.value);
        }
        // Objects stand behind those they name, so one backward sweep reaches everything.
        for index in (0..used.len()).rev() {
            if used[index] {
                for field in &trace.virtuals[index].fields {
                    mark(&mut used, field.value);
                }
            }
        }
        let mut numbers = vec![VirtualId::NONE; used.len()];
        for (number, index) in (0..used.len()).filter(|&index| used[index]).enumerate() {
            numbers[index] = VirtualId::new(number);
        }
        let rename = |value: SnapValue| match value {
            SnapValue::Value(id) => SnapValue::Value(leaf_of(&ids, id)),
            SnapValue::Box(id) => SnapValue::Box(leaf_of(&ids, id)),
            SnapValue::Virtual(id) => SnapValue::Virtual(numbers[id.index()]),
        };
        let mut renamed = snapshot.clone();
        for entry in &mut renamed.entries {
            entry.value = rename(entry.value);
        }
        let virtuals = trace.virtuals.iter().zip(&used).filter(|(_, used)| **used).map(|(object, _)| {
            let mut object = object.clone();
            for field in &mut object.fields {
                field.value = rename(field.value);
            }
            object
        });
        let leaves = ids.iter().map(|&inst| {
            let definition = trace.inst(inst);
            let constant = matches!(definition.op, Op::ConstInt | Op::ConstFloat).then_some(definition.imm);
            Leaf { inst, ty: definition.ty, constant }
        });
        ExitSnapshot { snapshot: renamed, virtuals: virtuals.collect(), leaves: leaves.collect() }
    }
}

fn mark(used: &mut [bool], value: SnapValue) {
    if let SnapValue::Virtual(id) = value {
        used[id.index()] = true;
    }
}

fn leaf_of(leaves: &[InstId], id: InstId) -> InstId {
    // A snapshot's values are all among its leaves, by construction of `Trace::leaves`.
    leaves.iter().position(|&leaf| leaf == id).map_or(InstId::NONE, InstId::new)
}
