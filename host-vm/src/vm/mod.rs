//! Embedding: a virtual machine with its library, ready to run programs for a Rust program.
//!
//! ```
//! use limpet::vm::{Config, Vm};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut vm = Vm::new(Config::default())?;
//! vm.register("hypotenuse", |a: f64, b: f64| (a * a + b * b).sqrt())?;
//! vm.eval::<()>("(define (far? x y) (> (hypotenuse x y) 10))")?;
//! let far = vm.global("far?")?;
//! assert!(!vm.call::<bool>(&far, (3.0, 4.0))?);
//!
//! let error = vm.eval::<i64>("(hypotenuse 'a 4)").unwrap_err();
//! assert_eq!(error.message, "hypotenuse: argument 1: expected a real number, got a");
//! # Ok(())
//! # }
//! ```
//!
//! * **Values** cross the border by [`FromScheme`] and [`IntoScheme`], or as a [`Value`], a handle that keeps an object alive.
//! * **Functions** of Rust are [registered](Vm::register) one by one or as a [library](Vm::library); they get no way to run Scheme.
//! * **Objects** of Rust types ([`ForeignType`]) are passed as [`Foreign`] and dropped when the program has forgotten them.
//! * **Errors** are an [`Error`] with place, backtrace and condition.
//! * **Limits**: [`Config::with_memory_limit`] and [`Config::with_stack_limit`] are conditions in the program;
//!   [`Vm::set_step_limit`] and [`Vm::interrupt_handle`] end it from outside.
//! * **Threads**: any number of machines live in a process; each may be sent to another thread, and is used by one at a time.
//!
//! Read in this order: this file, [`error`], [`value`], [`convert`], [`function`], [`foreign`], [`steps`], `image`.

pub mod convert;
pub mod error;
pub mod foreign;
pub mod function;
mod image;
pub mod inspect;
mod send;
pub mod steps;
pub mod value;

pub use convert::{Bytes, FromScheme, IntoArguments, IntoScheme, Scope, Symbol};
pub use error::{Call, Details, Error, ErrorKind, Place, TraceLine};
pub use foreign::{Busy, Foreign, ForeignType};
pub use function::{Function, Library, Optional, Rest};
pub use image::Compiled;
pub use value::Value;

pub use crate::machine::InterruptHandle;

use crate::{
    front::Front,
    interp::{Exit, StopReason},
    machine::{self, Machine, interrupt},
    object,
    runtime::io,
    text::error::SyntaxError,
    value::Word,
};
use limpet_host_hooks::EnvironmentOutcome;
use std::path::{Path, PathBuf};
use steps::StepLimit;

/// Settings of a virtual machine.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Heap and stack.
    pub machine: machine::Config,
    /// Where libraries that are not built in are looked for.
    pub library_path: Vec<PathBuf>,
    /// An image of the standard library, part of the executable and aligned to eight bytes; without it, or if it is of
    /// another compiler, libraries are compiled when they are imported.
    pub library_image: Option<&'static [u8]>,
    /// Where compiled programs and libraries are kept; nowhere if this is nothing.
    pub cache: Option<PathBuf>,
    /// How object images are loaded.
    pub loader: object::memory::Options,
    /// What is said about it on standard error.
    pub log: object::cache::Log,
    /// Whether the files of the system and its environment are closed to programs.
    pub isolated: bool,
}

impl Config {
    /// Lets live objects occupy at most so many bytes. A program that needs more gets a condition of the kind `memory`,
    /// which it can handle; one that allocates on in its handlers ends.
    #[must_use]
    pub fn with_memory_limit(mut self, bytes: usize) -> Config {
        self.machine.heap.limit = bytes;
        self
    }

    /// Lets frames occupy at most so many bytes. Deeper recursion is a condition of the kind `stack-overflow`.
    #[must_use]
    pub fn with_stack_limit(mut self, bytes: usize) -> Config {
        let stack = &mut self.machine.stack;
        stack.total_slots = bytes / 8;
        stack.soft_slots = stack.soft_slots.min(stack.total_slots);
        self
    }

