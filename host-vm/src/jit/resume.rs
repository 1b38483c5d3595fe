//! Hook sites: where the interpreter counts, enters native code, begins, continues and ends recordings.
//!
//! A site is the instruction *after* the jump of a `Loop` or the checks of an `Entry`: there all state is in slots, and an
//! instruction that is no site itself is where execution goes on when a trace leaves at its very start, so that
//! it always gets on.
//!
//! **Resume addresses** are addresses of instructions. `Entry` needs one thing that is in no slot, the number of arguments;
//! it is in the upper 16 bits.
#![allow(unsafe_code)] // Hook cells, entering native code.

use crate::{
    bytecode::{
        code::Code,
        ops::{Format, Op},
    },
    interp::{Frame, backtrace::position_of, mode::Mode, state::State},
    machine::Machine,
};
use limpet_host_hooks::{HookCell, Hooks, SiteAction, SiteKind};
use limpet_plugin_api::AbortReason;

/// Bits of a resume address.
pub(crate) const ADDRESS_BITS: u32 = 48;
/// Slots that a trace has above its base, at least.
const TRACE_ROOM: usize = 1024;

/// The hook site that a `Loop` or `Entry` at `from` leads to; `s` is at the site.
#[inline(always)]
pub(crate) fn site<M: Mode>(s: &mut State<M>, cell: usize, kind: SiteKind, from: *const u32) {
    if M::HOOKED {
        let cell = cell_of(s.code, cell);
        // SAFETY: the frame invariant: the code has this cell. Cells are read and written by this thread only.
        unsafe {
            if (*cell).entry != 0 {
                s.outline(|s| enter(s, cell));
            } else if (*cell).tick() {
                s.outline(|s| hot(s, cell, kind, from));
            }
        }
    }
    if M::OBSERVED && s.records() {
        let cell = cell_of(s.code, cell);
        s.outline(|s| reached(s, cell, kind));
    }
}

/// A cell of a code object. Cells are the part of a code that changes.
#[inline(always)]
fn cell_of(code: *const Code, index: usize) -> *mut HookCell {
    // SAFETY: the frame invariant: `code` is live.
    unsafe { (*code).cells.as_ptr().cast_mut().wrapping_add(index) }
}

/// Runs the trace that is attached to a cell.
#[inline(never)]
fn enter<M: Mode>(s: &mut State<M>, cell: *mut HookCell) {
    s.sync();
    let top = s.register(TRACE_ROOM);
    let base = s.base;
    let machine = s.machine();
    if top > machine.stack.limit()
        && let Some(limit) = machine.stack.raised_limit(top)
    {
        machine.set_stack_limit(limit);
    }
    let Some(hooks) = machine.hooks.as_deref_mut() else { return };
    let hooks: *mut Hooks = hooks;
    let context = s.machine.cast::<u8>();
    // SAFETY: the machine is what the layout describes, everything is in slots, and no reference to the hooks is held
    // (native code reaches them through the machine).
    let entered = unsafe { Hooks::enter(hooks, context, base.cast(), cell) };
    let address = entered.resume & ((1 << ADDRESS_BITS) - 1);
    let frame = Frame { pc: std::ptr::with_exposed_provenance(address as usize), base: entered.base.cast() };
    s.machine().argc = (entered.resume >> ADDRESS_BITS) as usize;
    s.machine().base = frame.base;
    s.resume(frame);
    if entered.record {
        s.switch();
    }
}

/// A counter has fired: perhaps a recording begins.
#[inline(never)]
fn hot<M: Mode>(s: &mut State<M>, cell: *mut HookCell, kind: SiteKind, from: *const u32) {
    let (start, code) = (s.pc.expose_provenance() as u64, s.code);
    let machine: *mut Machine = s.machine;
    let Some(hooks) = s.machine().hooks.as_deref_mut() else { return };
    // SAFETY: cells live as long as their code, which lives as long as the machine; so does the code.
    let begins = unsafe { hooks.hot(cell, kind, start, || origin(&*machine, &*code, from, kind)) };
    if !begins {
        return;
    }
    if kind == SiteKind::Loop
        && let Some(recorder) = hooks.recorder()
    {
        // SAFETY: as above.
        let last = unsafe { last_jump(&*code, from) };
        recorder.set_loop_extent(start, last.addr() as u64);
    }
    reached(s, cell, kind);
    s.switch();
}

/// A site is reached while recording; `s` is at the site.
#[inline(never)]
fn reached<M: Mode>(s: &mut State<M>, cell: *mut HookCell, kind: SiteKind) {
    let (start, top) = (s.pc.expose_provenance() as u64, s.code().frame_size as i32);
    let Some(hooks) = s.machine().hooks.as_deref_mut() else { return };
    let mut action = hooks.instruction(start, top);
    if action == SiteAction::Continue {
        // SAFETY: as in `hot`.
        action = unsafe { hooks.site_reached(cell, kind, start) };
    }
    if action != SiteAction::Continue && M::OBSERVED {
        s.switch();
    }
}

/// Before each instruction of the observed instance: shows it to observers and the recorder. False: another instance
/// goes on.
#[inline(always)]
pub(crate) fn observe<M: Mode>(s: &mut State<M>) -> bool {
    let op = s.fetch().0 as u8;
    if op == Op::Halt as u8 {
        return true;
    }
    let frame_size = s.code().frame_size as usize;
    let (mut resume, mut top) = (s.pc.expose_provenance() as u64, frame_size);
    let argc = s.argc;
    let Some(hooks) = s.machine().hooks.as_deref_mut() else { return false };
    if op == Op::Entry as u8 {
        resume |= (argc as u64) << ADDRESS_BITS;
        top = top.max(argc + 1);
        if argc >= 1 << (64 - ADDRESS_BITS) {
            hooks.abort(AbortReason::TooDeep, "too many arguments");
        }
    }
    if !hooks.is_recording() && !hooks.is_observed() {
        return false;
    }
    hooks.instruction(resume, top as i32);
    hooks.is_recording() || hooks.is_observed()
}

/// Where a site is, for people.
fn origin(machine: &Machine, code: &Code, at: *const u32, kind: SiteKind) -> String {
    let what = match kind {
        SiteKind::Loop => "loop in ",
        SiteKind::Procedure => "",
    };
    let name = if code.name.is_empty() { "a procedure" } else { &code.name };
    match position_of(code, at) {
        Some(position) => {
            let source = machine.source_name(position);
            format!("{what}{name} at {source}:{}:{}", position.line, position.column)
        }
        None => format!("{what}{name}"),
    }
}

/// The last of the jumps of a loop: those with the cell of the one at `from`.
fn last_jump(code: &Code, from: *const u32) -> *const u32 {
    let units = &code.units;
    let mut at = (from.addr() - units.as_ptr().addr()) / 4;
    let (cell, mut last) = (units[at + 1], at);
    while at < units.len() {
        let Some(op) = Op::from_number(units[at] as u8) else { break };
        if op == Op::Loop && units[at + 1] == cell {
            last = at;
        }
        let captures = if op.format() == Format::Closure { units[at + 1] as usize } else { 0 };
        at += op.format().units() + captures;
    }
    &raw const units[last]
}
