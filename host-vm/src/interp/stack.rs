//! The memory of the value stack, and moving frames between it and the heap.
//!
//! Frames run in one contiguous region that grows upwards. Whatever wants frames to outlive it (a captured continuation,
//! a prompt, a stack that has grown too high) *freezes* the region: its frames are copied into the heap, as a chain of
//! `Continuation` objects of bounded size, the running frame becomes the bottom one, and its return address becomes that
//! of the underflow stub. A return through that stub *thaws* the topmost chunk of [`Machine::continuation`]. Chunks are
//! immutable, so a continuation can be resumed any number of times.
//!
//! This is the incremental stack/heap strategy (Clinger, Hartheimer, Ost, "Implementation strategies for first-class
//! continuations", 1999) with the bounded reinstatement of Hieb, Dybvig and Bruggeman (1990). From the latter's O(1) split
//! by sharing segments it departs for the collector's sake: a chunk in the heap grows old like any
//! object, so that a deep recursion is not scanned again by every young collection, and it is freed like any object.
//! Each frame is copied at most once between two returns to it: capture costs amortized constant time per call.
//!
//! What always holds:
//! * Slots at or beyond `limit` plus [`RESERVE`] hold zero. The limit starts low and is raised as frames grow; a
//!   collection clears what lies above the top and lowers it again. So stale slots within a later frame are zero or
//!   were written since the last collection, and never show an object that is gone.
//! * Chunks lie at frame boundaries; slot 0 and 1 of a chunk are its bottom frame's distance and return address, and
//!   that return address is the underflow stub.
#![allow(unsafe_code)] // Owns raw memory, copies frames.

use super::{Frame, stubs};
use crate::{
    bytecode::verify::MOST_REGISTERS,
    machine::Machine,
    value::{HeapType, Word},
};
use std::{alloc, io};

/// Slots above the limit that a frame may use without asking: for the call that raises an error.
pub const RESERVE: usize = 512;
/// Slots of room that there are at least after a collection.
const LEAST_ROOM: usize = 4096;
/// Most slots of a chunk, and of the topmost chunk of a freeze: small, for it may be frozen and thawed often.
const CHUNK: usize = 960;
const FIRST_CHUNK: usize = 48;

/// Fields of a `Continuation` object.
pub mod field {
    /// The chunk beneath, or `#f`.
    pub const NEXT: usize = 0;
    /// Raw address at which the topmost frame goes on; 0 without frames.
    pub const RESUME: usize = 1;
    /// Slots from the chunk's start to the base of its topmost frame (fixnum).
    pub const BASE: usize = 2;
    /// Slots in this chunk and all beneath (fixnum).
    pub const TOTAL: usize = 3;
    /// Tag of the prompt that is left when a value is returned to this chunk, or `#f`; of a slice: the chunk where it ends.
    pub const PROMPT: usize = 4;
    /// The prompt's handler.
    pub const HANDLER: usize = 5;
    /// The dynamic state when it was made.
    pub const DYNAMIC_STATE: usize = 6;
    /// The winders when it was made.
    pub const WINDERS: usize = 7;
    /// Vector of slots, or `#f` without frames.
    pub const FRAMES: usize = 8;
}

/// Settings of the value stack.
#[derive(Clone, Debug)]
pub struct StackConfig {
    /// Slots of the contiguous region. A frame with more arguments than this is an error.
    pub slots: usize,
    /// Slots beyond which frames are frozen: bounds what a collection scans.
    pub soft_slots: usize,
    /// Slots of all frames, frozen ones included, beyond which recursion is too deep.
    pub total_slots: usize,
}

impl Default for StackConfig {
    fn default() -> StackConfig {
        StackConfig { slots: 1 << 20, soft_slots: 1 << 16, total_slots: 1 << 27 }
    }
}

/// The memory of the value stack.
pub struct Stack {
    memory: *mut Word,
    config: StackConfig,
    /// First slot of the frames of this run.
    bottom: *mut Word,
    /// See [`Machine::set_stack_limit`].
    limit: *mut Word,
    /// The limit of all frames was reached, and handlers are using what is in reserve.
    uses_reserve: bool,
}

/// The stack can't hold what is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TooDeep {
    /// A condition can be raised: there is some room in reserve for its handlers.
    Condition,
    /// The handlers have used that up as well.
    Hopeless,
}

impl Stack {
    /// Memory for the stack, all zero; the system gives pages as they are touched.
    ///
    /// # Errors
    /// When there is no such memory.
    pub fn new(config: &StackConfig) -> io::Result<Stack> {
        let mut config = config.clone();
        config.slots = config.slots.max(LEAST_ROOM + 2 * RESERVE);
        config.soft_slots = config.soft_slots.clamp(LEAST_ROOM + RESERVE, config.slots - RESERVE);
        // SAFETY: the layout's size is not zero.
        let memory = unsafe { alloc::alloc_zeroed(Stack::layout(config.slots)) }.cast::<Word>();
        if memory.is_null() {
            return Err(io::Error::new(io::ErrorKind::OutOfMemory, "no memory for the value stack"));
        }
        Ok(Stack { memory, config, bottom: memory, limit: memory, uses_reserve: false })
    }

