//! A small host that runs: a stack, a heap and the functions that native code calls, and an interpreter of recordings.

#![allow(unsafe_code)] // Native code and its host share memory by address.

use super::common::layout;
use limpet_plugin_api::{
    ExitState, HostLayout, Recording, Representation, TraceEndKind,
    plugin::EnterFunction,
    trace_op::{Access, Condition, OpCode, TraceOp, ValueRef},
};

/// Tag of heap-allocated floats; the float stands at offset 8.
const BOX_TAG: u64 = 5;
const PAIR_TAG: u64 = 1;
/// Words of a heap, a stack.
const HEAP: usize = 1 << 16;
const STACK: usize = 256;
/// Slot 0 at the start.
const BASE: usize = 32;

/// What native code sees. The offsets are those of the test layout.
#[repr(C)]
struct Fields {
    cursor: u64,
    limit: u64,
    barrier_table: u64,
    base: u64,
    stack_limit: u64,
    safepoint: u64,
    barriers_taken: u64,
}

/// A machine.
pub struct Machine {
    fields: Box<Fields>,
    heap: Vec<u64>,
    stack: Vec<u64>,
    _cards: Vec<u8>,
    /// Address of slot 0.
    pub base: u64,
}

/// Where execution stands after a trace was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// Where to go on.
    pub resume: u64,
    /// Native code: which trace and exit.
    pub exit: Option<(u32, u32)>,
}

unsafe extern "C" fn allocate(context: *mut u8, bytes: u64) -> u64 {
    // SAFETY: the context is the `Fields` of a machine, which nobody else uses while native code runs.
    let fields = unsafe { &mut *context.cast::<Fields>() };
    let address = fields.cursor;
    fields.cursor += bytes.next_multiple_of(16);
    address
}

unsafe extern "C" fn box_float(context: *mut u8, value: f64) -> u64 {
    let layout = layout();
    if let Some(word) = layout.float.encode(value, layout.tag_bits) {
        return word;
    }
    // SAFETY: as in `allocate`; the heap is large enough for every test.
    unsafe {
        let address = allocate(context, 16);
        *(address as *mut u64) = BOX_TAG;
        *((address + 8) as *mut f64) = value;
        address + BOX_TAG
    }
}

unsafe extern "C" fn barrier(context: *mut u8, _object: u64) {
    // SAFETY: as in `allocate`.
    unsafe { (*context.cast::<Fields>()).barriers_taken += 1 };
}

/// The layout with the addresses of this machine's functions.
pub fn runnable_layout() -> HostLayout {
    let mut layout = layout();
    layout.float.box_slow = box_float as *const () as u64;
    layout.alloc.slow = allocate as *const () as u64;
    layout.alloc.reserve = allocate as *const () as u64;
    layout.barrier.slow = barrier as *const () as u64;
    layout
}

/// The word of a fixnum.
pub fn fixnum(value: i64) -> u64 {
    (value << 3) as u64
}

/// The word of a float.
pub fn float(value: f64) -> u64 {
    layout().float.encode(value, 3).expect("an immediate float")
}

impl Machine {
    /// Empty: every slot holds fixnum 0.
    pub fn new() -> Machine {
        let mut heap = vec![0u64; HEAP];
        let mut stack = vec![0u64; STACK];
        let mut cards = vec![0u8; HEAP * 8 / 512 + 2];
        let start = (heap.as_mut_ptr() as u64).next_multiple_of(16);
        let base = stack.as_mut_ptr() as u64 + BASE as u64 * 8;
        let fields = Fields {
            cursor: start,
            limit: heap.as_ptr() as u64 + HEAP as u64 * 8,
            barrier_table: (cards.as_mut_ptr() as u64).wrapping_sub(start >> 9),
            base,
            stack_limit: base + (STACK - BASE) as u64 * 8,
            safepoint: 0,
            barriers_taken: 0,
        };
        Machine { fields: Box::new(fields), heap, stack, _cards: cards, base }
    }

    /// A new object of two words.
    pub fn pair(&mut self, car: u64, cdr: u64) -> u64 {
        let context: *mut Fields = &mut *self.fields;
        // SAFETY: the machine's own heap, large enough.
        unsafe {
            let address = allocate(context.cast(), 16);
            *(address as *mut u64) = car;
            *((address + 8) as *mut u64) = cdr;
            address + PAIR_TAG
        }
    }

    fn slot_address(&self, base: u64, slot: i32) -> *mut u64 {
        let address = base.wrapping_add_signed(slot as i64 * 8);
        let first = self.stack.as_ptr() as u64;
        assert!(address >= first && address < first + STACK as u64 * 8, "slot {slot} is outside of the stack");
        address as *mut u64
    }

