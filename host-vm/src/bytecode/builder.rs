//! Assembler of one code object: instructions with labels, positions, hook cells.
//!
//! What always holds: code that control can't reach is not written (after a jump or a return, until a label that
//! something jumps to); `Jump` and branches go forwards, `Loop` backwards; a jump to the next instruction vanishes, and a
//! jump to a jump goes to the end of the chain.
//!
//! **Wide frames.** Operands have eight bits. A narrow builder that meets a register above 255 only notes it in
//! [`Builder::overflowed`]; its user then starts again with a wide one, which keeps the registers [`SCRATCH`] free and
//! moves operands through them.

use super::{
    code::Position,
    kinds::Kind,
    ops::{Format, Op},
};

/// A register of a frame.
pub type Register = u32;

/// Registers that a wide builder moves operands through: the first for results, the others for operands.
pub const SCRATCH: std::ops::Range<Register> = 252..256;

/// The largest register of a wide frame.
pub const LAST_REGISTER: Register = u16::MAX as Register;

const UNBOUND: u32 = u32::MAX;

/// A place in code that jumps go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label(u32);

/// Where a closure takes a captured value from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capture {
    /// A register of the frame.
    Register(Register),
    /// A captured value of the running procedure.
    Free(u32),
}

struct LabelState {
    unit: u32,
    used: bool,
}

struct Patch {
    instruction: u32,
    unit: u32,
    label: Label,
    op: Op,
}

/// Finished instructions.
#[derive(Clone, Debug, Default)]
pub struct Assembled {
    /// Instructions.
    pub units: Vec<u32>,
    /// Number of hook cells.
    pub cells: u32,
    /// Registers used.
    pub registers: u32,
    /// Source positions, as in [`super::code::Code`].
    pub positions: Vec<(u32, Position)>,
}

/// The assembler.
pub struct Builder {
    units: Vec<u32>,
    labels: Vec<LabelState>,
    patches: Vec<Patch>,
    positions: Vec<(u32, Position)>,
    position: Position,
    /// Labels that have a place, in order.
    bound: Vec<Label>,
    reachable: bool,
    cells: u32,
    registers: u32,
    wide: bool,
    overflowed: bool,
}

impl Builder {
    /// An empty code object.
    pub fn new(wide: bool) -> Builder {
        Builder {
            units: Vec::with_capacity(64),
            labels: Vec::new(),
            patches: Vec::new(),
            positions: Vec::new(),
            position: Position::default(),
            bound: Vec::new(),
            reachable: true,
            cells: 0,
            registers: 1,
            wide,
            overflowed: false,
        }
    }

    /// Whether a register did not fit a narrow builder: what was built is of no use.
    pub fn overflowed(&self) -> bool {
        self.overflowed
    }

    /// Whether this builder keeps scratch registers.
    pub fn is_wide(&self) -> bool {
        self.wide
    }

    /// Whether control can come to the end of the code.
    pub fn reachable(&self) -> bool {
        self.reachable
    }

    /// Sets the source position of what follows, and gives the one before.
    pub fn set_position(&mut self, position: Position) -> Position {
        std::mem::replace(&mut self.position, position)
    }

    /// A label that is not bound yet.
    pub fn label(&mut self) -> Label {
        self.labels.push(LabelState { unit: UNBOUND, used: false });
        Label(self.labels.len() as u32 - 1)
    }

    /// Whether code that control reaches jumps to the label.
    pub fn is_used(&self, label: Label) -> bool {
        self.labels[label.0 as usize].used
    }

    /// Whether the label has its place.
    pub fn is_bound(&self, label: Label) -> bool {
        self.labels[label.0 as usize].unit != UNBOUND
    }

    /// Gives the label its place: the end of the code.
    pub fn bind(&mut self, label: Label) {
        debug_assert!(!self.is_bound(label));
        while let Some(last) = self.patches.last()
            && last.op == Op::Jump
            && last.label == label
            && last.unit as usize + 1 == self.units.len()
        {
            let end = last.instruction;
            self.units.truncate(end as usize);
            self.patches.pop();
            while self.positions.last().is_some_and(|p| p.0 >= end) {
                self.positions.pop();
            }
            for l in self.bound.iter().rev() {
                let unit = &mut self.labels[l.0 as usize].unit;
                if *unit <= end {
                    break;
                }
                *unit = end;
            }
        }
        self.labels[label.0 as usize].unit = self.units.len() as u32;
        self.bound.push(label);
        self.reachable |= self.is_used(label);
    }

