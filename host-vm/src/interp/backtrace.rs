//! Walking the frames of a running program, for messages.
//!
//! A recursion of ten million calls has ten million frames and a backtrace of a few lines: while the frames are walked, a
//! sequence of up to four of them that comes again and again is kept once, with a count. Of what remains the two ends
//! are kept.
#![allow(unsafe_code)] // Reads frame words.

use super::{
    error::procedure_name,
    stack::{distance, field, return_address},
    stubs,
};
use crate::{
    bytecode::{
        code::{Code, Position},
        ops::Op,
    },
    machine::Machine,
    value::Word,
};

/// Longest sequence of frames that is found to repeat.
const LONGEST: usize = 4;
/// Entries kept at each end, and at which length what lies between is dropped.
const KEPT: usize = 64;
const MOST: usize = 4 * KEPT;

/// One frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BacktraceFrame {
    /// Name of the procedure; empty if it has none.
    pub procedure: String,
    /// Where the frame's instruction was written.
    pub position: Option<Position>,
    /// Whether the procedure's body was begun; if not, its arguments or its frame were not accepted.
    pub is_entered: bool,
}

/// A line of a backtrace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A frame.
    Frame(BacktraceFrame),
    /// The last `frames` frames come so many times more.
    Repeated {
        /// How many frames repeat.
        frames: usize,
        /// How often they do.
        times: u64,
    },
    /// So many frames are left out here.
    Skipped(u64),
}

/// Frames, innermost first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backtrace {
    /// What there is to tell, line by line.
    pub entries: Vec<Entry>,
}

impl Backtrace {
    /// The frames that are told, each once.
    pub fn frames(&self) -> impl Iterator<Item = &BacktraceFrame> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Frame(frame) => Some(frame),
            Entry::Repeated { .. } | Entry::Skipped(_) => None,
        })
    }

    /// The frames of a machine, as of the last point where the interpreter told where it is.
    pub(crate) fn of(machine: &Machine) -> Backtrace {
        let mut fold = Fold::default();
        walk(machine, &mut |procedure, pc| fold.add((procedure, pc)));
        let entries = fold.finish().into_iter().map(|line| match line {
            Line::Frame((procedure, pc)) => Entry::Frame(frame(procedure, pc)),
            Line::Repeated { frames, times } => Entry::Repeated { frames, times },
            Line::Skipped(count) => Entry::Skipped(count),
        });
        Backtrace { entries: entries.collect() }
    }
}

/// Shows procedure and instruction of every frame, innermost first.
fn walk(machine: &Machine, show: &mut dyn FnMut(Word, *const u32)) {
    let bottom = machine.stack.bottom();
    let (mut base, mut pc) = (machine.base, machine.pc);
    while base > bottom {
        // SAFETY: the machine's base is that of a frame, and so are those that the distances lead to.
        unsafe {
            show(*base, pc);
            let address = return_address(base);
            if address == stubs::underflow() {
                break;
            }
            // Behind the first unit of the instruction that waits.
            pc = address.sub(1);
            base = base.sub(distance(base));
        }
    }
    let mut chunk = machine.continuation;
    while chunk.is_true() {
        if chunk.field(field::FRAMES).is_true() {
            walk_chunk(chunk, show);
        }
        chunk = chunk.field(field::NEXT);
    }
}

fn walk_chunk(chunk: Word, show: &mut dyn FnMut(Word, *const u32)) {
    let frames = chunk.field(field::FRAMES);
    let mut base = chunk.field(field::BASE).as_fixnum() as usize;
    let mut address = chunk.field(field::RESUME).0 as usize;
    loop {
        let pc: *const u32 = std::ptr::with_exposed_provenance(address - 4);
        show(frames.vector_ref(base), pc);
        if base <= 2 {
            return;
        }
        address = frames.vector_ref(base - 1).0 as usize;
        base -= frames.vector_ref(base - 2).0 as usize / 8;
    }
}

fn frame(procedure: Word, pc: *const u32) -> BacktraceFrame {
    let mut frame = BacktraceFrame { procedure: procedure_name(procedure), position: None, is_entered: true };
    if procedure.is_closure() {
        // SAFETY: a closure's code lives as long as the machine.
        let code = unsafe { &*procedure.closure_code() };
        frame.position = position_of(code, pc);
        frame.is_entered = unit_at(code, pc).is_none_or(|unit| unit as u8 != Op::Entry as u8);
    }
    frame
}

/// Index of an instruction in its code.
fn index_of(code: &Code, pc: *const u32) -> usize {
    pc.addr().wrapping_sub(code.units.as_ptr().addr()) / 4
}

