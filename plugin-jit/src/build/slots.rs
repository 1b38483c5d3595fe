//! What slots hold where a pass over a recording begins, as far as memory does not say so.

use crate::ir::{InstId, Op, SnapEntry, SnapValue, Snapshot, Trace};
use limpet_plugin_api::Representation;
use std::collections::BTreeMap;

/// Slots whose content differs from memory, in ascending order.
#[derive(Clone, Debug, Default)]
pub struct Slots {
    held: BTreeMap<i32, (InstId, Representation)>,
}

impl Slots {
    /// A slot that differs.
    pub fn get(&self, slot: i32) -> Option<(InstId, Representation)> {
        self.held.get(&slot).copied()
    }

    /// Sets a slot.
    pub fn set(&mut self, slot: i32, value: InstId, representation: Representation) {
        self.held.insert(slot, (value, representation));
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (i32, InstId, Representation)> + '_ {
        self.held.iter().map(|(&slot, &(value, representation))| (slot, value, representation))
    }

    /// These slots, those of `written` over them, those below `top` only.
    pub fn overlaid(&self, written: impl Iterator<Item = (i32, InstId, Representation)>, top: i32) -> Slots {
        let mut held = self.held.clone();
        held.extend(written.map(|(slot, value, representation)| (slot, (value, representation))));
        held.retain(|&slot, _| slot < top);
        Slots { held }
    }

    /// Without those that memory holds anyway.
    pub fn differing(&self, trace: &Trace) -> Slots {
        let mut held = self.held.clone();
        held.retain(|&slot, &mut (value, representation)| {
            let inst = trace.inst(value);
            inst.op != Op::SlotRead || inst.imm != slot as i64 || inst.representation() != representation
        });
        Slots { held }
    }

    /// As a snapshot.
    pub fn snapshot(&self, resume: u64, base_shift: i32) -> Snapshot {
        let entries = self.iter().map(|(slot, value, representation)| SnapEntry {
            slot,
            value: SnapValue::Value(value),
            representation,
        });
        Snapshot { resume, base_shift, entries: entries.collect() }
    }
}
