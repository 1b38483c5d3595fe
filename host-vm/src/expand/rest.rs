//! Programs that load files.
//!
//! What a file defines is not known before it is loaded, and it may define syntax that the program goes on to use. So a
//! program is expanded as a whole only up to its first form `(load …)`; that form and those before it end with a call that
//! evaluates the others, one by one, as `load` itself does it.

use super::binding::Binding;
use super::core::{Datum, Node, NodeId};
use super::syntax::Syntax;
use super::{Expander, Expansion};

/// The library that evaluates forms, and the procedure in it that goes on with a program.
const EVALUATION: (&str, &str) = ("(limpet eval)", "%continue-program");

/// The rest of a program: its place among those that wait to be evaluated.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rest(u32);

impl Expander {
    /// Cuts a program behind its first form `(load …)` and keeps what follows.
    pub(super) fn cut_after_load(&mut self, forms: &mut Vec<Syntax>) -> Option<Rest> {
        let loads = |expander: &mut Expander, form: Syntax| {
            expander
                .pair(form)
                .is_some_and(|(head, _)| matches!(expander.symbol_name(head), Some("load" | "primitive-load")))
        };
        let at = (0..forms.len()).find(|&at| loads(self, forms[at]))?;
        let rest = forms.split_off(at + 1);
        if rest.is_empty() {
            return None;
        }
        self.rests.push((self.state.environment, rest));
        Some(Rest(self.rests.len() as u32 - 1))
    }

    /// The call that evaluates the rest of a program.
    pub(super) fn call_rest(&mut self, rest: Rest) -> Expansion<NodeId> {
        let position =
            self.rests[rest.0 as usize].1.first().map_or(Default::default(), |&form| self.arena.position(form));
        let (library, name) = EVALUATION;
        let (_, exports) = self.load_library(library, &[], position)?;
        let symbol = self.symbols.intern(name);
        let Some(&Binding::Global(global)) = exports.get(&symbol) else {
            return self.fail_at(position, format!("library {library} does not export `{name}`"));
        };
        let operator = self.add(Node::Global(global), position);
        let number = self.constant_node(Datum::Integer(rest.0.into()), position);
        Ok(self.add(Node::Call(operator, vec![number]), position))
    }

    /// The forms of the rest of a program, with the scopes of its environment.
    pub fn rest_of_program(&mut self, number: usize) -> Option<Vec<Syntax>> {
        let (environment, forms) = self.rests.get(number)?.clone();
        let scopes = self.environments[environment.0 as usize].scopes;
        Some(forms.into_iter().map(|form| self.inherit(form, scopes)).collect())
    }
}
