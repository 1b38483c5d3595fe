//! Where values are used: positions of uses by instructions, and the last position at which anything needs a value.
//!
//! A position is an instruction's index; the trace's length stands for its end. A value that is defined before the
//! loop and used within it lives to the end, since the back edge needs it again.

use super::{Origin, Problem, Want};
use crate::ir::InstId;

/// Positions of uses.
#[derive(Clone, Debug)]
pub struct Live {
    /// By value: uses as an operand that may be in a register, ascending.
    uses: Vec<Vec<u32>>,
    /// By value: the last position that needs it, exits included; `None` if nothing does.
    last: Vec<Option<u32>>,
    /// By value: whether it is defined before the loop and lives around it.
    around: Vec<bool>,
    /// By position: the values whose last position it is.
    dying: Vec<Vec<InstId>>,
    /// Positions that destroy registers, ascending.
    calls: Vec<u32>,
}

impl Live {
    /// Computes them.
    pub fn of(problem: &Problem<'_>) -> Live {
        let count = problem.len();
        let mut live = Live {
            uses: vec![Vec::new(); count],
            last: vec![None; count],
            around: vec![false; count],
            dying: vec![Vec::new(); count + 1],
            calls: Vec::new(),
        };
        let by_calls = problem.registers.destroyed_by_calls().0.count_ones();
        for (position, demand) in problem.demands.iter().enumerate() {
            for operand in &demand.operands {
                if operand.want != Want::Immediate {
                    let uses = &mut live.uses[operand.value.index()];
                    if uses.last() != Some(&(position as u32)) {
                        uses.push(position as u32);
                    }
                    live.need(operand.value, position);
                }
            }
            for &leaf in &problem.leaves[position] {
                live.need(leaf, position);
            }
            if !demand.destroys.is_empty() && demand.destroys.0.count_ones() * 2 > by_calls {
                live.calls.push(position as u32);
            }
        }
        for &leaf in &problem.leaves[count] {
            live.need(leaf, count);
        }
        if let Some(marker) = problem.marker {
            for phi in problem.phis {
                live.need(phi.back, count);
            }
            for value in 0..count {
                // Constants and slots are there before the loop, wherever their instructions stand.
                let early = value < marker || matches!(problem.origins[value], Origin::Constant(_) | Origin::Slot(_));
                live.around[value] = early && live.last[value].is_some_and(|last| last as usize > marker);
            }
            for phi in problem.phis {
                live.need(phi.entry, marker);
            }
            for value in 0..count {
                if live.around[value] {
                    live.last[value] = Some(count as u32);
                }
            }
        }
        for (value, last) in live.last.iter().enumerate() {
            if let Some(last) = last {
                live.dying[*last as usize].push(InstId::new(value));
            }
        }
        live
    }

    fn need(&mut self, value: InstId, position: usize) {
        let last = &mut self.last[value.index()];
        *last = Some(last.map_or(position as u32, |old| old.max(position as u32)));
    }

    /// Whether anything needs the value behind a position.
    pub fn needed_after(&self, value: InstId, position: usize) -> bool {
        self.last[value.index()].is_some_and(|last| last as usize > position)
    }

    /// Whether anything ever needs the value.
    pub fn needed(&self, value: InstId) -> bool {
        self.last[value.index()].is_some()
    }

    /// Whether the value is defined before the loop and lives around it.
    pub fn around(&self, value: InstId) -> bool {
        self.around[value.index()]
    }

    /// Values whose last position this is.
    pub fn dying(&self, position: usize) -> &[InstId] {
        &self.dying[position]
    }

    /// The first use by an instruction at or behind a position.
    pub fn next_use(&self, value: InstId, position: usize) -> Option<usize> {
        let uses = &self.uses[value.index()];
        let index = uses.partition_point(|&used| (used as usize) < position);
        uses.get(index).map(|&used| used as usize)
    }

    /// Whether a call stands between a position and the last need of a value.
    pub fn crosses_call(&self, value: InstId, position: usize) -> bool {
        let index = self.calls.partition_point(|&call| call as usize <= position);
        match (self.calls.get(index), self.last[value.index()]) {
            (Some(call), Some(last)) => *call < last,
            _ => false,
        }
    }
}
