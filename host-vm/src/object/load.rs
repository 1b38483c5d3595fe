//! From a module of an image to code objects of a machine.
//!
//! Instructions, positions and hook cells stay where they lie in the image. Constants lie there too, in the private
//! segment: this module makes the literals and closures that the relocations name, and writes their words. They are roots of
//! the collector from the moment when the codes are handed over; until then nothing is allocated that could move
//! them out of sight, and the values lie on `Machine::temporaries`.
#![allow(unsafe_code)] // Points code objects into the image's memory and writes the constants there.

use super::{
    Image,
    records::{LiteralKind, LiteralRecord, ModuleRecord, Range, RelocationRecord, Table, Target},
};
use crate::{
    bytecode::code::{Code, PositionEntry, Stored},
    machine::Machine,
    runtime::number::string_to_number,
    value::Word,
};
use limpet_host_hooks::HookCell;
use std::rc::Rc;

/// Makes the code objects of a module, and pushes the procedures without arguments that run it onto
/// [`Machine::temporaries`], in order.
///
/// The image's structure is checked and its bytecode verified; a module is linked once for a machine. `first_source` is
/// the number of the image's first source; `global` gives the object of a global of the image, which must be reachable
/// from [`Machine::globals`].
pub fn link_module(
    machine: &mut Machine,
    image: &Rc<Image>,
    module: &ModuleRecord,
    first_source: u32,
    global: &dyn Fn(&Machine, u32) -> Word,
) {
    let mark = machine.temporaries.len();
    let literals = mark;
    make_literals(machine, image, module);
    let codes: Vec<Box<Code>> =
        module.codes.indexes().map(|index| Box::new(code_of(image, index, first_source))).collect();
    let first = module.codes.first as usize;
    let addresses: Vec<*const Code> = codes.iter().map(|code| &raw const **code).collect();
    let address = |index: u32| addresses[index as usize - first];
    let closures = machine.temporaries.len();
    machine.temporaries.resize(closures + codes.len(), Word::UNSPECIFIED);
    let procedure = |machine: &mut Machine, index: u32| {
        let at = closures + index as usize - first;
        if machine.temporaries[at] == Word::UNSPECIFIED {
            let closure = machine.make_closure(address(index), &[]);
            machine.temporaries[at] = closure;
        }
    };
    let relocations = || module.relocations.indexes().map(|index| image.record::<RelocationRecord>(index));
    for relocation in relocations().filter(|relocation| relocation.kind == Target::Procedure as u32) {
        procedure(machine, relocation.target);
    }
    for &program in image.numbers(module.programs) {
        procedure(machine, program);
    }
    // Nothing is allocated from here on.
    let constants = image.private(Table::Constants).cast::<Word>();
    for relocation in relocations() {
        let word = match Target::from_number(relocation.kind) {
            Some(Target::Global) => global(machine, relocation.target),
            Some(Target::Procedure) => machine.temporaries[closures + relocation.target as usize - first],
            Some(Target::Literal) | None => {
                machine.temporaries[literals + (relocation.target - module.literals.first) as usize]
            }
        };
        // SAFETY: the index was checked against the size of the table, whose memory is this process's own and writable;
        // no reference to the word exists, since the codes that show it are not handed over yet.
        unsafe { constants.add(relocation.constant as usize).write(word) };
    }
    for (mut code, index) in codes.into_iter().zip(module.codes.indexes()) {
        code.entry = code.units.as_ptr();
        code.codes = image.numbers(image.code(index).codes).iter().map(|&nested| address(nested)).collect();
        machine.codes.push(code);
    }
    if !machine.images.iter().any(|kept| Rc::ptr_eq(kept, image)) {
        machine.images.push(image.clone());
    }
    let programs: Vec<Word> = image
        .numbers(module.programs)
        .iter()
        .map(|&program| machine.temporaries[closures + program as usize - first])
        .collect();
    machine.temporaries.truncate(mark);
    machine.temporaries.extend(programs);
}

