//! Code memory: one reserved range of addresses, filled from the bottom, writable or executable page by page.
//!
//! The range is reserved without any access (`PROT_NONE`) and costs address space only. Emitting makes the pages
//! concerned writable, and finishing makes them executable again; since an instance is used from one thread at a
//! time and code is only emitted outside of traces or below a suspended one, no thread executes a page while it is
//! writable. The page size is asked at run time, and tests inject another.

#![allow(unsafe_code)] // Mapping, protecting and writing code memory are system calls and raw writes.

use limpet_plugin_api::{Abort, AbortReason};
use std::ops::Range;

/// Alignment of code blocks: a cache line's half, as compilers align functions.
const BLOCK: usize = 32;

/// A reserved range for native code.
#[derive(Debug)]
pub struct CodeMemory {
    start: *mut u8,
    size: usize,
    used: usize,
    page: usize,
}

/// Pages being written. Dropped unfinished, they become executable again all the same.
#[derive(Debug)]
pub struct WritableCode<'m> {
    memory: &'m mut CodeMemory,
    pages: Range<usize>,
}

/// Code that may be executed: the proof that it was finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExecutableCode {
    /// Address of the first byte.
    pub address: u64,
    /// Number of bytes.
    pub size: u32,
}

/// The system's page size.
pub fn page_size() -> usize {
    // SAFETY: sysconf has no preconditions.
    let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(size).ok().filter(|size| size.is_power_of_two()).unwrap_or(1 << 16)
}

fn system_error(what: &str) -> Abort {
    Abort::new(AbortReason::CodeMemory, format!("{what}: {}", std::io::Error::last_os_error()))
}

impl CodeMemory {
    /// Reserves at least `bytes`, in pages of `page` bytes (a multiple of the system's page size).
    pub fn reserve(bytes: usize, page: usize) -> Result<CodeMemory, Abort> {
        let size = bytes.max(1).next_multiple_of(page);
        // SAFETY: a new private mapping at an address of the system's choice touches no memory of ours.
        let start = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                size,
                libc::PROT_NONE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
                -1,
                0,
            )
        };
        if start == libc::MAP_FAILED {
            return Err(system_error("reserving code memory"));
        }
        Ok(CodeMemory { start: start.cast(), size, used: 0, page })
    }

    /// Address of the next block.
    pub fn next_address(&self) -> u64 {
        self.start as u64 + self.used as u64
    }

    /// Bytes left.
    pub fn left(&self) -> usize {
        self.size - self.used
    }

    /// Bytes in use.
    pub fn used(&self) -> usize {
        self.used
    }

    /// Places a block that was assembled for [`CodeMemory::next_address`].
    pub fn place(&mut self, bytes: &[u8]) -> Result<ExecutableCode, Abort> {
        if bytes.len() > self.left() {
            let text = format!("{} bytes more than the {} reserved", bytes.len() - self.left(), self.size);
            return Err(Abort::new(AbortReason::CodeMemory, text));
        }
        let address = self.next_address();
        let mut writable = self.writable(address, bytes.len())?;
        writable.write(address, bytes)?;
        let code = writable.finish(address, bytes.len())?;
        self.used = (self.used + bytes.len()).next_multiple_of(BLOCK).min(self.size);
        Ok(code)
    }

    /// Makes the pages of a range writable and no longer executable.
    pub fn writable(&mut self, address: u64, size: usize) -> Result<WritableCode<'_>, Abort> {
        let offset = (address as usize)
            .checked_sub(self.start as usize)
            .filter(|offset| offset + size <= self.size)
            .ok_or_else(|| Abort::new(AbortReason::Internal, "an address outside of code memory"))?;
        let pages = offset / self.page * self.page..(offset + size).next_multiple_of(self.page);
        self.protect(&pages, libc::PROT_READ | libc::PROT_WRITE)?;
        Ok(WritableCode { memory: self, pages })
    }

    fn protect(&self, pages: &Range<usize>, access: i32) -> Result<(), Abort> {
        if pages.is_empty() {
            return Ok(());
        }
        // SAFETY: the pages lie within the reservation, which nothing but this value refers to as Rust memory.
        let result = unsafe { libc::mprotect(self.start.add(pages.start).cast(), pages.len(), access) };
        if result == 0 { Ok(()) } else { Err(system_error("changing the access of code memory")) }
    }
}