    /// Behind the slots that frames may use there is room for one more frame of any size: that of a procedure that was called,
    /// but whose entry was refused. The call that raises the error lies above it.
    fn layout(slots: usize) -> alloc::Layout {
        alloc::Layout::array::<Word>(slots + MOST_REGISTERS as usize)
            .unwrap_or(alloc::Layout::new::<[Word; LEAST_ROOM]>())
    }

    /// First slot of the frames of this run.
    pub fn bottom(&self) -> *mut Word {
        self.bottom
    }

    /// Begins a run above the slots of another; returns the other's bottom.
    pub(crate) fn replace_bottom(&mut self, bottom: *mut Word) -> *mut Word {
        std::mem::replace(&mut self.bottom, bottom)
    }

    /// The limit for an empty stack.
    pub(crate) fn first_limit(&self) -> *mut Word {
        self.limit_above(self.memory)
    }

    /// The limit in force.
    pub(crate) fn limit(&self) -> *mut Word {
        self.limit
    }

    /// Sets the limit. It is lowered by [`Stack::clear_from`] only: what was written must not be forgotten.
    pub(crate) fn set_limit(&mut self, limit: *mut Word) {
        debug_assert!(limit >= self.limit, "slots that were written are left behind");
        self.limit = limit;
    }

    /// Whether frames may take so many slots in all.
    fn admit(&mut self, total: usize) -> Result<(), TooDeep> {
        let limit = self.config.total_slots;
        if total <= limit {
            self.uses_reserve = false;
            return Ok(());
        }
        if !std::mem::replace(&mut self.uses_reserve, true) {
            return Err(TooDeep::Condition);
        }
        if total <= limit + limit / 8 + self.config.soft_slots { Ok(()) } else { Err(TooDeep::Hopeless) }
    }

    /// The end of what frames may ever use.
    fn hard_limit(&self) -> *mut Word {
        self.memory.wrapping_add(self.config.slots - RESERVE)
    }

    fn soft_limit(&self) -> *mut Word {
        self.memory.wrapping_add(self.config.soft_slots)
    }

    fn limit_above(&self, top: *mut Word) -> *mut Word {
        top.wrapping_add(LEAST_ROOM).min(self.soft_limit()).max(top).min(self.hard_limit())
    }

    /// A higher limit that leaves room below it for a frame that ends at `top`, if that needs no freeze.
    pub(crate) fn raised_limit(&self, top: *mut Word) -> Option<*mut Word> {
        let room = slots_between(self.memory, top).max(LEAST_ROOM);
        (top <= self.soft_limit()).then(|| top.wrapping_add(room).min(self.soft_limit()))
    }

    /// A limit for a single frame beyond the soft limit.
    pub(crate) fn extended_limit(&self, top: *mut Word) -> Option<*mut Word> {
        (top <= self.hard_limit()).then(|| top.wrapping_add(LEAST_ROOM).min(self.hard_limit()))
    }

    /// The slots below `top`, of all runs.
    pub(crate) fn words_below(&self, top: *mut Word) -> &[Word] {
        // SAFETY: all memory of the stack is initialized; the top lies within it.
        unsafe { std::slice::from_raw_parts(self.memory, slots_between(self.memory, top)) }
    }

    /// Zeroes everything that was written above `top`; returns the new limit.
    pub(crate) fn clear_from(&mut self, top: *mut Word) -> *mut Word {
        let end = self.limit.wrapping_add(RESERVE);
        if top < end {
            // SAFETY: both lie in the stack, whose end is at least `RESERVE` beyond any limit.
            unsafe { top.write_bytes(0, slots_between(top, end)) };
        }
        self.limit = self.limit_above(top);
        self.limit
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // SAFETY: allocated by `new` with the same layout.
        unsafe { alloc::dealloc(self.memory.cast(), Stack::layout(self.config.slots)) };
    }
}

/// Slots from one address of the stack to a higher one.
pub(crate) fn slots_between(low: *mut Word, high: *mut Word) -> usize {
    (high.addr() - low.addr()) / 8
}

/// The distance in a frame's words, in slots.
///
/// # Safety
/// `base` is the base of a frame.
#[inline(always)]
pub(crate) unsafe fn distance(base: *mut Word) -> usize {
    // SAFETY: the two slots below a base are the frame's words.
    (unsafe { *base.sub(2) }).0 as usize / 8
}

/// The return address in a frame's words.
///
/// # Safety
/// `base` is the base of a frame.
#[inline(always)]
pub(crate) unsafe fn return_address(base: *mut Word) -> *const u32 {
    // SAFETY: as above; return addresses are written with their provenance exposed.
    unsafe { std::ptr::with_exposed_provenance((*base.sub(1)).0 as usize) }
}

