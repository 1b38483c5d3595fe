//! The native stack of the running thread: its registers saved, its bounds found.
#![allow(unsafe_code)] // Reads registers, asks the thread library.

use std::cell::OnceCell;

#[cfg(target_arch = "x86_64")]
const SAVED: usize = 6;
#[cfg(target_arch = "aarch64")]
const SAVED: usize = 20;

/// Calls `f` with the lowest address of the live stack, below which only the collector's own frames lie. Registers that
/// calls preserve may hold the only reference to an object; they are stored at that address.
#[inline(never)]
pub fn with_saved_registers(f: &mut dyn FnMut(usize)) {
    let mut saved = [0usize; SAVED];
    // SAFETY: stores six registers into six words.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        std::arch::asm!(
            "mov [{0}], rbx",
            "mov [{0} + 8], rbp",
            "mov [{0} + 16], r12",
            "mov [{0} + 24], r13",
            "mov [{0} + 32], r14",
            "mov [{0} + 40], r15",
            in(reg) saved.as_mut_ptr(),
            options(nostack, preserves_flags)
        );
    }
    // SAFETY: stores twenty registers into twenty words; a compiler may keep a word in a float register.
    #[cfg(target_arch = "aarch64")]
    unsafe {
        std::arch::asm!(
            "stp x19, x20, [{0}]",
            "stp x21, x22, [{0}, 16]",
            "stp x23, x24, [{0}, 32]",
            "stp x25, x26, [{0}, 48]",
            "stp x27, x28, [{0}, 64]",
            "str x29, [{0}, 80]",
            "stp d8, d9, [{0}, 96]",
            "stp d10, d11, [{0}, 112]",
            "stp d12, d13, [{0}, 128]",
            "stp d14, d15, [{0}, 144]",
            in(reg) saved.as_mut_ptr(),
            options(nostack, preserves_flags)
        );
    }
    f(saved.as_ptr().expose_provenance());
    std::hint::black_box(&saved);
}

thread_local! {
    /// A constant of each thread: the system reads a file to find it.
    static BOUNDS: OnceCell<(usize, usize)> = const { OnceCell::new() };
}

/// The end of the running thread's stack: its highest address.
pub fn stack_base() -> usize {
    BOUNDS.with(|bounds| bounds.get_or_init(find_stack_bounds).1)
}

/// The lowest address of the running thread's stack.
pub fn stack_lowest() -> usize {
    BOUNDS.with(|bounds| bounds.get_or_init(find_stack_bounds).0)
}

#[cfg(target_os = "macos")]
fn find_stack_bounds() -> (usize, usize) {
    // SAFETY: asks about the running thread only.
    let (base, bytes) = unsafe {
        let thread = libc::pthread_self();
        (libc::pthread_get_stackaddr_np(thread).expose_provenance(), libc::pthread_get_stacksize_np(thread))
    };
    (base - bytes, base)
}

#[cfg(not(target_os = "macos"))]
fn find_stack_bounds() -> (usize, usize) {
    let mut attributes = std::mem::MaybeUninit::<libc::pthread_attr_t>::uninit();
    let mut lowest = std::ptr::null_mut();
    let mut bytes = 0;
    // SAFETY: the attributes are initialized by the first call and destroyed by the last.
    unsafe {
        let failure = libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr());
        assert_eq!(failure, 0, "the thread library does not tell the bounds of the stack");
        libc::pthread_attr_getstack(attributes.as_ptr(), &mut lowest, &mut bytes);
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
    }
    let lowest = lowest.expose_provenance();
    (lowest, lowest + bytes)
}
