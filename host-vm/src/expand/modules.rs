//! Guile's modules: `define-module`, `use-modules`, `export`, `define-public`, `(@ (module) name)`.
//!
//! A module is a library whose body is a whole file. It begins with everything of the default library unless it is
//! `#:pure`. Unlike with `import`, a later import of a name replaces an earlier one, and definitions of the module's own win.
//! In a program `define-module` names no new module: its clauses apply to the program.

use super::binding::{Binding, Form};
use super::body::Place;
use super::core::{Datum, Node, NodeId};
use super::environment::Export;
use super::library::Exports;
use super::names::{nearest, suggestion};
use super::syntax::{Content, Symbol, Syntax};
use super::{Expander, Expansion};

type Bindings = Vec<(Symbol, Binding)>;

impl Expander {
    /// The name of a keyword such as `#:export`.
    fn keyword_name(&self, syntax: Syntax) -> Option<&str> {
        match self.arena.content(syntax) {
            Content::Atom(index) => match self.arena.atom(index) {
                Datum::Keyword(name) => Some(name),
                _ => None,
            },
            // Written as in old programs.
            Content::Symbol(symbol) => self.symbols.name(symbol).strip_prefix(':').filter(|name| !name.is_empty()),
            _ => None,
        }
    }

    /// Splits `keyword argument …` into keywords, each with the arguments up to the next one.
    fn options(&mut self, parts: &[Syntax]) -> Expansion<Vec<(String, Syntax, Vec<Syntax>)>> {
        let mut options: Vec<(String, Syntax, Vec<Syntax>)> = Vec::new();
        for &part in parts {
            let name = self.keyword_name(part).map(str::to_owned);
            match (name, options.last_mut()) {
                (Some(name), _) => options.push((name, part, Vec::new())),
                (None, Some((_, _, arguments))) => arguments.push(part),
                (None, None) => return self.fail(part, "expected a keyword such as #:use-module or #:select"),
            }
        }
        Ok(options)
    }

    /// The one argument of an option.
    fn argument(&self, at: Syntax, arguments: &[Syntax]) -> Expansion<Syntax> {
        match arguments {
            [argument] => Ok(*argument),
            _ => self.fail(at, "expected one argument after this keyword"),
        }
    }

    /// `(define-module (name …) option …)`.
    pub(super) fn define_module(&mut self, form: Syntax) -> Expansion<()> {
        let parts = self.arguments(form, 1, usize::MAX)?;
        self.library_name(parts[0])?;
        for (name, at, arguments) in self.options(&parts[1..])? {
            match name.as_str() {
                "use-module" => {
                    let specification = self.argument(at, &arguments)?;
                    self.use_module(specification)?;
                }
                "autoload" => {
                    let &[module, names] = &arguments[..] else {
                        return self.fail(at, "expected a module and a list of names after #:autoload");
                    };
                    let exports = self.module_bindings(module)?;
                    let selected = self.select(&exports, names, module)?;
                    self.import_over(&selected);
                }
                "export" | "export-syntax" | "replace" => {
                    let names = self.argument(at, &arguments)?;
                    self.export_names(names)?;
                }
                "re-export" | "re-export-syntax" | "re-export-and-replace" => {
                    let names = self.argument(at, &arguments)?;
                    self.export_names(names)?;
                }
                "pure" | "no-backtrace" | "duplicates" | "version" | "declarative?" | "filename" => {}
                _ => return self.fail(at, format!("unknown option of `define-module`: #:{name}")),
            }
        }
        Ok(())
    }

    /// Whether a `define-module` form asks for an empty module.
    fn is_pure(&mut self, form: Syntax) -> bool {
        let parts = self.list(form).unwrap_or_default();
        parts.iter().any(|&part| self.keyword_name(part) == Some("pure"))
    }

    /// `(use-modules specification …)`.
    pub(super) fn use_modules(&mut self, form: Syntax) -> Expansion<()> {
        for specification in self.arguments(form, 0, usize::MAX)? {
            self.use_module(specification)?;
        }
        Ok(())
    }

