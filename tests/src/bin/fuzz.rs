//! `cargo fuzz-images [IMAGES] [FIRST]`: changes valid object images at random and runs what loader and verifier let pass.
//!
//! The work is done by child processes, so that a fault of one is told with its image's number, which reproduces it
//! (`cargo fuzz-images 1 NUMBER`), and the others go on. Exit status 0 if there was no fault.
#![allow(clippy::print_stdout)]

use limpet_tests::{
    become_limpet_if_asked,
    images::{self, Directory, Tally, UNHEARD},
};
use std::{
    fs,
    path::PathBuf,
    process::{Command, ExitCode, Stdio},
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
/// Images of one child.
const SHARE: u64 = 5000;

fn main() -> ExitCode {
    become_limpet_if_asked();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == CHILD) {
        return child(&arguments[1..]);
    }
    let number = |i: usize, default: u64| arguments.get(i).map_or(Ok(default), |text| text.parse());
    match (number(0, 1_000_000), number(1, 0)) {
        (Ok(images), Ok(first)) => parent(first, images),
        _ => {
            eprintln!("usage: cargo fuzz-images [IMAGES] [FIRST]");
            ExitCode::from(2)
        }
    }
}

/// What the children found.
#[derive(Default)]
struct Findings {
    tally: Tally,
    faults: Vec<String>,
    unheard: Vec<u64>,
}

fn parent(first: u64, images: u64) -> ExitCode {
    let start = Instant::now();
    let directory = Directory::new("fuzz");
    let binary = std::env::current_exe().expect("this program has a path");
    let seeds = match images::seeds(&binary, &directory) {
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
            let (seeds, findings, next, binary, directory) = (&seeds, &findings, &next, &binary, &directory);
            scope.spawn(move || {
                loop {
                    let begin = next.fetch_add(SHARE, Ordering::SeqCst);
                    if begin >= first + images {
                        return;
                    }
                    let end = (begin + SHARE).min(first + images);
                    let mut at = begin;
                    while at < end {
                        at = share(binary, directory, worker, seeds, at..end, findings);
                    }
                }
            });
        }
    });
    let Findings { tally, faults, unheard } = findings.into_inner().expect("no thread panicked");
    println!(
        "{} changed images: {} of sound structure, {} run, {} of these ended by a limit; {} s",
        tally.images,
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

/// Lets a child do a share of the work; where to go on.
fn share(
    binary: &PathBuf,
    directory: &Directory,
    worker: u64,
    seeds: &[PathBuf],
    numbers: std::ops::Range<u64>,
    findings: &Mutex<Findings>,
) -> u64 {
    let place = directory.path(&format!("at-{worker}"));
    // A child that asks for too much memory is ended: a number in an image must not become as large an allocation.
    let output = Command::new("sh")
        .args(["-c", &format!("ulimit -v {MOST_MEMORY} && exec \"$0\" \"$@\"")])
        .arg(binary)
        .arg(CHILD)
        .args([numbers.start.to_string(), (numbers.end - numbers.start).to_string()])
        .arg(&place)
        .args(seeds)
        .stdin(Stdio::null())
        .output()
        .expect("a child process");
    let mut findings = findings.lock().expect("no thread panicked");
    let text = String::from_utf8_lossy(&output.stdout);
    let words: Vec<u64> = text.lines().last().unwrap_or("").split(' ').filter_map(|word| word.parse().ok()).collect();
    if let (true, &[images, sound, run, ended]) = (output.status.success(), &words[..]) {
        let tally = &mut findings.tally;
        tally.images += images;
        tally.sound += sound;
        tally.run += run;
        tally.ended += ended;
        return numbers.end;
    }
    let at: u64 = fs::read_to_string(&place).ok().and_then(|text| text.parse().ok()).unwrap_or(numbers.start);
    findings.tally.images += at + 1 - numbers.start;
    if output.status.code() == Some(UNHEARD) {
        findings.unheard.push(at);
    } else {
        let message = String::from_utf8_lossy(&output.stderr);
        let last = message.lines().filter(|line| !line.starts_with("note:")).take(2).collect::<Vec<_>>().join(" ");
        let fault = format!("image {at}: {} {last}", output.status);
        eprintln!("{fault}");
        findings.faults.push(fault);
    }
    at + 1
}

fn child(arguments: &[String]) -> ExitCode {
    let [first, images, place, seeds @ ..] = arguments else { return ExitCode::from(2) };
    let (Ok(first), Ok(images)) = (first.parse(), images.parse()) else { return ExitCode::from(2) };
    let seeds: Vec<PathBuf> = seeds.iter().map(PathBuf::from).collect();
    let directory = Directory::new("child");
    let tally = images::storm(&seeds, &directory, first, images, &mut |number| {
        let _ = fs::write(place, number.to_string());
    });
    println!("{} {} {} {}", tally.images, tally.sound, tally.run, tally.ended);
    ExitCode::SUCCESS
}
