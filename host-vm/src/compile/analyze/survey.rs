//! First pass: bindings, calls and their continuations, `letrec` plans.
//!
//! The *continuation* of an expression is named by the outermost expression that has the same one: an operand, a
//! condition, an initializer …, or the body of a lambda expression, whose continuation is that of its calls.
//!
//! **Plan of a `letrec`.** It has `letrec*` semantics: initializers in order. Lambda expressions of unassigned
//! variables can be evaluated late, as that has no effect (Waddell, Sarkar, Dybvig, "Fixing Letrec", 2005): a closure is
//! made before the first other initializer that may reach it, in one group with those it may reach, or else before the
//! body. A variable that may be read or captured before its initializer is done is *early*: it lives in a cell that is
//! undefined at first, and each reading checks. Others need no check.

use crate::expand::core::{LambdaId, Node, NodeId, Program, VarId};

/// Names a continuation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Continuation {
    /// That of an expression.
    Of(NodeId),
    /// That of the calls of a lambda expression.
    Caller(LambdaId),
}

/// A call of a variable bound to a lambda expression, with the right number of operands.
#[derive(Clone, Copy, Debug)]
pub struct KnownCall {
    /// The lambda expression.
    pub callee: LambdaId,
    /// The continuation of the call.
    pub continuation: Continuation,
}

/// A lambda expression bound to a variable that is not assigned.
#[derive(Clone, Copy, Debug)]
pub struct KnownLambda {
    /// The lambda expression.
    pub lambda: LambdaId,
    /// The variable.
    pub var: VarId,
    /// The `let` or `letrec` that binds it.
    pub binder: NodeId,
    /// The continuation of that.
    pub continuation: Continuation,
}

/// What the survey says of a variable.
#[derive(Clone, Copy, Debug, Default)]
pub struct VarSurvey {
    /// The lambda expression that it is bound to for good, if that has a fixed number of parameters.
    pub lambda: Option<LambdaId>,
    /// Bound to a procedure, perhaps one with several clauses or a rest list.
    pub procedure: bool,
    /// Referred to other than as an operator with the right number of operands.
    pub escapes: bool,
    /// Number of references.
    pub references: u32,
    /// May be read before it is initialized.
    pub early: bool,
    /// Bound by a `letrec` to something other than a procedure.
    pub late: bool,
    /// Its `letrec` and index there, plus one; 0 if none.
    letrec: u32,
    index: u32,
}

/// A step of initializing a `letrec`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Evaluate an initializer.
    Evaluate(u32),
    /// Make a group of closures: this many of [`Plan::procedures`] follow.
    Close(u32),
}

/// How a `letrec` is initialized.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// In this order.
    pub steps: Vec<Step>,
    /// Procedures in the order in which they are made.
    pub procedures: Vec<u32>,
}

struct Letrec {
    /// The initializer being walked.
    current: Option<u32>,
    /// Initializer and variable it refers to.
    edges: Vec<(u32, u32)>,
}

/// Everything that the survey found.
#[derive(Default)]
pub struct Survey {
    /// By variable.
    pub vars: Vec<VarSurvey>,
    /// Bound lambda expressions.
    pub known: Vec<KnownLambda>,
    /// Their calls.
    pub calls: Vec<KnownCall>,
    /// Plans, sorted by node once the survey is done.
    pub plans: Vec<(NodeId, Plan)>,
}

impl Survey {
    /// The plan of a `letrec`.
    pub fn plan(&self, node: NodeId) -> Option<&Plan> {
        self.plans.binary_search_by_key(&node, |p| p.0).ok().map(|i| &self.plans[i].1)
    }
}

/// Walks a program.
pub fn survey(program: &Program, root: NodeId) -> Survey {
    let survey = Survey { vars: vec![VarSurvey::default(); program.vars.len()], ..Survey::default() };
    let mut surveyor = Surveyor { program, survey, letrecs: Vec::new() };
    surveyor.walk(root, Continuation::Of(root));
    let mut survey = surveyor.survey;
    survey.plans.sort_unstable_by_key(|p| p.0);
    survey
}

struct Surveyor<'p> {
    program: &'p Program,
    survey: Survey,
    letrecs: Vec<Letrec>,
}

