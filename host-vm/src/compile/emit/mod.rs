//! Bytecode from the analyzed program, one procedure at a time.
//!
//! **Destinations.** An expression is compiled *into* a [`Target`]: nothing, a register, the procedure's result, or a
//! branch. Most expressions need no move, comparisons fuse with branches, and control flow in conditions needs no booleans.
//! What always holds: an expression writes its destination register as its last action on every path, after it has read
//! all its operands. So `(set! x (+ x 1))` and the next value of a loop variable are computed in place.
//!
//! **Registers** are allocated like a stack. Register 0 is the procedure, parameters follow; a `let` takes the next
//! ones and gives them back at its end; temporaries lie above. A variable stays in its register and is used
//! there. Operands of calls are computed where the callee will find them.
//!
//! Read in this order: this module, [`control`], [`bind`], [`call`], [`inline`].

mod bind;
mod call;
mod control;
mod inline;

use super::{
    CompileError, Integrables,
    analyze::{
        closures::{Analysis, Role},
        contify::Hosting,
    },
    draft::{CodeDraft, Constant, FunctionId},
};
use crate::{
    bytecode::{
        builder::{Builder, LAST_REGISTER, Label, Register, SCRATCH},
        code::Position,
        ops::Op,
    },
    expand::core::{Datum, DatumId, LambdaId, Node, NodeId, Program, VarId},
    value::Word,
};
use std::collections::HashMap;

/// Most parameters of a procedure.
const MOST_PARAMETERS: usize = 250;

/// Depth to which operands are searched for effects before it is taken for granted that there are some.
const EFFECT_FREE_DEPTH: u32 = 4;

/// Where the value of an expression goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Nowhere.
    Effect,
    /// To a register.
    Value(Register),
    /// It is the procedure's result.
    Return,
    /// It decides: jump to the label if its truth is `sense`, else go on.
    Branch {
        /// When to jump.
        sense: bool,
        /// Where to.
        label: Label,
    },
}

/// Where a variable's value, or its cell, is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Register(Register),
    Free(u32),
    Constant(NodeId),
    Procedure(FunctionId),
}

/// Compiles all procedures.
pub fn emit(
    program: &Program,
    root: NodeId,
    integrables: &Integrables,
    analysis: &Analysis,
    hosting: &Hosting,
) -> Result<Vec<CodeDraft>, CompileError> {
    let mut emitter = Emitter {
        program,
        integrables,
        analysis,
        hosting,
        builder: Builder::new(false),
        function: FunctionId(0),
        top: 0,
        registers: vec![0; program.vars.len()],
        free: vec![(u32::MAX, 0, 0); program.vars.len()],
        labels: vec![None; program.lambdas.len()],
        callers: vec![Callers::None; program.lambdas.len()],
        start: None,
        constants: Vec::new(),
        constant_index: HashMap::new(),
        codes: Vec::new(),
        error: None,
    };
    let mut codes = Vec::with_capacity(analysis.functions.len());
    for id in 0..analysis.functions.len() as u32 {
        codes.push(emitter.code(FunctionId(id), root)?);
    }
    Ok(codes)
}

/// The calls of a hosted lambda expression that were compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Callers {
    None,
    One(NodeId),
    Several,
}

struct Emitter<'p> {
    program: &'p Program,
    integrables: &'p Integrables,
    analysis: &'p Analysis,
    hosting: &'p Hosting,
    builder: Builder,
    function: FunctionId,
    /// First register that holds nothing.
    top: Register,
    /// Registers of variables whose home is this procedure.
    registers: Vec<Register>,
    /// By variable: the procedure in which it is captured value number n, and the register it was loaded to, or 0.
    free: Vec<(u32, u32, Register)>,
    /// Entries of hosted lambda expressions.
    labels: Vec<Option<Label>>,
    /// What jumps to them from before.
    callers: Vec<Callers>,
    /// Where calls of this procedure by itself in tail position go.
    start: Option<(Label, LambdaId)>,
    constants: Vec<Constant>,
    constant_index: HashMap<Constant, u16>,
    codes: Vec<FunctionId>,
    error: Option<CompileError>,
}

impl<'p> Emitter<'p> {
    fn code(&mut self, id: FunctionId, root: NodeId) -> Result<CodeDraft, CompileError> {
        for wide in [false, true] {
            self.builder = Builder::new(wide);
            self.function = id;
            self.start = None;
            self.constants.clear();
            self.constant_index.clear();
            self.codes.clear();
            self.procedure(root);
            if let Some(error) = self.error.take() {
                return Err(error);
            }
            let builder = std::mem::replace(&mut self.builder, Builder::new(false));
            let Some(assembled) = builder.finish() else { continue };
            let function = &self.analysis.functions[id.index()];
            return Ok(CodeDraft {
                name: function.clauses.first().map_or(String::new(), |l| self.program.lambdas[l.index()].name.clone()),
                units: assembled.units,
                frame_size: assembled.registers,
                captures: function.free.len() as u32,
                constants: std::mem::take(&mut self.constants),
                codes: std::mem::take(&mut self.codes),
                cells: assembled.cells,
                positions: assembled.positions,
            });
        }
        Err(CompileError::new("procedure needs too many registers", self.position(root)))
    }

