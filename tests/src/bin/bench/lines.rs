//! Lines of source per second: read, expanded, compiled and written to an image.
//!
//! The source is that of the examples and of `tests/benches`, each program a body of its own, again and again until there
//! are enough lines. Blank lines and comments are not counted.

use crate::{Result, executable, timed};
use limpet::text::{reader::Reader, tree::Tree};
use limpet_tests::{
    benches::BENCHES,
    images::Directory,
    measure::median,
    process::{self, PLAIN},
    programs::PROGRAMS,
};
use std::{collections::BTreeSet, fmt::Write, fs};

/// Lines of the program that is compiled.
const LINES: usize = 50_000;
/// Lines per second that are promised.
const PROMISE: f64 = 20_000.0;

/// What a program imports, and the text behind that.
fn parts(text: &str) -> Result<(&str, &str)> {
    let mut tree = Tree::new();
    let mut reader = Reader::new(0, text);
    reader.read(&mut tree).map_err(|error| error.to_string())?;
    let end = reader.offset();
    let start = text.find("(import").filter(|start| *start < end).ok_or("a program without imports")?;
    Ok((&text[start + "(import".len()..end - 1], &text[end..]))
}

fn counted(text: &str) -> usize {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(';')).count()
}

/// A program of so many lines, and their number.
fn program() -> Result<(String, usize)> {
    let paths = PROGRAMS.iter().map(|program| format!("examples/{}.scm", program.name));
    let paths = paths.chain(BENCHES.iter().map(|bench| bench.path()));
    let texts =
        paths.map(|path| fs::read_to_string(process::root().join(path))).collect::<std::io::Result<Vec<_>>>()?;
    let parts = texts.iter().map(|text| parts(text)).collect::<Result<Vec<_>>>()?;
    let mut imports = BTreeSet::new();
    for (sets, _) in &parts {
        // Import sets of these programs are names of libraries.
        imports.extend(sets.split_inclusive(')').map(str::trim).filter(|set| !set.is_empty()));
    }
    let mut text = String::from("(import");
    imports.iter().for_each(|set| text.push_str(set));
    text.push_str(")\n");
    let mut lines = 0;
    while lines < LINES {
        for (_, body) in &parts {
            writeln!(text, "(let ()\n{body}\n)")?;
            lines += counted(body);
        }
    }
    Ok((text, lines))
}

/// Whether enough lines are compiled in a second.
pub fn lines(rounds: usize) -> Result<bool> {
    let limpet = executable::limpet()?;
    let directory = Directory::new("lines");
    let (text, lines) = program()?;
    let source = directory.path("lines.scm");
    fs::write(&source, text)?;
    let (source, image) = (source.to_string_lossy().into_owned(), directory.path("lines.go"));
    let line = ["compile", &source, "-o", &image.to_string_lossy()];
    let times = (0..rounds.max(1))
        .map(|_| timed(process::command(&limpet, false, &PLAIN, &line)))
        .collect::<Result<Vec<_>>>()?;
    let time = median(&times).as_secs_f64();
    let rate = lines as f64 / time;
    println!("{lines} lines read, expanded, compiled and written in {time:.2} s: {rate:.0} lines/s");
    Ok(rate >= PROMISE)
}
