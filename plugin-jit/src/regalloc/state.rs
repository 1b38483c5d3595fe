//! What is where while the scan goes along: registers, homes, and the slots of the native frame.
//!
//! A value is in at most one register. Its home, once it has one, holds it until the value dies.

use super::{Location, Origin, Problem, Register, internal};
use crate::ir::InstId;
use limpet_plugin_api::{Abort, AbortReason};

/// The allocator's picture of the machine.
#[derive(Clone, Debug)]
pub struct State {
    /// By register: the value in it.
    registers: [InstId; 64],
    /// By value: the register it is in.
    places: Vec<Option<Register>>,
    /// By value: where memory has it.
    homes: Vec<Option<Location>>,
    /// By spill slot: how many values have their home there.
    owners: Vec<u16>,
    /// Slots of the frame.
    limit: u16,
}

impl State {
    /// The state before the first instruction.
    pub fn new(problem: &Problem<'_>) -> State {
        let homes = problem.origins.iter().map(|origin| match *origin {
            Origin::Computed => None,
            Origin::Constant(bits) => Some(Location::Constant(bits)),
            Origin::Slot(slot) => Some(Location::Slot(slot)),
            Origin::Inherited(Location::Register(_) | Location::Temporary) => None,
            Origin::Inherited(location) => Some(location),
        });
        State {
            registers: [InstId::NONE; 64],
            places: vec![None; problem.len()],
            homes: homes.collect(),
            owners: Vec::new(),
            limit: problem.registers.spill_slots,
        }
    }

    /// The value in a register.
    pub fn value(&self, register: Register) -> Option<InstId> {
        let value = self.registers[register.0 as usize];
        value.is_some().then_some(value)
    }

    /// The register that a value is in.
    pub fn place(&self, value: InstId) -> Option<Register> {
        self.places[value.index()]
    }

    /// Where memory has a value.
    pub fn home(&self, value: InstId) -> Option<Location> {
        self.homes[value.index()]
    }

    /// Where a value is: its register if it is in one.
    pub fn location(&self, value: InstId) -> Result<Location, Abort> {
        let place = self.place(value).map(Location::Register);
        place.or(self.home(value)).ok_or_else(|| internal(format!("{value} is nowhere")))
    }

    /// Puts a value into a register that is free; it leaves the register it was in.
    pub fn put(&mut self, value: InstId, register: Register) {
        self.take_out(value);
        debug_assert!(self.value(register).is_none(), "{value} into a taken register");
        self.registers[register.0 as usize] = value;
        self.places[value.index()] = Some(register);
    }

    /// Takes a value out of its register.
    pub fn take_out(&mut self, value: InstId) {
        if let Some(register) = self.places[value.index()].take() {
            self.registers[register.0 as usize] = InstId::NONE;
        }
    }

    /// Notes that a slot of the frame is the home of a value from the beginning.
    pub fn claim(&mut self, slot: u16) {
        let index = slot as usize;
        if self.owners.len() <= index {
            self.owners.resize(index + 1, 0);
        }
        self.owners[index] += 1;
    }

    /// Gives a value a new home in the frame.
    pub fn new_home(&mut self, value: InstId) -> Result<Location, Abort> {
        let slot = self.owners.iter().position(|&owners| owners == 0).unwrap_or(self.owners.len());
        if slot >= self.limit as usize {
            return Err(Abort::new(AbortReason::TooComplex, "more values at once than the native frame has slots"));
        }
        self.claim(slot as u16);
        let home = Location::Spill(slot as u16);
        self.homes[value.index()] = Some(home);
        Ok(home)
    }

    /// Forgets the home of a dead value.
    pub fn release_home(&mut self, value: InstId) {
        if let Some(Location::Spill(slot)) = self.homes[value.index()] {
            self.homes[value.index()] = None;
            self.owners[slot as usize] -= 1;
        }
    }

    /// Slots of the frame used so far.
    pub fn spill_slots(&self) -> u16 {
        self.owners.len() as u16
    }
}
