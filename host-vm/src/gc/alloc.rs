//! Handing out memory: the bump pointer, runs of free lines, the overflow block, and the slow path that collects.
#![allow(unsafe_code)] // Reads the lines' bytes.

use super::{
    collect::{Kind, Roots, collect},
    config::Config,
    heap::{BLOCK, Heap, LARGE, LINE, LINES_PER_BLOCK, Use},
};

/// Blocks with fewer free lines are left alone: their runs would be too short to pay.
const LEAST_FREE_LINES: u16 = 16;

/// Under stress every so many collections are full ones.
const STRESS_FULL: u32 = 16;

/// Memory handed to the allocator in this cycle: `start..end` holds young objects without a gap, once retired.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub(super) start: usize,
    pub(super) end: usize,
    /// The run before it in the same block, as an index plus one.
    pub(super) previous: u32,
    /// Whether the starts of its objects are noted in the side bytes (only during a collection).
    pub(super) parsed: bool,
}

/// The state of allocation.
#[derive(Debug)]
pub(super) struct Allocator {
    /// End of the current run; equal to the heap's limit but under stress.
    run_end: usize,
    /// The current run, as an index plus one.
    run: u32,
    /// The block that runs are searched in, and the line to go on at.
    block: Option<usize>,
    line: usize,
    /// The block to go on at.
    next_block: usize,
    /// The overflow block: cursor, end, run as an index plus one.
    overflow: usize,
    overflow_end: usize,
    overflow_run: u32,
    /// All runs of this cycle.
    pub(super) runs: Vec<Run>,
    /// Number of this cycle, from 1: the time from one collection to the next.
    pub(super) cycle: u32,
    /// Bytes handed out in this cycle.
    pub(super) handed: usize,
    /// Bytes that may be handed out before the next collection.
    pub(super) allowance: usize,
    /// Slow paths until the next collection under stress.
    stress_left: u32,
    /// Bytes granted beyond the limit since it was reached.
    reserve_granted: usize,
    /// Whether the program was told that it was reached.
    is_told: bool,
}

impl Allocator {
    pub(super) fn new(config: &Config) -> Allocator {
        Allocator {
            run_end: 0,
            run: 0,
            block: None,
            line: 0,
            next_block: 0,
            overflow: 0,
            overflow_end: 0,
            overflow_run: 0,
            runs: Vec::new(),
            cycle: 1,
            handed: 0,
            allowance: config.nursery.min(config.limit),
            stress_left: config.stress,
            reserve_granted: 0,
            is_told: false,
        }
    }
}

/// Allocates an object of that many bytes (a multiple of 16), collecting if it must. Never fails: see
/// [`Roots::memory_exhausted`]. Objects whose size a program chooses go through [`try_allocate`].
#[cold]
#[inline(never)]
pub fn allocate<R: Roots>(roots: &mut R, bytes: usize) -> usize {
    match attempt(roots, bytes) {
        Some(address) => address,
        None => {
            // The program is told once; its handlers, which run while nothing is freed yet, have the reserve.
            // When that is nearly used up it is told again: what it let go of may still seem alive.
            let heap = roots.heap();
            let is_told = std::mem::replace(&mut heap.allocator.is_told, true);
            heap.grant_reserve();
            if !is_told || heap.allocator.reserve_granted >= heap.config.limit / 4 || heap.is_hopeless() {
                roots.memory_exhausted();
            }
            let heap = roots.heap();
            heap.take(bytes).unwrap_or_else(|| heap.take_reserve(bytes))
        }
    }
}

/// The same, but `None` when memory is exhausted, even after a full collection. The caller tells the program, whose
/// handlers then have the reserve: they are not told a second time because little is left besides what did not fit.
#[cold]
#[inline(never)]
pub fn try_allocate<R: Roots>(roots: &mut R, bytes: usize) -> Option<usize> {
    let address = attempt(roots, bytes);
    let heap = roots.heap();
    if address.is_none() && bytes <= heap.config.limit {
        heap.allocator.is_told = true;
        if heap.allocator.reserve_granted == 0 {
            heap.grant_reserve();
        }
    }
    address
}

