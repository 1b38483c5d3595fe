//! Which registers are live at a point: those that some path reads before it writes them.
//!
//! A collector that scans whole frames keeps what a frame will never look at again: a loop over a lazy list would keep the
//! list (Appel, *Compiling with Continuations*, 12.1, calls a system without that fault safe for space). So a full
//! collection asks here, for each frame, what it may clear: see [`crate::interp::dead_slots`].
//!
//! The analysis is the usual one, backwards over the code. Jumps go forwards but for [`Op::Loop`], so that one pass from
//! the end meets every target before what jumps to it; passes are repeated until the heads of loops don't change.

use super::{ops::Op, verify::decode::Instruction};
use std::collections::{HashMap, HashSet};

/// Words of sets that the analysis of one code may touch; code that needs more is left alone.
const MOST_WORK: usize = 1 << 22;

/// A set of registers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registers(Vec<u64>);

impl Registers {
    /// Whether it is in the set.
    pub fn contains(&self, register: usize) -> bool {
        self.0.get(register / 64).is_some_and(|bits| bits >> (register % 64) & 1 == 1)
    }

    fn add(&mut self, register: u32) {
        let word = register as usize / 64;
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (register % 64);
    }

    fn remove(&mut self, register: u32) {
        if let Some(bits) = self.0.get_mut(register as usize / 64) {
            *bits &= !(1 << (register % 64));
        }
    }

    fn remove_from(&mut self, register: u32) {
        let word = register as usize / 64;
        if word < self.0.len() {
            self.0.truncate(word + 1);
            self.0[word] &= (1 << (register % 64)) - 1;
        }
    }

    fn add_all(&mut self, other: &Registers) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        self.0.iter_mut().zip(&other.0).for_each(|(mine, theirs)| *mine |= theirs);
    }
}

/// The live registers of a code at its loops, and where its calls return.
#[derive(Debug)]
pub struct Liveness {
    /// By the unit of the loop instruction.
    loops: HashMap<usize, Registers>,
    /// By the unit behind the first one of the call.
    returns: HashMap<usize, Registers>,
}

impl Liveness {
    /// Analyzes code that the verifier approves; `None` if that would take long.
    pub fn of(units: &[u32]) -> Option<Liveness> {
        let mut starts = Vec::new();
        let mut targets: HashMap<usize, Registers> = HashMap::new();
        let mut heads = HashSet::new();
        let mut at = 0;
        while at < units.len() {
            let instruction = Instruction::at(units, at).ok()?;
            if let Some(target) = instruction.target(at) {
                targets.insert(target, Registers::default());
                if instruction.op == Op::Loop {
                    heads.insert(target);
                }
            }
            starts.push(at);
            at += instruction.units.len();
        }
        let mut liveness = Liveness { loops: HashMap::new(), returns: HashMap::new() };
        let mut work = MOST_WORK;
        while liveness.pass(units, &starts, &mut targets, &heads, &mut work)? {}
        Some(liveness)
    }

    /// The live registers at the loop instruction with a unit. Register 0 is always live.
    pub fn at_loop(&self, unit: usize) -> Option<&Registers> {
        self.loops.get(&unit)
    }

    /// The live registers while a call waits whose return address is a unit: without the one that gets the result.
    pub fn in_call(&self, unit: usize) -> Option<&Registers> {
        self.returns.get(&unit)
    }

