//! `cargo fuzz-images [IMAGES] [FIRST]` changes valid object images at random and runs what loader and verifier let pass;
//! `cargo fuzz-texts [TEXTS] [FIRST]` changes Scheme texts and reads, compiles and runs them.
//!
//! The work is done by child processes, so that a fault of one is told with its input's number, which reproduces it
//! (`cargo fuzz-texts 1 NUMBER`; `cargo fuzz-texts show NUMBER` prints the text), and the others go on. Exit status 0 if
//! there was no fault.
#![allow(clippy::print_stdout)]

use limpet_tests::{
    become_limpet_if_asked,
    images::{self, Directory},
    process,
    storm::{Random, Tally, UNHEARD, change::Seeds, texts},
};
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{ExitCode, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

/// First argument of a child.
const CHILD: &str = "--child";
/// Address space of one child, in KiB: many times what its machine may allocate.
const MOST_MEMORY: u64 = 2 << 20;

/// What is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Images,
    Texts,
}

impl Kind {
    fn parse(word: &str) -> Option<Kind> {
        [Kind::Images, Kind::Texts].into_iter().find(|kind| kind.name() == word)
    }

    fn name(self) -> &'static str {
        match self {
            Kind::Images => "images",
            Kind::Texts => "texts",
        }
    }

    /// Inputs of one child.
    fn share(self) -> u64 {
        match self {
            Kind::Images => 5000,
            Kind::Texts => 500,
        }
    }
}

fn main() -> ExitCode {
    become_limpet_if_asked();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (kind, rest) = match &words[..] {
        [CHILD, kind, rest @ ..] if Kind::parse(kind).is_some() => return child(Kind::parse(kind), rest),
        ["texts", "show", number] => return show(number),
        [kind, rest @ ..] => (Kind::parse(kind), rest),
        [] => (None, &words[..]),
    };
    let number = |i: usize, default: u64| rest.get(i).map_or(Ok(default), |text| text.parse());
    match (kind, number(0, 1_000_000), number(1, 0)) {
        (Some(kind), Ok(inputs), Ok(first)) if rest.len() <= 2 => parent(kind, first, inputs),
        _ => {
            eprintln!("usage: fuzz images|texts [INPUTS] [FIRST]\n       fuzz texts show NUMBER");
            ExitCode::from(2)
        }
    }
}

/// Prints a text.
fn show(number: &str) -> ExitCode {
    match (number.parse(), Seeds::beneath(&texts::directories())) {
        (Ok(number), Ok(seeds)) => {
            let written = std::io::stdout().write_all(&seeds.text(&mut Random(number)));
            if written.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        _ => ExitCode::from(2),
    }
}

/// What the children found.
#[derive(Default)]
struct Findings {
    tally: Tally,
    faults: Vec<String>,
    unheard: Vec<u64>,
}

fn parent(kind: Kind, first: u64, inputs: u64) -> ExitCode {
    let start = Instant::now();
    let directory = Directory::new("fuzz");
    let binary = std::env::current_exe().expect("this program has a path");
    let seeds = match kind {
        Kind::Images => images::seeds(&binary, &directory),
        Kind::Texts => Ok(Vec::new()),
    };
    let seeds = match seeds {
        Ok(seeds) => seeds,
        Err(error) => {
            eprintln!("fuzz: {error}");
            return ExitCode::FAILURE;
        }
    };
    let findings = Mutex::new(Findings::default());
    let next = AtomicU64::new(first);
    let workers = std::thread::available_parallelism().map_or(1, |n| n.get()) as u64;
    std::thread::scope(|scope| {
        for worker in 0..workers {
            let (seeds, findings, next, binary) = (&seeds, &findings, &next, &binary);
            let place = directory.path(&format!("at-{worker}"));
            scope.spawn(move || {
                loop {
                    let begin = next.fetch_add(kind.share(), Ordering::SeqCst);
                    if begin >= first + inputs {
                        return;
                    }
                    let end = (begin + kind.share()).min(first + inputs);
                    let mut at = begin;
                    while at < end {
                        at = share(kind, binary, &place, seeds, at..end, findings);
                    }
                }
            });
        }
    });
    let Findings { tally, faults, unheard } = findings.into_inner().expect("no thread panicked");
    println!(
        "{} changed {}: {} of sound structure, {} run, {} of these ended by a limit; {} s",
        tally.inputs,
        kind.name(),
        tally.sound,
        tally.run,
        tally.ended,
        start.elapsed().as_secs()
    );
    println!("runs that could not be stopped: {} {unheard:?}", unheard.len());
    println!("faults: {}", faults.len());
    faults.iter().for_each(|fault| println!("  {fault}"));
    if faults.is_empty() && unheard.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Lets a child do a share of the work; where to go on. Programs print to the child's output, so it tells by a file.
fn share(
    kind: Kind,
    binary: &Path,
    place: &Path,
    seeds: &[PathBuf],
    numbers: std::ops::Range<u64>,
    findings: &Mutex<Findings>,
) -> u64 {
    // A child that asks for too much memory is ended: a number in an image must not become as large an allocation.
    let limited = format!("ulimit -v {MOST_MEMORY} && exec \"$0\" \"$@\"");
    let output = process::command(Path::new("sh"), false, &process::PLAIN, &["-c", &limited])
        .arg(binary)
        .args([CHILD, kind.name()])
        .args([numbers.start.to_string(), (numbers.end - numbers.start).to_string()])
        .arg(place)
        .args(seeds)
        .stdout(Stdio::null())
        .output()
        .expect("a child process");
    let mut findings = findings.lock().expect("no thread panicked");
    let told = fs::read_to_string(place).unwrap_or_default();
    if let (true, Some(tally)) = (output.status.success(), Tally::parse(&told)) {
        findings.tally.add(tally);
        return numbers.end;
    }
    let at: u64 = told.parse().unwrap_or(numbers.start);
    findings.tally.inputs += at + 1 - numbers.start;
    if output.status.code() == Some(UNHEARD) {
        findings.unheard.push(at);
    } else {
        let message = String::from_utf8_lossy(&output.stderr);
        let lines = message.lines().skip_while(|line| !line.contains("panicked at") && message.contains("panicked at"));
        let last = lines.take(2).collect::<Vec<_>>().join(" ");
        let fault = format!("{} {at}: {} {last}", kind.name(), output.status);
        eprintln!("{fault}");
        findings.faults.push(fault);
    }
    at + 1
}

fn child(kind: Option<Kind>, arguments: &[&str]) -> ExitCode {
    let [first, inputs, place, seeds @ ..] = arguments else { return ExitCode::from(2) };
    let (Ok(first), Ok(inputs)) = (first.parse(), inputs.parse()) else { return ExitCode::from(2) };
    let note = |number: u64| {
        let _ = fs::write(place, number.to_string());
    };
    let tally = match kind {
        Some(Kind::Images) => {
            let seeds: Vec<PathBuf> = seeds.iter().map(PathBuf::from).collect();
            Ok(images::storm(&seeds, &Directory::new("child"), first, inputs, &mut |number| note(number)))
        }
        _ => match Seeds::beneath(&texts::directories()) {
            Ok(seeds) => texts::storm(&seeds, first, inputs, &mut |number, _| note(number)),
            Err(error) => Err(error.to_string()),
        },
    };
    match tally.map(|tally| fs::write(place, tally.to_line())) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => {
            eprintln!("fuzz: {error}");
            ExitCode::FAILURE
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(texts::WRONG as u8)
        }
    }
}
