//! The tables of one VM: its hook sites and its compiled traces.
//!
//! A site's record lives as long as its [`Hooks`](crate::Hooks); a trace's until the plugin is detached.

use crate::{hook::HookCell, hot::ExitCounter, recorder::Recorder};
use limpet_plugin_api::{TraceEndKind, TraceKind};

/// A hook site that was counted or reached at least once.
pub(crate) struct Site {
    /// Null once the host has taken the cell away.
    pub cell: *mut HookCell,
    pub start: u64,
    /// In the host's terms; empty before a first recording.
    pub origin: String,
    /// The last penalty in ticks, 0 before a first abort.
    pub penalty: u32,
    /// Recordings from here given up for an inner loop, and for leaving the loop.
    pub inner_loops: u32,
    pub leavings: u32,
    pub trace: Option<u32>,
}

/// A compiled trace.
pub(crate) struct Trace {
    pub kind: TraceKind,
    pub end: TraceEndKind,
    /// The root of its tree (itself for a root).
    pub root: u32,
    /// For side traces: trace and exit.
    pub parent: Option<(u32, u32)>,
    /// For roots: the site.
    pub site: Option<u32>,
    pub start: u64,
    pub origin: String,
    pub exits: Vec<ExitCounter>,
    /// Words the native code refers to.
    pub words: Vec<u64>,
    /// For roots: side traces in the tree.
    pub sides: u32,
    pub code_size: u32,
    pub operations: usize,
    pub entered: u64,
    pub left: u64,
}

/// What is being recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Root { site: u32 },
    Side { trace: u32, exit: u32 },
}

/// The recording under way.
pub(crate) struct Active {
    pub origin: Origin,
    pub recorder: Recorder,
    /// Sites reached in frames that are still there: site and base.
    pub frames: Vec<(u32, i32)>,
}

impl Active {
    /// Notes that `site` is reached at the current base, and tells how many frames of it lie beneath and how often it
    /// was reached before in this very frame.
    pub fn arrive(&mut self, site: u32) -> (u32, u32) {
        // A frame that was left since is gone, also when another one stands at its base now.
        let low_water = self.recorder.take_low_water();
        self.frames.retain(|&(_, base)| base <= low_water);
        let base = self.recorder.base_shift();
        let mut beneath = 0;
        let mut here = 0;
        for &(_, other) in self.frames.iter().filter(|(id, _)| *id == site) {
            match other < base {
                true => beneath += 1,
                false => here += 1,
            }
        }
        self.frames.push((site, base));
        (beneath, here)
    }
}
