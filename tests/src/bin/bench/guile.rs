//! The interpreter against Guile's with its JIT off (`GUILE_JIT_THRESHOLD=-1`), over the programs of `tests/benches`, which
//! both run from the same text; Guile has compiled each before it is timed. Processor time of whole processes.

use crate::Result;
use limpet_tests::{
    benches::BENCHES,
    measure::median,
    process::{self, Engine, JIT, PLAIN},
};
use std::process::Command;

fn guile(path: &str, size: &str) -> Command {
    let mut command = Command::new("guile");
    command.args(["--r7rs", path, size]).env("GUILE_JIT_THRESHOLD", "-1").env("GUILE_WARN_DEPRECATED", "no");
    command
}

fn limpet(engine: &Engine, path: &str, size: &str) -> Result<Command> {
    Ok(process::command(&std::env::current_exe()?, true, engine, &[path, size]))
}

/// Output and seconds of processor time.
fn run(command: Command) -> Result<(String, f64)> {
    let before = process::children_time()?;
    let run = process::run(command)?;
    let time = process::children_time()? - before;
    if !run.output.status.success() {
        return Err(run.stderr().into());
    }
    Ok((run.stdout(), time.as_secs_f64()))
}

/// Whether the interpreter is at least as fast as Guile's, by the geometric mean.
pub fn guile_without_jit(rounds: usize) -> Result<bool> {
    let version = Command::new("guile").arg("--version").output().map_err(|error| format!("guile: {error}"))?;
    println!("against {}", String::from_utf8_lossy(&version.stdout).lines().next().unwrap_or("guile"));
    println!("{:<12} {:>9} {:>9} {:>8} {:>9}", "program", "guile", "limpet", "ratio", "plugin");
    let mut product = 1.0f64;
    for bench in BENCHES {
        let (name, path, size) = (bench.name, bench.path(), bench.size);
        let here = |mut command: Command| {
            command.current_dir(process::root());
            command
        };
        let (expected, _) = run(here(guile(&path, size)))?;
        let mut times = [const { Vec::new() }; 3];
        for _ in 0..rounds.max(1) {
            let commands = [here(guile(&path, size)), limpet(&PLAIN, &path, size)?, limpet(&JIT, &path, size)?];
            for (times, command) in times.iter_mut().zip(commands) {
                let (output, time) = run(command)?;
                if output != expected {
                    return Err(format!("{name} {size}: Guile printed\n{expected}\nLimpet\n{output}").into());
                }
                times.push(time);
            }
        }
        let [guile, plain, jit] = times.map(|times| median(&times));
        product *= guile / plain;
        println!(
            "{name:<12} {:>6.0} ms {:>6.0} ms {:>7.2}x {:>6.0} ms",
            guile * 1e3,
            plain * 1e3,
            guile / plain,
            jit * 1e3
        );
    }
    let mean = product.powf(1.0 / BENCHES.len() as f64);
    println!("geometric mean {mean:.2}x");
    Ok(mean >= 1.0)
}
