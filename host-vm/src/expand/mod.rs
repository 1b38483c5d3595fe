//! From data with source positions to the core language: binding, macros, libraries.
//!
//! The expander is hygienic by sets of scopes (see [`scope`]). Derived forms are built in and go straight to the core
//! language, without intermediate syntax; they are recognized by binding, not by name, so all of them can be shadowed,
//! renamed and exported. Bodies and top levels are expanded in two passes: the first uncovers definitions, expanding
//! macros only as far as needed to see them, the second expands expressions with all definitions known.
//!
//! Invariants: local bindings are in the table only while their form is expanded; a failed expansion leaves no trace in
//! environments; native recursion is bounded by [`MAXIMUM_DEPTH`] and by the stack that there is.
//!
//! Order to read: [`core`] (the output), [`syntax`], [`scope`], [`binding`], [`environment`] (the data);
//! [`expression`], [`body`], [`forms`], [`quote`], [`records`] (the language); [`macros`];
//! [`library`], [`imports`], [`modules`], [`autoload`], [`provider`], [`features`], [`toplevel`],
//! [`image`] (programs and libraries); [`names`], [`usage`] (what is bound, what was meant), [`mod@print`] (dumps).

mod autoload;
pub mod binding;
mod body;
pub mod core;
pub mod environment;
mod expression;
pub mod features;
mod forms;
pub mod hash;
pub mod image;
mod imports;
pub mod library;
pub mod macros;
mod modules;
pub mod names;
pub mod print;
pub mod provider;
mod quote;
mod records;
pub mod scope;
pub mod syntax;
#[cfg(test)]
mod tests;
pub mod toplevel;
mod usage;

use self::binding::{Binding, Form, Locals, Search};
use self::core::{GlobalId, Node, NodeId, Program, VarId};
use self::environment::{Environment, EnvironmentId, Globals, Undo};
use self::hash::Map;
use self::image::{Archive, ImageStore, Key, Loaded, Notes};
use self::library::Library;
use self::macros::host::Host;
use self::macros::objects::{StoredPattern, StoredTemplate};
use self::macros::rules::Macro;
use self::provider::LibraryProvider;
use self::scope::{Scope, ScopeSet, Scopes};
use self::syntax::{Arena, Content, Identifier, Symbol, Symbols, Syntax};
use self::toplevel::{rest::Rest, shadow::Shadowing};
use crate::bytecode::code::Position;
use crate::text::error::SyntaxError;
use crate::text::source::Sources;
use std::rc::Rc;

/// Deepest nesting of forms, in the source or made by macros: the expander recurses on the native stack up to here, or up
/// to where the thread's stack has only [`RESERVE`] left. (Quoted data may nest without bound.)
pub const MAXIMUM_DEPTH: u32 = 10_000;

/// Bytes of stack for what does not count its levels: the largest frames between two levels, the compiler and the
/// interpreter under a macro's transformer.
const RESERVE: usize = if cfg!(debug_assertions) { 512 << 10 } else { 192 << 10 };

/// Longest chain of macro uses that expand to macro uses.
const MAXIMUM_CHAIN: u32 = 10_000;

/// Most expressions of the forms that are compiled together, and most parts of a template: macros and datum labels can stand
/// for exponentially many.
const MAXIMUM_SIZE: usize = if cfg!(test) { 1 << 18 } else { 8 << 20 };

type Expansion<T> = Result<T, SyntaxError>;

