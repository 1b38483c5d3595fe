//! The data-flow analysis: what registers hold on every path.
//!
//! Code is walked in the order of addresses. The state of a point that is reached in several ways waits in `pending`
//! until the walk comes there; then all that jumps there from before has arrived. A loop's head keeps its state, and
//! is walked again when a jump back knows less. Each point is thus walked with one or more states, and every execution
//! is described by one of them.
//!
//! Which captured values are cells is found by the way, see [`super`]: what `Free` gives is taken for something that is
//! yet to show what it is; if some turn out to be cells, another walk knows which.

use super::{
    Captured, CodeView, Fault,
    decode::{Instruction, Layout},
    fault::At,
    state::{Content, State},
};
use crate::bytecode::ops::Op;
use std::collections::BTreeMap;

/// Steps of the walk that each unit of the code pays for.
const STEPS_A_UNIT: usize = 1000;
/// Steps that any code may take.
const FREE_STEPS: usize = 1 << 20;
/// Words that states in waiting may take.
const MOST_WAITING: usize = 1 << 24;

/// Checks a code of which [`super::decode`] approves; tells how it uses its captured values. `inner` is that of the codes
/// nested in it.
pub fn check(code: &CodeView<'_>, layout: &Layout, inner: &[Vec<Captured>]) -> Result<Vec<Captured>, At> {
    let captures = code.captures as usize;
    let mut walk = Walk {
        code,
        layout,
        inner,
        captured: vec![Captured::Unused; captures],
        cells: vec![false; captures],
        has_new_cells: false,
        pending: BTreeMap::new(),
        heads: BTreeMap::new(),
        waiting: 0,
        steps: FREE_STEPS + STEPS_A_UNIT * code.units.len(),
    };
    walk.run()?;
    while std::mem::take(&mut walk.has_new_cells) {
        walk.cells.iter_mut().zip(&walk.captured).for_each(|(cell, c)| *cell = *c == Captured::Cell);
        walk.heads.clear();
        walk.waiting = 0;
        walk.run()?;
    }
    Ok(walk.captured)
}

struct Walk<'a> {
    code: &'a CodeView<'a>,
    layout: &'a Layout,
    inner: &'a [Vec<Captured>],
    captured: Vec<Captured>,
    /// The captures that were cells when this walk began.
    cells: Vec<bool>,
    has_new_cells: bool,
    /// Points to walk from, by address, with what is known there.
    pending: BTreeMap<usize, State>,
    /// What is known at the heads of loops that were reached.
    heads: BTreeMap<usize, Option<State>>,
    /// Words of states in the two maps.
    waiting: usize,
    /// Steps that are left.
    steps: usize,
}