    /// Reads a slot.
    pub fn slot(&self, slot: i32) -> u64 {
        // SAFETY: the address was checked.
        unsafe { *self.slot_address(self.base, slot) }
    }

    /// Writes a slot.
    pub fn set_slot(&mut self, slot: i32, word: u64) {
        // SAFETY: the address was checked, and the stack is this machine's.
        unsafe { *self.slot_address(self.base, slot) = word }
    }

    fn float_of(&self, word: u64) -> Option<f64> {
        let layout = layout();
        let tag = word & 7;
        if layout.float.tags >> tag & 1 == 1 {
            return Some(layout.float.decode(word));
        }
        // SAFETY: words with this tag are boxes of this machine's heap.
        (tag == BOX_TAG).then(|| unsafe { *((word - BOX_TAG + 8) as *const f64) })
    }

    /// What a word means, without addresses.
    pub fn describe(&self, word: u64, depth: u32) -> String {
        if let Some(value) = self.float_of(word) {
            return format!("{value:?}");
        }
        if word & 7 == PAIR_TAG {
            if depth == 0 {
                return "...".into();
            }
            let address = word - PAIR_TAG;
            let first = self.heap.as_ptr() as u64;
            assert!(address >= first && address < first + HEAP as u64 * 8, "{word:#x} points nowhere");
            // SAFETY: the address is within this machine's heap.
            let (car, cdr) = unsafe { (*(address as *const u64), *((address + 8) as *const u64)) };
            return format!("({} . {})", self.describe(car, depth - 1), self.describe(cdr, depth - 1));
        }
        format!("{}", word as i64)
    }

    /// The slots from -8 on, as text.
    pub fn describe_slots(&self, count: i32) -> String {
        (-8..count).map(|slot| format!("[{slot}]={}", self.describe(self.slot(slot), 5))).collect::<Vec<_>>().join(" ")
    }

    /// Distance of the base from where it was at the start, in slots.
    pub fn base_moved(&self) -> i64 {
        (self.base as i64 - (self.stack.as_ptr() as u64 + BASE as u64 * 8) as i64) / 8
    }

    /// Runs native code.
    pub fn enter(&mut self, enter: u64, entry: u64) -> Left {
        let mut exit = ExitState::empty();
        // SAFETY: `enter` is the compiler's entry function and `entry` one of its traces; the machine is not used otherwise.
        unsafe {
            let enter: EnterFunction = std::mem::transmute(enter as usize);
            let context: *mut Fields = &mut *self.fields;
            enter(context.cast(), self.base as *mut u64, entry as *const u8, &mut exit);
        }
        self.base = exit.base;
        Left { resume: exit.resume, exit: (exit.exit != ExitState::END).then_some((exit.trace, exit.exit)) }
    }

    /// Interprets a recording once; loops and links answer their snapshot's state as well, with `None`.
    pub fn interpret(&mut self, recording: &Recording) -> Option<Left> {
        let mut run = Run { machine: self, recording, values: Vec::new() };
        for op in &recording.ops {
            match run.step(op) {
                Ok(value) => run.values.push(value),
                Err(snap) => return Some(run.leave(snap)),
            }
        }
        let left = run.leave(recording.end.snap);
        (recording.end.kind == TraceEndKind::Leave).then_some(left)
    }
}

struct Run<'a> {
    machine: &'a mut Machine,
    recording: &'a Recording,
    /// Bits.
    values: Vec<u64>,
}

