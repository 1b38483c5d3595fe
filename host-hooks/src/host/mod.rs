//! The hooks of one virtual machine: one value, no globals.
//!
//! * `trace`: the tables of sites and traces, and the recording under way.
//! * `decide`: what to do at a hook site while recording, as one pure function.
//! * `record`: beginning, continuing and ending recordings; what aborts cost.
//! * [`attach`]: attaching and detaching a plugin.
//! * `statistics`: counters as JSON.
//!
//! Entering and leaving native code is in [`crate::enter`].

pub mod attach;
mod decide;
mod record;
mod statistics;
pub(crate) mod trace;

use crate::{
    hot::Random,
    observe::{DispatchObserver, ObserverId, Observers},
    recorder::Recorder,
};
use attach::Backend;
use limpet_plugin_api::{HostLayout, OpCode, Recording, params::Tunables};
use statistics::Counts;
use trace::{Active, Site, Trace};

/// What the interpreter does after a hook site was reached, or an instruction begun, in observed mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SiteAction {
    /// Record on: execute this instruction in the observed instance.
    Continue,
    /// A trace was compiled. Leave the observed instance and execute this very instruction in the hooked one.
    Finished,
    /// The recording was given up. Leave the observed instance and execute this very instruction in the hooked one.
    Aborted,
}

/// A function that sees every finished recording.
pub type RecordingSink = Box<dyn FnMut(&Recording)>;

/// The hooks of one virtual machine: hook sites, the attached plugin, the recording under way, compiled traces.
pub struct Hooks {
    pub(crate) layout: HostLayout,
    pub(crate) tunables: Tunables,
    pub(crate) backend: Option<Backend>,
    /// The counters of the plugin that was detached last.
    pub(crate) last_statistics: Option<String>,
    /// Detached while native code was running; given back when it has left.
    pub(crate) leaving: Option<Backend>,
    /// Native activations, and the context of the innermost.
    pub(crate) native_depth: u32,
    pub(crate) native_context: *mut u8,
    pub(crate) sites: Vec<Site>,
    pub(crate) traces: Vec<Trace>,
    pub(crate) active: Option<Active>,
    pub(crate) random: Random,
    pub(crate) counts: Counts,
    /// The code cache is full: nothing new is recorded.
    pub(crate) is_full: bool,
    observers: Observers,
    sink: Option<RecordingSink>,
    warnings: Vec<String>,
}

impl Hooks {
    /// Hooks without a plugin. The layout is what a plugin will be told.
    pub fn new(layout: HostLayout) -> Hooks {
        let tunables = Tunables::default();
        Hooks {
            layout,
            random: Random::new(tunables.seed),
            tunables,
            backend: None,
            last_statistics: None,
            leaving: None,
            native_depth: 0,
            native_context: std::ptr::null_mut(),
            sites: Vec::new(),
            traces: Vec::new(),
            active: None,
            counts: Counts::default(),
            is_full: false,
            observers: Observers::default(),
            sink: None,
            warnings: Vec::new(),
        }
    }

    /// The layout facts given to [`Hooks::new`].
    pub fn layout(&self) -> &HostLayout {
        &self.layout
    }

    /// The tunables in force.
    pub fn tunables(&self) -> &Tunables {
        &self.tunables
    }

    /// Whether a plugin is attached that compiles.
    pub fn is_attached(&self) -> bool {
        self.backend.is_some()
    }

    /// Whether the host should run its hooked instance: a plugin is attached, or recordings are asked for.
    pub fn wants_hooks(&self) -> bool {
        self.backend.is_some() || self.sink.is_some()
    }

    /// Whether recordings may use this operation: the plugin knows it. A host may ask before it lowers an instruction
    /// one way or another; a recording with an unknown operation is given up.
    pub fn supports(&self, operation: OpCode) -> bool {
        self.backend.as_ref().is_none_or(|backend| backend.operations.has(operation))
    }

    /// The recorder while a recording is under way.
    #[inline]
    pub fn recorder(&mut self) -> Option<&mut Recorder> {
        self.active.as_mut().map(|active| &mut active.recorder)
    }

    /// Whether a recording is under way.
    #[inline]
    pub fn is_recording(&self) -> bool {
        self.active.is_some()
    }

    /// Calls `sink` with every recording that ends well, before it is compiled: for tapes, dumps and tests. Also
    /// without a plugin: then each site is recorded once.
    pub fn set_recording_sink(&mut self, sink: Option<RecordingSink>) {
        self.sink = sink;
    }

    /// Attaches an observer of every instruction. The host runs its observed instance while [`Hooks::is_observed`].
    pub fn add_observer(&mut self, observer: Box<dyn DispatchObserver>) -> ObserverId {
        self.observers.add(observer)
    }

    /// Takes an observer off again and gives it back.
    pub fn remove_observer(&mut self, id: ObserverId) -> Option<Box<dyn DispatchObserver>> {
        self.observers.remove(id)
    }

    /// Whether an observer wants to see every instruction.
    pub fn is_observed(&self) -> bool {
        !self.observers.is_empty()
    }

    /// Warnings so far, one line each: options that are unknown, a plugin that was switched off.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Takes the warnings out, for a host that prints them as they come.
    pub fn take_warnings(&mut self) -> Vec<String> {
        std::mem::take(&mut self.warnings)
    }

    pub(crate) fn warn(&mut self, warning: impl Into<String>) {
        self.warnings.push(warning.into());
    }

    /// Calls `visit` with every host word that a recording or native code refers to: roots for the host's collector.
    /// The words are read-only: nothing may move.
    pub fn visit_words(&self, visit: &mut dyn FnMut(u64)) {
        if let Some(active) = &self.active {
            active.recorder.pinned().for_each(&mut *visit);
        }
        for trace in &self.traces {
            trace.words.iter().copied().for_each(&mut *visit);
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
