//! Libraries from images: environments, exports and globals are restored when a library is imported, macros when they are
//! used.

use super::notes::{Key, Origin};
use super::syntax::{Damaged, MacroReader};
use crate::bytecode::code::Position;
use crate::expand::binding::Binding;
use crate::expand::core::{Datum, GlobalId, Program};
use crate::expand::environment::EnvironmentId;
use crate::expand::library::{Exports, Library};
use crate::expand::macros::rules::{Macro, Transformer};
use crate::expand::scope::{Scope, ScopeSet};
use crate::expand::syntax::{Symbol, Syntax};
use crate::expand::toplevel::DEFAULT_LIBRARY;
use crate::expand::toplevel::rest::Rest;
use crate::expand::{Expander, Expansion};
use crate::object::Image;
use crate::object::records::{
    AliasRecord, BindingKind, BindingRecord, DependencyKind, DependencyRecord, GlobalRecord, IntroducedRecord,
    LiteralKind, LiteralRecord, ModuleKind, ModuleRecord, Range, RelocationRecord, ScopeKind, ScopeRecord,
    ScopeSetRecord, SourceRecord, Table, Target,
};
use std::collections::HashMap;
use std::rc::Rc;

/// An image whose libraries an expander knows, and the numbers that its parts have there.
#[derive(Debug)]
pub struct Archive {
    /// The image.
    pub image: Rc<Image>,
    /// The number of its first source in the expander's table.
    pub first_source: u32,
    symbols: Vec<Option<Symbol>>,
    environments: Vec<Option<EnvironmentId>>,
    globals: Vec<Option<GlobalId>>,
    /// The number of each module's first macro.
    macros: Vec<Option<u32>>,
    scopes: HashMap<u32, Scope>,
    sets: HashMap<u32, ScopeSet>,
    pub(super) syntax: HashMap<u32, Syntax>,
}

impl Archive {
    /// The global of an index, once its module is loaded.
    pub fn global(&self, index: u32) -> Option<GlobalId> {
        self.globals[index as usize]
    }

    /// An atom of a syntax object.
    pub(super) fn atom(&self, literal: u32) -> Option<Datum> {
        let LiteralRecord { kind, a, b } = self.image.record(literal as usize);
        let bits = u64::from(a) | u64::from(b) << 32;
        Some(match LiteralKind::from_number(kind)? {
            LiteralKind::Boolean => Datum::Boolean(a != 0),
            LiteralKind::Integer => Datum::Integer(bits as i64),
            LiteralKind::Float => Datum::Float(f64::from_bits(bits)),
            LiteralKind::Char => Datum::Char(char::from_u32(a)?),
            LiteralKind::String => Datum::String(self.image.text(a).to_owned()),
            LiteralKind::Number => Datum::Number(self.image.text(a).to_owned()),
            LiteralKind::Special => {
                let name = self.image.text(a);
                Datum::Special(crate::text::lexer::SPECIALS.into_iter().find(|special| *special == name)?)
            }
            LiteralKind::Bytevector => {
                Datum::Bytevector(self.image.bytes(Table::Text)[Range { first: a, count: b }.indexes()].to_vec())
            }
            LiteralKind::Keyword => Datum::Keyword(self.image.text(a).to_owned()),
            LiteralKind::Symbol
            | LiteralKind::Nil
            | LiteralKind::Pair
            | LiteralKind::Vector
            | LiteralKind::Reference => {
                return None;
            }
        })
    }
}

