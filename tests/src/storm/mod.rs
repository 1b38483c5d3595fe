//! Bad input on purpose: what changes images ([`crate::images`]) and texts ([`texts`]) at random has in common.
//!
//! A storm is a library function that makes input from a number alone, gives it to a machine and counts what came of it.
//! What it claims: every input ends in a value, an error, or by a limit, and the machine can be used afterwards. The
//! ordinary suite runs a little of it, the program `fuzz` as much as one likes, in processes of their own.
//!
//! Read in this order: this file, [`change`] (texts are changed), [`texts`] (and run).

pub mod change;
pub mod texts;

use limpet::machine::InterruptHandle;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// SplitMix64 (Steele, Lea, Flood, 2014).
#[derive(Debug)]
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// A number below `n`, or 0.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    /// One of these.
    pub fn of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }

    /// True once in `n` times.
    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

/// What came of a number of inputs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Inputs that were made.
    pub inputs: u64,
    /// Inputs of sound structure: images that pass the structural check, texts that are data.
    pub sound: u64,
    /// Inputs that were run: images that the verifier let pass, texts that were compiled.
    pub run: u64,
    /// Runs that had to be ended.
    pub ended: u64,
}

impl Tally {
    /// Its numbers, as [`Tally::parse`] reads them.
    pub fn to_line(self) -> String {
        format!("{} {} {} {}", self.inputs, self.sound, self.run, self.ended)
    }

    /// What [`Tally::to_line`] wrote.
    pub fn parse(line: &str) -> Option<Tally> {
        let numbers: Option<Vec<u64>> = line.split(' ').map(|word| word.parse().ok()).collect();
        let &[inputs, sound, run, ended] = &numbers?[..] else { return None };
        Some(Tally { inputs, sound, run, ended })
    }

    /// Adds another one.
    pub fn add(&mut self, other: Tally) {
        self.inputs += other.inputs;
        self.sound += other.sound;
        self.run += other.run;
        self.ended += other.ended;
    }
}

/// Stops a machine that has been at one run for long; ends the process if that is not heard.
#[derive(Debug)]
pub struct Watch {
    /// Milliseconds at which the run began, since the start of the watch; 0: none is under way.
    began: Arc<AtomicU64>,
    start: Instant,
}

/// Milliseconds that a run may take before it is stopped.
const PATIENCE: u64 = 300;
/// Exit status of a process that could not be stopped.
pub const UNHEARD: i32 = 3;

impl Watch {
    /// A watch over a machine.
    pub fn over(handle: InterruptHandle) -> Watch {
        let watch = Watch { began: Arc::new(AtomicU64::new(0)), start: Instant::now() };
        let (began, start) = (Arc::downgrade(&watch.began), watch.start);
        std::thread::spawn(move || {
            while let Some(began) = began.upgrade() {
                std::thread::sleep(Duration::from_millis(PATIENCE / 2));
                let since = began.load(Ordering::SeqCst);
                let elapsed = (start.elapsed().as_millis() as u64 + 1).saturating_sub(since);
                if since != 0 && elapsed > PATIENCE {
                    handle.stop();
                    if elapsed > 120_000 {
                        std::process::exit(UNHEARD);
                    }
                }
            }
        });
        watch
    }

    /// Does some work under watch.
    pub fn during(&self, work: impl FnOnce()) {
        self.began.store(self.start.elapsed().as_millis() as u64 + 1, Ordering::SeqCst);
        work();
        self.began.store(0, Ordering::SeqCst);
    }
}
