//! Data as read, in an arena.
//!
//! Invariant: children have smaller indexes than their parents, so that walks over all data in order of index see
//! children first, and building or dropping a tree never recurses.

use crate::bytecode::code::Position;
use crate::expand::core::{Datum, DatumId};

/// Data with the position of each.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// Data by [`DatumId`].
    pub data: Vec<Datum>,
    /// Where each datum begins in its source. A pair that is not the first of its list has the position of its first
    /// element, and the empty list at the end of a list that of the closing parenthesis.
    pub positions: Vec<Position>,
}

impl Tree {
    /// A tree without data.
    pub fn new() -> Tree {
        Tree::default()
    }

    /// Adds a datum whose children are in the tree.
    pub fn add(&mut self, datum: Datum, position: Position) -> DatumId {
        self.data.push(datum);
        self.positions.push(position);
        DatumId(self.data.len() as u32 - 1)
    }

    /// The datum of an index.
    pub fn datum(&self, id: DatumId) -> &Datum {
        &self.data[id.index()]
    }

    /// Where a datum begins.
    pub fn position(&self, id: DatumId) -> Position {
        self.positions[id.index()]
    }

    /// Drops the data from an index on; none before it may refer to them.
    pub(super) fn truncate(&mut self, size: usize) {
        self.data.truncate(size);
        self.positions.truncate(size);
    }
}
