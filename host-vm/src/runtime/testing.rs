//! For tests of primitives: a machine, and calls by name.
#![allow(unsafe_code)] // Calls primitives through their C functions, as the interpreter does.

use super::{Primitive, describe_condition};
use crate::{machine::Machine, value::Word};

/// A machine with standard ports, without interpreter or library.
pub fn machine() -> Box<Machine> {
    let mut machine = Machine::new_for_tests();
    machine.open_standard_ports();
    machine
}

/// Calls a primitive; a failure is its description.
pub fn call(machine: &mut Machine, tables: &[&[Primitive]], name: &str, arguments: &[Word]) -> Result<Word, String> {
    let primitive = tables.iter().copied().flatten().find(|primitive| primitive.name == name);
    let primitive = primitive.unwrap_or_else(|| panic!("no primitive {name}"));
    assert!(primitive.arity.accepts(arguments.len()), "{name}: {} arguments", arguments.len());
    let machine: *mut Machine = machine;
    // SAFETY: the machine is live and borrowed here alone; the slice says how many words there are.
    let word = Word(unsafe { (primitive.function)(machine, arguments.as_ptr(), arguments.len() as u64) });
    // SAFETY: as above; the primitive has returned.
    let machine = unsafe { &mut *machine };
    if word == Word::FAILURE { Err(describe_condition(machine, machine.pending)) } else { Ok(word) }
}

/// Calls any primitive.
pub fn run(machine: &mut Machine, name: &str, arguments: &[Word]) -> Result<Word, String> {
    call(machine, super::ALL, name, arguments)
}
