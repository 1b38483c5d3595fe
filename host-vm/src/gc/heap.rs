//! The heap: blocks, their side tables, and the state of everything else that belongs to one heap.
#![allow(unsafe_code)] // Side bytes are reached by biased pointers, as native code reaches them.

use super::{
    alloc::Allocator, barrier::Remembered, collect::Gray, collect::pace::Pace, config::Config, large::LargeSpace,
    map::Mapping, stats::Statistics,
};
use crate::value::Word;
use std::io;

/// Objects start at multiples of this many bytes.
pub const GRANULE: usize = 16;
/// Binary logarithm of [`GRANULE`].
pub const GRANULE_SHIFT: u8 = 4;
/// Bytes of a line, the unit in which memory is found free.
pub const LINE: usize = 128;
const LINE_SHIFT: u8 = 7;
/// Bytes of a block, the unit in which memory is taken from the system.
pub const BLOCK: usize = 32 << 10;
/// Lines of a block.
pub const LINES_PER_BLOCK: usize = BLOCK / LINE;
/// Objects above this many bytes have blocks of their own.
pub const LARGE: usize = 8 << 10;

/// Side byte of a granule: a marked object starts here; between collections this means an old object.
pub const MARKED: u8 = 1;
/// Side byte of a granule: the old object that starts here is in the remembered set.
pub const LOGGED: u8 = 2;
/// Side byte of a granule, only while ambiguous roots are resolved: a young object starts here.
pub const YOUNG_START: u8 = 4;

/// Byte of a line: a marked object covers part of it.
pub const LINE_MARKED: u8 = 1;
/// Byte of a line in a large object: a pointer was stored there since the last collection.
pub const LINE_DIRTY: u8 = 2;

/// What a block is used for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Use {
    /// Small objects, or nothing.
    #[default]
    Small,
    /// The first block of a large object.
    LargeHead,
    /// A further block of a large object.
    LargeRest,
}

/// What is known of a block.
#[derive(Clone, Copy, Debug, Default)]
pub struct Block {
    /// What it is used for.
    pub(super) usage: Use,
    /// Whether its pages may have memory.
    pub(super) resident: bool,
    /// Lines with [`LINE_MARKED`].
    pub(super) marked_lines: u16,
    /// The cycle in which it was last handed to the allocator.
    pub(super) taken: u32,
    /// Its youngest run of this cycle, as an index plus one into the allocator's runs.
    pub(super) last_run: u32,
    /// Index of the first block of the large object it belongs to.
    pub(super) head: u32,
}

/// One heap. The first three fields are known to native code ([`super::layout`]).
#[repr(C)]
pub struct Heap {
    /// Where the next object goes.
    pub(super) cursor: usize,
    /// End of the memory that may be bumped into.
    pub(super) limit: usize,
    /// The side byte of the granule at `address` is `marks[address >> 4]`: biased by the heap's base.
    pub(super) marks: *mut u8,
    /// The byte of the line at `address` is `lines[address >> 7]`: biased as well.
    pub(super) lines: *mut u8,
    /// First address, a multiple of [`BLOCK`].
    pub(super) base: usize,
    /// Blocks that the reserved range has.
    pub(super) capacity: usize,
    /// The blocks that have been used so far, a prefix of the range.
    pub(super) blocks: Vec<Block>,
    /// Handing out memory.
    pub(super) allocator: Allocator,
    /// Objects with blocks of their own.
    pub(super) large: LargeSpace,
    /// Old objects that were stored into.
    pub(super) remembered: Remembered,
    /// What to trace; kept for its capacity.
    pub(super) gray: Gray,
    /// When to collect, and how.
    pub(super) pace: Pace,
    /// Counts.
    pub(super) statistics: Statistics,
    /// Settings.
    pub(super) config: Config,
    /// The reserved range.
    pub(super) space: Mapping,
    /// Keeps the memory behind `marks` and `lines`.
    _tables: [Mapping; 2],
}

