//! A recording: one trace as data, complete in itself.

use crate::{
    snapshot::{Snapshot, SnapshotEntry},
    trace_op::{TraceOp, ValueRef},
};
use abi_stable::{
    StableAbi,
    std_types::{RString, RVec},
};

/// Where a trace begins.
#[repr(u8)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq)]
pub enum TraceKind {
    /// At the header of a loop.
    Loop = 0,
    /// At the entry of a procedure.
    Procedure = 1,
    /// At an exit of another trace, `parent` and `parent_exit`.
    Side = 2,
}

/// How a trace ends. Together with [`TraceKind`] this is the kind of a trace:
///
/// | start \ end | `Loop` | `Link` | `Leave` |
/// | --- | --- | --- | --- |
/// | `Loop` | the common root | outer loop into an inner one | stitched by the interpreter |
/// | `Procedure` | never (a procedure's entry is no loop) | recursion, tail call into a traced procedure | leaf procedure |
/// | `Side` | never | back to its root, or on to another | stitched |
#[repr(u8)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq)]
pub enum TraceEndKind {
    /// Back to this trace's own start with a base shift of 0: a loop that can be peeled.
    Loop = 0,
    /// To the entry of the root trace `target` (which may be this one, with another base), state in memory.
    Link = 1,
    /// To the interpreter, at the snapshot.
    Leave = 2,
}

/// The end of a recording.
#[repr(C)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceEnd {
    /// How.
    pub kind: TraceEndKind,
    /// For `Link`: identity of a root trace, or [`TraceEnd::SELF`].
    pub target: u32,
    /// The state there: for `Loop` the values the slots have for the next iteration.
    pub snap: u32,
}

impl TraceEnd {
    /// As a target: this trace itself.
    pub const SELF: u32 = u32::MAX;
}

/// What a host function may do besides computing its result. An empty set is a pure function.
#[repr(transparent)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effects(pub u8);

impl Effects {
    /// The result depends on the arguments alone.
    pub const PURE: Effects = Effects(0);
    /// Reads memory that traces may write.
    pub const READS: Effects = Effects(1);
    /// Writes memory that traces may read.
    pub const WRITES: Effects = Effects(2);
    /// May collect garbage: live values must be where the collector finds them.
    pub const ALLOCATES: Effects = Effects(4);
    /// May return [`crate::HostLayout::failure_word`], having done nothing; the trace then exits at its snapshot, and
    /// the interpreter, executing the instruction again, raises the error.
    pub const FAILS: Effects = Effects(8);
    /// Something outside memory is seen or changed (input, output, time): kept, and kept in order.
    pub const EXTERNAL: Effects = Effects(16);

    /// Both sets together.
    pub const fn and(self, other: Effects) -> Effects {
        Effects(self.0 | other.0)
    }

    /// Whether all of `other` is in this set.
    pub const fn has(self, other: Effects) -> bool {
        self.0 & other.0 == other.0
    }
}

/// How arguments are passed to a host function.
#[repr(u8)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallConvention {
    /// C: `f(arguments…)`, integers and floats in the platform's registers; at most 5 of each.
    Plain = 0,
    /// C: `f(context, arguments…)`.
    Context = 1,
    /// C: `f(context, pointer to the arguments, count)`, every argument a 64-bit word in memory.
    Array = 2,
}

/// A host function that the recording calls.
#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct FunctionRef {
    /// Name for dumps.
    pub name: RString,
    /// Address of the C function.
    pub address: u64,
    /// How it is called.
    pub convention: CallConvention,
    /// Whether the result is a float (else an integer or word).
    pub returns_float: bool,
    /// What it may do.
    pub effects: Effects,
}

/// One trace as data: what the host hands to the plugin.
#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct Recording {
    /// Where the trace begins.
    pub kind: TraceKind,
    /// For side traces: the trace it leaves.
    pub parent: u32,
    /// For side traces: the exit it begins at.
    pub parent_exit: u32,
    /// Where it begins, in the host's terms ("loop at fib.scm:3:5"), for dumps and statistics.
    pub origin: RString,
    /// Resume address of the start: where the interpreter goes on if the trace's entry conditions fail.
    pub start: u64,
    /// Slots beyond the base at entry that the trace or its exits may write: the entry checks the stack's limit for it.
    pub extent: u32,
    /// The operations.
    pub ops: RVec<TraceOp>,
    /// Constants by index: integers, words and float bits.
    pub constants: RVec<u64>,
    /// Arguments of calls.
    pub arguments: RVec<ValueRef>,
    /// Called functions.
    pub functions: RVec<FunctionRef>,
    /// Snapshots, in the order of their guards.
    pub snapshots: RVec<Snapshot>,
    /// Entries of all snapshots.
    pub snapshot_entries: RVec<SnapshotEntry>,
    /// How it ends.
    pub end: TraceEnd,
}