impl Expander {
    /// Makes the libraries of an image known; none is loaded yet. Those that are known already stay as they are. Gives the
    /// number of the archive.
    pub fn add_archive(&mut self, image: Rc<Image>) -> u32 {
        let first_source = self.sources.count();
        for index in 0..image.count(Table::Sources) {
            let SourceRecord { name, text } = image.record(index);
            let (name, text) = (image.text(name), image.text(text));
            match self.builtin.iter().find(|(builtin, _)| text.is_empty() && *builtin == name) {
                Some((_, builtin)) => self.sources.add_static(name, builtin),
                None => self.sources.add(name, text),
            };
        }
        let archive = self.archives.len() as u32;
        self.archives.push(Archive {
            first_source,
            symbols: vec![None; image.count(Table::Strings)],
            environments: vec![None; image.count(Table::Modules)],
            globals: vec![None; image.count(Table::Globals)],
            macros: vec![None; image.count(Table::Modules)],
            scopes: HashMap::new(),
            sets: HashMap::new(),
            syntax: HashMap::new(),
            image: image.clone(),
        });
        for index in 0..image.count(Table::Modules) {
            let module: ModuleRecord = image.record(index);
            if module.kind == ModuleKind::Library as u32 {
                let known = self.libraries.entry(image.text(module.name).to_owned());
                let replaced = matches!(known, std::collections::hash_map::Entry::Occupied(ref library)
                    if !matches!(library.get(), Library::Text(_)));
                if !replaced {
                    known.insert_entry(Library::Archived(archive, index as u32));
                }
            }
        }
        archive
    }

    /// An archive.
    pub fn archive(&self, archive: u32) -> &Archive {
        &self.archives[archive as usize]
    }

    /// The number of an image's program, if it holds one.
    pub fn archived_program(&self, archive: u32) -> Option<u32> {
        let image = &self.archives[archive as usize].image;
        let is_program = |index: &usize| image.record::<ModuleRecord>(*index).kind == ModuleKind::Program as u32;
        (0..image.count(Table::Modules)).find(is_program).map(|index| index as u32)
    }

    /// Loads a module of an archive, after those that it needs. Its program joins the pending ones.
    pub(in crate::expand) fn load_archived(
        &mut self,
        archive: u32,
        index: u32,
        position: Position,
    ) -> Expansion<(EnvironmentId, Rc<Exports>)> {
        let image = self.archives[archive as usize].image.clone();
        let module: ModuleRecord = image.record(index as usize);
        let name = image.text(module.name).to_owned();
        for &import in image.numbers(module.imports) {
            self.load_needed(archive, import, &name, position)?;
        }
        let is_library = module.kind == ModuleKind::Library as u32;
        let environment = self.new_environment(if is_library { &name } else { "program" });
        let home = &mut self.archives[archive as usize];
        home.environments[index as usize] = Some(environment);
        for global in module.globals.indexes() {
            let record: GlobalRecord = image.record(global);
            let symbol = self.archive_symbol(archive, record.name);
            let id = self.globals.add(symbol, environment, record.defined != 0);
            self.archives[archive as usize].globals[global] = Some(id);
        }
        let context = self.environments[environment.0 as usize].context;
        self.archives[archive as usize].macros[index as usize] = Some(self.macros.len() as u32);
        for archived in module.macros.indexes() {
            self.frozen.insert(self.macros.len() as u32, (archive, archived as u32));
            self.macros.push(Rc::new(Macro { transformer: Transformer::Rules(Vec::new()), context }));
        }
        for relocation in module.relocations.indexes() {
            let RelocationRecord { kind, target, .. } = image.record(relocation);
            if kind == Target::Global as u32 && self.archive_global(archive, target).is_none() {
                return self.fail_at(position, format!("the image of {name} refers to what it does not import"));
            }
        }
        if is_library {
            self.bind_archived(archive, &module, environment);
        } else {
            self.program = Some(environment);
            self.archived_program = Some((archive, index));
            if module.forms > 0 && (module.source as usize) < image.count(Table::Sources) {
                let source = self.archives[archive as usize].first_source + module.source;
                self.rests.insert(environment, Rest { source, forms: module.forms });
            }
        }
        let mut exports = Exports::default();
        exports.reserve(module.exports.count as usize);
        for export in module.exports.indexes() {
            let BindingRecord { name, kind, value } = image.record(export);
            let symbol = self.archive_symbol(archive, name);
            if let Some(binding) = self.archive_binding(archive, kind, value) {
                exports.insert(symbol, binding);
            }
        }
        let exports = Rc::new(exports);
        if module.is_default != 0 {
            self.default_environments.push(environment);
        }
        if is_library {
            self.keys.insert(name.clone(), module.key);
            self.libraries.insert(name, Library::Ready(environment, exports.clone()));
        }
        if module.programs.count > 0 {
            self.pending.push(Program { origin: Origin::Archive(archive, index), ..Program::default() });
        }
        Ok((environment, exports))
    }

