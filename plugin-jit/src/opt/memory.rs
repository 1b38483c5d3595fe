//! What memory is known to hold: loads answer from earlier loads and stores of the same place.
//!
//! The host's alias classes do most of the work: a store touches only places of its class, and classes that are
//! written only while their object is initialized survive everything. Within a class two places differ if their
//! offsets from one base do, if their bases are two allocations of this trace, or if one base is an allocation and
//! the other was there before it. The base is operand `a` of an access; `b` is an index from it.

use crate::ir::{Inst, InstId, Op, Trace};
use limpet_plugin_api::trace_op::Access;

/// Whether a store changes anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remembered {
    /// Memory holds the value already.
    Already,
    /// It is the new content.
    New,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    class: u8,
    access: Access,
    base: InstId,
    index: InstId,
    offset: i64,
}

impl Place {
    fn of(inst: &Inst) -> Place {
        Place { class: inst.alias, access: inst.access(), base: inst.a, index: inst.b, offset: inst.imm }
    }

    fn may_alias(&self, other: &Place, trace: &Trace) -> bool {
        if self.class != other.class {
            return false;
        }
        if self.base == other.base {
            let apart = self.offset + self.access.bytes() as i64 <= other.offset
                || other.offset + other.access.bytes() as i64 <= self.offset;
            return self.index != other.index || !apart;
        }
        let fresh = |base: InstId| trace.inst(base).op == Op::Alloc;
        let distinct = match (fresh(self.base), fresh(other.base)) {
            (true, true) => true,
            (true, false) => other.base < self.base,
            (false, true) => self.base < other.base,
            (false, false) => false,
        };
        !distinct
    }
}

/// Known contents of places.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    known: Vec<(Place, InstId)>,
}

impl Memory {
    /// The value that a load would read.
    pub fn load(&self, trace: &Trace, inst: &Inst) -> Option<InstId> {
        let place = Place::of(inst);
        let (_, value) = self.known.iter().rev().find(|(known, _)| *known == place)?;
        (trace.inst(*value).ty == inst.ty).then_some(*value)
    }

    /// A load was appended.
    pub fn remember_load(&mut self, inst: &Inst, value: InstId) {
        self.known.push((Place::of(inst), value));
    }

    /// A store arrives.
    pub fn store(&mut self, trace: &Trace, inst: &Inst, immutable: bool) -> Remembered {
        let place = Place::of(inst);
        if self.known.iter().any(|(known, value)| *known == place && *value == inst.c) {
            return Remembered::Already;
        }
        if immutable {
            self.known.retain(|(known, _)| *known != place);
        } else {
            self.known.retain(|(known, _)| !known.may_alias(&place, trace));
        }
        // A narrow store keeps only some bits of its value: the next load must extend them.
        if matches!(place.access, Access::I64 | Access::F64) {
            self.known.push((place, inst.c));
        }
        Remembered::New
    }

    /// Forgets what places of these classes hold.
    pub fn forget_classes(&mut self, classes: &[bool]) {
        self.known.retain(|(known, _)| !classes.get(known.class as usize).copied().unwrap_or(true));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use limpet_plugin_api::TraceKind;

    fn store(base: u32, offset: i64, value: u32, class: u8) -> Inst {
        let operands = Inst { a: InstId(base), c: InstId(value), imm: offset, ..Inst::new(Op::Store) };
        Inst { sub: Access::I64 as u8, alias: class, ..operands }
    }

    fn load(base: u32, offset: i64, class: u8) -> Inst {
        Inst { a: InstId(base), imm: offset, sub: Access::I64 as u8, alias: class, ..Inst::new(Op::Load) }
    }

    #[test]
    fn stores_forget_what_they_may_change() {
        let mut trace = Trace::new(TraceKind::Loop);
        for op in [Op::SlotRead, Op::SlotRead, Op::Alloc, Op::SlotRead] {
            trace.insts.push(Inst::new(op));
        }
        let mut memory = Memory::default();
        assert_eq!(memory.store(&trace, &store(0, 0, 3, 0), false), Remembered::New);
        assert_eq!(memory.store(&trace, &store(0, 0, 3, 0), false), Remembered::Already);
        // The same base at another offset, another class, and an object that is newer than the base: all kept.
        memory.store(&trace, &store(0, 8, 1, 0), false);
        memory.store(&trace, &store(1, 0, 1, 1), false);
        memory.store(&trace, &store(2, 0, 1, 0), false);
        assert_eq!(memory.load(&trace, &load(0, 0, 0)), Some(InstId(3)));
        // Another base of the class may be the same object.
        memory.store(&trace, &store(1, 0, 0, 0), false);
        assert_eq!(memory.load(&trace, &load(0, 0, 0)), None);
        assert_eq!(memory.load(&trace, &load(2, 0, 0)), Some(InstId(1)));
        assert_eq!(memory.load(&trace, &load(1, 0, 1)), Some(InstId(1)));
    }
}
