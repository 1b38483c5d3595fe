//! The scan: one pass over the instructions, each step deciding with the full knowledge of what comes.
//!
//! For one instruction, in this order: operands get registers, registers that it destroys or fixes are cleared (their
//! values move to registers that survive, or home), fixed operands move in, leaves are looked up, operands that die
//! give their registers back, and the result is placed.

use super::{
    Allocation, Class, Demand, Location, Origin, Placed, Problem, Register, RegisterSet, Step, Want, head::Head,
    internal, live::Live, moves, state::State,
};
use crate::ir::InstId;
use limpet_plugin_api::Abort;
use std::collections::BTreeSet;

/// What earlier runs over a loop have shown.
#[derive(Clone, Debug, Default)]
pub struct Advice {
    /// Values that are better in memory at the head: they were pushed out before they were used.
    pub in_memory: BTreeSet<InstId>,
    /// Values from before the loop that are pushed out within it: stored where they are defined, not in the loop.
    pub store_early: BTreeSet<InstId>,
}

impl Advice {
    /// Takes in what a run has shown; whether that is anything new.
    pub fn learn(&mut self, run: &Run) -> bool {
        let before = self.in_memory.len() + self.store_early.len();
        self.in_memory.extend(&run.pushed_out);
        self.store_early.extend(&run.stored_in_loop);
        before != self.in_memory.len() + self.store_early.len()
    }
}

/// The result of one run.
#[derive(Debug)]
pub struct Run {
    /// The answer.
    pub allocation: Allocation,
    /// Values that had a register at the head and lost it unused.
    pub pushed_out: Vec<InstId>,
    /// Values that live around the loop and were stored within it.
    pub stored_in_loop: Vec<InstId>,
}

/// The scan's state.
pub struct Scan<'a> {
    /// What is to be allocated.
    pub problem: &'a Problem<'a>,
    /// Positions of uses.
    pub live: &'a Live,
    /// What earlier runs have shown.
    pub advice: &'a Advice,
    /// What is where.
    pub state: State,
    /// The answer so far.
    pub steps: Vec<Step>,
    /// By value: the register where it is wanted.
    pub hints: Vec<Option<Register>>,
    /// Registers wanted by values that are not there yet.
    pub reserved: RegisterSet,
    /// Position of the scan.
    pub position: usize,
    /// The head of the loop, once the scan has passed it.
    pub head: Option<Head>,
    pushed_out: Vec<InstId>,
    stored_in_loop: Vec<InstId>,
}

/// Allocates once.
pub fn run(problem: &Problem<'_>, live: &Live, advice: &Advice) -> Result<Run, Abort> {
    let mut scan = Scan {
        problem,
        live,
        advice,
        state: State::new(problem),
        steps: Vec::with_capacity(problem.len() * 2),
        hints: vec![None; problem.len()],
        reserved: RegisterSet::EMPTY,
        position: 0,
        head: None,
        pushed_out: Vec::new(),
        stored_in_loop: Vec::new(),
    };
    scan.inherit()?;
    scan.compute_hints(0);
    while scan.position < problem.len() {
        if Some(scan.position) == problem.marker {
            scan.enter_loop()?;
            scan.position += 1 + problem.phis.len();
        } else {
            scan.instruction()?;
            scan.position += 1;
        }
    }
    if scan.head.is_some() {
        scan.close_loop()?;
    } else {
        let leaves = scan.leaves()?;
        let inst = InstId::new(problem.len());
        scan.steps.push(Step::End(Placed { inst, operands: Vec::new(), result: None, leaves, undo: false }));
    }
    let allocation = Allocation { steps: scan.steps, spill_slots: scan.state.spill_slots() };
    Ok(Run { allocation, pushed_out: scan.pushed_out, stored_in_loop: scan.stored_in_loop })
}

