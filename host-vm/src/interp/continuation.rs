//! First-class continuations and prompts, on top of [`super::stack`].
//!
//! The chain of chunks from [`crate::machine::Machine::continuation`] on is what the bottom frame returns to. A full
//! continuation is a mark that refers to the chain at its capture. A prompt is a mark *in* the chain. A slice,
//! the continuation up to a prompt, is a mark that refers to the chain and to the prompt where it ends; composing it
//! copies the chunks' small objects, never their frames.
//!
//! Running `dynamic-wind`s is the library's: it finds the winders and the dynamic state in these objects.

use super::{
    apply::apply_to_list,
    control::{halt_with, handler_returned, landing_of, recursion_too_deep},
    error,
    mode::Mode,
    stack::{field, total},
    state::{State, Unit},
    stubs,
};
use crate::{
    machine::Machine,
    value::{HeapType, Word},
};
use limpet_plugin_api::AbortReason;

/// Returns a value to the continuation beneath the bottom frame, or ends the run.
pub(super) fn return_to_continuation<M: Mode>(s: &mut State<M>, value: Word) {
    let Some(frame) = s.machine().thaw() else { return halt_with(s, value) };
    s.machine().base = frame.base;
    s.resume(frame);
    // Chunks are made from frames that wait in calls: what else could they wait in?
    if let Some((next, to)) = landing_of(frame.pc, s.unit_before()) {
        s.set(to, value);
        s.pc = next;
        return;
    }
    s.pc = s.pc.wrapping_sub(1);
    handler_returned(s, value);
}

/// Freezes what lies beneath this frame. False: an error, execution goes on elsewhere.
fn freeze_callers<M: Mode>(s: &mut State<M>) -> bool {
    s.sync();
    let (base, live) = (s.base, s.code().frame_size as usize);
    match s.machine().freeze(base, live) {
        Ok(base) => {
            s.base = base;
            true
        }
        Err(why) => {
            recursion_too_deep(s, live, why);
            false
        }
    }
}

#[inline(never)]
pub(super) fn capture<M: Mode>(s: &mut State<M>, unit: Unit) {
    if s.leaves_recording(AbortReason::StackSwitched, "capture") || !freeze_callers(s) {
        return;
    }
    let continuation = s.machine().make_continuation_mark();
    s.set(unit.a(), continuation);
    s.advance(1);
}

#[inline(never)]
pub(super) fn reinstate<M: Mode>(s: &mut State<M>, unit: Unit) {
    if s.leaves_recording(AbortReason::StackSwitched, "reinstate") {
        return;
    }
    let (continuation, value) = (s.reg(unit.a()), s.reg(unit.b()));
    if !continuation.is_continuation() {
        return s.wrong_type("%reinstate", 0, continuation);
    }
    let machine = s.machine();
    machine.continuation = continuation.field(field::NEXT);
    machine.dynamic_state = continuation.field(field::DYNAMIC_STATE);
    machine.winders = continuation.field(field::WINDERS);
    return_to_continuation(s, value);
}

#[inline(never)]
pub(super) fn push_prompt<M: Mode>(s: &mut State<M>, unit: Unit) {
    if s.leaves_recording(AbortReason::StackSwitched, "prompt") || !freeze_callers(s) {
        return;
    }
    let (tag, handler, thunk) = (s.reg(unit.a()), s.reg(unit.b()), s.reg(unit.c()));
    let machine = s.machine();
    let mark = machine.make_continuation_mark();
    machine.set_field(mark, field::PROMPT, tag);
    machine.set_field(mark, field::HANDLER, handler);
    machine.continuation = mark;
    super::control::tail_start(s, thunk, 0);
}

/// Raises the error that there is no prompt with a tag.
fn no_prompt<M: Mode>(s: &mut State<M>, tag: Word) {
    let message = "there is no prompt with the tag";
    let frame = error::failure(s.machine, s.frame(), "no-prompt", "", message, &[tag]);
    s.resume(frame);
}

