//! Roots: what the owner of a heap tells precisely, and what is found by looking at native stacks.
#![allow(unsafe_code)] // Reads stack words, object headers and side bytes.

use super::{
    Kind,
    trace::{Gray, object_size},
};
use crate::{
    gc::heap::{BLOCK, GRANULE, Heap, MARKED, Use, YOUNG_START},
    value::{Word, object::is_header},
};

/// The owner of a heap.
pub trait Roots {
    /// The heap.
    fn heap(&mut self) -> &mut Heap;

    /// Shows every word that is a root. For a young collection ([`RootVisitor::kind`]) those may be left out that
    /// have not changed since the last collection.
    fn visit_roots(&mut self, visitor: &mut RootVisitor<'_>);

    /// Clears slots above the top of the value stack, so that a later frame that does not initialize a slot never shows
    /// an object that is gone. Comes before `visit_roots`.
    fn clear_dead_stack(&mut self);

    /// Memory is used up beyond the limit: arrange for a condition at the next safepoint.
    fn memory_exhausted(&mut self);

    /// The next collection will be a full one. It may come at once, from a place where more is known about what frames
    /// still need than where memory runs out.
    fn full_collection_due(&mut self) {}

    /// A collection has just ended; after a full one [`Heap::is_marked`] tells what lives.
    fn collected(&mut self, kind: Kind) {
        let _ = kind;
    }
}

/// Takes roots.
pub struct RootVisitor<'a> {
    gray: &'a mut Gray,
    kind: Kind,
}

impl<'a> RootVisitor<'a> {
    pub(super) fn new(gray: &'a mut Gray, kind: Kind) -> RootVisitor<'a> {
        RootVisitor { gray, kind }
    }

    /// Which collection asks.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// One root. Any word is allowed: only pointers are looked at.
    #[inline]
    pub fn word(&mut self, word: Word) {
        self.gray.add(word);
    }

    /// Many roots; they are read after `visit_roots` returned, and must stay where they are until then.
    pub fn words(&mut self, words: &[Word]) {
        let range = words.as_ptr_range();
        self.gray.add_range(range.start.expose_provenance(), range.end.expose_provenance());
    }
}

impl Heap {
    /// Finds the objects that words in `low..high` of a native stack point to or into.
    pub(super) fn ambiguous_roots(&mut self, low: usize, high: usize, kind: Kind, gray: &mut Gray) {
        let mut address = low & !7;
        while address < high {
            let slot: *const usize = std::ptr::with_exposed_provenance(address);
            // SAFETY: the range is the live part of this thread's stack, all of it mapped. Volatile: the words belong
            // to frames of callers and may have any meaning.
            let word = unsafe { slot.read_volatile() };
            address += 8;
            if self.contains(word) {
                self.ambiguous_root(word, kind, gray);
            }
        }
        self.forget_young_starts();
    }

    #[inline(never)]
    fn ambiguous_root(&mut self, word: usize, kind: Kind, gray: &mut Gray) {
        let Some(start) = self.find_object(word) else { return };
        self.statistics.ambiguous_roots += 1;
        let first: *const u64 = std::ptr::with_exposed_provenance(start);
        // SAFETY: an object starts there.
        let (old, header) = unsafe { (*self.mark_byte(start) & MARKED != 0, is_header(*first)) };
        if old && kind == Kind::Young {
            return;
        }
        gray.add(if header { Word::object_at(start) } else { Word::pair_at(start) });
    }

    /// The start of the object that contains an address, if there is one: an old object or one of this cycle.
    fn find_object(&mut self, address: usize) -> Option<usize> {
        let block = self.block_of(address);
        let b = self.blocks[block];
        // SAFETY (for the reads below): where a side byte says that an object starts, one starts.
        if b.usage != Use::Small {
            let start = self.block_address(b.head as usize);
            // SAFETY: a large object starts at its first block.
            return (address < start + unsafe { object_size(start) }).then_some(start);
        }
        let mut lowest = self.block_address(block);
        if b.taken == self.allocator.cycle {
            let mut run = b.last_run;
            while let Some(index) = run.checked_sub(1) {
                let r = self.allocator.runs[index as usize];
                if (r.start..r.end).contains(&address) {
                    lowest = r.start;
                    self.note_young_starts(index as usize);
                    break;
                }
                run = r.previous;
            }
        }
        debug_assert!(lowest.is_multiple_of(GRANULE) && address < lowest + BLOCK);
        let granules = self.mark_bytes(lowest, (address & !(GRANULE - 1)) + GRANULE - lowest);
        let start = lowest + granules.iter().rposition(|&byte| byte != 0)? * GRANULE;
        // SAFETY: as above.
        (address < start + unsafe { object_size(start) }).then_some(start)
    }

    /// Notes where the objects of a run start.
    fn note_young_starts(&mut self, index: usize) {
        let run = &mut self.allocator.runs[index];
        if std::mem::replace(&mut run.parsed, true) {
            return;
        }
        let (mut address, end) = (run.start, run.end);
        while address < end {
            // SAFETY: a run is filled with objects without a gap, and the side byte of each is clear.
            unsafe {
                *self.mark_byte(address) = YOUNG_START;
                address += object_size(address);
            }
        }
        debug_assert_eq!(address, end, "objects of a run end with the run");
    }

    /// Clears the notes: from here on a side byte that is not zero says "marked".
    fn forget_young_starts(&mut self) {
        for index in 0..self.allocator.runs.len() {
            let run = self.allocator.runs[index];
            if run.parsed {
                self.mark_bytes(run.start, run.end - run.start).fill(0);
            }
        }
    }
}
