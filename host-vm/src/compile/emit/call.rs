//! Calls: of procedures, of hosted lambda expressions, of the procedure itself.

use super::{Callers, EFFECT_FREE_DEPTH, Emitter, Place, Target};
use crate::{
    bytecode::builder::Register,
    compile::analyze::closures::Role,
    expand::core::{Node, NodeId, VarId},
};

/// Nodes that are searched for conflicts of a parallel assignment before it is taken for granted that there are some.
const SEARCH_LIMIT: usize = 256;

impl Emitter<'_> {
    pub(super) fn call(&mut self, node: NodeId, operator: NodeId, operands: &[NodeId], target: Target) {
        let program = self.program;
        match *program.node(operator) {
            Node::Global(id) => {
                if let Some(integrable) = self.integrables.get(id, operands.len())
                    && integrable.fits(program, operands, target == Target::Return)
                    && self.inline(node, integrable.how, operands, target)
                {
                    return;
                }
            }
            Node::Local(v) => match self.analysis.variable(v).role {
                Role::Hosted(lambda) => {
                    self.assign_all(&program.lambdas[lambda.index()].required, operands);
                    let Some(label) = self.labels[lambda.index()] else { return };
                    if self.builder.is_bound(label) {
                        self.at(node);
                        self.builder.loop_to(label);
                    } else {
                        let callers = &mut self.callers[lambda.index()];
                        *callers = if *callers == Callers::None { Callers::One(node) } else { Callers::Several };
                        self.builder.jump(label);
                    }
                    return;
                }
                Role::Procedure(id) if id == self.function && target == Target::Return => {
                    if let Some((start, lambda)) = self.start
                        && program.lambdas[lambda.index()].required.len() == operands.len()
                    {
                        self.assign_all(&program.lambdas[lambda.index()].required, operands);
                        self.at(node);
                        self.builder.loop_to(start);
                        return;
                    }
                }
                _ => {}
            },
            _ => {}
        }
        self.procedure_call(node, operator, operands, target);
    }

    fn procedure_call(&mut self, node: NodeId, operator: NodeId, operands: &[NodeId], target: Target) {
        let top = self.top;
        let count = operands.len() as u32;
        // Two slots for the callee's frame words.
        let first = self.area(count + 3) + 2;
        self.top = first;
        self.emit(operator, Target::Value(first));
        for (i, &operand) in operands.iter().enumerate() {
            let register = first + 1 + i as Register;
            self.top = register;
            self.emit(operand, Target::Value(register));
        }
        self.top = top;
        self.at(node);
        if target == Target::Return && !self.keeps_frame(operator) {
            self.builder.tail_call(first, count);
        } else {
            let to = self.destination(target);
            self.builder.call(to, first, count);
            self.deliver(target, to);
        }
    }

    /// Whether a call in tail position is not one in place of this frame: of a procedure that never returns, and in the
    /// outermost code of a program file, where backtraces begin.
    fn keeps_frame(&self, operator: NodeId) -> bool {
        self.function.index() == 0 && !self.program.has_tail_calls
            || matches!(*self.program.node(operator), Node::Global(id) if self.integrables.never_returns(id))
    }

    /// Gives variables new values, all at once.
    ///
    /// An operand is computed directly into its variable's register once no operand that is still to come reads that
    /// register; where there is no such order, operands go to temporaries first. Operands that are evaluated out of order
    /// consist of instructions without effects: at most, another one of two errors is the first.
    fn assign_all(&mut self, vars: &[VarId], operands: &[NodeId]) {
        let top = self.top;
        // reads[j][i]: operand j reads the register of variable i.
        let reads: Vec<Vec<bool>> = operands.iter().map(|&o| self.find_reads(o, vars)).collect();
        let free_order = operands.iter().all(|&o| self.is_effect_free(o, EFFECT_FREE_DEPTH));
        let mut pending: Vec<usize> = (0..vars.len()).collect();
        let mut moves: Vec<(Register, Register)> = Vec::new();
        while !pending.is_empty() {
            let blocked = |i: usize| pending.iter().any(|&j| j != i && reads[j][i]);
            let ready = match free_order {
                true => pending.iter().position(|&i| !blocked(i)),
                false => Some(0).filter(|_| !blocked(pending[0])),
            };
            let i = pending.remove(ready.unwrap_or(0));
            let operand = operands[i];
            if !self.is_wanted(vars[i]) {
                self.emit(operand, Target::Effect);
                continue;
            }
            let to = self.registers[vars[i].index()];
            if ready.is_some() {
                self.emit(operand, Target::Value(to));
            } else {
                let register = self.next();
                self.emit(operand, Target::Value(register));
                self.top = register;
                self.allocate();
                moves.push((to, register));
            }
        }
        for (to, from) in moves {
            self.builder.copy(to, from);
        }
        self.top = top;
    }

    /// Notes which variables' registers an operand reads.
    fn find_reads(&self, operand: NodeId, vars: &[VarId]) -> Vec<bool> {
        let mut found = vec![false; vars.len()];
        let note = |v: VarId, found: &mut [bool]| {
            if let (_, Place::Register(register)) = self.place(v)
                && register != 0
            {
                for (i, w) in vars.iter().enumerate() {
                    found[i] |= self.registers[w.index()] == register;
                }
            }
        };
        let mut pending = vec![operand];
        let mut searched = 0;
        while let Some(node) = pending.pop() {
            searched += 1;
            if searched > SEARCH_LIMIT {
                found.fill(true);
                return found;
            }
            match self.program.node(node) {
                Node::Local(v) | Node::SetLocal(v, _) => note(*v, &mut found),
                Node::Lambda(_) | Node::CaseLambda(_) if self.analysis.function_at(node).is_some() => {
                    let Some(id) = self.analysis.function_at(node) else { continue };
                    self.analysis.functions[id.index()].free.iter().for_each(|f| note(f.var, &mut found));
                    continue;
                }
                _ => {}
            }
            crate::compile::nesting::children(self.program, node, &mut |child| pending.push(child));
            pending.extend(self.hosting.at_expression(node).map(|l| self.program.lambdas[l.index()].body));
        }
        found
    }
}
