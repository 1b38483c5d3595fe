//! The hook cell: the few bytes of a host's writable data through which a hook site is counted and entered.
//!
//! ```text
//!            first tick      counter fires            compiled
//!   Fresh ---------------> Cold ---------> Recording ----------> Attached
//!     ^                     ^                 |   |
//!     |                     +-- Penalized <---+   +--> Blacklisted
//!     |                    (counting again,  abort     (too many aborts, or a permanent one)
//!     |                     with back-off)
//!     +---- detach, from every state
//! ```
//!
//! * A zeroed cell is `Fresh`: images need to know no tunables, and a loader zeroes cells whatever a file says
//!   (`entry` is jumped to, so it never comes from a file).
//! * The counter counts down and fires when it passes zero, so that a tick is one subtraction whose borrow is tested.
//! * A blacklisted cell costs what a cold one costs: it ticks from `u32::MAX`, and the one event in four thousand
//!   million ticks only winds it up again.
//! * A cell belongs to one VM and is used from one thread at a time.

/// What a hook site is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SiteKind {
    /// The backward jump of a loop.
    Loop,
    /// The entry of a procedure.
    Procedure,
}

/// Where a cell is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u16)]
pub enum CellState {
    /// Never ticked.
    Fresh = 0,
    /// Counting towards a first recording.
    Cold = 1,
    /// A recording that began here is under way.
    Recording = 2,
    /// Has a root trace.
    Attached = 3,
    /// Counting again after an abort.
    Penalized = 4,
    /// Given up.
    Blacklisted = 5,
}

/// One hook site's data, 24 bytes, in the host's writable memory. All zero is the start of its life.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HookCell {
    /// Address of native code, 0 while there is none. Not zero: call [`crate::Hooks::enter`].
    pub entry: u64,
    /// Ticks left before the site is hot.
    pub counter: u32,
    /// Number of a [`CellState`].
    pub state: u16,
    /// Not used; zero.
    pub reserved: u16,
    /// While attached: the root trace.
    pub trace: u32,
    /// This cell's record in its [`crate::Hooks`], plus 1; 0 while it has none.
    pub site: u32,
}

const _: () = assert!(size_of::<HookCell>() == 24 && align_of::<HookCell>() == 8);

impl HookCell {
    /// A fresh cell.
    pub const FRESH: HookCell = HookCell { entry: 0, counter: 0, state: 0, reserved: 0, trace: 0, site: 0 };

    /// Counts one execution of the site. True when the site is hot (or fresh): call [`crate::Hooks::hot`].
    #[inline(always)]
    pub fn tick(&mut self) -> bool {
        let (counter, fired) = self.counter.overflowing_sub(1);
        self.counter = counter;
        fired
    }

    /// The state; a number that is none reads as `Blacklisted`.
    pub fn state(&self) -> CellState {
        match self.state {
            0 => CellState::Fresh,
            1 => CellState::Cold,
            2 => CellState::Recording,
            3 => CellState::Attached,
            4 => CellState::Penalized,
            _ => CellState::Blacklisted,
        }
    }

    /// Moves to `state`, to fire after `ticks` more executions (at least one).
    pub(crate) fn count_again(&mut self, state: CellState, ticks: u32) {
        self.entry = 0;
        self.state = state as u16;
        self.counter = ticks.max(1) - 1;
    }

    /// Gives the site up.
    pub(crate) fn blacklist(&mut self) {
        self.entry = 0;
        self.state = CellState::Blacklisted as u16;
        self.counter = u32::MAX;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_cell_fires_at_once_and_then_after_as_many_ticks_as_told() {
        let mut cell = HookCell::FRESH;
        assert!(cell.tick());
        cell.count_again(CellState::Cold, 3);
        assert_eq!([cell.tick(), cell.tick(), cell.tick()], [false, false, true]);
    }

    #[test]
    fn a_blacklisted_cell_stays_silent() {
        let mut cell = HookCell::FRESH;
        cell.blacklist();
        assert!((0..100_000).all(|_| !cell.tick()));
        assert_eq!(cell.state(), CellState::Blacklisted);
    }
}