#[inline(never)]
pub(super) fn capture_slice<M: Mode>(s: &mut State<M>, unit: Unit) {
    if s.leaves_recording(AbortReason::StackSwitched, "capture") {
        return;
    }
    let tag = s.reg(unit.b());
    let Some(prompt) = s.machine().find_prompt(tag) else { return no_prompt(s, tag) };
    if !freeze_callers(s) {
        return;
    }
    let machine = s.machine();
    let slice = machine.make_continuation_mark();
    machine.set_field(slice, field::PROMPT, prompt);
    s.set(unit.a(), slice);
    s.advance(1);
}

#[inline(never)]
pub(super) fn abort_to<M: Mode>(s: &mut State<M>, unit: Unit) {
    if s.leaves_recording(AbortReason::StackSwitched, "abort") {
        return;
    }
    let (tag, values, procedure) = (s.reg(unit.a()), s.reg(unit.b()), s.reg(0));
    let Some(count) = values.list_length() else { return s.wrong_type("%abort-to", 1, values) };
    let Some(prompt) = s.machine().find_prompt(tag) else { return no_prompt(s, tag) };
    let machine = s.machine();
    machine.continuation = prompt.field(field::NEXT);
    machine.dynamic_state = prompt.field(field::DYNAMIC_STATE);
    machine.winders = prompt.field(field::WINDERS);
    // The frame is made again at the bottom, for the handler to take its place.
    s.base = machine.stack.bottom().wrapping_add(2);
    s.set_frame_words(stubs::underflow());
    s.set(0, procedure);
    for register in 1..s.code().frame_size as usize {
        s.set(register, Word::FALSE);
    }
    apply_to_list(s, prompt.field(field::HANDLER), values, count);
}

#[inline(never)]
pub(super) fn compose<M: Mode>(s: &mut State<M>, unit: Unit) {
    if s.leaves_recording(AbortReason::StackSwitched, "compose") {
        return;
    }
    let (slice, value) = (s.reg(unit.a()), s.reg(unit.b()));
    if !slice.is_continuation() || !slice.field(field::PROMPT).is_continuation() {
        return s.wrong_type("%compose", 0, slice);
    }
    if !freeze_callers(s) {
        return;
    }
    let machine = s.machine();
    let end = slice.field(field::PROMPT);
    // Only words in the heap or on a stack are seen by the collector; these are all reachable from the slice.
    let mut chunks = Vec::new();
    let mut chunk = slice.field(field::NEXT);
    while chunk != end && chunk.is_true() {
        chunks.push(chunk);
        chunk = chunk.field(field::NEXT);
    }
    for chunk in chunks.into_iter().rev() {
        let slots = if chunk.field(field::FRAMES).is_true() { chunk.field(field::FRAMES).vector_len() } else { 0 };
        let copy = machine.make_object(HeapType::Continuation, chunk.fields());
        let below = machine.continuation;
        machine.set_field(copy, field::NEXT, below);
        machine.set_field(copy, field::TOTAL, Word::fixnum((total(below) + slots) as i64));
        machine.continuation = copy;
    }
    return_to_continuation(s, value);
}

impl Machine {
    /// The mark of the nearest prompt with a tag.
    pub fn find_prompt(&self, tag: Word) -> Option<Word> {
        let mut chunk = self.continuation;
        while chunk.is_true() {
            // Slices and other marks in programs' hands are not in the chain; only prompts have a tag here.
            if chunk.field(field::PROMPT) == tag && chunk.field(field::HANDLER) != Word::FALSE {
                return Some(chunk);
            }
            chunk = chunk.field(field::NEXT);
        }
        None
    }

    /// Dynamic state and winders that a continuation, a slice or a prompt's mark was made with.
    pub fn continuation_state(&self, continuation: Word) -> (Word, Word) {
        (continuation.field(field::DYNAMIC_STATE), continuation.field(field::WINDERS))
    }
}