    /// Binds the names of an archived module in its environment.
    fn bind_archived(&mut self, archive: u32, module: &ModuleRecord, environment: EnvironmentId) {
        let image = self.archives[archive as usize].image.clone();
        for binding in module.bindings.indexes() {
            let BindingRecord { name, kind, value } = image.record(binding);
            let symbol = self.archive_symbol(archive, name);
            if let Some(binding) = self.archive_binding(archive, kind, value) {
                self.environments[environment.0 as usize].bindings.insert(symbol, binding);
            }
        }
        for binding in module.introduced.indexes() {
            let IntroducedRecord { name, scopes, kind, value } = image.record(binding);
            let symbol = self.archive_symbol(archive, name);
            let scopes = self.archive_scopes(archive, scopes);
            if let Some(binding) = self.archive_binding(archive, kind, value) {
                let introduced = &mut self.environments[environment.0 as usize].introduced;
                introduced.entry(symbol).or_default().push((scopes, binding));
            }
        }
    }

    /// Binds the names of the running program if it came from an image: few programs ever ask for them.
    pub(in crate::expand) fn thaw_program(&mut self) -> Expansion<()> {
        let (Some((archive, index)), Some(environment)) = (self.archived_program, self.program) else { return Ok(()) };
        let module: ModuleRecord = self.archives[archive as usize].image.record(index as usize);
        if module.is_open == 0 {
            return self.fail_at(Position::default(), "the program's image does not hold its environment");
        }
        self.archived_program = None;
        if module.is_default != 0 {
            let (_, exports) = self.find_library(DEFAULT_LIBRARY, &[], Position::default())?;
            let own = exports.iter().map(|(&symbol, &binding)| (symbol, binding));
            self.environments[environment.0 as usize].bindings.extend(own);
        }
        self.bind_archived(archive, &module, environment);
        Ok(())
    }

    /// Loads a module that another one needs, and sees that it is the one that was there when that was compiled.
    fn load_needed(&mut self, archive: u32, import: u32, by: &str, position: Position) -> Expansion<()> {
        if self.archives[archive as usize].environments[import as usize].is_some() {
            return Ok(());
        }
        let image = self.archives[archive as usize].image.clone();
        let module: ModuleRecord = image.record(import as usize);
        let name = image.text(module.name).to_owned();
        let parts: Vec<String> = name.trim_matches(['(', ')']).split_whitespace().map(str::to_owned).collect();
        let (environment, _) = self.find_library(&name, &parts, position)?;
        if self.keys.get(&name).copied().unwrap_or_default() != module.key {
            let message = format!("library {name} has changed since {by} was compiled: compile it again");
            return self.fail_at(position, message);
        }
        self.archives[archive as usize].environments[import as usize] = Some(environment);
        Ok(())
    }

    /// The symbol of a string of an archive.
    pub(super) fn archive_symbol(&mut self, archive: u32, string: u32) -> Symbol {
        let home = &mut self.archives[archive as usize];
        match home.symbols[string as usize] {
            Some(symbol) => symbol,
            None => {
                let symbol = self.symbols.intern(home.image.text(string));
                home.symbols[string as usize] = Some(symbol);
                symbol
            }
        }
    }

    /// The same for a number that was not checked.
    pub(super) fn archive_symbol_checked(&mut self, archive: u32, string: u32) -> Option<Symbol> {
        let known = (string as usize) < self.archives[archive as usize].symbols.len();
        known.then(|| self.archive_symbol(archive, string))
    }

    /// A position in a source of an archive.
    pub(super) fn archive_position(&self, archive: u32, source: u32, line: u32, column: u32) -> Position {
        match line {
            0 => Position::default(),
            line => Position { source: self.archives[archive as usize].first_source + source, line, column },
        }
    }

