//! The pipeline that every arriving instruction goes through.

use super::{
    Counters, Optimizer,
    facts::{Facts, Impossible, all_tags},
    fold::{self, Fold},
    known,
    memory::{Memory, Remembered},
    range,
};
use crate::ir::{CallSite, Effect, Inst, InstId, Op, SnapId, Trace, Type};
use limpet_plugin_api::{Abort, AbortReason, Effects, HostLayout, params::Passes};
use rustc_hash::FxHashMap;

/// Which passes run.
#[derive(Clone, Copy, Debug)]
pub struct Switches {
    /// Fold rules.
    pub fold: bool,
    /// Common subexpressions.
    pub cse: bool,
    /// Loads, stores and barriers.
    pub forward: bool,
    /// Known bits and ranges.
    pub range: bool,
    /// Loop peeling.
    pub peel: bool,
    /// Sinking.
    pub sink: bool,
    /// Dead code.
    pub dce: bool,
}

impl From<Passes> for Switches {
    fn from(passes: Passes) -> Switches {
        Switches {
            fold: passes.has("fold"),
            cse: passes.has("cse"),
            forward: passes.has("forward"),
            range: passes.has("range"),
            peel: passes.has("peel"),
            sink: passes.has("sink"),
            dce: passes.has("dce"),
        }
    }
}

/// The optimizing pipeline around a growing trace. Cloned at a loop's head, so that an attempt can be taken back.
#[derive(Clone)]
pub struct Pipeline<'a> {
    /// The trace so far.
    pub(super) trace: Trace,
    /// The host.
    pub(super) layout: &'a HostLayout,
    /// What runs.
    pub(super) switches: Switches,
    /// What was done.
    pub(super) counters: Counters,
    facts: Vec<Facts>,
    common: FxHashMap<Inst, InstId>,
    pure_calls: FxHashMap<CallSite, InstId>,
    memory: Memory,
    /// Position of the last instruction inside which the collector may have run.
    last_collection: usize,
}

impl<'a> Pipeline<'a> {
    /// Around a trace without instructions.
    pub fn new(trace: Trace, layout: &'a HostLayout, switches: Switches) -> Pipeline<'a> {
        Pipeline {
            trace,
            layout,
            switches,
            counters: Counters::default(),
            facts: Vec::new(),
            common: FxHashMap::default(),
            pure_calls: FxHashMap::default(),
            memory: Memory::default(),
            last_collection: 0,
        }
    }

    /// The host's layout facts.
    pub fn layout(&self) -> &'a HostLayout {
        self.layout
    }

    /// Which passes run.
    pub fn switches(&self) -> Switches {
        self.switches
    }

    /// Runs the passes that look at the whole trace.
    pub fn finish(mut self) -> (Trace, Counters) {
        if self.switches.sink {
            let sunk = super::sink::sink(&mut self.trace);
            self.counters.allocations_sunk += sunk.allocations;
            self.counters.boxes_sunk += sunk.boxes;
        }
        if self.switches.dce {
            self.counters.dead += super::dce::eliminate(&mut self.trace);
        }
        (self.trace, self.counters)
    }

    /// An instruction of the trace.
    pub fn inst(&self, id: InstId) -> &Inst {
        self.trace.inst(id)
    }

    /// The value of an integer constant.
    pub fn constant(&self, id: InstId) -> Option<i64> {
        (id.is_some() && self.inst(id).op == Op::ConstInt).then(|| self.inst(id).imm)
    }

    /// The value of a float constant.
    pub fn float_constant(&self, id: InstId) -> Option<f64> {
        (id.is_some() && self.inst(id).op == Op::ConstFloat).then(|| f64::from_bits(self.inst(id).imm as u64))
    }

    /// What is known of a value; nothing while `range` is switched off.
    pub fn facts(&self, id: InstId) -> Facts {
        match self.facts.get(id.index()) {
            Some(facts) => *facts,
            None => self.nothing(),
        }
    }

