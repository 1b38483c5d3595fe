//! Loading a plugin from a file.
//!
//! A path goes through these gates, each with an error of one line, before a function of the library is called:
//!
//! 1. `canonicalize`: the file exists; no name ever goes through the dynamic linker's search path.
//! 2. `elf`: a regular file, ELF of this class, byte order and machine, a shared object, all of its segments within
//!    the file (the linker answers a truncated file with a signal that nobody can catch).
//! 3. `dlopen`, the header of `abi_stable`, its test of the C calling convention.
//! 4. The contract crate's version in the header: its major version must be ours.
//! 5. The layout check of every type that crosses; if it fails, the same check with the sides exchanged, which
//!    accepts a plugin older than this host, whose table of functions is a prefix of ours: fields it lacks read as
//!    `None`.
//! 6. [`negotiate`]: versions and operations.
//!
//! Nothing is cached in the process: a bad library followed by a good one works, and so do two versions side by side.

// Loading a library runs its code; a layout checked from the other side is taken over unchecked.
#![allow(unsafe_code)]

pub(crate) mod elf;
pub mod environment;
pub mod negotiate;

use crate::error::{AttachError, one_line};
use abi_stable::{
    StableAbi,
    abi_stability::abi_checking::check_layout_compatibility,
    library::{LibHeader, LibraryError, RootModule, lib_header_from_path},
    sabi_types::VersionNumber,
};
use limpet_plugin_api::PluginRef;
use std::path::{Path, PathBuf};

/// Loads the plugin at `path`; also gives the path it was really loaded from.
pub fn load(path: &Path) -> Result<(PathBuf, PluginRef), AttachError> {
    let file = path.canonicalize().map_err(|e| AttachError::Unreadable(path.to_path_buf(), e.to_string()))?;
    elf::check(&file)?;
    let header = lib_header_from_path(&file).map_err(|error| explain(&file, error))?;
    check_version(&file, header)?;
    let plugin = root_module(&file, header)?;
    Ok((file, plugin))
}

fn check_version(file: &Path, header: &LibHeader) -> Result<(), AttachError> {
    let theirs = VersionNumber::new(header.version_strings());
    let ours = VersionNumber::new(PluginRef::VERSION_STRINGS);
    match (theirs, ours) {
        (Ok(theirs), Ok(ours)) if theirs.major == ours.major => Ok(()),
        (Ok(theirs), Ok(ours)) => {
            let why = format!("it was built for release {theirs} of the contract, this host for {ours}");
            Err(AttachError::NotAPlugin(file.to_path_buf(), why))
        }
        _ => Err(AttachError::NotAPlugin(file.to_path_buf(), "its version can't be read".to_string())),
    }
}

fn root_module(file: &Path, header: &'static LibHeader) -> Result<PluginRef, AttachError> {
    // `check_layout` and not `init_root_module`: the latter also refuses every other 0.x release, although the
    // layouts say better than numbers what fits.
    let error = match header.check_layout::<PluginRef>() {
        Ok(plugin) => return Ok(plugin),
        Err(error) => error,
    };
    let LibraryError::AbiInstability(_) = &error else { return Err(explain(file, error)) };
    let is_older = header
        .layout()
        .is_some_and(|layout| check_layout_compatibility(layout, <PluginRef as StableAbi>::LAYOUT).is_ok());
    if !is_older {
        return Err(explain(file, error));
    }
    // SAFETY: the plugin's layout, taken as the interface, is fulfilled by ours: ours is the same with fields
    // appended to prefix types, and a prefix type knows how many of its fields are there.
    unsafe { header.unchecked_layout::<PluginRef>() }
        .map_err(|e| AttachError::NotAPlugin(file.to_path_buf(), one_line(&e.to_string())))
}

/// One line for each error of the library that loads libraries.
fn explain(file: &Path, error: LibraryError) -> AttachError {
    let file = file.to_path_buf();
    match error {
        LibraryError::OpenError { err, .. } => AttachError::Linker(file, one_line(&cause(&*err))),
        LibraryError::GetSymbolError { .. } => {
            AttachError::NotAPlugin(file, "it exports no abi_stable root module".to_string())
        }
        LibraryError::InvalidAbiHeader(header) => {
            let why = format!("it was built with abi_stable {}.{}", header.abi_major, header.abi_minor);
            AttachError::NotAPlugin(file, why)
        }
        LibraryError::AbiInstability(report) => {
            let report = report.to_string();
            AttachError::Layout(file, last_cause(&report), report)
        }
        other => AttachError::NotAPlugin(file, one_line(&other.to_string())),
    }
}

/// The operating system's words, which the linker's error holds as its source.
fn cause(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

/// The cause in a layout report of hundreds of lines: what follows its last `Error:`.
fn last_cause(report: &str) -> String {
    let tail = report.rsplit("Error:").next().unwrap_or(report);
    one_line(tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_cut_to_its_cause() {
        let report = "Compared <this>\nError:outer\n ...\n 0 errors inside\nError:too many fields\n Expected: 5\n";
        assert_eq!(last_cause(report), "too many fields Expected: 5");
    }
}
