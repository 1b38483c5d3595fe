//! Syntax objects: data with positions and, lazily, sets of scopes.
//!
//! Nodes lie in an arena and never change. A [`Syntax`] is a node together with the scopes that all identifiers in it
//! have in addition to those noted within the node, so adding a scope to a form of any size makes a new [`Syntax`] and
//! touches nothing. Opening a pair hands the scopes on to its parts. What the reader delivers carries no scopes inside;
//! only the output of macros mixes parts with different scopes.
//!
//! Invariant: children are older than their parents, so every node is a finite tree.

use super::core::Datum;
use super::hash::Map;
use super::scope::ScopeSet;
use crate::bytecode::code::Position;
use crate::text::tree::Tree;
use std::rc::Rc;

/// An interned name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol(pub u32);

/// The interned names.
#[derive(Debug, Default)]
pub struct Symbols {
    names: Vec<Rc<str>>,
    numbers: Map<Rc<str>, Symbol>,
}

impl Symbols {
    /// The symbol of a name.
    pub fn intern(&mut self, name: &str) -> Symbol {
        if let Some(&symbol) = self.numbers.get(name) {
            return symbol;
        }
        let symbol = Symbol(self.names.len() as u32);
        let name: Rc<str> = name.into();
        self.names.push(name.clone());
        self.numbers.insert(name, symbol);
        symbol
    }

    /// The name of a symbol.
    pub fn name(&self, symbol: Symbol) -> &str {
        &self.names[symbol.0 as usize]
    }
}

/// A syntax object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Syntax {
    node: u32,
    /// Scopes of all identifiers in it, besides those noted in the node.
    pub scopes: ScopeSet,
}

impl Syntax {
    /// The number of the node.
    pub(in crate::expand) fn node(self) -> u32 {
        self.node
    }

    /// The same node with other scopes.
    pub fn with_scopes(self, scopes: ScopeSet) -> Syntax {
        Syntax { scopes, ..self }
    }
}

/// What a syntax object is. The scopes of parts are relative to the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// An identifier.
    Symbol(Symbol),
    /// A pair.
    Pair(Syntax, Syntax),
    /// The empty list.
    Nil,
    /// A vector; see [`Arena::vector`].
    Vector(u32),
    /// Any other datum; see [`Arena::atom`].
    Atom(u32),
}

/// An identifier: a name with the scopes that decide what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Identifier {
    /// The name.
    pub symbol: Symbol,
    /// Its scopes.
    pub scopes: ScopeSet,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    content: Content,
    position: Position,
}

/// All nodes.
#[derive(Debug, Default)]
pub struct Arena {
    nodes: Vec<Node>,
    atoms: Vec<Datum>,
    vectors: Vec<Box<[Syntax]>>,
}

/// A size of an arena, to go back to.
#[derive(Clone, Copy, Debug)]
pub struct ArenaMark(usize, usize, usize);

impl Arena {
    fn push(&mut self, content: Content, position: Position) -> Syntax {
        self.nodes.push(Node { content, position });
        Syntax { node: self.nodes.len() as u32 - 1, scopes: ScopeSet::EMPTY }
    }

    /// A pair.
    pub fn pair(&mut self, first: Syntax, rest: Syntax, position: Position) -> Syntax {
        self.push(Content::Pair(first, rest), position)
    }

    /// The empty list.
    pub fn nil(&mut self, position: Position) -> Syntax {
        self.push(Content::Nil, position)
    }

    /// A symbol without scopes.
    pub fn symbol(&mut self, symbol: Symbol, position: Position) -> Syntax {
        self.push(Content::Symbol(symbol), position)
    }

    /// A list.
    pub fn list(&mut self, items: &[Syntax], position: Position) -> Syntax {
        let end = self.nil(position);
        items.iter().rev().fold(end, |rest, &item| self.pair(item, rest, position))
    }

    /// A new vector.
    pub fn make_vector(&mut self, items: Vec<Syntax>, position: Position) -> Syntax {
        self.vectors.push(items.into());
        self.push(Content::Vector(self.vectors.len() as u32 - 1), position)
    }

    /// The parts of a vector, their scopes relative to the whole.
    pub fn vector(&self, index: u32) -> &[Syntax] {
        &self.vectors[index as usize]
    }

    /// A new datum that is neither a symbol nor a list nor a vector.
    pub fn make_atom(&mut self, datum: Datum, position: Position) -> Syntax {
        self.atoms.push(datum);
        self.push(Content::Atom(self.atoms.len() as u32 - 1), position)
    }

    /// A datum that is neither a symbol nor a list nor a vector.
    pub fn atom(&self, index: u32) -> &Datum {
        &self.atoms[index as usize]
    }

    /// What a syntax object is.
    pub fn content(&self, syntax: Syntax) -> Content {
        self.nodes[syntax.node as usize].content
    }

    /// Where it begins.
    pub fn position(&self, syntax: Syntax) -> Position {
        self.nodes[syntax.node as usize].position
    }

    /// The present size.
    pub fn mark(&self) -> ArenaMark {
        ArenaMark(self.nodes.len(), self.atoms.len(), self.vectors.len())
    }

    /// Forgets all nodes made since the mark; nothing may refer to them.
    pub fn truncate(&mut self, mark: ArenaMark) {
        self.nodes.truncate(mark.0);
        self.atoms.truncate(mark.1);
        self.vectors.truncate(mark.2);
    }

    /// Takes over the data of a tree. Returns the number to add to a datum's index; see [`Arena::imported`].
    ///
    /// Forms nested deeper than `limit` are an error: the position of one of them.
    pub fn import(
        &mut self,
        tree: &Tree,
        count: usize,
        symbols: &mut Symbols,
        fold_case: bool,
        limit: u32,
    ) -> Result<u32, Position> {
        let base = self.nodes.len() as u32;
        let mut depths: Vec<u32> = Vec::with_capacity(count);
        self.nodes.reserve(count);
        let part = |id: super::core::DatumId| Syntax { node: base + id.0, scopes: ScopeSet::EMPTY };
        for (datum, &position) in tree.data[..count].iter().zip(&tree.positions) {
            let mut depth = 0;
            let content = match datum {
                Datum::Symbol(name) if fold_case => Content::Symbol(symbols.intern(&name.to_lowercase())),
                Datum::Symbol(name) => Content::Symbol(symbols.intern(name)),
                Datum::Nil => Content::Nil,
                Datum::Pair(first, rest) => {
                    depth = (depths[first.index()] + 1).max(depths[rest.index()]);
                    Content::Pair(part(*first), part(*rest))
                }
                Datum::Vector(items) => {
                    depth = 1 + items.iter().map(|item| depths[item.index()]).max().unwrap_or(0);
                    self.vectors.push(items.iter().map(|&item| part(item)).collect());
                    Content::Vector(self.vectors.len() as u32 - 1)
                }
                other => {
                    self.atoms.push(other.clone());
                    Content::Atom(self.atoms.len() as u32 - 1)
                }
            };
            if depth > limit {
                return Err(position);
            }
            depths.push(depth);
            self.nodes.push(Node { content, position });
        }
        Ok(base)
    }

    /// The syntax object of a datum taken over by [`Arena::import`].
    pub fn imported(&self, base: u32, datum: super::core::DatumId) -> Syntax {
        Syntax { node: base + datum.0, scopes: ScopeSet::EMPTY }
    }
}
