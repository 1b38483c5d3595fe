//! The rules of trace trees: what to do when a recording reaches a hook site. One function from facts to a decision,
//! with no state, so that the rules can be read and tested in one place.
//!
//! | recording \ site | its own origin | loop, compiled | loop, not compiled | procedure |
//! | --- | --- | --- | --- | --- |
//! | root loop | (1) | (2) | unroll, then `InnerLoop` | inline |
//! | root procedure | (1) | link | unroll, then `InnerLoop` | inline |
//! | side trace | has none | link | unroll, then `InnerLoop` | inline; the root of its own tree: link |
//!
//! 1. In the same frame it is a `Loop`, whatever kind the site has. Deeper it is a recursion: a loop is unrolled once,
//!    then the trace links to itself with the base where it is; so does a procedure at once.
//! 2. Give up (`InnerLoop`): the inner loop's exits grow into the outer one. After two such attempts: link.
//!
//! Inlining a procedure has two ends: a procedure that is already on the trace's stack twice is linked to if it is
//! compiled (recursion), and given up beyond `maxunroll`; and a procedure that comes back to its entry in the same
//! frame (a tail call) is a loop, for which the rules of loops hold. A trace that is past half of `maxtrace` links to
//! whatever is compiled.
//!
//! A trace that returns from the frame it was entered in goes on recording in the caller; it never ends as `Loop`
//! afterwards, so a `Loop` never touches slots of a caller. Unwinding a recursion ends after `maxunroll` returns
//! (`Recorder::shift_base`). The tests for "same frame" are by base: frames are where they are on one stack.
//!
//! Sources: LuaJIT's `lj_record.c` (`check_call_unroll`, `rec_loop_interp`), PyPy's rules for recursive portals.

use crate::hook::SiteKind;
use limpet_plugin_api::{AbortReason, TraceKind};

/// Frames of one procedure that are inlined above each other before a trace links to the procedure's own.
const RECURSION_UNROLL: u32 = 1;
/// Recordings of an outer loop that are given up for an inner one before linking to it is allowed.
const INNER_LOOP_PATIENCE: u32 = 2;

/// The facts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrival {
    /// What is recorded.
    pub recording: TraceKind,
    /// Nothing was recorded before this site.
    pub at_start: bool,
    /// The recording began at this site.
    pub is_origin: bool,
    /// The site's trace is the root of the recording's tree.
    pub is_tree_root: bool,
    pub kind: SiteKind,
    /// Base relative to the base at trace entry.
    pub shift: i32,
    /// The trace has returned from the frame it was entered in.
    pub has_returned: bool,
    /// The site has a root trace.
    pub compiled: bool,
    /// Frames in which the site was reached and that lie beneath this one.
    pub beneath: u32,
    /// Times the site was reached in this very frame before.
    pub here: u32,
    /// Recordings from this origin that were given up for an inner loop.
    pub inner_loops: u32,
    /// The recording is past half of `maxtrace`.
    pub is_long: bool,
    pub maxunroll: u32,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Record on.
    Continue,
    /// The loop came round.
    Loop,
    /// End with a link to this trace's own entry.
    LinkSelf,
    /// End with a link to the site's trace.
    Link,
    /// Give up.
    Abort(AbortReason),
}

pub(crate) fn decide(a: &Arrival) -> Decision {
    if a.at_start {
        return Decision::Continue;
    }
    if a.is_origin {
        return at_origin(a);
    }
    match a.kind {
        SiteKind::Loop => at_loop(a),
        SiteKind::Procedure if a.here > 0 => at_loop(a),
        SiteKind::Procedure => at_procedure(a),
    }
}

fn at_origin(a: &Arrival) -> Decision {
    match (a.kind, a.shift) {
        (_, 0) if !a.has_returned => Decision::Loop,
        (SiteKind::Loop, _) if a.has_returned => Decision::Abort(AbortReason::LeavesLoop),
        (SiteKind::Loop, _) if a.here == 0 && a.beneath <= RECURSION_UNROLL => Decision::Continue,
        _ => Decision::LinkSelf,
    }
}

fn at_loop(a: &Arrival) -> Decision {
    if a.compiled {
        let patience_is_over = a.inner_loops >= INNER_LOOP_PATIENCE || a.is_long;
        return match a.recording {
            TraceKind::Loop if !patience_is_over => Decision::Abort(AbortReason::InnerLoop),
            _ => Decision::Link,
        };
    }
    match a.here > a.maxunroll {
        true => Decision::Abort(AbortReason::InnerLoop),
        false => Decision::Continue,
    }
}

