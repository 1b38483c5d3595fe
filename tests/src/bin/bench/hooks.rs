//! Instructions (callgrind) of a build whose unused hooks are there, against one without them.

use crate::{Result, executable};
use limpet_tests::{process, programs::PROGRAMS};
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// `limpet` with or without its `hooks` feature, in a folder of its own.
fn build(hooks: bool) -> Result<PathBuf> {
    let (folder, arguments): (_, &[&str]) =
        if hooks { ("with-hooks", &[]) } else { ("without-hooks", &["--no-default-features"]) };
    executable::build(&process::root().join("target").join(folder), arguments)
}

fn instructions(limpet: &Path, line: &[&str], scratch: &Path) -> Result<u64> {
    let mut valgrind = Command::new("valgrind");
    valgrind
        .args(["--tool=callgrind", &format!("--callgrind-out-file={}", scratch.join("callgrind").display())])
        .arg(limpet)
        .args(line)
        .current_dir(process::root())
        .env_remove("LIMPET_JIT");
    let output = valgrind.output()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    text.lines()
        .find_map(|l| l.split("Collected :").nth(1))
        .and_then(|n| n.trim().parse().ok())
        .ok_or_else(|| format!("callgrind gave no count:\n{text}").into())
}

/// Whether unused hooks cost less than 0.1 % everywhere.
pub fn hooks() -> Result<bool> {
    let (with, without) = (build(true)?, build(false)?);
    let folder = std::env::temp_dir().join(format!("limpet-hooks-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let mut kept = true;
    println!("{:<15} {:>16} {:>16} {:>9}", "program", "without hooks", "unused hooks", "cost");
    // What starting costs is in every run: the larger binary has more for the dynamic linker to relocate.
    for program in PROGRAMS {
        let (line, _) = program.command_line(program.counted, &folder);
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        let base = instructions(&without, &line, &folder)?;
        let unused = instructions(&with, &line, &folder)?;
        let cost = (unused as f64 / base as f64 - 1.0) * 100.0;
        kept &= cost < 0.1;
        println!("{:<15} {:>16} {:>16} {:>8.3}%", program.name, base, unused, cost);
    }
    std::fs::remove_dir_all(&folder)?;
    Ok(kept)
}
