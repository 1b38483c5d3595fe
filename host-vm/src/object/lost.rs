//! A mapped image that somebody cuts short while it is in use: its pages are gone, and touching one is a bus error. The
//! process can't go on, since its code is no more; it says what happened and ends with status 1 instead of dying
//! without a word. `LIMPET_LOADER=read` is safe from that.
//!
//! For the command only: embedders decide about signals themselves.
#![allow(unsafe_code)] // Sets a signal's handler.

const MESSAGE: &str = "limpet: a mapped file was cut short while it was in use (an object image, most likely)\n";

/// Only what is safe in a handler: two system calls.
extern "C" fn say_and_end(_: libc::c_int) {
    // SAFETY: the message is valid for its length; ending the process needs nothing.
    unsafe {
        libc::write(2, MESSAGE.as_ptr().cast(), MESSAGE.len());
        libc::_exit(1);
    }
}

/// From here on a lost page ends the process with a message.
pub fn report_lost_pages() {
    // SAFETY: all-zero is a valid value of the structure, whose fields are set before it is used; the handler only makes
    // system calls that are allowed in one.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = say_and_end as *const () as usize;
        libc::sigemptyset(&mut action.sa_mask);
        libc::sigaction(libc::SIGBUS, &action, std::ptr::null_mut());
    }
}
