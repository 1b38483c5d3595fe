//! Expressions by kind; conditions; hosted lambda expressions.

use super::{Callers, Emitter, Place, Target};
use crate::{
    bytecode::ops::Op,
    compile::{draft::Constant, simplify::constant_truth},
    expand::core::{LambdaId, Node, NodeId, VarId},
};

impl Emitter<'_> {
    /// Compiles an expression, and the lambda expressions that are hosted at it.
    pub(super) fn emit(&mut self, node: NodeId, target: Target) {
        let hosting = self.hosting;
        let mut hosted = hosting.at_expression(node).peekable();
        if hosted.peek().is_none() {
            return self.expression(node, target);
        }
        let hosted = hosted.collect();
        self.host(node, hosted, target, |emitter| emitter.expression(node, target));
    }

    fn expression(&mut self, node: NodeId, target: Target) {
        let program = self.program;
        self.at(node);
        match program.node(node) {
            Node::Constant(id) => self.literal(*id, target),
            Node::Unspecified => self.unspecified(target),
            Node::Local(v) => self.local(*v, target),
            Node::SetLocal(v, value) => self.assign(*v, *value, node, target),
            Node::Global(id) => {
                let to = self.destination(target);
                let k = self.constant_number(Constant::Global(*id));
                self.builder.value_wide_number(Op::GlobalRef, to, k);
                self.deliver(target, to);
            }
            Node::SetGlobal(id, value) | Node::DefineGlobal(id, value) => {
                let define = matches!(program.node(node), Node::DefineGlobal(..));
                let op = if define { Op::GlobalDefine } else { Op::GlobalSet };
                let top = self.top;
                let value = self.operand(*value, &[]);
                self.top = top;
                self.at(node);
                let k = self.constant_number(Constant::Global(*id));
                self.builder.store_number(op, value, k);
                self.unspecified(target);
            }
            Node::If(condition, consequent, alternative) => {
                self.conditional(*condition, *consequent, *alternative, target);
            }
            Node::Lambda(_) | Node::CaseLambda(_) => self.closure(node, target),
            Node::Let(vars, inits, body) => self.bind_let(node, vars, inits, *body, target),
            Node::Letrec(vars, inits, body) => self.bind_letrec(node, vars, inits, *body, target),
            Node::Sequence(all) => {
                let Some((last, before)) = all.split_last() else { return };
                before.iter().for_each(|n| self.emit(*n, Target::Effect));
                self.emit(*last, target);
            }
            Node::Call(operator, operands) => self.call(node, *operator, operands, target),
        }
    }

    fn assign(&mut self, v: VarId, value: NodeId, node: NodeId, target: Target) {
        let top = self.top;
        if self.analysis.variable(v).boxed {
            let value = self.operand(value, &[]);
            let cell = match self.place(v).1 {
                Place::Free(number) => {
                    let register = self.next();
                    self.load_free(register, number);
                    register
                }
                Place::Register(register) => register,
                Place::Constant(_) | Place::Procedure(_) => unreachable!("an assigned variable has a place"),
            };
            self.at(node);
            self.builder.store(Op::CellSet, &[cell, value]);
        } else {
            let register = self.registers[v.index()];
            self.emit(value, Target::Value(register));
        }
        self.top = top;
        self.unspecified(target);
    }

    // Conditions

    /// What an expression is known to be as a condition, where evaluating it has no effect.
    fn truth(&self, node: NodeId) -> Option<bool> {
        match *self.program.node(node) {
            Node::Local(v) => match self.place(v).1 {
                Place::Constant(node) => constant_truth(self.program, node),
                Place::Procedure(_) => Some(true),
                _ => None,
            },
            _ => constant_truth(self.program, node),
        }
    }

    fn conditional(&mut self, condition: NodeId, consequent: NodeId, alternative: NodeId, target: Target) {
        match self.truth(condition) {
            Some(true) => return self.emit(consequent, target),
            Some(false) => return self.emit(alternative, target),
            None => {}
        }
        let join = self.builder.label();
        if let Target::Branch { sense, label } = target {
            // An arm that is known needs no code: the condition goes there by itself.
            let same = |a, b| matches!((a, b), (&Node::Local(a), &Node::Local(b)) if a == b);
            let known = match same(self.program.node(condition), self.program.node(consequent)) {
                true => Some(true),
                false => self.truth(consequent),
            };
            if let Some(truth) = known {
                let there = if truth == sense { label } else { join };
                self.emit(condition, Target::Branch { sense: true, label: there });
                self.emit(alternative, target);
                return self.builder.bind(join);
            }
            if let Some(truth) = self.truth(alternative) {
                let there = if truth == sense { label } else { join };
                self.emit(condition, Target::Branch { sense: false, label: there });
                self.emit(consequent, target);
                return self.builder.bind(join);
            }
        }
        if target == Target::Effect && self.truth(consequent).is_some() {
            self.emit(condition, Target::Branch { sense: true, label: join });
            self.emit(alternative, target);
            return self.builder.bind(join);
        }
        let otherwise = self.builder.label();
        self.emit(condition, Target::Branch { sense: false, label: otherwise });
        self.emit(consequent, target);
        self.builder.jump(join);
        self.builder.bind(otherwise);
        self.emit(alternative, target);
        self.builder.bind(join);
    }

    /// `(let ((t first)) (if t t second))`, where `t` occurs nowhere else: what `or` expands to. Whether it was compiled.
    pub(super) fn either(&mut self, v: VarId, first: NodeId, body: NodeId, target: Target) -> bool {
        let Node::If(condition, consequent, second) = *self.program.node(body) else { return false };
        let is_v = |node| *self.program.node(node) == Node::Local(v);
        if !is_v(condition) || !is_v(consequent) || self.analysis.survey(v).references != 2 {
            return false;
        }
        if self.hosting.at_expression(body).next().is_some() {
            return false;
        }
        let join = self.builder.label();
        match target {
            Target::Branch { sense, label } => {
                let there = if sense { label } else { join };
                self.emit(first, Target::Branch { sense: true, label: there });
            }
            Target::Effect => self.emit(first, Target::Branch { sense: true, label: join }),
            // Not if the destination is a variable that `second` may read.
            Target::Value(to) if to >= self.top => {
                self.emit(first, target);
                self.builder.branch_true(to, true, join);
            }
            _ => return false,
        }
        self.emit(second, target);
        self.builder.bind(join);
        true
    }

    // Hosted lambda expressions

    /// Compiles the body of `host`, then the hosted lambda expressions that it calls, all into the same target.
    pub(super) fn host(&mut self, host: NodeId, hosted: Vec<LambdaId>, target: Target, body: impl FnOnce(&mut Self)) {
        let program = self.program;
        let top = self.top;
        for &lambda in &hosted {
            self.labels[lambda.index()] = Some(self.builder.label());
            for v in &program.lambdas[lambda.index()].required {
                if self.is_wanted(*v) {
                    self.registers[v.index()] = self.allocate();
                }
            }
        }
        body(self);
        let join = self.builder.label();
        let mut pending = hosted;
        // Those that are called by now; others may be called by these.
        while let Some(i) = pending.iter().position(|l| self.labels[l.index()].is_some_and(|l| self.builder.is_used(l)))
        {
            let lambda = pending.remove(i);
            let Some(label) = self.labels[lambda.index()] else { continue };
            self.builder.jump(join);
            self.builder.bind(label);
            // What has no place of its own, as the procedures of records, is where it is called, or in the whole that the
            // calls are part of.
            self.at(match self.callers[lambda.index()] {
                Callers::One(call) => call,
                _ => host,
            });
            let lambda = &program.lambdas[lambda.index()];
            for &v in &lambda.required {
                if self.is_wanted(v) {
                    self.enclose(v);
                }
            }
            self.emit(lambda.body, target);
        }
        self.builder.bind(join);
        self.top = top;
    }

    /// Whether a variable that is bound to a value without a name needs a register.
    pub(super) fn is_wanted(&self, v: VarId) -> bool {
        self.analysis.survey(v).references > 0
    }
}