/// The expander of one VM: its environments, libraries, globals and macros.
pub struct Expander {
    /// The file of the program that runs, source text or image: files that it loads may lie beside it.
    pub program_file: Option<std::path::PathBuf>,
    /// Names that were used before anything defined them, and where they were used first.
    unbound: Vec<(GlobalId, Position)>,
    /// The sources that positions refer to: the driver adds programs, the expander libraries and included files.
    pub sources: Sources,
    symbols: Symbols,
    arena: Arena,
    scopes: Scopes,
    locals: Locals,
    environments: Vec<Environment>,
    globals: Globals,
    core_count: usize,
    libraries: Map<String, Library>,
    /// The names of the libraries that were there from the start.
    builtin_names: Map<String, ()>,
    loading: Vec<String>,
    provider: Box<dyn LibraryProvider>,
    macros: Vec<Rc<Macro>>,
    /// Patterns of `syntax-case` and templates of `syntax`, by the numbers that expanded code has.
    patterns: Vec<Rc<StoredPattern>>,
    templates: Vec<Rc<StoredTemplate>>,
    /// The scopes of the expansions under way whose transformers are procedures.
    introductions: Vec<Scope>,
    /// The machine, while there is work for it.
    host: Option<Box<dyn Host>>,
    /// Macros that still lie in an archive: its number, and theirs in it.
    frozen: Map<u32, (u32, u32)>,
    /// Images whose libraries are known.
    archives: Vec<Archive>,
    /// Where images of libraries are found whose text was compiled before.
    store: Option<Rc<dyn ImageStore>>,
    /// What the expansion of each environment depended on.
    notes: Map<EnvironmentId, Notes>,
    /// Keys of loaded libraries.
    keys: Map<String, Key>,
    /// Libraries expanded since this was last asked.
    loaded: Vec<Loaded>,
    builtin: &'static [(&'static str, &'static str)],
    helper_library: String,
    helpers: Map<&'static str, GlobalId>,
    /// The library that a name loads in a default environment.
    autoloads: Map<Symbol, &'static str>,
    /// The environments of the prompt, of programs without imports, and of those that import all of `(limpet)`.
    default_environments: Vec<EnvironmentId>,
    interaction: Option<EnvironmentId>,
    /// The environment of the newest program.
    program: Option<EnvironmentId>,
    /// Where its names lie, if it came from an image and they were not asked for yet: archive and module.
    archived_program: Option<(u32, u32)>,
    contexts: u32,
    /// Programs of libraries that were expanded but not handed out yet, in the order in which to run them.
    pending: Vec<Program>,
    /// Number of files included so far.
    included_count: usize,
    /// Whether something that must outlive the present form refers to the arena.
    keep: bool,
    /// Forms that programs evaluate after they have loaded a file.
    rests: Map<EnvironmentId, Rest>,
    state: State,
}

/// What belongs to the program or library being expanded.
#[derive(Debug, Default)]
struct State {
    program: Program,
    /// Number of local variables of the programs that are being expanded around this one.
    variable_base: u32,
    environment: EnvironmentId,
    context: u32,
    depth: u32,
    /// Name for the procedure that the next expression may be.
    name: Option<Symbol>,
    undo: Vec<Undo>,
    /// Whether definitions of names of `(limpet core)` define these.
    defines_core: bool,
    /// Globals that definitions have made in the place of something imported, or of something that is not bound yet.
    shadowing: Vec<Shadowing>,
}

impl Default for EnvironmentId {
    /// The environment of `(limpet core)`.
    fn default() -> EnvironmentId {
        EnvironmentId(0)
    }
}

impl std::fmt::Debug for Expander {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Expander")
            .field("environments", &self.environments.len())
            .field("globals", &self.globals.count())
            .field("libraries", &self.libraries.len())
            .finish_non_exhaustive()
    }
}

/// Errors, syntax objects and names: what all parts of the expander use.
impl Expander {
    fn fail<T>(&self, at: Syntax, message: impl Into<String>) -> Expansion<T> {
        self.fail_at(self.arena.position(at), message)
    }

    fn fail_at<T>(&self, position: Position, message: impl Into<String>) -> Expansion<T> {
        Err(SyntaxError::new(message, position))
    }

    /// What a syntax object is, its parts with all their scopes.
    fn open(&mut self, syntax: Syntax) -> Content {
        match self.arena.content(syntax) {
            Content::Pair(first, rest) => {
                Content::Pair(self.inherit(first, syntax.scopes), self.inherit(rest, syntax.scopes))
            }
            Content::Symbol(symbol) => Content::Symbol(symbol),
            other => other,
        }
    }

