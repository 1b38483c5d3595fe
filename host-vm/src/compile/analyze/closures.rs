//! Last pass: free variables, cells, closures that are constants. It walks as the emitter will, entering hosted lambda
//! expressions where their code is.
//!
//! **Cells.** Frames are copied when a continuation is entered again, so a register shows the value of the time of
//! capture; that is right for a variable which is never assigned. An assigned one lives in a cell if a closure captures
//! it, or if a procedure may be called (other than in tail position) within its scope, as the callee could capture the
//! continuation. In other words: it stays a register only where nobody can tell. Loop variables are bound anew, not assigned.
//!
//! **Constant closures.** A closure whose free variables are all bound to constant closures needs none of them: it is
//! made once. The pass starts from the assumption that all are constant and takes back what can't be.

use super::{
    contify::{Fate, Hosting},
    survey::{Continuation, Plan, Survey, VarSurvey},
};
use crate::{
    compile::{Integrables, draft::FunctionId},
    expand::core::{LambdaId, Node, NodeId, Program, VarId},
};

const NONE: u32 = u32::MAX;

/// What stands for a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A register of its home, or a cell in one.
    Register,
    /// Another variable of the same procedure that has the same value.
    Alias(VarId),
    /// A literal.
    Constant(NodeId),
    /// The closure of a procedure, in a register unless it is constant.
    Procedure(FunctionId),
    /// Code in this frame.
    Hosted(LambdaId),
    /// Nothing: it is never called.
    Dead,
}

/// What is known of a variable.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// What stands for it.
    pub role: Role,
    /// The procedure in whose frame it is bound.
    pub home: FunctionId,
    /// A closure captures it.
    pub captured: bool,
    /// It lives in a cell.
    pub boxed: bool,
}

/// A captured variable.
#[derive(Clone, Copy, Debug)]
pub struct Free {
    /// The variable.
    pub var: VarId,
    /// Referred to in a loop: worth a register.
    pub hot: bool,
}

/// A procedure with code of its own.
#[derive(Debug)]
pub struct Function {
    /// Its clauses; none for the program itself.
    pub clauses: Vec<LambdaId>,
    /// Captured variables, in the order of the closure.
    pub free: Vec<Free>,
    /// The variable that it is bound to: register 0 within it.
    pub own: Option<VarId>,
    /// Whether one closure serves for all.
    pub constant: bool,
    /// The expression that makes it.
    pub node: NodeId,
    parent: FunctionId,
}

/// The result of all passes.
pub struct Analysis {
    /// By [`FunctionId`]; the first is the program itself.
    pub functions: Vec<Function>,
    variables: Vec<Variable>,
    function_at: Vec<u32>,
    survey: Survey,
}

impl Analysis {
    /// A variable, and what it is after aliases.
    #[inline]
    pub fn variable(&self, v: VarId) -> &Variable {
        &self.variables[v.index()]
    }

    /// The variable that stands for `v`.
    #[inline]
    pub fn resolve(&self, v: VarId) -> VarId {
        match self.variables[v.index()].role {
            Role::Alias(other) => other,
            _ => v,
        }
    }

    /// What the survey found of a variable.
    #[inline]
    pub fn survey(&self, v: VarId) -> &VarSurvey {
        &self.survey.vars[v.index()]
    }

    /// The plan of a `letrec`.
    pub fn plan(&self, node: NodeId) -> Option<&Plan> {
        self.survey.plan(node)
    }

    /// The procedure that a `lambda` or `case-lambda` expression makes.
    pub fn function_at(&self, node: NodeId) -> Option<FunctionId> {
        let id = self.function_at[node.index()];
        (id != NONE).then_some(FunctionId(id))
    }
}

/// Runs the pass.
pub fn analyze(
    program: &Program,
    root: NodeId,
    integrables: &Integrables,
    survey: Survey,
    hosting: &Hosting,
) -> Analysis {
    let main = FunctionId(0);
    let start = Variable { role: Role::Register, home: main, captured: false, boxed: false };
    let root_function =
        Function { clauses: Vec::new(), free: Vec::new(), own: None, constant: true, node: root, parent: main };
    let mut loops = vec![false; program.lambdas.len()];
    for known in &survey.known {
        // One reference is the call that enters; a loop has more.
        loops[known.lambda.index()] =
            hosting.fate(known.lambda) == Fate::Hosted && survey.vars[known.var.index()].references > 1;
    }
    for call in &survey.calls {
        // A call of a procedure by itself in tail position is a loop too.
        loops[call.callee.index()] |= call.continuation == Continuation::Caller(call.callee);
    }
    let analysis = Analysis {
        functions: vec![root_function],
        variables: vec![start; program.vars.len()],
        function_at: vec![NONE; program.nodes.len()],
        survey,
    };
    let mut walker = Walker { program, integrables, hosting, analysis, loops, current: main, calls: 0, in_loops: 0 };
    walker.walk(root, true);
    let mut analysis = walker.analysis;
    find_constants(&mut analysis);
    analysis
}

