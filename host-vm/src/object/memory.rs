//! How the bytes of an image come into memory, and which pages belong to whom.
//!
//! *mmap*: the file is mapped read-only, so that its pages are shared between processes and come in on demand; the
//! writable segment is mapped once more, copy on write. Both begin at multiples of the page size, since segments are
//! aligned to 64 KiB. *read*: the file is read to memory of this process, and the writable segment copied; for files that
//! can't be mapped, and for images whose writable segment is not aligned to a page. *embedded*: the image is part of
//! the executable, whose pages the system shares anyway; the writable segment is copied.
#![allow(unsafe_code)] // Maps files, and gives access to what is mapped.

use super::ImageError;
use std::{
    fs::File,
    io::Read,
    ops::Range,
    os::fd::AsRawFd,
    path::Path,
    ptr::{NonNull, null_mut},
};

/// How an image came into memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Its file is mapped.
    Mmap,
    /// Its file was read.
    Read,
    /// It is part of the executable.
    Embedded,
}

/// How to load.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Only this way, or whichever fits.
    pub way: Option<Way>,
    /// Size of a page of memory.
    pub page_size: u64,
}

impl Default for Options {
    fn default() -> Options {
        Options { way: None, page_size: page_size() }
    }
}

impl Options {
    /// As `LIMPET_LOADER` wants it: `mmap`, `read`, or nothing.
    ///
    /// # Errors
    /// One line, if it is something else.
    pub fn from_environment(loader: Option<&str>) -> Result<Options, String> {
        let way = match loader {
            None | Some("") => None,
            Some("mmap") => Some(Way::Mmap),
            Some("read") => Some(Way::Read),
            Some(other) => return Err(format!("LIMPET_LOADER={other}: expected mmap or read")),
        };
        Ok(Options { way, ..Options::default() })
    }
}

/// The size of a page, as the system says.
pub fn page_size() -> u64 {
    // SAFETY: no memory is involved.
    let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    u64::try_from(size).unwrap_or(4096)
}

/// A mapping of a part of a file.
#[derive(Debug)]
struct Mapping {
    address: NonNull<u8>,
    length: usize,
}

impl Mapping {
    fn new(file: &File, offset: u64, length: usize, protection: i32) -> std::io::Result<Mapping> {
        // SAFETY: a new mapping at an address that the system chooses touches nothing that exists.
        let address = unsafe {
            libc::mmap(null_mut(), length, protection, libc::MAP_PRIVATE, file.as_raw_fd(), offset as libc::off_t)
        };
        match NonNull::new(address.cast::<u8>()) {
            Some(mapped) if address != libc::MAP_FAILED => Ok(Mapping { address: mapped, length }),
            _ => Err(std::io::Error::last_os_error()),
        }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: it was mapped with this length, and nothing refers to it: the memory is dropped with all that does.
        unsafe { libc::munmap(self.address.as_ptr().cast(), self.length) };
    }
}

#[derive(Debug)]
enum Shared {
    Mapped(Mapping, File),
    Owned(Box<[u64]>, usize),
    Static(&'static [u8]),
}

#[derive(Debug)]
enum Private {
    None,
    Mapped(Mapping),
    Owned(Box<[u64]>),
}

/// The memory of an image.
#[derive(Debug)]
pub(super) struct Memory {
    shared: Shared,
    private: Private,
    /// Where the private part begins in the file.
    start: usize,
    page_size: u64,
    remarks: Vec<String>,
}

/// Bytes in memory that is aligned to eight.
fn aligned(bytes: &[u8]) -> Box<[u64]> {
    let mut words = vec![0u64; bytes.len().div_ceil(8)].into_boxed_slice();
    object::pod::bytes_of_slice_mut(&mut words)[..bytes.len()].copy_from_slice(bytes);
    words
}

impl Memory {
    fn of(shared: Shared, page_size: u64) -> Memory {
        Memory { shared, private: Private::None, start: 0, page_size, remarks: Vec::new() }
    }

    /// A copy of bytes.
    pub(super) fn copy(bytes: &[u8]) -> Memory {
        Memory::of(Shared::Owned(aligned(bytes), bytes.len()), page_size())
    }

    /// Bytes of the executable.
    pub(super) fn embedded(bytes: &'static [u8]) -> Memory {
        debug_assert!(bytes.as_ptr().addr().is_multiple_of(8));
        Memory::of(Shared::Static(bytes), page_size())
    }

