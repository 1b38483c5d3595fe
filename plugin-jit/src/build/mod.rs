//! From a recording to the intermediate representation.
//!
//! A recording is checked ([`check`]), then its operations are sent one by one into an [`Optimizer`] ([`lower`]). What
//! a slot holds at the beginning is the one thing that differs between traces ([`slots`]): memory for a root trace,
//! the state at the parent's exit for a side trace ([`parent`]), and for a loop's second pass the values with which
//! the first one came round ([`peel`]).
//!
//! Recordings as text, for dumps and tests, are in [`text`] and [`parse`].

pub mod check;
pub mod lower;
pub mod parent;
pub mod parse;
pub mod peel;
pub mod slots;
pub mod text;

use crate::{
    ir::{End, ExitId, ExitSnapshot, Target, Trace},
    opt::{Counters, NullOptimizer, Optimizer, Pipeline, pipeline::Switches},
};
use limpet_plugin_api::{
    Abort, AbortReason, HostLayout, Recording, TraceEnd, TraceEndKind, TraceKind, params::Tunables,
};
use lower::Pass;

/// What a build needs besides the recording.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The host.
    pub layout: &'a HostLayout,
    /// Passes and limits.
    pub tunables: &'a Tunables,
    /// For side traces: the state at the parent's exit.
    pub parent: Option<&'a ExitSnapshot>,
    /// Whether a loop whose second iteration would leave at once is linked to its own entry. Otherwise it is given up
    /// as unstable, in the hope that the next recording sees the types it settles on.
    pub accept_unstable: bool,
}

/// A trace on its way: all instructions have arrived.
pub enum Built<'a> {
    /// Nothing optimizes it.
    Plain(Trace),
    /// The pipeline, with its whole-trace passes still to run.
    Piped(Box<Pipeline<'a>>),
}

impl Built<'_> {
    /// The trace as it is now.
    pub fn trace(&self) -> &Trace {
        match self {
            Built::Plain(trace) => trace,
            Built::Piped(pipeline) => pipeline.trace(),
        }
    }

    /// Runs the whole-trace passes.
    pub fn finish(self) -> (Trace, Counters) {
        match self {
            Built::Plain(trace) => (trace, Counters::default()),
            Built::Piped(pipeline) => pipeline.finish(),
        }
    }
}

/// Builds the trace of a recording.
pub fn build<'a>(recording: &Recording, context: Context<'a>) -> Result<Built<'a>, Abort> {
    check::check(recording, context.layout)?;
    let mut trace = Trace::new(recording.kind);
    trace.origin = recording.origin.to_string();
    trace.start = recording.start;
    trace.extent = recording.extent;
    trace.functions = recording.functions.to_vec();
    if recording.kind == TraceKind::Side {
        if context.parent.is_none() {
            return Err(Abort::new(AbortReason::Malformed, "the parent's exit is not known"));
        }
        trace.parent = Some((recording.parent, ExitId(recording.parent_exit)));
    }
    let switches = Switches::from(context.tunables.passes);
    if context.tunables.passes.0 == 0 {
        let mut optimizer = NullOptimizer::new(trace);
        let mut pass = first_pass(&mut optimizer, recording, context.parent)?;
        end_without_loop(&mut optimizer, recording, &mut pass);
        return Ok(Built::Plain(optimizer.finish()));
    }
    let mut pipeline = Pipeline::new(trace, context.layout, switches);
    let mut pass = first_pass(&mut pipeline, recording, context.parent)?;
    if recording.end.kind == TraceEndKind::Loop && switches.peel {
        match peel::close_loop(&pipeline, recording, &pass) {
            Ok(Some(looping)) => return Ok(Built::Piped(Box::new(looping))),
            Ok(None) => {}
            // Every second iteration goes another way: both ways link to the loop's entry.
            Err(abort) if abort.reason == AbortReason::LeavesLoop => {}
            Err(abort) if abort.reason == AbortReason::TypeUnstable && context.accept_unstable => {}
            Err(abort) => return Err(abort),
        }
    }
    end_without_loop(&mut pipeline, recording, &mut pass);
    Ok(Built::Piped(Box::new(pipeline)))
}

fn first_pass<O: Optimizer>(
    optimizer: &mut O,
    recording: &Recording,
    parent: Option<&ExitSnapshot>,
) -> Result<Pass, Abort> {
    let slots = match parent {
        Some(exit) if recording.kind == TraceKind::Side => parent::inherit(optimizer, exit, recording.start)?,
        _ => slots::Slots::default(),
    };
    let mut pass = Pass::new(recording, slots);
    pass.run(optimizer, recording)?;
    Ok(pass)
}

fn end_without_loop<O: Optimizer>(optimizer: &mut O, recording: &Recording, pass: &mut Pass) {
    let snap = pass.snapshot(optimizer, recording, recording.end.snap);
    let target = match recording.end.target {
        TraceEnd::SELF => Target::SelfEntry,
        id => Target::Trace(id),
    };
    optimizer.trace_mut().end = match recording.end.kind {
        TraceEndKind::Loop => End::Link { target: Target::SelfEntry, snap },
        TraceEndKind::Link => End::Link { target, snap },
        TraceEndKind::Leave => End::Leave { snap },
    };
}
