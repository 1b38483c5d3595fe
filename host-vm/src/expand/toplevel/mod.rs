//! The expander's interface to the drivers: files, forms at a prompt, `eval`, and the table of globals.
//!
//! Beside it: [`rest`], programs that load files; [`shadow`], definitions that take the place of something imported.

pub(super) mod rest;
pub(super) mod shadow;

use super::binding::{Binding, Form, Locals};
use super::body::{Item, Place, Target};
use super::core::{DatumId, GlobalId, Node, NodeId, Program};
use super::environment::{Environment, EnvironmentId, Globals, Undo};
use super::hash::Map;
use super::image::{ImageStore, Origin};
use super::library::{Exports, Library};
use super::provider::{DirectoryProvider, LibraryProvider};
use super::scope::Scopes;
use super::syntax::{Arena, Identifier, Symbol, Symbols, Syntax};
use super::{Expander, Expansion, State};
use crate::bytecode::code::Position;
use crate::text::error::SyntaxError;
use crate::text::reader::Reader;
use crate::text::source::Sources;
use crate::text::tree::Tree;
use std::rc::Rc;

/// The library that programs without imports and the prompt use.
pub(super) const DEFAULT_LIBRARY: &str = "(limpet)";

/// The library of primitives, integrable names and built-in syntax.
const CORE_LIBRARY: &str = "(limpet core)";

/// In which environment a file is expanded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileMode {
    /// In a new one, as a program.
    Program,
    /// In an existing one, as by `load`.
    Load(EnvironmentId),
}

/// Programs to run in order; those of libraries come first.
pub type Programs = Result<Vec<Program>, SyntaxError>;

impl Expander {
    /// An expander that can expand nothing: it has no environment.
    pub(crate) fn empty() -> Expander {
        Expander {
            program_file: None,
            unbound: Vec::new(),
            sources: Sources::new(),
            symbols: Symbols::default(),
            arena: Arena::default(),
            scopes: Scopes::default(),
            locals: Locals::default(),
            environments: Vec::new(),
            globals: Globals::default(),
            core_count: 0,
            libraries: Map::default(),
            builtin_names: Map::default(),
            loading: Vec::new(),
            provider: Box::new(DirectoryProvider::default()),
            macros: Vec::new(),
            patterns: Vec::new(),
            templates: Vec::new(),
            introductions: Vec::new(),
            host: None,
            helper_library: String::new(),
            frozen: Map::default(),
            archives: Vec::new(),
            store: None,
            notes: Map::default(),
            keys: Map::default(),
            loaded: Vec::new(),
            builtin: &[],
            helpers: Map::default(),
            autoloads: Map::default(),
            default_environments: Vec::new(),
            interaction: None,
            program: None,
            archived_program: None,
            contexts: 0,
            pending: Vec::new(),
            included_count: 0,
            keep: false,
            rests: Map::default(),
            state: State::default(),
        }
    }

