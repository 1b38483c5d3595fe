//! Embedding: a virtual machine with its library, ready to run programs.
//!
//! ```
//! use limpet::vm::{Config, Ending, Vm};
//!
//! let mut vm = Vm::new(Config::default()).expect("memory for a heap");
//! vm.eval("setup", "(define (square x) (* x x))").unwrap();
//! assert_eq!(vm.eval("use", "(square 12)").unwrap().as_deref(), Some("144"));
//!
//! let Err(Ending::Failed(failure)) = vm.eval("mistake", "(square 'a)") else { panic!("that is no number") };
//! assert!(failure.message.contains("expected a number"));
//! ```

use crate::{
    bytecode::code::Position,
    front::Front,
    interp::{Exit, backtrace::Backtrace},
    machine::{self, Machine},
    runtime::{describe_condition, io, print},
    text::error::SyntaxError,
    value::Word,
};
use limpet_host_hooks::EnvironmentOutcome;
use std::path::{Path, PathBuf};

/// Settings of a virtual machine.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Heap and stack.
    pub machine: machine::Config,
    /// Where libraries that are not built in are looked for.
    pub library_path: Vec<PathBuf>,
}

/// A place in a source, with the text of its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Name of the source: a path, or what the embedder called it.
    pub source: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in characters.
    pub column: u32,
    /// The line.
    pub text: Option<String>,
}

/// Something went wrong: a text that is no program, or a condition that nobody handled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// One line.
    pub message: String,
    /// Where, if that is known.
    pub place: Option<Place>,
    /// The calls that led there, innermost first: `name (source:line:column)`.
    pub backtrace: Vec<String>,
}

/// How a program ended, other than by a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It called `exit` with this status.
    Exit(i32),
    /// It failed.
    Failed(Box<Failure>),
}

impl std::fmt::Display for Ending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Ending::Exit(status) => write!(f, "the program exits with status {status}"),
            Ending::Failed(failure) => f.write_str(&failure.message),
        }
    }
}

impl std::error::Error for Ending {}

/// A virtual machine.
pub struct Vm {
    machine: Box<Machine>,
    warnings: Vec<String>,
}

impl std::fmt::Debug for Vm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vm").finish_non_exhaustive()
    }
}

impl Vm {
    /// A machine with the library.
    ///
    /// # Errors
    /// When the system refuses memory.
    pub fn new(config: Config) -> std::io::Result<Vm> {
        let mut machine = Machine::bare(config.machine)?;
        let front = Front::install(&mut machine, config.library_path)?;
        machine.front = Some(Box::new(front));
        Ok(Vm { machine, warnings: Vec::new() })
    }

    /// The machine beneath.
    pub fn machine(&mut self) -> &mut Machine {
        &mut self.machine
    }

    /// What `(command-line)` gives.
    pub fn set_command_line(&mut self, line: Vec<String>) {
        self.machine.runtime.command_line = line;
    }

