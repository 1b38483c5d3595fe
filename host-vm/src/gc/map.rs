//! Address space from the system: reserved without memory, given back when the heap is dropped.
#![allow(unsafe_code)] // The calls of the system that map, unmap and release pages.

use std::io;

/// A private anonymous mapping; pages get memory (zeroed) when they are first touched.
#[derive(Debug)]
pub struct Mapping {
    address: usize,
    bytes: usize,
}

impl Mapping {
    /// Reserves address space.
    ///
    /// # Errors
    /// The system's, when it refuses that much.
    pub fn reserve(bytes: usize) -> io::Result<Mapping> {
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        // SAFETY: a new mapping at an address of the system's choice touches nothing that exists.
        let address = unsafe { libc::mmap(std::ptr::null_mut(), bytes, protection, flags, -1, 0) };
        if address == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        Ok(Mapping { address: address.expose_provenance(), bytes })
    }

    /// The first address.
    pub fn address(&self) -> usize {
        self.address
    }

    /// Gives the memory of a range back to the system; it reads as zero afterwards.
    pub fn release(&self, address: usize, bytes: usize) {
        assert!(address >= self.address && address + bytes <= self.address + self.bytes);
        let start: *mut libc::c_void = std::ptr::with_exposed_provenance_mut(address);
        // SAFETY: the range lies in this mapping; the caller no longer needs its content. A failure leaves the
        // pages as they are, which costs memory and nothing else.
        unsafe { libc::madvise(start, bytes, libc::MADV_DONTNEED) };
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        let start: *mut libc::c_void = std::ptr::with_exposed_provenance_mut(self.address);
        // SAFETY: the mapping was made by `reserve` with this address and size, and no one uses it any more.
        unsafe { libc::munmap(start, self.bytes) };
    }
}

/// Bytes of memory that the machine has, if the system tells.
pub fn physical_memory() -> Option<usize> {
    // SAFETY: `sysconf` only reads.
    let (pages, size) = unsafe { (libc::sysconf(libc::_SC_PHYS_PAGES), libc::sysconf(libc::_SC_PAGESIZE)) };
    usize::try_from(pages).ok()?.checked_mul(usize::try_from(size).ok()?).filter(|&bytes| bytes > 0)
}
