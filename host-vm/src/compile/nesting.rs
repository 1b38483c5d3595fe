//! How deep a program is nested, found without recursion, so that the passes that do recurse can be given the stack that
//! they need. Source text can't overflow the native stack: beyond [`LIMIT`] it is an error.

use super::{
    CompileError,
    analyze::contify::{Fate, Hosting},
};
use crate::expand::core::{LambdaId, Node, NodeId, Program};

/// The deepest nesting that is compiled.
pub const LIMIT: usize = 40_000;

/// Up to this depth the caller's stack is used.
const SHALLOW: usize = 64;

/// Stack for one level: twice what the worst of two dozen shapes of nesting needs, 1 KiB or in a debug build 3.5 KiB.
const BYTES_PER_LEVEL: usize = if cfg!(debug_assertions) { 7 << 10 } else { 2 << 10 };

/// Calls `visit` with the expressions directly within a node, in the order of evaluation.
pub fn children(program: &Program, node: NodeId, visit: &mut dyn FnMut(NodeId)) {
    let body = |id: &LambdaId| program.lambdas[id.index()].body;
    match program.node(node) {
        Node::Constant(_) | Node::Unspecified | Node::Local(_) | Node::Global(_) => {}
        Node::SetLocal(_, x) | Node::SetGlobal(_, x) | Node::DefineGlobal(_, x) => visit(*x),
        Node::If(a, b, c) => [*a, *b, *c].into_iter().for_each(visit),
        Node::Lambda(id) => visit(body(id)),
        Node::CaseLambda(ids) => ids.iter().map(body).for_each(visit),
        Node::Let(_, inits, x) | Node::Letrec(_, inits, x) => {
            inits.iter().copied().for_each(&mut *visit);
            visit(*x);
        }
        Node::Sequence(all) => all.iter().copied().for_each(visit),
        Node::Call(operator, operands) => {
            visit(*operator);
            operands.iter().copied().for_each(visit);
        }
    }
}

/// Levels of nesting below the root; procedures that are compiled elsewhere count where `hosting` puts them.
pub fn depth(program: &Program, root: NodeId, hosting: Option<&Hosting>) -> usize {
    let mut deepest = 0;
    let mut pending = vec![(root, 1)];
    while let Some((node, depth)) = pending.pop() {
        deepest = deepest.max(depth);
        if deepest > LIMIT {
            break;
        }
        if let (Some(hosting), Node::Lambda(id)) = (hosting, program.node(node))
            && hosting.fate(*id) != Fate::Procedure
        {
            continue;
        }
        children(program, node, &mut |child| pending.push((child, depth + 1)));
        if let Some(hosting) = hosting {
            let bodies = hosting.at_expression(node).chain(hosting.at_binder(node));
            pending.extend(bodies.map(|l| (program.lambdas[l.index()].body, depth + 1)));
        }
    }
    deepest
}

/// The nesting of a program as written, or an error if it is beyond the limit.
pub fn check(program: &Program, root: NodeId) -> Result<usize, CompileError> {
    match depth(program, root, None) {
        depth if depth > LIMIT => Err(too_deep(program, root)),
        depth => Ok(depth),
    }
}

fn too_deep(program: &Program, root: NodeId) -> CompileError {
    CompileError::new(format!("expressions are nested more than {LIMIT} levels deep"), program.positions[root.index()])
}

/// Runs a pass with stack enough for the depth.
pub fn with_stack<T: Send>(
    depth: usize,
    root: NodeId,
    program: &Program,
    pass: impl FnOnce() -> Result<T, CompileError> + Send,
) -> Result<T, CompileError> {
    if depth <= SHALLOW {
        return pass();
    }
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .name("compile".into())
            .stack_size((depth + SHALLOW) * BYTES_PER_LEVEL)
            .spawn_scoped(scope, pass)
            .map_err(|_| too_deep(program, root))?
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