    /// An expander whose `(limpet core)` exports the given names, in the order of their globals from 0, and all built-in
    /// syntax. `builtin` has the names and texts of the libraries in Scheme; `helpers` names the one that defines what
    /// `guard`, `parameterize` and the like expand to and `(limpet core)` does not have.
    pub fn new<'a>(
        core_names: impl Iterator<Item = &'a str>,
        builtin: &'static [(&'static str, &'static str)],
        helpers: &str,
    ) -> Expander {
        let mut expander = Expander { helper_library: helpers.to_owned(), builtin, ..Expander::empty() };
        let core = expander.new_environment(CORE_LIBRARY);
        let mut exports = Exports::default();
        for name in core_names {
            let symbol = expander.symbols.intern(name);
            let global = expander.globals.add(symbol, core, true);
            exports.insert(symbol, Binding::Global(global));
        }
        expander.core_count = expander.globals.count();
        for &form in Form::ALL.iter().filter(|form| !form.is_known_unbound()) {
            exports.insert(expander.symbols.intern(form.name()), Binding::Form(form));
        }
        expander.environments[0].bindings = exports.clone();
        expander.builtin_names.insert(CORE_LIBRARY.to_owned(), ());
        expander.libraries.insert(CORE_LIBRARY.to_owned(), Library::Ready(core, Rc::new(exports)));
        for &(name, text) in builtin {
            expander.libraries.insert(name.to_owned(), Library::Text(text));
            expander.builtin_names.insert(name.to_owned(), ());
        }
        expander
    }

    /// Sets where images of libraries are found whose text was compiled before.
    pub fn set_store(&mut self, store: Rc<dyn ImageStore>) {
        self.store = Some(store);
    }

    /// Expands a library, if that was not done yet; what is to be run for it.
    pub fn expand_library(&mut self, name: &str) -> Programs {
        self.state = State::default();
        self.keep = true;
        let parts: Vec<String> = name.trim_matches(['(', ')']).split_whitespace().map(str::to_owned).collect();
        self.load_library(name, &parts, Default::default())?;
        Ok(self.take_pending())
    }

    /// Sets where libraries that are not built in, and included files, come from.
    pub fn set_provider(&mut self, provider: impl LibraryProvider + 'static) {
        self.provider = Box::new(provider);
    }

    /// Makes libraries of a directory known, before those of other directories.
    pub fn add_library_directory(&mut self, directory: &str) {
        self.provider.add_directory(directory.as_ref());
    }

    /// Number of globals so far; ids are below it.
    pub fn global_count(&self) -> usize {
        self.globals.count()
    }

    /// Name of a global.
    pub fn global_name(&self, id: GlobalId) -> &str {
        self.symbols.name(self.globals.get(id).name)
    }

    /// The library that owns a global, as written, or `program`, `interaction` and the like.
    pub fn global_library(&self, id: GlobalId) -> &str {
        &self.environments[self.globals.get(id).environment.0 as usize].name
    }

    /// Whether no program can assign a global: those of `(limpet core)`.
    pub fn is_immutable(&self, id: GlobalId) -> bool {
        id.index() < self.core_count
    }

    /// The name of a global of `(limpet core)`; nothing for others.
    pub fn core_name(&self, id: GlobalId) -> Option<&str> {
        self.is_immutable(id).then(|| self.global_name(id))
    }

    /// The global of a name of `(limpet core)`.
    pub fn core_global(&mut self, name: &str) -> Option<GlobalId> {
        let symbol = self.symbols.intern(name);
        match self.environments[0].bindings.get(&symbol) {
            Some(Binding::Global(global)) => Some(*global),
            _ => None,
        }
    }

    /// The global that a name means in an environment.
    pub fn lookup(&mut self, environment: EnvironmentId, name: &str) -> Option<GlobalId> {
        let symbol = self.symbols.intern(name);
        match self.environments[environment.0 as usize].bindings.get(&symbol) {
            Some(Binding::Global(global)) => Some(*global),
            _ => None,
        }
    }

    /// Expands a whole file. The source must have been added to [`Expander::sources`].
    pub fn expand_file(&mut self, source: u32, text: &str, mode: FileMode) -> Programs {
        self.keep = true;
        let mut forms = self.read_all(source, text, false)?;
        let environment = match mode {
            FileMode::Load(environment) => environment,
            FileMode::Program => {
                let environment = self.new_environment("program");
                self.bind_program_syntax(environment);
                self.program = Some(environment);
                self.archived_program = None;
                environment
            }
        };
        self.run(environment, false, |expander| {
            if mode == FileMode::Program && !expander.begins_with_import(&forms) {
                expander.import_default()?;
            }
            let rest = match mode {
                FileMode::Program => expander.cut_after_load(source, &mut forms),
                FileMode::Load(_) => None,
            };
            expander.program(forms, rest)
        })
    }

    /// Expands one form in an environment, as at the prompt or by `eval`. If it fails the environment is as before.
    pub fn expand_form(&mut self, environment: EnvironmentId, tree: &Tree, datum: DatumId) -> Programs {
        self.expand_once(environment, |expander| {
            let base = expander.import_tree(tree, datum.index() + 1);
            expander.arena.imported(base, datum)
        })
    }

    /// Expands a form that a running program has made.
    pub fn expand_syntax(&mut self, environment: EnvironmentId, form: Syntax) -> Programs {
        self.expand_once(environment, |_| form)
    }

    /// Expands one form, after which its syntax is forgotten unless something refers to it.
    fn expand_once(&mut self, environment: EnvironmentId, form: impl FnOnce(&mut Expander) -> Syntax) -> Programs {
        // This may happen while another form is expanded, by a transformer that uses `eval`.
        let keep = std::mem::replace(&mut self.keep, false);
        let (arena, scopes) = (self.arena.mark(), self.scopes.mark());
        let form = form(self);
        let result = self.run(environment, false, |expander| expander.program(vec![form], None));
        if !self.keep {
            self.arena.truncate(arena);
            self.scopes.truncate(scopes);
        }
        self.keep |= keep;
        result
    }

    /// Expands the text that defines names of `(limpet core)` in terms of each other: `(define (car x) (car x))` defines
    /// the global `car` as a procedure whose body the compiler inlines.
    pub fn expand_core_definitions(&mut self, source: u32, text: &str) -> Programs {
        self.keep = true;
        let forms = self.read_all(source, text, false)?;
        let environment = self.new_environment("(limpet core-definitions)");
        self.environments[environment.0 as usize].bindings = self.environments[0].bindings.clone();
        self.run(environment, true, |expander| expander.program(forms, None))
    }

    /// The environment of the prompt: what `(limpet)` exports, and what is defined there.
    pub fn interaction_environment(&mut self) -> Result<EnvironmentId, SyntaxError> {
        if let Some(environment) = self.interaction {
            return Ok(environment);
        }
        self.keep = true;
        let environment = self.new_environment("interaction");
        self.bind_program_syntax(environment);
        self.transaction(environment, false, |expander| expander.import_default())?;
        self.interaction = Some(environment);
        Ok(environment)
    }

    /// A new environment with what some import sets name, as by `(environment set …)`. The programs of libraries that
    /// this expands for the first time are the first ones that the next expansion returns; see
    /// [`Expander::take_programs`].
    pub fn environment_from_imports(&mut self, sets: &[Syntax]) -> Result<EnvironmentId, SyntaxError> {
        self.keep = true;
        let environment = self.new_environment("environment");
        self.environments[environment.0 as usize].is_fixed = true;
        self.transaction(environment, false, |expander| {
            for &set in sets {
                let bindings = expander.import_set(set)?;
                expander.import_bindings(&bindings, set)?;
            }
            Ok(environment)
        })
    }

    /// The environment of a library; with nothing but its exports visible where `exports_only`.
    pub fn library_environment(&mut self, name: Syntax, exports_only: bool) -> Result<EnvironmentId, SyntaxError> {
        if exports_only {
            return self.environment_from_imports(&[name]);
        }
        let position = self.arena.position(name);
        let (name, parts) = self.library_name(name)?;
        self.load_library(&name, &parts, position).map(|(environment, _)| environment)
    }

    /// Reads the forms of a file that is to be evaluated form by form.
    pub fn read_forms(&mut self, source: u32, text: &str) -> Result<Vec<Syntax>, SyntaxError> {
        self.keep = true;
        self.read_all(source, text, false)
    }

    /// The environment of the newest program, or else that of the prompt, if there is one.
    ///
    /// # Errors
    /// When the program came from an image without its environment.
    pub fn current_environment(&mut self) -> Result<Option<EnvironmentId>, SyntaxError> {
        self.thaw_program()?;
        Ok(self.program.or(self.interaction))
    }

    /// The programs of libraries that were expanded and not handed out yet, to run in order.
    pub fn take_programs(&mut self) -> Vec<Program> {
        self.take_pending()
    }

    /// Reads all data of a text.
    pub(super) fn read_all(&mut self, source: u32, text: &str, fold_case: bool) -> Expansion<Vec<Syntax>> {
        let mut tree = Tree::new();
        let mut roots = Vec::new();
        let mut reader = if fold_case { Reader::folding_case(source, text) } else { Reader::new(source, text) };
        while let Some(datum) = reader.read(&mut tree)? {
            roots.push(datum);
        }
        let base = self.import_tree(&tree, tree.data.len());
        Ok(roots.into_iter().map(|datum| self.arena.imported(base, datum)).collect())
    }

    fn import_tree(&mut self, tree: &Tree, count: usize) -> u32 {
        self.arena.import(tree, count, &mut self.symbols)
    }

    pub(super) fn new_environment(&mut self, name: &str) -> EnvironmentId {
        let id = EnvironmentId(self.environments.len() as u32);
        self.contexts += 1;
        let scopes = self.scopes.for_environment(id);
        self.environments.push(Environment {
            name: name.to_owned(),
            scopes,
            context: self.contexts,
            bindings: Map::default(),
            introduced: Map::default(),
            imported: Map::default(),
            is_fixed: false,
            exports: Vec::new(),
        });
        id
    }

    /// Binds the keywords that a program needs before it has imported anything.
    pub(super) fn bind_program_syntax(&mut self, environment: EnvironmentId) {
        for form in [Form::Import, Form::DefineLibrary, Form::DefineModule, Form::UseModules] {
            let symbol = self.symbols.intern(form.name());
            self.environments[environment.0 as usize].bindings.insert(symbol, Binding::Form(form));
        }
    }

    /// Does work in an environment; if it fails, environments are as before.
    pub(super) fn transaction<T>(
        &mut self,
        environment: EnvironmentId,
        defines_core: bool,
        work: impl FnOnce(&mut Expander) -> Expansion<T>,
    ) -> Expansion<T> {
        let context = self.environments[environment.0 as usize].context;
        let depth = self.state.depth;
        let variable_base = self.state.variable_base + self.state.program.vars.len() as u32;
        let state = State { environment, context, depth, variable_base, defines_core, ..State::default() };
        let outer = std::mem::replace(&mut self.state, state);
        let mark = self.locals.mark();
        let result = work(self);
        self.locals.truncate(mark);
        let state = std::mem::replace(&mut self.state, outer);
        if result.is_err() {
            state.undo.into_iter().rev().for_each(|change| self.undo(change));
        }
        result
    }

    fn run(
        &mut self,
        environment: EnvironmentId,
        defines_core: bool,
        work: impl FnOnce(&mut Expander) -> Expansion<Vec<Program>>,
    ) -> Programs {
        let own = self.transaction(environment, defines_core, work)?;
        let mut programs = self.take_pending();
        programs.extend(own);
        Ok(programs)
    }

    fn undo(&mut self, change: Undo) {
        match change {
            Undo::Restore(environment, symbol, binding) => {
                let bindings = &mut self.environments[environment.0 as usize].bindings;
                match binding {
                    Some(binding) => bindings.insert(symbol, binding),
                    None => bindings.remove(&symbol),
                };
            }
            Undo::Remove(environment, symbol) => {
                if let Some(list) = self.environments[environment.0 as usize].introduced.get_mut(&symbol) {
                    list.pop();
                }
            }
            Undo::RestoreIntroduced(environment, symbol, scopes, binding) => {
                if let Some(list) = self.environments[environment.0 as usize].introduced.get_mut(&symbol) {
                    list.iter_mut().filter(|(set, _)| *set == scopes).for_each(|entry| entry.1 = binding);
                }
            }
            Undo::Undefine(global) => self.globals.set_defined(global, false),
        }
    }

    fn begins_with_import(&mut self, forms: &[Syntax]) -> bool {
        for &form in forms {
            let Some((head, _)) = self.pair(form) else { return false };
            match self.symbol_name(head) {
                Some("define-library") => {}
                name => return name == Some("import"),
            }
        }
        false
    }

    pub(super) fn import_default(&mut self) -> Expansion<()> {
        let name = if self.libraries.contains_key(DEFAULT_LIBRARY) { DEFAULT_LIBRARY } else { CORE_LIBRARY };
        let mut parts = Vec::new();
        for part in name.trim_matches(['(', ')']).split(' ') {
            let symbol = self.symbols.intern(part);
            parts.push(self.arena.symbol(symbol, Default::default()));
        }
        let name = self.arena.list(&parts, Default::default());
        let environment = self.state.environment;
        self.default_environments.push(environment);
        for (&symbol, &binding) in self.library_exports(name)?.iter() {
            self.bind_name(environment, symbol, binding);
        }
        Ok(())
    }

    /// Expands the forms of a program in the present environment: one program, whose root is the sequence of the
    /// forms, so that a continuation captured in one form goes on with the forms after it. Very long texts are cut, to stay
    /// within the compiler's limits. What follows them in the text, from a position on, is left to be evaluated after these.
    fn program(&mut self, forms: Vec<Syntax>, rest_of_program: Option<Position>) -> Expansion<Vec<Program>> {
        const MOST_FORMS: usize = 10_000;
        let scopes = self.environments[self.state.environment.0 as usize].scopes;
        let forms = forms.into_iter().map(|form| self.inherit(form, scopes)).collect();
        let items = self.uncover(forms, Place::TopLevel)?;
        let mut programs = Vec::with_capacity(1);
        let mut forms = Vec::new();
        let mut rest = &items[..];
        while let Some(first) = rest.first() {
            // All definitions of one form, such as a record type's, go together.
            let count = rest.iter().take_while(|item| item.form == first.form).count();
            let mut nodes = Vec::with_capacity(count);
            for item in &rest[..count] {
                nodes.push(self.top_level_item(item)?);
            }
            forms.push(self.sequence_of(nodes, first.form));
            rest = &rest[count..];
            if rest.is_empty()
                && let Some(rest) = rest_of_program
            {
                forms.push(self.call_rest(rest)?);
            }
            if forms.len() == MOST_FORMS || rest.is_empty() {
                let position = self.arena.position(first.form);
                self.define_shadowed(&mut forms)?;
                self.add(Node::Sequence(std::mem::take(&mut forms)), position);
                self.state.program.origin = Origin::Environment(self.state.environment);
                programs.push(std::mem::take(&mut self.state.program));
            }
        }
        Ok(programs)
    }

    /// Expands a definition or an expression at the top level.
    pub(super) fn top_level_item(&mut self, item: &Item) -> Expansion<NodeId> {
        let value = self.initial_value(item)?;
        match item.target {
            Some((Target::Global(global), _)) => {
                let position = self.arena.position(item.form);
                Ok(self.add(Node::DefineGlobal(global, value), position))
            }
            _ => Ok(value),
        }
    }

    /// Binds a plain name of an environment.
    pub(super) fn bind_name(&mut self, environment: EnvironmentId, symbol: Symbol, binding: Binding) {
        let old = self.environments[environment.0 as usize].bindings.insert(symbol, binding);
        self.state.undo.push(Undo::Restore(environment, symbol, old));
    }

    /// The environment that an identifier's top-level binding belongs to.
    fn home(&self, identifier: Identifier) -> EnvironmentId {
        self.scopes.environment(identifier.scopes).unwrap_or(self.state.environment)
    }

    /// Binds an identifier at the top level.
    pub(super) fn bind_global(&mut self, identifier: Identifier, binding: Binding) {
        let home = self.home(identifier);
        let environment = &mut self.environments[home.0 as usize];
        if environment.scopes == identifier.scopes {
            self.bind_name(home, identifier.symbol, binding);
            return;
        }
        self.keep = true;
        let list = environment.introduced.entry(identifier.symbol).or_default();
        match list.iter_mut().find(|(set, _)| *set == identifier.scopes) {
            Some(entry) => {
                let undo = Undo::RestoreIntroduced(home, identifier.symbol, identifier.scopes, entry.1);
                entry.1 = binding;
                self.state.undo.push(undo);
            }
            None => {
                list.push((identifier.scopes, binding));
                self.state.undo.push(Undo::Remove(home, identifier.symbol));
            }
        }
    }

    /// The global that a top-level definition of an identifier defines: the environment's own one if it has one, else a
    /// new one that shadows what is imported.
    pub(super) fn define_global(&mut self, identifier: Identifier) -> GlobalId {
        let scopes = self.scopes.without_use_sites(identifier.scopes, self.state.context);
        let identifier = Identifier { scopes, ..identifier };
        let environment = &self.environments[self.home(identifier).0 as usize];
        let existing = if environment.scopes == scopes {
            environment.bindings.get(&identifier.symbol).copied()
        } else {
            let list = environment.introduced.get(&identifier.symbol).map_or(&[][..], Vec::as_slice);
            list.iter().find(|(set, _)| *set == scopes).map(|&(_, binding)| binding)
        };
        if let Some(Binding::Global(global)) = existing {
            let owner = self.globals.get(global);
            if owner.environment == self.state.environment || (self.state.defines_core && self.is_immutable(global)) {
                if !owner.defined {
                    self.globals.set_defined(global, true);
                    self.state.undo.push(Undo::Undefine(global));
                }
                return global;
            }
        }
        let global = self.globals.add(identifier.symbol, self.state.environment, true);
        self.note_shadowed(global, existing);
        self.bind_global(identifier, Binding::Global(global));
        global
    }

    /// The global for an identifier without a binding: it may be defined later.
    pub(super) fn unbound_global(&mut self, identifier: Identifier, at: Syntax) -> GlobalId {
        let home = self.home(identifier);
        let global = self.globals.add(identifier.symbol, home, false);
        self.unbound.push((global, self.arena.position(at)));
        self.environments[home.0 as usize].bindings.insert(identifier.symbol, Binding::Global(global));
        global
    }
}