impl Run<'_> {
    fn int(&self, reference: ValueRef) -> i64 {
        self.values[reference.index()] as i64
    }

    fn float(&self, reference: ValueRef) -> f64 {
        f64::from_bits(self.values[reference.index()])
    }

    fn leave(&mut self, snap: u32) -> Left {
        let snapshot = self.recording.snapshots[snap as usize];
        for entry in snapshot.entries(&self.recording.snapshot_entries) {
            let value = self.values[entry.value.index()];
            assert_eq!(entry.representation, Representation::Tagged);
            self.machine.set_slot(entry.slot, value);
        }
        self.machine.base = self.machine.base.wrapping_add_signed(snapshot.base_shift as i64 * 8);
        Left { resume: snapshot.resume, exit: None }
    }

    /// The value's bits, or the snapshot to leave with.
    fn step(&mut self, op: &TraceOp) -> Result<u64, u32> {
        let constant = |offset: i32| self.recording.constants[(op.imm + offset) as usize];
        let guard = |holds: bool| if holds { Ok(0) } else { Err(op.snap) };
        let checked = |value: Option<i64>| value.map(|value| value as u64).ok_or(op.snap);
        let word = |value: f64| Ok(value.to_bits());
        match op.code {
            OpCode::ConstInt | OpCode::ConstWord | OpCode::ConstFloat => Ok(constant(0)),
            OpCode::SlotRead => Ok(self.machine.slot(op.imm)),
            OpCode::Add => Ok(self.int(op.a).wrapping_add(self.int(op.b)) as u64),
            OpCode::Sub => Ok(self.int(op.a).wrapping_sub(self.int(op.b)) as u64),
            OpCode::Mul => Ok(self.int(op.a).wrapping_mul(self.int(op.b)) as u64),
            OpCode::And => Ok((self.int(op.a) & self.int(op.b)) as u64),
            OpCode::Or => Ok((self.int(op.a) | self.int(op.b)) as u64),
            OpCode::Xor => Ok((self.int(op.a) ^ self.int(op.b)) as u64),
            OpCode::Shl => Ok((self.int(op.a) << self.int(op.b)) as u64),
            OpCode::Shr => Ok(self.int(op.a) as u64 >> self.int(op.b)),
            OpCode::Sar => Ok((self.int(op.a) >> self.int(op.b)) as u64),
            OpCode::Quotient => Ok(self.int(op.a).wrapping_div(self.int(op.b)) as u64),
            OpCode::Remainder => Ok(self.int(op.a).wrapping_rem(self.int(op.b)) as u64),
            OpCode::AddChecked => checked(self.int(op.a).checked_add(self.int(op.b))),
            OpCode::SubChecked => checked(self.int(op.a).checked_sub(self.int(op.b))),
            OpCode::MulChecked => checked(self.int(op.a).checked_mul(self.int(op.b))),
            OpCode::FloatAdd => word(self.float(op.a) + self.float(op.b)),
            OpCode::FloatSub => word(self.float(op.a) - self.float(op.b)),
            OpCode::FloatMul => word(self.float(op.a) * self.float(op.b)),
            OpCode::FloatDiv => word(self.float(op.a) / self.float(op.b)),
            OpCode::FloatNeg => word(-self.float(op.a)),
            OpCode::FloatAbs => word(self.float(op.a).abs()),
            OpCode::FloatSqrt => word(self.float(op.a).sqrt()),
            OpCode::FloatFloor => word(self.float(op.a).floor()),
            OpCode::FloatCeiling => word(self.float(op.a).ceil()),
            OpCode::FloatTruncate => word(self.float(op.a).trunc()),
            OpCode::FloatRound => word(self.float(op.a).round_ties_even()),
            OpCode::IntToFloat => word(self.int(op.a) as f64),
            OpCode::BoxFloat => {
                let context: *mut Fields = &mut *self.machine.fields;
                // SAFETY: the machine's own context.
                Ok(unsafe { box_float(context.cast(), self.float(op.a)) })
            }
            OpCode::UnboxFloat => word(layout().float.decode(self.int(op.a) as u64)),
            OpCode::Load | OpCode::Store => {
                assert_eq!(Access::from_number(op.access), Some(Access::I64));
                let index = if op.b.is_none() { 0 } else { self.int(op.b) };
                let address = self.int(op.a).wrapping_add(index).wrapping_add(op.imm as i64) as *mut u64;
                // SAFETY: the recording was made for objects of this machine, and its guards were passed.
                unsafe {
                    if op.code == OpCode::Store {
                        *address = self.int(op.c) as u64;
                    }
                    Ok(*address)
                }
            }
            OpCode::Alloc => {
                let context: *mut Fields = &mut *self.machine.fields;
                // SAFETY: the machine's own context.
                Ok(unsafe { allocate(context.cast(), op.imm as u64) } + op.a.0 as u64)
            }
            OpCode::Barrier => Ok(0),
            OpCode::GuardInt => {
                let condition = Condition::from_number(op.access).expect("a condition");
                guard(condition.holds_int(self.int(op.a), self.int(op.b)))
            }
            OpCode::GuardFloat => {
                let condition = Condition::from_number(op.access).expect("a condition");
                guard(condition.holds_float(self.float(op.a), self.float(op.b)))
            }
            OpCode::GuardTags => guard(op.imm as u32 >> (self.int(op.a) & 7) & 1 == 1),
            OpCode::GuardMasked => guard(self.int(op.a) as u64 & constant(0) == constant(1)),
            OpCode::Safepoint => guard(self.machine.fields.safepoint as u32 == 0),
            other => panic!("{other:?} is not interpreted"),
        }
    }
}