    fn procedure(&mut self, root: NodeId) {
        let analysis = self.analysis;
        let function = &analysis.functions[self.function.index()];
        if function.clauses.is_empty() {
            // The program itself.
            self.top = 1;
            self.at(function.node);
            self.builder.entry(0, 0, false, None);
            self.emit(root, Target::Return);
            return;
        }
        for (i, free) in function.free.iter().enumerate() {
            self.free[free.var.index()] = (self.function.0, i as u32, 0);
        }
        for (i, &clause) in function.clauses.iter().enumerate() {
            let mismatch = (i + 1 < function.clauses.len()).then(|| self.builder.label());
            self.clause(clause, mismatch);
            if let Some(label) = mismatch {
                self.builder.bind(label);
            }
        }
    }

    fn clause(&mut self, id: LambdaId, mismatch: Option<Label>) {
        let program = self.program;
        let analysis = self.analysis;
        let function = &analysis.functions[self.function.index()];
        let lambda = &program.lambdas[id.index()];
        self.at(function.node);
        let parameters = lambda.required.iter().chain(&lambda.optional).chain(&lambda.rest);
        if lambda.required.len() + lambda.optional.len() > MOST_PARAMETERS {
            self.fail(format!("procedure with more than {MOST_PARAMETERS} parameters"), function.node);
            return;
        }
        self.builder.entry(lambda.required.len() as u8, lambda.optional.len() as u8, lambda.rest.is_some(), mismatch);
        self.top = 1;
        for v in parameters.clone() {
            self.registers[v.index()] = self.top;
            self.builder.touch(self.top);
            self.top += 1;
        }
        for free in &function.free {
            let place = self.free[free.var.index()];
            self.free[free.var.index()].2 = 0;
            if free.hot {
                let register = self.allocate();
                self.load_free(register, place.1);
                self.free[free.var.index()].2 = register;
            }
        }
        if function.own.is_some() && lambda.optional.is_empty() && lambda.rest.is_none() && function.clauses.len() == 1
        {
            let start = self.builder.label();
            self.builder.bind(start);
            self.start = Some((start, id));
        }
        for &v in parameters {
            self.enclose(v);
        }
        self.emit(lambda.body, Target::Return);
    }

    /// Puts the value of a variable that needs a cell into one.
    fn enclose(&mut self, v: VarId) {
        if self.analysis.variable(v).boxed {
            let register = self.registers[v.index()];
            self.builder.value(Op::MakeCell, register, register, None);
        }
    }

    fn position(&self, node: NodeId) -> Position {
        self.program.positions.get(node.index()).copied().unwrap_or_default()
    }

    /// What follows comes from that node.
    fn at(&mut self, node: NodeId) {
        let position = self.position(node);
        if position.line != 0 {
            self.builder.set_position(position);
        }
    }

    fn fail(&mut self, message: impl Into<String>, node: NodeId) {
        if self.error.is_none() {
            self.error = Some(CompileError::new(message, self.position(node)));
        }
    }

    // Registers

    /// The next free register, which stays free.
    fn next(&mut self) -> Register {
        if self.builder.is_wide() && SCRATCH.contains(&self.top) {
            self.top = SCRATCH.end;
        }
        if self.top > LAST_REGISTER {
            let node = self.analysis.functions[self.function.index()].node;
            self.fail(format!("procedure needs more than {LAST_REGISTER} registers"), node);
            self.top = SCRATCH.end;
        }
        self.top
    }

    fn allocate(&mut self) -> Register {
        let register = self.next();
        self.top = register + 1;
        self.builder.touch(register);
        register
    }

    /// The first of `count` free registers in a row, which stay free.
    fn area(&mut self, count: u32) -> Register {
        let first = self.next();
        if self.builder.is_wide() && first < SCRATCH.end && first + count > SCRATCH.start {
            self.top = SCRATCH.end;
        }
        if self.top + count > LAST_REGISTER {
            self.top = LAST_REGISTER + 1;
            self.next();
        }
        self.top
    }

    // Targets

    /// The register to compute a value in that goes to `target`.
    fn destination(&mut self, target: Target) -> Register {
        match target {
            Target::Value(register) => register,
            _ => self.next(),
        }
    }

    /// The value is in the destination: do with it what the target says.
    fn deliver(&mut self, target: Target, register: Register) {
        match target {
            Target::Effect => {}
            Target::Value(to) => self.builder.copy(to, register),
            Target::Return => self.builder.leave(Op::Return, &[register]),
            Target::Branch { sense, label } => self.builder.branch_true(register, sense, label),
        }
    }

    /// The value is known to count as true or false.
    fn known_truth(&mut self, truth: bool, target: Target) -> bool {
        match target {
            Target::Effect => true,
            Target::Branch { sense, label } => {
                if truth == sense {
                    self.builder.jump(label);
                }
                true
            }
            _ => false,
        }
    }

    fn unspecified(&mut self, target: Target) {
        self.word(Word::UNSPECIFIED, target);
    }