    /// A global of an archive whose module is loaded. One of another library that it does not know yet was never defined
    /// there: it is made as the expander would have made it.
    fn archive_global(&mut self, archive: u32, index: u32) -> Option<GlobalId> {
        if let Some(global) = self.archives[archive as usize].globals[index as usize] {
            return Some(global);
        }
        let record: GlobalRecord = self.archives[archive as usize].image.record(index as usize);
        let environment = self.archives[archive as usize].environments[record.module as usize]?;
        let symbol = self.archive_symbol(archive, record.name);
        let bound = self.environments[environment.0 as usize].bindings.get(&symbol).copied();
        let is_own = |global: GlobalId| self.globals.get(global).environment == environment;
        let global = match bound {
            Some(Binding::Global(global)) if record.ordinal == 0 && is_own(global) => global,
            _ => {
                let same = |id: &GlobalId| {
                    let global = self.globals.get(*id);
                    global.environment == environment && global.name == symbol
                };
                let mut all = (0..self.globals.count() as u32).map(GlobalId).filter(same);
                match all.nth(record.ordinal as usize) {
                    Some(global) => global,
                    None => {
                        let global = self.globals.add(symbol, environment, false);
                        let bindings = &mut self.environments[environment.0 as usize].bindings;
                        bindings.entry(symbol).or_insert(Binding::Global(global));
                        global
                    }
                }
            }
        };
        self.archives[archive as usize].globals[index as usize] = Some(global);
        Some(global)
    }

    fn archive_binding(&mut self, archive: u32, kind: u32, value: u32) -> Option<Binding> {
        match BindingKind::from_number(kind)? {
            BindingKind::Global => self.archive_global(archive, value).map(Binding::Global),
            BindingKind::Form => Expander::form_named(self.archives[archive as usize].image.text(value)),
            BindingKind::Macro => {
                let home = &self.archives[archive as usize];
                let record: crate::object::records::MacroRecord = home.image.record(value as usize);
                let module: ModuleRecord = home.image.record(record.module as usize);
                let first = home.macros[record.module as usize]?;
                Some(Binding::Macro(first + value.checked_sub(module.macros.first)?))
            }
            BindingKind::Alias => {
                let AliasRecord { module, name } = self.archives[archive as usize].image.record(value as usize);
                let environment = self.archives[archive as usize].environments[module as usize]?;
                let symbol = self.archive_symbol(archive, name);
                self.environments[environment.0 as usize].bindings.get(&symbol).copied()
            }
        }
    }

    /// A set of scopes of an archive.
    pub(super) fn archive_scopes(&mut self, archive: u32, index: u32) -> ScopeSet {
        if let Some(&set) = self.archives[archive as usize].sets.get(&index) {
            return set;
        }
        let image = self.archives[archive as usize].image.clone();
        let record: ScopeSetRecord = image.record(index as usize);
        let mut set = ScopeSet::EMPTY;
        for &scope in image.numbers(record.scopes) {
            if let Some(scope) = self.archive_scope(archive, scope) {
                set = self.scopes.add(set, scope);
            }
        }
        self.archives[archive as usize].sets.insert(index, set);
        set
    }

    fn archive_scope(&mut self, archive: u32, index: u32) -> Option<Scope> {
        if let Some(&scope) = self.archives[archive as usize].scopes.get(&index) {
            return Some(scope);
        }
        let ScopeRecord { kind, module } = self.archives[archive as usize].image.record(index as usize);
        let environment = self.archives[archive as usize].environments[module as usize];
        let scope = match ScopeKind::from_number(kind)? {
            ScopeKind::Environment => {
                let set = self.environments[environment?.0 as usize].scopes;
                Scope(*self.scopes.members(set).first()?)
            }
            ScopeKind::Other => self.scopes.fresh(),
            ScopeKind::UseSite => {
                let context = self.environments[environment?.0 as usize].context;
                self.scopes.fresh_use_site(context)
            }
        };
        self.archives[archive as usize].scopes.insert(index, scope);
        Some(scope)
    }

    /// Restores a macro that still lies in an archive.
    pub(in crate::expand) fn thaw(&mut self, number: u32, at: Syntax) -> Expansion<()> {
        let Some((archive, index)) = self.frozen.remove(&number) else { return Ok(()) };
        // What is made here must outlive the present form.
        self.keep = true;
        match MacroReader::new(self, archive).rules(index) {
            Ok(rules) => {
                let context = self.macros[number as usize].context;
                self.macros[number as usize] = Rc::new(Macro { transformer: Transformer::Rules(rules), context });
                Ok(())
            }
            Err(Damaged) => self.fail(at, "this macro's image is damaged"),
        }
    }

