//! One collection: roots, tracing, sweeping, and the pace of the next.
//!
//! The order matters: ambiguous roots are resolved first, since that needs the marks of the last collection and the starts of
//! young objects; only then a full collection wipes the marks. What is not reached is free at once: nothing visits
//! dead objects, the bytes of lines are all that the allocator looks at.
//!
//! Read in this order: this file, [`roots`], [`stack`], [`trace`], [`pace`], [`verify`].
#![allow(unsafe_code)] // Side bytes are reset; free lines are poisoned.

pub mod pace;
pub mod roots;
pub mod stack;
pub mod trace;
pub mod verify;

pub use roots::{RootVisitor, Roots};
pub use trace::Gray;

use super::heap::{BLOCK, Heap, LINE, LINE_DIRTY, LINES_PER_BLOCK, MARKED, Use};
use std::time::Instant;

/// Which objects a collection looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Those allocated since the last collection.
    Young,
    /// All.
    Full,
}

/// Collects. A young collection becomes a full one when the heap has grown enough since the last.
pub fn collect<R: Roots>(roots: &mut R, kind: Kind) {
    stack::with_saved_registers(&mut |low| collect_above(roots, kind, low));
}

/// A full collection that takes for roots what lies on the native stack from an address on that [`stack::with_saved_registers`]
/// has given; what is beneath it holds no words.
pub fn collect_beneath<R: Roots>(roots: &mut R, low: usize) {
    collect_above(roots, Kind::Full, low);
}

/// Collects, with the native stack's live part starting at `low`.
fn collect_above<R: Roots>(roots: &mut R, kind: Kind, low: usize) {
    let started = Instant::now();
    roots.clear_dead_stack();
    let heap = roots.heap();
    let kind = if heap.pace.next_full { Kind::Full } else { kind };
    heap.retire_runs();
    let mut gray = std::mem::take(&mut heap.gray);
    heap.ambiguous_roots(low, stack::stack_base(), kind, &mut gray);
    roots.visit_roots(&mut RootVisitor::new(&mut gray, kind));
    let heap = roots.heap();
    match kind {
        Kind::Full => heap.forget_marks(),
        Kind::Young => heap.gray_remembered(&mut gray),
    }
    let root_bytes = gray.bytes();
    heap.gray = heap.trace(gray);
    heap.sweep_large(kind == Kind::Full);
    if heap.config.verify {
        heap.verify();
    }
    if heap.config.poison {
        heap.poison(kind);
    }
    let allowance = heap.set_pace(kind, root_bytes);
    heap.start_cycle(allowance);
    if kind == Kind::Full {
        heap.trim();
    }
    heap.count(kind);
    heap.statistics.pauses.add(started.elapsed());
    let due = heap.is_full_due();
    roots.collected(kind);
    if due && kind == Kind::Young {
        roots.full_collection_due();
    }
}

impl Heap {
    /// Wipes all marks before a full collection.
    fn forget_marks(&mut self) {
        for block in 0..self.blocks.len() {
            let b = self.blocks[block];
            let address = self.block_address(block);
            match b.usage {
                Use::Small if b.marked_lines != 0 => {
                    self.mark_bytes(address, BLOCK).fill(0);
                    self.block_lines(block).fill(0);
                    self.blocks[block].marked_lines = 0;
                }
                Use::LargeHead => self.mark_bytes(address, LINE)[0] = 0,
                Use::Small | Use::LargeRest => {}
            }
        }
        self.pace.live_lines = 0;
        self.remembered.objects.clear();
        let mut lines = std::mem::take(&mut self.remembered.lines);
        lines.drain(..).for_each(|line| self.clean(line));
        self.remembered.lines = lines;
    }

    /// The remembered objects and lines are roots of a young collection; afterwards nothing is remembered, for what they
    /// refer to will be old.
    fn gray_remembered(&mut self, gray: &mut Gray) {
        let mut objects = std::mem::take(&mut self.remembered.objects);
        for object in objects.drain(..) {
            // SAFETY: a remembered object is an old object of this heap.
            unsafe {
                *self.mark_byte(object.0 as usize) = MARKED;
                gray.add_contents(object);
            }
        }
        self.remembered.objects = objects;
        let mut lines = std::mem::take(&mut self.remembered.lines);
        for line in lines.drain(..) {
            self.clean(line);
            let (start, end) = self.words_of_line(line);
            gray.add_range(start, end);
        }
        self.remembered.lines = lines;
    }

    fn clean(&mut self, line: usize) {
        // SAFETY: the address lies in a large object of this heap.
        unsafe { *self.line_byte(line) &= !LINE_DIRTY };
    }

    /// Fills what is free with a pattern that no correct program reads.
    fn poison(&mut self, kind: Kind) {
        for block in 0..self.blocks.len() {
            let b = self.blocks[block];
            if b.usage != Use::Small || !b.resident || (kind == Kind::Young && b.taken != self.allocator.cycle) {
                continue;
            }
            let address = self.block_address(block);
            for line in 0..LINES_PER_BLOCK {
                if self.block_lines(block)[line] == 0 {
                    let start: *mut u8 = std::ptr::with_exposed_provenance_mut(address + line * LINE);
                    // SAFETY: a line of this heap that no live object covers, after the trace.
                    unsafe { start.write_bytes(super::Config::POISON, LINE) };
                }
            }
        }
    }

    fn count(&mut self, kind: Kind) {
        match kind {
            Kind::Young => self.statistics.young += 1,
            Kind::Full => self.statistics.full += 1,
        }
        self.statistics.live = self.pace.live;
    }
}