impl Drop for CodeMemory {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours, and by the contract of detaching no trace is running.
        unsafe { libc::munmap(self.start.cast(), self.size) };
    }
}

impl WritableCode<'_> {
    /// Writes bytes at an address within the pages.
    pub fn write(&mut self, address: u64, bytes: &[u8]) -> Result<(), Abort> {
        let base = self.memory.start as u64;
        let within =
            address >= base + self.pages.start as u64 && address + bytes.len() as u64 <= base + self.pages.end as u64;
        if !within {
            return Err(Abort::new(AbortReason::Internal, "a write outside of the writable pages"));
        }
        // SAFETY: the target lies in pages that were just made writable; the source is another allocation.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), address as *mut u8, bytes.len()) };
        Ok(())
    }

    /// Makes the pages executable and no longer writable.
    pub fn finish(self, address: u64, size: usize) -> Result<ExecutableCode, Abort> {
        self.memory.protect(&self.pages, libc::PROT_READ | libc::PROT_EXEC)?;
        // SAFETY: the range lies in readable pages of the reservation.
        let written = unsafe { std::slice::from_raw_parts(address as *const u8, size) };
        dynasmrt::cache_control::synchronize_icache(written);
        dynasmrt::cache_control::prepare_for_execution(written);
        Ok(ExecutableCode { address, size: size as u32 })
    }
}

impl Drop for WritableCode<'_> {
    fn drop(&mut self) {
        // After `finish` this repeats what is already so; on the way out of an error it restores the rule.
        let _ = self.memory.protect(&self.pages, libc::PROT_READ | libc::PROT_EXEC);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Access of the page at an address, by the kernel's own account.
    #[cfg(target_os = "linux")]
    fn access(address: u64) -> String {
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
        let within = |line: &&str| {
            let (low, high) = line.split(' ').next().and_then(|range| range.split_once('-')).unwrap_or(("0", "0"));
            let number = |text| u64::from_str_radix(text, 16).unwrap_or(0);
            (number(low)..number(high)).contains(&address)
        };
        maps.lines().find(within).and_then(|line| line.split(' ').nth(1)).unwrap_or("").to_string()
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn pages_are_never_writable_and_executable() {
        let mut memory = CodeMemory::reserve(1 << 16, page_size()).expect("memory");
        let start = memory.next_address();
        assert_eq!(access(start), "---p");
        let code = memory.place(&[0x90; 100]).expect("room");
        assert_eq!((code.address, code.size), (start, 100));
        assert_eq!(access(start), "r-xp");
        assert_eq!(access(start + page_size() as u64), "---p");
        let mut writable = memory.writable(start + 4, 4).expect("within");
        writable.write(start + 4, &[1, 2, 3, 4]).expect("within");
        assert_eq!(access(start), "rw-p");
        drop(writable);
        assert_eq!(access(start), "r-xp");
        drop(memory);
        assert_eq!(access(start), "");
    }

    #[test]
    fn a_full_memory_is_an_abort_and_stays_usable() {
        let mut memory = CodeMemory::reserve(4096, 1 << 16).expect("memory");
        assert_eq!(memory.left(), 1 << 16, "whole pages of the injected size");
        memory.place(&[0x90; 60000]).expect("room");
        let abort = memory.place(&[0x90; 6000]).expect_err("full");
        assert_eq!(abort.reason, AbortReason::CodeMemory);
        memory.place(&[0x90; 500]).expect("room for less");
        assert_eq!(memory.next_address() % BLOCK as u64, 0);
        assert!(memory.writable(memory.next_address() - (1 << 17), 8).is_err());
        let start = memory.next_address();
        let mut writable = memory.writable(start, 8).expect("within");
        assert!(writable.write(start + (1 << 17), &[0]).is_err());
    }
}