    /// Notes that the frame has this register.
    pub fn touch(&mut self, register: Register) {
        self.registers = self.registers.max(register + 1);
    }

    fn begin(&mut self, op: Op, a: u32, b: u32, c: u32) -> u32 {
        debug_assert!(a < 256 && b < 256 && c < 256);
        let start = self.units.len() as u32;
        if self.positions.last().map_or(Position::default(), |p| p.1) != self.position {
            while self.positions.last().is_some_and(|p| p.0 >= start) {
                self.positions.pop();
            }
            self.positions.push((start, self.position));
        }
        self.units.push(op as u32 | a << 8 | b << 16 | c << 24);
        start
    }

    fn input(&mut self, register: Register, which: u32) -> u32 {
        self.touch(register);
        if register < 256 {
            return register;
        }
        if !self.wide {
            self.overflowed = true;
            return 0;
        }
        let scratch = SCRATCH.start + 1 + which;
        self.move_wide(scratch, register);
        scratch
    }

    fn output(&mut self, register: Register) -> u32 {
        self.touch(register);
        if register < 256 {
            return register;
        }
        self.overflowed |= !self.wide;
        SCRATCH.start
    }

    fn put(&mut self, register: Register) {
        if register >= 256 && self.wide {
            self.move_wide(register, SCRATCH.start);
        }
    }

    fn move_wide(&mut self, to: Register, from: Register) {
        self.touch(SCRATCH.end - 1);
        self.begin(Op::MoveWide, 0, 0, 0);
        self.units.push((to & 0xffff) | from << 16);
    }

    /// `to := from`, nothing if they are the same.
    pub fn copy(&mut self, to: Register, from: Register) {
        if !self.reachable || to == from {
            return;
        }
        self.touch(to);
        self.touch(from);
        if to < 256 && from < 256 {
            self.begin(Op::Move, to, from, 0);
        } else if self.wide {
            self.move_wide(to, from);
        } else {
            self.overflowed = true;
        }
    }

    /// An instruction with a result and one or two operand registers.
    pub fn value(&mut self, op: Op, to: Register, b: Register, c: Option<Register>) {
        debug_assert_eq!(op.format(), if c.is_some() { Format::ABC } else { Format::AB });
        if !self.reachable {
            return;
        }
        let b = self.input(b, 0);
        let c = c.map_or(0, |c| self.input(c, 1));
        let a = self.output(to);
        self.begin(op, a, b, c);
        self.put(to);
    }

    /// An instruction with a result, an operand register and a number.
    pub fn value_number(&mut self, op: Op, to: Register, b: Register, number: u8) {
        debug_assert!(matches!(op.format(), Format::ABN | Format::ABImm));
        if !self.reachable {
            return;
        }
        let b = self.input(b, 0);
        let a = self.output(to);
        self.begin(op, a, b, number as u32);
        self.put(to);
    }

    /// An instruction with a result only.
    pub fn value_only(&mut self, op: Op, to: Register) {
        debug_assert_eq!(op.format(), Format::A);
        if !self.reachable {
            return;
        }
        let a = self.output(to);
        self.begin(op, a, 0, 0);
        self.put(to);
    }

    /// An instruction with a result and a 16-bit number: a constant, a captured value, an immediate.
    pub fn value_wide_number(&mut self, op: Op, to: Register, number: u16) {
        debug_assert!(matches!(op.format(), Format::AK | Format::AImm | Format::AFree));
        if !self.reachable {
            return;
        }
        let a = self.output(to);
        self.begin(op, a, number as u32 & 0xff, number as u32 >> 8);
        self.put(to);
    }

