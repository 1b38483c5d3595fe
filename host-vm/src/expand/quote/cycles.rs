//! Templates over data that contain themselves.
//!
//! `quasiquote`, `syntax-rules` and `syntax` leave parts without variables as they are, cycles and all. What they fill in they
//! build anew, and a reference in it would still lead to the template: that is an error.

use crate::expand::hash::Map;
use crate::expand::syntax::{Content, Syntax};
use crate::expand::{Expander, Expansion, MAXIMUM_SIZE};

/// What was seen of one template.
#[derive(Debug, Default)]
pub struct Cycles {
    size: usize,
    /// References, and the pairs and vectors that they refer to.
    references: Vec<(Syntax, u32)>,
    /// Pairs and vectors that are filled in, as far as that matters.
    filled: Map<u32, ()>,
}

impl Cycles {
    /// Whether there is a reference in what was seen.
    pub fn has_references(&self) -> bool {
        !self.references.is_empty()
    }

    /// Sees a pair or vector that is filled in. References in it were seen before.
    pub fn fill(&mut self, part: Syntax) {
        if self.has_references() {
            self.filled.insert(part.node(), ());
        }
    }
}

impl Expander {
    /// Sees a part of a template.
    pub(in crate::expand) fn see_part(&mut self, part: Syntax, cycles: &mut Cycles) -> Expansion<()> {
        cycles.size += 1;
        if cycles.size > MAXIMUM_SIZE {
            return self.fail(part, format!("a template is too large: {MAXIMUM_SIZE} parts"));
        }
        if let Content::Reference(target) = self.arena.content(part) {
            cycles.references.push((part, target));
        }
        Ok(())
    }

    /// Makes sure that no part of what is filled in refers to it.
    pub(in crate::expand) fn check_cycles(&mut self, cycles: &Cycles) -> Expansion<()> {
        let wrong = cycles.references.iter().find(|(_, target)| cycles.filled.contains_key(target));
        match wrong {
            Some(&(reference, _)) => self.fail(reference, "a template can't fill in a datum that contains itself"),
            None => Ok(()),
        }
    }
}
