//! Large objects: whole blocks for each.
#![allow(unsafe_code)] // Reads mark bytes.

use super::heap::{BLOCK, Heap, LINES_PER_BLOCK, MARKED, Use};

#[derive(Clone, Copy, Debug)]
pub(super) struct LargeObject {
    /// Its first block.
    pub(super) block: u32,
    /// How many it has.
    pub(super) count: u32,
}

/// All large objects.
#[derive(Debug, Default)]
pub(super) struct LargeSpace {
    /// Old ones, then young ones.
    pub(super) objects: Vec<LargeObject>,
    /// How many are old.
    pub(super) old: usize,
    /// Blocks they occupy, young ones included.
    pub(super) blocks: usize,
    /// Blocks from here up have been searched in this cycle. The search goes down from the top, away from the
    /// low end where small objects are bumped.
    search: Option<usize>,
}

impl Heap {
    /// Takes blocks for a large object, if the address space has them.
    pub(super) fn take_large(&mut self, bytes: usize) -> Option<usize> {
        let count = bytes.div_ceil(BLOCK);
        let first = match self.find_free_blocks(count) {
            Some(first) => first,
            None => self.extend(count)?,
        };
        for block in first..first + count {
            self.take_block(block);
            let b = &mut self.blocks[block];
            b.usage = if block == first { Use::LargeHead } else { Use::LargeRest };
            b.head = first as u32;
        }
        self.large.objects.push(LargeObject { block: first as u32, count: count as u32 });
        self.large.blocks += count;
        self.allocator.handed += count * BLOCK;
        self.statistics.allocated += bytes as u64;
        Some(self.block_address(first))
    }

    /// The next `count` adjoining free blocks, downwards; each block is looked at once in a cycle.
    fn find_free_blocks(&mut self, count: usize) -> Option<usize> {
        let mut block = self.large.search.unwrap_or(self.blocks.len());
        let mut found = 0;
        while block > 0 && found < count {
            block -= 1;
            found = if self.is_free(block) { found + 1 } else { 0 };
        }
        self.large.search = Some(block);
        (found == count).then_some(block)
    }

    /// Frees the large objects that were not marked: the young ones, in a full collection all.
    pub(super) fn sweep_large(&mut self, full: bool) {
        let mut i = if full { 0 } else { self.large.old };
        while let Some(&object) = self.large.objects.get(i) {
            let first = object.block as usize;
            // SAFETY: the block lies in the heap.
            let marked = unsafe { *self.mark_byte(self.block_address(first)) } & MARKED != 0;
            if marked {
                i += 1;
                continue;
            }
            for block in first..first + object.count as usize {
                self.blocks[block].usage = Use::Small;
            }
            self.large.blocks -= object.count as usize;
            self.large.objects.swap_remove(i);
        }
        self.large.old = self.large.objects.len();
        self.large.search = None;
    }

    /// Lines that large objects cover.
    pub(super) fn large_lines(&self) -> usize {
        self.large.blocks * LINES_PER_BLOCK
    }
}