    fn inherit(&mut self, part: Syntax, scopes: ScopeSet) -> Syntax {
        part.with_scopes(self.scopes.unite(part.scopes, scopes))
    }

    fn add_scope(&mut self, syntax: Syntax, scope: Scope) -> Syntax {
        syntax.with_scopes(self.scopes.add(syntax.scopes, scope))
    }

    fn pair(&mut self, syntax: Syntax) -> Option<(Syntax, Syntax)> {
        match self.open(syntax) {
            Content::Pair(first, rest) => Some((first, rest)),
            _ => None,
        }
    }

    fn identifier(&self, syntax: Syntax) -> Option<Identifier> {
        match self.arena.content(syntax) {
            Content::Symbol(symbol) => Some(Identifier { symbol, scopes: syntax.scopes }),
            _ => None,
        }
    }

    /// The elements of a list, and what follows its last pair.
    fn improper_list(&mut self, syntax: Syntax) -> (Vec<Syntax>, Syntax) {
        let mut items = Vec::new();
        let mut rest = syntax;
        while let Some((first, next)) = self.pair(rest) {
            items.push(first);
            rest = next;
        }
        (items, rest)
    }

    /// The elements of a proper list.
    fn list(&mut self, syntax: Syntax) -> Option<Vec<Syntax>> {
        let (items, end) = self.improper_list(syntax);
        (self.arena.content(end) == Content::Nil).then_some(items)
    }

    /// The elements of a vector.
    fn vector(&mut self, syntax: Syntax) -> Vec<Syntax> {
        let Content::Vector(index) = self.arena.content(syntax) else { return Vec::new() };
        let items = self.arena.vector(index).to_vec();
        items.into_iter().map(|item| self.inherit(item, syntax.scopes)).collect()
    }

    /// The name that a form begins with, for messages.
    fn keyword(&mut self, form: Syntax) -> String {
        let head = self.pair(form).map_or(form, |(head, _)| head);
        match self.identifier(head) {
            Some(identifier) => self.symbols.name(identifier.symbol).to_owned(),
            None => "form".to_owned(),
        }
    }

    /// The parts of a form after its keyword.
    fn arguments(&mut self, form: Syntax, least: usize, most: usize) -> Expansion<Vec<Syntax>> {
        let parts = self.pair(form).and_then(|(_, rest)| self.list(rest));
        match parts {
            Some(parts) if (least..=most).contains(&parts.len()) => Ok(parts),
            _ => self.malformed(form),
        }
    }

    /// The first `count` parts of a form after its keyword, and the list of the others.
    fn leading<const COUNT: usize>(&mut self, form: Syntax) -> Expansion<([Syntax; COUNT], Syntax)> {
        let mut parts = [form; COUNT];
        let Some((_, mut rest)) = self.pair(form) else { return self.malformed(form) };
        for part in &mut parts {
            let Some((first, next)) = self.pair(rest) else { return self.malformed(form) };
            *part = first;
            rest = next;
        }
        Ok((parts, rest))
    }

    fn malformed<T>(&mut self, form: Syntax) -> Expansion<T> {
        let keyword = self.keyword(form);
        let expected = usage::of(&keyword).map_or(String::new(), |shape| format!(": expected {shape}"));
        self.fail(form, format!("malformed `{keyword}`{expected}"))
    }

    /// The binding of an identifier.
    fn resolve(&self, identifier: Identifier) -> Result<Option<Binding>, binding::Ambiguous> {
        let locals = self.locals.candidates(identifier.symbol);
        let environment = self.scopes.environment(identifier.scopes).map(|id| &self.environments[id.0 as usize]);
        if locals.is_empty()
            && let Some(environment) = environment.filter(|environment| environment.introduced.is_empty())
        {
            return Ok(environment.bindings.get(&identifier.symbol).copied());
        }
        let mut search = Search::new(&self.scopes, identifier.scopes);
        if !search.consider(locals)
            && let Some(environment) = environment
        {
            let done = match environment.introduced.get(&identifier.symbol) {
                Some(introduced) => search.consider(introduced),
                None => false,
            };
            if let (false, Some(&binding)) = (done, environment.bindings.get(&identifier.symbol)) {
                search.consider(&[(environment.scopes, binding)]);
            }
        }
        search.result()
    }

