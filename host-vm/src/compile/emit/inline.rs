//! Calls of core procedures as instructions.

use super::{Emitter, Target};
use crate::{
    bytecode::{
        builder::{Register, SCRATCH},
        kinds::Kind,
        ops::Op,
    },
    compile::integrate::{Comparison, How, is_atom, literal_integer},
    expand::core::{Datum, Node, NodeId},
    value::Word,
};

impl Emitter<'_> {
    /// Compiles a call as instructions; `false`, and nothing done, if it must be a call after all. The number of operands
    /// fits.
    pub(super) fn inline(&mut self, node: NodeId, how: How, operands: &[NodeId], target: Target) -> bool {
        let top = self.top;
        match how {
            How::Unary(op) => self.simple(node, operands, target, |e, to, r| e.builder.value(op, to, r[0], None)),
            How::Binary(op) => {
                self.simple(node, operands, target, |e, to, r| e.builder.value(op, to, r[0], Some(r[1])));
            }
            How::Math(function) => self.simple(node, operands, target, |e, to, r| {
                e.builder.value_number(Op::Math, to, r[0], function as u8);
            }),
            How::Square => {
                self.simple(node, operands, target, |e, to, r| e.builder.value(Op::Mul, to, r[0], Some(r[0])));
            }
            How::Increment(n) => {
                self.simple(node, operands, target, |e, to, r| e.builder.value_number(Op::AddImm, to, r[0], n as u8));
            }
            How::Nullary(op) => self.simple(node, operands, target, |e, to, _| e.builder.value_only(op, to)),
            How::RecordRef => {
                let Some(x) = literal_integer(self.program, operands[2]) else { return false };
                self.simple(node, &operands[..2], target, |e, to, r| e.builder.record_ref(to, r[0], r[1], x as u32));
            }
            How::RecordSet => {
                let Some(x) = literal_integer(self.program, operands[2]) else { return false };
                // (record type index value); the instruction has the value before the type.
                let r = self.all(&[operands[0], operands[1], operands[3]]);
                self.at(node);
                self.builder.store_indexed(Op::RecordSet, &[r[0], r[2], r[1]], x as u32);
                self.top = top;
                self.unspecified(target);
            }
            How::Record => return self.record(node, operands, target),
            How::Fold(op, unit) => self.fold(node, op, unit, operands, target),
            How::Inverse(op) => self.inverse(node, op, operands, target),
            How::Compare(comparison) => {
                let registers = self.all(operands);
                self.compare(node, comparison, &registers, top, target);
            }
            How::CompareChars(comparison) => {
                let registers = self.scalar_values(node, operands);
                self.compare(node, comparison, &registers, top, target);
            }
            How::CompareZero(comparison) => {
                let operand = self.operand(operands[0], &[]);
                let zero = self.fixnum(0);
                self.compare(node, comparison, &[operand, zero], top, target);
            }
            How::Parity { even } => self.parity(node, even, operands, target),
            How::Same { eqv } => self.same(node, eqv, operands, target),
            How::SameAtom => self.same(node, false, operands, target),
            How::Not => self.not(operands[0], target),
            How::Is(kind) => self.is(node, kind, operands[0], target),
            How::Path(path) => self.path(node, path, operands[0], target),
            How::List { star } => self.list(operands, star, target),
            How::Identity => self.emit(operands[0], target),
            How::Store(op) => {
                let registers = self.all(operands);
                self.at(node);
                self.builder.store(op, &registers);
                self.top = top;
                self.unspecified(target);
            }
            How::Tail(op) | How::Leave(op) => {
                let registers = self.all(operands);
                self.at(node);
                self.builder.leave(op, &registers);
                self.top = top;
            }
            How::Apply => {
                let procedure = self.operand(operands[0], &operands[1..]);
                let register = self.next();
                self.top = register;
                self.list(&operands[1..], true, Target::Value(register));
                self.at(node);
                self.builder.leave(Op::TailApply, &[procedure, register]);
                self.top = top;
            }
        }
        true
    }

    /// Evaluates operands in order; `top` is above the temporaries.
    fn all(&mut self, operands: &[NodeId]) -> Vec<Register> {
        (0..operands.len()).map(|i| self.operand(operands[i], &operands[i + 1..])).collect()
    }

    /// One instruction of operand registers with a result.
    fn simple(
        &mut self,
        node: NodeId,
        operands: &[NodeId],
        target: Target,
        instruction: impl FnOnce(&mut Self, Register, [Register; 2]),
    ) {
        let top = self.top;
        let mut registers = [0; 2];
        for (i, &operand) in operands.iter().enumerate() {
            registers[i] = self.operand(operand, &operands[i + 1..]);
        }
        self.top = top;
        self.at(node);
        let to = self.destination(target);
        instruction(self, to, registers);
        self.deliver(target, to);
    }

    /// A small integer in a temporary.
    fn fixnum(&mut self, n: i16) -> Register {
        let register = self.allocate();
        self.builder.value_wide_number(Op::Fixnum, register, n as u16);
        register
    }

    /// A literal that fits the immediate of `AddImm`.
    fn immediate(&self, node: NodeId) -> Option<i8> {
        literal_integer(self.program, node).and_then(|n| i8::try_from(n).ok())
    }

    fn fold(&mut self, node: NodeId, op: Op, unit: i16, operands: &[NodeId], target: Target) {
        let top = self.top;
        match *operands {
            [] => self.word(Word::fixnum(unit as i64), target),
            // The instruction checks that the operand is a number.
            [one] => {
                let operand = self.operand(one, &[]);
                let unit = self.fixnum(unit);
                self.top = top;
                self.at(node);
                let to = self.destination(target);
                self.builder.value(op, to, operand, Some(unit));
                self.deliver(target, to);
            }
            [a, b] if op == Op::Add && self.immediate(b).is_some() => self.add_immediate(node, a, b, 1, target),
            [a, b] if op == Op::Add && self.immediate(a).is_some() => self.add_immediate(node, b, a, 1, target),
            _ => self.left_fold(node, op, operands, target),
        }
    }

    fn add_immediate(&mut self, node: NodeId, operand: NodeId, literal: NodeId, sign: i8, target: Target) {
        let n = self.immediate(literal).map_or(0, |n| n.wrapping_mul(sign));
        self.simple(node, &[operand], target, |e, to, r| e.builder.value_number(Op::AddImm, to, r[0], n as u8));
    }

    fn left_fold(&mut self, node: NodeId, op: Op, operands: &[NodeId], target: Target) {
        let top = self.top;
        let mut left = self.operand(operands[0], &operands[1..]);
        for (i, &operand) in operands.iter().enumerate().skip(1) {
            let right = self.operand(operand, &operands[i + 1..]);
            self.top = top;
            self.at(node);
            if i + 1 == operands.len() {
                let to = self.destination(target);
                self.builder.value(op, to, left, Some(right));
                self.deliver(target, to);
            } else {
                let to = self.allocate();
                self.builder.value(op, to, left, Some(right));
                left = to;
            }
        }
    }

    fn inverse(&mut self, node: NodeId, op: Op, operands: &[NodeId], target: Target) {
        match *operands {
            // Not 0 - x, which would make 0.0 of 0.0 rather than -0.0.
            [one] if op == Op::Sub => {
                let top = self.top;
                let operand = self.operand(one, &[]);
                let minus = self.fixnum(-1);
                self.top = top;
                self.at(node);
                let to = self.destination(target);
                self.builder.value(Op::Mul, to, operand, Some(minus));
                self.deliver(target, to);
            }
            [one] => {
                let top = self.top;
                let unit = self.fixnum(1);
                let operand = self.operand(one, &[]);
                self.top = top;
                self.at(node);
                let to = self.destination(target);
                self.builder.value(op, to, unit, Some(operand));
                self.deliver(target, to);
            }
            // x - 0 keeps the sign of -0.0, x + 0 may not; -128 has no opposite of eight bits.
            [a, b] if op == Op::Sub && self.immediate(b).is_some_and(|n| n != 0 && n != i8::MIN) => {
                self.add_immediate(node, a, b, -1, target);
            }
            _ => self.left_fold(node, op, operands, target),
        }
    }

    /// Compares neighbours; the registers lie above `top`, which is restored.
    fn compare(&mut self, node: NodeId, how: Comparison, registers: &[Register], top: Register, target: Target) {
        self.top = top;
        self.at(node);
        let pairs = registers.windows(2).map(|p| if how.swap { (p[1], p[0]) } else { (p[0], p[1]) });
        if let (Target::Branch { sense, label }, 2) = (target, registers.len()) {
            pairs.for_each(|(a, b)| self.builder.branch_compare(how.branch, a, b, sense, label));
            return;
        }
        if registers.len() == 2 {
            let to = self.destination(target);
            pairs.for_each(|(a, b)| self.builder.value(how.value, to, a, Some(b)));
            return self.deliver(target, to);
        }
        let (failed, join) = (self.builder.label(), self.builder.label());
        pairs.for_each(|(a, b)| self.builder.branch_compare(how.branch, a, b, false, failed));
        self.word(Word::TRUE, target);
        self.builder.jump(join);
        self.builder.bind(failed);
        self.word(Word::FALSE, target);
        self.builder.bind(join);
    }

    /// Evaluates characters and takes their scalar values.
    fn scalar_values(&mut self, node: NodeId, operands: &[NodeId]) -> Vec<Register> {
        let mut registers = self.all(operands);
        self.at(node);
        for (register, &operand) in registers.iter_mut().zip(operands) {
            let literal = match self.program.node(operand) {
                Node::Constant(d) => match self.program.data[d.index()] {
                    Datum::Char(c) => i16::try_from(c as u32).ok(),
                    _ => None,
                },
                _ => None,
            };
            *register = match literal {
                Some(n) => self.fixnum(n),
                None => {
                    let to = self.allocate();
                    self.builder.value(Op::CharToInteger, to, *register, None);
                    to
                }
            };
        }
        registers
    }

    fn parity(&mut self, node: NodeId, even: bool, operands: &[NodeId], target: Target) {
        let top = self.top;
        let operand = self.operand(operands[0], &[]);
        let two = self.fixnum(2);
        self.at(node);
        self.builder.value(Op::Remainder, two, operand, Some(two));
        let zero = self.fixnum(0);
        self.top = top;
        match target {
            Target::Branch { sense, label } => {
                self.builder.branch_compare(Op::BranchNumEq, two, zero, sense == even, label);
            }
            _ => {
                let to = self.destination(target);
                self.builder.value(Op::NumEq, to, two, Some(zero));
                if !even {
                    self.builder.value(Op::Not, to, to, None);
                }
                self.deliver(target, to);
            }
        }
    }

    fn same(&mut self, node: NodeId, eqv: bool, operands: &[NodeId], target: Target) {
        let is = |n: NodeId, datum: &Datum| match self.program.node(n) {
            Node::Constant(d) => self.program.data[d.index()] == *datum,
            _ => false,
        };
        for (this, other) in [(operands[0], operands[1]), (operands[1], operands[0])] {
            if is(this, &Datum::Nil) {
                return self.is(node, Kind::Null, other, target);
            }
            if is(this, &Datum::Boolean(false)) {
                return self.not(other, target);
            }
        }
        let eqv = eqv && !operands.iter().any(|&o| is_atom(self.program, o));
        let (value, branch) = if eqv { (Op::Eqv, Op::BranchEqv) } else { (Op::Eq, Op::BranchEq) };
        let top = self.top;
        let a = self.operand(operands[0], &operands[1..]);
        let b = self.operand(operands[1], &[]);
        self.top = top;
        self.at(node);
        match target {
            Target::Branch { sense, label } => self.builder.branch_compare(branch, a, b, sense, label),
            _ => {
                let to = self.destination(target);
                self.builder.value(value, to, a, Some(b));
                self.deliver(target, to);
            }
        }
    }

    fn not(&mut self, operand: NodeId, target: Target) {
        match target {
            Target::Effect => self.emit(operand, target),
            Target::Branch { sense, label } => self.emit(operand, Target::Branch { sense: !sense, label }),
            _ => self.simple(operand, &[operand], target, |e, to, r| e.builder.value(Op::Not, to, r[0], None)),
        }
    }

    fn is(&mut self, node: NodeId, kind: Kind, operand: NodeId, target: Target) {
        if let Target::Branch { sense, label } = target {
            let top = self.top;
            let register = self.operand(operand, &[]);
            self.top = top;
            self.at(node);
            return self.builder.branch_kind(register, kind, sense, label);
        }
        self.simple(node, &[operand], target, |e, to, r| e.builder.value_number(Op::Is, to, r[0], kind as u8));
    }

    fn path(&mut self, node: NodeId, path: &[u8], operand: NodeId, target: Target) {
        let top = self.top;
        let mut register = self.operand(operand, &[]);
        self.top = top;
        self.at(node);
        for (i, letter) in path.iter().enumerate().rev() {
            let op = if *letter == b'a' { Op::Car } else { Op::Cdr };
            // The destination may be a variable's register: only the last value goes there.
            let to = if i == 0 { self.destination(target) } else { self.next() };
            self.builder.value(op, to, register, None);
            register = to;
        }
        self.deliver(target, register);
    }

    /// Fresh pairs of the operands; with `star` the last one is the tail.
    fn list(&mut self, operands: &[NodeId], star: bool, target: Target) {
        let top = self.top;
        let elements = if star { operands.len() - 1 } else { operands.len() };
        if elements == 0 {
            return match operands.first() {
                Some(&only) => self.emit(only, target),
                None => self.word(Word::NIL, target),
            };
        }
        let registers = self.all(operands);
        let accumulator = self.allocate();
        let mut tail = accumulator;
        if star {
            tail = registers[elements];
        } else {
            self.word(Word::NIL, Target::Value(accumulator));
        }
        self.top = top;
        let to = self.destination(target);
        for (i, &register) in registers[..elements].iter().enumerate().rev() {
            let cons = if i == 0 { to } else { accumulator };
            self.builder.value(Op::Cons, cons, register, Some(tail));
            tail = cons;
        }
        self.deliver(target, to);
    }

    /// A record: type and fields in registers in a row.
    fn record(&mut self, node: NodeId, operands: &[NodeId], target: Target) -> bool {
        let top = self.top;
        let count = operands.len() as Register;
        let first = self.area(count);
        if self.builder.is_wide() && first + count > SCRATCH.start {
            // The instruction has eight bits for the first register: leave it to the procedure.
            self.top = top;
            return false;
        }
        for (i, &operand) in operands.iter().enumerate() {
            let register = first + i as Register;
            self.top = register;
            self.emit(operand, Target::Value(register));
            self.builder.touch(register);
        }
        self.top = top;
        self.at(node);
        let to = self.destination(target);
        self.builder.value_number(Op::MakeRecord, to, first, (count - 1) as u8);
        self.deliver(target, to);
        true
    }
}
