//! What of the pages of mapped files several processes share, from `/proc/PID/smaps`.

use crate::{
    images::{self, Directory},
    process::{self, PLAIN},
};
use limpet::object::ALIGNMENT;
use std::{
    collections::BTreeMap,
    error::Error,
    fmt::Write,
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Stdio},
};

/// KiB of the read-only pages of one file that a process has in memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pages {
    /// In memory.
    pub resident: u64,
    /// Of these, shared with other processes.
    pub shared: u64,
}

/// The read-only pages of each mapped file, from the text of `smaps`.
pub fn read_only_pages(smaps: &str) -> BTreeMap<String, Pages> {
    let mut files = BTreeMap::<String, Pages>::new();
    let mut current: Option<String> = None;
    for line in smaps.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            [range, permissions, _, _, _, ..] if range.contains('-') => {
                // A path may have blanks in it.
                let path = line.find('/').map(|start| line[start..].to_string());
                current = path.filter(|_| permissions.starts_with("r--"));
            }
            [name, number, "kB"] => {
                let (Some(path), Ok(number)) = (&current, number.parse::<u64>()) else { continue };
                let pages = files.entry(path.clone()).or_default();
                match name {
                    "Rss:" => pages.resident += number,
                    "Shared_Clean:" | "Shared_Dirty:" => pages.shared += number,
                    _ => {}
                }
            }
            _ => {}
        }
    }
    files
}

/// A program of some size that then waits for a line.
fn program() -> String {
    let mut text = "(import (scheme base) (scheme write))\n".to_string();
    for i in 0..1500 {
        let _ =
            writeln!(text, "(define (f{i} x y) (if (< x y) (list x \"text {i}\" 'symbol-{i}) (vector y (+ x {i}))))");
    }
    text.push_str("(define total (length (list");
    for i in 0..1500 {
        let _ = write!(text, " (f{i} 1 2)");
    }
    text.push_str(")))\n(display total) (newline) (flush-output-port)\n(read-line)\n");
    text
}

/// Lets `processes` of them run at once; what each file's read-only pages come to in all of them.
///
/// # Errors
/// When a process can't be started, or the system has no `/proc`.
pub fn measure(binary: &Path, processes: usize) -> Result<BTreeMap<String, Pages>, Box<dyn Error>> {
    let directory = Directory::new("sharing");
    let image = images::compile(binary, &directory, "shared", &program(), ALIGNMENT)?;
    let mut running: Vec<Child> = Vec::new();
    for _ in 0..processes {
        let mut command = process::command(binary, true, &PLAIN, &[&image.to_string_lossy()]);
        running.push(command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?);
    }
    let mut sum = BTreeMap::<String, Pages>::new();
    for child in &mut running {
        let mut line = String::new();
        let output = child.stdout.as_mut().ok_or("no output")?;
        BufReader::new(output).read_line(&mut line)?;
    }
    for child in &running {
        for (path, pages) in read_only_pages(&fs::read_to_string(format!("/proc/{}/smaps", child.id()))?) {
            let all = sum.entry(path).or_default();
            all.resident += pages.resident;
            all.shared += pages.shared;
        }
    }
    for mut child in running {
        drop(child.stdin.take());
        child.wait()?;
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smaps_are_read() {
        let text = "\
7f00-7f10 r--p 00000000 fd:00 12   /a b/program.go
Rss:                 100 kB
Shared_Clean:         90 kB
Shared_Dirty:          0 kB
7f10-7f20 rw-p 00010000 fd:00 12   /a b/program.go
Rss:                   8 kB
Shared_Clean:          8 kB
7f20-7f30 r--p 00000000 00:00 0
Rss:                   4 kB
";
        let files = read_only_pages(text);
        assert_eq!(files.len(), 1);
        assert_eq!(files["/a b/program.go"], Pages { resident: 100, shared: 90 });
    }
}
