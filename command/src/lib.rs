//! The `limpet` command: Limpet Scheme with its standard library as an object image.
//!
//! The image is part of the executable, aligned so that its segments begin with pages: the system maps it with the
//! executable and shares its read-only pages between processes. `build.rs` makes it. Embedders may use it, too:
//! `Config { library_image: Some(limpet_command::LIBRARY), ..Config::default() }` starts a machine in a fraction of the time.

use std::ffi::OsString;

/// An image at an address that is a multiple of the largest page size.
#[repr(C, align(65536))]
struct Aligned<Bytes: ?Sized>(Bytes);

static IMAGE: &Aligned<[u8]> = &Aligned(*include_bytes!(concat!(env!("OUT_DIR"), "/library.go")));

/// The standard library.
pub static LIBRARY: &[u8] = &IMAGE.0;

/// Runs `limpet` with these arguments, the program's name first; the exit status.
pub fn main_with(arguments: impl Iterator<Item = OsString>) -> i32 {
    limpet::cli::main_with(arguments, Some(LIBRARY))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_image_begins_with_a_page_and_passes_every_check() {
        assert!(LIBRARY.as_ptr().addr().is_multiple_of(65536));
        let image = limpet::object::Image::from_bytes(LIBRARY).expect("well-formed");
        image.verify().expect("its bytecode is verified");
    }
}
