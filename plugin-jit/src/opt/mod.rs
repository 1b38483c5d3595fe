//! The optimizer.
//!
//! Instructions *arrive* one by one and each goes through the whole pipeline at once (as in LuaJIT): fold, facts,
//! memory, common subexpressions; what is left is appended. So no pass ever scans for its patterns, and a loop is
//! optimized by sending its recording through the same pipeline a second time, with the first pass's results known
//! (`build::peel`). Two passes look at the finished trace from its end: [`sink`] and [`dce`].
//!
//! ```text
//!   recording --build--> emit: fold -> known (range) -> memory (forward) -> cse -> append      ("ir" in dumps)
//!                        finish: sink -> dce                                                   ("opt" in dumps)
//! ```
//!
//! Invariants: operands are appended before their uses; a rule only ever answers an existing value, a simpler
//! instruction, or that a guard is decided (*directional*: nothing is rewritten into something that another rule
//! rewrites back). Each pass can be switched off on its own (`opt=-cse`), and with `opt=none` the [`NullOptimizer`]
//! stands in for all of them, so that wrong code is found by bisection.
//!
//! Read in this order: [`Optimizer`] here, [`pipeline`], [`fold`], [`facts`], [`range`], [`known`], [`memory`], [`sink`], [`dce`].

pub mod dce;
pub mod facts;
pub mod fold;
pub mod known;
pub mod memory;
pub mod pipeline;
pub mod range;
pub mod sink;

use crate::ir::{CallSite, Inst, InstId, SnapId, Snapshot, Trace};
use limpet_plugin_api::Abort;
pub use pipeline::Pipeline;

/// Takes instructions as they are built.
pub trait Optimizer {
    /// An instruction arrives. The answer is the value that stands for its result, or [`InstId::NONE`] if there is
    /// none to name. The error: a guard that always fails.
    fn emit(&mut self, inst: Inst) -> Result<InstId, Abort>;

    /// A call arrives; `inst` is the [`crate::ir::Op::Call`] without its `imm`.
    fn call(&mut self, inst: Inst, site: CallSite) -> Result<InstId, Abort>;

    /// The trace so far.
    fn trace(&self) -> &Trace;

    /// The trace so far, to be completed with what is no instruction.
    fn trace_mut(&mut self) -> &mut Trace;

    /// Appends a snapshot.
    fn snapshot(&mut self, snapshot: Snapshot) -> SnapId {
        let trace = self.trace_mut();
        trace.snapshots.push(snapshot);
        SnapId::new(trace.snapshots.len() - 1)
    }

    /// An integer constant.
    fn int(&mut self, value: i64) -> Result<InstId, Abort> {
        self.emit(Inst::int(value))
    }
}

/// Optimizes nothing.
pub struct NullOptimizer {
    trace: Trace,
}

impl NullOptimizer {
    /// For a trace without instructions.
    pub fn new(trace: Trace) -> NullOptimizer {
        NullOptimizer { trace }
    }

    /// The trace as it was built.
    pub fn finish(self) -> Trace {
        self.trace
    }
}

impl Optimizer for NullOptimizer {
    fn emit(&mut self, inst: Inst) -> Result<InstId, Abort> {
        self.trace.insts.push(inst);
        Ok(InstId::new(self.trace.insts.len() - 1))
    }

    fn call(&mut self, mut inst: Inst, site: CallSite) -> Result<InstId, Abort> {
        inst.imm = self.trace.calls.len() as i64;
        self.trace.calls.push(site);
        self.emit(inst)
    }

    fn trace(&self) -> &Trace {
        &self.trace
    }

    fn trace_mut(&mut self) -> &mut Trace {
        &mut self.trace
    }
}

/// What the optimizer did, for statistics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Instructions that arrived.
    pub arrived: u64,
    /// Answered or simplified by a fold rule.
    pub folded: u64,
    /// Answered by an equal instruction before.
    pub common: u64,
    /// Loads answered from known memory.
    pub forwarded: u64,
    /// Stores of what memory holds already.
    pub stores_removed: u64,
    /// Write barriers that can't be needed.
    pub barriers_removed: u64,
    /// Guards known to hold.
    pub guards_removed: u64,
    /// Overflow checks known not to be needed.
    pub checks_removed: u64,
    /// Allocations that only exits still make.
    pub allocations_sunk: u64,
    /// Float boxes that only exits still make.
    pub boxes_sunk: u64,
    /// Instructions without use.
    pub dead: u64,
}

impl Counters {
    /// Name and value of each, for statistics.
    pub fn named(&self) -> [(&'static str, u64); 11] {
        [
            ("arrived", self.arrived),
            ("folded", self.folded),
            ("common", self.common),
            ("forwarded", self.forwarded),
            ("stores_removed", self.stores_removed),
            ("barriers_removed", self.barriers_removed),
            ("guards_removed", self.guards_removed),
            ("checks_removed", self.checks_removed),
            ("allocations_sunk", self.allocations_sunk),
            ("boxes_sunk", self.boxes_sunk),
            ("dead", self.dead),
        ]
    }

    /// Adds another's counts.
    pub fn add(&mut self, other: &Counters) {
        self.arrived += other.arrived;
        self.folded += other.folded;
        self.common += other.common;
        self.forwarded += other.forwarded;
        self.stores_removed += other.stores_removed;
        self.barriers_removed += other.barriers_removed;
        self.guards_removed += other.guards_removed;
        self.checks_removed += other.checks_removed;
        self.allocations_sunk += other.allocations_sunk;
        self.boxes_sunk += other.boxes_sunk;
        self.dead += other.dead;
    }
}