    /// Attaches the plugin that the environment asks for; `beside` is the directory of the executable.
    ///
    /// # Errors
    /// One line, if the environment requires a plugin that can't be attached.
    pub fn attach_from_environment(
        &mut self,
        beside: &Path,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<(), String> {
        let outcome = self.machine.attach_from(beside, environment);
        if let Some(hooks) = &mut self.machine.hooks {
            self.warnings.extend(hooks.take_warnings());
        }
        match outcome {
            EnvironmentOutcome::Off | EnvironmentOutcome::Attached => Ok(()),
            EnvironmentOutcome::Warning(warning) => {
                self.warnings.push(warning);
                Ok(())
            }
            EnvironmentOutcome::Error(error) => Err(error),
        }
    }

    /// Warnings that were not taken yet, a line each.
    pub fn take_warnings(&mut self) -> Vec<String> {
        if let Some(hooks) = &mut self.machine.hooks {
            self.warnings.extend(hooks.take_warnings());
        }
        std::mem::take(&mut self.warnings)
    }

    /// What plugin is attached, in lines; `None` if none is.
    pub fn plugin_lines(&self) -> Option<Vec<String>> {
        let summary = self.machine.hooks.as_ref()?.describe()?;
        Some(vec![
            format!("plugin    {} {}", summary.name, summary.version),
            format!("contract  {} with {} trace operations", summary.api, summary.operations),
            format!("target    {}", summary.target),
            format!("file      {}", summary.path.as_ref().map_or("linked in".into(), |p| p.display().to_string())),
        ])
    }

    /// Counters of hooks and plugin, a JSON object.
    pub fn jit_statistics(&self) -> String {
        self.machine.hooks.as_ref().map_or_else(|| "{}".into(), |hooks| hooks.statistics_json())
    }

    /// Counters of the collector, a JSON object.
    pub fn gc_statistics(&self) -> String {
        self.machine.heap.stats().to_json()
    }

    /// Writes out what ports hold.
    pub fn flush(&mut self) {
        if let Err(error) = io::flush_all(&mut self.machine) {
            self.warnings.push(format!("output was lost: {error}"));
        }
    }

    /// Runs a program file.
    ///
    /// # Errors
    /// When it ends otherwise than by coming to its end.
    pub fn run_file(&mut self, path: &Path) -> Result<(), Ending> {
        let name = path.display().to_string();
        let unreadable = |cause: String| {
            let message = format!("{name}: {cause}");
            Ending::Failed(Box::new(Failure { message, place: None, backtrace: Vec::new() }))
        };
        let bytes = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
        let text = String::from_utf8(bytes).map_err(|_| unreadable("the file is not UTF-8 text".into()))?;
        let mark = self.machine.temporaries.len();
        self.with_front(|front, machine| front.compile_file(machine, &name, &text), mark)?;
        self.finish(mark)?;
        Ok(())
    }

    /// Evaluates all forms of a text in the environment of the prompt; the last one's value as `write` shows it, `None` if
    /// it is unspecified. `name` stands for the text in messages.
    ///
    /// # Errors
    /// When the text is no program, or evaluation ends otherwise than by a value.
    pub fn eval(&mut self, name: &str, text: &str) -> Result<Option<String>, Ending> {
        let mark = self.machine.temporaries.len();
        let environment = self.with_front(Front::interaction_environment, mark)?;
        let (tree, forms) = self.with_front(|front, _| front.read(name, text), mark)?;
        let mut value = Word::UNSPECIFIED;
        for datum in forms {
            self.with_front(|front, machine| front.compile_form(machine, environment, &tree, datum), mark)?;
            value = self.finish(mark)?;
        }
        if value == Word::UNSPECIFIED {
            return Ok(None);
        }
        Ok(Some(print::to_string(&self.machine, value, print::Style::Write)))
    }

    fn with_front<T>(
        &mut self,
        work: impl FnOnce(&mut Front, &mut Machine) -> Result<T, SyntaxError>,
        mark: usize,
    ) -> Result<T, Ending> {
        self.machine.with_front(work).map_err(|error| {
            self.machine.temporaries.truncate(mark);
            let place = self.place(error.position);
            Ending::Failed(Box::new(Failure { message: error.message, place, backtrace: Vec::new() }))
        })
    }

    /// Runs what was compiled.
    fn finish(&mut self, mark: usize) -> Result<Word, Ending> {
        self.machine.call_compiled(mark).map_err(|exit| {
            self.machine.dynamic_state = Word::NIL;
            self.machine.winders = Word::NIL;
            match exit {
                Exit::Status(status) => Ending::Exit(status),
                Exit::Uncaught(condition) => Ending::Failed(Box::new(self.uncaught(condition))),
            }
        })
    }

    fn place(&self, position: Position) -> Option<Place> {
        let (source, text) = self.machine.front.as_ref()?.place(position)?;
        Some(Place { source, line: position.line, column: position.column, text: Some(text) })
    }

    /// Frames of the library itself, such as `raise`, say nothing to the program's author.
    fn is_library(place: &Place) -> bool {
        place.source.starts_with('(')
    }

    fn uncaught(&mut self, condition: Word) -> Failure {
        let Backtrace { frames, is_cut } = std::mem::take(&mut self.machine.uncaught);
        let message = describe_condition(&self.machine, condition);
        let mut place = None;
        let mut backtrace = Vec::new();
        for frame in frames {
            let at = frame.position.and_then(|position| self.place(position));
            let Some(at) = at.filter(|at| !Vm::is_library(at)) else { continue };
            let name = if frame.procedure.is_empty() { "program" } else { &frame.procedure };
            backtrace.push(format!("{name} ({}:{}:{})", at.source, at.line, at.column));
            place.get_or_insert(at);
        }
        if is_cut {
            backtrace.push("...".into());
        }
        Failure { message, place, backtrace }
    }
}