    /// The binding of an identifier, ambiguity being an error.
    fn binding(&self, identifier: Identifier, at: Syntax) -> Expansion<Option<Binding>> {
        match self.resolve(identifier) {
            Ok(binding) => Ok(binding),
            Err(binding::Ambiguous) => {
                let name = self.symbols.name(identifier.symbol);
                self.fail(at, format!("`{name}` is ambiguous: several bindings made by macros fit"))
            }
        }
    }

    /// The binding of a form's first element, if that is an identifier.
    fn head(&mut self, form: Syntax) -> Expansion<Option<Binding>> {
        let Some((head, _)) = self.pair(form) else { return Ok(None) };
        match self.identifier(head) {
            Some(identifier) => match self.binding(identifier, head)? {
                None => self.autoload(identifier, head),
                found => Ok(found),
            },
            None => Ok(None),
        }
    }

    /// Whether a syntax object is an identifier that means a keyword such as `else`, be it bound to it or unbound.
    fn is_auxiliary(&mut self, syntax: Syntax, form: Form) -> Expansion<bool> {
        let Some(identifier) = self.identifier(syntax) else { return Ok(false) };
        match self.binding(identifier, syntax)? {
            Some(binding) => Ok(binding == Binding::Form(form)),
            None => Ok(self.symbols.name(identifier.symbol) == form.name()),
        }
    }

    /// An identifier of `(limpet core)`, whatever the user's program binds.
    fn core_identifier(&mut self, form: Form, position: Position) -> Syntax {
        let symbol = self.symbols.intern(form.name());
        let syntax = self.arena.symbol(symbol, position);
        syntax.with_scopes(self.environments[0].scopes)
    }

    /// A new local variable that no identifier means.
    fn temporary(&mut self, name: &str) -> VarId {
        self.state.program.vars.push(core::Var { name: name.to_owned(), assigned: false });
        VarId(self.state.program.vars.len() as u32 - 1)
    }

    /// Binds an identifier in a new scope.
    fn bind_local(&mut self, syntax: Syntax, scope: Scope) -> Expansion<VarId> {
        let Some(identifier) = self.identifier(syntax) else {
            return self.fail(syntax, "expected the name of a variable");
        };
        let variable = self.variable(identifier.symbol);
        let scopes = self.scopes.add(identifier.scopes, scope);
        let number = VarId(variable.0 + self.state.variable_base);
        self.locals.bind(Identifier { scopes, ..identifier }, Binding::Local(number));
        Ok(variable)
    }

    fn variable(&mut self, symbol: Symbol) -> VarId {
        let name = self.symbols.name(symbol).to_owned();
        self.state.program.vars.push(core::Var { name, assigned: false });
        VarId(self.state.program.vars.len() as u32 - 1)
    }

    fn add(&mut self, node: Node, position: Position) -> NodeId {
        self.state.program.add(node, position)
    }

    fn unspecified(&mut self, position: Position) -> NodeId {
        self.add(Node::Unspecified, position)
    }

    fn local(&mut self, variable: VarId, position: Position) -> NodeId {
        self.add(Node::Local(variable), position)
    }

    fn datum(&mut self, datum: core::Datum) -> core::DatumId {
        let data = &mut self.state.program.data;
        data.push(datum);
        core::DatumId(data.len() as u32 - 1)
    }

    fn constant_node(&mut self, datum: core::Datum, position: Position) -> NodeId {
        let datum = self.datum(datum);
        self.add(Node::Constant(datum), position)
    }

    /// A call of a procedure that expansions need; see [`Expander::helper`].
    fn call_helper(&mut self, name: &'static str, operands: Vec<NodeId>, position: Position) -> Expansion<NodeId> {
        let global = self.helper(name, position)?;
        let operator = self.add(Node::Global(global), position);
        Ok(self.add(Node::Call(operator, operands), position))
    }
}
