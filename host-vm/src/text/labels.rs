//! Datum labels while one outermost datum is read (R7RS 2.4).
//!
//! A reference to a datum that is finished is that datum, shared. Within the datum itself it is a [`Datum::Reference`], whose
//! target is filled in when the datum is finished: children come before their parents in the tree all the same.

use super::error::SyntaxError;
use super::tree::Tree;
use crate::bytecode::code::Position;
use crate::expand::core::{Datum, DatumId};

/// The labels of the datum that is read.
#[derive(Debug, Default)]
pub(super) struct Labels {
    /// Number and datum of each; no datum while it is being read.
    labels: Vec<(u64, Option<DatumId>)>,
    /// References whose targets are not finished, with the numbers of their labels.
    open: Vec<(DatumId, u64)>,
}

impl Labels {
    /// Begins a labelled datum.
    pub(super) fn define(&mut self, number: u64, position: Position) -> Result<(), SyntaxError> {
        if self.labels.iter().any(|(known, _)| *known == number) {
            return Err(SyntaxError::new(format!("the label #{number}= is there twice"), position));
        }
        self.labels.push((number, None));
        Ok(())
    }

    /// The datum for a reference.
    pub(super) fn refer(&mut self, number: u64, position: Position, tree: &mut Tree) -> Result<DatumId, SyntaxError> {
        match self.labels.iter().find(|(known, _)| *known == number) {
            Some((_, Some(datum))) => Ok(*datum),
            Some((_, None)) => {
                let reference = tree.add(Datum::Reference(DatumId(0)), position);
                self.open.push((reference, number));
                Ok(reference)
            }
            None => Err(SyntaxError::new(format!("#{number}# refers to no label before it"), position)),
        }
    }

    /// The labelled datum is finished.
    pub(super) fn finish(&mut self, number: u64, datum: DatumId, tree: &mut Tree) -> Result<(), SyntaxError> {
        if self.open.contains(&(datum, number)) {
            return Err(SyntaxError::new(format!("#{number}= labels only itself"), tree.position(datum)));
        }
        for (reference, _) in self.open.extract_if(.., |(_, label)| *label == number) {
            tree.data[reference.index()] = Datum::Reference(datum);
        }
        if let Some(label) = self.labels.iter_mut().find(|(known, _)| *known == number) {
            label.1 = Some(datum);
        }
        Ok(())
    }

    /// The data from an index on were a comment.
    pub(super) fn forget(&mut self, size: u32) {
        self.labels.retain(|(_, datum)| datum.is_none_or(|datum| datum.0 < size));
        self.open.retain(|(reference, _)| reference.0 < size);
    }

    /// The outermost datum is finished.
    pub(super) fn clear(&mut self) {
        self.labels.clear();
        self.open.clear();
    }
}