    /// Closes the system to programs: they can neither open, load, include, change nor find files, nor read the variables of
    /// the environment, nor run other programs, nor attach a plugin. What the Rust program gives them is theirs still: standard input and output,
    /// libraries in [library directories](Config::with_library_directory), functions. With limits of memory, stack and
    /// steps this is a place for programs of strangers.
    ///
    /// ```
    /// # use limpet::vm::{Config, Vm};
    /// let mut vm = Vm::new(Config::default().isolate()).unwrap();
    /// let error = vm.eval::<()>("(open-output-file \"a.txt\")").unwrap_err();
    /// assert_eq!(error.message, "open-output-file: can't open: Permission denied: \"a.txt\"");
    /// ```
    #[must_use]
    pub fn isolate(mut self) -> Config {
        self.isolated = true;
        self
    }

    /// Looks for libraries in a directory, after those named before.
    #[must_use]
    pub fn with_library_directory(mut self, directory: impl Into<PathBuf>) -> Config {
        self.library_path.push(directory.into());
        self
    }
}

/// A virtual machine.
pub struct Vm {
    machine: Box<Machine>,
    warnings: Vec<String>,
    output_was_lost: bool,
    steps: Option<StepLimit>,
    libraries: usize,
    images: image::Images,
}

impl std::fmt::Debug for Vm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vm").finish_non_exhaustive()
    }
}

/// Life and settings.
impl Vm {
    /// A machine with the library.
    ///
    /// # Errors
    /// When the system refuses memory.
    pub fn new(config: Config) -> std::io::Result<Vm> {
        let mut machine = Machine::bare(config.machine.clone())?;
        machine.runtime.is_isolated = config.isolated;
        let mut front = Front::install(&mut machine, config.library_path.clone())?;
        let images = image::Images::install(config, &mut front);
        machine.front = Some(Box::new(front));
        Ok(Vm { machine, warnings: Vec::new(), output_was_lost: false, steps: None, libraries: 0, images })
    }

    /// The machine beneath. Not for others: what may be put into it would not all be fit to move between threads.
    #[cfg(test)]
    pub(crate) fn machine(&mut self) -> &mut Machine {
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

    /// A handle by which other threads end a running program ([`InterruptHandle::stop`]) or raise a condition in it
    /// ([`InterruptHandle::interrupt`]).
    pub fn interrupt_handle(&self) -> InterruptHandle {
        self.machine.interrupt_handle()
    }

    /// Forgets what interrupt handles asked for and no program has seen yet.
    pub fn forget_interrupts(&mut self) {
        self.machine.forget_requests(interrupt::USER | interrupt::STOP);
    }

    /// Collects all garbage, and drops the contents of [`Foreign`] objects that the program has forgotten.
    pub fn collect_garbage(&mut self) {
        self.machine.collect_garbage();
    }

    /// Reads a line from standard input as programs do, without its end; `None` at the end of the input.
    ///
    /// # Errors
    /// When it can't be read, or the program shall be interrupted.
    pub fn read_input_line(&mut self) -> Result<Option<String>, Error> {
        self.flush();
        let standard = self.machine.runtime.ports.standard()[0];
        let Ok(port) = self.machine.any_port("standard input", standard) else { return Ok(None) };
        let found = port.find_line().map(|found| {
            found.map(|(line, all)| {
                let text = String::from_utf8_lossy(&port.available()[..line]).into_owned();
                port.advance(all);
                text
            })
        });
        found.map_err(|error| match error.kind() {
            std::io::ErrorKind::Interrupted => Error::new(ErrorKind::Interrupted, "interrupted"),
            _ => Error::new(ErrorKind::File, format!("standard input: {}", error::system_reason(&error))),
        })
    }

    /// Writes out what ports hold.
    pub fn flush(&mut self) {
        let result = io::flush_all(&mut self.machine);
        self.note_lost(result);
    }

    /// Writes out what ports hold, and ends the line of standard output if something stands in it: for a prompt.
    pub fn end_line(&mut self) {
        let result = io::end_line(&mut self.machine);
        self.note_lost(result);
    }

    fn note_lost(&mut self, result: std::io::Result<()>) {
        if let Err(error) = result {
            self.output_was_lost = true;
            self.warnings.push(format!("output was lost: {}", error::system_reason(&error)));
        }
    }

    /// Whether something that programs have written could not be written out.
    pub fn output_was_lost(&self) -> bool {
        self.output_was_lost
    }
}

/// Running programs.
impl Vm {
    /// Runs a program file, source text or object image, in an environment of its own.
    ///
    /// # Errors
    /// When it ends otherwise than by coming to its end.
    pub fn run_file(&mut self, path: &Path) -> Result<(), Error> {
        if let Some(front) = &mut self.machine.front {
            front.expander.program_file = Some(path.to_path_buf());
        }
        if object::image::is_image(path) {
            return self.run_image(path);
        }
        let name = path.display().to_string();
        let unreadable = |cause: &str| Error::new(ErrorKind::File, format!("{name}: {cause}"));
        let bytes = std::fs::read(path).map_err(|error| unreadable(error::system_reason(&error).as_str()))?;
        let text = String::from_utf8(bytes).map_err(|_| unreadable("the file is not UTF-8 text"))?;
        self.run_program(&name, &text)
    }