    /// A value that needs no heap.
    fn word(&mut self, word: Word, target: Target) {
        if self.known_truth(word.is_true(), target) {
            return;
        }
        let to = self.destination(target);
        match word.is_fixnum().then(|| i16::try_from(word.as_fixnum()).ok()).flatten() {
            Some(n) => self.builder.value_wide_number(Op::Fixnum, to, n as u16),
            None => self.load_constant(to, Constant::Word(word)),
        }
        self.deliver(target, to);
    }

    fn literal(&mut self, id: DatumId, target: Target) {
        let word = match self.program.data[id.index()] {
            Datum::Boolean(b) => Some(Word::boolean(b)),
            Datum::Integer(n) => Word::try_fixnum(n),
            Datum::Float(x) => Word::try_float(x),
            Datum::Char(c) => Some(Word::char(c)),
            Datum::Nil => Some(Word::NIL),
            _ => None,
        };
        match word {
            Some(word) => self.word(word, target),
            None => self.constant(Constant::Datum(id), target),
        }
    }

    /// A constant that counts as true.
    fn constant(&mut self, constant: Constant, target: Target) {
        if !self.known_truth(true, target) {
            let to = self.destination(target);
            self.load_constant(to, constant);
            self.deliver(target, to);
        }
    }

    fn load_constant(&mut self, to: Register, constant: Constant) {
        let k = self.constant_number(constant);
        self.builder.value_wide_number(Op::Const, to, k);
    }

    fn load_free(&mut self, to: Register, number: u32) {
        if number > u16::MAX as u32 {
            let node = self.analysis.functions[self.function.index()].node;
            self.fail("procedure captures more than 65535 variables", node);
        }
        self.builder.value_wide_number(Op::Free, to, number as u16);
    }

    fn constant_number(&mut self, constant: Constant) -> u16 {
        if let Some(&k) = self.constant_index.get(&constant) {
            return k;
        }
        let Ok(k) = u16::try_from(self.constants.len()) else {
            let node = self.analysis.functions[self.function.index()].node;
            self.fail("procedure with more than 65535 constants", node);
            return 0;
        };
        self.constants.push(constant);
        self.constant_index.insert(constant, k);
        k
    }

    // Variables

    fn place(&self, v: VarId) -> (VarId, Place) {
        let v = self.analysis.resolve(v);
        let variable = self.analysis.variable(v);
        let place = match variable.role {
            Role::Constant(node) => Place::Constant(node),
            Role::Procedure(id) if id == self.function => Place::Register(0),
            Role::Procedure(id) if self.analysis.functions[id.index()].constant => Place::Procedure(id),
            _ if variable.home == self.function => Place::Register(self.registers[v.index()]),
            _ => match self.free[v.index()] {
                (_, number, 0) => Place::Free(number),
                (_, _, register) => Place::Register(register),
            },
        };
        (v, place)
    }

    fn local(&mut self, v: VarId, target: Target) {
        let (v, place) = self.place(v);
        let variable = self.analysis.variable(v);
        if target == Target::Effect && !self.analysis.survey(v).early {
            return;
        }
        match place {
            Place::Constant(node) => self.emit(node, target),
            Place::Procedure(id) => self.constant(Constant::Procedure(id), target),
            Place::Register(register) if !variable.boxed => self.deliver(target, register),
            Place::Register(cell) => {
                let to = self.destination(target);
                self.builder.value(Op::CellRef, to, cell, None);
                self.deliver(target, to);
            }
            Place::Free(number) => {
                let to = self.destination(target);
                self.load_free(to, number);
                if variable.boxed {
                    self.builder.value(Op::CellRef, to, to, None);
                }
                self.deliver(target, to);
            }
        }
    }

    /// Evaluates an operand of an instruction to some register, a variable's own if possible; `later` are the operands
    /// evaluated before the instruction reads it. The register is below the new `top` if it is a temporary.
    fn operand(&mut self, node: NodeId, later: &[NodeId]) -> Register {
        if let Node::Local(v) = *self.program.node(node) {
            let (v, place) = self.place(v);
            if let Place::Register(register) = place
                && !self.analysis.variable(v).boxed
                && (!self.program.vars[v.index()].assigned
                    || later.iter().all(|&n| self.is_effect_free(n, EFFECT_FREE_DEPTH)))
            {
                return register;
            }
        }
        let register = self.next();
        self.emit(node, Target::Value(register));
        self.top = register + 1;
        register
    }
}

impl Emitter<'_> {
    /// Whether an expression consists of instructions without effects but errors, as far as it is searched.
    fn is_effect_free(&self, node: NodeId, depth: u32) -> bool {
        match self.program.node(node) {
            Node::Constant(_) | Node::Unspecified | Node::Local(_) | Node::Global(_) => true,
            Node::Lambda(_) | Node::CaseLambda(_) => true,
            Node::Call(operator, operands) if depth > 0 => match *self.program.node(*operator) {
                Node::Global(id) => {
                    self.integrables.get(id, operands.len()).is_some_and(|i| i.is_effect_free())
                        && operands.iter().all(|&o| self.is_effect_free(o, depth - 1))
                }
                _ => false,
            },
            _ => false,
        }
    }
}