/// Whether so many bytes more fit below the limit, of one object or of many, or of what lies outside of the heap for a
/// while; collects to find out. If they don't, the caller tells the program, as with [`try_allocate`].
pub fn has_room<R: Roots>(roots: &mut R, bytes: usize) -> bool {
    let fits = |heap: &Heap| heap.occupied().saturating_add(bytes) <= heap.config.limit;
    if fits(roots.heap()) {
        return true;
    }
    if bytes <= roots.heap().config.limit {
        collect(roots, Kind::Full);
        if fits(roots.heap()) {
            return true;
        }
        let heap = roots.heap();
        heap.allocator.is_told = true;
        if heap.allocator.reserve_granted == 0 {
            heap.grant_reserve();
        }
    }
    false
}

/// Collects as much as it takes; `None` if that does not help. Whether the program is told is the caller's to decide.
fn attempt<R: Roots>(roots: &mut R, bytes: usize) -> Option<usize> {
    if roots.heap().stress_is_due() {
        let kind = if roots.heap().allocator.cycle.is_multiple_of(STRESS_FULL) { Kind::Full } else { Kind::Young };
        collect(roots, kind);
    }
    if let Some(address) = roots.heap().take(bytes) {
        return Some(address);
    }
    if bytes > roots.heap().config.limit {
        return None;
    }
    collect(roots, Kind::Young);
    if let Some(address) = roots.heap().take(bytes) {
        return Some(address);
    }
    collect(roots, Kind::Full);
    roots.heap().take(bytes)
}

/// Allocates without ever collecting or failing: for constructors whose arguments no root holds, and for exits of traces
/// that build objects. The next ordinary slow path makes up for it.
#[inline]
pub fn allocate_reserve(heap: &mut Heap, bytes: usize) -> usize {
    heap.bump(bytes).unwrap_or_else(|| heap.take_reserve(bytes))
}

impl Heap {
    /// The fast path: an object in the current run, if it fits.
    #[inline(always)]
    pub fn bump(&mut self, bytes: usize) -> Option<usize> {
        debug_assert!(bytes.is_multiple_of(16) && bytes > 0);
        let address = self.cursor;
        if bytes > LARGE || address + bytes > self.limit {
            return None;
        }
        self.cursor = address + bytes;
        Some(address)
    }

    /// Whether [`Heap::bump`] would not find room.
    #[inline(always)]
    pub fn bump_would_fail(&self, bytes: usize) -> bool {
        self.cursor + bytes > self.limit
    }

    /// Whether a collection is due under stress; counts.
    fn stress_is_due(&mut self) -> bool {
        if self.config.stress == 0 {
            return false;
        }
        self.allocator.stress_left -= 1;
        if self.allocator.stress_left == 0 {
            self.allocator.stress_left = self.config.stress;
            return true;
        }
        false
    }

    /// Takes memory as far as the allowance goes.
    fn take(&mut self, bytes: usize) -> Option<usize> {
        if let Some(address) = self.take_from_run(bytes) {
            return Some(address);
        }
        let too_large = bytes > LARGE && self.occupied() + bytes > self.config.limit;
        if self.allocator.handed >= self.allocator.allowance || too_large {
            return None;
        }
        self.take_more(bytes)
    }

    /// Takes memory whatever the allowance says.
    #[cold]
    fn take_reserve(&mut self, bytes: usize) -> usize {
        let taken = self.take_from_run(bytes).or_else(|| self.take_more(bytes));
        taken.unwrap_or_else(|| out_of_address_space(bytes))
    }

