//! From the core language to bytecode.
//!
//! ```text
//! Program -> simplify -> analyze { survey -> contify -> closures } -> emit -> Draft (pure data)
//!   -> link (heap constants, code objects of the machine)
//! ```
//!
//! Everything up to the drafts is a pure function of the program and of the names of its global variables: it touches no
//! heap, so a test needs no machine. What always holds:
//!
//! * operands are evaluated from left to right, each once;
//! * a continuation entered twice sees assigned variables as they are, not as they were: see [`analyze::closures`];
//! * a procedure whose calls all return to the same place becomes code in its caller's frame, a loop if it calls itself:
//!   see [`analyze::contify`];
//! * an expression writes its destination last, so that a variable can be the destination of its own new value:
//!   see [`emit`];
//! * the passes recurse over expressions to a depth that [`nesting`] knows before they start; deep programs are compiled
//!   on a stack made for them.
//!
//! Read in this order: [`integrate`], [`simplify`], [`analyze`], [`emit`], [`link`].

pub mod analyze;
pub mod draft;
pub mod emit;
pub mod integrate;
pub mod link;
pub mod nesting;
pub mod simplify;

#[cfg(test)]
mod tests;

use crate::{
    bytecode::code::Position,
    expand::core::{GlobalId, Node, NodeId, Program},
};
use draft::Draft;
use integrate::{Integrable, NEVER_RETURNING, integrable};
use std::collections::{HashMap, HashSet};

/// A program that can't be compiled: a limit of the implementation is exceeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileError {
    /// What is wrong, and the limit.
    pub message: String,
    /// Where.
    pub position: Position,
}

impl CompileError {
    fn new(message: impl Into<String>, position: Position) -> CompileError {
        CompileError { message: message.into(), position }
    }
}

/// What is known of the global variables that a program calls.
#[derive(Debug, Default)]
pub struct Integrables {
    /// Calls that instructions can stand for.
    instructions: HashMap<GlobalId, &'static [Integrable]>,
    /// Procedures that never return: a call in tail position keeps its frame, so that backtraces show it.
    never_returning: HashSet<GlobalId>,
}

impl Integrables {
    /// Asks for the core name of each global that the program calls; `None` for globals of other libraries.
    fn of<'n>(program: &Program, core_name: &dyn Fn(GlobalId) -> Option<&'n str>) -> Integrables {
        let mut known = Integrables::default();
        let mut asked = HashSet::new();
        for node in &program.nodes {
            if let Node::Call(operator, _) = node
                && let Node::Global(id) = *program.node(*operator)
            {
                if !asked.insert(id) {
                    continue;
                }
                let Some(name) = core_name(id) else { continue };
                if let Some(entry) = integrable(name) {
                    known.instructions.insert(id, entry);
                }
                if NEVER_RETURNING.contains(&name) {
                    known.never_returning.insert(id);
                }
            }
        }
        known
    }

    /// What stands for a call of that global with that many arguments.
    #[inline]
    pub fn get(&self, id: GlobalId, arguments: usize) -> Option<&'static Integrable> {
        self.instructions.get(&id)?.iter().find(|i| i.accepts(arguments))
    }

    /// Whether a call of that global never returns.
    pub fn never_returns(&self, id: GlobalId) -> bool {
        self.never_returning.contains(&id)
    }
}

/// Compiles an expression of a program to the code of a procedure without arguments that evaluates it.
///
/// `core_name` gives the name of a global variable that belongs to the core library, or to the libraries beneath the
/// standard ones, and is not shadowed.
pub fn compile<'n>(
    mut program: Program,
    root: NodeId,
    core_name: &dyn Fn(GlobalId) -> Option<&'n str>,
) -> Result<Draft, CompileError> {
    let integrables = Integrables::of(&program, core_name);
    simplify::simplify(&mut program);
    let depth = nesting::check(&program, root)?;
    let mut survey = nesting::with_stack(depth, root, &program, || Ok(analyze::survey::survey(&program, root)))?;
    let mut hosting = analyze::contify::contify(&program, &mut survey, true);
    let mut depth = nesting::depth(&program, root, Some(&hosting));
    if depth > nesting::LIMIT {
        // Many procedures, each called once by the next, would nest into each other: leave them apart.
        hosting = analyze::contify::contify(&program, &mut survey, false);
        depth = nesting::depth(&program, root, Some(&hosting));
    }
    nesting::with_stack(depth, root, &program, || {
        let analysis = analyze::closures::analyze(&program, root, &integrables, survey, &hosting);
        let codes = emit::emit(&program, root, &integrables, &analysis, &hosting)?;
        Ok(Draft { codes, data: Vec::new() })
    })
    .map(|mut draft| {
        draft.data = program.data;
        draft
    })
}
