//! Each example interpreted and with the plugin, by turns; medians and their ratio. And `limpet -e 1`.

use crate::{Result, executable, timed};
use limpet_tests::{
    measure::{by_turns, milliseconds},
    process::{self, JIT, PLAIN},
    programs::PROGRAMS,
};

/// Whether each example keeps its promise.
pub fn examples(rounds: usize, json: bool) -> Result<bool> {
    let folder = std::env::temp_dir().join(format!("limpet-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let binary = std::env::current_exe()?;
    let mut kept = true;
    let mut rows = Vec::new();
    if !json {
        println!("{:<15} {:>12} {:>12} {:>9} {:>9}", "program", "interpreted", "plugin", "ratio", "promise");
    }
    for program in PROGRAMS {
        let (line, _) = program.command_line(program.arguments, &folder);
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        let run = |engine| timed(process::command(&binary, true, engine, &line));
        let (plain, jit) = by_turns(rounds, || run(&PLAIN), || run(&JIT))?;
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

/// Milliseconds that `limpet -e 1` may take.
const START: f64 = 5.0;
/// Milliseconds that attaching the plugin may add.
const ATTACH: f64 = 5.0;

/// Whether starting and attaching take no longer than promised.
pub fn startup(rounds: usize) -> Result<bool> {
    let limpet = executable::limpet()?;
    let run = |engine| timed(process::command(&limpet, false, engine, &["-e", "1"]));
    let (plain, jit) = by_turns(rounds.max(21), || run(&PLAIN), || run(&JIT))?;
    let (plain, jit) = (milliseconds(plain), milliseconds(jit));
    println!("limpet -e 1: {plain:.1} ms; attaching the plugin adds {:.1} ms", jit - plain);
    Ok(plain <= START && jit - plain <= ATTACH)
}
