//! Import sets: `only`, `except`, `prefix`, `rename`, nested in any order.

use super::binding::Binding;
use super::syntax::{Symbol, Syntax};
use super::{Expander, Expansion};

type Bindings = Vec<(Symbol, Binding)>;

impl Expander {
    /// Binds in the present environment what `(import set …)` names.
    pub(super) fn import_form(&mut self, form: Syntax) -> Expansion<()> {
        for set in self.arguments(form, 0, usize::MAX)? {
            let bindings = self.import_set(set)?;
            self.import_bindings(&bindings);
            if self.library_name(set).is_ok_and(|(name, _)| name == super::toplevel::DEFAULT_LIBRARY) {
                self.default_environments.push(self.state.environment);
            }
        }
        Ok(())
    }

    fn import_bindings(&mut self, bindings: &[(Symbol, Binding)]) {
        let environment = self.state.environment;
        for &(symbol, binding) in bindings {
            self.bind_name(environment, symbol, binding);
        }
    }

    /// The bindings that an import set names.
    pub(super) fn import_set(&mut self, set: Syntax) -> Expansion<Bindings> {
        let parts = match self.list(set) {
            Some(parts) if !parts.is_empty() => parts,
            _ => return self.fail(set, "malformed import set"),
        };
        // `(only x)` with no list after the keyword is a library's name.
        let nested = parts.len() >= 2 && self.pair(parts[1]).is_some();
        let modifier = match self.symbol_name(parts[0]) {
            Some(name @ ("only" | "except" | "prefix" | "rename")) if nested => name.to_owned(),
            _ => {
                let exports = self.library_exports(set)?;
                return Ok(exports.iter().map(|(&symbol, &binding)| (symbol, binding)).collect());
            }
        };
        self.enter(set)?;
        let mut bindings = self.import_set(parts[1])?;
        self.state.depth -= 1;
        match modifier.as_str() {
            "only" => {
                let mut kept = Vec::with_capacity(parts.len() - 2);
                for &name in &parts[2..] {
                    let at = self.find(&bindings, name, parts[1])?;
                    kept.push(bindings[at]);
                }
                bindings = kept;
            }
            "except" => {
                for &name in &parts[2..] {
                    let at = self.find(&bindings, name, parts[1])?;
                    bindings.swap_remove(at);
                }
            }
            "prefix" => {
                let prefix = match (parts.len(), self.symbol_name(parts[parts.len() - 1])) {
                    (3, Some(prefix)) => prefix.to_owned(),
                    _ => return self.fail(set, "malformed import set: expected (prefix set name)"),
                };
                for (symbol, _) in &mut bindings {
                    let name = format!("{prefix}{}", self.symbols.name(*symbol));
                    *symbol = self.symbols.intern(&name);
                }
            }
            _ => {
                let mut renamed = Vec::with_capacity(parts.len() - 2);
                for &clause in &parts[2..] {
                    let names = self.list(clause).unwrap_or_default();
                    let (&[from, to], Some(new)) = (&names[..], names.get(1).and_then(|&to| self.identifier(to)))
                    else {
                        return self.fail(clause, "malformed import set: expected (rename set (old new) …)");
                    };
                    let _ = to;
                    renamed.push((self.find(&bindings, from, parts[1])?, new.symbol));
                }
                for (at, symbol) in renamed {
                    bindings[at].0 = symbol;
                }
            }
        }
        Ok(bindings)
    }

    /// The index of a name in an import set.
    fn find(&mut self, bindings: &Bindings, name: Syntax, set: Syntax) -> Expansion<usize> {
        let Some(identifier) = self.identifier(name) else {
            return self.fail(name, "malformed import set: expected a name");
        };
        match bindings.iter().position(|&(symbol, _)| symbol == identifier.symbol) {
            Some(at) => Ok(at),
            None => {
                let datum = self.constant(set)?;
                let set = super::print::datum_text(&self.state.program.data, datum);
                let symbol = self.symbols.name(identifier.symbol);
                self.fail(name, format!("{set} does not export `{symbol}`"))
            }
        }
    }
}
