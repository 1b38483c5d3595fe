//! `cargo bench-limpet [speed|startup|hooks] [--rounds N] [--json]`: the numbers that README and docs state.
//!
//! * `speed`: each example interpreted and with the plugin, by turns; medians and their ratio.
//! * `startup`: `limpet -e 1` without and with the plugin.
//! * `hooks`: instructions (callgrind) of a build whose unused hooks are there, against one without them.
//!
//! Without a word: `speed` and `startup`.

use limpet_tests::{
    measure::{by_turns, milliseconds},
    process::{self, Engine, JIT, PLAIN},
    programs::PROGRAMS,
};
use std::{
    error::Error,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    time::Duration,
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn timed(engine: &Engine, line: &[&str]) -> Result<Duration> {
    let run = process::run(process::command(&std::env::current_exe()?, true, engine, line))?;
    if !run.output.status.success() {
        return Err(format!("{} ({}): {}", line.join(" "), engine.name, run.stderr()).into());
    }
    Ok(run.time)
}

fn speed(rounds: usize, json: bool) -> Result<bool> {
    let folder = std::env::temp_dir().join(format!("limpet-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let mut kept = true;
    let mut rows = Vec::new();
    if !json {
        println!("{:<15} {:>12} {:>12} {:>9} {:>9}", "program", "interpreted", "plugin", "ratio", "promise");
    }
    for program in PROGRAMS {
        let (line, _) = program.command_line(program.arguments, &folder);
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        let (plain, jit) = by_turns(rounds, || timed(&PLAIN, &line), || timed(&JIT, &line))?;
        let ratio = plain.as_secs_f64() / jit.as_secs_f64();
        kept &= ratio >= program.promise;
        rows.push(serde_json::json!({
            "program": program.name,
            "interpreted_ms": milliseconds(plain),
            "plugin_ms": milliseconds(jit),
            "ratio": ratio,
            "promise": program.promise,
        }));
        if !json {
            println!(
                "{:<15} {:>9.0} ms {:>9.0} ms {:>8.2}x {:>8.2}x{}",
                program.name,
                milliseconds(plain),
                milliseconds(jit),
                ratio,
                program.promise,
                if ratio < program.promise { "  below" } else { "" },
            );
        }
    }
    std::fs::remove_dir_all(&folder)?;
    if json {
        println!("{}", serde_json::Value::Array(rows));
    }
    Ok(kept)
}

fn startup(rounds: usize) -> Result<bool> {
    let line = ["-e", "1"];
    let (plain, jit) = by_turns(rounds.max(21), || timed(&PLAIN, &line), || timed(&JIT, &line))?;
    let (plain, jit) = (milliseconds(plain), milliseconds(jit));
    println!("limpet -e 1: {plain:.1} ms; attaching the plugin adds {:.1} ms", jit - plain);
    Ok(plain < 15.0 && jit - plain < 5.0)
}

/// Builds `limpet` with or without its `hooks` feature into a folder of its own.
fn build(hooks: bool) -> Result<PathBuf> {
    let folder = process::root().join("target").join(if hooks { "with-hooks" } else { "without-hooks" });
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--quiet", "--release", "-p", "limpet", "--bin", "limpet", "--target-dir"]).arg(&folder);
    if !hooks {
        cargo.arg("--no-default-features");
    }
    if !cargo.current_dir(process::root()).status()?.success() {
        return Err("cargo build failed".into());
    }
    Ok(folder.join("release/limpet"))
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

fn hooks() -> Result<bool> {
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

fn bench() -> Result<bool> {
    let mut rounds = 5;
    let mut json = false;
    let mut what = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--rounds" => rounds = arguments.next().and_then(|n| n.parse().ok()).ok_or("--rounds wants a number")?,
            "--json" => json = true,
            "speed" | "startup" | "hooks" => what.push(argument),
            other => {
                return Err(
                    format!("unknown argument {other}: expected speed, startup, hooks, --rounds, --json").into()
                );
            }
        }
    }
    if what.is_empty() {
        what = vec!["speed".into(), "startup".into()];
    }
    let mut kept = true;
    for part in what {
        kept &= match part.as_str() {
            "speed" => speed(rounds, json)?,
            "startup" => startup(rounds)?,
            _ => hooks()?,
        };
    }
    Ok(kept)
}

fn main() -> ExitCode {
    limpet_tests::become_limpet_if_asked();
    match bench() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("bench: a promise is not kept on this machine");
            ExitCode::from(3)
        }
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}
