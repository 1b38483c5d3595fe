//! Beginning, continuing and ending recordings.
//!
//! A recording has one origin, a hook site or an exit, and whatever ends it without a trace is paid by that origin:
//! a site waits for a growing penalty and is blacklisted in the end; an exit is left alone after `tryside` attempts.
//! At most one recording is under way; whatever else runs hot meanwhile (a nested run of the VM) just waits.

// Hook cells are the host's memory, reached through the raw pointers that the host hands in.
#![allow(unsafe_code)]

use super::{
    Hooks, SiteAction,
    attach::INTERNAL_FAILURES_ALLOWED,
    decide::{Arrival, Decision, decide},
    trace::{Active, Origin, Site, Trace},
};
use crate::{
    hook::{CellState, HookCell, SiteKind},
    hot::{ExitCounter, next_penalty},
    loader::negotiate::OperationSet,
    recorder::Recorder,
};
use limpet_plugin_api::{Abort, AbortReason, CompiledTrace, TraceEnd, TraceEndKind, TraceKind};
use std::time::Instant;

/// Host instructions that a side trace must cover to be worth a stitched end; it is entered without the interpreter. Root
/// traces have the tunable `minstitch`.
const STITCH_SIDE: u32 = 4;
/// Recordings of a loop that left the loop before one is allowed to go on through its exit.
const LEAVING_PATIENCE: u32 = 2;

impl Hooks {
    /// A hook site's counter has fired. `start` is the resume address of the site; `origin` describes it for people.
    /// True: a recording has begun, and the interpreter executes this very instruction in its observed instance.
    /// False: it executes it as usual.
    ///
    /// # Safety
    /// `cell` is valid for reads and writes until [`Hooks::forget_cells`] or [`Hooks::detach`] or the end of this
    /// value, and nothing else writes it meanwhile but the host's [`HookCell::tick`].
    pub unsafe fn hot(
        &mut self,
        cell: *mut HookCell,
        kind: SiteKind,
        start: u64,
        origin: impl FnOnce() -> String,
    ) -> bool {
        // SAFETY: the caller promises that the cell is valid and ours to write.
        let (site, cell) = unsafe { (self.site(cell, start), &mut *cell) };
        let threshold = match kind {
            SiteKind::Loop => self.tunables.hotloop,
            SiteKind::Procedure => self.tunables.hotproc,
        };
        match cell.state() {
            CellState::Fresh if threshold > 1 => {
                cell.count_again(CellState::Cold, threshold - 1);
                return false;
            }
            CellState::Fresh | CellState::Cold | CellState::Penalized => {}
            CellState::Blacklisted => {
                cell.blacklist();
                return false;
            }
            CellState::Recording | CellState::Attached => {
                cell.counter = threshold;
                return false;
            }
        }
        if self.active.is_some() || !self.wants_hooks() || !self.observers.is_empty() {
            cell.count_again(CellState::Cold, threshold);
            return false;
        }
        if self.is_full || self.counts.roots >= self.tunables.maxroots as u64 {
            cell.blacklist();
            self.counts.blacklisted += 1;
            return false;
        }
        cell.state = CellState::Recording as u16;
        let record = &mut self.sites[site as usize];
        if record.origin.is_empty() {
            record.origin = origin();
        }
        let trace_kind = match kind {
            SiteKind::Loop => TraceKind::Loop,
            SiteKind::Procedure => TraceKind::Procedure,
        };
        let recorder = Recorder::new(trace_kind, start, record.origin.clone(), &self.tunables, self.operations());
        self.begin(Origin::Root { site }, recorder);
        true
    }

