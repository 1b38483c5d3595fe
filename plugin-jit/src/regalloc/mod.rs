//! Register allocation for one trace: a linear scan over a straight line with at most one loop.
//!
//! The allocator knows nothing of machines or of the meaning of instructions. A target describes each instruction by a
//! [`Demand`] (what it wants where, what it destroys), a [`Problem`] gathers them with the values that exits need, and
//! [`allocate`] answers with [`Step`]s: the instructions with their places, and the moves between them. What always
//! holds for the answer, and what [`check`] proves independently for every allocation in debug builds:
//!
//! * Before each instruction, each operand's place holds the operand; a value's only memory places are its *home* (a
//!   spill slot of the native frame, the interpreter's slot it was read from, or a constant) and a home is written at
//!   most once per execution of its definition.
//! * At each exit, each leaf of the snapshot is in the place that the step names. Exits never force a value into a
//!   register and never keep one there: leaves count as no use when a register is to be freed.
//! * On the back edge every value that lives around the loop is where the head of the loop expects it.
//!
//! The scan follows Poletto and Sarkar (1999) with Belady's choice of victim (the farthest next use), which is exact on
//! a straight line; hints give phis, two-address forms and call arguments the register where they are wanted. What is
//! learnt about a loop by allocating it (values pushed out before they are used) is fed into a second run.
//!
//! Read in this order: this file, [`live`] (positions of uses), [`scan`] (the allocator) with [`state`] (what is
//! where), [`head`] (the loop), [`moves`] (parallel moves), [`check`] (the proof).

pub mod check;
pub mod head;
pub mod live;
pub mod moves;
pub mod scan;
pub mod state;

use crate::ir::{InstId, Phi};
use limpet_plugin_api::{Abort, AbortReason};

/// A kind of register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// General registers.
    Int,
    /// Floating-point registers.
    Float,
}

/// A machine register, numbered by the target: 0 to 31 are general, 32 to 63 floating-point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Register(pub u8);

impl Register {
    /// First number of the floating-point registers.
    pub const FLOATS: u8 = 32;

    /// The floating-point register with this machine number.
    pub const fn float(number: u8) -> Register {
        Register(Register::FLOATS + number)
    }

    /// Its class.
    pub const fn class(self) -> Class {
        if self.0 < Register::FLOATS { Class::Int } else { Class::Float }
    }

    /// The machine's number within its class.
    pub const fn number(self) -> u8 {
        self.0 & (Register::FLOATS - 1)
    }
}

/// A set of registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct RegisterSet(pub u64);

impl RegisterSet {
    /// No register.
    pub const EMPTY: RegisterSet = RegisterSet(0);

    /// The registers of a list.
    pub const fn of(list: &[Register]) -> RegisterSet {
        let mut bits = 0;
        let mut i = 0;
        while i < list.len() {
            bits |= 1 << list[i].0;
            i += 1;
        }
        RegisterSet(bits)
    }

    /// Whether a register is in it.
    pub const fn has(self, register: Register) -> bool {
        self.0 >> register.0 & 1 == 1
    }

    /// Adds a register.
    pub fn insert(&mut self, register: Register) {
        self.0 |= 1 << register.0;
    }

    /// Takes a register out.
    pub fn remove(&mut self, register: Register) {
        self.0 &= !(1 << register.0);
    }

    /// Registers in either set.
    pub const fn or(self, other: RegisterSet) -> RegisterSet {
        RegisterSet(self.0 | other.0)
    }

    /// Registers in both sets.
    pub const fn and(self, other: RegisterSet) -> RegisterSet {
        RegisterSet(self.0 & other.0)
    }

    /// Registers of this set that are not in the other.
    pub const fn without(self, other: RegisterSet) -> RegisterSet {
        RegisterSet(self.0 & !other.0)
    }

    /// Whether no register is in it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Its registers, ascending.
    pub fn iter(self) -> impl Iterator<Item = Register> {
        (0..64).map(Register).filter(move |&register| self.has(register))
    }
}

/// The registers of a target.
#[derive(Clone, Debug)]
pub struct RegisterFile {
    /// General registers in order of preference.
    pub ints: Vec<Register>,
    /// Floating-point registers in order of preference.
    pub floats: Vec<Register>,
    /// Those that a called function preserves.
    pub preserved: RegisterSet,
    /// Spill slots of the native frame.
    pub spill_slots: u16,
}

impl RegisterFile {
    /// The registers of a class in order of preference.
    pub fn class(&self, class: Class) -> &[Register] {
        match class {
            Class::Int => &self.ints,
            Class::Float => &self.floats,
        }
    }

    /// What a call destroys.
    pub fn destroyed_by_calls(&self) -> RegisterSet {
        RegisterSet::of(&self.ints).or(RegisterSet::of(&self.floats)).without(self.preserved)
    }
}

