//! Running `limpet` as a child process, under one of the engines that must agree.

use nix::sys::{
    resource::{UsageWho, getrusage},
    time::TimeVal,
};
use std::{
    io,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the workspace").to_path_buf()
}

/// The plugin's shared library that cargo built together with the running binary. The copy in `deps/` comes first:
/// the one above it can be stale.
pub fn plugin() -> Option<PathBuf> {
    let exe = std::env::current_exe().ok()?;
    let here = exe.parent()?;
    let name = format!("{}limpet_jit{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    [here.join("deps").join(&name), here.join(&name)].into_iter().find(|path| path.is_file())
}

/// A way to run a program. All print the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Engine {
    /// Short name.
    pub name: &'static str,
    /// `LIMPET_JIT_OPTIONS`, or `None`: without the plugin.
    pub options: Option<&'static str>,
    /// `LIMPET_LOADER`, or `None`: from source.
    pub image: Option<&'static str>,
}

/// Interpreted, and with the plugin as a user has it.
pub const PLAIN: Engine = Engine { name: "interpreted", options: None, image: None };
/// With the plugin and its defaults.
pub const JIT: Engine = Engine { name: "jit", options: Some(""), image: None };

/// The engines of every script (one input, every engine).
pub const ENGINES: &[Engine] = &[
    PLAIN,
    JIT,
    Engine { name: "jit without optimizer", options: Some("opt=none,hotloop=3,hotproc=3,hotexit=2"), image: None },
    Engine {
        name: "jit, everything hot",
        options: Some("hotloop=1,hotproc=1,hotexit=1,penalty=1,seed=7,minstitch=4"),
        image: None,
    },
    Engine {
        name: "jit, exits forced",
        options: Some("forceexit=1,minstitch=20,hotloop=2,hotproc=2,hotexit=3"),
        image: None,
    },
    Engine { name: "image, mapped", options: None, image: Some("mmap") },
    Engine { name: "image, read, jit", options: Some("hotloop=2,hotproc=2,hotexit=2"), image: Some("read") },
    Engine {
        name: "jit without loop peeling",
        options: Some("opt=-peel-sink,hotloop=2,hotproc=2,hotexit=1"),
        image: None,
    },
];

/// What a run gave.
#[derive(Debug)]
pub struct Run {
    /// Standard output, standard error and status.
    pub output: Output,
    /// Wall-clock time, process start included.
    pub time: Duration,
}

impl Run {
    /// Standard output as text.
    pub fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.output.stdout).into_owned()
    }

    /// Standard error as text.
    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }
}

/// The command that runs `limpet` with these arguments under an engine: `binary` is one of this crate's (or `limpet`
/// itself with `as_limpet` false). Every `LIMPET_…` variable of the caller is removed first.
pub fn command(binary: &Path, as_limpet: bool, engine: &Engine, arguments: &[&str]) -> Command {
    let mut command = Command::new(binary);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("LIMPET_") {
            command.env_remove(name);
        }
    }
    if as_limpet {
        // Runs from source compile the source.
        command.args([crate::AS_LIMPET, "--no-cache"]);
    }
    command.args(arguments).current_dir(root()).stdin(Stdio::null());
    if let Some(loader) = engine.image {
        command.env("LIMPET_LOADER", loader);
    }
    if let Some(options) = engine.options {
        match plugin() {
            Some(path) => command.env("LIMPET_JIT", path).env("LIMPET_JIT_REQUIRE", "1"),
            None => command.env("LIMPET_JIT", "on").env("LIMPET_JIT_REQUIRE", "1"),
        };
        command.env("LIMPET_JIT_OPTIONS", options);
    }
    command
}

/// Runs it to its end.
///
/// # Errors
/// When the process can't be started.
pub fn run(mut command: Command) -> io::Result<Run> {
    let start = Instant::now();
    let output = command.output()?;
    Ok(Run { output, time: start.elapsed() })
}

/// Processor time that children of this process have used so far, those that were waited for.
///
/// # Errors
/// When the system does not tell.
pub fn children_time() -> io::Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let seconds = |time: TimeVal| Duration::new(time.tv_sec() as u64, time.tv_usec() as u32 * 1000);
    Ok(seconds(usage.user_time()) + seconds(usage.system_time()))
}
