//! Errors of instructions: a condition is made, and the library's raise procedure is called with it at that point.
//!
//! The call's frame lies above the failing frame, which stays: backtraces show it. Its return address is behind
//! the first unit of the failing instruction. The raise procedure never returns; if it did, the failing instruction
//! would be found not to be a call ([`super::control`]), which is an error again.
#![allow(unsafe_code)] // Builds the call's frame.

use super::{Frame, Stop, backtrace::Backtrace, run::Exit, state::code_of, stubs};
use crate::{
    bytecode::{code::Code, ops::Op},
    gc,
    machine::Machine,
    runtime::Raise,
    value::Word,
};
use limpet_plugin_api::AbortReason;

/// Calls the raise procedure with a condition, or ends the run if a primitive asked for that or there is none.
/// The loop calls this and the functions below with its machine and a frame that keeps the frame invariant.
#[cold]
#[inline(never)]
pub(super) fn raise(machine: *mut Machine, frame: Frame, raise: Raise) -> Frame {
    // SAFETY: the loop passes its machine, which it does not touch until this returns.
    let machine = unsafe { &mut *machine };
    if let Some(hooks) = &mut machine.hooks {
        hooks.abort(AbortReason::Raised, "");
    }
    if raise.0 == machine.memory_condition {
        // A primitive that was refused memory tells what the collector may have asked to tell: its handlers run once.
        machine.heap.exhaustion_is_told();
        machine.forget_requests(gc::INTERRUPT_OUT_OF_MEMORY);
    }
    if machine.exit.is_none() && !machine.raise_procedure.is_closure() {
        machine.exit = Some(Exit::Uncaught(raise.0));
    }
    if machine.exit.is_some() {
        machine.base = frame.base;
        machine.pc = frame.pc;
        machine.exit_backtrace = match machine.exit {
            Some(Exit::Status(_)) => Backtrace::default(),
            _ => machine.backtrace(),
        };
        machine.stop = Stop::Exit;
        return Frame { pc: stubs::halt(), base: frame.base };
    }
    let procedure = machine.raise_procedure;
    let frame = call_above(machine, frame, procedure, &[raise.0]);
    machine.argc = 1;
    frame
}

/// Builds the frame of a call that an instruction makes on its own account, above everything that its frame uses.
fn call_above(machine: &mut Machine, frame: Frame, procedure: Word, arguments: &[Word]) -> Frame {
    // SAFETY: the frame begins below the limit, and behind that there is room for a frame of any size and `RESERVE` slots
    // (`Stack::layout`); the procedure is a closure.
    unsafe {
        let size = (*code_of(frame.base)).frame_size as usize;
        let top = frame.base.add(size).max(machine.arguments_end);
        // The frame of a procedure whose entry was refused ends anywhere. From there on there are slots to be cleared.
        if top > machine.stack.limit() {
            machine.set_stack_limit(top);
        }
        machine.arguments_end = std::ptr::null_mut();
        let base = top.add(2);
        *base.sub(2) = Word((base.addr() - frame.base.addr()) as u64);
        *base.sub(1) = Word(frame.pc.add(1).expose_provenance() as u64);
        *base = procedure;
        std::ptr::copy_nonoverlapping(arguments.as_ptr(), base.add(1), arguments.len());
        Frame { pc: (*procedure.closure_code()).entry, base }
    }
}

/// Runs `make` to get the condition, and raises it at the frame's instruction.
#[inline(never)]
pub(super) fn raise_with(machine: *mut Machine, frame: Frame, make: &mut dyn FnMut(&mut Machine) -> Raise) -> Frame {
    // SAFETY: as in `raise`; the borrow ends with this block.
    let condition = unsafe {
        let machine = &mut *machine;
        machine.base = frame.base;
        machine.pc = frame.pc;
        make(machine)
    };
    raise(machine, frame, condition)
}

#[cold]
#[inline(never)]
pub(super) fn wrong_type(machine: *mut Machine, frame: Frame, who: &'static str, index: usize, value: Word) -> Frame {
    raise_with(machine, frame, &mut |machine| machine.wrong_type(who, index, value))
}

#[cold]
#[inline(never)]
pub(super) fn out_of_range(machine: *mut Machine, frame: Frame, who: &'static str, index: usize, value: Word) -> Frame {
    raise_with(machine, frame, &mut |machine| machine.out_of_range(who, index, value))
}

/// Raises the error that an index is no index of an object.
#[cold]
#[inline(never)]
pub(super) fn bad_index(machine: *mut Machine, frame: Frame, who: &'static str, object: Word, index: Word) -> Frame {
    raise_with(machine, frame, &mut |machine| machine.index_out_of_range(who, object, index))
}

/// Raises an error of another kind.
#[cold]
#[inline(never)]
pub(super) fn failure(
    machine: *mut Machine,
    frame: Frame,
    kind: &'static str,
    who: &str,
    message: &'static str,
    irritants: &[Word],
) -> Frame {
    raise_with(machine, frame, &mut |machine| machine.error(kind, who, message, irritants))
}

/// Least and most arguments (`None`: any number) of each clause of a procedure, in order. A clause begins with an entry that says
/// where the next one is.
pub(crate) fn clauses(code: &Code) -> Vec<(usize, Option<usize>)> {
    let mut clauses = Vec::new();
    let mut at = 0;
    while let Some(&unit) = code.units.get(at)
        && unit as u8 == Op::Entry as u8
    {
        let (required, optional, rest) = ((unit >> 8 & 0xff) as usize, (unit >> 16 & 0xff) as usize, unit >> 24 == 1);
        clauses.push((required, (!rest).then_some(required + optional)));
        match code.units.get(at + 2) {
            Some(&offset) if (offset as i32) > 0 => at += offset as usize,
            _ => break,
        }
    }
    clauses
}

/// The name of a procedure, for messages.
pub(crate) fn procedure_name(procedure: Word) -> String {
    if procedure.is_closure() {
        // SAFETY: a closure's code lives as long as its machine.
        unsafe { (*procedure.closure_code()).name.clone() }
    } else if procedure.is_primitive() {
        procedure.field(1).symbol_name()
    } else {
        String::new()
    }
}