struct Walker<'p> {
    program: &'p Program,
    integrables: &'p Integrables,
    hosting: &'p Hosting,
    analysis: Analysis,
    /// By lambda expression: whether its code may be a loop.
    loops: Vec<bool>,
    current: FunctionId,
    /// Calls in the current procedure so far, other than in tail position.
    calls: u32,
    /// Loops around the current expression.
    in_loops: u32,
}

impl Walker<'_> {
    fn variable(&mut self, v: VarId) -> &mut Variable {
        &mut self.analysis.variables[v.index()]
    }

    fn reference(&mut self, v: VarId) {
        let v = self.analysis.resolve(v);
        let Variable { role, home, .. } = self.analysis.variables[v.index()];
        if home == self.current || !matches!(role, Role::Register | Role::Procedure(_)) {
            return;
        }
        let hot = self.in_loops > 0;
        let mut at = self.current;
        while at != home {
            let function = &mut self.analysis.functions[at.index()];
            if function.own == Some(v) {
                return;
            }
            match function.free.iter_mut().find(|f| f.var == v) {
                // Then those around it have it too.
                Some(free) => {
                    free.hot |= hot && at == self.current;
                    return;
                }
                None => function.free.push(Free { var: v, hot: hot && at == self.current }),
            }
            at = function.parent;
        }
        self.variable(v).captured = true;
    }

    fn bind(&mut self, v: VarId, role: Role) {
        let home = self.current;
        let variable = self.variable(v);
        variable.role = role;
        variable.home = home;
    }

    /// At the end of the scope of a variable that began when `calls` had that value.
    fn close_scope(&mut self, v: VarId, calls: u32) {
        let assigned = self.program.vars[v.index()].assigned;
        let early = self.analysis.survey.vars[v.index()].early;
        let called = self.calls != calls;
        let variable = self.variable(v);
        variable.boxed = early || assigned && (variable.captured || called);
    }

    fn walk(&mut self, node: NodeId, tail: bool) {
        self.expression(node, tail);
        for lambda in self.hosting.at_expression(node) {
            self.hosted(lambda, tail);
        }
    }

    fn hosted(&mut self, lambda: LambdaId, tail: bool) {
        let is_loop = self.loops[lambda.index()] as u32;
        self.in_loops += is_loop;
        self.body(lambda, tail);
        self.in_loops -= is_loop;
    }

    fn body(&mut self, id: LambdaId, tail: bool) {
        let lambda = &self.program.lambdas[id.index()];
        let parameters = || lambda.required.iter().chain(&lambda.optional).chain(&lambda.rest).copied();
        parameters().for_each(|v| self.bind(v, Role::Register));
        let calls = self.calls;
        self.walk(lambda.body, tail);
        parameters().for_each(|v| self.close_scope(v, calls));
    }

    fn function(&mut self, node: NodeId, own: Option<VarId>) {
        let clauses = match self.program.node(node) {
            Node::Lambda(id) => vec![*id],
            Node::CaseLambda(ids) => ids.clone(),
            _ => return,
        };
        let id = FunctionId(self.analysis.functions.len() as u32);
        let parent = self.current;
        self.analysis.function_at[node.index()] = id.0;
        let function = Function { clauses: clauses.clone(), free: Vec::new(), own, constant: true, node, parent };
        self.analysis.functions.push(function);
        if let Some(v) = own {
            self.bind(v, Role::Procedure(id));
        }
        let outside = (self.current, self.calls, self.in_loops);
        let is_loop = own.is_some() && matches!(clauses[..], [l] if self.loops[l.index()]);
        (self.current, self.calls, self.in_loops) = (id, 0, is_loop as u32);
        clauses.into_iter().for_each(|l| self.body(l, true));
        (self.current, self.calls, self.in_loops) = outside;
    }

    /// Gives a variable bound to a procedure for good its role; whether it has a closure that is yet to be walked.
    fn bind_procedure(&mut self, v: VarId) -> bool {
        let survey = self.analysis.survey.vars[v.index()];
        let role = match survey.lambda.map(|l| (l, self.hosting.fate(l))) {
            Some((l, Fate::Hosted)) => Role::Hosted(l),
            Some((_, Fate::Dead)) => Role::Dead,
            _ if survey.references == 0 => Role::Dead,
            _ => {
                // The identity of the procedure comes with the walk over it.
                self.bind(v, Role::Procedure(FunctionId(NONE)));
                return true;
            }
        };
        self.bind(v, role);
        false
    }

    /// What can stand for an unassigned variable that is bound to this expression.
    fn simple_role(&self, init: NodeId) -> Option<Role> {
        match self.program.node(init) {
            Node::Constant(_) | Node::Unspecified => Some(Role::Constant(init)),
            Node::Local(other) => {
                let other = self.analysis.resolve(*other);
                let variable = &self.analysis.variables[other.index()];
                match variable.role {
                    Role::Constant(node) => Some(Role::Constant(node)),
                    _ if variable.home != self.current => None,
                    _ if self.program.vars[other.index()].assigned => None,
                    _ if self.analysis.survey.vars[other.index()].late => None,
                    Role::Register | Role::Procedure(_) => Some(Role::Alias(other)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn expression(&mut self, node: NodeId, tail: bool) {
        let program = self.program;
        match program.node(node) {
            Node::Constant(_) | Node::Unspecified | Node::Global(_) => {}
            Node::Local(v) => self.reference(*v),
            Node::SetLocal(v, value) => {
                self.walk(*value, false);
                self.reference(*v);
            }
            Node::SetGlobal(_, value) | Node::DefineGlobal(_, value) => self.walk(*value, false),
            Node::If(condition, consequent, alternative) => {
                self.walk(*condition, false);
                self.walk(*consequent, tail);
                self.walk(*alternative, tail);
            }
            Node::Lambda(_) | Node::CaseLambda(_) => self.function(node, None),
            Node::Let(vars, inits, body) => {
                for (v, init) in vars.iter().zip(inits) {
                    if self.analysis.survey.vars[v.index()].procedure {
                        if self.bind_procedure(*v) {
                            self.function(*init, Some(*v));
                        }
                        continue;
                    }
                    let simple = if program.vars[v.index()].assigned { None } else { self.simple_role(*init) };
                    if simple.is_none() {
                        self.walk(*init, false);
                    }
                    self.bind(*v, simple.unwrap_or(Role::Register));
                }
                self.scope(node, vars, *body, tail);
            }
            Node::Letrec(vars, inits, body) => {
                let calls = self.calls;
                let mut closures = Vec::new();
                for (v, init) in vars.iter().zip(inits) {
                    let survey = self.analysis.survey.vars[v.index()];
                    let literal = matches!(program.node(*init), Node::Constant(_) | Node::Unspecified);
                    if survey.procedure {
                        if self.bind_procedure(*v) {
                            closures.push((*v, *init));
                        }
                    } else if literal && !survey.early && !program.vars[v.index()].assigned {
                        self.bind(*v, Role::Constant(*init));
                    } else {
                        self.bind(*v, Role::Register);
                    }
                }
                for (v, init) in closures {
                    self.function(init, Some(v));
                }
                for (v, init) in vars.iter().zip(inits) {
                    if self.analysis.variables[v.index()].role == Role::Register {
                        self.walk(*init, false);
                    }
                }
                self.scope(node, vars, *body, tail);
                // Initializers are in the scope too.
                vars.iter().for_each(|v| self.close_scope(*v, calls));
            }
            Node::Sequence(all) => {
                let Some((last, before)) = all.split_last() else { return };
                before.iter().for_each(|n| self.walk(*n, false));
                self.walk(*last, tail);
            }
            Node::Call(operator, operands) => {
                let mut is_call = !tail;
                match program.node(*operator) {
                    Node::Global(id) => {
                        let integrable = self.integrables.get(*id, operands.len());
                        is_call &= !integrable.is_some_and(|i| i.fits(program, operands, tail));
                    }
                    Node::Local(v) if matches!(self.analysis.variables[v.index()].role, Role::Hosted(_)) => {
                        is_call = false;
                    }
                    _ => self.walk(*operator, false),
                }
                operands.iter().for_each(|n| self.walk(*n, false));
                self.calls += is_call as u32;
            }
        }
    }

    /// The body of a `let` or `letrec` with the lambda expressions that are hosted in it.
    fn scope(&mut self, node: NodeId, vars: &[VarId], body: NodeId, tail: bool) {
        let calls = self.calls;
        self.walk(body, tail);
        for lambda in self.hosting.at_binder(node) {
            self.hosted(lambda, tail);
        }
        vars.iter().for_each(|v| self.close_scope(*v, calls));
    }
}

/// Finds the constant closures and removes the variables that they are bound to from all lists of free variables.
fn find_constants(analysis: &mut Analysis) {
    let procedure = |variables: &[Variable], v: VarId| match variables[v.index()].role {
        Role::Procedure(id) => Some(id),
        _ => None,
    };
    let mut depends = Vec::new();
    let mut pending = Vec::new();
    for (id, function) in analysis.functions.iter_mut().enumerate() {
        for free in &function.free {
            match procedure(&analysis.variables, free.var) {
                Some(on) => depends.push((on, id as u32)),
                None => function.constant = false,
            }
        }
        if !function.constant {
            pending.push(FunctionId(id as u32));
        }
    }
    depends.sort_unstable();
    while let Some(id) = pending.pop() {
        let first = depends.partition_point(|d| d.0 < id);
        for &(_, user) in depends[first..].iter().take_while(|d| d.0 == id) {
            if std::mem::replace(&mut analysis.functions[user as usize].constant, false) {
                pending.push(FunctionId(user));
            }
        }
    }
    let constant: Vec<bool> = analysis.functions.iter().map(|f| f.constant).collect();
    for function in &mut analysis.functions {
        function.free.retain(|f| !procedure(&analysis.variables, f.var).is_some_and(|id| constant[id.index()]));
    }
}
