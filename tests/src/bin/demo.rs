//! `cargo demo`: runs every example twice, interpreted and with the plugin attached through `LIMPET_JIT`, compares what
//! they print (and the files they write) with each other and with `examples/expected`, and shows the speed-ups.

use limpet_tests::{
    process::{self, Engine, JIT, PLAIN},
    programs::{PROGRAMS, Program},
};
use std::{error::Error, path::Path, process::ExitCode, time::Duration};

struct Outcome {
    time: Duration,
    stdout: String,
    file: Option<Vec<u8>>,
}

fn run(program: &Program, engine: &Engine, folder: &Path) -> Result<Outcome, Box<dyn Error>> {
    let (line, written) = program.command_line(program.arguments, folder);
    let line: Vec<&str> = line.iter().map(String::as_str).collect();
    let run = process::run(process::command(&std::env::current_exe()?, true, engine, &line))?;
    if !run.output.status.success() {
        return Err(format!("{} ({}): {}\n{}", program.name, engine.name, run.output.status, run.stderr()).into());
    }
    if !run.output.stderr.is_empty() {
        eprint!("{}", run.stderr());
    }
    let file = written.map(std::fs::read).transpose()?;
    Ok(Outcome { time: run.time, stdout: run.stdout(), file })
}

fn demo() -> Result<bool, Box<dyn Error>> {
    let Some(plugin) = process::plugin() else { return Err("the plugin's library was not built".into()) };
    let folder = std::env::temp_dir().join(format!("limpet-demo-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    println!("Limpet: each program runs interpreted, then with LIMPET_JIT={}\n", shorten(&plugin));
    println!("{:<15} {:>13} {:>13} {:>9}  output   what it is", "program", "interpreted", "with plugin", "speed-up");
    let mut all_same = true;
    for program in PROGRAMS {
        let plain = run(program, &PLAIN, &folder)?;
        let jit = run(program, &JIT, &folder)?;
        let expected = std::fs::read_to_string(program.expected()).unwrap_or_default();
        let same = plain.stdout == jit.stdout && plain.file == jit.file;
        let verdict = match (same, plain.stdout == expected) {
            (true, true) => "same",
            (true, false) => "UNEXPECTED",
            (false, _) => "DIFFERS",
        };
        all_same &= verdict == "same";
        println!(
            "{:<15} {:>11.3} s {:>11.3} s {:>8.1}x  {:<7}  {}",
            program.name,
            plain.time.as_secs_f64(),
            jit.time.as_secs_f64(),
            plain.time.as_secs_f64() / jit.time.as_secs_f64(),
            verdict,
            program.what,
        );
    }
    std::fs::remove_dir_all(&folder)?;
    if all_same {
        println!("\nEvery program printed the same with the plugin as without it, and what examples/expected says.");
    } else {
        println!("\nOutputs differ: this is a defect.");
    }
    Ok(all_same)
}

fn shorten(path: &Path) -> String {
    path.strip_prefix(process::root()).unwrap_or(path).display().to_string()
}

fn main() -> ExitCode {
    limpet_tests::become_limpet_if_asked();
    match demo() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("demo: {error}");
            ExitCode::FAILURE
        }
    }
}
