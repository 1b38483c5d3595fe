//! Libraries that are loaded when a program without imports, or the prompt, first mentions one of their names.
//!
//! So everyday names of large libraries are there without an import, and a start does not pay for them. A definition of the
//! program's own always wins: it is found before this is asked.

use super::binding::Binding;
use super::syntax::{Identifier, Symbol, Syntax};
use super::{Expander, Expansion};

impl Expander {
    /// Sets the libraries and, separated by spaces, the names that load them.
    pub fn set_autoloads(&mut self, table: &[(&'static str, &'static str)]) {
        for &(library, names) in table {
            for name in names.split_whitespace() {
                let symbol = self.symbols.intern(name);
                self.autoloads.insert(symbol, library);
            }
        }
    }

    /// The symbols that load a library.
    pub fn autoloaded(&self) -> impl Iterator<Item = (Symbol, &'static str)> {
        self.autoloads.iter().map(|(&symbol, &library)| (symbol, library))
    }

    /// The binding of an identifier without one, from the library that its name loads, if its environment is a default one.
    pub(super) fn autoload(&mut self, identifier: Identifier, at: Syntax) -> Expansion<Option<Binding>> {
        let Some(&library) = self.autoloads.get(&identifier.symbol) else { return Ok(None) };
        let environment =
            self.scopes.environment(identifier.scopes).filter(|id| self.default_environments.contains(id));
        let Some(environment) = environment else { return Ok(None) };
        let (_, exports) = self.load_library(library, &[], self.arena.position(at))?;
        let Some(&binding) = exports.get(&identifier.symbol) else {
            let name = self.symbols.name(identifier.symbol);
            return self.fail(at, format!("library {library} does not export `{name}`"));
        };
        self.bind_name(environment, identifier.symbol, binding);
        Ok(Some(binding))
    }
}
