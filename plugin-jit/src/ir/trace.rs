//! A trace: instructions, snapshots, virtual objects, calls, phis and the end.

use super::{ExitId, InstId, Op, SnapId, Type, VirtualId};
use limpet_plugin_api::{
    FunctionRef, Representation, TraceKind,
    trace_op::{Access, Condition},
};

/// One instruction. Which fields mean something is said by [`Op`]'s table; the others are `NONE` or zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Inst {
    /// What it does.
    pub op: Op,
    /// What it produces.
    pub ty: Type,
    /// Number of an [`Access`], a [`Condition`] or a [`Representation`], or an object's tag.
    pub sub: u8,
    /// Alias class of a memory access.
    pub alias: u8,
    /// First operand.
    pub a: InstId,
    /// Second operand.
    pub b: InstId,
    /// Third operand.
    pub c: InstId,
    /// The state to leave with.
    pub snap: SnapId,
    /// Immediate operand.
    pub imm: i64,
}

const _: () = assert!(size_of::<Inst>() == 32);

impl Inst {
    /// An instruction without operands; `ty` is taken from the table, `Int` where the table leaves it open.
    pub fn new(op: Op) -> Inst {
        Inst {
            op,
            ty: op.table_type().unwrap_or(Type::Int),
            sub: 0,
            alias: 0,
            a: InstId::NONE,
            b: InstId::NONE,
            c: InstId::NONE,
            snap: SnapId::NONE,
            imm: 0,
        }
    }

    /// With one operand.
    pub fn unary(op: Op, a: InstId) -> Inst {
        Inst { a, ..Inst::new(op) }
    }

    /// With two operands.
    pub fn binary(op: Op, a: InstId, b: InstId) -> Inst {
        Inst { a, b, ..Inst::new(op) }
    }

    /// An integer constant.
    pub fn int(value: i64) -> Inst {
        Inst { imm: value, ..Inst::new(Op::ConstInt) }
    }

    /// A float constant.
    pub fn float(value: f64) -> Inst {
        Inst { imm: value.to_bits() as i64, ..Inst::new(Op::ConstFloat) }
    }

    /// The access of a load or store.
    pub fn access(&self) -> Access {
        Access::from_number(self.sub).unwrap_or(Access::I64)
    }

    /// The relation of a guard.
    pub fn condition(&self) -> Condition {
        Condition::from_number(self.sub).unwrap_or(Condition::Eq)
    }

    /// The representation of a slot that is read.
    pub fn representation(&self) -> Representation {
        match self.sub {
            1 => Representation::RawInt,
            2 => Representation::RawFloat,
            _ => Representation::Tagged,
        }
    }

    /// The operands in fields. Arguments of calls stand in [`Trace::calls`]: see [`Trace::operands`].
    pub fn fields(&self) -> impl Iterator<Item = InstId> {
        [self.a, self.b, self.c].into_iter().filter(|id| id.is_some())
    }
}

/// A loop-carried value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phi {
    /// The [`Op::Phi`] instruction behind the loop marker.
    pub phi: InstId,
    /// The value from the preamble.
    pub entry: InstId,
    /// The value at the end of the body (may be a phi, itself included).
    pub back: InstId,
}

/// What an exit writes to a slot or to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SnapValue {
    /// The value's 64 bits.
    Value(InstId),
    /// The host word for a `Float` value, boxed by the exit.
    Box(InstId),
    /// An object that the exit builds. One exit builds it once, however often it is named.
    Virtual(VirtualId),
}

/// One slot of a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SnapEntry {
    /// The slot, relative to the base at the trace's entry.
    pub slot: i32,
    /// Its value.
    pub value: SnapValue,
    /// How the slot holds it.
    pub representation: Representation,
}

/// The state at which the trace may be left.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct Snapshot {
    /// Where the interpreter goes on.
    pub resume: u64,
    /// The base to leave with, relative to the base at the trace's entry, in slots.
    pub base_shift: i32,
    /// Slots that differ from memory, each once, ascending.
    pub entries: Vec<SnapEntry>,
}

/// A field of a virtual object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Byte offset from the object's *word* (address + tag), as in a store.
    pub offset: i32,
    /// Width.
    pub access: Access,
    /// Alias class of the field, for a side trace that builds the object.
    pub alias: u8,
    /// What is stored. Another virtual stands before this one in [`Trace::virtuals`]: there are no cycles.
    pub value: SnapValue,
}

/// An object that exists only in snapshots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Virtual {
    /// Size in bytes.
    pub bytes: u32,
    /// Tag of its word.
    pub tag: u8,
    /// All of its contents.
    pub fields: Vec<Field>,
}

/// A called host function.
pub type Function = FunctionRef;

/// One call.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CallSite {
    /// Index into [`Trace::functions`].
    pub function: u32,
    /// The arguments in order.
    pub arguments: Vec<InstId>,
}

/// Where a trace links to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// This trace's own entry.
    SelfEntry,
    /// The entry of another root trace.
    Trace(u32),
}