impl Surveyor<'_> {
    fn operand(&mut self, node: NodeId) {
        self.walk(node, Continuation::Of(node));
    }

    fn reference(&mut self, v: VarId) {
        let var = &mut self.survey.vars[v.index()];
        var.references += 1;
        if var.letrec > 0 {
            let letrec = &mut self.letrecs[var.letrec as usize - 1];
            if let Some(current) = letrec.current
                && letrec.edges.last() != Some(&(current, var.index))
            {
                letrec.edges.push((current, var.index));
            }
        }
    }

    fn walk(&mut self, node: NodeId, continuation: Continuation) {
        let program = self.program;
        match program.node(node) {
            Node::Constant(_) | Node::Unspecified | Node::Global(_) => {}
            Node::Local(v) => {
                self.reference(*v);
                self.survey.vars[v.index()].escapes = true;
            }
            Node::SetLocal(v, value) => {
                self.reference(*v);
                self.operand(*value);
            }
            Node::SetGlobal(_, value) | Node::DefineGlobal(_, value) => self.operand(*value),
            Node::If(condition, consequent, alternative) => {
                self.operand(*condition);
                self.walk(*consequent, continuation);
                self.walk(*alternative, continuation);
            }
            Node::Lambda(id) => self.body(*id),
            Node::CaseLambda(ids) => ids.iter().for_each(|id| self.body(*id)),
            Node::Let(vars, inits, body) => {
                for (v, init) in vars.iter().zip(inits) {
                    self.bind(*v, *init, node, continuation);
                    self.operand(*init);
                }
                self.walk(*body, continuation);
            }
            Node::Letrec(vars, inits, body) => self.letrec(node, vars, inits, *body, continuation),
            Node::Sequence(all) => {
                let Some((last, before)) = all.split_last() else { return };
                before.iter().for_each(|n| self.operand(*n));
                self.walk(*last, continuation);
            }
            Node::Call(operator, operands) => {
                match program.node(*operator) {
                    Node::Local(v) => self.call(*v, operands.len(), continuation),
                    _ => self.operand(*operator),
                }
                operands.iter().for_each(|n| self.operand(*n));
            }
        }
    }

    fn body(&mut self, id: LambdaId) {
        self.walk(self.program.lambdas[id.index()].body, Continuation::Caller(id));
    }

    fn call(&mut self, v: VarId, operands: usize, continuation: Continuation) {
        self.reference(v);
        let var = &mut self.survey.vars[v.index()];
        match var.lambda {
            Some(callee) if self.program.lambdas[callee.index()].required.len() == operands => {
                self.survey.calls.push(KnownCall { callee, continuation });
            }
            _ => var.escapes = true,
        }
    }

    fn bind(&mut self, v: VarId, init: NodeId, binder: NodeId, continuation: Continuation) {
        if self.program.vars[v.index()].assigned {
            return;
        }
        match self.program.node(init) {
            Node::Lambda(id) => {
                let lambda = &self.program.lambdas[id.index()];
                self.survey.vars[v.index()].procedure = true;
                if lambda.rest.is_none() && lambda.optional.is_empty() {
                    self.survey.vars[v.index()].lambda = Some(*id);
                    self.survey.known.push(KnownLambda { lambda: *id, var: v, binder, continuation });
                }
            }
            Node::CaseLambda(_) => self.survey.vars[v.index()].procedure = true,
            _ => {}
        }
    }

    fn letrec(&mut self, node: NodeId, vars: &[VarId], inits: &[NodeId], body: NodeId, continuation: Continuation) {
        let letrec = self.letrecs.len();
        self.letrecs.push(Letrec { current: None, edges: Vec::new() });
        for (index, (v, init)) in vars.iter().zip(inits).enumerate() {
            self.bind(*v, *init, node, continuation);
            let var = &mut self.survey.vars[v.index()];
            var.letrec = letrec as u32 + 1;
            var.index = index as u32;
            var.late = !var.procedure;
        }
        for (index, init) in inits.iter().enumerate() {
            self.letrecs[letrec].current = Some(index as u32);
            self.operand(*init);
        }
        self.letrecs[letrec].current = None;
        let edges = std::mem::take(&mut self.letrecs[letrec].edges);
        let plan = self.plan(vars, edges);
        self.survey.plans.push((node, plan));
        self.walk(body, continuation);
    }

    fn plan(&mut self, vars: &[VarId], mut edges: Vec<(u32, u32)>) -> Plan {
        edges.sort_unstable();
        edges.dedup();
        let is_procedure = |survey: &Survey, i: u32| survey.vars[vars[i as usize].index()].procedure;
        let mut plan = Plan::default();
        let mut made = vec![false; vars.len()];
        let mut pending = Vec::new();
        for index in 0..vars.len() as u32 {
            if is_procedure(&self.survey, index) {
                continue;
            }
            let before = plan.procedures.len();
            pending.push(index);
            while let Some(i) = pending.pop() {
                let first = edges.partition_point(|e| e.0 < i);
                for &(_, to) in edges[first..].iter().take_while(|e| e.0 == i) {
                    if !is_procedure(&self.survey, to) {
                        self.survey.vars[vars[to as usize].index()].early |= to >= index;
                    } else if !std::mem::replace(&mut made[to as usize], true) {
                        plan.procedures.push(to);
                        pending.push(to);
                    }
                }
            }
            if plan.procedures.len() > before {
                plan.procedures[before..].sort_unstable();
                plan.steps.push(Step::Close((plan.procedures.len() - before) as u32));
            }
            plan.steps.push(Step::Evaluate(index));
        }
        let before = plan.procedures.len();
        plan.procedures.extend((0..vars.len() as u32).filter(|&i| !made[i as usize] && is_procedure(&self.survey, i)));
        if plan.procedures.len() > before {
            plan.steps.push(Step::Close((plan.procedures.len() - before) as u32));
        }
        plan
    }
}
