//! The verifier: proves of bytecode what the interpreter and the JIT plugin take for granted, before it first runs.
//!
//! The handlers of [`crate::interp`] check the *types* of values (a `car` of a vector is a condition, here as everywhere)
//! but trust the *code*: see "the frame invariant" there. What the compiler emits keeps it, which debug builds assert
//! of all code that is linked. An image comes from a file, which may be corrupt or made by an enemy; of its code
//! this module shows that:
//!
//! * every unit belongs to a known instruction, each in its one canonical form, with all indexes in range and constants of
//!   the right kind;
//! * registers lie within the frame, register 0 (the running procedure) is never written, and a call leaves room
//!   for its callee's frame words;
//! * a procedure begins with an `Entry`; other entries are reached only from an entry before them, when the number of
//!   arguments did not fit; control goes forwards but for `Loop`, which looks for interrupts, and never leaves the code
//!   but by an instruction that says so;
//! * a hook cell belongs to one site, since the trace in it is good for that place only;
//! * no register is read unless it was written on every path: a slot above what a call left behind may hold a
//!   return address or an object that is gone;
//! * what handlers use without a look is what they think: variables' cells, and closures that `InitFree` completes.
//!
//! Left to the interpreter, since no analysis of one procedure can show it: record instructions look at the number of
//! the record's fields.
//!
//! **Cells.** `CellRef` trusts its operand, and a procedure that captured a cell finds it by `Free`. Images do not say
//! which captures are cells: it follows from the code. A capture that is used as a cell must be one wherever a closure of
//! the code is made, or be a capture there with the same duty. So codes are verified in the order inner before outer
//! (nesting is a directed acyclic graph, or the program is refused), and each one's [`Captured`] is what its outer codes
//! are held to. Cells are not values: they can't be returned, stored, passed on or compared.
//!
//! **Cost.** Forward control means that one pass in the order of addresses meets a join after all that jumps there; only
//! loops whose body forgets what was known at their head are passed again. Work and memory are bounded by a multiple of the
//! code's length ([`Fault::TooComplex`]); what the compiler makes needs a hundredth of it.
//!
//! The method is that of the Java virtual machine's verifier (Lindholm et al., section 4.10.2) over a smaller lattice,
//! made linear by the restriction on jumps.
//!
//! Read in this order: this module, [`fault`], [`decode`] (what one instruction tells), [`state`] (the lattice), [`flow`].

pub mod decode;
pub mod fault;
pub mod flow;
pub mod state;

#[cfg(test)]
mod tests;

pub use fault::{Fault, VerifyError};

/// What the verifier sees of a code object: no address, so that it reads files, drafts and machines alike.
#[derive(Clone, Copy, Debug)]
pub struct CodeView<'a> {
    /// Instructions.
    pub units: &'a [u32],
    /// Registers of the frame, register 0 included, and the room that calls need.
    pub frame_size: u32,
    /// Captured values of its closures.
    pub captures: u32,
    /// Constants, by the `k` of instructions.
    pub constants: &'a [ConstantKind],
    /// Nested codes, by the `k` of `MakeClosure`: indexes into the program's codes.
    pub codes: &'a [u32],
    /// Number of hook cells.
    pub cells: u32,
}

/// What a constant is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConstantKind {
    /// A value like any other: no global, no variable's cell, no multiple values.
    Value,
    /// A symbol.
    Symbol,
    /// The object of a global variable.
    Global,
    /// A closure without captured values of that code of the program.
    Procedure(u32),
}

/// How a code uses a captured value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Captured {
    /// Not at all.
    Unused,
    /// As a value.
    Value,
    /// As a variable's cell.
    Cell,
}

impl Captured {
    /// It is used as a value.
    pub fn mark_value(&mut self) {
        if *self == Captured::Unused {
            *self = Captured::Value;
        }
    }
}

/// Largest frame: what operands of 16 bits can name.
pub const MOST_REGISTERS: u32 = 1 << 16;

/// Longest code, so that every jump's offset fits.
pub const MOST_UNITS: usize = 1 << 28;

/// Verifies all codes of a program, which refer to each other by their index. A code that is run without a closure
/// of it being made by another (the program's outermost code) must have no captures.
///
/// # Errors
/// The first fault that is found.
pub fn verify(program: &[CodeView<'_>]) -> Result<(), VerifyError> {
    let order = inner_before_outer(program)?;
    bound_captures(program)?;
    let mut captured: Vec<Vec<Captured>> = vec![Vec::new(); program.len()];
    for index in order {
        let code = &program[index];
        let fail = |(unit, fault)| VerifyError { code: index, unit, fault };
        let layout = decode::decode(program, code).map_err(fail)?;
        captured[index] = flow::check(code, &layout, &captured).map_err(fail)?;
    }
    Ok(())
}

/// Each captured value is named by a unit of the `MakeClosure` that puts it there. So all codes together have no more of
/// them than units: a number that claims more is refused before anything as large is made for it.
fn bound_captures(program: &[CodeView<'_>]) -> Result<(), VerifyError> {
    let mut room: usize = program.iter().map(|code| code.units.len()).sum();
    for (code, view) in program.iter().enumerate() {
        let fault = Fault::TooManyCaptures(view.captures);
        room = room.checked_sub(view.captures as usize).ok_or(VerifyError { code, unit: 0, fault })?;
    }
    Ok(())
}

/// The codes in an order in which nested ones come first.
fn inner_before_outer(program: &[CodeView<'_>]) -> Result<Vec<usize>, VerifyError> {
    #[derive(Clone, Copy, PartialEq)]
    enum Visit {
        New,
        Open,
        Done,
    }
    let mut visits = vec![Visit::New; program.len()];
    let mut order = Vec::with_capacity(program.len());
    for root in 0..program.len() {
        // A code, and how many of its nested codes were looked at.
        let mut path = vec![(root, 0)];
        while let Some((code, next)) = path.last_mut() {
            let fail = |fault| VerifyError { code: *code, unit: 0, fault };
            if visits[*code] == Visit::Done {
                path.pop();
                continue;
            }
            visits[*code] = Visit::Open;
            let Some(&inner) = program[*code].codes.get(*next) else {
                visits[*code] = Visit::Done;
                order.push(*code);
                path.pop();
                continue;
            };
            *next += 1;
            let inner = inner as usize;
            match visits.get(inner) {
                None => return Err(fail(Fault::BadCode(inner as u32))),
                Some(Visit::Open) => return Err(fail(Fault::NestingCircle)),
                Some(Visit::New) => path.push((inner, 0)),
                Some(Visit::Done) => {}
            }
        }
    }
    Ok(order)
}
