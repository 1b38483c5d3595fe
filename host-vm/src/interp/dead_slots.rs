//! Full collections at safepoints, without what no path of the frames' procedures will read any more.
//!
//! A collection in the midst of an instruction scans whole frames, and the native stack word by word. At a safepoint more is
//! known: the interpreter runs, every frame lies in memory as its bytecode has it, and the native frames of the
//! interpreter's loop hold nothing. So a full collection that is due is asked for there, and once more before the
//! program is told that memory is exhausted; dead slots are cleared first, and those native frames, which may show
//! stale words, are left out. (Native code may be in the middle of an iteration: what its frames' slots hold is then for
//! its own exits to say. It leaves at safepoints.)
//!
//! Looked at are the frames of the value stack that wait for a call of theirs, and the running one if it is at a loop or not
//! yet entered. Frames that were frozen into continuations are left alone: those are immutable.
#![allow(unsafe_code)] // Walks frames and writes their slots.

use super::stack::{distance, return_address, slots_between};
use crate::{
    bytecode::{code::Code, liveness::Liveness},
    gc,
    machine::Machine,
    value::Word,
};
use std::collections::HashMap;

/// What is known of the codes met so far; `None` where finding out would take long.
type Known = HashMap<*const Code, Option<Liveness>>;

impl Machine {
    /// The full collection that is due, if one still is. The interpreter is at a safepoint, and has told where.
    #[cold]
    pub(crate) fn collect_at_safepoint(&mut self) {
        if self.heap.is_full_due() {
            self.collect_without_dead_slots();
        }
    }

    /// Whether there is room after all when memory was said to be exhausted. As above.
    #[cold]
    pub(crate) fn find_room(&mut self) -> bool {
        self.collect_without_dead_slots();
        self.heap.exhaustion_is_over()
    }

    fn collect_without_dead_slots(&mut self) {
        self.clear_dead_slots();
        gc::collect_beneath(self, self.native_low);
    }

    fn clear_dead_slots(&mut self) {
        let mut known = Known::new();
        let bottom = self.stack.bottom();
        let (mut base, mut pc) = (self.base, self.pc);
        let mut end = self.stack_top();
        // A procedure that was not entered has its arguments and nothing else.
        if let arguments_end = self.arguments_end
            && (base..end).contains(&arguments_end)
        {
            // SAFETY: these are slots of the running frame.
            unsafe { arguments_end.write_bytes(0, slots_between(arguments_end, end)) };
        }
        while base > bottom {
            // SAFETY: the machine's base is that of a frame, and so are those that the distances lead to; a frame's slots
            // end where the frame words of the next begin.
            unsafe {
                clear_frame(base, end, pc, base == self.base, &mut known);
                let back = distance(base);
                if back == 0 {
                    break;
                }
                (pc, end) = (return_address(base), base.sub(2));
                base = base.sub(back);
            }
        }
    }
}

/// Clears the dead slots of the frame at `base`, which end before `end`. If it runs, `pc` is where: at a loop, or
/// nothing is known and nothing is cleared. If it waits, `pc` is its return address.
///
/// # Safety
/// `base` is the base of a frame whose slots lie below `end`.
unsafe fn clear_frame(base: *mut Word, end: *mut Word, pc: *const u32, runs: bool, known: &mut Known) {
    // SAFETY: slot 0 of a frame is initialized; a closure's code lives as long as the machine.
    let (procedure, code) = unsafe {
        let procedure = *base;
        if !procedure.is_closure() {
            return;
        }
        (procedure, &*procedure.closure_code())
    };
    let index = pc.addr().wrapping_sub(code.units.as_ptr().addr()) / 4;
    if index >= code.units.len() {
        // It waits in a stub of the machine.
        return;
    }
    let liveness = known.entry(procedure.closure_code()).or_insert_with(|| Liveness::of(&code.units));
    let live = liveness.as_ref().and_then(|known| if runs { known.at_loop(index) } else { known.in_call(index) });
    let Some(live) = live else { return };
    for register in 1..slots_between(base, end).min(code.frame_size as usize) {
        if !live.contains(register) {
            // SAFETY: the slot belongs to the frame.
            unsafe { *base.add(register) = Word::fixnum(0) };
        }
    }
}
