//! The beginning of a side trace: the state at the parent's exit becomes the state of the slots.
//!
//! Memory was not written on the way, so every slot of the exit's snapshot still differs from it, and the side trace's
//! own snapshots list it until it is overwritten or dead. A value is inherited where it lives; a float that the exit
//! would box is boxed here (unboxing folds, and the box sinks again); an object that the exit would build is built here
//! (its loads are forwarded, and it sinks again).

use super::slots::Slots;
use crate::{
    ir::{ExitSnapshot, Inst, InstId, Op, SnapEntry, SnapValue, Snapshot, Virtual, VirtualId},
    opt::Optimizer,
};
use limpet_plugin_api::Abort;

/// Emits what is inherited. `start` is where the interpreter goes on if the very first allocation fails.
pub fn inherit<O: Optimizer>(optimizer: &mut O, exit: &ExitSnapshot, start: u64) -> Result<Slots, Abort> {
    // All that is read from the parent's locations comes first: nothing may overwrite them before.
    let mut leaves = vec![InstId::NONE; exit.leaves.len()];
    for (number, leaf) in exit.leaves.iter().enumerate().filter(|(_, leaf)| leaf.constant.is_none()) {
        leaves[number] = optimizer.emit(Inst { ty: leaf.ty, imm: number as i64, ..Inst::new(Op::Inherit) })?;
    }
    for (number, leaf) in exit.leaves.iter().enumerate() {
        if let Some(bits) = leaf.constant {
            leaves[number] = match leaf.ty {
                crate::ir::Type::Float => optimizer.emit(Inst::float(f64::from_bits(bits as u64)))?,
                _ => optimizer.int(bits)?,
            };
        }
    }
    let slot_of = |slot: i32| slot - exit.snapshot.base_shift;
    let mut objects = Vec::with_capacity(exit.virtuals.len());
    if !exit.virtuals.is_empty() {
        let snap = entry_state(optimizer, exit, &leaves, start);
        for object in &exit.virtuals {
            let mut values = Vec::with_capacity(object.fields.len());
            for field in &object.fields {
                values.push(materialize(optimizer, field.value, &leaves, &objects)?);
            }
            let alloc = Inst { imm: object.bytes as i64, sub: object.tag, snap, ..Inst::new(Op::Alloc) };
            let word = optimizer.emit(alloc)?;
            for (field, value) in object.fields.iter().zip(values) {
                let place = Inst { a: word, c: value, imm: field.offset as i64, ..Inst::new(Op::Store) };
                optimizer.emit(Inst { sub: field.access as u8, alias: field.alias, ..place })?;
            }
            objects.push(word);
        }
    }
    let mut slots = Slots::default();
    for entry in &exit.snapshot.entries {
        let value = materialize(optimizer, entry.value, &leaves, &objects)?;
        slots.set(slot_of(entry.slot), value, entry.representation);
    }
    Ok(slots)
}

fn materialize<O: Optimizer>(
    optimizer: &mut O,
    value: SnapValue,
    leaves: &[InstId],
    objects: &[InstId],
) -> Result<InstId, Abort> {
    Ok(match value {
        SnapValue::Value(leaf) => leaves[leaf.index()],
        SnapValue::Box(leaf) => optimizer.emit(Inst::unary(Op::BoxFloat, leaves[leaf.index()]))?,
        SnapValue::Virtual(object) => objects[object.index()],
    })
}

/// The parent's state itself, objects still to be built by the exit: what an allocation at the start leaves with.
fn entry_state<O: Optimizer>(
    optimizer: &mut O,
    exit: &ExitSnapshot,
    leaves: &[InstId],
    start: u64,
) -> crate::ir::SnapId {
    let first = optimizer.trace().virtuals.len();
    let rename = |value: SnapValue| match value {
        SnapValue::Value(leaf) => SnapValue::Value(leaves[leaf.index()]),
        SnapValue::Box(leaf) => SnapValue::Box(leaves[leaf.index()]),
        SnapValue::Virtual(object) => SnapValue::Virtual(VirtualId::new(first + object.index())),
    };
    for object in &exit.virtuals {
        let mut copy: Virtual = object.clone();
        copy.fields.iter_mut().for_each(|field| field.value = rename(field.value));
        optimizer.trace_mut().virtuals.push(copy);
    }
    let entries = exit.snapshot.entries.iter().map(|entry| SnapEntry {
        slot: entry.slot - exit.snapshot.base_shift,
        value: rename(entry.value),
        representation: entry.representation,
    });
    let entries = entries.collect();
    optimizer.snapshot(Snapshot { resume: start, base_shift: 0, entries })
}
