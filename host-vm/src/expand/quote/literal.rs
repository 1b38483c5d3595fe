//! From syntax to data: what `quote` does.
//!
//! Scopes are forgotten. What is shared stays shared, so that the data are no larger than the nodes of the arena, and what
//! contains itself does so by a [`Datum::Reference`]. Children come before their parents. Nothing recurses.

use crate::expand::core::{Datum, DatumId};
use crate::expand::hash::Map;
use crate::expand::syntax::{Arena, Content, Symbols, Syntax};

impl Arena {
    /// Adds the datum of a syntax object to some data.
    pub fn datum(&self, syntax: Syntax, symbols: &Symbols, data: &mut Vec<Datum>) -> DatumId {
        let (known, references) = (Map::default(), Vec::new());
        let mut copier = Copier { arena: self, symbols, data, known, references, steps: Vec::new(), made: Vec::new() };
        copier.run(syntax)
    }
}

/// What is left to do.
enum Step {
    Enter(Syntax),
    /// The parts of the pair or vector are made.
    Pair(Syntax),
    Vector(Syntax, usize),
}

struct Copier<'a> {
    arena: &'a Arena,
    symbols: &'a Symbols,
    data: &'a mut Vec<Datum>,
    /// The data of nodes that may be shared; none yet while the parts are being made.
    known: Map<u32, Option<DatumId>>,
    /// References, and the nodes that they refer to.
    references: Vec<(DatumId, u32)>,
    steps: Vec<Step>,
    made: Vec<DatumId>,
}

impl Copier<'_> {
    fn run(&mut self, syntax: Syntax) -> DatumId {
        self.steps.push(Step::Enter(syntax));
        while let Some(step) = self.steps.pop() {
            match step {
                Step::Enter(syntax) => self.enter(syntax),
                Step::Pair(syntax) => {
                    let parts = self.made.split_off(self.made.len() - 2);
                    self.share(syntax, Datum::Pair(parts[0], parts[1]));
                }
                Step::Vector(syntax, length) => {
                    let parts = self.made.split_off(self.made.len() - length);
                    self.share(syntax, Datum::Vector(parts));
                }
            }
        }
        for (reference, node) in self.references.drain(..) {
            if let Some(Some(target)) = self.known.get(&node) {
                self.data[reference.index()] = Datum::Reference(*target);
            }
        }
        self.made[0]
    }

    fn add(&mut self, datum: Datum) -> DatumId {
        let id = DatumId(self.data.len() as u32);
        self.data.push(datum);
        self.made.push(id);
        id
    }

    /// Adds a datum that other places may share.
    fn share(&mut self, syntax: Syntax, datum: Datum) {
        let id = self.add(datum);
        self.known.insert(syntax.node(), Some(id));
    }

    fn enter(&mut self, syntax: Syntax) {
        let syntax = match self.arena.content(syntax) {
            Content::Reference(target) => Syntax::of_node(target),
            _ => syntax,
        };
        match self.known.get(&syntax.node()) {
            Some(Some(id)) => return self.made.push(*id),
            Some(None) => {
                let reference = self.add(Datum::Reference(DatumId(0)));
                return self.references.push((reference, syntax.node()));
            }
            None => {}
        }
        match self.arena.content(syntax) {
            Content::Symbol(symbol) => drop(self.add(self.symbols.datum(symbol))),
            Content::Nil => drop(self.add(Datum::Nil)),
            Content::Atom(index) => match self.arena.atom(index) {
                string @ Datum::String(_) => self.share(syntax, string.clone()),
                other => drop(self.add(other.clone())),
            },
            Content::Pair(first, rest) => {
                self.known.insert(syntax.node(), None);
                self.steps.extend([Step::Pair(syntax), Step::Enter(rest), Step::Enter(first)]);
            }
            Content::Vector(index) => {
                self.known.insert(syntax.node(), None);
                let items = self.arena.vector(index);
                self.steps.push(Step::Vector(syntax, items.len()));
                self.steps.extend(items.iter().rev().map(|&item| Step::Enter(item)));
            }
            // References are to pairs and vectors.
            Content::Reference(_) => drop(self.add(Datum::Nil)),
        }
    }
}
