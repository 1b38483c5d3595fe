//! Counters of one VM's hooks, and their form as JSON (`LIMPET_JIT_STATS`).
//!
//! The JSON is written by hand: it is flat, and a crate for VM authors should bring few others.

use super::Hooks;
use limpet_plugin_api::{Abort, AbortReason};
use std::{
    collections::{BTreeMap, VecDeque},
    fmt::Write,
    time::Duration,
};

/// How many aborts are kept with their text.
const ABORTS_KEPT: usize = 64;

#[derive(Default)]
pub(crate) struct Counts {
    pub entries: u64,
    pub exits: u64,
    pub ends: u64,
    pub recordings: u64,
    pub operations: u64,
    pub roots: u64,
    pub sides: u64,
    pub blacklisted: u64,
    pub exits_left_alone: u64,
    pub internal_failures: u32,
    pub compile_time: Duration,
    aborts: BTreeMap<u16, u64>,
    stitched: BTreeMap<u16, u64>,
    last_aborts: VecDeque<String>,
}

impl Counts {
    pub(crate) fn abort(&mut self, origin: &str, abort: &Abort) {
        *self.aborts.entry(abort.reason.0).or_default() += 1;
        if self.last_aborts.len() == ABORTS_KEPT {
            self.last_aborts.pop_front();
        }
        self.last_aborts.push_back(format!("{origin}: {abort}"));
    }

    pub(crate) fn stitched(&mut self, reason: AbortReason) {
        *self.stitched.entry(reason.0).or_default() += 1;
    }

    /// Aborts so far for one reason.
    #[cfg(test)]
    pub(crate) fn aborts_for(&self, reason: AbortReason) -> u64 {
        self.aborts.get(&reason.0).copied().unwrap_or_default()
    }
}

impl Hooks {
    /// The counters as one JSON object: `hooks`, this side's, with one object for each trace, and `plugin`, the
    /// plugin's own (those of the last one, if it was taken off) or `null`.
    pub fn statistics_json(&self) -> String {
        let c = &self.counts;
        let mut out = String::from("{\"hooks\":{");
        let _ = write!(out, "\"attached\":{}", self.is_attached());
        for (name, value) in [
            ("entries", c.entries),
            ("exits", c.exits),
            ("ends", c.ends),
            ("recordings", c.recordings),
            ("recorded_operations", c.operations),
            ("root_traces", c.roots),
            ("side_traces", c.sides),
            ("blacklisted", c.blacklisted),
            ("exits_left_alone", c.exits_left_alone),
            ("compile_microseconds", c.compile_time.as_micros() as u64),
            ("code_bytes", self.traces.iter().map(|t| t.code_size as u64).sum()),
        ] {
            let _ = write!(out, ",\"{name}\":{value}");
        }
        for (name, counts) in [("aborts", &c.aborts), ("stitched", &c.stitched)] {
            let items: Vec<_> =
                counts.iter().map(|(&reason, n)| format!("\"{}\":{n}", AbortReason(reason).name())).collect();
            let _ = write!(out, ",\"{name}\":{{{}}}", items.join(","));
        }
        let traces: Vec<_> = self.traces.iter().enumerate().map(|(id, _)| self.trace_json(id)).collect();
        let _ = write!(out, ",\"traces\":[{}]", traces.join(","));
        let aborts: Vec<_> = c.last_aborts.iter().map(|text| quoted(text)).collect();
        let _ = write!(out, ",\"last_aborts\":[{}]}}", aborts.join(","));
        let plugin = self.backend.as_ref().map(|backend| backend.statistics()).or_else(|| self.last_statistics.clone());
        let plugin = plugin.filter(|text| text.starts_with('{') && text.ends_with('}'));
        let _ = write!(out, ",\"plugin\":{}}}", plugin.as_deref().unwrap_or("null"));
        out
    }

    fn trace_json(&self, id: usize) -> String {
        let t = &self.traces[id];
        let parent = t.parent.map_or("null".to_string(), |(trace, exit)| format!("[{trace},{exit}]"));
        format!(
            "{{\"id\":{id},\"kind\":\"{:?}\",\"end\":\"{:?}\",\"root\":{},\"parent\":{parent},\"origin\":{},\
             \"operations\":{},\"code_bytes\":{},\"entered\":{},\"left\":{}}}",
            t.kind,
            t.end,
            t.root,
            quoted(&t.origin),
            t.operations,
            t.code_size,
            t.entered,
            t.left
        )
    }
}

/// A JSON string.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if (c as u32) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_quoted() {
        assert_eq!(quoted("a\"b\\c\nd\u{1}é"), "\"a\\\"b\\\\c\\nd\\u0001é\"");
    }

    #[test]
    fn only_the_last_aborts_are_kept() {
        let mut counts = Counts::default();
        for i in 0..100 {
            counts.abort(&format!("site {i}"), &Abort::new(AbortReason::Raised, ""));
        }
        assert_eq!(counts.last_aborts.len(), ABORTS_KEPT);
        assert!(counts.last_aborts[0].starts_with("site 36:"));
        assert_eq!(counts.aborts_for(AbortReason::Raised), 100);
    }
}
