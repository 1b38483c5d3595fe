//! The loop: what is where at its head, and the moves that bring the end of the body back to that.
//!
//! A phi takes over the register of its entry value if that dies here. Values that live around the loop and are in
//! memory (constants and slots above all) are loaded before the loop as long as registers are free; if the body then
//! pushes them out unused, the next run leaves them in memory.

use super::{Class, Location, Register, RegisterSet, Step, moves, scan::Scan};
use crate::ir::InstId;
use limpet_plugin_api::Abort;

/// The state at the head, as far as the back edge must restore it.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// Values in registers, phis among them.
    pub registers: Vec<(InstId, Register)>,
    /// Phis: the phi, the value it takes on the back edge, and its place.
    pub phis: Vec<(InstId, InstId, Location)>,
}

impl Scan<'_> {
    /// Settles the state at the head.
    pub fn enter_loop(&mut self) -> Result<(), Abort> {
        let marker = self.position;
        let problem = self.problem;
        let live = self.live;
        // Values that are better in memory leave their registers now.
        for class in [Class::Int, Class::Float] {
            for &register in problem.registers.class(class) {
                if let Some(value) = self.state.value(register)
                    && live.around(value)
                    && self.advice.in_memory.contains(&value)
                {
                    self.push_out(value)?;
                }
            }
        }
        // Sources first: afterwards the dead give their registers away.
        let mut carried = Vec::new();
        for phi in problem.phis.iter().filter(|phi| live.needed_after(phi.phi, marker)) {
            carried.push((*phi, self.state.location(phi.entry)?));
        }
        for &value in live.dying(marker) {
            self.state.take_out(value);
        }
        let mut entering = Vec::new();
        let mut homeless = Vec::new();
        for (phi, from) in carried {
            let wanted = match from {
                Location::Register(register) if self.state.value(register).is_none() => Some(register),
                _ => None,
            };
            if self.advice.in_memory.contains(&phi.phi) {
                entering.push((from, self.state.new_home(phi.phi)?));
                continue;
            }
            let suits =
                |register: Register| !live.crosses_call(phi.phi, marker) || problem.registers.preserved.has(register);
            match wanted.filter(|&register| suits(register)) {
                Some(register) => self.state.put(phi.phi, register),
                None => homeless.push((phi, from)),
            }
        }
        let mut pinned = RegisterSet::EMPTY;
        for (phi, from) in homeless {
            let class = problem.classes[phi.phi.index()].unwrap_or(Class::Int);
            let to = if self.free(class).is_empty() && !self.someone_is_needed_later(phi.phi, class) {
                self.state.new_home(phi.phi)?
            } else {
                let wanted = match from {
                    Location::Register(register) => Some(register),
                    _ => None,
                };
                let register = self.choose(phi.phi, RegisterSet::EMPTY, pinned, wanted)?;
                self.state.put(phi.phi, register);
                pinned.insert(register);
                Location::Register(register)
            };
            entering.push((from, to));
        }
        self.load_early(&mut entering);
        moves::parallel(entering, &mut self.steps);
        for &value in live.dying(marker) {
            self.state.release_home(value);
        }

        let mut head = Head::default();
        for phi in problem.phis.iter().filter(|phi| live.needed_after(phi.phi, marker)) {
            let place = self.state.location(phi.phi)?;
            head.phis.push((phi.phi, phi.back, place));
            // What the body computes for the phi should end up where the phi is.
            let computed = phi.back.index() > marker + problem.phis.len() && !live.around(phi.back);
            if let (Location::Register(register), true) = (place, computed) {
                self.hints[phi.back.index()] = Some(register);
                self.reserved.insert(register);
            }
        }
        for class in [Class::Int, Class::Float] {
            for &register in problem.registers.class(class) {
                if let Some(value) = self.state.value(register) {
                    head.registers.push((value, register));
                }
            }
        }
        self.head = Some(head);
        self.compute_hints(marker + 1 + problem.phis.len());
        self.steps.push(Step::Head);
        Ok(())
    }

    /// Whether a value around the loop is in a register and used later than this phi.
    fn someone_is_needed_later(&self, phi: InstId, class: Class) -> bool {
        let first = self.live.next_use(phi, self.position).unwrap_or(usize::MAX);
        self.problem.registers.class(class).iter().filter_map(|&register| self.state.value(register)).any(|value| {
            self.live.around(value) && self.live.next_use(value, self.position).unwrap_or(usize::MAX) > first
        })
    }

    /// Loads values that the body uses into registers that are free.
    fn load_early(&mut self, entering: &mut Vec<(Location, Location)>) {
        let mut wanted: Vec<(usize, InstId)> = (0..self.problem.len())
            .map(InstId::new)
            .filter(|&value| self.live.around(value) && self.state.place(value).is_none())
            .filter(|value| !self.advice.in_memory.contains(value))
            .filter_map(|value| self.live.next_use(value, self.position).map(|first| (first, value)))
            .collect();
        wanted.sort_unstable();
        for (_, value) in wanted {
            let (Some(class), Some(home)) = (self.problem.classes[value.index()], self.state.home(value)) else {
                continue;
            };
            let mut free = self.free(class);
            if self.live.crosses_call(value, self.position) {
                free = free.and(self.problem.registers.preserved);
            }
            if !free.is_empty() {
                let register = self.prefer(value, free, None);
                self.state.put(value, register);
                entering.push((home, Location::Register(register)));
            }
        }
    }

    /// Moves everything to where the head has it.
    pub fn close_loop(&mut self) -> Result<(), Abort> {
        let Some(head) = self.head.take() else { return Ok(()) };
        let mut back = Vec::new();
        for (_, value, place) in &head.phis {
            back.push((self.state.location(*value)?, *place));
        }
        for (value, register) in &head.registers {
            if !head.phis.iter().any(|(phi, _, _)| phi == value) {
                back.push((self.state.location(*value)?, Location::Register(*register)));
            }
        }
        moves::parallel(back, &mut self.steps);
        self.steps.push(Step::Back);
        Ok(())
    }
}
