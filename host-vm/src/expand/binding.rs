//! What identifiers mean: bindings, the table of local ones, and the names of built-in syntax.
//!
//! Local bindings live exactly as long as the expander is inside their form: when it leaves, they are popped. So the
//! candidates for a name are never more than the bindings of that name around the place, however long the program is.

use super::core::{GlobalId, VarId};
use super::hash::Map;
use super::scope::{ScopeSet, Scopes};
use super::syntax::{Identifier, Symbol};

/// What an identifier is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// A local variable. Its number counts on through the programs that enclose the one being expanded: see
    /// [`own_variable`](super::Expander::own_variable).
    Local(VarId),
    /// A variable of a `syntax-case` pattern, in a local variable like the above, and the ellipses after it.
    Pattern(VarId, u16),
    /// A global variable.
    Global(GlobalId),
    /// A macro: index into the expander's macros.
    Macro(u32),
    /// Built-in syntax.
    Form(Form),
}

macro_rules! forms {
    ($($(#[$meta:meta])* $variant:ident $name:literal,)*) => {
        /// Built-in syntax.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Form {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl Form {
            /// All of them.
            pub const ALL: &'static [Form] = &[$(Form::$variant,)*];

            /// The name that `(limpet core)` exports it under.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Form::$variant => $name,)*
                }
            }
        }
    };
}

forms! {
    Quote "quote",
    Quasiquote "quasiquote",
    Unquote "unquote",
    UnquoteSplicing "unquote-splicing",
    Lambda "lambda",
    LambdaStar "lambda*",
    CaseLambda "case-lambda",
    CaseLambdaStar "case-lambda*",
    Define "define",
    DefineStar "define*",
    DefineValues "define-values",
    DefineRecordType "define-record-type",
    DefineSyntax "define-syntax",
    LetSyntax "let-syntax",
    LetrecSyntax "letrec-syntax",
    SyntaxRules "syntax-rules",
    SyntaxError "syntax-error",
    SyntaxCase "syntax-case",
    WithSyntax "with-syntax",
    Syntax "syntax",
    Quasisyntax "quasisyntax",
    Unsyntax "unsyntax",
    UnsyntaxSplicing "unsyntax-splicing",
    IdentifierSyntax "identifier-syntax",
    DefineSyntaxRule "define-syntax-rule",
    DefineMacro "define-macro",
    DefineForSyntax "define-for-syntax",
    BeginForSyntax "begin-for-syntax",
    EvalWhen "eval-when",
    Set "set!",
    If "if",
    Let "let",
    LetStar "let*",
    Letrec "letrec",
    LetrecStar "letrec*",
    LetValues "let-values",
    LetStarValues "let*-values",
    Receive "receive",
    Do "do",
    Cond "cond",
    Case "case",
    And "and",
    Or "or",
    When "when",
    Unless "unless",
    Begin "begin",
    Parameterize "parameterize",
    Delay "delay",
    DelayForce "delay-force",
    Guard "guard",
    Assert "assert",
    CondExpand "cond-expand",
    Include "include",
    IncludeCi "include-ci",
    Import "import",
    DefineLibrary "define-library",
    DefineModule "define-module",
    UseModules "use-modules",
    DefinePublic "define-public",
    Export "export",
    ReExport "re-export",
    ModuleRef "@",
    PrivateRef "@@",
    Else "else",
    Arrow "=>",
    Ellipsis "...",
    Underscore "_",
}

impl Form {
    /// Whether a body must look at the form before it knows its definitions.
    pub fn is_definition(self) -> bool {
        matches!(
            self,
            Form::Define
                | Form::DefineStar
                | Form::DefineValues
                | Form::DefineRecordType
                | Form::DefineSyntax
                | Form::DefineSyntaxRule
                | Form::DefineMacro
                | Form::DefineForSyntax
                | Form::BeginForSyntax
                | Form::EvalWhen
                | Form::DefinePublic
                | Form::Begin
                | Form::CondExpand
                | Form::Include
                | Form::IncludeCi
        )
    }
}

impl Form {
    /// Whether the form is known by its name where that is not bound, and no library exports it: `@` is a pattern of
    /// `match`, too, which is matched as a literal in programs with and without it.
    pub fn is_known_unbound(self) -> bool {
        matches!(self, Form::ModuleRef | Form::PrivateRef)
    }

    /// Whether the form says something about a whole program or library: allowed at its top level only.
    pub fn is_declaration(self) -> bool {
        matches!(
            self,
            Form::Import | Form::DefineLibrary | Form::DefineModule | Form::UseModules | Form::Export | Form::ReExport
        )
    }
}

/// Several bindings fit an identifier and none of them best.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ambiguous;

/// The search for the binding with the largest subset of an identifier's scopes.
#[derive(Debug)]
pub struct Search<'a> {
    scopes: &'a Scopes,
    wanted: ScopeSet,
    best: Option<(ScopeSet, Binding)>,
    others: Vec<ScopeSet>,
}

impl<'a> Search<'a> {
    /// A search for a set.
    pub fn new(scopes: &'a Scopes, wanted: ScopeSet) -> Search<'a> {
        Search { scopes, wanted, best: None, others: Vec::new() }
    }

    /// Considers candidates, the last one first. Returns whether the search is over.
    pub fn consider(&mut self, candidates: &[(ScopeSet, Binding)]) -> bool {
        for &(set, binding) in candidates.iter().rev() {
            if set == self.wanted {
                self.best = Some((set, binding));
                self.others.clear();
                return true;
            }
            if !self.scopes.is_subset(set, self.wanted) {
                continue;
            }
            match self.best {
                Some((best, _)) if self.scopes.size(set) <= self.scopes.size(best) => self.others.push(set),
                Some((best, _)) => {
                    self.others.push(best);
                    self.best = Some((set, binding));
                }
                None => self.best = Some((set, binding)),
            }
        }
        false
    }

    /// The best candidate: its set must hold those of all others.
    pub fn result(self) -> Result<Option<Binding>, Ambiguous> {
        let Some((best, binding)) = self.best else { return Ok(None) };
        match self.others.iter().all(|&set| self.scopes.is_subset(set, best)) {
            true => Ok(Some(binding)),
            false => Err(Ambiguous),
        }
    }
}

/// Local bindings by name, innermost last.
#[derive(Debug, Default)]
pub struct Locals {
    by_symbol: Map<Symbol, Vec<(ScopeSet, Binding)>>,
    order: Vec<Symbol>,
}

impl Locals {
    /// Adds a binding.
    pub fn bind(&mut self, identifier: Identifier, binding: Binding) {
        self.by_symbol.entry(identifier.symbol).or_default().push((identifier.scopes, binding));
        self.order.push(identifier.symbol);
    }

    /// The bindings of a name.
    pub fn candidates(&self, symbol: Symbol) -> &[(ScopeSet, Binding)] {
        self.by_symbol.get(&symbol).map_or(&[], Vec::as_slice)
    }

    /// The number of bindings, to go back to.
    pub fn mark(&self) -> usize {
        self.order.len()
    }

    /// Removes all bindings made since the mark.
    pub fn truncate(&mut self, mark: usize) {
        for symbol in self.order.drain(mark..).rev() {
            if let Some(bindings) = self.by_symbol.get_mut(&symbol) {
                bindings.pop();
            }
        }
    }
}
