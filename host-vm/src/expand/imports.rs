//! Import sets: `only`, `except`, `prefix`, `rename`, nested in any order.

use super::binding::Binding;
use super::syntax::{Symbol, Syntax};
use super::toplevel::DEFAULT_LIBRARY;
use super::{Expander, Expansion};

type Bindings = Vec<(Symbol, Binding)>;

impl Expander {
    /// Binds in the present environment what `(import set …)` names.
    pub(super) fn import_form(&mut self, form: Syntax) -> Expansion<()> {
        for set in self.arguments(form, 0, usize::MAX)? {
            let bindings = self.import_set(set)?;
            self.import_bindings(&bindings, set)?;
            if self.library_name(set).is_ok_and(|(name, _)| name == DEFAULT_LIBRARY) {
                self.default_environments.push(self.state.environment);
            }
        }
        Ok(())
    }

    /// Binds imported names. A name that an earlier import gave another meaning is an error, except at the prompt, and
    /// between built-in libraries: some of them exist to replace names of others, as SRFI 61 does with `cond`.
    pub(super) fn import_bindings(&mut self, bindings: &[(Symbol, Binding)], set: Syntax) -> Expansion<()> {
        let environment = self.state.environment;
        if self.interaction == Some(environment) {
            self.import_over(bindings);
            return Ok(());
        }
        let is_builtin = self.is_builtin_set(set);
        for &(symbol, binding) in bindings {
            match self.environments[environment.0 as usize].imported.insert(symbol, binding) {
                Some(other) if other != binding && !(is_builtin && self.is_builtin_binding(other)) => {
                    let name = self.symbols.name(symbol);
                    let origin = match other {
                        Binding::Global(global) => format!(" from {}", self.global_library(global)),
                        _ => String::new(),
                    };
                    let text = self.text_of(set);
                    let message = format!("{text} imports `{name}`, which was imported{origin} with another meaning");
                    return self.fail(set, message);
                }
                _ => self.bind_name(environment, symbol, binding),
            }
        }
        Ok(())
    }

    /// Whether the library of an import set is built in.
    fn is_builtin_set(&mut self, set: Syntax) -> bool {
        let mut inner = set;
        while let Some((_, rest)) = self.pair(inner)
            && let Some((first, _)) = self.pair(rest)
            && self.pair(first).is_some()
        {
            inner = first;
        }
        self.library_name(inner).is_ok_and(|(name, _)| self.builtin_names.contains_key(&name))
    }

    fn is_builtin_binding(&self, binding: Binding) -> bool {
        match binding {
            Binding::Global(global) => self.builtin_names.contains_key(self.global_library(global)),
            _ => true,
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
                    let at = self.find_export(&bindings, name, parts[1])?;
                    kept.push(bindings[at]);
                }
                bindings = kept;
            }
            "except" => {
                for &name in &parts[2..] {
                    let at = self.find_export(&bindings, name, parts[1])?;
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
                    renamed.push((self.find_export(&bindings, from, parts[1])?, new.symbol));
                }
                for (at, symbol) in renamed {
                    bindings[at].0 = symbol;
                }
            }
        }
        Ok(bindings)
    }
}