    /// Begins a side trace at a hot exit; false if the exit must wait.
    pub(crate) fn begin_side(&mut self, trace: u32, exit: u32, resume: u64) -> bool {
        let parent = &self.traces[trace as usize];
        let root = parent.root;
        if self.is_full || self.traces[root as usize].sides >= self.tunables.maxsides {
            self.traces[trace as usize].exits[exit as usize].leave_alone();
            return false;
        }
        if self.active.is_some() || !self.observers.is_empty() || self.backend.is_none() {
            self.traces[trace as usize].exits[exit as usize].postpone(&self.tunables);
            return false;
        }
        let origin = format!("{}, exit {exit} of trace {trace}", self.traces[root as usize].origin);
        let recorder =
            Recorder::new(TraceKind::Side, resume, origin, &self.tunables, self.operations()).with_parent(trace, exit);
        self.begin(Origin::Side { trace, exit }, recorder);
        true
    }

    fn begin(&mut self, origin: Origin, recorder: Recorder) {
        self.counts.recordings += 1;
        self.active = Some(Active { origin, recorder, frames: Vec::new() });
    }

    fn operations(&self) -> OperationSet {
        self.backend.as_ref().map_or_else(OperationSet::all, |backend| backend.operations.clone())
    }

    /// In observed mode, before each instruction: tells observers, tells the recorder (slots at or beyond `top`,
    /// relative to the base, are dead), and ends a recording that has grown beyond its limits.
    /// Anything but `Continue` ends recording; the observed instance is left unless [`Hooks::is_observed`].
    pub fn instruction(&mut self, resume: u64, top: i32) -> SiteAction {
        self.observers.instruction(resume);
        let Some(active) = &mut self.active else { return SiteAction::Continue };
        active.recorder.instruction(resume, top);
        let Some(reason) = active.recorder.overflowed() else { return SiteAction::Continue };
        if reason == AbortReason::LeavesLoop
            && let Origin::Root { site } = active.origin
            && self.sites[site as usize].leavings >= LEAVING_PATIENCE
            && active.recorder.base_shift() >= 0
        {
            active.recorder.forgive_leaving();
            return SiteAction::Continue;
        }
        let detail = active.recorder.trouble_detail().to_string();
        match reason {
            // Unwinding a recursion: what there is of it is a good trace.
            AbortReason::UnrollLimit => self.stop_leaving(reason, &detail),
            _ => {
                self.abort(reason, &detail);
                SiteAction::Aborted
            }
        }
    }

    /// In observed mode, when the instruction is a hook site and a recording is under way; called after
    /// [`Hooks::instruction`] for the same instruction. `start` is the site's resume address.
    ///
    /// # Safety
    /// As for [`Hooks::hot`].
    pub unsafe fn site_reached(&mut self, cell: *mut HookCell, kind: SiteKind, start: u64) -> SiteAction {
        if self.active.is_none() {
            return SiteAction::Continue;
        }
        // SAFETY: the caller promises that the cell is valid and ours to write.
        let (site, cell) = unsafe { (self.site(cell, start), &*cell) };
        let Some(active) = &mut self.active else { return SiteAction::Continue };
        let (beneath, here) = active.arrive(site);
        let recorder = &mut active.recorder;
        let at_start = recorder.instructions() <= 1 && recorder.start() == start;
        let (is_origin, tree, inner_loops) = match active.origin {
            Origin::Root { site: own } => (own == site, None, self.sites[own as usize].inner_loops),
            Origin::Side { trace, .. } => (false, Some(self.traces[trace as usize].root), 0),
        };
        if at_start && is_origin {
            recorder.safepoint();
        }
        let compiled = (cell.state() == CellState::Attached && cell.entry != 0).then_some(cell.trace);
        let arrival = Arrival {
            recording: recorder.kind(),
            at_start,
            is_origin,
            is_tree_root: compiled.is_some() && compiled == tree,
            kind,
            shift: recorder.base_shift(),
            has_returned: recorder.has_returned(),
            compiled: compiled.is_some(),
            beneath,
            here,
            inner_loops,
            is_long: recorder.len() > self.tunables.maxtrace as usize / 2,
            maxunroll: self.tunables.maxunroll,
        };
        match decide(&arrival) {
            Decision::Continue => SiteAction::Continue,
            Decision::Loop => self.finish(TraceEndKind::Loop, 0),
            Decision::LinkSelf => self.finish(TraceEndKind::Link, TraceEnd::SELF),
            Decision::Link => self.finish(TraceEndKind::Link, compiled.unwrap_or(TraceEnd::SELF)),
            Decision::Abort(reason) => {
                let detail = self.sites[site as usize].origin.clone();
                self.abort(reason, &detail);
                SiteAction::Aborted
            }
        }
    }

