//! From drafts to code objects of a machine: constants become heap values.
//!
//! Words in Rust memory are invisible to the collector, so everything made here lies on `Machine::temporaries` until the
//! code objects, whose constants are roots, are handed over; after that they don't change. Literals are made without
//! recursion, each once per program.

use super::{
    CompileError,
    draft::{Constant, Draft},
};
use crate::{
    bytecode::code::{Code, Position, entries},
    expand::core::{Datum, DatumId, GlobalId},
    machine::Machine,
    runtime::datum::{self, Strings},
    value::Word,
};
use limpet_host_hooks::HookCell;

/// Makes the code objects and gives the procedure without arguments that evaluates the program.
///
/// `global` gives the object of a global variable, which must be reachable from [`Machine::globals`].
pub fn link(
    draft: &Draft,
    machine: &mut Machine,
    global: &mut dyn FnMut(&mut Machine, GlobalId) -> Word,
) -> Result<Word, CompileError> {
    debug_assert_eq!(draft.verify(), Ok(()), "{draft}");
    let mark = machine.temporaries.len();
    let result = Linker::new(draft, machine).and_then(|mut linker| linker.link(draft, global));
    machine.temporaries.truncate(mark);
    result
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Made,
}

struct Linker<'m> {
    machine: &'m mut Machine,
    /// Where the values of the data begin in the temporaries; those of constant closures follow.
    base: usize,
    states: Vec<State>,
}

impl<'m> Linker<'m> {
    fn new(draft: &Draft, machine: &'m mut Machine) -> Result<Linker<'m>, CompileError> {
        let base = machine.temporaries.len();
        machine.temporaries.resize(base + draft.data.len() + draft.codes.len(), Word::UNSPECIFIED);
        Ok(Linker { machine, base, states: vec![State::New; draft.data.len()] })
    }

    fn link(
        &mut self,
        draft: &Draft,
        global: &mut dyn FnMut(&mut Machine, GlobalId) -> Word,
    ) -> Result<Word, CompileError> {
        let Draft { codes: drafts, data } = draft;
        let closures = self.base + data.len();
        let mut nested = Vec::with_capacity(drafts.len());
        let mut constants = Vec::with_capacity(drafts.len());
        let mut codes: Vec<Box<Code>> = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let code = Box::new(Code {
                entry: std::ptr::null(),
                frame_size: draft.frame_size,
                captures: draft.captures,
                units: draft.units.clone().into(),
                constants: Vec::new().into(),
                codes: Vec::new(),
                cells: vec![HookCell::default(); draft.cells as usize].into(),
                name: draft.name.clone(),
                positions: entries(&draft.positions),
                first_source: 0,
            });
            codes.push(code);
            nested.push(&draft.codes);
            constants.push(&draft.constants);
        }
        let addresses: Vec<*const Code> = codes.iter().map(|c| &raw const **c).collect();
        for constant in constants.iter().copied().flatten() {
            match *constant {
                Constant::Datum(id) => self.make(data, id)?,
                Constant::Procedure(id) if self.machine.temporaries[closures + id.index()] == Word::UNSPECIFIED => {
                    let closure = self.machine.make_closure(addresses[id.index()], &[]);
                    self.machine.temporaries[closures + id.index()] = closure;
                }
                // It may have to be made: the collector finds it there.
                Constant::Global(id) => {
                    global(self.machine, id);
                }
                Constant::Word(_) | Constant::Procedure(_) => {}
            }
        }
        datum::put_references(self.machine, data, self.base);
        let program = self.machine.make_closure(addresses[0], &[]);
        // Nothing is allocated from here on.
        for ((mut code, nested), constants) in codes.into_iter().zip(nested).zip(constants) {
            code.entry = code.units.as_ptr();
            code.codes = nested.iter().map(|id| addresses[id.index()]).collect();
            code.constants = constants
                .iter()
                .map(|constant| match *constant {
                    Constant::Word(word) => word,
                    Constant::Datum(id) => self.machine.temporaries[self.base + id.index()],
                    Constant::Procedure(id) => self.machine.temporaries[closures + id.index()],
                    Constant::Global(id) => global(self.machine, id),
                })
                .collect::<Vec<Word>>()
                .into();
            self.machine.codes.push(code);
        }
        Ok(program)
    }

    /// Makes a literal with all that it contains, but for references to what they are part of.
    fn make(&mut self, data: &[Datum], id: DatumId) -> Result<(), CompileError> {
        let mut pending = vec![id];
        while let Some(&id) = pending.last() {
            match self.states[id.index()] {
                State::Made => {
                    pending.pop();
                }
                State::Open => {
                    let datum = &data[id.index()];
                    let value = datum::make(self.machine, datum, Strings::Immutable, self.base);
                    self.machine.temporaries[self.base + id.index()] = value.ok_or_else(|| unsupported(datum))?;
                    self.states[id.index()] = State::Made;
                    pending.pop();
                }
                State::New => {
                    self.states[id.index()] = State::Open;
                    match &data[id.index()] {
                        Datum::Pair(car, cdr) => pending.extend([*cdr, *car]),
                        Datum::Vector(elements) => pending.extend(elements.iter().rev()),
                        _ => {}
                    }
                }
            }
        }
        Ok(())
    }
}

/// The only data without a value are numbers that are too large.
fn unsupported(datum: &Datum) -> CompileError {
    let text = match datum {
        Datum::Number(text) => text,
        _ => "a literal",
    };
    CompileError::new(format!("{text} is a number that is not supported"), Position::default())
}