/// A place where a value can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Location {
    /// A register.
    Register(Register),
    /// A slot of the native frame.
    Spill(u16),
    /// A slot of the interpreter's stack, relative to the base of this trace; it is only read.
    Slot(i32),
    /// Nowhere: these bits.
    Constant(u64),
    /// The register that the target keeps for breaking cycles of moves (any class fits).
    Temporary,
}

/// Where an instruction wants an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// In any register.
    Register,
    /// In this register.
    Fixed(Register),
    /// In a register or in memory, or as a constant if it is one.
    Any,
    /// Wherever it is, read before anything is destroyed.
    Anywhere,
    /// It is a constant that the instruction holds itself.
    Immediate,
}

/// One operand of an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operand {
    /// The value.
    pub value: InstId,
    /// Where.
    pub want: Want,
    /// Whether it is still read after the result was begun, so that the result must not share its register.
    pub late: bool,
}

impl Operand {
    /// An operand.
    pub const fn new(value: InstId, want: Want) -> Operand {
        Operand { value, want, late: false }
    }

    /// A late operand.
    pub const fn late(value: InstId, want: Want) -> Operand {
        Operand { value, want, late: true }
    }
}

/// What one instruction demands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    /// No code: the value has a home (constants, slots), or another instruction has swallowed it.
    pub silent: bool,
    /// Operands, in an order that the target's emitter knows.
    pub operands: Vec<Operand>,
    /// Registers destroyed. No operand but a fixed one is given in them.
    pub destroys: RegisterSet,
    /// The result must be in this register; else it may be in any.
    pub fixed_result: Option<Register>,
    /// The result should share the first operand's register (two-address forms).
    pub reuse: bool,
    /// The first two operands may be exchanged: the result may as well share the second one's register.
    pub commutative: bool,
    /// An exit of the instruction is taken after its result was written, so that leaves must not share its register.
    pub exit_after_result: bool,
    /// The exit can compute the first operand from the result: with `exit_after_result`, it may share the register.
    pub undoable: bool,
}

/// Where a value is, or can be made from, without a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Made by its instruction.
    Computed,
    /// A constant with these bits.
    Constant(u64),
    /// In a slot of the interpreter.
    Slot(i32),
    /// Inherited: there when the trace begins.
    Inherited(Location),
}

/// A trace as the allocator sees it.
#[derive(Clone, Debug)]
pub struct Problem<'a> {
    /// By instruction: the class of its result.
    pub classes: Vec<Option<Class>>,
    /// By instruction: where its value comes from.
    pub origins: Vec<Origin>,
    /// By instruction: its demand.
    pub demands: Vec<Demand>,
    /// By instruction, and at the end one more: the values that the exit needs.
    pub leaves: Vec<Vec<InstId>>,
    /// Position of the loop marker; the phis' instructions follow it.
    pub marker: Option<usize>,
    /// The loop-carried values.
    pub phis: &'a [Phi],
    /// The registers.
    pub registers: &'a RegisterFile,
}

impl Problem<'_> {
    /// Number of instructions.
    pub fn len(&self) -> usize {
        self.demands.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.demands.is_empty()
    }

    /// First instruction of the loop's body.
    pub fn body(&self) -> Option<usize> {
        self.marker.map(|marker| marker + 1 + self.phis.len())
    }
}

/// One instruction with its places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The instruction; the number of instructions for the end of the trace.
    pub inst: InstId,
    /// Places of the operands of its demand.
    pub operands: Vec<Location>,
    /// Register of the result.
    pub result: Option<Register>,
    /// Places of the leaves of its exit.
    pub leaves: Vec<Location>,
    /// The exit must compute the first operand from the result first ([`Demand::undoable`]).
    pub undo: bool,
}

/// A step of the allocated trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Copy 64 bits.
    Move {
        /// Source.
        from: Location,
        /// Destination: a register, a spill slot or the temporary.
        to: Location,
    },
    /// An instruction.
    Inst(Placed),
    /// The head of the loop: the back edge comes here.
    Head,
    /// The back edge.
    Back,
    /// The end of a trace without a loop: only `leaves` mean something.
    End(Placed),
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allocation {
    /// The steps in order.
    pub steps: Vec<Step>,
    /// Spill slots used, those of inherited values included.
    pub spill_slots: u16,
}

/// Allocates registers.
pub fn allocate(problem: &Problem<'_>) -> Result<Allocation, Abort> {
    let live = live::Live::of(problem);
    let mut advice = scan::Advice::default();
    // Each run adds to the advice; it settles after two or three, and any run's answer is right.
    for _ in 0..4 {
        let run = scan::run(problem, &live, &advice)?;
        if !advice.learn(&run) {
            return Ok(run.allocation);
        }
    }
    Ok(scan::run(problem, &live, &advice)?.allocation)
}

/// A defect of the allocator, or a demand that can't be met.
fn internal(text: impl Into<String>) -> Abort {
    Abort::new(AbortReason::Internal, text.into())
}
