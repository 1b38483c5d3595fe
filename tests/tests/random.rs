//! Random programs under every engine: what each prints must be what the interpreter prints.
//!
//! The smoke test runs a few; `LIMPET_FUZZ_SEED=N LIMPET_FUZZ_RUNS=M cargo test -p limpet-tests --test random` as many as
//! there is time for. A failure names the seed: `limpet_tests::generate::program` writes it again.

use limpet_tests::{
    generate,
    process::{self, ENGINES, Engine},
};
use std::{env, fs, path::Path};

/// Programs of one file: one start of a process runs them all.
const BATCH: u64 = 20;

fn number(variable: &str, default: u64) -> u64 {
    env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn output(engine: &Engine, path: &Path) -> Vec<String> {
    let line = path.to_string_lossy();
    let command = process::command(Path::new(env!("CARGO_BIN_EXE_demo")), true, engine, &[&line]);
    let run = process::run(command).expect("limpet starts");
    assert!(run.output.status.success(), "{line} ({}): {}", engine.name, run.stderr());
    run.stdout().lines().map(String::from).collect()
}

#[test]
fn random_programs_agree_under_every_engine() {
    let (first, runs) = (number("LIMPET_FUZZ_SEED", 1), number("LIMPET_FUZZ_RUNS", 2 * BATCH));
    let folder = env::temp_dir().join(format!("limpet-random-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("temporary folder");
    for start in (first..first + runs).step_by(BATCH as usize) {
        let seeds = start..(start + BATCH).min(first + runs);
        let path = folder.join(format!("{start}.scm"));
        fs::write(&path, generate::file(seeds.clone())).expect("temporary file");
        let (plain, others) = ENGINES.split_first().expect("engines");
        let expected = output(plain, &path);
        assert_eq!(expected.len() as u64, seeds.end - seeds.start, "one line for each program");
        for engine in others {
            for (got, wanted) in output(engine, &path).iter().zip(&expected) {
                assert_eq!(got, wanted, "{}, {}", engine.name, path.display());
            }
        }
    }
    fs::remove_dir_all(&folder).expect("temporary folder");
}
