//! A check of the heap after tracing: what a marked object refers to is marked, and where lines are free nothing is.
#![allow(unsafe_code)] // Walks objects by their side bytes.

use super::trace::{object_size, object_words};
use crate::{
    gc::heap::{BLOCK, GRANULE, Heap, LARGE, LINE, MARKED, Use},
    value::Word,
};

impl Heap {
    /// Looks at every marked object.
    ///
    /// # Panics
    /// When an invariant is broken: a defect of the collector, or a store without its barrier.
    pub(super) fn verify(&mut self) {
        for block in 0..self.blocks.len() {
            let granules = match self.blocks[block].usage {
                Use::Small => BLOCK / GRANULE,
                Use::LargeHead => 1,
                Use::LargeRest => 0,
            };
            for granule in 0..granules {
                let address = self.block_address(block) + granule * GRANULE;
                // SAFETY: the address lies in the heap.
                if unsafe { *self.mark_byte(address) } & MARKED != 0 {
                    self.verify_object(address);
                }
            }
        }
    }

    fn verify_object(&mut self, address: usize) {
        // SAFETY: a marked object starts there; its words and its lines lie in the heap.
        unsafe {
            let size = object_size(address);
            if size <= LARGE {
                for line in (address..address + size).step_by(LINE).chain([address + size - 1]) {
                    assert!(*self.line_byte(line) != 0, "an object at {address:#x} lies in a free line");
                }
            }
            let (start, end) = object_words(address);
            for slot in (start..end).step_by(8) {
                let word = *std::ptr::with_exposed_provenance::<Word>(slot);
                if word.is_pointer() {
                    let marked = self.contains(word.address()) && *self.mark_byte(word.address()) & MARKED != 0;
                    assert!(marked, "an object at {address:#x} refers to {:#x}, which is not marked", word.0);
                }
            }
        }
    }
}
