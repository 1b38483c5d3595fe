//! Records of modules: their globals, code, bindings and macros.

use super::notes::{Dependency, Key};
use crate::bytecode::code::Position;
use crate::compile::draft::{CodeDraft, Constant, Draft};
use crate::expand::Expander;
use crate::expand::binding::Binding;
use crate::expand::core::{Datum, DatumId, GlobalId};
use crate::expand::environment::EnvironmentId;
use crate::expand::library::Library;
use crate::expand::scope::ScopeSet;
use crate::expand::syntax::Symbol;
use crate::expand::toplevel::DEFAULT_LIBRARY;
use crate::object::records::{
    AliasRecord, BindingKind, BindingRecord, CodeRecord, DependencyRecord, GlobalRecord, IntroducedRecord, LiteralKind,
    LiteralRecord, MacroRecord, ModuleKind, ModuleRecord, PositionRecord, Range, RelocationRecord, SourceRecord, Table,
    Target,
};
use crate::object::write::Tables;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Procedures that depend on where a program's text lies.
const OWN_PLACE: &[&str] = &["%source-file", "%add-library-directory"];

/// Procedures that evaluate forms in the environment of the running program, or may.
const OWN_ENVIRONMENT: &[&str] = &[
    "interaction-environment",
    "current-module",
    "load",
    "primitive-load",
    "primitive-eval",
    "eval-string",
    "defined?",
    "%continue-program",
];

/// A module to be written.
#[derive(Debug)]
pub struct Module<'a> {
    /// Its environment.
    pub environment: EnvironmentId,
    /// Its name: of a program, the file's.
    pub name: String,
    /// A library, or a program.
    pub is_library: bool,
    /// Key of what it was made from.
    pub key: Key,
    /// Libraries to be loaded before it.
    pub imports: Vec<String>,
    /// What else it depends on.
    pub dependencies: Vec<Dependency>,
    /// Its code, in the order of execution.
    pub drafts: Vec<&'a Draft>,
}

/// What can't be written, and why.
pub type Result<T> = std::result::Result<T, String>;

/// Work in progress.
pub(super) struct Writer<'a> {
    pub(super) expander: &'a Expander,
    pub(super) tables: Tables,
    modules: Vec<ModuleRecord>,
    by_environment: HashMap<EnvironmentId, u32>,
    /// Index, and the module that owns it.
    globals: HashMap<GlobalId, (u32, u32)>,
    /// The modules that the one being written refers to.
    referred: BTreeSet<u32>,
    references: Vec<BTreeSet<u32>>,
    ordinals: HashMap<GlobalId, u32>,
    macros: HashMap<u32, u32>,
    sources: HashMap<u32, u32>,
    with_text: bool,
    pub(super) scopes: HashMap<u32, u32>,
    pub(super) sets: HashMap<ScopeSet, u32>,
    pub(super) syntax: HashMap<u32, u32>,
    /// References among syntax objects that have no target yet: their records, and the nodes that they refer to.
    pub(super) references_to: Vec<(u32, u32)>,
    /// Names that occur in macros of the module being written.
    pub(super) mentioned: HashSet<Symbol>,
}

