//! The example programs: how the demo, the benches and the tests run each.

use std::path::{Path, PathBuf};

/// One program of `examples/`.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// Name: `examples/NAME.scm`, output in `examples/expected/NAME.txt`.
    pub name: &'static str,
    /// What it shows.
    pub what: &'static str,
    /// Arguments of the demo and the benches; `@` stands for a file that the program writes.
    pub arguments: &'static [&'static str],
    /// Arguments for counting instructions: a run of a tenth of a second or so.
    pub counted: &'static [&'static str],
    /// Smaller arguments, for tests in debug builds.
    pub small: &'static [&'static str],
    /// Least speed-up that the project promises.
    pub promise: f64,
}

/// All of them.
pub const PROGRAMS: &[Program] = &[
    Program {
        name: "mandelbrot",
        what: "floats in a tight loop; writes a picture",
        arguments: &["1000", "200", "@"],
        counted: &["150", "150", "@"],
        small: &["60", "50", "@"],
        promise: 10.0,
    },
    Program {
        name: "nbody",
        what: "floats in mutable records",
        arguments: &["300000"],
        counted: &["10000"],
        small: &["300"],
        promise: 10.0,
    },
    Program {
        name: "spectral-norm",
        what: "integers and floats, vectors",
        arguments: &["600"],
        counted: &["120"],
        small: &["20"],
        promise: 10.0,
    },
    Program {
        name: "sieve",
        what: "bytes and integers, segment by segment",
        arguments: &["40000000"],
        counted: &["2000000"],
        small: &["20000"],
        promise: 10.0,
    },
    Program {
        name: "queens",
        what: "lists and recursion",
        arguments: &["12"],
        counted: &["10"],
        small: &["6"],
        promise: 3.0,
    },
    Program {
        name: "word-count",
        what: "text ports, strings, hash table, sort",
        arguments: &["1000000", "@"],
        counted: &["50000", "@"],
        small: &["3000", "@"],
        promise: 3.0,
    },
    Program {
        name: "json",
        what: "a reader and printer; recursion, strings",
        arguments: &["examples/data/shore.json", "2000"],
        counted: &["examples/data/shore.json", "200"],
        small: &["examples/data/shore.json", "2"],
        promise: 0.95,
    },
    Program {
        name: "interpreter",
        what: "an interpreter of closures",
        arguments: &["examples/data/primes.pebble"],
        counted: &["examples/data/primes.pebble"],
        small: &["examples/data/small.pebble"],
        promise: 0.95,
    },
];

impl Program {
    /// Path of the source, relative to the repository.
    pub fn source(&self) -> String {
        format!("examples/{}.scm", self.name)
    }

    /// The whole argument list: the source, then the arguments with `@` replaced by a file in `folder`.
    pub fn command_line(&self, arguments: &[&str], folder: &Path) -> (Vec<String>, Option<PathBuf>) {
        let mut written = None;
        let mut line = vec![self.source()];
        for argument in arguments {
            if *argument == "@" {
                let file = folder.join(format!("{}.out", self.name));
                line.push(file.to_string_lossy().into_owned());
                written = Some(file);
            } else {
                line.push((*argument).to_string());
            }
        }
        (line, written)
    }

    /// The output that the demo's arguments must give.
    pub fn expected(&self) -> PathBuf {
        crate::process::root().join("examples/expected").join(format!("{}.txt", self.name))
    }
}
