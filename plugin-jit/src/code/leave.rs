//! An exit taken: the state of the snapshot is written back, and the host is told where to go on.
//!
//! Native code has saved all registers on the native stack and calls [`handle_exit`]. The order matters, because the
//! host's collector may run when a float is boxed: first the boxes are made (the words they are made from, and those
//! that are not boxed, still lie in the saved registers and the frame, and the boxes' words in an array beside them;
//! the collector scans all of that conservatively); then objects are built with `reserve`, which never collects;
//! then the slots are written, all from values read before.

#![allow(unsafe_code)] // Reads the registers that native code saved and writes to the host's stack and heap.

use super::table::{ExitDescription, ExitTable, MAX_BOXES, Source};
use crate::regalloc::{Location, Register};
use limpet_plugin_api::{
    ExitState,
    host::{AllocFunction, BoxFloatFunction},
    trace_op::Access,
};
use smallvec::SmallVec;

/// Slots and objects of an exit for which no memory is asked for: exits are frequent where short traces are.
const INLINE: usize = 64;

/// The registers at an exit, by the machine's numbers; native code writes them just below the frame.
#[repr(C)]
#[derive(Clone, Debug)]
pub struct SavedRegisters {
    /// General registers.
    pub ints: [u64; 32],
    /// Floating-point registers.
    pub floats: [u64; 32],
}

/// Where things are in the native frame, in bytes from its lowest address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameLayout;

impl FrameLayout {
    /// Arguments of array calls: 64 words.
    pub const ARGUMENTS: i32 = 0;
    /// Most arguments of an array call.
    pub const MAX_ARGUMENTS: usize = 64;
    /// Spill slots.
    pub const SPILLS: i32 = FrameLayout::ARGUMENTS + 8 * FrameLayout::MAX_ARGUMENTS as i32;
    /// Number of spill slots.
    pub const SPILL_SLOTS: u16 = 256;
    /// Address of the [`ExitState`] to fill in.
    pub const EXIT_STATE: i32 = FrameLayout::SPILLS + 8 * FrameLayout::SPILL_SLOTS as i32;
    /// Bytes of the frame, a multiple of 16.
    pub const SIZE: i32 = FrameLayout::EXIT_STATE + 16;
}

/// What an exit needs to know besides its description.
struct Leaving<'a> {
    table: &'a ExitTable,
    exit: &'a ExitDescription,
    registers: &'a SavedRegisters,
    frame: *const u8,
    base: *mut u8,
    context: *mut u8,
}

/// Called by native code at an exit: writes the state back and fills in `state`. Returns to the trampoline, which
/// returns to the host.
///
/// # Safety
/// Called only by the exit code that the same environment generated: `table` is its exit table, `registers` lies just
/// below the native frame of a trace, and `context` and `base` are what the trace was entered with.
pub unsafe extern "C" fn handle_exit(
    table: *const ExitTable,
    index: u64,
    registers: *const SavedRegisters,
    state: *mut ExitState,
    context: *mut u8,
    base: *mut u8,
) {
    let result = std::panic::catch_unwind(|| {
        // SAFETY: by the contract of this function the pointers are valid, and nothing writes the table now.
        let (table, registers) = unsafe { (&*table, &*registers) };
        let exit = &table.exits[index as usize];
        // SAFETY: the frame begins where the saved registers end.
        let frame = unsafe { (registers as *const SavedRegisters).add(1).cast::<u8>() };
        let leaving = Leaving { table, exit, registers, frame, base, context };
        leaving.write_back();
        // SAFETY: the host passed a valid ExitState to `enter`, which has not returned yet.
        unsafe {
            *state = ExitState {
                trace: exit.trace,
                exit: exit.exit,
                resume: exit.resume,
                base: base.wrapping_offset(exit.base_offset as isize) as u64,
            };
        }
    });
    if result.is_err() {
        // The host's state is written in part: neither native code nor the interpreter can go on.
        eprintln!("limpet-jit: an exit failed; this is a defect of the plugin");
        std::process::abort();
    }
}

