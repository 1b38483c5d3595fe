//! Sinking: what only exits need is made by exits.
//!
//! An object whose word is used only by its own initializing stores, by snapshots, and by initializing stores of other
//! such objects, becomes a [`Virtual`] in those snapshots; the trace no longer makes it. A float box that only
//! snapshots and virtual objects name becomes [`SnapValue::Box`]. (LuaJIT's allocation sinking, without its replay:
//! a virtual object lists its fields.) Loads from such objects were forwarded when they arrived. An object that a
//! loop carries stays: its phi is a use.

use super::dce;
use crate::ir::{Effect, Field, InstId, Op, SnapValue, Trace, Virtual, VirtualId};
use rustc_hash::FxHashMap;

/// What was sunk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sunk {
    /// Objects.
    pub allocations: u64,
    /// Float boxes.
    pub boxes: u64,
}

/// Sinks what can be sunk and takes it out of the trace.
pub fn sink(trace: &mut Trace) -> Sunk {
    let mut candidates = initialized_objects(trace);
    drop_escaping(trace, &mut candidates);
    let stores: Vec<InstId> = candidates.values().flatten().copied().collect();
    let mut sunk_store = vec![false; trace.insts.len()];
    for store in &stores {
        sunk_store[store.index()] = true;
    }
    let boxes = sinkable_boxes(trace, &sunk_store);
    if candidates.is_empty() && boxes.iter().all(|sinkable| !sinkable) {
        return Sunk::default();
    }
    // Objects in the order of their allocation: the fields of one were there before it.
    let mut objects: Vec<InstId> = candidates.keys().copied().collect();
    objects.sort();
    let mut numbers: FxHashMap<InstId, VirtualId> = FxHashMap::default();
    for &object in &objects {
        let alloc = *trace.inst(object);
        let mut fields: Vec<Field> = Vec::new();
        for &store in &candidates[&object] {
            let store = trace.inst(store);
            let value = renamed(trace, SnapValue::Value(store.c), &numbers, &boxes);
            let field = Field { offset: store.imm as i32, access: store.access(), alias: store.alias, value };
            fields.retain(|other| other.offset != field.offset);
            fields.push(field);
        }
        trace.virtuals.push(Virtual { bytes: alloc.imm as u32, tag: alloc.sub, fields });
        numbers.insert(object, VirtualId::new(trace.virtuals.len() - 1));
    }
    for index in 0..trace.snapshots.len() {
        for position in 0..trace.snapshots[index].entries.len() {
            let value = trace.snapshots[index].entries[position].value;
            trace.snapshots[index].entries[position].value = renamed(trace, value, &numbers, &boxes);
        }
    }
    let mut keep: Vec<bool> = sunk_store.iter().zip(&boxes).map(|(store, boxed)| !store && !boxed).collect();
    for object in &objects {
        keep[object.index()] = false;
    }
    dce::compact(trace, &keep);
    Sunk { allocations: objects.len() as u64, boxes: boxes.iter().filter(|sunk| **sunk).count() as u64 }
}

fn renamed(trace: &Trace, value: SnapValue, numbers: &FxHashMap<InstId, VirtualId>, boxes: &[bool]) -> SnapValue {
    match value {
        SnapValue::Value(id) => match numbers.get(&id) {
            Some(&object) => SnapValue::Virtual(object),
            None if boxes[id.index()] => SnapValue::Box(trace.inst(id).a),
            None => value,
        },
        _ => value,
    }
}

/// Every allocation with its initializing stores: those between it and the next instruction that may leave, collect
/// or go round.
fn initialized_objects(trace: &Trace) -> FxHashMap<InstId, Vec<InstId>> {
    let mut objects: FxHashMap<InstId, Vec<InstId>> = FxHashMap::default();
    let mut current = None;
    for id in trace.ids() {
        let inst = trace.inst(id);
        if inst.snap.is_some() || inst.op.may_collect() || inst.op.effect() == Effect::Marker {
            current = None;
        }
        if inst.op == Op::Alloc {
            objects.insert(id, Vec::new());
            current = Some(id);
        } else if inst.op == Op::Store
            && Some(inst.a) == current
            && inst.b.is_none()
            && inst.c != inst.a
            && i32::try_from(inst.imm).is_ok()
            && let Some(stores) = objects.get_mut(&inst.a)
        {
            stores.push(id);
        }
    }
    objects
}

/// Takes out the objects that something else than snapshots and sunk stores uses, until nothing changes.
fn drop_escaping(trace: &Trace, candidates: &mut FxHashMap<InstId, Vec<InstId>>) {
    loop {
        let mut escaping: Vec<InstId> = Vec::new();
        for id in trace.ids() {
            let inst = trace.inst(id);
            let initializes =
                inst.op == Op::Store && candidates.get(&inst.a).is_some_and(|stores| stores.contains(&id));
            if !initializes {
                escaping.extend(trace.operands(inst).filter(|operand| candidates.contains_key(operand)));
            }
        }
        for phi in &trace.phis {
            escaping.extend([phi.entry, phi.back].iter().filter(|value| candidates.contains_key(value)));
        }
        if escaping.is_empty() {
            return;
        }
        for id in escaping {
            candidates.remove(&id);
        }
    }
}

/// Float boxes that no instruction uses but sunk stores.
fn sinkable_boxes(trace: &Trace, sunk_store: &[bool]) -> Vec<bool> {
    let mut sinkable: Vec<bool> = trace.insts.iter().map(|inst| inst.op == Op::BoxFloat).collect();
    for (inst, sunk) in trace.insts.iter().zip(sunk_store) {
        if !sunk {
            for operand in trace.operands(inst) {
                sinkable[operand.index()] = false;
            }
        }
    }
    for phi in &trace.phis {
        sinkable[phi.entry.index()] = false;
        sinkable[phi.back.index()] = false;
    }
    sinkable
}
