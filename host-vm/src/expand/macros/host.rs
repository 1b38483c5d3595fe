//! What the expander needs of the machine that it works for: to run macro transformers, and the programs that define what
//! transformers call.
//!
//! There are no phases: one environment has the meanings of names for programs and for transformers alike, as in Guile. What
//! is missing when a transformer runs are the values of the program's own definitions, since programs are expanded before
//! they run; `begin-for-syntax`, `define-for-syntax` and `eval-when` evaluate definitions in time. Libraries are run, once,
//! when the first transformer needs it.

use crate::expand::core::{Node, Program};
use crate::expand::scope::ScopeSet;
use crate::expand::syntax::Syntax;
use crate::expand::{Expander, Expansion};
use crate::text::error::SyntaxError;

/// How a transformer gets its use, and gives its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument {
    /// One syntax object each.
    Syntax,
    /// The data after the keyword as arguments, and a datum whose symbols get these scopes.
    Data(ScopeSet),
}

/// The machine, as the expander sees it. Values that it keeps for the expander have numbers.
pub trait Host {
    /// Compiles and runs programs in order; the number of the last one's value.
    ///
    /// # Errors
    /// What the programs raise.
    fn run(&mut self, expander: &mut Expander, programs: Vec<Program>) -> Result<u32, SyntaxError>;

    /// Calls a transformer with the use of its macro.
    ///
    /// # Errors
    /// One line: what it raises, or why its result is no syntax.
    fn transform(
        &mut self,
        expander: &mut Expander,
        procedure: u32,
        form: Syntax,
        argument: Argument,
    ) -> Result<Syntax, String>;

    /// Whether a value is a procedure.
    fn is_procedure(&mut self, number: u32) -> bool;

    /// The procedure of a transformer that handles assignments too; nothing if the value is something else.
    fn variable_transformer(&mut self, number: u32) -> Option<u32>;
}

impl Expander {
    /// Sets the machine to work for; gives the one before.
    pub fn set_host(&mut self, host: Option<Box<dyn Host>>) -> Option<Box<dyn Host>> {
        std::mem::replace(&mut self.host, host)
    }

    pub(in crate::expand) fn with_host<T>(
        &mut self,
        at: Syntax,
        work: impl FnOnce(&mut dyn Host, &mut Expander) -> T,
    ) -> Expansion<T> {
        let Some(mut host) = self.host.take() else {
            return self.fail(at, "there is no machine to run a macro's transformer");
        };
        let result = work(&mut *host, self);
        self.host = Some(host);
        Ok(result)
    }

    /// Expands something that is evaluated before the program that contains it: a program of its own.
    fn separately(&mut self, work: impl FnOnce(&mut Expander) -> Expansion<()>) -> Expansion<Program> {
        let base = self.state.variable_base + self.state.program.vars.len() as u32;
        let program = std::mem::take(&mut self.state.program);
        let outer_base = std::mem::replace(&mut self.state.variable_base, base);
        let name = self.state.name.take();
        let result = work(self);
        self.state.name = name;
        self.state.variable_base = outer_base;
        let own = std::mem::replace(&mut self.state.program, program);
        result.map(|()| own)
    }

    /// Runs a program now, after the libraries that nobody has run yet; the number of its value.
    fn run_now(&mut self, at: Syntax, program: Program) -> Expansion<u32> {
        self.keep = true;
        let mut programs = self.take_pending();
        programs.push(program);
        let position = self.arena.position(at);
        self.with_host(at, |host, expander| host.run(expander, programs))?.map_err(|error| {
            let known = error.position.line > 0;
            SyntaxError { position: if known { error.position } else { position }, ..error }
        })
    }

    /// Evaluates an expression now; the number of its value.
    pub(in crate::expand) fn evaluate_now(&mut self, expression: Syntax) -> Expansion<u32> {
        let program = self.separately(|expander| {
            let node = expander.expression(expression)?;
            expander.add(Node::Sequence(vec![node]), expander.arena.position(expression));
            Ok(())
        })?;
        self.run_now(expression, program)
    }

    /// Evaluates top-level forms now.
    pub(in crate::expand) fn evaluate_forms_now(&mut self, forms: Vec<Syntax>, at: Syntax) -> Expansion<()> {
        let program = self.separately(|expander| {
            let items = expander.uncover(forms, crate::expand::body::Place::TopLevel)?;
            let mut nodes = Vec::with_capacity(items.len());
            for item in &items {
                nodes.push(expander.top_level_item(item)?);
            }
            let position = expander.arena.position(at);
            if nodes.is_empty() {
                nodes.push(expander.unspecified(position));
            }
            expander.add(Node::Sequence(nodes), position);
            Ok(())
        })?;
        self.run_now(at, program).map(|_| ())
    }
}