impl Leaving<'_> {
    fn leaf(&self, leaf: u32) -> u64 {
        match self.exit.leaves[leaf as usize] {
            Location::Register(register) => self.register(register),
            Location::Spill(slot) => self.frame_word(slot),
            Location::Slot(slot) => {
                let offset = self.table.layout.direction.offset(slot) as isize;
                // SAFETY: the trace read this slot from the host's stack, which still holds it.
                unsafe { self.base.wrapping_offset(offset).cast::<u64>().read() }
            }
            Location::Constant(bits) => bits,
            Location::Temporary => unreachable!("no value stays in the temporary"),
        }
    }

    fn register(&self, register: Register) -> u64 {
        let number = register.number() as usize;
        match register.class() {
            crate::regalloc::Class::Int => self.registers.ints[number],
            crate::regalloc::Class::Float => self.registers.floats[number],
        }
    }

    fn frame_word(&self, slot: u16) -> u64 {
        let offset = FrameLayout::SPILLS as usize + 8 * slot as usize;
        // SAFETY: the slot lies within the frame, which the trampoline made.
        unsafe { self.frame.add(offset).cast::<u64>().read() }
    }

    fn box_float(&self, bits: u64) -> u64 {
        let layout = &self.table.layout;
        let value = f64::from_bits(bits);
        if let Some(word) = layout.float.encode(value, layout.tag_bits) {
            return word;
        }
        // SAFETY: the host gave this address as a function of this type.
        let box_slow: BoxFloatFunction = unsafe { std::mem::transmute(layout.float.box_slow as usize) };
        // SAFETY: called with the context as the host's contract demands.
        unsafe { box_slow(self.context, value) }
    }

    fn write_back(&self) {
        let exit = self.exit;
        // Boxes. Their words stay on the native stack (an exit has at most `MAX_BOXES`), so that a collection by a later
        // box sees the earlier ones.
        let mut boxes: SmallVec<[u64; MAX_BOXES]> = SmallVec::new();
        let mut boxed: SmallVec<[u32; MAX_BOXES]> = SmallVec::new();
        let fields = exit.objects.iter().flat_map(|object| object.fields.iter().map(|field| field.2));
        for source in exit.slots.iter().map(|slot| slot.1).chain(fields) {
            if let Source::Boxed(leaf) = source
                && !boxed.contains(&leaf)
            {
                boxes.push(self.box_float(self.leaf(leaf)));
                boxed.push(leaf);
            }
        }
        std::hint::black_box(&boxes);

        // Nothing collects from here on.
        let mut objects: SmallVec<[u64; INLINE]> = SmallVec::new();
        let word = |source: Source, objects: &[u64]| match source {
            Source::Leaf(leaf) => self.leaf(leaf),
            Source::Boxed(leaf) => boxed.iter().position(|&other| other == leaf).map_or(0, |i| boxes[i]),
            Source::Object(object) => objects[object as usize],
        };
        for object in &exit.objects {
            // SAFETY: the host gave this address as a function of this type.
            let reserve: AllocFunction = unsafe { std::mem::transmute(self.table.layout.alloc.reserve as usize) };
            // SAFETY: called with the context as the host's contract demands.
            let address = unsafe { reserve(self.context, u64::from(object.bytes)) };
            let tagged = address + u64::from(object.tag);
            for &(offset, access, source) in &object.fields {
                let value = word(source, &objects);
                let at = tagged.wrapping_add_signed(i64::from(offset)) as *mut u8;
                // SAFETY: the field lies in the object that was just reserved.
                unsafe {
                    match access {
                        Access::U8 | Access::I8 => at.write(value as u8),
                        Access::U16 | Access::I16 => at.cast::<u16>().write_unaligned(value as u16),
                        Access::U32 | Access::I32 => at.cast::<u32>().write_unaligned(value as u32),
                        Access::I64 | Access::F64 => at.cast::<u64>().write_unaligned(value),
                    }
                }
            }
            objects.push(tagged);
        }
        // Slots are read before any is written: a leaf may still be in a slot of its own.
        let words: SmallVec<[u64; INLINE]> = exit.slots.iter().map(|slot| word(slot.1, &objects)).collect();
        for (&(offset, _), &word) in exit.slots.iter().zip(&words) {
            // SAFETY: the entry of the trace has checked that the stack has room for all its slots.
            unsafe { self.base.wrapping_offset(offset as isize).cast::<u64>().write(word) };
        }
    }
}
