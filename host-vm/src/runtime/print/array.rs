//! Arrays: `#2((1 2) (3 4))`, with lower bounds that are not 0 as in `#1@1(5 6)`.
//!
//! An array is a record of the vector with its elements, the lists of its lower bounds, lengths and strides, and an offset.

use super::{ARRAY, Task};
use crate::value::Word;

/// Axis by axis, what is left to print of one row.
#[derive(Clone, Copy)]
pub(super) struct Cells {
    elements: Word,
    /// Lengths and strides of this axis and those below it.
    lengths: Word,
    strides: Word,
    /// The next cell's number on this axis, and where its first element lies.
    index: i64,
    offset: i64,
}

/// Begins to print an array, if the object is one.
pub(super) fn open(word: Word, out: &mut String) -> Option<Cells> {
    if !word.is_record() || !word.record_type().is_record_type() || word.record_type().field(3).as_fixnum() & ARRAY == 0
    {
        return None;
    }
    let [elements, lows, lengths, strides, offset] = [0, 1, 2, 3, 4].map(|i| word.record_ref(i));
    if !elements.is_vector() || !offset.is_fixnum() {
        return None;
    }
    out.push_str(&format!("#{}", lows.iter_list().count()));
    if lows.iter_list().any(|low| low != Word::fixnum(0)) {
        for low in lows.iter_list().filter(|low| low.is_fixnum()) {
            out.push_str(&format!("@{}", low.as_fixnum()));
        }
    }
    let cells = Cells { elements, lengths, strides, index: 0, offset: offset.as_fixnum() };
    out.push('(');
    Some(cells)
}

impl Cells {
    /// Prints the next cell, and leaves those after it and the closing parenthesis for later.
    pub(super) fn print(mut self, tasks: &mut Vec<Task>, out: &mut String) {
        let element = |at: i64| usize::try_from(at).ok().filter(|&at| at < self.elements.vector_len());
        if !self.lengths.is_pair() {
            // An array of rank 0 has one element.
            tasks.push(Task::Close);
            tasks.extend(element(self.offset).map(|at| Task::Object(self.elements.vector_ref(at))));
            return;
        }
        let (length, stride) = (self.lengths.car(), self.strides.car());
        if !length.is_fixnum() || !stride.is_fixnum() || self.index >= length.as_fixnum() {
            out.push(')');
            return;
        }
        if self.index > 0 {
            out.push(' ');
        }
        let here = self.offset;
        self.index += 1;
        self.offset += stride.as_fixnum();
        tasks.push(Task::Cells(self));
        let (lengths, strides) = (self.lengths.cdr(), self.strides.cdr());
        if lengths.is_pair() {
            out.push('(');
            tasks.push(Task::Cells(Cells { elements: self.elements, lengths, strides, index: 0, offset: here }));
        } else {
            tasks.extend(element(here).map(|at| Task::Object(self.elements.vector_ref(at))));
        }
    }
}