fn at_procedure(a: &Arrival) -> Decision {
    if a.compiled && (a.is_tree_root || a.is_long || a.beneath > RECURSION_UNROLL) {
        return Decision::Link;
    }
    match a.beneath > a.maxunroll {
        true => Decision::Abort(AbortReason::UnrollLimit),
        false => Decision::Continue,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A root loop that reaches a procedure which is not compiled.
    const PLAIN: Arrival = Arrival {
        recording: TraceKind::Loop,
        at_start: false,
        is_origin: false,
        is_tree_root: false,
        kind: SiteKind::Procedure,
        shift: 0,
        has_returned: false,
        compiled: false,
        beneath: 0,
        here: 0,
        inner_loops: 0,
        is_long: false,
        maxunroll: 15,
    };
    const INNER: Arrival = Arrival { kind: SiteKind::Loop, ..PLAIN };
    const ORIGIN: Arrival = Arrival { is_origin: true, kind: SiteKind::Loop, ..PLAIN };

    #[test]
    fn loops_close_in_their_own_frame() {
        assert_eq!(decide(&Arrival { at_start: true, ..ORIGIN }), Decision::Continue);
        assert_eq!(decide(&ORIGIN), Decision::Loop);
        assert_eq!(decide(&Arrival { shift: 4, beneath: 1, ..ORIGIN }), Decision::Continue);
        assert_eq!(decide(&Arrival { shift: 8, beneath: 2, ..ORIGIN }), Decision::LinkSelf);
        // The same loop, deeper, coming round: one more turn would only repeat.
        assert_eq!(decide(&Arrival { shift: 4, beneath: 1, here: 1, ..ORIGIN }), Decision::LinkSelf);
    }

    #[test]
    fn procedures_recur_by_links_and_loop_by_tail_calls() {
        let origin = Arrival { recording: TraceKind::Procedure, kind: SiteKind::Procedure, ..ORIGIN };
        assert_eq!(decide(&origin), Decision::Loop);
        assert_eq!(decide(&Arrival { shift: 5, beneath: 1, ..origin }), Decision::LinkSelf);
        assert_eq!(decide(&Arrival { has_returned: true, ..origin }), Decision::LinkSelf);
        assert_eq!(decide(&Arrival { has_returned: true, shift: -5, ..origin }), Decision::LinkSelf);
    }

    #[test]
    fn inner_loops_come_first_and_are_linked_to_when_they_insist() {
        assert_eq!(decide(&Arrival { here: 15, ..INNER }), Decision::Continue);
        assert_eq!(decide(&Arrival { here: 16, ..INNER }), Decision::Abort(AbortReason::InnerLoop));
        let compiled = Arrival { compiled: true, ..INNER };
        assert_eq!(decide(&compiled), Decision::Abort(AbortReason::InnerLoop));
        assert_eq!(decide(&Arrival { inner_loops: 2, ..compiled }), Decision::Link);
        assert_eq!(decide(&Arrival { recording: TraceKind::Side, ..compiled }), Decision::Link);
        assert_eq!(decide(&Arrival { recording: TraceKind::Procedure, ..compiled }), Decision::Link);
    }

    #[test]
    fn calls_are_inlined_up_to_recursion() {
        let compiled = Arrival { compiled: true, ..PLAIN };
        assert_eq!(decide(&compiled), Decision::Continue);
        assert_eq!(decide(&Arrival { beneath: 1, ..compiled }), Decision::Continue);
        assert_eq!(decide(&Arrival { beneath: 2, ..compiled }), Decision::Link);
        assert_eq!(decide(&Arrival { is_long: true, ..compiled }), Decision::Link);
        assert_eq!(decide(&Arrival { beneath: 15, ..PLAIN }), Decision::Continue);
        assert_eq!(decide(&Arrival { beneath: 16, ..PLAIN }), Decision::Abort(AbortReason::UnrollLimit));
        let side = Arrival { recording: TraceKind::Side, is_tree_root: true, ..compiled };
        assert_eq!(decide(&side), Decision::Link);
    }

    #[test]
    fn a_tail_call_to_an_inlined_procedure_is_a_loop() {
        let again = Arrival { here: 1, ..PLAIN };
        assert_eq!(decide(&again), Decision::Continue);
        assert_eq!(decide(&Arrival { here: 16, ..again }), Decision::Abort(AbortReason::InnerLoop));
        assert_eq!(decide(&Arrival { compiled: true, ..again }), Decision::Abort(AbortReason::InnerLoop));
        assert_eq!(decide(&Arrival { compiled: true, recording: TraceKind::Side, ..again }), Decision::Link);
    }
}