    /// Assumes facts of a value.
    pub fn assume(&mut self, id: InstId, facts: Facts) {
        if self.switches.range {
            self.facts[id.index()] = facts;
        }
    }

    /// Position behind which no collection can have run.
    pub(super) fn last_collection(&self) -> usize {
        self.last_collection
    }

    fn nothing(&self) -> Facts {
        Facts { tags: all_tags(self.layout.tag_bits), ..Facts::unknown() }
    }

    /// Appends the loop marker: what stores of the loop may change is no longer known.
    pub fn enter_loop(&mut self, clobbered: &[bool]) {
        self.append(Inst::new(Op::Loop));
        self.last_collection = self.trace.insts.len();
        self.memory.forget_classes(clobbered);
    }

    /// Appends without asking anyone.
    pub fn append(&mut self, inst: Inst) -> InstId {
        let id = InstId::new(self.trace.insts.len());
        let facts = if self.switches.range && inst.ty == Type::Int {
            let operand = |id: InstId| if id.is_some() { self.facts(id) } else { self.nothing() };
            range::of_result(&inst, &operand(inst.a), &operand(inst.b), self.layout)
        } else {
            self.nothing()
        };
        self.trace.insts.push(inst);
        self.facts.push(facts);
        let may_collect = match inst.op {
            Op::Call => self.trace.function(&inst).effects.has(Effects::ALLOCATES),
            op => op.may_collect(),
        };
        if may_collect {
            self.last_collection = id.index();
        }
        id
    }

    /// Learns what a passed guard says.
    fn learn(&mut self, inst: &Inst) -> Result<(), Abort> {
        let lessons = match inst.op {
            Op::GuardTags => [Some((inst.a, Facts::tagged(inst.imm as u64))), None],
            Op::GuardMasked => {
                let mask = self.constant(inst.b).unwrap_or(0) as u64;
                let expected = self.constant(inst.c).unwrap_or(0) as u64;
                [Some((inst.a, Facts::bits(mask & !expected, mask & expected))), None]
            }
            Op::GuardInt => {
                let (a, b) = range::learn_relation(inst.condition(), &self.facts(inst.a), &self.facts(inst.b));
                [Some((inst.a, a)), Some((inst.b, b))]
            }
            _ => return Ok(()),
        };
        for (id, lesson) in lessons.into_iter().flatten() {
            let known = self.facts(id).meet(&lesson, self.layout.tag_bits);
            self.facts[id.index()] = known.map_err(|Impossible| contradiction(inst))?;
        }
        Ok(())
    }

    /// An operand that is known to be one constant is that constant.
    fn pin(&mut self, id: InstId) -> InstId {
        if id.is_none() || self.inst(id).ty != Type::Int || self.inst(id).op == Op::ConstInt {
            return id;
        }
        match self.facts(id).exact() {
            Some(value) => self.constant_value(value),
            None => id,
        }
    }

    fn constant_value(&mut self, value: i64) -> InstId {
        let inst = Inst::int(value);
        match self.common.get(&inst) {
            Some(&id) => id,
            None => {
                let id = self.append(inst);
                self.common.insert(inst, id);
                id
            }
        }
    }

    /// Passes that answer from what the instruction is and what is known of its operands.
    fn simplify(&mut self, inst: &mut Inst) -> Result<Option<InstId>, Abort> {
        // Each step makes the instruction simpler; the bound is for rules that were written wrong.
        for _ in 0..32 {
            if self.switches.range {
                inst.a = self.pin(inst.a);
                inst.b = self.pin(inst.b);
                inst.c = self.pin(inst.c);
            }
            let mut step = Fold::Keep;
            if self.switches.fold {
                step = fold::fold(self, inst)?;
                self.counters.folded += (step != Fold::Keep) as u64;
            }
            if step == Fold::Keep && self.switches.range {
                step = known::simplify(self, inst);
                if inst.op.effect() == Effect::Guard && matches!(step, Fold::Become(_)) {
                    self.counters.checks_removed += 1;
                }
            }
            match step {
                Fold::Keep => return Ok(None),
                Fold::Value(id) => return Ok(Some(id)),
                Fold::Become(next) => *inst = next,
                Fold::Holds => {
                    self.counters.guards_removed += 1;
                    return Ok(Some(InstId::NONE));
                }
                Fold::Fails => return Err(contradiction(inst)),
            }
        }
        Ok(None)
    }
}

