//! The executable `limpet` as users have it, built when it is needed: what it costs to start, and what its processes
//! share, depends on the executable.

use crate::Result;
use limpet_tests::process;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// Builds it with the release profile to where the running build lies.
pub fn limpet() -> Result<PathBuf> {
    let exe = std::env::current_exe()?;
    let folder = exe.parent().and_then(Path::parent).ok_or("this program lies in no target folder")?;
    build(folder, &[])
}

/// Builds it with the release profile and these arguments of cargo to a target folder.
pub fn build(folder: &Path, arguments: &[&str]) -> Result<PathBuf> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args(["build", "--quiet", "--release", "-p", "limpet-command", "--bin", "limpet", "--target-dir"])
        .arg(folder)
        .args(arguments)
        .current_dir(process::root());
    if !cargo.status()?.success() {
        return Err("cargo build failed".into());
    }
    Ok(folder.join("release/limpet"))
}