/// Tables with these modules, each after those that it imports. `with_text`: the texts of sources are kept, for messages.
///
/// Programs come with what names mean in them, for `load`, and `eval` in their environment. One that does not ask for
/// that is written without if there is no other way: then it is an error when somebody asks all the same.
///
/// # Errors
/// What can't be written, and why.
pub fn tables(expander: &Expander, modules: &[Module<'_>], with_text: bool) -> Result<Tables> {
    if modules.iter().any(|module| !module.is_library && mentions(expander, module, OWN_PLACE)) {
        return Err("it asks where its own text lies".into());
    }
    let cause = match tables_with(expander, modules, with_text, true) {
        Err(cause) if modules.iter().any(|module| !module.is_library) => cause,
        result => return result,
    };
    if modules.iter().any(|module| !module.is_library && needs_environment(expander, module)) {
        return Err(format!("it evaluates forms in its own environment, and {cause}"));
    }
    tables_with(expander, modules, with_text, false)
}

/// Whether a program's code asks for its environment, to evaluate forms there.
pub fn needs_environment(expander: &Expander, module: &Module<'_>) -> bool {
    mentions(expander, module, OWN_ENVIRONMENT)
}

fn mentions(expander: &Expander, module: &Module<'_>, names: &[&str]) -> bool {
    let asks = |constant: &Constant| match constant {
        Constant::Global(id) => names.contains(&expander.global_name(*id)),
        _ => false,
    };
    let mut codes = module.drafts.iter().flat_map(|draft| &draft.codes);
    codes.any(|code| code.constants.iter().any(asks))
}

fn tables_with(expander: &Expander, modules: &[Module<'_>], with_text: bool, with_programs: bool) -> Result<Tables> {
    let has_names = |module: &Module<'_>| module.is_library || with_programs;
    let mut writer = Writer {
        expander,
        tables: Tables::new(),
        modules: Vec::new(),
        by_environment: HashMap::new(),
        globals: HashMap::new(),
        referred: BTreeSet::new(),
        references: vec![BTreeSet::new(); modules.len()],
        ordinals: ordinals(expander),
        macros: HashMap::new(),
        sources: HashMap::new(),
        with_text,
        scopes: HashMap::new(),
        sets: HashMap::new(),
        syntax: HashMap::new(),
        references_to: Vec::new(),
        mentioned: HashSet::new(),
    };
    writer.number(modules, &has_names)?;
    for (index, module) in modules.iter().enumerate() {
        writer.code(index, module)?;
        writer.references[index].append(&mut writer.referred);
    }
    for (index, module) in modules.iter().enumerate().filter(|(_, module)| has_names(module)) {
        writer.meanings(index, module)?;
        writer.references[index].append(&mut writer.referred);
    }
    for (index, module) in modules.iter().enumerate() {
        writer.outside(index, module)?;
    }
    for record in std::mem::take(&mut writer.modules) {
        writer.tables.add(record);
    }
    Ok(writer.tables)
}

/// For each global, how many of the same name its environment had before.
fn ordinals(expander: &Expander) -> HashMap<GlobalId, u32> {
    let mut counts: HashMap<(EnvironmentId, Symbol), u32> = HashMap::new();
    let mut ordinals = HashMap::new();
    for index in 0..expander.globals.count() {
        let id = GlobalId(index as u32);
        let global = expander.globals.get(id);
        let count = counts.entry((global.environment, global.name)).or_default();
        if *count > 0 {
            ordinals.insert(id, *count);
        }
        *count += 1;
    }
    ordinals
}

impl Writer<'_> {
    /// Gives modules, and the globals and macros that are their own, their numbers.
    fn number(&mut self, modules: &[Module<'_>], has_names: &dyn Fn(&Module<'_>) -> bool) -> Result<()> {
        for (index, module) in modules.iter().enumerate() {
            let name = self.tables.string(&module.name);
            let kind = if module.is_library { ModuleKind::Library } else { ModuleKind::Program };
            let is_default = u32::from(self.expander.default_environments.contains(&module.environment));
            let (kind, key) = (kind as u32, module.key);
            let (forms, source) = match self.expander.rests.get(&module.environment) {
                Some(rest) => (rest.forms, self.source(rest.source)),
                None => (0, 0),
            };
            let is_open = u32::from(has_names(module));
            let record =
                ModuleRecord { name, kind, key, is_default, is_open, forms, source, ..ModuleRecord::default() };
            self.modules.push(record);
            self.by_environment.insert(module.environment, index as u32);
        }
        let mut own: Vec<Vec<GlobalId>> = vec![Vec::new(); modules.len()];
        for index in 0..self.expander.globals.count() {
            let id = GlobalId(index as u32);
            if let Some(&module) = self.by_environment.get(&self.expander.globals.get(id).environment) {
                own[module as usize].push(id);
            }
        }
        for (index, globals) in own.into_iter().enumerate() {
            let first = self.tables.count(Table::Globals);
            for id in globals {
                self.add_global(id, index as u32);
            }
            self.modules[index].globals = self.tables.since(Table::Globals, first);
        }
        let mut count = 0;
        for (index, module) in modules.iter().enumerate().filter(|(_, module)| has_names(module)) {
            let context = self.expander.environments[module.environment.0 as usize].context;
            let first = count;
            for number in 0..self.expander.macros.len() as u32 {
                if self.expander.macros[number as usize].context == context {
                    self.macros.insert(number, count);
                    count += 1;
                }
            }
            self.modules[index].macros = Range { first, count: count - first };
        }
        for index in modules.iter().enumerate().filter(|(_, module)| !has_names(module)).map(|(index, _)| index) {
            self.modules[index].macros = Range { first: count, count: 0 };
        }
        Ok(())
    }

    fn add_global(&mut self, id: GlobalId, module: u32) -> u32 {
        let global = self.expander.globals.get(id);
        let name = self.tables.string(self.expander.symbols.name(global.name));
        let ordinal = self.ordinals.get(&id).copied().unwrap_or(0);
        let index = self.tables.add(GlobalRecord { module, name, ordinal, defined: global.defined as u32 });
        self.globals.insert(id, (index, module));
        index
    }

    /// The module of an environment: one of the image's, or a library that is referred to.
    pub(super) fn module_of(&mut self, environment: EnvironmentId) -> Result<u32> {
        if let Some(&module) = self.by_environment.get(&environment) {
            self.referred.insert(module);
            return Ok(module);
        }
        let name = &self.expander.environments[environment.0 as usize].name;
        match self.expander.libraries.get(name) {
            Some(Library::Ready(ready, _)) if *ready == environment => {}
            _ => return Err(format!("it refers to the environment `{name}`, which is no library")),
        }
        let key = self.expander.library_key(name).unwrap_or_default();
        let name = self.tables.string(name);
        let module = self.modules.len() as u32;
        self.modules.push(ModuleRecord { name, kind: ModuleKind::External as u32, key, ..ModuleRecord::default() });
        self.by_environment.insert(environment, module);
        self.referred.insert(module);
        Ok(module)
    }

    fn global(&mut self, id: GlobalId) -> Result<u32> {
        if let Some(&(global, module)) = self.globals.get(&id) {
            self.referred.insert(module);
            return Ok(global);
        }
        let module = self.module_of(self.expander.globals.get(id).environment)?;
        Ok(self.add_global(id, module))
    }

    fn source(&mut self, source: u32) -> u32 {
        if let Some(&index) = self.sources.get(&source) {
            return index;
        }
        let found = self.expander.sources.get(source);
        let name = self.tables.string(&found.name);
        let text = if self.with_text { self.tables.string(&found.text) } else { 0 };
        let index = self.tables.add(SourceRecord { name, text });
        self.sources.insert(source, index);
        index
    }

    /// A position: source, line, column.
    pub(super) fn position(&mut self, position: Position) -> (u32, u32, u32) {
        match position.line {
            0 => (0, 0, 0),
            line => (self.source(position.source), line, position.column),
        }
    }

    fn code(&mut self, index: usize, module: &Module<'_>) -> Result<()> {
        let tables = [Table::Literals, Table::Codes, Table::Relocations];
        let [literals, codes, relocations] = tables.map(|table| self.tables.count(table));
        let mut programs = Vec::new();
        for draft in &module.drafts {
            programs.push(self.tables.count(Table::Codes));
            self.draft(draft)?;
        }
        let programs = self.tables.numbers(&programs);
        let record = &mut self.modules[index];
        record.programs = programs;
        record.literals = self.tables.since(Table::Literals, literals);
        record.codes = self.tables.since(Table::Codes, codes);
        record.relocations = self.tables.since(Table::Relocations, relocations);
        Ok(())
    }

    fn draft(&mut self, draft: &Draft) -> Result<()> {
        let first = self.tables.count(Table::Codes);
        let mut made = HashMap::new();
        for code in &draft.codes {
            self.code_object(code, first, &draft.data, &mut made)?;
        }
        Ok(())
    }

    fn code_object(
        &mut self,
        code: &CodeDraft,
        first: u32,
        data: &[Datum],
        made: &mut HashMap<DatumId, u32>,
    ) -> Result<()> {
        let units = self.tables.words(Table::Code, &code.units);
        let constants = Range { first: self.tables.count(Table::Constants), count: code.constants.len() as u32 };
        for constant in &code.constants {
            let (kind, target) = match *constant {
                Constant::Word(word) => {
                    self.tables.constant(word.0);
                    continue;
                }
                Constant::Datum(id) => (Target::Literal, self.literal(data, id, made)?),
                // Their arguments are numbers of patterns and templates of this process.
                Constant::Global(id) if self.expander.global_name(id).starts_with("%syntax-") => {
                    return Err("it uses syntax objects while it runs".into());
                }
                Constant::Global(id) => (Target::Global, self.global(id)?),
                Constant::Procedure(id) => (Target::Procedure, first + id.0),
            };
            let constant = self.tables.constant(0);
            self.tables.add(RelocationRecord { constant, kind: kind as u32, target });
        }
        let cells = self.tables.cells(code.cells);
        let nested: Vec<u32> = code.codes.iter().map(|id| first + id.0).collect();
        let codes = self.tables.numbers(&nested);
        let mut entries = Vec::with_capacity(code.positions.len());
        for &(unit, position) in &code.positions {
            // A place that is not known is line 0 of whatever source.
            let source = self.source(position.source);
            entries.push(PositionRecord { unit, source, line: position.line, column: position.column });
        }
        let positions = self.tables.add_all(entries);
        let name = self.tables.string(&code.name);
        self.tables.add(CodeRecord {
            units,
            frame_size: code.frame_size,
            captures: code.captures,
            constants,
            cells,
            codes,
            positions,
            name,
        });
        Ok(())
    }

    /// A datum with all its parts, which come before it.
    fn literal(&mut self, data: &[Datum], id: DatumId, made: &mut HashMap<DatumId, u32>) -> Result<u32> {
        let mut pending = vec![(id, false)];
        let mut references = Vec::new();
        while let Some((id, parts_are_made)) = pending.pop() {
            if made.contains_key(&id) {
                continue;
            }
            let parts = match &data[id.index()] {
                Datum::Pair(car, cdr) => vec![*car, *cdr],
                Datum::Vector(elements) => elements.clone(),
                _ => Vec::new(),
            };
            if !parts.is_empty() && !parts_are_made {
                pending.push((id, true));
                pending.extend(parts.iter().rev().filter(|part| !made.contains_key(part)).map(|&part| (part, false)));
                continue;
            }
            if let Datum::Reference(target) = data[id.index()] {
                references.push((self.tables.count(Table::Literals), target));
            }
            let parts: Vec<u32> = parts.iter().map(|part| made.get(part).copied().unwrap_or(0)).collect();
            let literal = self.datum(&data[id.index()], &parts)?;
            made.insert(id, literal);
        }
        for (record, target) in references {
            let reference = LiteralRecord { kind: LiteralKind::Reference as u32, a: made[&target], b: 0 };
            self.tables.replace(record, reference);
        }
        Ok(made[&id])
    }

    /// One datum whose parts are written.
    pub(super) fn datum(&mut self, datum: &Datum, parts: &[u32]) -> Result<u32> {
        use LiteralKind as Kind;
        let halves = |bits: u64| (bits as u32, (bits >> 32) as u32);
        let (kind, (a, b)) = match datum {
            Datum::Boolean(value) => (Kind::Boolean, (*value as u32, 0)),
            Datum::Integer(value) => (Kind::Integer, halves(*value as u64)),
            Datum::Float(value) => (Kind::Float, halves(value.to_bits())),
            Datum::Char(value) => (Kind::Char, (*value as u32, 0)),
            Datum::String(text) => (Kind::String, (self.tables.string(text), 0)),
            Datum::Symbol(name) => (Kind::Symbol, (self.tables.string(name), 0)),
            Datum::Number(text) => (Kind::Number, (self.tables.string(text), 0)),
            Datum::Special(name) => (Kind::Special, (self.tables.string(name), 0)),
            Datum::Nil => (Kind::Nil, (0, 0)),
            Datum::Keyword(name) => (Kind::Keyword, (self.tables.string(name), 0)),
            Datum::Value(_) => return Err("it holds an object of a running program".into()),
            // Where to is known when that is written.
            Datum::Reference(_) => (Kind::Reference, (0, 0)),
            Datum::Pair(..) => (Kind::Pair, (parts[0], parts[1])),
            Datum::Vector(_) => {
                let range = self.tables.numbers(parts);
                (Kind::Vector, (range.first, range.count))
            }
            Datum::Bytevector(bytes) => {
                let range = self.tables.bytes(bytes);
                (Kind::Bytevector, (range.first, range.count))
            }
        };
        Ok(self.tables.add(LiteralRecord { kind: kind as u32, a, b }))
    }

    /// Macros, bindings and exports of a library, of a program all that names mean in it.
    fn meanings(&mut self, index: usize, module: &Module<'_>) -> Result<()> {
        self.mentioned.clear();
        let expander = self.expander;
        let context = expander.environments[module.environment.0 as usize].context;
        for transformer in expander.macros.iter().filter(|transformer| transformer.context == context) {
            let rules = self.rules(transformer)?;
            self.tables.add(MacroRecord { module: index as u32, rules });
        }
        let environment = &expander.environments[module.environment.0 as usize];
        let mut names: Vec<(Symbol, Binding)> =
            environment.bindings.iter().map(|(&symbol, &binding)| (symbol, binding)).collect();
        let defaults = match expander.libraries.get(DEFAULT_LIBRARY) {
            Some(Library::Ready(_, exports)) if expander.default_environments.contains(&module.environment) => {
                Some(exports)
            }
            _ => None,
        };
        names.retain(|&(symbol, binding)| match module.is_library {
            true => self.is_own(binding, module.environment) || self.mentioned.contains(&symbol),
            false => defaults.is_none_or(|exports| exports.get(&symbol) != Some(&binding)),
        });
        names.sort_by_key(|(symbol, _)| *symbol);
        let bindings = self.bindings(&names)?;
        let mut introduced = Vec::new();
        for (&symbol, list) in &environment.introduced {
            // Programs that use the library's macros may have added their own.
            let own = list.iter().filter(|(_, binding)| self.is_own(*binding, module.environment));
            introduced.extend(own.map(|&(set, binding)| (symbol, set, binding)));
        }
        introduced.sort_by_key(|(symbol, set, _)| (*symbol, expander.scopes.size(*set)));
        let first = self.tables.count(Table::Introduced);
        for (symbol, set, binding) in introduced {
            let (kind, value) = self.binding(binding)?;
            let name = self.tables.string(expander.symbols.name(symbol));
            let scopes = self.scope_set(set)?;
            self.tables.add(IntroducedRecord { name, scopes, kind: kind as u32, value });
        }
        let introduced = self.tables.since(Table::Introduced, first);
        let mut exported: Vec<(Symbol, Binding)> = match expander.libraries.get(&module.name) {
            _ if !module.is_library => Vec::new(),
            Some(Library::Ready(_, exports)) => exports.iter().map(|(&symbol, &binding)| (symbol, binding)).collect(),
            _ => return Err(format!("there is no library {}", module.name)),
        };
        exported.sort_by_key(|(symbol, _)| *symbol);
        let exports = self.bindings(&exported)?;
        let record = &mut self.modules[index];
        (record.bindings, record.introduced, record.exports) = (bindings, introduced, exports);
        Ok(())
    }

    fn is_own(&self, binding: Binding, environment: EnvironmentId) -> bool {
        match binding {
            Binding::Global(id) => self.expander.globals.get(id).environment == environment,
            Binding::Macro(number) => {
                let context = self.expander.environments[environment.0 as usize].context;
                self.expander.macros[number as usize].context == context
            }
            _ => false,
        }
    }

    fn bindings(&mut self, names: &[(Symbol, Binding)]) -> Result<Range> {
        let mut records = Vec::with_capacity(names.len());
        for &(symbol, binding) in names {
            let (kind, value) = self.binding(binding)?;
            let name = self.tables.string(self.expander.symbols.name(symbol));
            records.push(BindingRecord { name, kind: kind as u32, value });
        }
        Ok(self.tables.add_all(records))
    }

    fn binding(&mut self, binding: Binding) -> Result<(BindingKind, u32)> {
        match binding {
            Binding::Global(id) => Ok((BindingKind::Global, self.global(id)?)),
            Binding::Form(form) => Ok((BindingKind::Form, self.tables.string(form.name()))),
            Binding::Macro(number) => match self.macros.get(&number) {
                Some(&index) => {
                    let context = self.expander.macros[number as usize].context;
                    let home = self.expander.environments.iter().position(|home| home.context == context);
                    self.module_of(EnvironmentId(home.unwrap_or(0) as u32))?;
                    Ok((BindingKind::Macro, index))
                }
                None => {
                    let (module, name) = self.foreign_macro(number)?;
                    Ok((BindingKind::Alias, self.tables.add(AliasRecord { module, name })))
                }
            },
            _ => Err("it binds a name to something that has no name outside".into()),
        }
    }

    /// The library that defines a macro, and its name there.
    fn foreign_macro(&mut self, number: u32) -> Result<(u32, u32)> {
        let expander = self.expander;
        let context = expander.macros[number as usize].context;
        let home = expander.environments.iter().position(|environment| environment.context == context);
        let found = home.and_then(|home| {
            let bindings = &expander.environments[home].bindings;
            let mut names = bindings.iter().filter(|(_, binding)| **binding == Binding::Macro(number));
            names.next().map(|(&symbol, _)| (home, symbol))
        });
        let Some((home, symbol)) = found else { return Err("it refers to a macro that has no name".into()) };
        let module = self.module_of(EnvironmentId(home as u32))?;
        Ok((module, self.tables.string(expander.symbols.name(symbol))))
    }

    /// Imports and dependencies of a module: all that it refers to is known by now.
    fn outside(&mut self, index: usize, module: &Module<'_>) -> Result<()> {
        let mut imports = Vec::new();
        for name in &module.imports {
            let Some(Library::Ready(environment, _)) = self.expander.libraries.get(name) else { continue };
            let import = self.module_of(*environment)?;
            if import as usize != index && !imports.contains(&import) {
                imports.push(import);
            }
        }
        // What expansions of macros refer to must be there too, though no import names it.
        let referred = std::mem::take(&mut self.references[index]);
        imports.extend(referred.into_iter().filter(|&other| other as usize != index));
        imports.sort_unstable();
        imports.dedup();
        let first = self.tables.count(Table::Dependencies);
        for dependency in &module.dependencies {
            let name = self.tables.string(&dependency.name);
            self.tables.add(DependencyRecord { kind: dependency.kind as u32, name, key: dependency.key });
        }
        let dependencies = self.tables.since(Table::Dependencies, first);
        let imports = self.tables.numbers(&imports);
        let record = &mut self.modules[index];
        (record.imports, record.dependencies) = (imports, dependencies);
        Ok(())
    }
}
