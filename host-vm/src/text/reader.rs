//! The reader: text to data.

use super::error::SyntaxError;
use super::tree::Tree;
use crate::expand::core::DatumId;

/// Reads the data of one text, one per call.
#[derive(Debug)]
pub struct Reader<'a> {
    source: u32,
    text: &'a str,
    offset: usize,
}

impl<'a> Reader<'a> {
    /// A reader at the beginning of a text.
    pub fn new(source: u32, text: &'a str) -> Reader<'a> {
        Reader { source, text, offset: 0 }
    }

    /// Reads the next datum into a tree; `None` at the end of the text.
    pub fn read(&mut self, tree: &mut Tree) -> Result<Option<DatumId>, SyntaxError> {
        let _ = (self.source, self.text, tree);
        Ok(None)
    }

    /// Offset in bytes behind what was read.
    pub fn offset(&self) -> usize {
        self.offset
    }
}
