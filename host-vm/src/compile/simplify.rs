//! Rewrites that need no analysis, in one pass over the nodes in any order.
//!
//! * `((lambda (x …) body) e …)` becomes `(let ((x e) …) body)`;
//! * `((letrec ((f (lambda …)) …) f) e …)`, a named `let` as the report expands it, becomes `(letrec (…) (f e …))`: the
//!   operands can't mention `f`, and lambda expressions have no effects that could come before theirs;
//! * `(if constant a b)` becomes `a` or `b`.

use crate::expand::core::{Datum, Node, NodeId, Program};

/// What a condition is known to be.
pub fn constant_truth(program: &Program, node: NodeId) -> Option<bool> {
    match program.node(node) {
        Node::Constant(d) => Some(program.data[d.index()] != Datum::Boolean(false)),
        Node::Unspecified | Node::Lambda(_) | Node::CaseLambda(_) => Some(true),
        _ => None,
    }
}

/// Applies the rewrites.
pub fn simplify(program: &mut Program) {
    for i in 0..program.nodes.len() {
        match &program.nodes[i] {
            Node::Call(operator, _) => {
                let operator = *operator;
                match program.node(operator) {
                    Node::Lambda(_) => beta(program, i, operator),
                    Node::Letrec(..) => named_let(program, i, operator),
                    _ => {}
                }
            }
            Node::If(condition, consequent, alternative) => {
                if let Some(truth) = constant_truth(program, *condition) {
                    let taken = if truth { *consequent } else { *alternative };
                    program.nodes[i] = Node::Sequence(vec![taken]);
                }
            }
            _ => {}
        }
    }
}

fn beta(program: &mut Program, call: usize, operator: NodeId) {
    let Node::Lambda(id) = *program.node(operator) else { return };
    let lambda = &mut program.lambdas[id.index()];
    let Node::Call(_, operands) = &mut program.nodes[call] else { return };
    if lambda.rest.is_none() && lambda.optional.is_empty() && lambda.required.len() == operands.len() {
        let operands = std::mem::take(operands);
        program.nodes[call] = Node::Let(std::mem::take(&mut lambda.required), operands, lambda.body);
    }
}

fn named_let(program: &mut Program, call: usize, operator: NodeId) {
    let Node::Letrec(vars, inits, body) = program.node(operator) else { return };
    let body = *body;
    let lambdas = inits.iter().all(|&i| matches!(program.node(i), Node::Lambda(_) | Node::CaseLambda(_)));
    if !lambdas || !matches!(program.node(body), Node::Local(v) if vars.contains(v)) {
        return;
    }
    // The two nodes change places: the call becomes the body of the letrec, in the letrec's old slot.
    let Node::Call(_, operands) = std::mem::replace(&mut program.nodes[call], Node::Unspecified) else { return };
    let inner = std::mem::replace(&mut program.nodes[operator.index()], Node::Call(body, operands));
    let Node::Letrec(vars, inits, _) = inner else { return };
    program.nodes[call] = Node::Letrec(vars, inits, operator);
    program.positions[operator.index()] = program.positions[call];
}
