//! Waiting for standard input so that an interrupt ends it: the system goes on with a read that a signal interrupted,
//! and the signal may have been another thread's anyway.
#![allow(unsafe_code)] // Asks the system.

use crate::machine::InterruptHandle;
use std::io;

/// How long an interrupt may go unnoticed.
const MILLISECONDS: i32 = 50;

/// Returns when reading standard input will not wait.
///
/// # Errors
/// [`io::ErrorKind::Interrupted`] when the program shall be interrupted, or an error of the system.
pub fn for_input(interrupts: &InterruptHandle) -> io::Result<()> {
    let mut input = libc::pollfd { fd: libc::STDIN_FILENO, events: libc::POLLIN, revents: 0 };
    loop {
        // SAFETY: one descriptor, which the call may write to.
        let ready = unsafe { libc::poll(&mut input, 1, MILLISECONDS) };
        if interrupts.is_pending() {
            return Err(io::ErrorKind::Interrupted.into());
        }
        match ready {
            0 => {}
            1.. => return Ok(()),
            _ => {
                let error = io::Error::last_os_error();
                if error.kind() != io::ErrorKind::Interrupted {
                    return Err(error);
                }
            }
        }
    }
}