    /// Ends the recording before the current instruction, which can't be recorded: as a trace that leaves there and
    /// is stitched by the interpreter if it is long enough to be worth it, else as an abort.
    /// Called after [`Hooks::instruction`] for that instruction, before anything of it is recorded.
    pub fn stop_leaving(&mut self, reason: AbortReason, detail: &str) -> SiteAction {
        let Some(active) = &self.active else { return SiteAction::Aborted };
        let least = match active.origin {
            Origin::Root { .. } => self.tunables.minstitch,
            Origin::Side { .. } => STITCH_SIDE,
        };
        // The current instruction is counted, but not covered.
        if active.recorder.instructions() <= least {
            self.abort(reason, detail);
            return SiteAction::Aborted;
        }
        self.counts.stitched(reason);
        self.finish(TraceEndKind::Leave, 0)
    }

    /// Gives the recording up, for example because the program raised a condition. Nothing happens if none is under
    /// way.
    pub fn abort(&mut self, reason: AbortReason, detail: &str) {
        let Some(active) = self.active.take() else { return };
        self.counts.abort(active.recorder.origin(), &Abort::new(reason, detail));
        self.pay(active.origin, reason);
    }

    /// Ends the recording with a trace and has it compiled.
    fn finish(&mut self, kind: TraceEndKind, target: u32) -> SiteAction {
        let Some(active) = self.active.take() else { return SiteAction::Aborted };
        let origin = active.origin;
        let text = active.recorder.origin().to_string();
        let start = active.recorder.start();
        let (recording, words) = active.recorder.finish(kind, target);
        self.counts.operations += recording.ops.len() as u64;
        if let Some(sink) = &mut self.sink {
            sink(&recording);
        }
        let Some(backend) = &self.backend else {
            // Recorded for the sink alone: once is enough.
            self.blacklist(origin);
            return SiteAction::Finished;
        };
        let began = Instant::now();
        let result = backend.compile(&recording);
        self.counts.compile_time += began.elapsed();
        let compiled = match result {
            Ok(compiled) if compiled.id as usize == self.traces.len() => compiled,
            Ok(compiled) => {
                let detail = format!("trace {} where {} was due", compiled.id, self.traces.len());
                return self.refused(origin, &text, Abort::new(AbortReason::Internal, detail));
            }
            Err(abort) => return self.refused(origin, &text, abort),
        };
        let parent = match origin {
            Origin::Root { .. } => None,
            Origin::Side { trace, exit } => Some((trace, exit)),
        };
        let trace = Trace {
            kind: recording.kind,
            end: kind,
            root: parent.map_or(compiled.id, |(trace, _)| self.traces[trace as usize].root),
            parent,
            site: None,
            start,
            origin: text,
            exits: vec![ExitCounter::new(&self.tunables); compiled.exits.min(u16::MAX as u32) as usize],
            words,
            sides: 0,
            code_size: compiled.code_size,
            operations: recording.ops.len(),
            entered: 0,
            left: 0,
        };
        self.install(origin, trace, compiled);
        SiteAction::Finished
    }

    fn install(&mut self, origin: Origin, mut trace: Trace, compiled: CompiledTrace) {
        match origin {
            Origin::Root { site } => {
                self.counts.roots += 1;
                trace.site = Some(site);
                let site = &mut self.sites[site as usize];
                site.trace = Some(compiled.id);
                // SAFETY: a site's cell is null or valid, as the host promised when it handed it in.
                if let Some(cell) = unsafe { site.cell.as_mut() } {
                    cell.state = CellState::Attached as u16;
                    cell.trace = compiled.id;
                    cell.entry = compiled.entry;
                }
            }
            Origin::Side { trace: parent, exit } => {
                self.counts.sides += 1;
                self.traces[trace.root as usize].sides += 1;
                self.traces[parent as usize].exits[exit as usize].leave_alone();
            }
        }
        self.traces.push(trace);
    }