fn unit_at(code: &Code, pc: *const u32) -> Option<u32> {
    code.units.get(index_of(code, pc)).copied()
}

/// Where an instruction of a code was written.
pub(crate) fn position_of(code: &Code, pc: *const u32) -> Option<Position> {
    let index = index_of(code, pc);
    if index >= code.units.len() {
        return None;
    }
    code.position(index)
}

/// What is compared while frames are folded.
type Key = (Word, *const u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line<K> {
    Frame(K),
    Repeated { frames: usize, times: u64 },
    Skipped(u64),
}

/// Finds repetitions in a sequence as it comes.
#[derive(Debug)]
struct Fold<K = Key> {
    lines: Vec<Line<K>>,
    /// Lines from here on may be the beginning of a repetition.
    open: usize,
    round: Option<Round>,
}

/// The lines from `start` on, `length` of them, come again.
#[derive(Clone, Copy, Debug)]
struct Round {
    start: usize,
    length: usize,
    times: u64,
    /// How many lines of the next round have come.
    matched: usize,
}

impl<K> Default for Fold<K> {
    fn default() -> Fold<K> {
        Fold { lines: Vec::new(), open: 0, round: None }
    }
}

impl<K: Copy + PartialEq> Fold<K> {
    fn add(&mut self, key: K) {
        if let Some(round) = &mut self.round {
            if self.lines[round.start + round.matched] == Line::Frame(key) {
                round.matched += 1;
                if round.matched == round.length {
                    (round.matched, round.times) = (0, round.times + 1);
                }
                return;
            }
            self.end_round();
        }
        self.lines.push(Line::Frame(key));
        let end = self.lines.len();
        for length in 1..=LONGEST.min((end - self.open) / 2) {
            let (first, second) = (end - 2 * length, end - length);
            if self.lines[first..second] == self.lines[second..] {
                self.lines.truncate(second);
                self.round = Some(Round { start: first, length, times: 1, matched: 0 });
                return;
            }
        }
        if end > MOST {
            self.skip();
        }
    }

    fn end_round(&mut self) {
        let Some(Round { start, length, times, matched }) = self.round.take() else { return };
        // A few frames are as well told one by one.
        if times * length as u64 <= 3 {
            for _ in 0..times {
                self.lines.extend_from_within(start..start + length);
            }
        } else {
            self.lines.push(Line::Repeated { frames: length, times });
        }
        self.open = self.lines.len();
        self.lines.extend_from_within(start..start + matched);
    }

    /// Drops lines from the middle.
    fn skip(&mut self) {
        let end = self.lines.len() - KEPT;
        let mut frames = 0;
        for line in self.lines.drain(KEPT..end) {
            frames += match line {
                Line::Frame(_) => 1,
                Line::Repeated { frames, times } => frames as u64 * times,
                Line::Skipped(count) => count,
            };
        }
        self.lines.insert(KEPT, Line::Skipped(frames));
        self.open = self.open.saturating_sub(end - KEPT).max(KEPT + 1);
    }

    fn finish(mut self) -> Vec<Line<K>> {
        self.end_round();
        self.lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(keys: impl IntoIterator<Item = u32>) -> String {
        let mut fold = Fold::default();
        keys.into_iter().for_each(|key| fold.add(key));
        let lines = fold.finish().into_iter().map(|line| match line {
            Line::Frame(key) => key.to_string(),
            Line::Repeated { frames, times } => format!("{frames}x{times}"),
            Line::Skipped(count) => format!("skip {count}"),
        });
        lines.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn repetitions_are_counted() {
        assert_eq!(folded([1, 2, 3]), "1 2 3");
        assert_eq!(folded([1, 2, 2, 2, 3]), "1 2 2 2 3");
        assert_eq!(folded([1, 2, 2, 2, 2, 2, 2, 3]), "1 2 1x5 3");
        let mutual = [9].into_iter().chain((0..1001).map(|i| i % 2)).chain([7, 7]);
        assert_eq!(folded(mutual), "9 0 1 2x499 0 7 7");
    }

    #[test]
    fn what_does_not_repeat_is_cut_in_the_middle() {
        let text = folded(0..10_000);
        assert!(text.starts_with("0 1 2 ") && text.ends_with(" 9998 9999"), "{text}");
        let skipped: u64 = text.split("skip ").nth(1).and_then(|rest| rest.split(' ').next()?.parse().ok()).unwrap();
        assert_eq!(text.split(' ').count() as u64 - 2 + skipped, 10_000);
    }
}
