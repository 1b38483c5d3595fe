//! Syntax objects for running programs: what transformers, `eval` and the procedures on syntax objects do with the
//! expander's data. Whatever is handed out may be kept by the program, so the arena is not cut back from then on.

use super::matching::Matched;
use super::rules::{Pattern, Template};
use crate::bytecode::code::Position;
use crate::expand::Expander;
use crate::expand::core::{Datum, DatumId};
use crate::expand::environment::EnvironmentId;
use crate::expand::scope::{Scope, ScopeSet};
use crate::expand::syntax::{Content, Identifier, Syntax};
use crate::text::error::SyntaxError;
use std::rc::Rc;

/// A pattern of `syntax-case`.
#[derive(Debug)]
pub struct StoredPattern {
    pub(in crate::expand) pattern: Pattern,
    pub(in crate::expand) variables: usize,
}

/// A template of `syntax`.
#[derive(Debug)]
pub struct StoredTemplate {
    /// The template.
    pub template: Template,
    /// Its text, for messages.
    pub position: Position,
}

impl Expander {
    /// Numbers that stand for a syntax object in the heap.
    pub fn hold(&mut self, syntax: Syntax) -> (u32, u32) {
        self.keep = true;
        syntax.numbers()
    }

    /// The scopes of what is read in an environment.
    pub fn environment_scopes(&self, environment: EnvironmentId) -> ScopeSet {
        self.environments[environment.0 as usize].scopes
    }

    /// The scopes of an identifier, or of the first one in a form: what comes of macros has none of its own as a whole.
    pub fn context_scopes(&mut self, syntax: Syntax) -> ScopeSet {
        let mut first = syntax;
        while let Some((head, _)) = self.pair(first) {
            first = head;
        }
        first.scopes
    }

    /// What a syntax object is.
    pub fn content(&self, syntax: Syntax) -> Content {
        self.arena.content(syntax)
    }

    /// Where a syntax object begins.
    pub fn position(&self, syntax: Syntax) -> Position {
        self.arena.position(syntax)
    }

    /// The parts of a pair.
    pub fn parts(&mut self, syntax: Syntax) -> Option<(Syntax, Syntax)> {
        self.pair(syntax)
    }

    /// The identifier that a syntax object is.
    pub fn as_identifier(&self, syntax: Syntax) -> Option<Identifier> {
        self.identifier(syntax)
    }

    /// Whether two identifiers mean the same.
    pub fn is_same_meaning(&mut self, one: Identifier, other: Identifier) -> bool {
        self.same_meaning(one, other)
    }

    /// The data of a syntax object, children before parents.
    pub fn data_of(&self, syntax: Syntax) -> (Vec<Datum>, DatumId) {
        let mut data = Vec::new();
        let id = self.arena.datum(syntax, &self.symbols, &mut data);
        (data, id)
    }

    /// A syntax object as text.
    pub fn text_of(&self, syntax: Syntax) -> String {
        let (data, id) = self.data_of(syntax);
        crate::text::print::datum_text(&data, id)
    }

    /// A pair.
    pub fn make_pair(&mut self, first: Syntax, rest: Syntax, position: Position) -> Syntax {
        self.arena.pair(first, rest, position)
    }

    /// A vector.
    pub fn make_vector(&mut self, items: Vec<Syntax>, position: Position) -> Syntax {
        self.arena.make_vector(items, position)
    }

    /// A part that is to stand for what it is a part of; see [`Expander::refer`].
    pub fn make_reference(&mut self, position: Position) -> Syntax {
        self.arena.reference(position)
    }

    /// Lets a part refer to the pair or vector that it is a part of.
    pub fn refer(&mut self, reference: Syntax, target: Syntax) {
        self.arena.refer(reference, target);
    }

    /// The empty list.
    pub fn make_nil(&mut self, position: Position) -> Syntax {
        self.arena.nil(position)
    }

    /// An atom.
    pub fn make_atom(&mut self, datum: Datum, position: Position) -> Syntax {
        self.arena.make_atom(datum, position)
    }

    /// An identifier. One of an uninterned symbol is told by that symbol's number among the machine's embedded objects.
    pub fn make_symbol(&mut self, name: &str, uninterned: Option<u32>, scopes: ScopeSet, position: Position) -> Syntax {
        let symbol = match uninterned {
            Some(number) => self.symbols.uninterned(name, number),
            None => self.symbols.intern(name),
        };
        self.arena.symbol(symbol, position).with_scopes(scopes)
    }

    /// A new identifier that is equal to no other, of the environment being expanded.
    pub fn make_temporary(&mut self) -> Syntax {
        let scope = self.scopes.fresh();
        let scopes = self.environments[self.state.environment.0 as usize].scopes;
        let scopes = self.scopes.add(scopes, scope);
        let symbol = self.symbols.intern(&format!("t{}", scope.0));
        self.arena.symbol(symbol, Position::default()).with_scopes(scopes)
    }

    /// The scope of the expansion under way: what its templates contribute gets it.
    pub fn introduction(&self) -> Option<Scope> {
        self.introductions.last().copied()
    }

    /// A part of a template as it is contributed by the expansion under way.
    pub fn introduce(&mut self, syntax: Syntax) -> Syntax {
        match self.introduction() {
            Some(scope) => self.add_scope(syntax, scope),
            None => syntax,
        }
    }

    /// A template by its number.
    pub fn template(&self, number: usize) -> Option<Rc<StoredTemplate>> {
        self.templates.get(number).cloned()
    }

    /// Matches a form with a pattern of `syntax-case`: what its variables stand for.
    pub fn match_pattern(&mut self, number: usize, form: Syntax) -> Option<Vec<Matched>> {
        let stored = self.patterns.get(number)?.clone();
        let mut slots = vec![Matched::Many(Vec::new()); stored.variables];
        self.matches(&stored.pattern, form, &mut slots).then_some(slots)
    }

    /// Expands one use of a macro by its number.
    ///
    /// # Errors
    /// When no rule fits.
    pub fn apply_macro_to(&mut self, number: u32, form: Syntax) -> Result<Syntax, SyntaxError> {
        self.apply_macro(number, form)
    }
}
