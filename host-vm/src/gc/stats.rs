//! What a heap counts: collections, pauses, bytes.

use super::heap::{BLOCK, Heap, LINE};
use std::time::Duration;

/// Buckets per power of two: a percentile is off by less than one part in sixteen.
const STEPS: usize = 16;

/// Durations counted by magnitude, so that their number does not matter.
#[derive(Clone)]
pub struct Pauses {
    counts: Vec<u64>,
    number: u64,
    longest: u64,
    total: u64,
}

impl Default for Pauses {
    fn default() -> Pauses {
        Pauses { counts: vec![0; 64 * STEPS], number: 0, longest: 0, total: 0 }
    }
}

impl std::fmt::Debug for Pauses {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [median, most] = [0.5, 0.99].map(|fraction| self.percentile(fraction));
        write!(f, "{} pauses, {median:?} / {most:?} / {:?}", self.number, self.longest())
    }
}

impl Pauses {
    pub(super) fn add(&mut self, pause: Duration) {
        let nanoseconds = pause.as_nanos() as u64;
        self.counts[bucket(nanoseconds)] += 1;
        self.number += 1;
        self.total += nanoseconds;
        self.longest = self.longest.max(nanoseconds);
    }

    /// The pause that a fraction of all pauses does not exceed.
    pub fn percentile(&self, fraction: f64) -> Duration {
        let mut left = (self.number as f64 * fraction).ceil() as u64;
        for (i, &count) in self.counts.iter().enumerate() {
            if count >= left && left > 0 {
                return Duration::from_nanos(upper_bound(i).min(self.longest));
            }
            left -= count.min(left);
        }
        Duration::ZERO
    }

    /// The longest.
    pub fn longest(&self) -> Duration {
        Duration::from_nanos(self.longest)
    }

    /// All together.
    pub fn total(&self) -> Duration {
        Duration::from_nanos(self.total)
    }
}

/// The four bits after the highest one select the step within a power of two.
fn bucket(n: u64) -> usize {
    if n < STEPS as u64 {
        return n as usize;
    }
    let shift = n.ilog2() as usize - 4;
    (shift + 1) * STEPS + ((n >> shift) as usize & (STEPS - 1))
}

fn upper_bound(bucket: usize) -> u64 {
    if bucket < STEPS {
        return bucket as u64;
    }
    let shift = bucket / STEPS - 1;
    ((STEPS + bucket % STEPS) as u64 + 1).checked_shl(shift as u32).unwrap_or(u64::MAX) - 1
}

/// Counts since the heap was made.
#[derive(Clone, Debug, Default)]
pub struct Statistics {
    /// Young collections.
    pub young: u64,
    /// Full collections.
    pub full: u64,
    /// How long the program stood still.
    pub pauses: Pauses,
    /// Bytes of all objects ever allocated.
    pub allocated: u64,
    /// Bytes of lines and blocks in use after the last collection.
    pub live: usize,
    /// Bytes of blocks that have memory.
    pub heap: usize,
    /// Most that `heap` has been.
    pub peak: usize,
    /// Words on native stacks and in registers that led to an object, over all collections.
    pub ambiguous_roots: u64,
}

impl Statistics {
    /// One line of JSON; durations in milliseconds.
    pub fn to_json(&self) -> String {
        let ms = |pause: Duration| pause.as_secs_f64() * 1e3;
        format!(
            "{{\"young\":{},\"full\":{},\"pause_median_ms\":{:.4},\"pause_99_ms\":{:.4},\"pause_max_ms\":{:.4},\
             \"pause_total_ms\":{:.3},\"allocated_bytes\":{},\"live_bytes\":{},\"heap_bytes\":{},\"peak_bytes\":{}}}",
            self.young,
            self.full,
            ms(self.pauses.percentile(0.5)),
            ms(self.pauses.percentile(0.99)),
            ms(self.pauses.longest()),
            ms(self.pauses.total()),
            self.allocated,
            self.live,
            self.heap,
            self.peak
        )
    }
}

impl Heap {
    /// The counts as of now.
    pub fn stats(&self) -> Statistics {
        let mut statistics = self.statistics.clone();
        statistics.allocated += self.allocated_in_current_runs();
        statistics.heap = self.resident();
        statistics.peak = statistics.peak.max(statistics.heap);
        statistics
    }

    /// Bytes of blocks that have memory.
    pub(super) fn resident(&self) -> usize {
        self.blocks.iter().filter(|b| b.resident).count() * BLOCK
    }

    /// Bytes of lines with marked objects and of large objects.
    pub(super) fn live_bytes(&self) -> usize {
        (self.pace.live_lines + self.large_lines()) * LINE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_close() {
        let mut pauses = Pauses::default();
        for n in 1..=1000 {
            pauses.add(Duration::from_micros(n));
        }
        for (fraction, micros) in [(0.5, 500.0), (0.99, 990.0), (1.0, 1000.0)] {
            let found = pauses.percentile(fraction).as_secs_f64() * 1e6;
            assert!((found / micros - 1.0).abs() < 0.07, "{fraction}: {found}");
        }
        assert_eq!(pauses.longest(), Duration::from_millis(1));
        assert_eq!(Pauses::default().percentile(0.5), Duration::ZERO);
    }
}
