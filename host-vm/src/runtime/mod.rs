//! The library in Rust: primitives, leaves with declared effects. What a hot loop may pass through is written in Scheme
//! (`src/lib/*.scm`), so that traces go through it.
//!
//! What always holds: a primitive checks all its arguments before it changes anything, so that a trace whose call
//! failed can leave and the interpreter execute the call again; it never calls back into the interpreter; nothing recurses on the native
//! stack in proportion to data.
//!
//! Read in this order: [`primitive`] (what one is), [`check`] (arguments), [`condition`] (errors), [`number`], then the families;
//! [`install`] makes all of them known to a machine.

pub mod bytevector;
pub mod char_set;
pub mod character;
pub mod check;
pub mod condition;
pub mod control;
pub mod datum;
pub mod equal;
pub mod host;
pub mod io;
pub mod library;
pub mod list;
pub mod number;
pub mod pair;
pub mod primitive;
pub mod print;
pub mod process;
pub mod record;
pub mod regex;
pub mod state;
pub mod string;
pub mod string_search;
pub mod symbol;
#[cfg(test)]
pub(crate) mod testing;
pub mod vector;

pub use condition::describe_condition;
pub use primitive::{Arity, Primitive, Raise};
pub use state::State;

use crate::{machine::Machine, value::Word};

/// Every primitive. Primitive objects hold addresses in these tables.
pub static ALL: &[&[Primitive]] = &[
    number::tables::arithmetic::ARITHMETIC,
    number::tables::division::DIVISION,
    number::tables::division::ROUNDED_DIVISION,
    number::tables::functions::MATH,
    number::tables::functions::FUNCTIONS,
    number::tables::kinds::NUMBERS,
    number::tables::bits::BITS,
    number::random::RANDOM,
    pair::PAIRS,
    list::LISTS,
    equal::EQUALITY,
    character::CHARACTERS,
    char_set::CHAR_SETS,
    string::STRINGS,
    string_search::SEARCH,
    symbol::SYMBOLS,
    vector::VECTORS,
    bytevector::BYTEVECTORS,
    record::RECORDS,
    control::CONTROL,
    condition::CONDITIONS,
    io::input::INPUT,
    io::read::READ,
    io::output::OUTPUT,
    io::files::FILES,
    io::file_system::FILE_SYSTEM,
    io::processes::PROCESSES,
    process::PROCESS,
    crate::front::primitives::EVALUATION,
    crate::front::syntax::SYNTAX,
    regex::REGEX,
    host::HOST,
];

/// Makes the procedure object of every primitive and hands it to `define` with its name, once. Also makes the standard ports and the
/// condition for exhausted memory.
pub fn install(machine: &mut Machine, mut define: impl FnMut(&mut Machine, &'static str, Word)) {
    machine.open_standard_ports();
    machine.memory_condition = machine.error("memory", "", "out of memory", &[]).0;
    for primitive in ALL.iter().copied().flatten() {
        let name = machine.intern(primitive.name);
        let object = machine.make_primitive(std::ptr::from_ref(primitive).cast(), name);
        define(machine, primitive.name, object);
    }
}

/// Names of all primitives.
pub fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().copied().flatten().map(|primitive| primitive.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_name_is_defined_once() {
        let mut seen = HashSet::new();
        for name in names() {
            assert!(seen.insert(name), "{name} is defined twice");
        }
        let machine = &mut *testing::machine();
        let mut defined = 0;
        install(machine, |_, _, object| {
            assert!(object.is_primitive());
            defined += 1;
        });
        assert_eq!(defined, seen.len());
    }
}
