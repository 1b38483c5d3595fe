//! Gives the crate a name for what it is made of: a hash of its sources.
//!
//! Object images and the cache are good for exactly one compiler (`object::image::compiler`). A version number says too
//! little while the crate is being worked on: two builds of one version may number instructions or globals in different
//! ways.

use std::{
    fs,
    hash::{DefaultHasher, Hasher},
    path::{Path, PathBuf},
};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        match path.is_dir() {
            true => files(&path, found),
            false => found.push(path),
        }
    }
}

fn main() {
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=Cargo.toml");
    let mut found = vec![PathBuf::from("Cargo.toml")];
    files(Path::new("src"), &mut found);
    found.sort();
    let mut hasher = DefaultHasher::new();
    for path in found {
        hasher.write(path.to_string_lossy().as_bytes());
        hasher.write(&fs::read(&path).unwrap_or_default());
    }
    println!("cargo::rustc-env=LIMPET_BUILD={:016x}", hasher.finish());
}