    fn take_from_run(&mut self, bytes: usize) -> Option<usize> {
        if bytes > LARGE {
            return None;
        }
        if self.cursor + bytes <= self.allocator.run_end {
            let address = self.cursor;
            self.cursor += bytes;
            self.set_limit();
            return Some(address);
        }
        if bytes > LINE && self.allocator.overflow + bytes <= self.allocator.overflow_end {
            let address = self.allocator.overflow;
            self.allocator.overflow += bytes;
            return Some(address);
        }
        None
    }

    fn take_more(&mut self, bytes: usize) -> Option<usize> {
        if bytes > LARGE {
            return self.take_large(bytes);
        }
        let found = if bytes > LINE { self.next_overflow() } else { self.next_run() };
        if found { self.take_from_run(bytes) } else { None }
    }

    /// Bytes that live objects (as of the last collection) and the memory handed out since occupy.
    pub(super) fn occupied(&self) -> usize {
        self.pace.live + self.allocator.handed
    }

    /// Whether the program, told that memory is exhausted, has gone on until the address space nearly ends.
    pub fn is_hopeless(&self) -> bool {
        self.occupied() > self.capacity / 8 * 7 * BLOCK
    }

    /// Whether a collection after memory was exhausted has found room below the limit. If not, the reserve that was granted
    /// before is there again.
    pub fn exhaustion_is_over(&mut self) -> bool {
        let granted = self.allocator.reserve_granted;
        if granted > 0 {
            self.allocator.allowance = self.allocator.handed.saturating_add(granted);
        }
        granted == 0
    }

    /// Notes that the program was told that memory is exhausted.
    pub fn exhaustion_is_told(&mut self) {
        self.allocator.is_told = true;
    }

    /// Allows more memory although the limit is reached; more each time, since each time costs a full collection, up to a
    /// quarter of the limit.
    fn grant_reserve(&mut self) {
        let granted = &mut self.allocator.reserve_granted;
        *granted = granted.saturating_mul(2).clamp(self.config.limit / 64, self.config.limit / 4).max(BLOCK * 4);
        self.allocator.allowance = self.allocator.handed.saturating_add(*granted);
    }

    /// Under stress every allocation takes the slow path.
    fn set_limit(&mut self) {
        self.limit = if self.config.stress == 0 { self.allocator.run_end } else { self.cursor };
    }

    /// Moves to the next run of free lines; false when the address space is used up.
    fn next_run(&mut self) -> bool {
        self.retire_run();
        loop {
            if let Some(block) = self.allocator.block {
                if let Some((from, to)) = self.free_lines(block, self.allocator.line) {
                    self.allocator.line = to;
                    let start = self.block_address(block);
                    let (start, end) = (start + from * LINE, start + to * LINE);
                    self.allocator.run = self.add_run(block, start, end);
                    self.allocator.run_end = end;
                    self.cursor = start;
                    self.set_limit();
                    return true;
                }
                self.allocator.block = None;
            }
            let Some(block) = self.next_block() else { return false };
            self.take_block(block);
            self.allocator.block = Some(block);
            self.allocator.line = 0;
        }
    }

    /// The next free lines of a block, from some line on.
    fn free_lines(&mut self, block: usize, from: usize) -> Option<(usize, usize)> {
        if self.blocks[block].marked_lines == 0 {
            return (from == 0).then_some((0, LINES_PER_BLOCK));
        }
        let lines = self.block_lines(block);
        let start = from + lines[from..].iter().position(|&line| line == 0)?;
        let length = lines[start..].iter().position(|&line| line != 0).unwrap_or(LINES_PER_BLOCK - start);
        Some((start, start + length))
    }

    /// The next block with enough free lines, in the order of addresses; a new one at the end.
    fn next_block(&mut self) -> Option<usize> {
        let cycle = self.allocator.cycle;
        let most = LINES_PER_BLOCK as u16 - LEAST_FREE_LINES;
        let usable = |b: &super::heap::Block| b.marked_lines <= most && b.usage == Use::Small && b.taken != cycle;
        let from = self.allocator.next_block;
        let found = self.blocks[from..].iter().position(usable).map(|i| from + i);
        let block = found.or_else(|| self.extend(1))?;
        self.allocator.next_block = block + 1;
        Some(block)
    }

