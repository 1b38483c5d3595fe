//! Libraries: `define-library`, the table of libraries, and the procedures that expansions need.
//!
//! A library is expanded when it is first imported. Its program joins the expander's pending programs after those of the
//! libraries that it imports, so each is run once and in order of dependency. `(limpet core)` exists from the start: it
//! exports a global for each primitive and integrable name, and all built-in syntax.

use super::binding::Binding;
use super::body::Place;
use super::core::{GlobalId, Node, Program};
use super::environment::{EnvironmentId, Export};
use super::hash::Map;
use super::image::{Key, LibrarySource, Loaded, Origin, notes::key_of};
use super::names::{nearest, suggestion};
use super::scope::ScopeSet;
use super::syntax::{Content, Symbol, Syntax};
use super::{Expander, Expansion};
use crate::bytecode::code::Position;
use crate::object::records::DependencyKind;
use std::rc::Rc;

/// What a library exports.
pub type Exports = Map<Symbol, Binding>;

/// Most sources that a VM has because of `include`: beyond, files include each other.
pub(super) const MOST_INCLUDED: usize = 10_000;

/// A library by its state.
#[derive(Clone, Debug)]
pub enum Library {
    /// Built in, its text not read yet.
    Text(&'static str),
    /// In an image, not loaded yet: number of the archive, and of the module in it.
    Archived(u32, u32),
    /// Another name of a library.
    Alias(&'static str),
    /// Defined by a form, not expanded yet.
    Form(Syntax),
    /// Being expanded in an environment.
    Loading(EnvironmentId),
    /// Expanded.
    Ready(EnvironmentId, Rc<Exports>),
}

/// The declarations of a library, sorted.
#[derive(Debug, Default)]
struct Declarations {
    exports: Vec<Export>,
    bodies: Vec<Syntax>,
}

/// A library in a text.
enum Definition {
    /// `(define-library …)`.
    Library(Syntax),
    /// All forms of the file, of which one is `(define-module …)`.
    Module(Vec<Syntax>),
}

impl Expander {
    /// Makes further names of built-in libraries known: a library has one instance whatever it is called.
    pub fn set_aliases(&mut self, table: &[(&'static str, &'static str)]) {
        for &(alias, name) in table {
            self.libraries.insert(alias.to_owned(), Library::Alias(name));
            self.builtin_names.insert(alias.to_owned(), ());
        }
    }

    /// A library's name as text, and its parts.
    pub(super) fn library_name(&mut self, syntax: Syntax) -> Expansion<(String, Vec<String>)> {
        let mut parts = Vec::new();
        let elements = self.list(syntax).unwrap_or_default();
        for (index, &part) in elements.iter().enumerate() {
            parts.push(match self.arena.content(part) {
                // What versions R6RS would accept, as in `(rnrs base (6))`: there is one.
                Content::Pair(..) | Content::Nil if index > 0 && index + 1 == elements.len() => break,
                Content::Symbol(symbol) => self.symbols.name(symbol).to_owned(),
                Content::Atom(atom) => match self.arena.atom(atom) {
                    super::core::Datum::Integer(number) if *number >= 0 => number.to_string(),
                    _ => return self.fail(part, "a library's name consists of identifiers and numbers"),
                },
                _ => return self.fail(part, "a library's name consists of identifiers and numbers"),
            });
        }
        if parts.is_empty() {
            return self.fail(syntax, "expected the name of a library: (name …)");
        }
        Ok((format!("({})", parts.join(" ")), parts))
    }

    /// Notes a library that a program defines; it is expanded when it is imported.
    pub(super) fn register_library(&mut self, form: Syntax) -> Expansion<()> {
        let ([name], _) = self.leading(form)?;
        let (name, _) = self.library_name(name)?;
        if let Some(Library::Loading(_)) = self.libraries.get(&name) {
            return self.fail(form, format!("library {name} defines itself"));
        }
        self.keep = true;
        self.libraries.insert(name, Library::Form(form.with_scopes(ScopeSet::EMPTY)));
        Ok(())
    }

    /// Whether a library can be found.
    pub(super) fn library_exists(&mut self, name: Syntax) -> Expansion<bool> {
        let (name, parts) = self.library_name(name)?;
        let exists = self.libraries.contains_key(&name) || matches!(self.provider.library(&parts), Ok(Some(_)));
        let kind = if exists { DependencyKind::Present } else { DependencyKind::Absent };
        self.note_dependency(kind, &name, "");
        Ok(exists)
    }

    /// What a library exports; expands it if that was not done yet.
    pub(super) fn library_exports(&mut self, name: Syntax) -> Expansion<Rc<Exports>> {
        let position = self.arena.position(name);
        let (name, parts) = self.library_name(name)?;
        self.load_library(&name, &parts, position).map(|(_, exports)| exports)
    }

    /// The environment and the exports of a library; expands it if that was not done yet.
    pub(super) fn load_library(
        &mut self,
        name: &str,
        parts: &[String],
        position: Position,
    ) -> Expansion<(EnvironmentId, Rc<Exports>)> {
        self.note_import(name);
        self.find_library(name, parts, position)
    }

    /// The end of a message that suggests libraries for one that does not exist. The number of a SRFI is no slip.
    fn libraries_like(&self, name: &str) -> String {
        let known = self.libraries.keys().map(String::as_str).filter(|known| !known.starts_with("(limpet "));
        if name.starts_with("(srfi ") { String::new() } else { suggestion(&nearest(name, known)) }
    }

    /// The same, without a note that what is being expanded imports it.
    pub(super) fn find_library(
        &mut self,
        name: &str,
        parts: &[String],
        position: Position,
    ) -> Expansion<(EnvironmentId, Rc<Exports>)> {
        let library = self.libraries.get(name).cloned();
        let mut text = Key::default();
        let mut key = |name: &str, source: &str| text = key_of(&[name.as_bytes(), source.as_bytes()]);
        let definition = match library {
            Some(Library::Ready(environment, exports)) => return Ok((environment, exports)),
            Some(Library::Loading(_)) => {
                let start = self.loading.iter().position(|loading| loading == name).unwrap_or(0);
                let cycle = self.loading[start..].join(" imports ");
                return self.fail_at(position, format!("libraries import each other: {cycle} imports {name}"));
            }
            Some(Library::Alias(of)) => return self.load_library(of, parts, position),
            Some(Library::Form(form)) => Definition::Library(form),
            Some(Library::Archived(archive, index)) => return self.load_deeper(name, archive, index, position),
            Some(Library::Text(text)) => {
                key(name, text);
                let source = self.sources.add_static(name, text);
                self.definition_of(name, source, text, position)?
            }
            None => match self.provider.library(parts) {
                Ok(Some(found)) => {
                    if let Some((archive, index)) = self.stored_library(name, &found) {
                        return self.load_deeper(name, archive, index, position);
                    }
                    key(&found.name, &found.text);
                    let source = self.sources.add(found.name, found.text.clone());
                    self.definition_of(name, source, &found.text, position)?
                }
                Ok(None) => {
                    let places = self.provider.places();
                    let places = match places.is_empty() {
                        true => "the built-in libraries; there is no search path".to_owned(),
                        false => format!("the built-in libraries and in {}", places.join(", ")),
                    };
                    let near = self.libraries_like(name);
                    return self
                        .fail_at(position, format!("library {name} not found; looked for it in {places}{near}"));
                }
                Err(message) => return self.fail_at(position, message),
            },
        };
        if self.loading.len() >= super::MAXIMUM_DEPTH as usize / 8 {
            return self.fail_at(position, "libraries import each other too deeply");
        }
        self.keep = true;
        let environment = self.new_environment(name);
        self.libraries.insert(name.to_owned(), Library::Loading(environment));
        self.loading.push(name.to_owned());
        self.notes.entry(environment).or_default().text = text;
        let result = self.transaction(environment, false, |expander| match definition {
            Definition::Library(form) => expander.define_library(form, name),
            Definition::Module(forms) => expander.module_body(forms, name),
        });
        self.loading.pop();
        match result {
            Ok(exports) => {
                let exports = Rc::new(exports);
                self.libraries.insert(name.to_owned(), Library::Ready(environment, exports.clone()));
                self.keys.insert(name.to_owned(), self.key_of_environment(environment));
                let source = match library {
                    Some(Library::Text(_)) => LibrarySource::Builtin,
                    Some(_) => LibrarySource::Form,
                    None => LibrarySource::Provider,
                };
                self.loaded.push(Loaded { name: name.to_owned(), environment, source });
                Ok((environment, exports))
            }
            Err(error) => {
                match library {
                    Some(library) => self.libraries.insert(name.to_owned(), library),
                    None => self.libraries.remove(name),
                };
                Err(error)
            }
        }
    }

    /// Loads a library from an archive; libraries import each other only so deeply.
    fn load_deeper(
        &mut self,
        name: &str,
        archive: u32,
        index: u32,
        position: Position,
    ) -> Expansion<(EnvironmentId, Rc<Exports>)> {
        if self.loading.len() >= super::MAXIMUM_DEPTH as usize / 8 {
            return self.fail_at(position, "libraries import each other too deeply");
        }
        self.keep = true;
        self.loading.push(name.to_owned());
        let result = self.load_archived(archive, index, position);
        self.loading.pop();
        result
    }

    /// The definition of a library in a text: a `define-library` form, or all of the text if that is a module of Guile's.
    fn definition_of(&mut self, name: &str, source: u32, text: &str, position: Position) -> Expansion<Definition> {
        let forms = self.read_all(source, text, false)?;
        for &form in &forms {
            let Some((head, rest)) = self.pair(form) else { continue };
            let keyword = self.symbol_name(head);
            let is_module = keyword == Some("define-module");
            if !is_module && keyword != Some("define-library") {
                continue;
            }
            let Some((defined, _)) = self.pair(rest) else { return self.malformed(form) };
            if self.library_name(defined)?.0 == name {
                return Ok(if is_module { Definition::Module(forms) } else { Definition::Library(form) });
            }
        }
        let file = self.sources.get(source).name.clone();
        self.fail_at(position, format!("{file} does not define the library {name}"))
    }

    /// Expands a library in its new environment.
    fn define_library(&mut self, form: Syntax, name: &str) -> Expansion<Exports> {
        let ([_], declarations) = self.leading(form)?;
        let Some(declarations) = self.list(declarations) else { return self.malformed(form) };
        let mut sorted = Declarations::default();
        self.declarations(declarations, &mut sorted)?;
        let scopes = self.environments[self.state.environment.0 as usize].scopes;
        let bodies = sorted.bodies.into_iter().map(|body| self.inherit(body, scopes)).collect();
        self.library_body(bodies, form)?;
        self.exports_of(sorted.exports, name)
    }

    /// Expands the forms of a library; its program is pending then.
    pub(super) fn library_body(&mut self, forms: Vec<Syntax>, form: Syntax) -> Expansion<()> {
        let items = self.uncover(forms, Place::TopLevel)?;
        let mut nodes = Vec::with_capacity(items.len());
        for item in &items {
            nodes.push(self.top_level_item(item)?);
        }
        if !nodes.is_empty() {
            let position = self.arena.position(form);
            self.define_shadowed(&mut nodes)?;
            // The root of a program is the sequence of its forms; a library is one form.
            let body = self.add(Node::Sequence(nodes), position);
            self.add(Node::Sequence(vec![body]), position);
            self.state.program.origin = Origin::Environment(self.state.environment);
            let program = std::mem::take(&mut self.state.program);
            self.pending.push(program);
        }
        Ok(())
    }

    /// The bindings that the library just expanded exports.
    pub(super) fn exports_of(&mut self, names: Vec<Export>, name: &str) -> Expansion<Exports> {
        let mut exports = Exports::default();
        for Export { inside, outside, at } in names {
            let bindings = &self.environments[self.state.environment.0 as usize].bindings;
            let binding = bindings.get(&inside).copied().filter(|binding| match binding {
                Binding::Global(global) => self.globals.get(*global).defined,
                _ => true,
            });
            let Some(binding) = binding else {
                let symbol = self.symbols.name(inside);
                let near = self.suggestion_in(self.state.environment, symbol);
                return self.fail(at, format!("library {name} exports `{symbol}` but does not define it{near}"));
            };
            if exports.insert(outside, binding).is_some_and(|other| other != binding) {
                let symbol = self.symbols.name(outside);
                return self.fail(at, format!("library {name} exports two things as `{symbol}`"));
            }
        }
        Ok(exports)
    }

    /// Sorts declarations; imports take effect at once, so that all of them precede the bodies.
    fn declarations(&mut self, mut declarations: Vec<Syntax>, sorted: &mut Declarations) -> Expansion<()> {
        declarations.reverse();
        while let Some(declaration) = declarations.pop() {
            let Some((head, rest)) = self.pair(declaration) else {
                return self.fail(declaration, "malformed declaration of a library");
            };
            match self.symbol_name(head) {
                Some("export") => {
                    for specification in self.arguments(declaration, 0, usize::MAX)? {
                        let export = self.export(specification)?;
                        sorted.exports.push(export);
                    }
                }
                Some("import") => self.import_form(declaration)?,
                Some("re-export") => self.re_export(declaration, sorted)?,
                Some("begin") => match self.list(rest) {
                    Some(forms) => sorted.bodies.extend(forms),
                    None => return self.malformed(declaration),
                },
                Some("include") => sorted.bodies.extend(self.included(declaration, false)?),
                Some("include-ci") => sorted.bodies.extend(self.included(declaration, true)?),
                Some("include-library-declarations") => {
                    let forms = self.included(declaration, false)?;
                    declarations.extend(forms.into_iter().rev());
                }
                Some("cond-expand") => {
                    let forms = self.chosen(declaration)?;
                    declarations.extend(forms.into_iter().rev());
                }
                _ => return self.fail(declaration, "unknown declaration of a library"),
            }
        }
        Ok(())
    }

    /// `(re-export set …)`, an extension: imports sets and exports everything in them.
    fn re_export(&mut self, declaration: Syntax, sorted: &mut Declarations) -> Expansion<()> {
        for set in self.arguments(declaration, 0, usize::MAX)? {
            for (symbol, binding) in self.import_set(set)? {
                self.bind_name(self.state.environment, symbol, binding);
                sorted.exports.push(Export { inside: symbol, outside: symbol, at: set });
            }
        }
        Ok(())
    }

    fn export(&mut self, specification: Syntax) -> Expansion<Export> {
        if let Some(name) = self.identifier(specification) {
            return Ok(Export { inside: name.symbol, outside: name.symbol, at: specification });
        }
        let parts = self.list(specification).unwrap_or_default();
        if let [keyword, inside, outside] = parts[..]
            && let (Some("rename"), Some(inside), Some(outside)) =
                (self.symbol_name(keyword), self.identifier(inside), self.identifier(outside))
        {
            return Ok(Export { inside: inside.symbol, outside: outside.symbol, at: specification });
        }
        self.fail(specification, "malformed export: expected a name or (rename inside outside)")
    }

    /// A procedure that the expansion of a form calls, whatever the program binds: a name of `(limpet core)`, or of the
    /// library of helpers.
    pub(super) fn helper(&mut self, name: &'static str, position: Position) -> Expansion<GlobalId> {
        if let Some(&global) = self.helpers.get(name) {
            if !self.is_immutable(global) && self.globals.get(global).environment != self.state.environment {
                let library = self.helper_library.clone();
                self.note_import(&library);
            }
            return Ok(global);
        }
        let symbol = self.symbols.intern(name);
        let mut found = self.environments[0].bindings.get(&symbol).copied();
        if found.is_none() {
            let library = self.helper_library.clone();
            let environment = match self.libraries.get(&library) {
                Some(Library::Loading(environment)) => Some(*environment),
                _ => {
                    let parts: Vec<String> =
                        library.trim_matches(['(', ')']).split_whitespace().map(str::to_owned).collect();
                    Some(self.load_library(&library, &parts, position)?.0)
                }
            };
            if let Some(environment) = environment {
                found = self.environments[environment.0 as usize].bindings.get(&symbol).copied();
            }
        }
        match found {
            Some(Binding::Global(global)) => {
                self.helpers.insert(name, global);
                Ok(global)
            }
            _ => {
                let library = self.helper_library.clone();
                self.fail_at(position, format!("this form needs `{name}`, which {library} does not define"))
            }
        }
    }

    /// Takes the programs of libraries that were expanded since the last time.
    pub(super) fn take_pending(&mut self) -> Vec<Program> {
        std::mem::take(&mut self.pending)
    }
}
