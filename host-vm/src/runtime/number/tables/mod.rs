//! Primitives on numbers, by family.

pub mod arithmetic;
pub mod bits;
pub mod division;
pub mod functions;
pub mod kinds;

use crate::{machine::Machine, runtime::Raise, value::Word};

/// A function of two numbers.
type Binary = fn(&mut Machine, Word, Word) -> Result<Word, Raise>;

/// An argument that must be a number.
fn number(machine: &mut Machine, who: &str, word: Word) -> Result<Word, Raise> {
    if word.is_number() { Ok(word) } else { Err(machine.expected(who, "a number", word)) }
}