/// A guard that always fails. On a tag that is a type that changed, and may settle; on anything else (the parity of a
/// counter, say) it is the way of the program, and so the trace leaves where it was recorded to stay.
fn contradiction(inst: &Inst) -> Abort {
    let reason = match inst.op {
        Op::GuardTags => AbortReason::TypeUnstable,
        _ => AbortReason::LeavesLoop,
    };
    Abort::new(reason, format!("{} always fails", inst.op.name()))
}

/// Whether an equal instruction before answers for this one.
fn is_common(inst: &Inst) -> bool {
    match inst.op {
        Op::Phi | Op::Safepoint => false,
        op => matches!(op.effect(), Effect::Input | Effect::Pure | Effect::Guard),
    }
}

impl Optimizer for Pipeline<'_> {
    fn emit(&mut self, mut inst: Inst) -> Result<InstId, Abort> {
        self.counters.arrived += 1;
        if let Some(id) = self.simplify(&mut inst)? {
            return Ok(id);
        }
        if self.switches.forward {
            match inst.op {
                Op::Load => {
                    if let Some(value) = self.memory.load(&self.trace, &inst) {
                        self.counters.forwarded += 1;
                        return Ok(value);
                    }
                }
                Op::Store => {
                    let immutable =
                        self.layout.alias_classes.get(inst.alias as usize).is_some_and(|class| class.immutable);
                    if self.memory.store(&self.trace, &inst, immutable) == Remembered::Already {
                        self.counters.stores_removed += 1;
                        return Ok(InstId::NONE);
                    }
                }
                Op::Barrier if known::barrier_is_idle(self, &inst) => {
                    self.counters.barriers_removed += 1;
                    return Ok(InstId::NONE);
                }
                _ => {}
            }
        }
        let key = Inst { snap: SnapId::NONE, ..inst };
        let common = self.switches.cse && is_common(&inst);
        if common && let Some(&id) = self.common.get(&key) {
            self.counters.common += 1;
            self.counters.guards_removed += (inst.ty == Type::None) as u64;
            return Ok(id);
        }
        let id = self.append(inst);
        if common {
            self.common.insert(key, id);
        }
        if self.switches.forward && inst.op == Op::Load {
            self.memory.remember_load(&inst, id);
        }
        if self.switches.range {
            self.learn(&inst)?;
        }
        Ok(id)
    }

    fn call(&mut self, mut inst: Inst, site: CallSite) -> Result<InstId, Abort> {
        self.counters.arrived += 1;
        let effects = self.trace.functions[site.function as usize].effects;
        // Having succeeded once, a pure function does so again with the same arguments.
        let pure = Effects(effects.0 & !Effects::FAILS.0) == Effects::PURE;
        if pure
            && self.switches.cse
            && let Some(&id) = self.pure_calls.get(&site)
        {
            self.counters.common += 1;
            return Ok(id);
        }
        inst.imm = self.trace.calls.len() as i64;
        self.trace.calls.push(site.clone());
        let id = self.append(inst);
        if pure && self.switches.cse {
            self.pure_calls.insert(site, id);
        }
        if effects.has(Effects::WRITES) {
            let mutable: Vec<bool> = self.layout.alias_classes.iter().map(|class| !class.immutable).collect();
            self.memory.forget_classes(&mutable);
        }
        Ok(id)
    }

    fn trace(&self) -> &Trace {
        &self.trace
    }

    fn trace_mut(&mut self) -> &mut Trace {
        &mut self.trace
    }
}
