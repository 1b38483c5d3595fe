//! Procedures that are really continuations (Kennedy; Fluet and Weeks, "Contification Using Dominators", 2001).
//!
//! A lambda expression whose every call returns to the same place needs no closure, no call and no frame: it becomes
//! code in the frame of the expression whose continuation it has, its parameters are registers there, a call moves the
//! operands and jumps. If it calls itself, it is a loop: `do` and most named `let`s are compiled in this way, and so
//! are local procedures that are called once.
//!
//! The analysis is a data flow over known calls. `returns(f)` is the join, over the calls of `f`, of
//!
//! * the continuation of the call, if that is the continuation of an expression;
//! * `returns(g)`, if it is a call in tail position within `g`, and `g` is a candidate too; else "the caller of `g`".
//!
//! A candidate with two different continuations is no candidate, and the analysis starts again without it. One that has
//! none is never called.
//!
//! The code of `f` is put ("hosted") within the `let` or `letrec` that binds it if that has the same continuation, else at
//! the expression which has; the latter lies within the scope of `f`, perhaps in another procedure.

use super::survey::{Continuation, Survey};
use crate::expand::core::{LambdaId, NodeId, Program};

const NONE: u32 = u32::MAX;

/// Where a lambda expression's code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// In a procedure of its own.
    Procedure,
    /// In the frame of others.
    Hosted,
    /// Nowhere: it is never called.
    Dead,
}

/// Which lambda expressions are hosted where.
#[derive(Debug)]
pub struct Hosting {
    fates: Vec<Fate>,
    /// Heads of lists by node.
    binders: Vec<u32>,
    expressions: Vec<u32>,
    /// Next in a list, by lambda expression.
    next: Vec<u32>,
}

impl Hosting {
    /// Where the code of a lambda expression is.
    #[inline]
    pub fn fate(&self, lambda: LambdaId) -> Fate {
        self.fates[lambda.index()]
    }

