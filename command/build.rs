//! Compiles the standard library to an object image, which becomes part of the executable.
//!
//! A build script can't run the crate that it belongs to; this one is of the crate above, and has the compiler as a
//! dependency. Cargo builds it once for both where their settings agree.

use std::{env, fs, path::Path};

fn main() {
    let folder = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    let image = limpet::vm::Vm::standard_library().expect("the standard library compiles");
    fs::write(Path::new(&folder).join("library.go"), image).expect("OUT_DIR can be written");
    println!("cargo::rerun-if-changed=build.rs");
}
