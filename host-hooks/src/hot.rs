//! When to try, and when to stop trying: back-off of hook cells and counters of exits.
//!
//! After an abort a site waits for a penalty that doubles each time and has a random part, so that sites that disturb
//! each other (two loops that each inline the other) fall out of step. Beyond `maxpenalty` the site is blacklisted.
//! The scheme is LuaJIT's; its random numbers come from a seed, so that runs can be repeated.

use limpet_plugin_api::params::Tunables;

/// A small generator (Marsaglia's xorshift64), good enough to break ties.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u32) -> Random {
        Random((seed as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `n`; 0 if `n` is 0.
    pub(crate) fn below(&mut self, n: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (((self.0 >> 32) * n as u64) >> 32) as u32
    }
}

/// The penalty after one more abort, in ticks; `None`: blacklist. `last` is the penalty before, 0 if there was none.
pub(crate) fn next_penalty(last: u32, tunables: &Tunables, random: &mut Random) -> Option<u32> {
    let next = match last {
        0 => tunables.penalty,
        last => last.saturating_mul(2).saturating_add(random.below(last / 4 + 2)),
    };
    (next <= tunables.maxpenalty).then_some(next)
}

/// Counts how often one exit of a trace is taken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ExitCounter {
    left: u32,
    attempts: u32,
}

impl ExitCounter {
    const LEFT_ALONE: u32 = u32::MAX;

    pub(crate) fn new(tunables: &Tunables) -> ExitCounter {
        ExitCounter { left: tunables.hotexit, attempts: 0 }
    }

    /// Counts the exit once; true when it is hot.
    pub(crate) fn taken(&mut self) -> bool {
        if self.left == ExitCounter::LEFT_ALONE {
            return false;
        }
        self.left = self.left.saturating_sub(1);
        self.left == 0
    }

    /// After a failed attempt to record or compile from here; true if the exit is now left alone.
    pub(crate) fn failed(&mut self, tunables: &Tunables, random: &mut Random) -> bool {
        self.attempts += 1;
        if self.attempts >= tunables.tryside {
            self.left = ExitCounter::LEFT_ALONE;
            return true;
        }
        let wait = tunables.hotexit.saturating_mul(1 << self.attempts.min(16));
        self.left = wait.saturating_add(random.below(tunables.hotexit)).min(ExitCounter::LEFT_ALONE - 1);
        false
    }

    /// Never again: its side trace is compiled, or there is a permanent reason.
    pub(crate) fn leave_alone(&mut self) {
        self.left = ExitCounter::LEFT_ALONE;
    }

    /// Counts from the start again, without a failure.
    pub(crate) fn postpone(&mut self, tunables: &Tunables) {
        self.left = tunables.hotexit;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn penalties_at_least_double_and_end_in_the_blacklist() {
        let tunables = Tunables::default();
        let mut random = Random::new(tunables.seed);
        let mut last = 0;
        let mut rounds = 0;
        while let Some(next) = next_penalty(last, &tunables, &mut random) {
            assert!(next >= 2 * last && next <= 3 * last.max(tunables.penalty));
            last = next;
            rounds += 1;
        }
        assert!((5..=10).contains(&rounds), "{rounds}");
    }

    #[test]
    fn equal_seeds_repeat_and_all_seeds_work() {
        let draw = |seed| {
            let mut random = Random::new(seed);
            (0..8).map(|_| random.below(1000)).collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        assert!(draw(0).iter().any(|&n| n != 0));
    }

    #[test]
    fn an_exit_is_left_alone_after_tryside_attempts() {
        let (tunables, _) = Tunables::parse("hotexit=2,tryside=3");
        let mut random = Random::new(1);
        let mut exit = ExitCounter::new(&tunables);
        let mut waits = Vec::new();
        for _ in 0..3 {
            waits.push((1..100).find(|_| exit.taken()).expect("hot"));
            exit.failed(&tunables, &mut random);
        }
        assert_eq!(waits[0], 2);
        assert!(waits[1] >= 4 && waits[2] >= 8);
        assert!((0..1000).all(|_| !exit.taken()));
    }
}
