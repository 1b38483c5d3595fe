//! `cargo bench-limpet [speed|startup|lines|sharing|hooks|guile|bignums] [--rounds N] [--json]`: the numbers that README and docs state.
//!
//! * `speed`: each example interpreted and with the plugin, by turns; medians and their ratio.
//! * `startup`: `limpet -e 1` without and with the plugin.
//! * `lines`: lines of source that are compiled in a second.
//! * `sharing`: what share of an image's read-only pages ten processes have in common (`/proc/PID/smaps`).
//! * `hooks`: instructions (callgrind) of a build whose unused hooks are there, against one without them.
//! * `guile`: the interpreter against Guile's without its JIT.
//! * `bignums`: the library for big integers against another candidate.
//!
//! Without a word: `speed` and `startup`.

mod bignums;
mod executable;
mod guile;
mod hooks;
mod lines;
mod pages;
mod speed;

use limpet_tests::process;
use std::{
    error::Error,
    process::{Command, ExitCode},
    time::Duration,
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The time of a process that runs `limpet` with these arguments.
fn timed(command: Command) -> Result<Duration> {
    let line = format!("{command:?}");
    let run = process::run(command)?;
    if !run.output.status.success() {
        return Err(format!("{line}: {}", run.stderr()).into());
    }
    Ok(run.time)
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
            "speed" | "startup" | "lines" | "sharing" | "hooks" | "guile" | "bignums" => what.push(argument),
            other => {
                return Err(format!(
                    "unknown argument {other}: expected speed, startup, lines, sharing, hooks, guile, bignums, --rounds, --json"
                )
                .into());
            }
        }
    }
    if what.is_empty() {
        what = vec!["speed".into(), "startup".into()];
    }
    let mut kept = true;
    for part in what {
        kept &= match part.as_str() {
            "speed" => speed::examples(rounds, json)?,
            "startup" => speed::startup(rounds)?,
            "lines" => lines::lines(rounds)?,
            "sharing" => pages::sharing()?,
            "guile" => guile::guile_without_jit(rounds)?,
            "bignums" => bignums::report(rounds),
            _ => hooks::hooks()?,
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
