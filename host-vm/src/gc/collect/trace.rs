//! Tracing: marks everything that the roots reach.
//!
//! What is gray are *edges*: words whose objects have not been looked at. An entry taken from the mark stack waits in a
//! queue of sixteen while its object and its side byte are fetched into the cache; only when it leaves the queue is the byte
//! tested. Long vectors and stacks are kept as ranges, of which a part is taken whenever the mark stack is empty: the
//! mark stack stays small.
#![allow(unsafe_code)] // Reads and marks objects.

use crate::{
    gc::heap::{BLOCK, Block, GRANULE_SHIFT, Heap, LARGE, LINE, LINE_MARKED, MARKED},
    value::{
        HeapType, Word,
        object::{header_length, is_header, object_bytes},
    },
};

/// Entries of the prefetch queue.
const QUEUE: usize = 16;
/// Words of a range that are made gray at a time.
const PART: usize = 512;
/// Objects with more words than this are traced as ranges.
const LONG: usize = 64;

/// Set of the types whose bodies are words.
const WORD_TYPES: u32 = {
    let mut set = 0;
    let mut i = 0;
    while i < HeapType::ALL.len() {
        if HeapType::ALL[i].is_words() {
            set |= 1 << HeapType::ALL[i] as u32;
        }
        i += 1;
    }
    set
};

/// Whether the object with that header has a body of words.
#[inline(always)]
fn has_words(header: u64) -> bool {
    WORD_TYPES >> (header >> 3 & 31) & 1 == 1
}

/// Bytes of the object with that header.
#[inline(always)]
fn size_by_header(header: u64) -> usize {
    object_bytes(header_length(header) << if has_words(header) { 3 } else { 0 })
}

/// Bytes of the object at an address.
///
/// # Safety
/// An initialized object starts there.
#[inline(always)]
pub(in crate::gc) unsafe fn object_size(address: usize) -> usize {
    let first: *const u64 = std::ptr::with_exposed_provenance(address);
    // SAFETY: promised by the caller; the first word is readable and tells the size.
    let first = unsafe { *first };
    if is_header(first) { size_by_header(first) } else { 16 }
}

/// Where the object at an address holds words: first and end address. The object's size can be more: it is rounded up, and
/// what lies between holds garbage.
///
/// # Safety
/// An initialized object starts there.
pub(in crate::gc) unsafe fn object_words(address: usize) -> (usize, usize) {
    let first: *const u64 = std::ptr::with_exposed_provenance(address);
    // SAFETY: promised by the caller.
    let first = unsafe { *first };
    if !is_header(first) {
        (address, address + 16)
    } else if has_words(first) {
        (address + 8, address + 8 + 8 * header_length(first))
    } else {
        (address, address)
    }
}

/// What is still to be traced.
#[derive(Debug, Default)]
pub struct Gray {
    /// The mark stack: words with a pointer tag.
    edges: Vec<Word>,
    /// Memory that holds words: first and end address.
    ranges: Vec<(usize, usize)>,
}

impl Gray {
    /// Adds a word if it is a pointer.
    #[inline(always)]
    pub(super) fn add(&mut self, word: Word) {
        if word.is_pointer() {
            self.edges.push(word);
        }
    }

    /// Adds all words from one address to another.
    pub(super) fn add_range(&mut self, start: usize, end: usize) {
        if start < end {
            self.ranges.push((start, end));
        }
    }

    /// Adds the words in an object, whatever its mark.
    ///
    /// # Safety
    /// The word refers to a live object.
    pub(super) unsafe fn add_contents(&mut self, object: Word) {
        // SAFETY: promised by the caller.
        let (start, end) = unsafe { object_words(object.address()) };
        self.add_range(start, end);
    }

    /// Bytes of memory to be looked at.
    pub(super) fn bytes(&self) -> usize {
        self.edges.len() * 8 + self.ranges.iter().map(|&(start, end)| end - start).sum::<usize>()
    }
}

impl Heap {
    /// Marks everything reachable from what is gray, and the lines it covers; gives the emptied value back.
    pub(super) fn trace(&mut self, gray: Gray) -> Gray {
        let mut tracer = Tracer {
            marks: self.marks,
            lines: self.lines,
            base: self.base,
            blocks: &mut self.blocks,
            live_lines: self.pace.live_lines,
            gray,
        };
        tracer.drain();
        self.pace.live_lines = tracer.live_lines;
        tracer.gray
    }
}

