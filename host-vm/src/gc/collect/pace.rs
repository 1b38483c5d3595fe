//! When to collect, how, and what memory to keep.
//!
//! * The *nursery*, what may be allocated until the next collection, is small (it stays in the cache) while little survives, and
//!   grows when much survives or when the roots alone are as much work as the nursery.
//! * A *full* collection comes when the live heap has doubled since the last, or nears the limit: at the next safepoint, or
//!   when the nursery is used up before that.
//! * After a full collection free blocks beyond what the next one will need go back to the system.

use super::Kind;
use crate::gc::{
    config::Config,
    heap::{BLOCK, Heap},
};

/// The state that decides.
#[derive(Debug)]
pub struct Pace {
    /// Bytes that may be allocated between two collections.
    nursery: usize,
    /// More live bytes than this ask for a full collection.
    threshold: usize,
    /// Whether the next collection is a full one.
    pub(in crate::gc) next_full: bool,
    /// Lines that small marked objects cover.
    pub(in crate::gc) live_lines: usize,
    /// Live bytes after the last collection, by lines and blocks.
    pub(in crate::gc) live: usize,
}

impl Pace {
    pub(in crate::gc) fn new(config: &Config) -> Pace {
        Pace { nursery: config.nursery, threshold: config.minimum, next_full: false, live_lines: 0, live: 0 }
    }
}

impl Heap {
    /// Whether the next collection is a full one.
    pub fn is_full_due(&self) -> bool {
        self.pace.next_full
    }

    /// Decides after a collection that looked at so many bytes of roots; gives the bytes to allocate until the next one.
    pub(super) fn set_pace(&mut self, kind: Kind, root_bytes: usize) -> usize {
        let live = self.live_bytes();
        let least = self.config.nursery;
        let pace = &mut self.pace;
        let survived = live.saturating_sub(pace.live);
        pace.live = live;
        match kind {
            Kind::Full => {
                pace.threshold = (live * 2).max(self.config.minimum);
                pace.nursery = pace.nursery.min(pace.threshold / 2).max(least);
            }
            Kind::Young => {
                if survived.max(root_bytes) > pace.nursery / 2 {
                    pace.nursery = (pace.nursery * 2).min(pace.threshold / 2).max(least);
                } else if survived.max(root_bytes) < pace.nursery / 10 {
                    pace.nursery = (pace.nursery / 2).max(least);
                }
            }
        }
        // With less room than this the program would do little but collect.
        let room = self.config.limit.saturating_sub(live);
        let allowance = if room < self.config.limit / 64 { 0 } else { pace.nursery.min(room) };
        pace.next_full = live > pace.threshold || allowance == 0;
        allowance
    }

    /// Gives free blocks back that will not be needed before the next full collection.
    pub(super) fn trim(&mut self) {
        self.statistics.peak = self.statistics.peak.max(self.resident());
        let needed = (self.pace.threshold + self.pace.nursery).min(self.config.limit).saturating_sub(self.pace.live);
        let mut keep = needed.div_ceil(BLOCK);
        let mut released: Option<(usize, usize)> = None;
        for block in 0..self.blocks.len() {
            if !self.is_free(block) || !self.blocks[block].resident {
                continue;
            }
            if keep > 0 {
                keep -= 1;
                continue;
            }
            self.blocks[block].resident = false;
            released = match released {
                Some((first, end)) if end == block => Some((first, block + 1)),
                Some((first, end)) => {
                    self.space.release(self.block_address(first), (end - first) * BLOCK);
                    Some((block, block + 1))
                }
                None => Some((block, block + 1)),
            };
        }
        if let Some((first, end)) = released {
            self.space.release(self.block_address(first), (end - first) * BLOCK);
        }
        while self.blocks.last().is_some_and(|b| !b.resident) {
            self.blocks.pop();
        }
    }
}