    /// Moves to a new overflow block.
    fn next_overflow(&mut self) -> bool {
        let from = self.allocator.next_block;
        let Some(block) = (from..self.blocks.len()).find(|&b| self.is_free(b)).or_else(|| self.extend(1)) else {
            return false;
        };
        self.retire_overflow();
        self.take_block(block);
        let start = self.block_address(block);
        self.allocator.overflow_run = self.add_run(block, start, start + BLOCK);
        self.allocator.overflow = start;
        self.allocator.overflow_end = start + BLOCK;
        true
    }

    /// Uses `count` further blocks of the address space; the first of them.
    pub(super) fn extend(&mut self, count: usize) -> Option<usize> {
        let first = self.blocks.len();
        if count > self.capacity - first {
            return None;
        }
        self.blocks.resize(first + count, Default::default());
        Some(first)
    }

    pub(super) fn take_block(&mut self, block: usize) {
        let b = &mut self.blocks[block];
        b.taken = self.allocator.cycle;
        b.last_run = 0;
        b.resident = true;
    }

    fn add_run(&mut self, block: usize, start: usize, end: usize) -> u32 {
        let previous = self.blocks[block].last_run;
        self.allocator.runs.push(Run { start, end, previous, parsed: false });
        self.allocator.handed += end - start;
        let number = self.allocator.runs.len() as u32;
        self.blocks[block].last_run = number;
        number
    }

    fn retire_run(&mut self) {
        if self.allocator.run != 0 {
            let run = &mut self.allocator.runs[self.allocator.run as usize - 1];
            run.end = self.cursor;
            self.statistics.allocated += (run.end - run.start) as u64;
            self.allocator.run = 0;
        }
        self.cursor = 0;
        self.limit = 0;
        self.allocator.run_end = 0;
    }

    fn retire_overflow(&mut self) {
        if self.allocator.overflow_run != 0 {
            let run = &mut self.allocator.runs[self.allocator.overflow_run as usize - 1];
            run.end = self.allocator.overflow;
            self.statistics.allocated += (run.end - run.start) as u64;
            self.allocator.overflow_run = 0;
        }
        self.allocator.overflow = 0;
        self.allocator.overflow_end = 0;
    }

    /// Bytes in the current runs, which the statistics do not count yet.
    pub(super) fn allocated_in_current_runs(&self) -> u64 {
        let used = |run: u32, cursor: usize| match run {
            0 => 0,
            n => cursor - self.allocator.runs[n as usize - 1].start,
        };
        (used(self.allocator.run, self.cursor) + used(self.allocator.overflow_run, self.allocator.overflow)) as u64
    }

    /// Ends this cycle's runs: from here to [`Heap::start_cycle`] nothing is allocated.
    pub(super) fn retire_runs(&mut self) {
        self.retire_run();
        self.retire_overflow();
    }

    /// Starts a new cycle after a collection.
    pub(super) fn start_cycle(&mut self, allowance: usize) {
        let allocator = &mut self.allocator;
        allocator.runs.clear();
        allocator.cycle = allocator.cycle.wrapping_add(1).max(1);
        allocator.block = None;
        allocator.next_block = 0;
        allocator.handed = 0;
        allocator.allowance = allowance;
        if allowance > 0 {
            allocator.reserve_granted = 0;
            allocator.is_told = false;
        }
    }
}

/// The whole reserved range, at least twice the limit, is in use: what could still be freed is not known before a
/// safepoint that is never reached.
#[cold]
fn out_of_address_space(bytes: usize) -> ! {
    match std::alloc::Layout::from_size_align(bytes, 16) {
        Ok(layout) => std::alloc::handle_alloc_error(layout),
        Err(_) => std::process::abort(),
    }
}
