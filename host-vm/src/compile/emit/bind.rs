//! `let`, `letrec`, closures.

use super::{Emitter, Place, Target};
use crate::{
    bytecode::{
        builder::{Capture, Register},
        ops::Op,
    },
    compile::{
        analyze::{closures::Role, survey::Step},
        draft::{Constant, FunctionId},
    },
    expand::core::{NodeId, VarId},
    value::Word,
};

impl Emitter<'_> {
    pub(super) fn bind_let(&mut self, node: NodeId, vars: &[VarId], inits: &[NodeId], body: NodeId, target: Target) {
        if let ([v], [init]) = (vars, inits)
            && self.analysis.variable(*v).role == Role::Register
            && !self.analysis.variable(*v).boxed
            && self.hosting.at_binder(node).next().is_none()
            && self.either(*v, *init, body, target)
        {
            return;
        }
        let top = self.top;
        for (&v, &init) in vars.iter().zip(inits) {
            match self.analysis.variable(v).role {
                Role::Alias(_) | Role::Constant(_) | Role::Hosted(_) | Role::Dead => continue,
                Role::Procedure(id) if self.analysis.functions[id.index()].constant => continue,
                Role::Register if !self.is_wanted(v) => {
                    self.emit(init, Target::Effect);
                    continue;
                }
                Role::Register | Role::Procedure(_) => {}
            }
            let register = self.next();
            self.emit(init, Target::Value(register));
            self.registers[v.index()] = register;
            self.top = register;
            self.allocate();
            self.enclose(v);
        }
        self.bound(node, body, target);
        self.top = top;
    }

    /// The body of a binding expression, with the lambda expressions hosted there.
    fn bound(&mut self, node: NodeId, body: NodeId, target: Target) {
        // What has no place of its own, as an integrated procedure may not, is where the whole expression is.
        self.at(node);
        let hosted: Vec<_> = self.hosting.at_binder(node).collect();
        if hosted.is_empty() {
            self.emit(body, target);
        } else {
            self.host(node, hosted, target, |emitter| emitter.emit(body, target));
        }
    }

    pub(super) fn bind_letrec(&mut self, node: NodeId, vars: &[VarId], inits: &[NodeId], body: NodeId, target: Target) {
        let analysis = self.analysis;
        let top = self.top;
        for &v in vars {
            let wanted = match analysis.variable(v).role {
                Role::Register => self.is_wanted(v),
                Role::Procedure(id) => !analysis.functions[id.index()].constant,
                _ => false,
            };
            if wanted {
                let register = self.allocate();
                self.registers[v.index()] = register;
                if analysis.survey(v).early {
                    self.word(Word::UNDEFINED, Target::Value(register));
                    self.enclose(v);
                }
            }
        }
        let Some(plan) = analysis.plan(node) else { return };
        let mut procedures = &plan.procedures[..];
        for step in &plan.steps {
            match *step {
                Step::Evaluate(i) => self.initialize(vars[i as usize], inits[i as usize]),
                Step::Close(count) => {
                    let (group, rest) = procedures.split_at(count as usize);
                    procedures = rest;
                    let group = group.iter().filter_map(|&i| match analysis.variable(vars[i as usize]).role {
                        Role::Procedure(id) if !analysis.functions[id.index()].constant => Some((vars[i as usize], id)),
                        _ => None,
                    });
                    self.close(&group.collect::<Vec<_>>());
                }
            }
        }
        self.bound(node, body, target);
        self.top = top;
    }

    fn initialize(&mut self, v: VarId, init: NodeId) {
        if self.analysis.variable(v).role != Role::Register {
            return;
        }
        let register = self.registers[v.index()];
        if !self.is_wanted(v) {
            self.emit(init, Target::Effect);
        } else if self.analysis.survey(v).early {
            let top = self.top;
            let value = self.operand(init, &[]);
            self.top = top;
            self.builder.store(Op::CellSet, &[register, value]);
        } else {
            self.emit(init, Target::Value(register));
            self.enclose(v);
        }
    }

    /// Makes closures that may capture each other: what is not made yet is put in afterwards. Until then the captured
    /// value is register 0, as the collector may see it.
    fn close(&mut self, group: &[(VarId, FunctionId)]) {
        let analysis = self.analysis;
        let mut patches = Vec::new();
        for (made, &(v, id)) in group.iter().enumerate() {
            let to = self.registers[v.index()];
            let mut captures = Vec::new();
            for (x, free) in analysis.functions[id.index()].free.iter().enumerate() {
                // Groups are small, but for generated code: most variables are no procedures.
                let sibling = matches!(analysis.variable(free.var).role, Role::Procedure(_))
                    && group[made..].iter().any(|(other, _)| *other == free.var);
                if sibling {
                    patches.push((to, x as u32, self.registers[free.var.index()]));
                    captures.push(Capture::Register(0));
                } else {
                    captures.push(self.capture(free.var));
                }
            }
            self.make_closure(to, id, &captures);
        }
        for (closure, x, value) in patches {
            self.builder.store_indexed(Op::InitFree, &[closure, value], x);
        }
    }

    fn capture(&self, v: VarId) -> Capture {
        match self.place(v).1 {
            Place::Register(register) => Capture::Register(register),
            Place::Free(number) => Capture::Free(number),
            Place::Constant(_) | Place::Procedure(_) => unreachable!("constants are not captured"),
        }
    }

    fn make_closure(&mut self, to: Register, id: FunctionId, captures: &[Capture]) {
        let k = match u16::try_from(self.codes.len()) {
            Ok(k) => k,
            Err(_) => {
                self.fail(
                    "procedure with more than 65535 lambda expressions",
                    self.analysis.functions[id.index()].node,
                );
                0
            }
        };
        if self.builder.reachable() {
            self.codes.push(id);
        }
        self.builder.closure(to, k, captures);
    }

    /// A `lambda` or `case-lambda` expression.
    pub(super) fn closure(&mut self, node: NodeId, target: Target) {
        let analysis = self.analysis;
        // Only expressions that are reached were walked by the analysis, and only those come here.
        let Some(id) = analysis.function_at(node) else { return };
        if analysis.functions[id.index()].constant {
            return self.constant(Constant::Procedure(id), target);
        }
        if self.known_truth(true, target) {
            return;
        }
        let to = self.destination(target);
        let captures: Vec<_> = analysis.functions[id.index()].free.iter().map(|f| self.capture(f.var)).collect();
        self.make_closure(to, id, &captures);
        self.deliver(target, to);
    }
}