impl Walk<'_> {
    fn run(&mut self) -> Result<(), At> {
        let units = self.code.units;
        let mut at = 0;
        while at < units.len() {
            let instruction = Instruction::at(units, at).map_err(|fault| (at, fault))?;
            if instruction.op == Op::Loop
                && let Some(target) = instruction.target(at)
            {
                self.heads.insert(target, None);
            }
            at += instruction.units.len();
        }
        self.arrive(0, State::default()).map_err(|fault| (0, fault))?;
        while let Some((at, state)) = self.pending.pop_first() {
            self.waiting -= state.weight();
            self.walk(at, state)?;
        }
        Ok(())
    }

    /// Takes note that control comes to a point.
    fn arrive(&mut self, at: usize, state: State) -> Result<(), Fault> {
        self.step(state.weight())?;
        match self.pending.get_mut(&at) {
            Some(there) => {
                let before = there.weight();
                there.join(&state, &mut self.captured);
                // A join does not grow.
                self.waiting -= before - there.weight();
            }
            None => {
                self.wait(state.weight())?;
                self.pending.insert(at, state);
            }
        }
        Ok(())
    }

    fn step(&mut self, steps: usize) -> Result<(), Fault> {
        self.steps = self.steps.checked_sub(steps).ok_or(Fault::TooComplex)?;
        Ok(())
    }

    fn wait(&mut self, weight: usize) -> Result<(), Fault> {
        self.waiting += weight;
        if self.waiting > MOST_WAITING { Err(Fault::TooComplex) } else { Ok(()) }
    }

    /// Walks from a point to where another walk goes on.
    fn walk(&mut self, mut at: usize, mut state: State) -> Result<(), At> {
        let mut is_first = true;
        loop {
            let fail = |fault| (at, fault);
            if self.layout.is_target(at) {
                if !is_first && self.pending.contains_key(&at) {
                    return self.arrive(at, state).map_err(fail);
                }
                if !self.enter_head(at, &mut state).map_err(fail)? {
                    return Ok(());
                }
            }
            is_first = false;
            let instruction = Instruction::at(self.code.units, at).map_err(fail)?;
            self.step(1 + instruction.units.len()).map_err(fail)?;
            self.instruction(&instruction, &mut state).map_err(fail)?;
            let next = at + instruction.units.len();
            let goes_on = !instruction.op.leaves();
            if let Some(target) = instruction.target(at) {
                let there = if goes_on { state.clone() } else { std::mem::take(&mut state) };
                self.arrive(target, there).map_err(fail)?;
            }
            if !goes_on {
                return Ok(());
            }
            if !self.layout.is_start(next) {
                return Err((at, Fault::FallsOff));
            }
            if self.code.units[next] as u8 == Op::Entry as u8 {
                return Err((at, Fault::EntersEntry));
            }
            at = next;
        }
    }

    /// Comes to a target, perhaps the head of a loop. False: nothing new, it was walked with as little knowledge.
    fn enter_head(&mut self, at: usize, state: &mut State) -> Result<bool, Fault> {
        self.step(state.weight())?;
        let Some(head) = self.heads.get_mut(&at) else { return Ok(true) };
        match head {
            Some(head) => {
                if !head.join(state, &mut self.captured) {
                    return Ok(false);
                }
                state.clone_from(head);
            }
            None => {
                let weight = state.weight();
                *head = Some(state.clone());
                self.wait(weight)?;
            }
        }
        Ok(true)
    }

    fn instruction(&mut self, i: &Instruction<'_>, s: &mut State) -> Result<(), Fault> {
        let (a, b, c) = (i.a(), i.b(), i.c());
        match i.op {
            Op::Move => s.set(a, s.get(b)?),
            Op::MoveWide => {
                let (to, from) = i.halves();
                s.set(to, s.get(from)?);
            }
            Op::Free => s.set(a, self.capture(i.k())),
            Op::MakeClosure => {
                let code = self.code.codes[i.k() as usize];
                for (x, (is_free, number)) in i.captures().enumerate() {
                    let content = if is_free { self.capture(number) } else { s.get(number)? };
                    self.put_capture(code, x as u32, content)?;
                }
                s.set(a, Content::Closure(code));
            }
            Op::InitFree => {
                let Content::Closure(code) = s.get(a)? else { return Err(Fault::NotClosure(a)) };
                self.put_capture(code, i.units[1], s.get(b)?)?;
            }
            Op::MakeCell => {
                self.value(s, b)?;
                s.set(a, Content::Cell);
            }
            Op::CellRef => {
                self.cell(s, b)?;
                s.set(a, Content::Value);
            }
            Op::CellSet => {
                self.cell(s, a)?;
                self.value(s, b)?;
            }
            Op::Entry => *s = State::with_values(1 + a + b + c),
            Op::Call | Op::CallWide | Op::TailCall | Op::TailCallWide => {
                let (first, count) = i.call();
                for register in first..=first + count {
                    self.value(s, register)?;
                }
                if i.op.has_result() {
                    s.forget_from(first - 2);
                    s.set(a, Content::Value);
                }
            }
            _ => self.plain(i, s)?,
        }
        Ok(())
    }

    /// Instructions that read values and write one.
    fn plain(&mut self, i: &Instruction<'_>, s: &mut State) -> Result<(), Fault> {
        let mut outcome = Ok(());
        i.reads(&mut |register| {
            if outcome.is_ok() {
                outcome = self.value(s, register);
            }
        });
        outcome?;
        if let Some(register) = i.result() {
            s.set(register, Content::Value);
        }
        Ok(())
    }

    /// The register is read as a value.
    fn value(&mut self, s: &State, register: u32) -> Result<(), Fault> {
        match s.get(register)? {
            Content::Cell => return Err(Fault::CellAsValue(register)),
            Content::Captured(k) => self.captured[k as usize].mark_value(),
            Content::Value | Content::Closure(_) => {}
        }
        Ok(())
    }

    /// The register is read as a variable's cell.
    fn cell(&mut self, s: &State, register: u32) -> Result<(), Fault> {
        match s.get(register)? {
            Content::Cell => Ok(()),
            Content::Captured(k) => {
                self.mark_cell(k);
                Ok(())
            }
            _ => Err(Fault::NotCell(register)),
        }
    }

    /// What captured value `k` of the running procedure is.
    fn capture(&self, k: u32) -> Content {
        if self.cells[k as usize] { Content::Cell } else { Content::Captured(k) }
    }

    /// Captured value `k` has shown that it is a cell.
    fn mark_cell(&mut self, k: u32) {
        self.captured[k as usize] = Captured::Cell;
        self.has_new_cells = true;
    }

    /// A closure of `code` gets its captured value `x`.
    fn put_capture(&mut self, code: u32, x: u32, content: Content) -> Result<(), Fault> {
        let &use_there = self.inner[code as usize].get(x as usize).ok_or(Fault::NoCapture(x))?;
        match (use_there, content) {
            (Captured::Unused, _) | (Captured::Cell, Content::Cell) => {}
            (Captured::Cell, Content::Captured(k)) => self.mark_cell(k),
            (Captured::Value, Content::Captured(k)) => self.captured[k as usize].mark_value(),
            (Captured::Value, Content::Value | Content::Closure(_)) => {}
            (Captured::Cell, _) | (Captured::Value, Content::Cell) => return Err(Fault::CaptureMismatch(x)),
        }
        Ok(())
    }
}