    /// The plugin gave the recording up.
    fn refused(&mut self, origin: Origin, text: &str, abort: Abort) -> SiteAction {
        self.counts.abort(text, &abort);
        if abort.reason == AbortReason::CodeMemory && !self.is_full {
            self.is_full = true;
            self.warn("the plugin's code memory is full (option codesize); nothing more is compiled");
        }
        self.pay(origin, abort.reason);
        if abort.reason == AbortReason::Internal {
            self.counts.internal_failures += 1;
            if self.counts.internal_failures > INTERNAL_FAILURES_ALLOWED {
                let detail = crate::error::one_line(&abort.detail);
                self.warn(format!("the plugin failed too often and is switched off; last failure: {detail}"));
                self.detach();
            }
        }
        SiteAction::Aborted
    }

    /// What an abort costs its origin.
    fn pay(&mut self, origin: Origin, reason: AbortReason) {
        if reason.is_permanent() || self.is_full {
            return self.blacklist(origin);
        }
        match origin {
            Origin::Root { site } => {
                let site = &mut self.sites[site as usize];
                match reason {
                    AbortReason::InnerLoop => site.inner_loops += 1,
                    AbortReason::LeavesLoop => site.leavings += 1,
                    _ => {}
                }
                let Some(penalty) = next_penalty(site.penalty, &self.tunables, &mut self.random) else {
                    return self.blacklist(origin);
                };
                site.penalty = penalty;
                // SAFETY: a site's cell is null or valid, as the host promised when it handed it in.
                if let Some(cell) = unsafe { site.cell.as_mut() } {
                    cell.count_again(CellState::Penalized, penalty);
                }
            }
            Origin::Side { trace, exit } => {
                let counter = &mut self.traces[trace as usize].exits[exit as usize];
                if counter.failed(&self.tunables, &mut self.random) {
                    self.counts.exits_left_alone += 1;
                }
            }
        }
    }

    fn blacklist(&mut self, origin: Origin) {
        match origin {
            Origin::Root { site } => {
                self.counts.blacklisted += 1;
                // SAFETY: a site's cell is null or valid, as the host promised when it handed it in.
                if let Some(cell) = unsafe { self.sites[site as usize].cell.as_mut() } {
                    cell.blacklist();
                }
            }
            Origin::Side { trace, exit } => {
                self.counts.exits_left_alone += 1;
                self.traces[trace as usize].exits[exit as usize].leave_alone();
            }
        }
    }

    /// The record of a cell, made when it is first seen.
    ///
    /// # Safety
    /// As for [`Hooks::hot`].
    unsafe fn site(&mut self, cell: *mut HookCell, start: u64) -> u32 {
        // SAFETY: the caller promises that the cell is valid and ours to write.
        let data = unsafe { &mut *cell };
        if let Some(index) = data.site.checked_sub(1)
            && self.sites.get(index as usize).is_some_and(|site| site.cell == cell)
        {
            return index;
        }
        let index = self.sites.len() as u32;
        let origin = String::new();
        self.sites.push(Site { cell, start, origin, penalty: 0, inner_loops: 0, leavings: 0, trace: None });
        data.site = index + 1;
        index
    }

    /// The host takes the memory of some cells away (it unloads an image). Their traces stay, for other traces may link
    /// to them; the cells are not touched any more.
    pub fn forget_cells(&mut self, cells: std::ops::Range<*mut HookCell>) {
        if let Some(Active { origin: Origin::Root { site }, .. }) = self.active
            && cells.contains(&self.sites[site as usize].cell)
        {
            self.abort(AbortReason::Detached, "its code was unloaded");
        }
        for site in self.sites.iter_mut().filter(|site| cells.contains(&site.cell)) {
            site.cell = std::ptr::null_mut();
        }
    }
}