/// How a trace ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Back to the loop marker, phis taking their back values.
    Loop,
    /// State to memory, then on to another entry; the snapshot's `resume` is not used.
    Link {
        /// Where to.
        target: Target,
        /// The state.
        snap: SnapId,
    },
    /// To the interpreter.
    Leave {
        /// The state.
        snap: SnapId,
    },
}

/// One exit: an instruction that may leave, and the state it leaves with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit {
    /// Its number.
    pub id: ExitId,
    /// The instruction.
    pub inst: InstId,
    /// The state.
    pub snap: SnapId,
}

/// One trace.
#[derive(Clone, Debug)]
pub struct Trace {
    /// Where it begins.
    pub kind: TraceKind,
    /// For side traces: trace and exit that it continues.
    pub parent: Option<(u32, ExitId)>,
    /// Where it begins, in the host's terms.
    pub origin: String,
    /// Where the interpreter goes on if the entry's checks fail.
    pub start: u64,
    /// Slots beyond the base at entry that may be written: the entry checks the stack's limit for it.
    pub extent: u32,
    /// The instructions in order.
    pub insts: Vec<Inst>,
    /// Loop-carried values, in the order of their instructions.
    pub phis: Vec<Phi>,
    /// States to leave with.
    pub snapshots: Vec<Snapshot>,
    /// Objects of snapshots; an object stands behind those it names.
    pub virtuals: Vec<Virtual>,
    /// Called functions.
    pub functions: Vec<Function>,
    /// Calls.
    pub calls: Vec<CallSite>,
    /// How it ends.
    pub end: End,
}

impl Trace {
    /// An empty trace that leaves at once (no snapshot yet).
    pub fn new(kind: TraceKind) -> Trace {
        Trace {
            kind,
            parent: None,
            origin: String::new(),
            start: 0,
            extent: 0,
            insts: Vec::new(),
            phis: Vec::new(),
            snapshots: Vec::new(),
            virtuals: Vec::new(),
            functions: Vec::new(),
            calls: Vec::new(),
            end: End::Leave { snap: SnapId::NONE },
        }
    }

    /// An instruction.
    pub fn inst(&self, id: InstId) -> &Inst {
        &self.insts[id.index()]
    }

    /// A snapshot.
    pub fn snapshot(&self, id: SnapId) -> &Snapshot {
        &self.snapshots[id.index()]
    }

    /// The call of a [`Op::Call`] instruction.
    pub fn call(&self, inst: &Inst) -> &CallSite {
        &self.calls[inst.imm as usize]
    }

    /// The function that a [`Op::Call`] instruction calls.
    pub fn function(&self, inst: &Inst) -> &Function {
        &self.functions[self.call(inst).function as usize]
    }

    /// All operands of an instruction, arguments of calls included.
    pub fn operands<'a>(&'a self, inst: &'a Inst) -> impl Iterator<Item = InstId> + 'a {
        let arguments = match inst.op {
            Op::Call => self.call(inst).arguments.as_slice(),
            _ => &[],
        };
        inst.fields().chain(arguments.iter().copied())
    }

    /// The instruction ids in order.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = InstId> + use<> {
        (0..self.insts.len()).map(InstId::new)
    }

    /// Position of the loop marker.
    pub fn loop_marker(&self) -> Option<InstId> {
        self.insts.iter().position(|inst| inst.op == Op::Loop).map(InstId::new)
    }

    /// The exits: every instruction with a snapshot, numbered in order. Both the code generator and the bookkeeping of
    /// side traces count by this function.
    pub fn exits(&self) -> impl Iterator<Item = Exit> + '_ {
        let leaving = self.insts.iter().enumerate().filter(|(_, inst)| inst.snap.is_some());
        leaving.enumerate().map(|(number, (position, inst))| Exit {
            id: ExitId::new(number),
            inst: InstId::new(position),
            snap: inst.snap,
        })
    }

    /// The snapshot of the end, if it has one.
    pub fn end_snapshot(&self) -> Option<SnapId> {
        match self.end {
            End::Loop => None,
            End::Link { snap, .. } | End::Leave { snap } => Some(snap),
        }
    }

    /// The values that an exit with this snapshot needs, each once, in the order in which they are first met (slots
    /// ascending, fields of virtual objects in order, depth first). They are the *leaves* of [`super::ExitSnapshot`].
    pub fn leaves(&self, snap: SnapId) -> Vec<InstId> {
        let mut leaves = Vec::new();
        let mut seen_virtuals = Vec::new();
        let mut work: Vec<SnapValue> = self.snapshot(snap).entries.iter().rev().map(|entry| entry.value).collect();
        while let Some(value) = work.pop() {
            match value {
                SnapValue::Value(id) | SnapValue::Box(id) => {
                    if !leaves.contains(&id) {
                        leaves.push(id);
                    }
                }
                SnapValue::Virtual(id) => {
                    if !seen_virtuals.contains(&id) {
                        seen_virtuals.push(id);
                        work.extend(self.virtuals[id.index()].fields.iter().rev().map(|field| field.value));
                    }
                }
            }
        }
        leaves
    }
}
