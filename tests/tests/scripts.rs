//! Every script and every example under every engine: all agree, with each other and with what the file says.
//!
//! A script in `tests/scripts/` or a folder below ends with its expected output, each line behind `;=> `;
//! `BLESS=1 cargo test` rewrites it from the interpreted run. A script whose first line has `status N` must exit with
//! that status; with `stack SIZE` and `memory SIZE` there it runs under these limits. `LIMPET_SCRIPTS=TEXT` runs only those whose path contains the text. Libraries that scripts import lie in
//! `tests/scripts/lib`; `(checks)` is for files that consist of checks, such as those of `r7rs/`, one file per section of
//! the report.

use limpet_tests::{
    process::{self, ENGINES, Engine, PLAIN, Run},
    programs::PROGRAMS,
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

fn command(engine: &Engine, line: &[&str]) -> Command {
    let mut command = process::command(Path::new(env!("CARGO_BIN_EXE_demo")), true, engine, line);
    command.env("LIMPET_PATH", folder().join("lib"));
    command
}

fn folder() -> PathBuf {
    process::root().join("tests/scripts")
}

/// A file of `tests/scripts` and what it says about its run.
struct Script {
    path: PathBuf,
    /// Relative to `tests/scripts`.
    name: String,
    text: String,
    status: i32,
    /// Whether images can't hold it, which the compiler says.
    has_no_image: bool,
    /// Variables of the environment that set its limits.
    limits: Vec<(&'static str, String)>,
}

impl Script {
    fn read(path: PathBuf) -> Script {
        let text = fs::read_to_string(&path).expect("a script is text");
        let name = path.strip_prefix(folder()).expect("a script of the folder").to_string_lossy().into_owned();
        let first = text.lines().next().unwrap_or("");
        let word_after = |name: &str| first.split(name).nth(1)?.split([' ', ',', '.', ')']).next();
        let status = word_after("status ").and_then(|n| n.parse().ok()).unwrap_or(0);
        let has_no_image = first.contains("no image");
        let limits = [("LIMPET_STACK", "stack "), ("LIMPET_MEMORY", "memory ")]
            .into_iter()
            .filter_map(|(variable, name)| Some((variable, word_after(name)?.to_owned())))
            .collect();
        Script { path, name, text, status, has_no_image, limits }
    }

    fn expected(&self) -> String {
        self.text
            .lines()
            .filter_map(|line| line.strip_prefix(";=>"))
            .map(|l| format!("{}\n", l.strip_prefix(' ').unwrap_or(l)))
            .collect()
    }

    /// Runs with a `TMPDIR` of its own: several runs of one script go side by side.
    fn run(&self, engine: &Engine) -> Run {
        let name = format!("limpet-{}-{}-{}", std::process::id(), self.name, engine.name).replace(['/', ' '], "-");
        let scratch = std::env::temp_dir().join(name);
        fs::create_dir_all(&scratch).expect("temporary folder");
        let source = self.path.to_string_lossy().into_owned();
        let image = scratch.join("script.go").to_string_lossy().into_owned();
        let run = |line: &[&str]| {
            let mut command = command(engine, line);
            command.env("TMPDIR", &scratch).envs(self.limits.iter().cloned());
            process::run(command).expect("limpet starts")
        };
        let run = match engine.image {
            None => run(&[&source]),
            // A script that is no program fails here as it does from source.
            Some(_) => match run(&["compile", &source, "-o", &image]) {
                compiled if compiled.output.status.success() => run(&[&image]),
                refused if self.has_no_image && refused.stderr().contains("it can't be compiled to an image") => {
                    run(&[&source])
                }
                failed => failed,
            },
        };
        fs::remove_dir_all(&scratch).expect("temporary folder");
        run
    }

    /// What is wrong with its run under an engine.
    fn fault(&self, engine: &Engine) -> Option<String> {
        let run = self.run(engine);
        let printed: String = run.stdout().lines().map(|l| format!("{}\n", l.trim_end())).collect();
        let expected = self.expected();
        (printed != expected || run.output.status.code() != Some(self.status)).then(|| {
            format!(
                "{} ({}): {}\n--- printed\n{}--- expected\n{expected}--- stderr\n{}",
                self.name,
                engine.name,
                run.output.status,
                run.stdout(),
                run.stderr()
            )
        })
    }

    fn bless(&self) {
        let source = self.text.lines().filter(|line| !line.starts_with(";=>"));
        let mut blessed: String = source.map(|line| format!("{line}\n")).collect();
        for line in self.run(&PLAIN).stdout().lines() {
            blessed.push_str(format!(";=> {line}").trim_end());
            blessed.push('\n');
        }
        fs::write(&self.path, blessed).expect("the script can be written");
    }
}

/// The scripts in a folder and below; `lib` holds what they import.
fn find(folder: &Path) -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder of scripts") {
            let path = entry.expect("entry").path();
            if path.is_dir() {
                if path.file_name().is_some_and(|name| name != "lib") {
                    walk(&path, found);
                }
            } else if path.extension().is_some_and(|e| e == "scm") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(folder, &mut found);
    found.sort();
    found
}

fn scripts() -> Vec<Script> {
    let wanted = std::env::var("LIMPET_SCRIPTS").unwrap_or_default();
    find(&folder()).into_iter().map(Script::read).filter(|script| script.name.contains(&wanted)).collect()
}

/// Applies `work` to every item, on as many threads as there are processors; the results that are something, in order.
fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> Option<R> + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some((index, item)) = {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    items.get(index).map(|item| (index, item))
                } {
                    if let Some(result) = work(item) {
                        results.lock().expect("no thread has panicked").push((index, result));
                    }
                }
            });
        }
    });
    let mut results = results.into_inner().expect("no thread has panicked");
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