/// Where a chunk is cut out of the stack.
struct Cut {
    start: *mut Word,
    end: *mut Word,
    base: *mut Word,
    resume: *const u32,
}

impl Machine {
    /// Freezes all frames beneath the one at `base`, which holds `live` slots, and moves it to the bottom of the stack.
    /// Returns its new base. [`Machine::continuation`] is then what the frame returns to.
    ///
    /// # Errors
    /// When frames take more than [`StackConfig::total_slots`]; nothing is changed then.
    pub(crate) fn freeze(&mut self, base: *mut Word, live: usize) -> Result<*mut Word, TooDeep> {
        let bottom = self.stack.bottom;
        let frame = base.wrapping_sub(2);
        if frame == bottom {
            return Ok(base);
        }
        let beneath = total(self.continuation);
        self.stack.admit(beneath + slots_between(bottom, frame))?;
        (self.base, self.arguments_end) = (base, base.wrapping_add(live));
        let mut cuts = Vec::new();
        let mut end = frame;
        // SAFETY: `base` is the base of a frame, and frames lie one upon the other down to the bottom; so the words read
        // here are frame words. The last cut begins at the bottom.
        unsafe {
            let (mut above, mut limit) = (base, FIRST_CHUNK);
            while end > bottom {
                let (top, resume) = (above.sub(distance(above)), return_address(above));
                let mut start = top;
                while start.sub(2) > bottom {
                    let lower = start.sub(distance(start));
                    if slots_between(lower, end) > limit {
                        break;
                    }
                    start = lower;
                }
                let cut = Cut { start: start.sub(2), end, base: top, resume };
                (above, end, limit) = (start, cut.start, CHUNK);
                cuts.push(cut);
            }
            for cut in cuts.iter().rev() {
                *cut.start.add(1) = Word(stubs::underflow().expose_provenance() as u64);
                let frames = self.vector_from(std::slice::from_raw_parts(cut.start, slots_between(cut.start, cut.end)));
                self.continuation = self.make_continuation(cut.resume, slots_between(cut.start, cut.base), frames);
            }
            std::ptr::copy(frame, bottom, live + 2);
            let base = bottom.add(2);
            *base.sub(1) = Word(stubs::underflow().expose_provenance() as u64);
            (self.base, self.arguments_end) = (base, std::ptr::null_mut());
            Ok(base)
        }
    }

    /// A chunk upon the present continuation.
    fn make_continuation(&mut self, resume: *const u32, base: usize, frames: Word) -> Word {
        let slots = if frames.is_true() { frames.vector_len() } else { 0 };
        let fields = [
            self.continuation,
            Word(resume.expose_provenance() as u64),
            Word::fixnum(base as i64),
            Word::fixnum((total(self.continuation) + slots) as i64),
            Word::FALSE,
            Word::FALSE,
            self.dynamic_state,
            self.winders,
            frames,
        ];
        self.make_object(HeapType::Continuation, &fields)
    }

    /// A `Continuation` without frames upon the present one: what a program gets, or the mark of a prompt.
    pub(crate) fn make_continuation_mark(&mut self) -> Word {
        self.make_continuation(std::ptr::null(), 0, Word::FALSE)
    }

    /// Copies the topmost chunk of the continuation onto the empty stack, and drops it from the chain. `None`: there is
    /// none left, the run has ended.
    pub(crate) fn thaw(&mut self) -> Option<Frame> {
        loop {
            let chunk = self.continuation;
            if !chunk.is_true() {
                return None;
            }
            self.continuation = chunk.field(field::NEXT);
            let frames = chunk.field(field::FRAMES);
            if !frames.is_true() {
                continue;
            }
            let frames = frames.fields();
            let bottom = self.stack.bottom;
            let base = bottom.wrapping_add(chunk.field(field::BASE).as_fixnum() as usize);
            // SAFETY: a chunk is not longer than what was once on the stack above its bottom, and was frozen below the
            // limit; room for the whole topmost frame is made below. Its slot 0 is a closure.
            unsafe {
                std::ptr::copy_nonoverlapping(frames.as_ptr(), bottom, frames.len());
                let top = base.add((*(*base).closure_code()).frame_size as usize);
                if top > self.stack.limit {
                    let limit = self.stack.raised_limit(top).or_else(|| self.stack.extended_limit(top));
                    self.set_stack_limit(limit.unwrap_or(self.stack.limit));
                }
            }
            let resume = chunk.field(field::RESUME).0 as usize;
            return Some(Frame { pc: std::ptr::with_exposed_provenance(resume), base });
        }
    }
}

/// Slots of a chain of chunks.
pub(crate) fn total(continuation: Word) -> usize {
    if continuation.is_true() { continuation.field(field::TOTAL).as_fixnum() as usize } else { 0 }
}
