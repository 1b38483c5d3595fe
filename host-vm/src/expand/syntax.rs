//! Syntax objects: data with positions and, lazily, sets of scopes.
//!
//! Nodes lie in an arena and never change. A [`Syntax`] is a node together with the scopes that all identifiers in it
//! have in addition to those noted within the node, so adding a scope to a form of any size makes a new [`Syntax`] and
//! touches nothing. Opening a pair hands the scopes on to its parts. What the reader delivers carries no scopes inside;
//! only the output of macros mixes parts with different scopes.
//!
//! Invariant: children are older than their parents, so every node is a finite tree, whose parts may be shared. A datum that
//! contains itself has a [`Content::Reference`] there, which stays closed to all but [`super::quote`]: it is good for
//! literals, and nothing else in a program takes it.

use super::core::{Datum, DatumId};
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
    /// Symbols that no name finds, by their number in the machine, and the other way round.
    uninterned: Map<u32, Symbol>,
    objects: Map<Symbol, u32>,
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

    /// The symbol of an uninterned symbol of a running program, which has a number.
    pub fn uninterned(&mut self, name: &str, number: u32) -> Symbol {
        if let Some(&symbol) = self.uninterned.get(&number) {
            return symbol;
        }
        let symbol = Symbol(self.names.len() as u32);
        self.names.push(name.into());
        self.uninterned.insert(number, symbol);
        self.objects.insert(symbol, number);
        symbol
    }

    /// A symbol as a datum.
    pub fn datum(&self, symbol: Symbol) -> Datum {
        match self.objects.get(&symbol) {
            Some(&number) => Datum::Value(number),
            None => Datum::Symbol(self.name(symbol).to_owned()),
        }
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

    /// A node without scopes besides those noted in it.
    pub(in crate::expand) fn of_node(node: u32) -> Syntax {
        Syntax { node, scopes: ScopeSet::EMPTY }
    }

    /// The same node with other scopes.
    pub fn with_scopes(self, scopes: ScopeSet) -> Syntax {
        Syntax { scopes, ..self }
    }

    /// The numbers of its node and of its scopes.
    pub fn numbers(self) -> (u32, u32) {
        (self.node, self.scopes.number())
    }

    /// The syntax object of such numbers, from the same expander.
    pub fn from_numbers(node: u32, scopes: u32) -> Syntax {
        Syntax { node, scopes: ScopeSet::from_number(scopes) }
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
    /// The pair or vector of a node, of which this is a part, as by a datum label.
    Reference(u32),
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

    /// A datum that is neither a symbol nor a list nor a vector.
    pub fn make_atom(&mut self, datum: Datum, position: Position) -> Syntax {
        self.atoms.push(datum);
        self.push(Content::Atom(self.atoms.len() as u32 - 1), position)
    }

    /// A part that is to be put in the place of something, as by a datum label, once there is that.
    pub fn reference(&mut self, position: Position) -> Syntax {
        self.push(Content::Nil, position)
    }

    /// Lets a part made by [`Arena::reference`] refer to a pair or vector.
    pub fn refer(&mut self, reference: Syntax, target: Syntax) {
        self.nodes[reference.node as usize].content = Content::Reference(target.node);
    }

    /// The parts of a vector, their scopes relative to the whole.
    pub fn vector(&self, index: u32) -> &[Syntax] {
        &self.vectors[index as usize]
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
    pub fn import(&mut self, tree: &Tree, count: usize, symbols: &mut Symbols) -> u32 {
        let base = self.nodes.len() as u32;
        self.nodes.reserve(count);
        let part = |id: DatumId| Syntax { node: base + id.0, scopes: ScopeSet::EMPTY };
        for (datum, &position) in tree.data[..count].iter().zip(&tree.positions) {
            let content = match datum {
                Datum::Symbol(name) => Content::Symbol(symbols.intern(name)),
                Datum::Nil => Content::Nil,
                Datum::Pair(first, rest) => Content::Pair(part(*first), part(*rest)),
                Datum::Vector(items) => {
                    self.vectors.push(items.iter().map(|&item| part(item)).collect());
                    Content::Vector(self.vectors.len() as u32 - 1)
                }
                Datum::Reference(target) => Content::Reference(base + target.0),
                other => {
                    self.atoms.push(other.clone());
                    Content::Atom(self.atoms.len() as u32 - 1)
                }
            };
            self.nodes.push(Node { content, position });
        }
        base
    }

    /// The syntax object of a datum taken over by [`Arena::import`].
    pub fn imported(&self, base: u32, datum: DatumId) -> Syntax {
        Syntax { node: base + datum.0, scopes: ScopeSet::EMPTY }
    }
}