#[test]
fn scripts_agree_under_every_engine() {
    let scripts = scripts();
    assert!(!scripts.is_empty(), "no scripts in {}", folder().display());
    if std::env::var_os("BLESS").is_some() {
        scripts.iter().for_each(Script::bless);
        return;
    }
    let runs: Vec<_> = scripts.iter().flat_map(|script| ENGINES.iter().map(move |engine| (script, engine))).collect();
    let faults = in_parallel(&runs, |(script, engine)| script.fault(engine));
    assert!(faults.is_empty(), "{} failures\n{}", faults.len(), faults.join("\n"));
}

/// Least number of checks in `r7rs/`: a section that loses its checks is noticed.
const CONFORMANCE_CHECKS: usize = 3000;

#[test]
fn the_conformance_suite_is_whole() {
    let mut total = 0;
    let mut sections = 0;
    for path in find(&folder().join("r7rs")) {
        let script = Script::read(path);
        let expected = script.expected();
        let count: Option<usize> = expected
            .trim_end()
            .split_once(": ")
            .and_then(|(_, counted)| counted.strip_suffix(" checks"))
            .and_then(|count| count.parse().ok());
        total += count.unwrap_or_else(|| panic!("{}: expects other than `SECTION: N checks`", script.name));
        sections += 1;
    }
    assert!(total >= CONFORMANCE_CHECKS, "{total} checks in {sections} sections, fewer than {CONFORMANCE_CHECKS}");
}

#[test]
fn examples_agree_under_every_engine() {
    let folder = std::env::temp_dir().join(format!("limpet-examples-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("temporary folder");
    let faults = in_parallel(PROGRAMS, |program| {
        let (line, written) = program.command_line(program.small, &folder);
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        let mut first: Option<(String, Option<Vec<u8>>)> = None;
        for engine in ENGINES {
            let run = process::run(command(engine, &line)).expect("limpet starts");
            if !run.output.status.success() {
                return Some(format!("{} ({}): {}", program.name, engine.name, run.stderr()));
            }
            let outcome = (run.stdout(), written.as_ref().map(|f| fs::read(f).expect("the program wrote its file")));
            match &first {
                None => first = Some(outcome),
                Some(first) if *first == outcome => {}
                Some(_) => {
                    let printed = outcome.0;
                    return Some(format!("{}: {} differs from interpreted:\n{printed}", program.name, engine.name));
                }
            }
        }
        first.is_none_or(|f| f.0.is_empty()).then(|| format!("{} prints nothing", program.name))
    });
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    fs::remove_dir_all(&folder).expect("temporary folder");
}