    /// The bytes of a file.
    pub(super) fn open(path: &Path, options: &Options) -> Result<Memory, ImageError> {
        let unreadable = |error: std::io::Error| ImageError::Unreadable(error.to_string());
        // Asked of the path, before it is opened: opening a pipe would wait for a writer.
        let metadata = path.metadata().map_err(unreadable)?;
        if !metadata.is_file() {
            return Err(ImageError::NotAFile);
        }
        let mut file = File::open(path).map_err(unreadable)?;
        let length = file.metadata().map_err(unreadable)?.len() as usize;
        let mut remark = None;
        if options.way != Some(Way::Read) && length > 0 {
            match Mapping::new(&file, 0, length, libc::PROT_READ) {
                Ok(mapping) => return Ok(Memory::of(Shared::Mapped(mapping, file), options.page_size)),
                Err(error) if options.way == Some(Way::Mmap) => return Err(unreadable(error)),
                Err(error) => remark = Some(format!("it can't be mapped ({error}): it is read")),
            }
        }
        let mut bytes = Vec::with_capacity(length);
        file.read_to_end(&mut bytes).map_err(unreadable)?;
        if bytes.len() < length {
            return Err(ImageError::Changed);
        }
        let mut memory = Memory::copy(&bytes);
        memory.remarks.extend(remark);
        Ok(memory)
    }

    /// How it came into memory.
    pub(super) fn way(&self) -> Way {
        match self.shared {
            Shared::Mapped(..) => Way::Mmap,
            Shared::Owned(..) => Way::Read,
            Shared::Static(_) => Way::Embedded,
        }
    }

    pub(super) fn remarks(&self) -> &[String] {
        &self.remarks
    }

    /// The whole file.
    pub(super) fn file(&self) -> &[u8] {
        match &self.shared {
            // SAFETY: mapped with that length for as long as `self` lives, and never written through this mapping. What
            // is promised of files that others change is in docs/object-images.md.
            Shared::Mapped(mapping, _) => unsafe {
                std::slice::from_raw_parts(mapping.address.as_ptr(), mapping.length)
            },
            Shared::Owned(words, length) => &object::pod::bytes_of_slice(words)[..*length],
            Shared::Static(bytes) => bytes,
        }
    }

    /// Gives this process its own copy of a part of the file, whose alignment the image states.
    pub(super) fn make_private(&mut self, range: Range<usize>, alignment: u64) -> Result<(), ImageError> {
        self.start = range.start;
        if let Shared::Mapped(_, file) = &self.shared {
            let page = self.page_size;
            if alignment.is_multiple_of(page) && (range.start as u64).is_multiple_of(page) && !range.is_empty() {
                let protection = libc::PROT_READ | libc::PROT_WRITE;
                match Mapping::new(file, range.start as u64, range.len(), protection) {
                    Ok(mapping) => {
                        self.private = Private::Mapped(mapping);
                        return self.unchanged();
                    }
                    Err(error) => self.remarks.push(format!("its writable segment can't be mapped: {error}")),
                }
            } else if !range.is_empty() {
                self.remarks.push(format!(
                    "its writable segment is aligned to {alignment} bytes, a page has {page}: the image is read"
                ));
            }
            let copy = aligned(self.file());
            let length = self.file().len();
            self.unchanged()?;
            self.shared = Shared::Owned(copy, length);
        }
        self.private = Private::Owned(aligned(&self.file()[range]));
        Ok(())
    }

    /// Whether the file is still as long as its mapping.
    fn unchanged(&self) -> Result<(), ImageError> {
        match &self.shared {
            Shared::Mapped(mapping, file) => match file.metadata() {
                Ok(metadata) if metadata.len() == mapping.length as u64 => Ok(()),
                _ => Err(ImageError::Changed),
            },
            _ => Ok(()),
        }
    }

    /// The address in the private part of what lies at an offset of the file.
    pub(super) fn private(&self, offset: usize) -> *mut u8 {
        let base = match &self.private {
            Private::None => null_mut(),
            Private::Mapped(mapping) => mapping.address.as_ptr(),
            Private::Owned(words) => words.as_ptr().cast_mut().cast(),
        };
        base.wrapping_add(offset - self.start)
    }
}
