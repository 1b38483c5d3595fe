//! Into native code and back.
//!
//! The interpreter enters a trace at a hook site whose cell has an entry, and gets back where to go on. Three things
//! may have happened: the trace came to its end, a guard failed, or a guard failed so often that a side trace begins
//! here.
//!
//! **Progress.** A trace may leave at its very start, each time it is entered: its type guards fail, or the stack has
//! no room. The state it leaves is then that of the site it was entered from, and an interpreter that looked at the
//! site's cell again would never get further. So [`Entered::skip`] tells it to execute the instruction at `resume`
//! *plainly*, without a look at its cell. In observed mode this needs no care: a recording never ends at the site it
//! begins with.
//!
//! **Aliasing.** Native code calls host functions (allocation, primitives) that may reach the same [`Hooks`] through
//! the host's context, for the collector's [`Hooks::visit_words`] or for [`Hooks::detach`]. So [`Hooks::enter`] takes
//! a pointer and holds no reference while native code runs.

// Calls native code; reads the host's context.
#![allow(unsafe_code)]

use crate::{hook::HookCell, host::Hooks};
use limpet_plugin_api::{ExitState, plugin::EnterFunction};
use std::sync::atomic::Ordering;

/// How native code was left. Its slots are written back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entered {
    /// Where the interpreter goes on.
    pub resume: u64,
    /// The interpreter's base there.
    pub base: *mut u64,
    /// The exit was hot: a recording has begun, go on in the observed instance.
    pub record: bool,
    /// Execute the instruction at `resume` without looking at its hook cell, once.
    pub skip: bool,
}

impl Hooks {
    /// Runs the trace attached to `cell`, whose entry is not zero, on the frame at `base`.
    ///
    /// # Safety
    /// `hooks` is valid, and no reference to it lives during the call. `context` is the host's structure that the
    /// layout given to [`Hooks::new`] describes. `base` is the current base, the interpreter is at the site of
    /// `cell`, and all its state is in the slots. `cell` is valid as for [`Hooks::hot`].
    #[inline]
    pub unsafe fn enter(hooks: *mut Hooks, context: *mut u8, base: *mut u64, cell: *mut HookCell) -> Entered {
        // SAFETY: the caller promises that both are valid and not borrowed; the references end with this block.
        let (enter, entry, start, outer) = unsafe {
            let (hooks, cell) = (&mut *hooks, &*cell);
            let Some((enter, start)) = hooks.entering(cell) else {
                // The plugin was detached between the test of the entry and this call.
                let start = hooks.start_of(cell);
                return Entered { resume: start, base, record: false, skip: true };
            };
            hooks.native_depth += 1;
            (enter, cell.entry, start, std::mem::replace(&mut hooks.native_context, context))
        };
        let mut exit = ExitState::empty();
        // SAFETY: the plugin promised that `enter` is the address of a function of this type, the cell's entry is a
        // root trace of the same plugin, which is attached, and the caller vouches for context and base.
        unsafe {
            let enter: EnterFunction = std::mem::transmute(enter as usize);
            enter(context, base, entry as *const u8, &mut exit);
        }
        // SAFETY: as above; nothing else borrows the hooks now.
        let hooks = unsafe { &mut *hooks };
        hooks.native_depth -= 1;
        let record = hooks.left(&exit);
        if hooks.native_depth == 0 {
            hooks.finish_detach();
        }
        hooks.native_context = outer;
        Entered { resume: exit.resume, base: exit.base as *mut u64, record, skip: exit.resume == start }
    }

    /// Counts an entry; the address of the plugin's enter function, and where the site is.
    fn entering(&mut self, cell: &HookCell) -> Option<(u64, u64)> {
        let enter = self.backend.as_ref()?.enter;
        let trace = self.traces.get_mut(cell.trace as usize).filter(|_| cell.entry != 0)?;
        trace.entered += 1;
        self.counts.entries += 1;
        Some((enter, trace.start))
    }

    fn start_of(&self, cell: &HookCell) -> u64 {
        let site = cell.site.checked_sub(1).and_then(|index| self.sites.get(index as usize));
        site.map_or(0, |site| site.start)
    }

    /// Counts an exit; true if a side trace begins there.
    fn left(&mut self, exit: &ExitState) -> bool {
        let asked_to_leave = self.safepoint_word().is_some_and(|word| word.load(Ordering::Relaxed) != 0);
        let Some(trace) = self.traces.get_mut(exit.trace as usize) else { return false };
        trace.left += 1;
        if exit.exit == ExitState::END {
            self.counts.ends += 1;
            return false;
        }
        self.counts.exits += 1;
        // An exit at a safepoint is the host's wish and says nothing about the program.
        if asked_to_leave {
            return false;
        }
        let is_hot = trace.exits.get_mut(exit.exit as usize).is_some_and(|counter| counter.taken());
        is_hot && self.begin_side(exit.trace, exit.exit, exit.resume)
    }
}
