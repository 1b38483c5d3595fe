//! Top-level definitions that take the place of something imported.
//!
//! `(define apply-in-underlying-scheme apply)`, and further down `(define (apply procedure arguments) …)`: the whole
//! program means its own `apply`, and yet the first line, which runs before the definition, must find the imported one.
//! So where code that mentions such a variable can run before the variable's definition, the program begins with a
//! definition that gives it the imported value. Most programs that reuse a name define it first, or run nothing before;
//! they need none, and do not even load a library whose name they reuse.

use crate::expand::binding::Binding;
use crate::expand::core::{GlobalId, Node, NodeId, Program};
use crate::expand::hash::Map;
use crate::expand::{Expander, Expansion};

/// A global, and what its name meant before it was defined.
#[derive(Clone, Copy, Debug)]
pub(in crate::expand) struct Shadowing {
    global: GlobalId,
    /// None: nothing yet; perhaps a library is loaded when the name is first mentioned.
    before: Option<GlobalId>,
}

/// Where a global is first mentioned, and where it is defined.
#[derive(Clone, Copy, Default)]
struct Places {
    mention: Option<usize>,
    definition: Option<usize>,
}

impl Expander {
    /// Notes that a definition has made a global whose name was bound otherwise.
    pub(in crate::expand) fn note_shadowed(&mut self, global: GlobalId, existing: Option<Binding>) {
        let before = match existing {
            Some(Binding::Global(before)) => Some(before),
            Some(_) => return,
            None => None,
        };
        let symbol = self.globals.get(global).name;
        let default = self.default_environments.contains(&self.state.environment);
        if before.is_some() || (default && self.autoloads.contains_key(&symbol)) {
            self.state.shadowing.push(Shadowing { global, before });
        }
    }

    /// Puts what shadowed variables must hold at the beginning before the forms, which are all of the present program.
    pub(in crate::expand) fn define_shadowed(&mut self, forms: &mut Vec<NodeId>) -> Expansion<()> {
        let shadowing = std::mem::take(&mut self.state.shadowing);
        if shadowing.is_empty() || self.state.defines_core {
            return Ok(());
        }
        let mut places: Map<GlobalId, Places> = shadowing.iter().map(|one| (one.global, Places::default())).collect();
        for (index, node) in self.state.program.nodes.iter().enumerate() {
            match node {
                Node::Global(global) => {
                    if let Some(places) = places.get_mut(global) {
                        places.mention.get_or_insert(index);
                    }
                }
                Node::DefineGlobal(global, _) => {
                    if let Some(places) = places.get_mut(global) {
                        places.definition.get_or_insert(index);
                    }
                }
                _ => {}
            }
        }
        let mut first = Vec::new();
        for Shadowing { global, before } in shadowing {
            let Some(&Places { mention: Some(mention), definition: Some(definition) }) = places.get(&global) else {
                continue;
            };
            // The nodes of a form lie before its own one.
            let end = forms.iter().take_while(|form| form.index() < definition).count();
            let running = forms[..forms.len().min(end + 1)].iter().rev().find(|form| runs(&self.state.program, **form));
            if running.is_none_or(|form| form.index() < mention) {
                continue;
            }
            let position = self.state.program.positions[definition];
            let before = match before {
                Some(before) => before,
                None => {
                    let symbol = self.globals.get(global).name;
                    let Some(&library) = self.autoloads.get(&symbol) else { continue };
                    let (_, exports) = self.load_library(library, &[], position)?;
                    let Some(&Binding::Global(before)) = exports.get(&symbol) else { continue };
                    before
                }
            };
            let value = self.add(Node::Global(before), position);
            first.push(self.add(Node::DefineGlobal(global, value), position));
        }
        forms.splice(..0, first);
        Ok(())
    }
}

/// Whether a form of the top level can run code of the program: anything but definitions of procedures and constants.
fn runs(program: &Program, form: NodeId) -> bool {
    match program.node(form) {
        Node::Constant(_) | Node::Unspecified => false,
        Node::DefineGlobal(_, value) => !matches!(
            program.node(*value),
            Node::Lambda(_) | Node::CaseLambda(_) | Node::Constant(_) | Node::Unspecified
        ),
        _ => true,
    }
}
