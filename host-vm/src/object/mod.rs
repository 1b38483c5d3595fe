//! Object images: compiled code and libraries in ELF64 files that are mapped, or read, and run where they lie.
//!
//! Guile's images crashed where pages are larger than 4 KiB: their writable segment began in the middle of a page, so
//! that it could not be made writable alone. Here segments are gathered by permission and aligned to [`ALIGNMENT`], in the
//! file and in memory; the loader asks the system for its page size and reads an image whose alignment is smaller.
//!
//! What always holds:
//! * nothing of an image is used before [`check`] has seen all of it: bounds, overlaps, alignment, every index of every
//!   record; and its bytecode is verified before it runs ([`crate::bytecode::verify`]);
//! * the read-only segment never changes, and no address is in it: processes share its pages;
//! * each kind of record is declared once ([`records`]).
//!
//! docs/object-images.md describes the format and what is promised to whom.
//!
//! Read in this order: [`records`], [`image`], [`check`], [`memory`], [`mod@write`], [`load`], [`make`],
//! [`cache`], [`key`], [`dump`], [`lost`].

pub mod cache;
pub mod check;
pub mod dump;
pub mod image;
pub mod key;
pub mod load;
pub mod lost;
pub mod make;
pub mod memory;
pub mod records;
pub mod write;

#[cfg(test)]
mod tests;

pub use image::{Image, ImageError};

/// Alignment of segments: the largest page size in use.
pub const ALIGNMENT: u64 = 64 << 10;

/// Version of the format. Images of another one are refused.
pub const FORMAT: u32 = 1;

/// What the words of an image are made for: the layout of tagged words, constants and hook cells.
pub const TARGET: &str = "le64";

/// The compiler, as the note of an image names it: images of any other one are refused, since they may rely on
/// instructions, primitives or libraries that are not the same here. The build is a hash of this crate's sources.
pub const COMPILER: &str = concat!("limpet ", env!("CARGO_PKG_VERSION"), " build ", env!("LIMPET_BUILD"));

/// Owner of the note.
pub const NOTE_OWNER: &[u8] = b"Limpet";

/// Type of the note with format version, compiler and target.
pub const NOTE_BUILD: u32 = 1;
