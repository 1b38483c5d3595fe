//! From a trace to native code: the driver that all targets share.
//!
//! [`assemble`] runs: selection (what instructions demand) -> register allocation -> its proof -> emission -> placing in
//! code memory -> the table of exits -> linking the parent's exit. Only the last three change the environment, and
//! they come when nothing can fail any more but code memory itself.
//!
//! Read in this order: [`backend`] (the target's traits), [`mod@env`] (what traces of one instance share), [`exits`],
//! [`x64`], [`toy`] (a target of four registers for tests).

pub mod backend;
pub mod env;
pub mod exits;
pub mod listing;
pub mod toy;
pub mod x64;

#[cfg(test)]
mod tests;

pub use env::{Environment, Options};

use crate::{
    ir::Trace,
    regalloc::{self, Allocation, Placed, Step},
};
use backend::{Code, Emitter, Target};
use env::TraceStart;
use limpet_plugin_api::{Abort, AbortReason};

/// A trace in native code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assembled {
    /// The trace's identity, counted by the environment.
    pub trace: u32,
    /// Address of the entry; 0 for a side trace.
    pub entry: u64,
    /// Number of exits.
    pub exits: u32,
    /// Bytes of code, constants included.
    pub code_size: u32,
    /// The allocated trace as text, if the environment's options ask for it.
    pub register_listing: String,
    /// Addresses, bytes and the instructions they come from, likewise.
    pub code_listing: String,
}

/// Compiles a trace to native code and links it.
pub fn assemble(trace: &Trace, env: &mut Environment) -> Result<Assembled, Abort> {
    let id = env.next_trace();
    let start = env.start_of(trace)?;
    let (allocation, register_listing) = {
        let target = env.target();
        let allocation = place(trace, target, &start, env.options().verify)?;
        let listing =
            if env.options().list_registers { listing::registers(trace, target, &allocation) } else { String::new() };
        (allocation, listing)
    };
    let mut emitter = env.emitter(&start)?;
    let code = emit(trace, &allocation, &start, &mut emitter)?;
    drop(emitter);
    let list_code = env.options().list_code;
    let mut code_listing = String::new();
    if list_code {
        code_listing = listing::code(trace, &code, env.next_address());
    }
    let placed: Vec<&Placed> = allocation.steps.iter().filter_map(with_exit).collect();
    let descriptions = exits::describe(trace, id, env.layout(), &placed)?;
    let exits = trace.exits().count() as u32;
    let code_size = code.bytes.len() as u32;
    let entry = env.install(trace, code, descriptions)?;
    Ok(Assembled { trace: id, entry, exits, code_size, register_listing, code_listing })
}

fn with_exit(step: &Step) -> Option<&Placed> {
    match step {
        Step::Inst(placed) | Step::End(placed) => Some(placed),
        _ => None,
    }
}

/// Allocates registers for a trace, with proof where it is asked for.
pub fn place(trace: &Trace, target: &dyn Target, start: &TraceStart, verify: bool) -> Result<Allocation, Abort> {
    let problem = exits::problem(trace, target, start)?;
    let allocation = regalloc::allocate(&problem)?;
    if verify || cfg!(debug_assertions) {
        regalloc::check::check(&problem, &allocation)
            .map_err(|text| Abort::new(AbortReason::Internal, format!("register allocation: {text}")))?;
    }
    Ok(allocation)
}

/// Writes an allocated trace.
pub fn emit(
    trace: &Trace,
    allocation: &Allocation,
    start: &TraceStart,
    emitter: &mut dyn Emitter,
) -> Result<Code, Abort> {
    emitter.start(start)?;
    for step in &allocation.steps {
        match step {
            Step::Move { from, to } => emitter.copy(*from, *to)?,
            Step::Inst(placed) => emitter.inst(trace, placed)?,
            Step::Head => emitter.head(),
            Step::Back => emitter.back(),
            Step::End(placed) => emitter.end(trace, placed)?,
        }
    }
    emitter.finish()
}
