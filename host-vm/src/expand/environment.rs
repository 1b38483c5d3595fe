//! Environments: the top-level bindings of a program, a library or a prompt; and the table of globals.
//!
//! An environment has one scope of its own, which everything read in it carries. Bindings of identifiers with that scope
//! alone, almost all, are found by name in one map. A macro's template can define top-level names that carry further
//! scopes; they are kept apart, in the environment where the template was read.

use super::binding::Binding;
use super::core::GlobalId;
use super::hash::Map;
use super::scope::ScopeSet;
use super::syntax::{Symbol, Syntax};

/// An environment of an expander.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EnvironmentId(pub u32);

/// Top-level bindings.
#[derive(Debug)]
pub struct Environment {
    /// What it is for: the library's name as written, or `program`, `interaction`.
    pub name: String,
    /// The set with only its scope.
    pub scopes: ScopeSet,
    /// Its number as a definition context.
    pub context: u32,
    /// Bindings of identifiers with that set.
    pub bindings: Map<Symbol, Binding>,
    /// Bindings of identifiers with more scopes, made by macros.
    pub introduced: Map<Symbol, Vec<(ScopeSet, Binding)>>,
    /// What `import` forms have bound, to find names that two libraries mean differently.
    pub imported: Map<Symbol, Binding>,
    /// Whether nothing can be defined in it, as in those of `(environment …)`.
    pub is_fixed: bool,
    /// What a module exports, noted while its forms are expanded.
    pub exports: Vec<Export>,
}

/// A name that a library exports.
#[derive(Clone, Copy, Debug)]
pub struct Export {
    /// Its name inside.
    pub inside: Symbol,
    /// Its name for importers.
    pub outside: Symbol,
    /// Where this is said.
    pub at: Syntax,
}

/// A global variable.
#[derive(Clone, Copy, Debug)]
pub struct Global {
    /// Its name.
    pub name: Symbol,
    /// The environment that defines it.
    pub environment: EnvironmentId,
    /// Whether a definition was seen, as opposed to uses only.
    pub defined: bool,
}

/// All globals of a VM, by [`GlobalId`].
#[derive(Debug, Default)]
pub struct Globals {
    globals: Vec<Global>,
}

impl Globals {
    /// A new global.
    pub fn add(&mut self, name: Symbol, environment: EnvironmentId, defined: bool) -> GlobalId {
        self.globals.push(Global { name, environment, defined });
        GlobalId(self.globals.len() as u32 - 1)
    }

    /// The global of an id.
    pub fn get(&self, id: GlobalId) -> Global {
        self.globals[id.index()]
    }

    /// Notes that a definition was seen.
    pub fn set_defined(&mut self, id: GlobalId, defined: bool) {
        self.globals[id.index()].defined = defined;
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.globals.len()
    }
}

/// How to take back one change of an environment.
#[derive(Debug)]
pub enum Undo {
    /// Bind a name as before.
    Restore(EnvironmentId, Symbol, Option<Binding>),
    /// Remove the newest introduced binding of a name.
    Remove(EnvironmentId, Symbol),
    /// Bind the newest introduced binding with a set as before.
    RestoreIntroduced(EnvironmentId, Symbol, ScopeSet, Binding),
    /// The global was not defined.
    Undefine(GlobalId),
}