    /// Runs the text of a program, in an environment of its own. `name` stands for it in messages.
    ///
    /// # Errors
    /// When it ends otherwise than by coming to its end.
    pub fn run_program(&mut self, name: &str, text: &str) -> Result<(), Error> {
        let mark = self.machine.temporaries.len();
        self.prepare_program(name, text, mark)?;
        self.finish(mark)?;
        Ok(())
    }

    /// Evaluates all forms of a text in the environment of the prompt; the last one's value.
    ///
    /// ```
    /// # use limpet::vm::{Config, Value, Vm};
    /// # let mut vm = Vm::new(Config::default()).unwrap();
    /// vm.eval::<()>("(define (square x) (* x x))").unwrap();
    /// assert_eq!(vm.eval::<i64>("(square 12)").unwrap(), 144);
    /// assert_eq!(vm.eval::<Vec<String>>("(list \"a\" \"b\")").unwrap(), ["a", "b"]);
    /// let closure: Value = vm.eval("(lambda (x) (+ x 1))").unwrap();
    /// assert_eq!(vm.call::<f64>(&closure, (1.5,)).unwrap(), 2.5);
    /// ```
    ///
    /// # Errors
    /// When the text is no program, evaluation ends otherwise than by a value, or that is no `T`.
    pub fn eval<T: FromScheme>(&mut self, text: &str) -> Result<T, Error> {
        self.eval_named("eval", text)
    }

    /// [`Vm::eval`], with a name that stands for the text in messages.
    ///
    /// # Errors
    /// As [`Vm::eval`].
    pub fn eval_named<T: FromScheme>(&mut self, name: &str, text: &str) -> Result<T, Error> {
        let word = self.eval_word(name, text)?;
        self.convert(word)
    }

    /// Calls a procedure with the elements of a tuple, or of a vector of values.
    ///
    /// # Errors
    /// When the call ends otherwise than by a value, or that is no `T`.
    pub fn call<T: FromScheme>(&mut self, procedure: &Value, arguments: impl IntoArguments) -> Result<T, Error> {
        let procedure = self.word(procedure)?;
        let mark = self.machine.temporaries.len();
        let pushed = arguments.pass(&mut Scope { machine: &mut self.machine });
        if let Err(message) = pushed {
            self.machine.temporaries.truncate(mark);
            return Err(Error::new(ErrorKind::WrongType, message));
        }
        let words = self.machine.temporaries[mark..].to_vec();
        self.prepare();
        let result = self.machine.call(procedure, &words);
        self.machine.temporaries.truncate(mark);
        let word = result.map_err(|exit| self.ended(exit))?;
        self.convert(word)
    }