    /// An instruction that reads one register, with a 16-bit number.
    pub fn store_number(&mut self, op: Op, from: Register, number: u16) {
        debug_assert_eq!(op.format(), Format::AK);
        if !self.reachable {
            return;
        }
        let a = self.input(from, 0);
        self.begin(op, a, number as u32 & 0xff, number as u32 >> 8);
    }

    /// An instruction that reads its one to three operand registers and gives no value.
    pub fn store(&mut self, op: Op, operands: &[Register]) {
        if !self.reachable {
            return;
        }
        let mut fields = [0; 3];
        for (i, &r) in operands.iter().enumerate() {
            fields[i] = self.input(r, i as u32);
        }
        self.begin(op, fields[0], fields[1], fields[2]);
    }

    /// An instruction after which control does not go on: a return, a jump to somewhere else.
    pub fn leave(&mut self, op: Op, operands: &[Register]) {
        self.store(op, operands);
        self.reachable = false;
    }

    /// `to := field x of record b, type c`.
    pub fn record_ref(&mut self, to: Register, b: Register, c: Register, x: u32) {
        if !self.reachable {
            return;
        }
        let b = self.input(b, 0);
        let c = self.input(c, 1);
        let a = self.output(to);
        self.begin(Op::RecordRef, a, b, c);
        self.units.push(x);
        self.put(to);
    }

    /// An instruction that reads registers and has an index unit: `RecordSet`, `InitFree`.
    pub fn store_indexed(&mut self, op: Op, operands: &[Register], x: u32) {
        if !self.reachable {
            return;
        }
        self.store(op, operands);
        self.units.push(x);
    }

    /// `to := closure of code k`.
    pub fn closure(&mut self, to: Register, k: u16, captures: &[Capture]) {
        if !self.reachable {
            return;
        }
        let a = self.output(to);
        self.begin(Op::MakeClosure, a, k as u32 & 0xff, k as u32 >> 8);
        self.units.push(captures.len() as u32);
        for capture in captures {
            let unit = match *capture {
                Capture::Register(r) => {
                    self.touch(r);
                    r
                }
                Capture::Free(k) => 1 << 31 | k,
            };
            self.units.push(unit);
        }
        self.put(to);
    }

    fn jump_to(&mut self, op: Op, instruction: u32, label: Label) {
        self.labels[label.0 as usize].used = true;
        self.patches.push(Patch { instruction, unit: self.units.len() as u32, label, op });
        self.units.push(0);
    }

    /// Goes on at the label, which is not bound yet.
    pub fn jump(&mut self, label: Label) {
        if !self.reachable {
            return;
        }
        debug_assert!(!self.is_bound(label));
        let start = self.begin(Op::Jump, 0, 0, 0);
        self.jump_to(Op::Jump, start, label);
        self.reachable = false;
    }

    /// Goes back to the label: a hook site.
    pub fn loop_to(&mut self, label: Label) {
        if !self.reachable {
            return;
        }
        debug_assert!(self.is_bound(label));
        let start = self.begin(Op::Loop, 0, 0, 0);
        self.units.push(self.cells);
        self.cells += 1;
        self.jump_to(Op::Loop, start, label);
        self.reachable = false;
    }

    /// Jumps if `a` counts as true (`sense`) or false.
    pub fn branch_true(&mut self, a: Register, sense: bool, label: Label) {
        if !self.reachable {
            return;
        }
        let a = self.input(a, 0);
        let start = self.begin(Op::BranchTrue, a, 0, sense as u32);
        self.jump_to(Op::BranchTrue, start, label);
    }

    /// Jumps if `a` is of the kind, or is not.
    pub fn branch_kind(&mut self, a: Register, kind: Kind, sense: bool, label: Label) {
        if !self.reachable {
            return;
        }
        let a = self.input(a, 0);
        let start = self.begin(Op::BranchIs, a, kind as u32, sense as u32);
        self.jump_to(Op::BranchIs, start, label);
    }

