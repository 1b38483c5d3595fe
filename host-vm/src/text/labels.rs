//! Datum labels while one outermost datum is read (R7RS 2.4).
//!
//! A reference to a datum that is finished is that datum, shared. Within the datum itself it is a [`Datum::Reference`]; all of
//! them get their targets when the outermost datum is finished. Children come before their parents in the tree all the same.

use super::error::SyntaxError;
use super::tree::Tree;
use crate::bytecode::code::Position;
use crate::expand::core::{Datum, DatumId};
use crate::expand::hash::Map;

/// The labels of the datum that is read.
#[derive(Debug, Default)]
pub(super) struct Labels {
    /// The newest label of each number: a number may be used again, by each literal of a library, say.
    newest: Map<u64, u32>,
    labels: Vec<Label>,
    /// References that were made within what they refer to, in order, with their labels.
    open: Vec<(DatumId, u32)>,
}

#[derive(Debug)]
struct Label {
    number: u64,
    /// The datum; none while it is being read.
    datum: Option<DatumId>,
    /// The one that had the number before.
    previous: Option<u32>,
}

impl Labels {
    /// Begins a labelled datum.
    pub(super) fn define(&mut self, number: u64, position: Position) -> Result<(), SyntaxError> {
        let previous = self.newest.insert(number, self.count());
        if previous.is_some_and(|label| self.labels[label as usize].datum.is_none()) {
            return Err(SyntaxError::new(format!("the label #{number}= is within what it labels"), position));
        }
        self.labels.push(Label { number, datum: None, previous });
        Ok(())
    }

    /// The datum for a reference.
    pub(super) fn refer(&mut self, number: u64, position: Position, tree: &mut Tree) -> Result<DatumId, SyntaxError> {
        let Some(&label) = self.newest.get(&number) else {
            return Err(SyntaxError::new(format!("#{number}# refers to no label before it"), position));
        };
        Ok(self.labels[label as usize].datum.unwrap_or_else(|| {
            let reference = tree.add(Datum::Reference(DatumId(0)), position);
            self.open.push((reference, label));
            reference
        }))
    }

    /// The labelled datum is finished.
    pub(super) fn finish(&mut self, number: u64, datum: DatumId, tree: &Tree) -> Result<(), SyntaxError> {
        let Some(&label) = self.newest.get(&number) else { return Ok(()) };
        if let Ok(index) = self.open.binary_search_by_key(&datum, |(reference, _)| *reference)
            && self.open[index].1 == label
        {
            return Err(SyntaxError::new(format!("#{number}= labels only itself"), tree.position(datum)));
        }
        self.labels[label as usize].datum = Some(datum);
        Ok(())
    }

    /// Number of labels so far.
    pub(super) fn count(&self) -> u32 {
        self.labels.len() as u32
    }

    /// The data from an index on, with all labels but the first ones, were a comment.
    pub(super) fn forget(&mut self, size: u32, count: u32) {
        for Label { number, previous, .. } in self.labels.drain(count as usize..).rev() {
            match previous {
                Some(previous) => self.newest.insert(number, previous),
                None => self.newest.remove(&number),
            };
        }
        while self.open.pop_if(|(reference, _)| reference.0 >= size).is_some() {}
    }

    /// The outermost datum is finished.
    pub(super) fn close(&mut self, tree: &mut Tree) {
        for (reference, label) in self.open.drain(..) {
            if let Some(target) = self.labels[label as usize].datum {
                tree.data[reference.index()] = Datum::Reference(target);
            }
        }
        self.clear();
    }

    /// Forgets all labels.
    pub(super) fn clear(&mut self) {
        self.newest.clear();
        self.labels.clear();
        self.open.clear();
    }
}
