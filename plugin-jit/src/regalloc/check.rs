//! An independent proof of an allocation, after the checker of regalloc2.
//!
//! It executes the steps on a symbolic machine in which every place holds the set of values known to be in it, and
//! asks at each instruction whether the operands and the exit's leaves are where the step says. It shares no code
//! with the scan and knows only what moves, results and destroyed registers do. For a loop the state at the head is
//! the greatest one that both ways into it agree on, found by iteration from the state of the first entry.

use super::{Allocation, Location, Origin, Placed, Problem, Register, Step, Want};
use crate::ir::InstId;
use std::collections::{BTreeMap, BTreeSet};

/// What is known: by place, the values that are in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Known(BTreeMap<Location, BTreeSet<InstId>>);

impl Known {
    fn values(&self, problem: &Problem<'_>, place: Location) -> BTreeSet<InstId> {
        match place {
            Location::Constant(_) | Location::Slot(_) => {
                let origin = match place {
                    Location::Constant(bits) => Origin::Constant(bits),
                    Location::Slot(slot) => Origin::Slot(slot),
                    _ => Origin::Computed,
                };
                let same = |index: &usize| {
                    problem.origins[*index] == origin || problem.origins[*index] == Origin::Inherited(place)
                };
                (0..problem.len()).filter(same).map(InstId::new).collect()
            }
            _ => self.0.get(&place).cloned().unwrap_or_default(),
        }
    }

    fn holds(&self, problem: &Problem<'_>, place: Location, value: InstId) -> bool {
        match (place, problem.origins[value.index()]) {
            (Location::Constant(bits), Origin::Constant(own)) => bits == own,
            (Location::Slot(slot), Origin::Slot(own)) => slot == own,
            (Location::Constant(_) | Location::Slot(_), Origin::Inherited(own)) => place == own,
            (Location::Constant(_) | Location::Slot(_), _) => false,
            _ => self.0.get(&place).is_some_and(|values| values.contains(&value)),
        }
    }

    fn meet(&self, other: &Known) -> Known {
        let both = self.0.iter().filter_map(|(place, values)| {
            let common: BTreeSet<InstId> = values.intersection(other.0.get(place)?).copied().collect();
            (!common.is_empty()).then_some((*place, common))
        });
        Known(both.collect())
    }

    /// What is known at the head, coming with the phis' `sources`: a place that holds the source holds the phi.
    fn through_head(&self, problem: &Problem<'_>, marker: usize, back: bool) -> Known {
        let mut out = Known::default();
        for (place, values) in &self.0 {
            let mut kept: BTreeSet<InstId> = values.iter().copied().filter(|value| value.index() < marker).collect();
            // Constants and slots keep their values wherever their instructions stand.
            let early =
                |value: &&InstId| matches!(problem.origins[value.index()], Origin::Constant(_) | Origin::Slot(_));
            kept.extend(values.iter().filter(early));
            for phi in problem.phis {
                if values.contains(if back { &phi.back } else { &phi.entry }) {
                    kept.insert(phi.phi);
                }
            }
            if !kept.is_empty() {
                out.0.insert(*place, kept);
            }
        }
        out
    }
}

/// Checks an allocation; the error says what is wrong and where.
pub fn check(problem: &Problem<'_>, allocation: &Allocation) -> Result<(), String> {
    let mut known = Known::default();
    for (index, origin) in problem.origins.iter().enumerate() {
        if let Origin::Inherited(place) = *origin {
            known.0.entry(place).or_default().insert(InstId::new(index));
        }
    }
    let head = allocation.steps.iter().position(|step| *step == Step::Head);
    let Some(head) = head else {
        return run(problem, &allocation.steps, &mut known);
    };
    let (before, body) = (&allocation.steps[..head], &allocation.steps[head + 1..]);
    run(problem, before, &mut known)?;
    let marker = problem.marker.ok_or("a head without a loop marker")?;
    let mut at_head = known.through_head(problem, marker, false);
    loop {
        let mut state = at_head.clone();
        let verdict = run(problem, body, &mut state);
        let next = at_head.meet(&state.through_head(problem, marker, true));
        if next == at_head {
            return verdict;
        }
        // Less is known than was assumed: only the verdict of the last round counts.
        at_head = next;
    }
}