    /// A pass from the end to the beginning; whether the head of a loop has changed, `None` if there was too much to do.
    fn pass(
        &mut self,
        units: &[u32],
        starts: &[usize],
        targets: &mut HashMap<usize, Registers>,
        heads: &HashSet<usize>,
        work: &mut usize,
    ) -> Option<bool> {
        let mut live = Registers::default();
        let mut changed = false;
        for &at in starts.iter().rev() {
            let instruction = Instruction::at(units, at).ok()?;
            let op = instruction.op;
            let mut cost = 1;
            if op.leaves() {
                live.0.clear();
            }
            if let Some(there) = instruction.target(at).and_then(|target| targets.get(&target)) {
                live.add_all(there);
                cost += there.0.len();
            }
            if let Some(register) = instruction.result() {
                live.remove(register);
            }
            match op {
                Op::Loop => {
                    cost += live.0.len();
                    self.loops.insert(at, live.clone());
                }
                Op::Call | Op::CallWide => {
                    // From its frame words on the slots are the callee's.
                    live.remove_from(instruction.call().0 - 2);
                    cost += live.0.len();
                    self.returns.insert(at + 1, live.clone());
                }
                _ => {}
            }
            instruction.reads(&mut |register| live.add(register));
            if let Some(known) = targets.get_mut(&at)
                && *known != live
            {
                cost += live.0.len();
                // Loops that go back to here have been passed already.
                changed |= heads.contains(&at);
                known.clone_from(&live);
            }
            *work = work.checked_sub(cost)?;
        }
        Some(changed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(set: Option<&Registers>) -> Vec<usize> {
        let set = set.expect("a point");
        (1..20).filter(|&register| set.contains(register)).collect()
    }

    fn in_call(units: &[u32], at: usize) -> Vec<usize> {
        members(Liveness::of(units).expect("a short code").in_call(at))
    }

    const fn unit(op: Op, a: u32, b: u32, c: u32) -> u32 {
        op as u32 | a << 8 | b << 16 | c << 24
    }

    #[test]
    fn what_is_read_behind_a_call_is_live_there() {
        let units = [
            unit(Op::Entry, 3, 0, 0),
            0,
            0,
            unit(Op::Call, 4, 7, 1),
            unit(Op::Add, 5, 4, 2),
            unit(Op::Move, 3, 5, 0),
            unit(Op::Return, 3, 0, 0),
        ];
        // The result is not there yet, register 3 is written before it is read, and the operands are gone.
        assert_eq!(in_call(&units, 4), [2]);
    }

    #[test]
    fn both_ways_of_a_branch_count() {
        let units = [
            unit(Op::Entry, 4, 0, 0),
            0,
            0,
            unit(Op::Call, 5, 8, 0),
            unit(Op::BranchTrue, 5, 0, 1),
            3,
            unit(Op::Return, 1, 0, 0),
            unit(Op::Return, 2, 0, 0),
        ];
        assert_eq!(in_call(&units, 4), [1, 2]);
    }

    #[test]
    fn what_the_next_round_reads_is_live_in_a_loop() {
        let units = [
            unit(Op::Entry, 3, 0, 0),
            0,
            0,
            // 3: the head. Register 3 is read in the next round only, register 4 in none; 5 belongs to nobody.
            unit(Op::BranchTrue, 3, 0, 1),
            9,
            unit(Op::Move, 8, 2, 0),
            unit(Op::Call, 4, 8, 0),
            unit(Op::Move, 4, 5, 0),
            unit(Op::Call, 3, 8, 0),
            Op::Loop as u32,
            0,
            (-6i32) as u32,
            unit(Op::Return, 1, 0, 0),
        ];
        assert_eq!(in_call(&units, 7), [1, 2, 5]);
        // The result of the call before it is live at the loop, and not yet there in the call.
        assert_eq!(in_call(&units, 9), [1, 2, 5]);
        assert_eq!(members(Liveness::of(&units).expect("a short code").at_loop(9)), [1, 2, 3, 5]);
    }

    #[test]
    fn hostile_code_is_left_alone() {
        // Each of many loops goes back to where the one around it begins, over many registers.
        let mut units = vec![unit(Op::Entry, 0, 0, 0), 0, 0];
        for register in (0..60_000u32).rev() {
            units.extend([Op::MoveWide as u32, 1 | register << 16]);
            units.extend([unit(Op::BranchTrue, 1, 0, 1), 5]);
            let back = 3 - units.len() as i64;
            units.extend([Op::Loop as u32, 0, back as i32 as u32]);
        }
        units.push(unit(Op::Return, 1, 0, 0));
        assert!(Liveness::of(&units).is_none());
    }
}