    /// The lambda expressions hosted within a `let` or `letrec` that binds them.
    pub fn at_binder(&self, node: NodeId) -> impl Iterator<Item = LambdaId> + '_ {
        self.list(self.binders[node.index()])
    }

    /// The lambda expressions hosted at an expression.
    pub fn at_expression(&self, node: NodeId) -> impl Iterator<Item = LambdaId> + '_ {
        self.list(self.expressions[node.index()])
    }

    fn list(&self, head: u32) -> impl Iterator<Item = LambdaId> + '_ {
        let mut at = head;
        std::iter::from_fn(move || {
            let this = (at != NONE).then_some(LambdaId(at))?;
            at = self.next[at as usize];
            Some(this)
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Returns {
    /// No call was seen.
    Nowhere,
    To(Continuation),
    /// Several places.
    Anywhere,
}

/// Runs the analysis. Without `anywhere` lambda expressions are hosted within their binders only.
pub fn contify(program: &Program, survey: &mut Survey, anywhere: bool) -> Hosting {
    let mut flow = Flow::new(program, survey);
    flow.settle();
    if !anywhere {
        // Demoting one can change where others return to, so look again until all that is left is bound there.
        loop {
            let far: Vec<LambdaId> = survey
                .known
                .iter()
                .filter(|k| matches!(flow.returns(k.lambda), Returns::To(c) if flow.resolve(k.continuation) != c))
                .map(|k| k.lambda)
                .collect();
            if far.is_empty() {
                break;
            }
            far.iter().for_each(|l| flow.candidate[l.index()] = false);
            flow.settle();
        }
    }
    let (nodes, lambdas) = (program.nodes.len(), program.lambdas.len());
    let mut hosting = Hosting {
        fates: vec![Fate::Procedure; lambdas],
        binders: vec![NONE; nodes],
        expressions: vec![NONE; nodes],
        next: vec![NONE; lambdas],
    };
    for known in survey.known.iter().rev() {
        let lambda = known.lambda;
        if !flow.candidate[lambda.index()] {
            continue;
        }
        let Returns::To(continuation) = flow.returns(lambda) else {
            hosting.fates[lambda.index()] = Fate::Dead;
            continue;
        };
        hosting.fates[lambda.index()] = Fate::Hosted;
        let head = if flow.resolve(known.continuation) == continuation {
            &mut hosting.binders[known.binder.index()]
        } else {
            let expression = match continuation {
                Continuation::Of(node) => node,
                Continuation::Caller(l) => program.lambdas[l.index()].body,
            };
            &mut hosting.expressions[expression.index()]
        };
        hosting.next[lambda.index()] = std::mem::replace(head, lambda.0);
    }
    hosting
}

struct Flow<'s> {
    survey: &'s Survey,
    candidate: Vec<bool>,
    returns: Vec<Returns>,
    /// Calls in tail position by the lambda expression they are in: heads and next, by call.
    tail_calls: Vec<u32>,
    next: Vec<u32>,
}

impl<'s> Flow<'s> {
    fn new(program: &Program, survey: &'s Survey) -> Flow<'s> {
        let lambdas = program.lambdas.len();
        let mut candidate = vec![false; lambdas];
        for known in &survey.known {
            candidate[known.lambda.index()] = !survey.vars[known.var.index()].escapes;
        }
        let mut tail_calls = vec![NONE; lambdas];
        let mut next = vec![NONE; survey.calls.len()];
        for (i, call) in survey.calls.iter().enumerate() {
            if let Continuation::Caller(l) = call.continuation {
                next[i] = std::mem::replace(&mut tail_calls[l.index()], i as u32);
            }
        }
        Flow { survey, candidate, returns: Vec::new(), tail_calls, next }
    }

    fn returns(&self, lambda: LambdaId) -> Returns {
        match self.candidate[lambda.index()] {
            true => self.returns[lambda.index()],
            false => Returns::To(Continuation::Caller(lambda)),
        }
    }

    /// The continuation itself, if `continuation` is that of a hosted lambda expression's caller.
    fn resolve(&self, continuation: Continuation) -> Continuation {
        match continuation {
            Continuation::Caller(l) => match self.returns(l) {
                Returns::To(c) => c,
                _ => continuation,
            },
            c => c,
        }
    }

    /// Runs the data flow until no candidate has two continuations.
    fn settle(&mut self) {
        // Each round demotes one candidate at least; after a few rounds all that are in doubt go.
        for round in 0.. {
            let mut conflicts = self.propagate();
            if conflicts.is_empty() {
                break;
            }
            if round >= 16 {
                let doubtful = |l: &usize| self.candidate[*l] && self.returns[*l] == Returns::Anywhere;
                conflicts = (0..self.candidate.len()).filter(doubtful).map(|l| LambdaId(l as u32)).collect();
            }
            conflicts.iter().for_each(|l| self.candidate[l.index()] = false);
        }
    }

    /// One fixed point; gives the candidates at which two different continuations met.
    fn propagate(&mut self) -> Vec<LambdaId> {
        self.returns.clear();
        self.returns.resize(self.candidate.len(), Returns::Nowhere);
        let mut conflicts = Vec::new();
        let mut pending: Vec<u32> = (0..self.survey.calls.len() as u32).rev().collect();
        while let Some(i) = pending.pop() {
            let call = self.survey.calls[i as usize];
            if !self.candidate[call.callee.index()] {
                continue;
            }
            let value = match call.continuation {
                Continuation::Caller(g) => self.returns(g),
                of => Returns::To(of),
            };
            let before = self.returns[call.callee.index()];
            let after = match (before, value) {
                (r, Returns::Nowhere) | (Returns::Nowhere, r) => r,
                (Returns::Anywhere, _) | (_, Returns::Anywhere) => Returns::Anywhere,
                (a, b) if a == b => a,
                _ => {
                    conflicts.push(call.callee);
                    Returns::Anywhere
                }
            };
            if after != before {
                self.returns[call.callee.index()] = after;
                let mut at = self.tail_calls[call.callee.index()];
                while at != NONE {
                    pending.push(at);
                    at = self.next[at as usize];
                }
            }
        }
        conflicts
    }
}
