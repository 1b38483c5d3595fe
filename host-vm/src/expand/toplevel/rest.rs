//! Programs that load files.
//!
//! What a file defines is not known before it is loaded, and it may define syntax that the program goes on to use. So a
//! program is expanded as a whole only up to its first form `(load …)`; that form and those before it end with a call that
//! evaluates the others, one by one, as `load` itself does it. They are read again then, so that an image need not hold
//! more of them than the text.

use crate::bytecode::code::Position;
use crate::expand::binding::Binding;
use crate::expand::core::{Node, NodeId};
use crate::expand::syntax::Syntax;
use crate::expand::{Expander, Expansion};

/// The library that evaluates forms, and the procedure in it that goes on with a program.
const EVALUATION: (&str, &str) = ("(limpet eval)", "%continue-program");

/// The rest of a program.
#[derive(Clone, Copy, Debug)]
pub(in crate::expand) struct Rest {
    /// The program's source.
    pub(in crate::expand) source: u32,
    /// How many of its forms come before.
    pub(in crate::expand) forms: u32,
}

impl Expander {
    /// Cuts the program of a source behind its first form `(load …)`. Gives where the rest begins.
    pub(in crate::expand) fn cut_after_load(&mut self, source: u32, forms: &mut Vec<Syntax>) -> Option<Position> {
        let loads = |expander: &mut Expander, form: Syntax| {
            expander
                .pair(form)
                .is_some_and(|(head, _)| matches!(expander.symbol_name(head), Some("load" | "primitive-load")))
        };
        let at = (0..forms.len()).find(|&at| loads(self, forms[at]))?;
        let position = self.arena.position(*forms.get(at + 1)?);
        forms.truncate(at + 1);
        self.rests.insert(self.state.environment, Rest { source, forms: at as u32 + 1 });
        Some(position)
    }

    /// The call that evaluates the rest of a program.
    pub(in crate::expand) fn call_rest(&mut self, position: Position) -> Expansion<NodeId> {
        let (library, name) = EVALUATION;
        let (_, exports) = self.load_library(library, &[], position)?;
        let symbol = self.symbols.intern(name);
        let Some(&Binding::Global(global)) = exports.get(&symbol) else {
            return self.fail_at(position, format!("library {library} does not export `{name}`"));
        };
        let operator = self.add(Node::Global(global), position);
        Ok(self.add(Node::Call(operator, Vec::new()), position))
    }

    /// The forms of the rest of the newest program, with the scopes of its environment.
    ///
    /// # Errors
    /// When its text can't be read: it was read before.
    pub fn rest_of_program(&mut self) -> Expansion<Vec<Syntax>> {
        let Some((environment, &Rest { source, forms })) =
            self.program.and_then(|program| Some((program, self.rests.get(&program)?)))
        else {
            return Ok(Vec::new());
        };
        self.keep = true;
        let text = self.sources.get(source).text.clone();
        let all = self.read_all(source, &text, false)?;
        let scopes = self.environments[environment.0 as usize].scopes;
        Ok(all.into_iter().skip(forms as usize).map(|form| self.inherit(form, scopes)).collect())
    }
}
