//! The write barrier: a young collection must find the young objects that old ones refer to.
//!
//! After a pointer was stored into an object, one byte is tested: exactly [`MARKED`] says that the object is old and
//! not yet remembered, and asks for the slow path, which remembers the object (Hosking, Moss, Stefanović 1992) and
//! changes the byte, so that it happens once for each object and cycle. What is remembered is traced again as a whole.
//!
//! For large objects that would be too much when only the slot is touched here and there. Where the slot is known (the
//! setters in Rust), its line is noted and the byte stays as it is; native code tells the object only, and the whole is remembered.
#![allow(unsafe_code)] // Side bytes; words of large objects.

use super::heap::{BLOCK, Heap, LINE, LINE_DIRTY, LOGGED, MARKED, Use};
use crate::value::Word;

/// The remembered set.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    /// Old objects that were stored into.
    pub(super) objects: Vec<Word>,
    /// Addresses of lines of large objects that were stored into.
    pub(super) lines: Vec<usize>,
}

impl Heap {
    /// To be called after `value` was stored at the address `slot` in `object`.
    #[inline(always)]
    pub fn barrier(&mut self, object: Word, slot: usize, value: Word) {
        // SAFETY: the word refers to an object of this heap, which has a side byte.
        if value.is_pointer() && unsafe { *self.mark_byte(object.0 as usize) } == MARKED {
            self.remember_slot(object, slot, value);
        }
    }

    /// The slow path where the slot is known.
    #[cold]
    #[inline(never)]
    fn remember_slot(&mut self, object: Word, slot: usize, value: Word) {
        // SAFETY: as in `barrier`, for the value.
        if unsafe { *self.mark_byte(value.0 as usize) } & MARKED != 0 {
            return;
        }
        if self.blocks[self.block_of(object.address())].usage == Use::Small {
            self.remember(object);
            return;
        }
        let line = self.line_byte(slot);
        // SAFETY: the slot lies in the heap.
        unsafe {
            if *line & LINE_DIRTY == 0 {
                *line |= LINE_DIRTY;
                self.remembered.lines.push(slot & !(LINE - 1));
            }
        }
    }

    /// The slow path for a whole object whose byte is [`MARKED`].
    pub(super) fn remember(&mut self, object: Word) {
        let byte = self.mark_byte(object.0 as usize);
        // SAFETY: the word refers to an object of this heap.
        unsafe {
            if *byte == MARKED {
                *byte = MARKED | LOGGED;
                self.remembered.objects.push(object);
            }
        }
    }

    /// Where a dirty line of a large object holds the object's words: first and end address.
    pub(super) fn words_of_line(&self, line: usize) -> (usize, usize) {
        let head = self.block_address(self.blocks[self.block_of(line)].head as usize);
        debug_assert!(head.is_multiple_of(BLOCK));
        // SAFETY: a block of a large object names the object's first block, where its header is.
        let (start, end) = unsafe { super::collect::trace::object_words(head) };
        (line.max(start), (line + LINE).min(end))
    }
}
