//! Every script and every example under every engine: all agree, with each other and with what the file says.
//!
//! A script in `tests/scripts/` ends with its expected output, each line behind `;=> `; `BLESS=1 cargo test` rewrites
//! it from the interpreted run. A script whose first line has `status N` must exit with that status.

use limpet_tests::{
    process::{self, ENGINES, PLAIN, Run},
    programs::PROGRAMS,
};
use std::{fs, path::Path};

fn run(engine: &process::Engine, line: &[&str]) -> Run {
    let limpet = Path::new(env!("CARGO_BIN_EXE_demo"));
    process::run(process::command(limpet, true, engine, line)).expect("limpet starts")
}

fn expectation(text: &str) -> String {
    text.lines()
        .filter_map(|line| line.strip_prefix(";=>"))
        .map(|l| format!("{}\n", l.strip_prefix(' ').unwrap_or(l)))
        .collect()
}

fn bless(path: &Path, text: &str, output: &str) {
    let mut blessed: String =
        text.lines().filter(|line| !line.starts_with(";=>")).map(|line| format!("{line}\n")).collect();
    for line in output.lines() {
        blessed.push_str(format!(";=> {line}").trim_end());
        blessed.push('\n');
    }
    fs::write(path, blessed).expect("the script can be written");
}

#[test]
fn scripts_agree_under_every_engine() {
    let folder = process::root().join("tests/scripts");
    let mut failures = Vec::new();
    let mut count = 0;
    let mut paths: Vec<_> =
        fs::read_dir(&folder).expect("tests/scripts").map(|entry| entry.expect("entry").path()).collect();
    paths.sort();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|e| e == "scm")) {
        let text = fs::read_to_string(path).expect("a script is text");
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        let status = text
            .lines()
            .next()
            .and_then(|l| l.split("status ").nth(1))
            .and_then(|n| n.trim().parse().ok())
            .unwrap_or(0);
        let line = path.to_string_lossy().into_owned();
        if std::env::var_os("BLESS").is_some() {
            bless(path, &text, &run(&PLAIN, &[&line]).stdout());
            continue;
        }
        let expected = expectation(&text);
        for engine in ENGINES {
            let run = run(engine, &[&line]);
            let trimmed: String = run.stdout().lines().map(|l| format!("{}\n", l.trim_end())).collect();
            if trimmed != expected || run.output.status.code() != Some(status) {
                failures.push(format!(
                    "{name} ({}): {}\n--- printed\n{}--- expected\n{expected}--- stderr\n{}",
                    engine.name,
                    run.output.status,
                    run.stdout(),
                    run.stderr()
                ));
            }
        }
        count += 1;
    }
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
    assert!(count > 0 || std::env::var_os("BLESS").is_some(), "no scripts in {}", folder.display());
}

#[test]
fn examples_agree_under_every_engine() {
    let folder = std::env::temp_dir().join(format!("limpet-examples-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("temporary folder");
    for program in PROGRAMS {
        let (line, written) = program.command_line(program.small, &folder);
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        let mut first: Option<(String, Option<Vec<u8>>)> = None;
        for engine in ENGINES {
            let run = run(engine, &line);
            assert!(run.output.status.success(), "{} ({}): {}", program.name, engine.name, run.stderr());
            let outcome = (run.stdout(), written.as_ref().map(|f| fs::read(f).expect("the program wrote its file")));
            match &first {
                None => first = Some(outcome),
                Some(first) => assert!(
                    *first == outcome,
                    "{}: {} differs from interpreted:\n{}",
                    program.name,
                    engine.name,
                    outcome.0
                ),
            }
        }
        assert!(first.is_some_and(|f| !f.0.is_empty()), "{} prints something", program.name);
    }
    fs::remove_dir_all(&folder).expect("temporary folder");
}
