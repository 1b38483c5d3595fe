//! Images of what was just compiled: of a program with the libraries it defines, of a library, of the standard library.

use super::{ALIGNMENT, cache::Cache, write::Tables};
use crate::{
    compile::draft::Draft,
    expand::{
        Expander,
        environment::EnvironmentId,
        image::{Key, LibrarySource, Loaded, Module, Origin, write},
    },
    text::error::SyntaxError,
};

/// What was compiled, in the order of execution.
#[derive(Debug, Default)]
pub struct Recording {
    /// The code of programs and libraries, by where they were expanded.
    pub drafts: Vec<(Origin, Draft)>,
    /// The libraries that were expanded.
    pub libraries: Vec<Loaded>,
}

impl Recording {
    fn module(&self, expander: &Expander, name: &str, environment: EnvironmentId, is_library: bool) -> Module<'_> {
        let notes = expander.notes_of(environment);
        let own = |(origin, _): &&(Origin, Draft)| *origin == Origin::Environment(environment);
        Module {
            environment,
            name: name.to_owned(),
            is_library,
            key: expander.key_of_environment(environment),
            imports: notes.imports,
            dependencies: notes.dependencies,
            drafts: self.drafts.iter().filter(own).map(|(_, draft)| draft).collect(),
        }
    }

    /// The image of a program that was expanded in an environment, with the libraries that its text defines.
    ///
    /// # Errors
    /// Why there can be none.
    pub fn program(&self, expander: &Expander, name: &str, environment: EnvironmentId) -> Result<Tables, String> {
        let mut modules: Vec<Module<'_>> = Vec::new();
        for library in self.libraries.iter().filter(|library| library.source == LibrarySource::Form) {
            modules.push(self.module(expander, &library.name, library.environment, true));
        }
        modules.push(self.module(expander, name, environment, false));
        write::tables(expander, &modules, true)
    }

    /// What names are used in a program, and in the libraries that its text defines, that nothing defines. Nothing is said
    /// about a program that evaluates forms in its own environment: these may define anything.
    pub fn unbound(&self, expander: &Expander, environment: EnvironmentId) -> Vec<SyntaxError> {
        let libraries = self.libraries.iter().filter(|library| library.source == LibrarySource::Form);
        let mut unbound: Vec<SyntaxError> =
            libraries.flat_map(|library| expander.unbound_names(library.environment)).collect();
        if !write::needs_environment(expander, &self.module(expander, "", environment, false)) {
            unbound.extend(expander.unbound_names(environment));
        }
        unbound
    }

    /// The image of one library.
    ///
    /// # Errors
    /// Why there can be none.
    pub fn library(&self, expander: &Expander, library: &Loaded) -> Result<Tables, String> {
        write::tables(expander, &[self.module(expander, &library.name, library.environment, true)], true)
    }

    /// The image of all libraries of the standard library that can be kept in one: those with macros that are procedures
    /// can't, and stay with their text.
    ///
    /// # Errors
    /// When it can't be written at all.
    pub fn standard_library(&self, expander: &Expander) -> Result<Vec<u8>, String> {
        let alone = |library: &&Loaded| self.library(expander, library).is_ok();
        let modules: Vec<Module<'_>> = self
            .libraries
            .iter()
            .filter(alone)
            .map(|library| self.module(expander, &library.name, library.environment, true))
            .collect();
        write::tables(expander, &modules, false)?.to_elf(ALIGNMENT).map_err(|error| error.to_string())
    }

    /// Puts the images of a program, whose text has this key, and of the libraries that it imports into the cache.
    pub fn keep(&self, expander: &Expander, cache: &Cache, key: Key, name: &str, environment: EnvironmentId) {
        let save = |key: Key, name: &str, tables: Result<Tables, String>| {
            let bytes = tables.and_then(|tables| tables.to_elf(ALIGNMENT).map_err(|error| error.to_string()));
            match bytes {
                Ok(bytes) => cache.save(key, &bytes),
                Err(cause) => cache.log.say(|| format!("{name}: not cached: {cause}")),
            }
        };
        for library in self.libraries.iter().filter(|library| library.source == LibrarySource::Provider) {
            let key = expander.notes_of(library.environment).text;
            save(key, &library.name, self.library(expander, library));
        }
        save(key, name, self.program(expander, name, environment));
    }
}