    /// Jumps if the comparison of `a` and `b` holds, or does not.
    pub fn branch_compare(&mut self, op: Op, a: Register, b: Register, sense: bool, label: Label) {
        debug_assert_eq!(op.format(), Format::BranchAB);
        if !self.reachable {
            return;
        }
        let a = self.input(a, 0);
        let b = self.input(b, 1);
        let start = self.begin(op, a, b, sense as u32);
        self.jump_to(op, start, label);
    }

    /// Procedure entry: a hook site. On a wrong number of arguments goes on at `mismatch`, or fails.
    pub fn entry(&mut self, required: u8, optional: u8, rest: bool, mismatch: Option<Label>) {
        let start = self.begin(Op::Entry, required as u32, optional as u32, rest as u32);
        self.units.push(self.cells);
        self.cells += 1;
        match mismatch {
            Some(label) => self.jump_to(Op::Entry, start, label),
            None => self.units.push(0),
        }
    }

    /// `to := call of the procedure in register first with count arguments`.
    pub fn call(&mut self, to: Register, first: Register, count: u32) {
        if !self.reachable {
            return;
        }
        let a = self.output(to);
        self.call_form(Op::Call, Op::CallWide, a, first, count);
        self.put(to);
    }

    /// The same in place of this frame.
    pub fn tail_call(&mut self, first: Register, count: u32) {
        if !self.reachable {
            return;
        }
        self.call_form(Op::TailCall, Op::TailCallWide, 0, first, count);
        self.reachable = false;
    }

    fn call_form(&mut self, narrow: Op, wide: Op, a: u32, first: Register, count: u32) {
        self.touch(first + count);
        if first < 256 && count < 256 {
            self.begin(narrow, a, first, count);
        } else {
            self.begin(wide, a, 0, 0);
            self.units.push((first & 0xffff) | count << 16);
        }
    }

    /// Resolves labels. `None` if an operand did not fit ([`Builder::overflowed`]).
    pub fn finish(mut self) -> Option<Assembled> {
        if self.overflowed {
            return None;
        }
        for i in 0..self.patches.len() {
            let (op, unit, instruction) = (self.patches[i].op, self.patches[i].unit, self.patches[i].instruction);
            let mut target = self.labels[self.patches[i].label.0 as usize].unit;
            debug_assert_ne!(target, UNBOUND, "a jump to a label without a place");
            // An `Entry` goes to the next clause, and a `Loop` to the head of its loop, never to a jump.
            if !matches!(op, Op::Loop | Op::Entry) {
                while let Ok(p) = self.patches.binary_search_by_key(&target, |p| p.instruction)
                    && self.patches[p].op == Op::Jump
                {
                    target = self.labels[self.patches[p].label.0 as usize].unit;
                }
            }
            self.units[unit as usize] = target.wrapping_sub(instruction);
        }
        Some(Assembled { units: self.units, cells: self.cells, registers: self.registers, positions: self.positions })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytecode::disasm::disassemble;

    fn text(builder: Builder) -> String {
        disassemble(&builder.finish().expect("fits").units, &mut |_, k| format!("k{k}"))
    }

    #[test]
    fn jumps_to_the_next_instruction_vanish_and_chains_are_followed() {
        let mut b = Builder::new(false);
        let (far, near, end) = (b.label(), b.label(), b.label());
        b.branch_true(1, true, far);
        b.jump(near);
        b.bind(near);
        b.copy(1, 2);
        b.jump(end);
        b.bind(far);
        b.jump(end);
        b.copy(3, 4); // unreachable
        b.bind(end);
        b.leave(Op::Return, &[1]);
        assert_eq!(text(b), "   0  br-true r1 -> 3\n   2  mov r1, r2\n   3  return r1\n");
    }

    #[test]
    fn wide_registers_go_through_scratch() {
        let mut b = Builder::new(true);
        b.value(Op::Add, 300, 301, Some(2));
        b.leave(Op::Return, &[300]);
        assert_eq!(
            text(b),
            "   0  mov-wide r253, r301\n   2  add r252, r253, r2\n   3  mov-wide r300, r252\n   5  mov-wide r253, r300\n   7  return r253\n"
        );
        let mut b = Builder::new(false);
        b.copy(300, 1);
        assert!(b.overflowed() && b.finish().is_none());
    }
}