fn run(problem: &Problem<'_>, steps: &[Step], known: &mut Known) -> Result<(), String> {
    let mut verdict = Ok(());
    for step in steps {
        let outcome = match step {
            Step::Move { from, to } => {
                let values = known.values(problem, *from);
                known.0.insert(*to, values);
                match to {
                    Location::Slot(_) | Location::Constant(_) => Err(format!("a move to {to:?}")),
                    _ => Ok(()),
                }
            }
            Step::Inst(placed) => instruction(problem, placed, known),
            Step::End(placed) => leaves(problem, placed, known),
            Step::Head | Step::Back => Ok(()),
        };
        // The state must be followed to the end even behind an error, for the iteration over the loop.
        verdict = verdict.and(outcome);
    }
    verdict
}

fn instruction(problem: &Problem<'_>, placed: &Placed, known: &mut Known) -> Result<(), String> {
    let id = placed.inst;
    let demand = &problem.demands[id.index()];
    let mut verdict = Ok(());
    if demand.operands.len() != placed.operands.len() {
        return Err(format!("{id} has {} places for its operands", placed.operands.len()));
    }
    for (operand, &place) in demand.operands.iter().zip(&placed.operands) {
        let suits = match (operand.want, place) {
            (Want::Register, Location::Register(_)) => true,
            (Want::Fixed(register), place) => place == Location::Register(register),
            (Want::Any | Want::Anywhere, place) => place != Location::Temporary,
            (Want::Immediate, Location::Constant(_)) => true,
            _ => false,
        };
        if !suits {
            verdict = verdict.and(Err(format!("{id}: {} is in {place:?}, wanted {:?}", operand.value, operand.want)));
        }
        if !known.holds(problem, place, operand.value) {
            verdict = verdict.and(Err(format!("{id}: {place:?} does not hold operand {}", operand.value)));
        }
        if operand.late && placed.result.is_some_and(|result| place == Location::Register(result)) {
            verdict = verdict.and(Err(format!("{id}: the result overwrites {} too early", operand.value)));
        }
    }
    let first = placed.operands.first().copied();
    let undone = |place: Location| placed.undo && demand.undoable && Some(place) == first;
    if demand.exit_after_result {
        for (place, leaf) in placed.leaves.iter().zip(&problem.leaves[id.index()]) {
            let overwritten = placed.result.is_some_and(|result| *place == Location::Register(result));
            if overwritten && !undone(*place) {
                verdict = verdict.and(Err(format!("{id}: the result overwrites leaf {leaf}")));
            }
        }
    }
    for register in demand.destroys.iter() {
        known.0.remove(&Location::Register(register));
    }
    // An exit sees the registers after a call.
    verdict = verdict.and(leaves(problem, placed, known));
    if let Some(result) = placed.result {
        if demand.fixed_result.is_some_and(|register| register != result) {
            verdict = verdict.and(Err(format!("{id}: the result is not in its register")));
        }
        define(problem, known, result, id);
    } else if problem.classes[id.index()].is_some() {
        verdict = verdict.and(Err(format!("{id} has no place for its result")));
    }
    verdict
}

fn define(problem: &Problem<'_>, known: &mut Known, result: Register, id: InstId) {
    // The instruction may be executed again by the loop: copies of its old value are no longer it.
    for values in known.0.values_mut() {
        values.remove(&id);
    }
    if problem.classes[id.index()] == Some(result.class()) {
        known.0.insert(Location::Register(result), BTreeSet::from([id]));
    } else {
        known.0.remove(&Location::Register(result));
    }
}

fn leaves(problem: &Problem<'_>, placed: &Placed, known: &Known) -> Result<(), String> {
    let wanted = &problem.leaves[placed.inst.index()];
    if wanted.len() != placed.leaves.len() {
        return Err(format!("{}: {} places for {} leaves", placed.inst, placed.leaves.len(), wanted.len()));
    }
    for (&place, &leaf) in placed.leaves.iter().zip(wanted) {
        if !known.holds(problem, place, leaf) {
            return Err(format!("{}: {place:?} does not hold leaf {leaf}", placed.inst));
        }
    }
    Ok(())
}