/// The collector's view of a heap while it traces: what the inner loop needs.
struct Tracer<'a> {
    marks: *mut u8,
    lines: *mut u8,
    base: usize,
    blocks: &'a mut [Block],
    live_lines: usize,
    gray: Gray,
}

impl Tracer<'_> {
    fn drain(&mut self) {
        let mut queue = [Word::NIL; QUEUE];
        let (mut first, mut waiting) = (0, 0);
        loop {
            while waiting < QUEUE {
                let Some(word) = self.gray.edges.pop() else { break };
                prefetch(std::ptr::with_exposed_provenance(word.address()));
                prefetch(self.marks.wrapping_add(word.0 as usize >> GRANULE_SHIFT));
                queue[(first + waiting) % QUEUE] = word;
                waiting += 1;
            }
            if waiting == 0 {
                if self.take_part() {
                    continue;
                }
                return;
            }
            let word = queue[first];
            first = (first + 1) % QUEUE;
            waiting -= 1;
            // SAFETY: gray words refer to objects of this heap.
            unsafe { self.visit(word) };
        }
    }

    /// Makes the words of a part of a range gray; false when there is none.
    fn take_part(&mut self) -> bool {
        let Some((start, end)) = self.gray.ranges.pop() else { return false };
        let part = end.min(start + PART * 8);
        if part < end {
            self.gray.ranges.push((part, end));
        }
        // SAFETY: ranges lie in live objects or in memory that the owner of the heap promised to keep.
        unsafe { self.add_words(start, part) };
        true
    }

    /// # Safety
    /// From `start` to `end` memory holds words.
    #[inline(always)]
    unsafe fn add_words(&mut self, start: usize, end: usize) {
        let mut address = start;
        while address < end {
            let slot: *const Word = std::ptr::with_exposed_provenance(address);
            // SAFETY: promised by the caller.
            self.gray.add(unsafe { *slot });
            address += 8;
        }
    }

    /// Marks the object of a gray word, unless it is marked, and makes its words gray.
    ///
    /// # Safety
    /// The word refers to an object of this heap.
    #[inline(always)]
    unsafe fn visit(&mut self, word: Word) {
        let address = word.address();
        debug_assert!(address.wrapping_sub(self.base) < self.blocks.len() * BLOCK, "{address:#x} is outside the heap");
        let byte = self.marks.wrapping_add(address >> GRANULE_SHIFT);
        // SAFETY: promised by the caller; every granule of the heap has a byte, and objects are readable.
        unsafe {
            if *byte & MARKED != 0 {
                return;
            }
            *byte = MARKED;
            if word.is_pair() {
                self.mark_lines(address, 16);
                let pair: *const [Word; 2] = std::ptr::with_exposed_provenance(address);
                let [car, cdr] = *pair;
                self.gray.add(cdr);
                self.gray.add(car);
                return;
            }
            let header: *const u64 = std::ptr::with_exposed_provenance(address);
            let header = *header;
            debug_assert!(is_header(header), "no object at {address:#x}: {header:#x}");
            let size = size_by_header(header);
            if size <= LARGE {
                self.mark_lines(address, size);
            }
            if has_words(header) {
                let (start, length) = (address + 8, header_length(header));
                if length <= LONG {
                    self.add_words(start, start + 8 * length);
                } else {
                    self.gray.add_range(start, start + 8 * length);
                }
            }
        }
    }

    /// Marks the lines that a small object covers.
    ///
    /// # Safety
    /// The object lies in this heap, in one block.
    #[inline(always)]
    unsafe fn mark_lines(&mut self, address: usize, size: usize) {
        let mut line = self.lines.wrapping_add(address / LINE);
        let last = self.lines.wrapping_add((address + size - 1) / LINE);
        loop {
            // SAFETY: every line of the heap has a byte.
            unsafe {
                if *line == 0 {
                    *line = LINE_MARKED;
                    self.blocks[(address - self.base) / BLOCK].marked_lines += 1;
                    self.live_lines += 1;
                }
            }
            if line == last {
                return;
            }
            line = line.wrapping_add(1);
        }
    }
}

/// Asks for a cache line; does nothing where stable Rust has no way to.
#[inline(always)]
fn prefetch(address: *const u8) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a prefetch of any address has no effect that a program can see.
    unsafe {
        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(address.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = address;
}
