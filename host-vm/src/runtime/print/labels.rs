//! Which objects need a datum label.
//!
//! A depth-first walk on an explicit stack: an object met again while it is open closes a cycle.

use super::OPAQUE;
use crate::value::Word;
use std::{
    collections::{HashMap, hash_map::Entry},
    fmt::Write,
};

/// Which objects get labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// Those through which a cycle closes.
    Cycles,
    /// Those that occur more than once.
    All,
}

/// Objects with a label; the number is given when the object is first printed.
#[derive(Debug, Default)]
pub struct Labels {
    numbers: HashMap<Word, Option<u32>>,
    next: u32,
}

/// Whether an object's parts are printed on their own.
pub fn has_parts(word: Word) -> bool {
    word.is_pair()
        || word.is_vector()
        || word.is_values()
        || word.is_record()
            && word.record_type().is_record_type()
            && word.record_type().field(3).as_fixnum() & OPAQUE == 0
}

enum Step {
    Enter(Word),
    Leave(Word),
}

impl Labels {
    /// The labels that printing an object needs.
    pub fn of(root: Word, sharing: Sharing) -> Labels {
        let mut labels = Labels::default();
        if plain_list(root) {
            return labels;
        }
        let mut open: HashMap<Word, bool> = HashMap::new();
        let mut steps = vec![Step::Enter(root)];
        while let Some(step) = steps.pop() {
            match step {
                Step::Leave(word) => {
                    open.insert(word, false);
                }
                Step::Enter(word) => match open.entry(word) {
                    Entry::Occupied(seen) => {
                        if *seen.get() || sharing == Sharing::All {
                            labels.numbers.insert(word, None);
                        }
                    }
                    Entry::Vacant(new) => {
                        new.insert(true);
                        steps.push(Step::Leave(word));
                        let mut enter = |part: Word| {
                            if part.is_pointer() && has_parts(part) {
                                steps.push(Step::Enter(part));
                            }
                        };
                        if word.is_pair() {
                            enter(word.cdr());
                            enter(word.car());
                        } else {
                            word.fields().iter().rev().for_each(|&part| enter(part));
                        }
                    }
                },
            }
        }
        labels
    }

    /// Whether the object has a label.
    pub fn has(&self, word: Word) -> bool {
        !self.numbers.is_empty() && self.numbers.contains_key(&word)
    }

    /// Prints a reference to an object printed before, and says so; or the label of one that is printed now.
    pub fn reference(&mut self, word: Word, out: &mut String) -> bool {
        if self.numbers.is_empty() {
            return false;
        }
        // Writing to a string can't fail.
        match self.numbers.get_mut(&word) {
            Some(Some(number)) => {
                let _ = write!(out, "#{number}#");
                true
            }
            Some(unnumbered) => {
                let _ = write!(out, "#{}=", self.next);
                *unnumbered = Some(self.next);
                self.next += 1;
                false
            }
            None => false,
        }
    }
}

/// Whether an object is a proper list without structured elements: most of what is printed.
fn plain_list(root: Word) -> bool {
    root.list_length().is_some() && root.iter_list().all(|element| !element.is_pointer() || !has_parts(element))
}