    /// What a module exports.
    fn module_bindings(&mut self, name: Syntax) -> Expansion<Bindings> {
        let exports = self.library_exports(name)?;
        Ok(exports.iter().map(|(&symbol, &binding)| (symbol, binding)).collect())
    }

    /// `(name …)`, or `((name …) option …)`.
    fn use_module(&mut self, specification: Syntax) -> Expansion<()> {
        let parts = self.list(specification).unwrap_or_default();
        let Some(&first) = parts.first() else {
            return self.fail(specification, "expected a module's name, or ((name …) option …)");
        };
        if self.pair(first).is_none() {
            let bindings = self.module_bindings(specification)?;
            self.import_over(&bindings);
            return Ok(());
        }
        let exports = self.module_bindings(first)?;
        let mut bindings = exports.clone();
        let mut prefix = String::new();
        for (name, at, arguments) in self.options(&parts[1..])? {
            let argument = self.argument(at, &arguments)?;
            match name.as_str() {
                "select" => bindings = self.select(&exports, argument, first)?,
                "hide" => {
                    for hidden in self.list(argument).unwrap_or_default() {
                        let at = self.find_export(&bindings, hidden, first)?;
                        bindings.swap_remove(at);
                    }
                }
                "prefix" => match self.symbol_name(argument) {
                    Some(name) => prefix = name.to_owned(),
                    None => return self.fail(argument, "expected a symbol as prefix"),
                },
                "renamer" => prefix = self.renamer(argument)?,
                "version" => {}
                _ => return self.fail(at, format!("unknown option of `use-modules`: #:{name}")),
            }
        }
        if !prefix.is_empty() {
            for (symbol, _) in &mut bindings {
                let name = format!("{prefix}{}", self.symbols.name(*symbol));
                *symbol = self.symbols.intern(&name);
            }
        }
        self.import_over(&bindings);
        Ok(())
    }

    /// The prefix of `(symbol-prefix-proc 'prefix)`.
    fn renamer(&mut self, form: Syntax) -> Expansion<String> {
        let parts = self.list(form).unwrap_or_default();
        if let &[procedure, quoted] = &parts[..]
            && self.symbol_name(procedure) == Some("symbol-prefix-proc")
            && let &[_, prefix] = &self.list(quoted).unwrap_or_default()[..]
            && let Some(prefix) = self.symbol_name(prefix)
        {
            return Ok(prefix.to_owned());
        }
        self.fail(form, "expected (symbol-prefix-proc 'prefix) as renamer")
    }

    /// The bindings that a list of names and `(name . new-name)` selects.
    fn select(&mut self, exports: &Bindings, names: Syntax, module: Syntax) -> Expansion<Bindings> {
        let Some(names) = self.list(names) else { return self.fail(names, "expected a list of names") };
        let mut selected = Vec::with_capacity(names.len());
        for name in names {
            let (old, new) = self.pair(name).unwrap_or((name, name));
            let at = self.find_export(exports, old, module)?;
            match self.identifier(new) {
                Some(new) => selected.push((new.symbol, exports[at].1)),
                None => return self.fail(name, "expected a name or (name . new-name)"),
            }
        }
        Ok(selected)
    }

    /// The index of a name among what a library exports.
    pub(super) fn find_export(&mut self, bindings: &Bindings, name: Syntax, set: Syntax) -> Expansion<usize> {
        let Some(identifier) = self.identifier(name) else {
            return self.fail(name, "expected the name of something to import");
        };
        if let Some(at) = bindings.iter().position(|&(symbol, _)| symbol == identifier.symbol) {
            return Ok(at);
        }
        let set = self.text_of(set);
        let symbol = self.symbols.name(identifier.symbol);
        let near = suggestion(&nearest(symbol, bindings.iter().map(|&(symbol, _)| self.symbols.name(symbol))));
        self.fail(name, format!("{set} does not export `{symbol}`{near}"))
    }

    /// Binds imported names over what was imported before; definitions of the environment's own stay.
    pub(super) fn import_over(&mut self, bindings: &[(Symbol, Binding)]) {
        let environment = self.state.environment;
        for &(symbol, binding) in bindings {
            let own = match self.environments[environment.0 as usize].bindings.get(&symbol) {
                Some(&Binding::Global(global)) => {
                    let owner = self.globals.get(global);
                    owner.environment == environment && owner.defined
                }
                _ => false,
            };
            if !own {
                self.bind_name(environment, symbol, binding);
            }
        }
    }