impl Heap {
    /// A new heap: address space only, no memory yet.
    ///
    /// # Errors
    /// When the system refuses to reserve even 64 MiB.
    pub fn new(mut config: Config) -> io::Result<Heap> {
        const LEAST: usize = 64 << 20;
        // Twice the limit: fragmentation, and a reserve for what may not fail.
        let mut bytes = config.limit.saturating_mul(2).max(LEAST).next_multiple_of(BLOCK).min(1 << 42);
        let (space, marks, lines) = loop {
            match Self::reserve(bytes) {
                Ok(mappings) => break mappings,
                Err(error) if bytes <= LEAST => return Err(error),
                Err(_) => bytes = (bytes / 2).next_multiple_of(BLOCK).max(LEAST),
            }
        };
        config.limit = config.limit.min(bytes / 2);
        let base = space.address().next_multiple_of(BLOCK);
        let capacity = bytes / BLOCK;
        let biased = |table: &Mapping, shift: u8| {
            std::ptr::with_exposed_provenance_mut::<u8>(table.address()).wrapping_sub(base >> shift)
        };
        Ok(Heap {
            cursor: 0,
            limit: 0,
            marks: biased(&marks, GRANULE_SHIFT),
            lines: biased(&lines, LINE_SHIFT),
            base,
            capacity,
            blocks: Vec::new(),
            allocator: Allocator::new(&config),
            large: LargeSpace::default(),
            remembered: Remembered::default(),
            gray: Gray::default(),
            pace: Pace::new(&config),
            statistics: Statistics::default(),
            config,
            space,
            _tables: [marks, lines],
        })
    }

    /// Address space for so many bytes of blocks and for the tables of their granules and lines.
    fn reserve(bytes: usize) -> io::Result<(Mapping, Mapping, Mapping)> {
        let tables = (Mapping::reserve(bytes / GRANULE)?, Mapping::reserve(bytes / LINE)?);
        Ok((Mapping::reserve(bytes + BLOCK)?, tables.0, tables.1))
    }

    /// The settings; the limit may be less than what was asked for.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The side byte of the granule at an address in the heap.
    #[inline(always)]
    pub(super) fn mark_byte(&self, address: usize) -> *mut u8 {
        self.marks.wrapping_add(address >> GRANULE_SHIFT)
    }

    /// Whether the last collection found an object: right after a full one, whether it lives.
    pub fn is_marked(&self, object: Word) -> bool {
        debug_assert!(object.is_pointer() && self.contains(object.address()));
        // SAFETY: every granule of the heap has a side byte.
        unsafe { *self.mark_byte(object.address()) & MARKED != 0 }
    }

    /// The byte of the line at an address in the heap.
    #[inline(always)]
    pub(super) fn line_byte(&self, address: usize) -> *mut u8 {
        self.lines.wrapping_add(address >> LINE_SHIFT)
    }

    /// The side bytes of some blocks.
    pub(super) fn mark_bytes(&mut self, address: usize, bytes: usize) -> &mut [u8] {
        debug_assert!(self.contains(address) && address + bytes <= self.end());
        // SAFETY: the range lies in the heap, whose table has a byte for each granule; the bytes are only
        // reached through the heap, which is borrowed.
        unsafe { std::slice::from_raw_parts_mut(self.mark_byte(address), bytes / GRANULE) }
    }

    /// The bytes of the lines of a block.
    pub(super) fn block_lines(&mut self, block: usize) -> &mut [u8] {
        debug_assert!(block < self.capacity);
        // SAFETY: as in `mark_bytes`.
        unsafe { std::slice::from_raw_parts_mut(self.line_byte(self.block_address(block)), LINES_PER_BLOCK) }
    }

    /// The end of the blocks used so far.
    #[inline(always)]
    pub(super) fn end(&self) -> usize {
        self.base + self.blocks.len() * BLOCK
    }

    /// Whether an address lies in a block that has been used.
    #[inline(always)]
    pub fn contains(&self, address: usize) -> bool {
        address.wrapping_sub(self.base) < self.blocks.len() * BLOCK
    }

    /// The block of an address in the heap.
    #[inline(always)]
    pub(super) fn block_of(&self, address: usize) -> usize {
        (address - self.base) / BLOCK
    }

    /// The address of a block.
    #[inline(always)]
    pub(super) fn block_address(&self, block: usize) -> usize {
        self.base + block * BLOCK
    }

    /// Whether a block holds nothing and is not being allocated into.
    #[inline(always)]
    pub(super) fn is_free(&self, block: usize) -> bool {
        let b = &self.blocks[block];
        b.marked_lines == 0 && b.usage == Use::Small && b.taken != self.allocator.cycle
    }
}
