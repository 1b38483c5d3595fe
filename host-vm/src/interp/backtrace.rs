//! Walking the frames of a running program, for messages.
#![allow(unsafe_code)] // Reads frame words.

use super::{
    error::procedure_name,
    stack::{distance, field, return_address},
    stubs,
};
use crate::{
    bytecode::code::{Code, Position},
    machine::Machine,
    value::Word,
};

/// Most frames that are shown.
const SHOWN: usize = 64;

/// One frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BacktraceFrame {
    /// Name of the procedure; empty if it has none.
    pub procedure: String,
    /// Where the frame's instruction was written.
    pub position: Option<Position>,
}

/// Frames, innermost first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backtrace {
    /// The frames.
    pub frames: Vec<BacktraceFrame>,
    /// Whether there are more.
    pub is_cut: bool,
}

impl Backtrace {
    /// The frames of a machine, as of the last point where the interpreter told where it is.
    pub(crate) fn of(machine: &Machine) -> Backtrace {
        let mut backtrace = Backtrace::default();
        let bottom = machine.stack.bottom();
        let (mut base, mut pc) = (machine.base, machine.pc);
        while base > bottom {
            // SAFETY: the machine's base is that of a frame, and so are those that the distances lead to.
            unsafe {
                if !backtrace.add(*base, pc) {
                    return backtrace;
                }
                let address = return_address(base);
                if address == stubs::underflow() {
                    break;
                }
                // Behind the first unit of the instruction that waits.
                pc = address.sub(1);
                base = base.sub(distance(base));
            }
        }
        let mut chunk = machine.continuation;
        while chunk.is_true() {
            if chunk.field(field::FRAMES).is_true() && !backtrace.add_chunk(chunk) {
                return backtrace;
            }
            chunk = chunk.field(field::NEXT);
        }
        backtrace
    }

    fn add_chunk(&mut self, chunk: Word) -> bool {
        let frames = chunk.field(field::FRAMES);
        let mut base = chunk.field(field::BASE).as_fixnum() as usize;
        let mut address = chunk.field(field::RESUME).0 as usize;
        loop {
            let pc: *const u32 = std::ptr::with_exposed_provenance(address - 4);
            if !self.add(frames.vector_ref(base), pc) {
                return false;
            }
            if base <= 2 {
                return true;
            }
            address = frames.vector_ref(base - 1).0 as usize;
            base -= frames.vector_ref(base - 2).0 as usize / 8;
        }
    }

    /// Adds a frame; false if there are enough.
    fn add(&mut self, procedure: Word, pc: *const u32) -> bool {
        if self.frames.len() == SHOWN {
            self.is_cut = true;
            return false;
        }
        let position = match procedure.is_closure() {
            // SAFETY: a closure's code lives as long as the machine.
            true => position_of(unsafe { &*procedure.closure_code() }, pc),
            false => None,
        };
        self.frames.push(BacktraceFrame { procedure: procedure_name(procedure), position });
        true
    }
}

/// Where an instruction of a code was written.
pub(crate) fn position_of(code: &Code, pc: *const u32) -> Option<Position> {
    let index = pc.addr().wrapping_sub(code.units.as_ptr().addr()) / 4;
    if index >= code.units.len() {
        return None;
    }
    code.position(index)
}