impl Scan<'_> {
    /// Places the values that are there at the beginning of a side trace.
    fn inherit(&mut self) -> Result<(), Abort> {
        let mut again = Vec::new();
        for (index, origin) in self.problem.origins.iter().enumerate() {
            let value = InstId::new(index);
            match *origin {
                Origin::Inherited(Location::Register(register)) if self.live.needed(value) => {
                    match self.state.value(register) {
                        None => self.state.put(value, register),
                        Some(_) => again.push((value, register)),
                    }
                }
                Origin::Inherited(Location::Spill(slot)) if self.live.needed(value) => self.state.claim(slot),
                _ => {}
            }
        }
        for (value, from) in again {
            let to = self.choose(value, RegisterSet::EMPTY, RegisterSet::EMPTY, None)?;
            self.steps.push(Step::Move { from: Location::Register(from), to: Location::Register(to) });
            self.state.put(value, to);
        }
        let inherited: Vec<InstId> = self.advice.store_early.iter().copied().collect();
        for value in inherited {
            if matches!(self.problem.origins[value.index()], Origin::Inherited(_)) {
                self.store(value)?;
            }
        }
        Ok(())
    }

    /// Hints from a position on: fixed operands want their register, and what a two-address form consumes wants the
    /// register of its result.
    pub fn compute_hints(&mut self, from: usize) {
        for position in (from..self.problem.len()).rev() {
            let demand = &self.problem.demands[position];
            let candidates = if demand.commutative { 2 } else { usize::from(demand.reuse) };
            if let Some(hint) = self.hints[position] {
                let dying = |value: InstId| !self.live.needed_after(value, position);
                let heir = demand.operands.iter().take(candidates).find(|operand| dying(operand.value));
                if let Some(operand) = heir.filter(|operand| self.same_class(operand.value, hint)) {
                    self.hints[operand.value.index()].get_or_insert(hint);
                }
            }
            for operand in &demand.operands {
                if let Want::Fixed(register) = operand.want
                    && !self.live.needed_after(operand.value, position)
                    && !self.live.crosses_call(operand.value, operand.value.index())
                {
                    self.hints[operand.value.index()].get_or_insert(register);
                }
            }
        }
    }

    fn same_class(&self, value: InstId, register: Register) -> bool {
        self.problem.classes[value.index()] == Some(register.class())
    }

    fn leaves(&self) -> Result<Vec<Location>, Abort> {
        self.problem.leaves[self.position].iter().map(|&leaf| self.state.location(leaf)).collect()
    }

    fn instruction(&mut self) -> Result<(), Abort> {
        let position = self.position;
        let problem = self.problem;
        let demand = &problem.demands[position];
        if demand.silent {
            self.bury(position);
            return Ok(());
        }
        let mut busy = demand.destroys;
        for operand in &demand.operands {
            if let Want::Fixed(register) = operand.want {
                busy.insert(register);
            }
        }
        demand.fixed_result.into_iter().for_each(|register| busy.insert(register));

        let mut operands = self.place_operands(demand, busy)?;
        self.clear(busy, demand, &mut operands)?;
        let mut leaves = self.leaves()?;

        // What dies here gives its register to the result, unless the exit still needs it behind the result.
        let held = |value: &InstId| demand.exit_after_result && problem.leaves[position].contains(value);
        let undo_candidate = demand.operands.first().filter(|first| {
            demand.undoable
                && held(&first.value)
                && !self.live.needed_after(first.value, position)
                && demand.operands[1..].iter().all(|other| other.value != first.value)
        });
        let undo_register = undo_candidate.and_then(|first| self.state.place(first.value));
        for value in self.live.dying(position) {
            if !held(value) || undo_candidate.is_some_and(|first| first.value == *value) {
                self.state.take_out(*value);
            }
        }
        let mut result = None;
        if problem.classes[position].is_some() {
            let value = InstId::new(position);
            let mut forbidden = busy;
            for (operand, location) in demand.operands.iter().zip(&operands) {
                if let (true, Location::Register(register)) = (operand.late, *location) {
                    forbidden.insert(register);
                }
            }
            let register = match demand.fixed_result {
                Some(register) => register,
                None => {
                    let reused = self.reusable(demand, &operands);
                    // Operands that live on keep their registers if any other can be had.
                    match self.choose(value, forbidden, locked(&operands), reused) {
                        Ok(register) => register,
                        Err(_) => self.choose(value, forbidden, RegisterSet::EMPTY, reused)?,
                    }
                }
            };
            if let (Some(hint), Some(head)) = (self.hints[position], &self.head)
                && head.phis.iter().any(|(_, back, _)| *back == value)
            {
                self.reserved.remove(hint);
            }
            result = Some(register);
        }
        let undo = result.is_some() && result == undo_register;
        if demand.exit_after_result && !undo {
            // A leaf whose register the result was given has been pushed out: the exit finds it at home.
            for (place, &leaf) in leaves.iter_mut().zip(&problem.leaves[position]) {
                if result.is_some_and(|register| *place == Location::Register(register)) {
                    *place = self.state.location(leaf)?;
                }
            }
        }
        self.steps.push(Step::Inst(Placed { inst: InstId::new(position), operands, result, leaves, undo }));
        for index in 0..self.live.dying(position).len() {
            let value = self.live.dying(position)[index];
            self.state.take_out(value);
            self.state.release_home(value);
        }
        if let Some(register) = result {
            let value = InstId::new(position);
            if self.live.needed_after(value, position) {
                self.state.put(value, register);
                if self.advice.store_early.contains(&value) {
                    self.store(value)?;
                }
            }
        }
        Ok(())
    }

    /// The register of an operand that the result may take over.
    fn reusable(&self, demand: &Demand, operands: &[Location]) -> Option<Register> {
        let candidates = if demand.commutative { 2 } else { usize::from(demand.reuse) };
        operands.iter().take(candidates).find_map(|place| match place {
            Location::Register(register) if self.state.value(*register).is_none() => Some(*register),
            _ => None,
        })
    }

    /// Gives operands their places; fixed ones are named where they are now.
    fn place_operands(&mut self, demand: &Demand, busy: RegisterSet) -> Result<Vec<Location>, Abort> {
        let mut pinned = RegisterSet::EMPTY;
        for operand in &demand.operands {
            if let Some(register) = self.state.place(operand.value) {
                pinned.insert(register);
            }
        }
        let mut places = Vec::with_capacity(demand.operands.len());
        for operand in &demand.operands {
            let value = operand.value;
            let place = match operand.want {
                Want::Immediate => match self.problem.origins[value.index()] {
                    Origin::Constant(bits) => Location::Constant(bits),
                    _ => return Err(internal(format!("{value} is no constant"))),
                },
                Want::Fixed(_) | Want::Anywhere => self.state.location(value)?,
                Want::Any if self.stays_in_memory(value, busy.or(pinned)) => self.state.location(value)?,
                Want::Any | Want::Register => {
                    let register = self.bring(value, busy, pinned)?;
                    pinned.insert(register);
                    Location::Register(register)
                }
            };
            places.push(place);
        }
        Ok(places)
    }

    /// Whether an operand that may be in memory is best read from there.
    fn stays_in_memory(&self, value: InstId, taken: RegisterSet) -> bool {
        match (self.state.place(value), self.state.home(value)) {
            (Some(_), _) | (None, None) => false,
            (None, Some(Location::Constant(_))) => true,
            (None, Some(_)) => {
                let again = self.live.next_use(value, self.position + 1).is_some();
                let class = self.problem.classes[value.index()].unwrap_or(Class::Int);
                !again || self.free(class).without(taken).is_empty()
            }
        }
    }

    /// Brings a value into a register outside of `busy`.
    fn bring(&mut self, value: InstId, busy: RegisterSet, pinned: RegisterSet) -> Result<Register, Abort> {
        let from = self.state.location(value)?;
        if let Location::Register(register) = from
            && !busy.has(register)
        {
            return Ok(register);
        }
        let to = self.choose(value, busy, pinned, None)?;
        // Making room can have pushed out the value itself, from a register that the instruction destroys.
        self.steps.push(Step::Move { from, to: Location::Register(to) });
        self.state.put(value, to);
        Ok(to)
    }

    /// Empties the registers that the instruction fixes or destroys, and moves fixed operands in.
    fn clear(&mut self, busy: RegisterSet, demand: &Demand, operands: &mut [Location]) -> Result<(), Abort> {
        if busy.is_empty() {
            return Ok(());
        }
        let mut fixed = Vec::new();
        let mut pinned = locked(operands);
        for (operand, place) in demand.operands.iter().zip(operands.iter_mut()) {
            if let Want::Fixed(register) = operand.want {
                fixed.push((*place, Location::Register(register)));
                *place = Location::Register(register);
            }
        }
        for register in busy.iter() {
            let Some(value) = self.state.value(register) else { continue };
            let leaf = self.problem.leaves[self.position].contains(&value);
            let survives = self.live.needed_after(value, self.position) || leaf;
            let stays = fixed.contains(&(Location::Register(register), Location::Register(register)))
                && !demand.destroys.has(register)
                && demand.fixed_result != Some(register);
            if stays {
                continue;
            }
            let refuge = self.free(register.class()).without(busy).without(pinned);
            let used_again = self.live.next_use(value, self.position + 1).is_some();
            if survives && used_again && !refuge.is_empty() {
                let to = self.prefer(value, refuge, None);
                self.steps.push(Step::Move { from: Location::Register(register), to: Location::Register(to) });
                self.state.put(value, to);
                pinned.insert(to);
            } else if survives {
                self.push_out(value)?;
            } else {
                self.state.take_out(value);
            }
        }
        moves::parallel(fixed, &mut self.steps);
        Ok(())
    }

    /// The free registers of a class.
    pub fn free(&self, class: Class) -> RegisterSet {
        let mut free = RegisterSet::of(self.problem.registers.class(class));
        for register in free.iter() {
            if self.state.value(register).is_some() {
                free.remove(register);
            }
        }
        free
    }

    /// The best of some free registers for a value.
    pub fn prefer(&self, value: InstId, free: RegisterSet, reused: Option<Register>) -> Register {
        if let Some(hint) = self.hints[value.index()].filter(|&hint| free.has(hint)) {
            return hint;
        }
        let class = self.problem.classes[value.index()].unwrap_or(Class::Int);
        let crosses = self.live.crosses_call(value, self.position);
        let lasting = |register: Register| {
            !crosses
                || self.problem.registers.preserved.has(register)
                || free.and(self.problem.registers.preserved).is_empty()
        };
        let suits = |register: Register| free.has(register) && !self.reserved.has(register) && lasting(register);
        if let Some(register) = reused.filter(|&register| suits(register)) {
            return register;
        }
        let candidates = self.problem.registers.class(class).iter().filter(|&&register| free.has(register));
        let cost = |register: Register| {
            let preserved = self.problem.registers.preserved.has(register);
            u32::from(self.reserved.has(register)) * 4
                + u32::from(preserved != crosses) * 2
                + u32::from(reused != Some(register))
        };
        candidates.copied().min_by_key(|&register| cost(register)).unwrap_or(Register(0))
    }

    /// A register for a value, outside of `forbidden`; if none is free, the value needed last leaves one that is not
    /// `pinned`.
    pub fn choose(
        &mut self,
        value: InstId,
        forbidden: RegisterSet,
        pinned: RegisterSet,
        reused: Option<Register>,
    ) -> Result<Register, Abort> {
        let class = self.problem.classes[value.index()].unwrap_or(Class::Int);
        let free = self.free(class).without(forbidden);
        if !free.is_empty() {
            return Ok(self.prefer(value, free, reused));
        }
        let mut victim = None;
        for &register in self.problem.registers.class(class) {
            if forbidden.has(register) || pinned.has(register) {
                continue;
            }
            if let Some(other) = self.state.value(register) {
                let distance = self.distance(other);
                if victim.is_none_or(|(farthest, _, _)| distance > farthest) {
                    victim = Some((distance, register, other));
                }
            }
        }
        let (_, register, other) = victim.ok_or_else(|| internal("an instruction demands too many registers"))?;
        self.push_out(other)?;
        Ok(register)
    }

    /// How far away the next use of a value is; farther if it costs nothing to push it out.
    pub fn distance(&self, value: InstId) -> usize {
        let distance = match (self.live.next_use(value, self.position), self.problem.body()) {
            (Some(next), _) => next - self.position,
            (None, Some(body)) if self.live.around(value) => match self.live.next_use(value, body) {
                Some(next) => self.problem.len() - self.position + next - body,
                None => 1 << 20,
            },
            (None, _) => 1 << 20,
        };
        if self.state.home(value).is_some() { distance + distance / 2 } else { distance }
    }

    /// Takes a value out of its register; memory has it, or gets it.
    pub fn push_out(&mut self, value: InstId) -> Result<(), Abort> {
        let stored = self.store(value)?;
        self.state.take_out(value);
        if let (Some(head), Some(body)) = (&self.head, self.problem.body()) {
            let unused = self.live.next_use(value, body).is_none_or(|next| next > self.position);
            if head.registers.iter().any(|(at_head, _)| *at_head == value) && unused {
                self.pushed_out.push(value);
            }
            if stored && self.live.around(value) {
                self.stored_in_loop.push(value);
            }
        }
        Ok(())
    }

    /// Stores a value to a home if it has none; whether it did.
    pub fn store(&mut self, value: InstId) -> Result<bool, Abort> {
        match (self.state.place(value), self.state.home(value)) {
            (Some(register), None) => {
                let to = self.state.new_home(value)?;
                self.steps.push(Step::Move { from: Location::Register(register), to });
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// Forgets the values that die at a position.
    pub fn bury(&mut self, position: usize) {
        for index in 0..self.live.dying(position).len() {
            let value = self.live.dying(position)[index];
            self.state.take_out(value);
            self.state.release_home(value);
        }
    }
}

/// The registers of places.
fn locked(places: &[Location]) -> RegisterSet {
    let mut set = RegisterSet::EMPTY;
    for place in places {
        if let Location::Register(register) = *place {
            set.insert(register);
        }
    }
    set
}
