//! Ctrl-C: the program stops at its next loop or procedure entry, native code at its next safepoint.
//!
//! A thread of its own waits for the signal, so that nothing has to be done in a handler. It asks the machine to stop; what
//! waits for input asks now and then ([`crate::runtime::io`]).

use crate::vm::InterruptHandle;
use signal_hook::{consts::SIGINT, iterator::Signals};
use std::{io, thread};

/// Stops what a machine runs whenever Ctrl-C is pressed. Where `insist` is set, a second Ctrl-C ends the process when the
/// first was not seen yet: the program is in a long operation of the library.
///
/// # Errors
/// When the system refuses the handler or the thread.
pub fn stop_on_interrupt(handle: InterruptHandle, insist: bool) -> io::Result<()> {
    let mut signals = Signals::new([SIGINT])?;
    let wait = move || {
        for _ in signals.forever() {
            if insist && handle.is_pending() {
                std::process::exit(super::INTERRUPTED);
            }
            handle.stop();
        }
    };
    thread::Builder::new().name("signals".into()).spawn(wait).map(|_| ())
}