    /// `(export name …)`, `(re-export name …)`.
    pub(super) fn export_form(&mut self, form: Syntax) -> Expansion<()> {
        let Some((_, names)) = self.pair(form) else { return self.malformed(form) };
        self.export_names(names)
    }

    /// Notes the exports of a list of names and `(inside . outside)`.
    fn export_names(&mut self, names: Syntax) -> Expansion<()> {
        let Some(names) = self.list(names) else { return self.fail(names, "expected a list of names") };
        for name in names {
            let (inside, outside) = self.pair(name).unwrap_or((name, name));
            match (self.identifier(inside), self.identifier(outside)) {
                (Some(inside), Some(outside)) => self.note_export(inside.symbol, outside.symbol, name),
                _ => return self.fail(name, "expected a name or (inside . outside)"),
            }
        }
        Ok(())
    }

    fn note_export(&mut self, inside: Symbol, outside: Symbol, at: Syntax) {
        self.keep = true;
        let environment = self.state.environment;
        self.environments[environment.0 as usize].exports.push(Export { inside, outside, at });
    }

    /// `(define-public …)`: the definition that is also exported.
    pub(super) fn define_public(&mut self, form: Syntax, place: Place) -> Expansion<Syntax> {
        let ([target], _) = self.leading(form)?;
        if place != Place::TopLevel {
            return self.fail(form, "`define-public` must be at the top level");
        }
        let mut name = target;
        while let Some((inner, _)) = self.pair(name) {
            name = inner;
        }
        let Some(identifier) = self.identifier(name) else { return self.malformed(form) };
        self.note_export(identifier.symbol, identifier.symbol, name);
        let Some((_, rest)) = self.pair(form) else { return self.malformed(form) };
        let position = self.arena.position(form);
        let keyword = self.core_identifier(Form::Define, position);
        Ok(self.arena.pair(keyword, rest, position))
    }

    /// Expands the forms of a module's file in its new environment.
    pub(super) fn module_body(&mut self, forms: Vec<Syntax>, name: &str) -> Expansion<Exports> {
        let environment = self.state.environment;
        self.bind_program_syntax(environment);
        if !forms.first().is_some_and(|&form| self.is_pure(form)) {
            self.import_default()?;
        }
        let scopes = self.environments[environment.0 as usize].scopes;
        let at = forms[0];
        let forms = forms.into_iter().map(|form| self.inherit(form, scopes)).collect();
        self.library_body(forms, at)?;
        let exports = std::mem::take(&mut self.environments[environment.0 as usize].exports);
        self.exports_of(exports, name)
    }

    /// `(@ (module …) name)` and `(@@ (module …) name)`.
    pub(super) fn module_reference(&mut self, form: Syntax, private: bool) -> Expansion<NodeId> {
        let parts = self.arguments(form, 2, 2)?;
        let Some(name) = self.identifier(parts[1]) else { return self.malformed(form) };
        let position = self.arena.position(form);
        let (text, library) = self.library_name(parts[0])?;
        let (environment, exports) = self.load_library(&text, &library, position)?;
        let found = match private {
            true => self.environments[environment.0 as usize].bindings.get(&name.symbol).copied(),
            false => exports.get(&name.symbol).copied(),
        };
        match found {
            Some(Binding::Global(global)) => Ok(self.add(Node::Global(global), position)),
            Some(_) => {
                let name = self.symbols.name(name.symbol);
                self.fail(form, format!("`{name}` is syntax and has no value"))
            }
            None => {
                let bindings: Bindings = match private {
                    true => self.environments[environment.0 as usize].bindings.iter().map(|(&s, &b)| (s, b)).collect(),
                    false => exports.iter().map(|(&symbol, &binding)| (symbol, binding)).collect(),
                };
                self.find_export(&bindings, parts[1], parts[0])?;
                self.malformed(form)
            }
        }
    }
}
