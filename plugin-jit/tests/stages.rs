//! Recordings as text, optimized, against the expected traces in the same files: `tests/stages/*.txt`.
//!
//! A file holds cases:
//!
//! ```text
//! === name
//! --- options opt=-sink
//! --- parent          a recording whose exit the case's recording continues (optional)
//! --- recording
//! --- expect          the optimized trace, or the reason why there is none
//! ```
//!
//! `BLESS=1 cargo test -p limpet-jit --test stages` writes what the optimizer makes of them. Whatever is expected, every
//! case is also built with each single pass switched off and with none, and every result is verified.

mod common;

use limpet_jit::{
    build::{self, Context, parse::parse},
    ir::{ExitId, ExitSnapshot, Trace, verify::verify},
};
use limpet_plugin_api::{
    Abort, Recording, TraceKind,
    params::{PASSES, Tunables},
};
use std::{fmt::Write, fs, path::PathBuf};

#[derive(Default)]
struct Case {
    name: String,
    options: String,
    parent: String,
    recording: String,
    expect: String,
}

fn read_cases(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut section = String::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("=== ") {
            cases.push(Case { name: name.into(), ..Case::default() });
            continue;
        }
        let Some(case) = cases.last_mut() else { continue };
        if let Some(head) = line.strip_prefix("--- ") {
            let (name, rest) = head.split_once(' ').unwrap_or((head, ""));
            section = name.to_string();
            if name == "options" {
                case.options = rest.into();
            }
            continue;
        }
        let target = match section.as_str() {
            "parent" => &mut case.parent,
            "recording" => &mut case.recording,
            "expect" => &mut case.expect,
            other => panic!("section '{other}' in {}", case.name),
        };
        target.push_str(line);
        target.push('\n');
    }
    cases
}

fn write_cases(header: &str, cases: &[Case]) -> String {
    let mut text = String::from(header);
    for case in cases {
        let _ = writeln!(text, "=== {}", case.name);
        if !case.options.is_empty() {
            let _ = writeln!(text, "--- options {}", case.options);
        }
        if !case.parent.is_empty() {
            let _ = write!(text, "--- parent\n{}", case.parent);
        }
        let _ = write!(text, "--- recording\n{}--- expect\n{}\n", case.recording, case.expect.trim_end());
        text.push('\n');
    }
    text
}

fn optimize(recording: &Recording, options: &str, parent: Option<&ExitSnapshot>) -> Result<Trace, Abort> {
    let layout = common::layout();
    let (tunables, warnings) = Tunables::parse(options);
    assert!(warnings.is_empty(), "{warnings:?}");
    let context = Context { layout: &layout, tunables: &tunables, parent, accept_unstable: true };
    let built = build::build(recording, context)?;
    verify(built.trace()).unwrap_or_else(|error| panic!("{error}\n{}", built.trace()));
    let (trace, _) = built.finish();
    verify(&trace).unwrap_or_else(|error| panic!("{error}\n{trace}"));
    Ok(trace)
}

fn run(case: &Case, options: &str) -> String {
    let recording = parse(&case.recording).unwrap_or_else(|error| panic!("{}: {error}", case.name));
    let parent = (recording.kind == TraceKind::Side).then(|| {
        let parent = parse(&case.parent).unwrap_or_else(|error| panic!("{}, parent: {error}", case.name));
        let parent = optimize(&parent, options, None).unwrap_or_else(|abort| panic!("{}: {abort}", case.name));
        let exit = parent.exits().find(|exit| exit.id == ExitId(recording.parent_exit));
        // With passes switched off the exits are numbered otherwise; the last one is always there.
        let exit = exit.or_else(|| parent.exits().last()).expect("the parent has an exit");
        ExitSnapshot::of(&parent, exit.snap)
    });
    match optimize(&recording, options, parent.as_ref()) {
        Ok(trace) => trace.to_string(),
        Err(abort) => format!("{abort}\n"),
    }
}

#[test]
fn stages() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/stages");
    let bless = std::env::var_os("BLESS").is_some();
    let mut failures = String::new();
    let mut count = 0;
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for path in files.iter().filter(|path| path.extension().is_some_and(|extension| extension == "txt")) {
        let text = fs::read_to_string(path).unwrap();
        let header: String =
            text.lines().take_while(|line| !line.starts_with("===")).map(|l| format!("{l}\n")).collect();
        let mut cases = read_cases(&text);
        for case in &mut cases {
            count += 1;
            let got = run(case, &case.options);
            if got.trim_end() != case.expect.trim_end() && !bless {
                let _ = writeln!(failures, "{} in {}:\n{got}expected:\n{}", case.name, path.display(), case.expect);
            }
            case.expect = got;
            run(case, "opt=none");
            for (pass, _) in PASSES {
                run(case, &format!("opt=-{pass}"));
                run(case, &format!("opt=none,opt={pass}"));
            }
        }
        if bless {
            fs::write(path, write_cases(&header, &cases)).unwrap();
        }
    }
    assert!(count > 0, "no cases");
    assert!(failures.is_empty(), "\n{failures}");
}