/// A code object whose parts lie in the image; its entry and nested codes are still missing.
fn code_of(image: &Image, index: usize, first_source: u32) -> Code {
    let record = image.code(index);
    let units = image.units(&record);
    let positions = &image.words(Table::Positions)[4 * record.positions.first as usize..];
    let constants = image.private(Table::Constants).cast::<Word>().wrapping_add(record.constants.first as usize);
    let cells = image.private(Table::Cells).cast::<HookCell>().wrapping_add(record.cells.first as usize);
    // SAFETY: all ranges were checked; the tables are aligned, and a position entry is four words without padding. The
    // machine keeps the image. Cells are zero, which is a fresh cell; constants are immediate words or zero.
    unsafe {
        Code {
            entry: std::ptr::null(),
            frame_size: record.frame_size,
            captures: record.captures,
            units: Stored::mapped(units.as_ptr(), units.len()),
            constants: Stored::mapped(constants, record.constants.count as usize),
            codes: Vec::new(),
            cells: Stored::mapped(cells, record.cells.count as usize),
            name: image.text(record.name).to_owned(),
            positions: Stored::mapped(positions.as_ptr().cast::<PositionEntry>(), record.positions.count as usize),
            first_source,
        }
    }
}

const _: () = assert!(size_of::<PositionEntry>() == Table::Positions.entry_bytes() && size_of::<Word>() == 8);

/// Pushes the values of a module's literals, in order: parts come before wholes.
fn make_literals(machine: &mut Machine, image: &Image, module: &ModuleRecord) {
    let (base, first) = (machine.temporaries.len(), module.literals.first);
    let mut circular = false;
    for index in module.literals.indexes() {
        let LiteralRecord { kind, a, b } = image.record(index);
        let value = |machine: &Machine, part: u32| machine.temporaries[base + (part - first) as usize];
        let bits = u64::from(a) | u64::from(b) << 32;
        let word = match LiteralKind::from_number(kind) {
            Some(LiteralKind::Boolean) => Word::boolean(a != 0),
            Some(LiteralKind::Integer) => machine.make_integer(bits as i64),
            Some(LiteralKind::Float) => machine.make_float(f64::from_bits(bits)),
            Some(LiteralKind::Char) => Word::char(char::from_u32(a).unwrap_or('\u{fffd}')),
            Some(LiteralKind::String) => {
                let string = machine.make_string(image.text(a));
                machine.freeze_string(string);
                string
            }
            Some(LiteralKind::Symbol) => machine.intern(image.text(a)),
            Some(LiteralKind::Keyword) => {
                let name = machine.intern(image.text(a));
                machine.keyword(name)
            }
            Some(LiteralKind::Pair) => {
                let (car, cdr) = (value(machine, a), value(machine, b));
                machine.cons(car, cdr)
            }
            Some(LiteralKind::Vector) => {
                let parts = image.numbers(Range { first: a, count: b });
                let words: Vec<Word> = parts.iter().map(|&part| value(machine, part)).collect();
                machine.vector_from(&words)
            }
            Some(LiteralKind::Bytevector) => {
                machine.make_bytevector(&image.bytes(Table::Text)[Range { first: a, count: b }.indexes()])
            }
            Some(LiteralKind::Special) => crate::runtime::datum::special(image.text(a)),
            Some(LiteralKind::Number) => string_to_number(machine, image.text(a), 10).unwrap_or(Word::FALSE),
            // Put in where it stands, once there is what it refers to.
            Some(LiteralKind::Reference) => {
                circular = true;
                Word::UNSPECIFIED
            }
            Some(LiteralKind::Nil) | None => Word::NIL,
        };
        machine.temporaries.push(word);
    }
    if circular {
        put_references(machine, image, module, base);
    }
}

/// Closes the cycles of a module's literals, whose values lie on the temporaries from `base` on.
fn put_references(machine: &mut Machine, image: &Image, module: &ModuleRecord, base: usize) {
    let value =
        |machine: &Machine, literal: u32| machine.temporaries[base + (literal - module.literals.first) as usize];
    let target = |machine: &Machine, part: u32| match image.record(part as usize) {
        LiteralRecord { kind, a, .. } if kind == LiteralKind::Reference as u32 => Some(value(machine, a)),
        _ => None,
    };
    for index in module.literals.indexes() {
        let LiteralRecord { kind, a, b } = image.record(index);
        let whole = value(machine, index as u32);
        match LiteralKind::from_number(kind) {
            Some(LiteralKind::Pair) => {
                if let Some(target) = target(machine, a) {
                    machine.set_car(whole, target);
                }
                if let Some(target) = target(machine, b) {
                    machine.set_cdr(whole, target);
                }
            }
            Some(LiteralKind::Vector) => {
                for (at, &part) in image.numbers(Range { first: a, count: b }).iter().enumerate() {
                    if let Some(target) = target(machine, part) {
                        machine.vector_set(whole, at, target);
                    }
                }
            }
            _ => {}
        }
    }
}