    /// The value of a global variable of the prompt.
    ///
    /// # Errors
    /// When there is none, or that is no `T`.
    pub fn global<T: FromScheme>(&mut self, name: &str) -> Result<T, Error> {
        match self.global_cell(name)?.map(|global| global.field(0)) {
            Some(word) if word != Word::UNDEFINED => self.convert(word),
            _ => Err(Error::new(ErrorKind::Condition, format!("unbound variable: {name}"))),
        }
    }

    /// Defines a global variable of the prompt, or gives it another value.
    ///
    /// ```
    /// # use limpet::vm::{Config, Vm};
    /// # let mut vm = Vm::new(Config::default()).unwrap();
    /// vm.define("primes", vec![2, 3, 5, 7]).unwrap();
    /// assert_eq!(vm.eval::<i64>("(apply + primes)").unwrap(), 17);
    /// ```
    ///
    /// # Errors
    /// When the value has no counterpart in Scheme.
    pub fn define(&mut self, name: &str, value: impl IntoScheme) -> Result<(), Error> {
        let value = self.make(value)?;
        let mark = self.machine.temporaries.len();
        let text = format!("(define {} #f)", function::symbol_text(name));
        let environment = self.with_front(Front::interaction_environment, mark)?;
        let (tree, forms) = self.with_front(|front, _| front.read("define", &text), mark)?;
        for datum in forms {
            self.with_front(|front, machine| front.compile_form(machine, environment, &tree, datum), mark)?;
            self.finish(mark)?;
        }
        let word = self.word(&value)?;
        if let Some(global) = self.global_cell(name)? {
            self.machine.set_field(global, 0, word);
        }
        Ok(())
    }

    fn global_cell(&mut self, name: &str) -> Result<Option<Word>, Error> {
        let mark = self.machine.temporaries.len();
        let id = self.with_front(
            |front, machine| {
                let environment = front.interaction_environment(machine)?;
                Ok(front.expander.lookup(environment, name))
            },
            mark,
        )?;
        Ok(id.and_then(|id| self.machine.globals.get(id.index()).copied()))
    }

    /// Evaluates all forms of a text in the environment of the prompt.
    fn eval_word(&mut self, name: &str, text: &str) -> Result<Word, Error> {
        let mark = self.machine.temporaries.len();
        let environment = self.with_front(Front::interaction_environment, mark)?;
        let (tree, forms) = self.with_front(|front, _| front.read(name, text), mark)?;
        let mut value = Word::UNSPECIFIED;
        for datum in forms {
            self.with_front(|front, machine| front.compile_form(machine, environment, &tree, datum), mark)?;
            value = self.finish(mark)?;
        }
        Ok(value)
    }

    fn with_front<T>(
        &mut self,
        work: impl FnOnce(&mut Front, &mut Machine) -> Result<T, SyntaxError>,
        mark: usize,
    ) -> Result<T, Error> {
        self.machine.with_front(work).map_err(|error| {
            self.machine.temporaries.truncate(mark);
            let mut failure = Error::new(ErrorKind::Syntax, error.message);
            failure.place = self.place(error.position);
            failure
        })
    }

    /// Before a run: its steps begin.
    fn prepare(&mut self) {
        if let Some(steps) = &self.steps {
            steps.refill();
            self.machine.forget_requests(interrupt::STEPS);
        }
    }

    /// Runs what was compiled.
    fn finish(&mut self, mark: usize) -> Result<Word, Error> {
        self.prepare();
        self.machine.call_compiled(mark).map_err(|exit| self.ended(exit))
    }

    /// A run ended otherwise than by a value.
    fn ended(&mut self, exit: Exit) -> Error {
        self.machine.dynamic_state = Word::NIL;
        self.machine.winders = Word::NIL;
        match exit {
            Exit::Status(status) => {
                Error::new(ErrorKind::Exit(status), format!("the program exits with status {status}"))
            }
            Exit::Uncaught(condition) => self.uncaught(condition),
            Exit::Stopped(StopReason::Interrupted) => self.traced(Error::new(ErrorKind::Interrupted, "interrupted")),
            Exit::Stopped(StopReason::Steps) => {
                self.traced(Error::new(ErrorKind::StepLimit, "the program has used up its steps"))
            }
        }
    }
}

#[cfg(test)]
mod tests;
