//! The recorder's model of the host's stack: which value each slot holds now, as far as the trace knows.
//!
//! Slots are numbered from the base at trace entry. A slot is in one of four conditions: unknown (memory holds what
//! it held at entry, nobody asked), read, written, or dead after a write. Only written slots go to snapshots.
//! A slot that was written and died must not be read again: memory never saw the write.
//!
//! Changes since the start of the current host instruction are logged, because a guard leaves at the instruction's
//! *start*: a snapshot asked for after a change is made from the map with the log undone.

use limpet_plugin_api::{Representation, SnapshotEntry, ValueRef};
use std::collections::BTreeMap;

/// What is known of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    /// Memory at entry holds this value.
    Read(ValueRef, Representation),
    /// The trace has written it.
    Written(ValueRef, Representation),
    /// Written, then dead.
    Dead,
}

/// What a read of a slot finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// A value in that representation.
    Value(ValueRef),
    /// A value in another representation.
    Other(ValueRef, Representation),
    /// Nothing: memory at entry has it.
    InMemory,
    /// It was written and died.
    Dead,
}

#[derive(Default)]
pub(crate) struct SlotMap {
    slots: BTreeMap<i32, Slot>,
    undo: Vec<(i32, Option<Slot>)>,
}

impl SlotMap {
    /// A host instruction begins; slots from `top` on are dead.
    pub(crate) fn begin(&mut self, top: i32) {
        self.undo.clear();
        for (_, state) in self.slots.range_mut(top..) {
            if let Slot::Written(..) = state {
                *state = Slot::Dead;
            }
        }
    }

    pub(crate) fn find(&self, slot: i32, representation: Representation) -> Found {
        match self.slots.get(&slot) {
            None => Found::InMemory,
            Some(Slot::Dead) => Found::Dead,
            Some(&(Slot::Read(value, have) | Slot::Written(value, have))) => {
                if have == representation {
                    Found::Value(value)
                } else {
                    Found::Other(value, have)
                }
            }
        }
    }

    /// Notes what a `SlotRead` found; this is knowledge, not a change, and is not undone.
    pub(crate) fn note_read(&mut self, slot: i32, value: ValueRef, representation: Representation) {
        self.slots.insert(slot, Slot::Read(value, representation));
    }

    /// Writes a slot. `restores`: the value is what memory held at entry, so that nothing has to be written back.
    pub(crate) fn write(&mut self, slot: i32, value: ValueRef, representation: Representation, restores: bool) {
        let new = match restores {
            true => Slot::Read(value, representation),
            false => Slot::Written(value, representation),
        };
        let old = self.slots.insert(slot, new);
        self.undo.push((slot, old));
    }

    /// Appends the written slots below `top`, as they were when the current instruction began, in ascending order.
    pub(crate) fn entries(&self, top: i32, out: &mut impl Extend<SnapshotEntry>) {
        let entry = |slot: i32, state: &Slot| match *state {
            Slot::Written(value, representation) => Some(SnapshotEntry { slot, value, representation }),
            _ => None,
        };
        if self.undo.is_empty() {
            out.extend(self.slots.range(..top).filter_map(|(&slot, state)| entry(slot, state)));
            return;
        }
        let mut before = self.slots.clone();
        for &(slot, old) in self.undo.iter().rev() {
            match old {
                Some(old) => before.insert(slot, old),
                None => before.remove(&slot),
            };
        }
        out.extend(before.range(..top).filter_map(|(&slot, state)| entry(slot, state)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Representation::Tagged;

    fn entries(map: &SlotMap, top: i32) -> Vec<(i32, u32)> {
        let mut out = Vec::new();
        map.entries(top, &mut out);
        out.iter().map(|e: &SnapshotEntry| (e.slot, e.value.0)).collect()
    }

    #[test]
    fn entries_are_those_at_the_start_of_the_instruction() {
        let mut map = SlotMap::default();
        map.begin(4);
        map.write(2, ValueRef(1), Tagged, false);
        map.begin(4);
        map.write(2, ValueRef(5), Tagged, false);
        map.write(0, ValueRef(6), Tagged, false);
        map.write(2, ValueRef(7), Tagged, false);
        assert_eq!(entries(&map, 4), [(2, 1)]);
        map.begin(4);
        assert_eq!(entries(&map, 4), [(0, 6), (2, 7)]);
    }

    #[test]
    fn written_slots_die_loudly() {
        let mut map = SlotMap::default();
        map.write(5, ValueRef(1), Tagged, false);
        map.note_read(6, ValueRef(2), Tagged);
        map.begin(5);
        assert_eq!(map.find(5, Tagged), Found::Dead);
        assert_eq!(map.find(6, Tagged), Found::Value(ValueRef(2)), "memory has it still");
        assert_eq!(entries(&map, 9), []);
        map.write(5, ValueRef(3), Tagged, false);
        assert_eq!(map.find(5, Tagged), Found::Value(ValueRef(3)));
    }

    #[test]
    fn a_slot_that_holds_its_entry_value_again_is_not_written_back() {
        let mut map = SlotMap::default();
        map.note_read(1, ValueRef(0), Tagged);
        map.write(1, ValueRef(4), Tagged, false);
        map.write(1, ValueRef(0), Tagged, true);
        map.begin(4);
        assert_eq!(entries(&map, 4), []);
    }
}
