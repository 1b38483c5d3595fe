//! The lattice: what is known of each register at a point of the code.
//!
//! ```text
//!   Captured(k)   Closure(k)   Cell      known more exactly
//!           \      /             |
//!            Value               |
//!                 \             /
//!                  (unwritten)           nothing known: must not be read
//! ```
//!
//! Most registers are values or unwritten: a bit each. The few others are in a list, in the order of registers.

use super::{Captured, Fault};

/// What a register holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Any value that a program can have.
    Value,
    /// A variable's cell.
    Cell,
    /// A closure of nested code k, made here.
    Closure(u32),
    /// Captured value k, of which is not known yet whether it is a cell.
    Captured(u32),
}

/// What is known at a point.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// A bit for each register that is written; up to the last one.
    written: Vec<u64>,
    /// Contents that are not just values, of written registers.
    special: Vec<(u32, Content)>,
}

impl State {
    /// The registers below `count` hold values, nothing else is known.
    pub fn with_values(count: u32) -> State {
        let mut written = vec![u64::MAX; count as usize / 64];
        if !count.is_multiple_of(64) {
            written.push((1 << (count % 64)) - 1);
        }
        State { written, special: Vec::new() }
    }

    /// A measure of its memory.
    pub fn weight(&self) -> usize {
        4 + self.written.len() + self.special.len()
    }

    fn find(&self, register: u32) -> Result<usize, usize> {
        // Most codes have no cells and closures.
        match self.special.last() {
            None => Err(0),
            Some(&(last, _)) if last < register => Err(self.special.len()),
            Some(_) => self.special.binary_search_by_key(&register, |&(r, _)| r),
        }
    }

    /// What a register holds; a fault if that is not known.
    pub fn get(&self, register: u32) -> Result<Content, Fault> {
        let is_written = self.written.get(register as usize / 64).is_some_and(|bits| bits >> (register % 64) & 1 == 1);
        if !is_written {
            return Err(Fault::Unwritten(register));
        }
        Ok(self.find(register).map_or(Content::Value, |i| self.special[i].1))
    }

    /// Notes what a register holds from here on.
    pub fn set(&mut self, register: u32, content: Content) {
        let word = register as usize / 64;
        if word >= self.written.len() {
            self.written.resize(word + 1, 0);
        }
        self.written[word] |= 1 << (register % 64);
        match (self.find(register), content) {
            (Ok(i), Content::Value) => drop(self.special.remove(i)),
            (Ok(i), _) => self.special[i].1 = content,
            (Err(_), Content::Value) => {}
            (Err(i), _) => self.special.insert(i, (register, content)),
        }
    }

    /// Forgets all registers from one on.
    pub fn forget_from(&mut self, register: u32) {
        let word = register as usize / 64;
        if word < self.written.len() {
            self.written.truncate(word + 1);
            self.written[word] &= (1 << (register % 64)) - 1;
        }
        let first = self.find(register).unwrap_or_else(|i| i);
        self.special.truncate(first);
    }

    /// Keeps only what also `other` knows. Whether anything was forgotten. A captured value that becomes one value among
    /// others is noted to be a value.
    pub fn join(&mut self, other: &State, captured: &mut [Captured]) -> bool {
        let mut changed = false;
        if self.special != other.special {
            changed |= self.join_special(other, captured);
        }
        if self.written.len() > other.written.len() {
            changed |= self.written[other.written.len()..].iter().any(|&bits| bits != 0);
            self.written.truncate(other.written.len());
        }
        for (mine, &theirs) in self.written.iter_mut().zip(&other.written) {
            changed |= *mine & !theirs != 0;
            *mine &= theirs;
        }
        if changed {
            // A register that is not written any more is not special either.
            let written = &self.written;
            self.special.retain(|&(r, _)| written.get(r as usize / 64).is_some_and(|bits| bits >> (r % 64) & 1 == 1));
        }
        changed
    }

    /// Joins the contents of registers that are special on either side.
    fn join_special(&mut self, other: &State, captured: &mut [Captured]) -> bool {
        let mut changed = false;
        let mut forgotten = Vec::new();
        let mut merged = |content| {
            if let Content::Captured(k) = content {
                captured[k as usize].mark_value();
            }
        };
        let mine = std::mem::take(&mut self.special);
        for &(register, content) in &mine {
            match other.get(register) {
                Ok(theirs) if theirs == content => self.special.push((register, content)),
                Ok(theirs) if theirs != Content::Cell && content != Content::Cell => {
                    merged(content);
                    merged(theirs);
                    changed = true;
                }
                _ => forgotten.push(register),
            }
        }
        for &(register, content) in &other.special {
            if mine.binary_search_by_key(&register, |&(r, _)| r).is_err() {
                match content {
                    Content::Cell => forgotten.push(register),
                    _ if self.get(register).is_ok() => merged(content),
                    _ => {}
                }
            }
        }
        for register in forgotten {
            if let Some(bits) = self.written.get_mut(register as usize / 64) {
                changed |= *bits >> (register % 64) & 1 == 1;
                *bits &= !(1 << (register % 64));
            }
        }
        changed
    }
}