    /// Loads the program of an archive, after the libraries that it needs; it joins the pending programs.
    ///
    /// # Errors
    /// When a library can't be loaded or has changed.
    pub fn load_archived_program(&mut self, archive: u32, module: u32) -> Expansion<Vec<Program>> {
        self.state = Default::default();
        self.keep = true;
        self.load_archived(archive, module, Position::default())?;
        Ok(self.take_programs())
    }

    /// Whether the program of an image is what would be made of its sources as they are now.
    pub fn program_is_current(&self, image: &Image) -> bool {
        let is_program = |index: &usize| image.record::<ModuleRecord>(*index).kind == ModuleKind::Program as u32;
        let mut programs = (0..image.count(Table::Modules)).filter(is_program);
        programs.next().is_some_and(|index| self.is_current(image, index, 0))
    }

    /// Whether a module of an image is what would be made of the sources as they are now.
    pub fn is_current(&self, image: &Image, index: usize, depth: usize) -> bool {
        let module: ModuleRecord = image.record(index);
        let file = |path: &str, key: Key| std::fs::read(path).is_ok_and(|bytes| super::notes::key_of(&[&bytes]) == key);
        for dependency in module.dependencies.indexes() {
            let DependencyRecord { kind, name, key } = image.record(dependency);
            let name = image.text(name);
            let holds = match DependencyKind::from_number(kind) {
                Some(DependencyKind::File) => file(name, key),
                Some(DependencyKind::Present) => self.is_there(name),
                Some(DependencyKind::Absent) => !self.is_there(name),
                None => false,
            };
            if !holds {
                return false;
            }
        }
        image.numbers(module.imports).iter().all(|&import| {
            let needed: ModuleRecord = image.record(import as usize);
            match needed.kind == ModuleKind::External as u32 {
                true => self.current_key(image.text(needed.name), depth) == Some(needed.key),
                false => self.is_current(image, import as usize, depth),
            }
        })
    }

    fn is_there(&self, name: &str) -> bool {
        let parts: Vec<String> = name.trim_matches(['(', ')']).split_whitespace().map(str::to_owned).collect();
        self.libraries.contains_key(name) || matches!(self.provider.library(&parts), Ok(Some(_)))
    }

    /// The key that a library would have if it were loaded now; nothing if that is not known without expanding it.
    fn current_key(&self, name: &str, depth: usize) -> Option<Key> {
        if depth > super::super::MAXIMUM_DEPTH as usize / 8 {
            return None;
        }
        if let Some(key) = self.keys.get(name) {
            return Some(*key);
        }
        match self.libraries.get(name) {
            Some(Library::Archived(archive, index)) => {
                Some(self.archives[*archive as usize].image.record::<ModuleRecord>(*index as usize).key)
            }
            Some(Library::Ready(..)) => Some(Key::default()),
            Some(_) => None,
            None => {
                let parts: Vec<String> = name.trim_matches(['(', ')']).split_whitespace().map(str::to_owned).collect();
                let found = self.provider.library(&parts).ok()??;
                let image =
                    self.store.as_ref()?.find(super::notes::key_of(&[found.name.as_bytes(), found.text.as_bytes()]))?;
                let index = library_of(&image, name)?;
                self.is_current(&image, index, depth + 1).then(|| image.record::<ModuleRecord>(index).key)
            }
        }
    }

    /// The image of a library whose text was found, if the store has one that is current.
    pub(in crate::expand) fn stored_library(
        &mut self,
        name: &str,
        found: &crate::expand::provider::Found,
    ) -> Option<(u32, u32)> {
        let key = super::notes::key_of(&[found.name.as_bytes(), found.text.as_bytes()]);
        let image = self.store.as_ref()?.find(key)?;
        let index = library_of(&image, name)?;
        if !self.is_current(&image, index, 0) {
            return None;
        }
        let image = self.store.as_ref()?.take(key)?;
        Some((self.add_archive(image), index as u32))
    }
}

/// The module of an image that is a library of that name.
fn library_of(image: &Image, name: &str) -> Option<usize> {
    (0..image.count(Table::Modules)).find(|&index| {
        let module: ModuleRecord = image.record(index);
        module.kind == ModuleKind::Library as u32 && image.text(module.name) == name
    })
}
