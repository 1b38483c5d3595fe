//! Texts that were changed at random, through the reader, `read`, the expander, the compiler and the interpreter.
//!
//! What is claimed of every text, whatever its bytes are:
//! * nothing panics and nothing overflows the native stack (either would end the process);
//! * reader and expander say where a mistake is;
//! * what `read` makes of it, `write` writes so that it reads back equal;
//! * it runs to an end of its own, or until a limit of memory, stack, steps or time ends it;
//! * the machine can be used afterwards.

use super::{Random, Tally, Watch, change::Seeds};
use crate::process;
use limpet::{
    gc,
    interp::stack::StackConfig,
    machine,
    text::{
        error::SyntaxError,
        reader::{self, Reader},
        tree::Tree,
    },
    vm::{Config, Error, ErrorKind, Value, Vm},
};
use std::path::{Path, PathBuf};

/// Texts that one machine sees before another takes its place: what a program defines stays in it.
const TEXTS_OF_A_MACHINE: u64 = 50;
/// Instructions that a program may take on a machine that counts them.
const STEPS: u64 = 200_000;
/// Exit status of a process that found something wrong itself.
pub const WRONG: i32 = 4;

/// Reads all data of a text, and what it writes of them; evaluates what it has read. `#f`, or what is wrong.
const READER: &str = "
(import (scheme base) (scheme read) (scheme write) (scheme eval))
(define place (environment '(scheme base) '(scheme cxr) '(scheme char) '(scheme lazy) '(scheme inexact)))
(define (written datum) (let ((port (open-output-string))) (write datum port) (get-output-string port)))
(define (evaluated datum) (guard (e (#t e)) (eval datum place)))
(define (try text)
  (let ((port (open-input-string text)))
    (let loop ((count 0))
      (let ((datum (guard (e ((read-error? e) port)) (read port))))
        (cond ((or (eof-object? datum) (= count 40)) #f)
              ((eq? datum port) (loop (+ count 1)))
              ((let ((again (guard (e ((read-error? e) e)) (read (open-input-string (written datum))))))
                 (and (not (equal? datum again)) again))
               => (lambda (again) (written (list 'wrote datum 'read again))))
              (else (evaluated datum) (loop (+ count 1))))))))
(hand-over try)
";

/// Where seeds lie.
pub fn directories() -> Vec<PathBuf> {
    ["tests/scripts", "tests/benches", "examples", "host-vm/src/lib"]
        .map(|folder| process::root().join(folder))
        .to_vec()
}

/// A machine that runs texts.
struct Runner {
    vm: Vm,
    watch: Watch,
    /// `try` above.
    reader: Value,
    texts: u64,
}

/// How a machine runs programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Engine {
    /// Counting instructions: ended by their number, the same each time.
    Counting,
    /// As it comes: ended by time.
    Plain,
    /// With the plugin, everything hot.
    Plugin,
}

impl Runner {
    fn new(engine: Engine, random: &mut Random) -> Result<Runner, Error> {
        let heap = gc::Config {
            poison: true,
            verify: random.once_in(4),
            minimum: 1 << 20,
            nursery: 1 << 18,
            ..gc::Config::with_limit(64 << 20)
        };
        let slots = [1 << 13, 1 << 18][random.below(2)];
        let stack = StackConfig { slots, total_slots: slots, ..StackConfig::default() };
        let machine = machine::Config { heap, stack };
        let config = Config { machine, library_image: Some(limpet_command::LIBRARY), ..Config::default() }.isolate();
        let mut vm = Vm::new(config).expect("memory");
        if engine == Engine::Plugin {
            let plugin = process::plugin().expect("the plugin was built");
            let variable = |name: &str| match name {
                "LIMPET_JIT" => Some(plugin.to_string_lossy().into_owned()),
                "LIMPET_JIT_REQUIRE" => Some("1".to_owned()),
                "LIMPET_JIT_OPTIONS" => Some("hotloop=2,hotproc=2,hotexit=2,penalty=2".to_owned()),
                _ => None,
            };
            vm.attach_from_environment(Path::new(""), &variable).expect("the plugin attaches");
        }
        let kept = std::sync::Arc::new(std::sync::Mutex::new(None));
        let keep = kept.clone();
        vm.register("hand-over", move |value: Value| *keep.lock().expect("no panic") = Some(value))?;
        vm.eval::<()>(READER)?;
        let watch = Watch::over(vm.interrupt_handle());
        if engine == Engine::Counting {
            vm.set_step_limit(Some(STEPS))?;
        }
        let reader = kept.lock().expect("no panic").take().expect("it was handed over");
        Ok(Runner { vm, watch, reader, texts: 0 })
    }

    /// How a program of these bytes ended.
    fn run(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let mut outcome = Ok(());
        let (vm, reader) = (&mut self.vm, &self.reader);
        let text = std::str::from_utf8(bytes);
        self.watch.during(|| {
            outcome = match text {
                Ok(text) => vm.run_program("text", text),
                Err(_) => Ok(()),
            };
            vm.flush();
        });
        vm.forget_interrupts();
        if let Ok(text) = text {
            let mut wrong = Ok(None);
            self.watch.during(|| wrong = vm.call::<Option<String>>(reader, (text,)));
            vm.forget_interrupts();
            match wrong {
                Ok(None) => {}
                // `#!eof` and its like are read, but do not print so that they could be.
                Ok(Some(wrong)) if wrong.contains("is how an object prints that can't be read") => {}
                Ok(Some(wrong)) => fault(&format!("not read as written: {wrong}")),
                Err(error)
                    if matches!(error.kind, ErrorKind::StepLimit | ErrorKind::Interrupted | ErrorKind::Exit(_)) => {}
                Err(error) if is_exhausted(&error) => {}
                Err(error) => fault(&format!("reading failed: {error}")),
            }
        }
        vm.take_warnings();
        self.texts += 1;
        outcome
    }

    fn is_sound(&mut self) -> bool {
        let sum = self.vm.eval::<i64>("(let loop ((i 0) (sum 0)) (if (= i 10) sum (loop (+ i 1) (+ sum i))))");
        sum.is_ok_and(|sum| sum == 45)
    }
}

/// Ends the process: something is wrong that is no panic.
fn fault(message: &str) -> ! {
    eprintln!("{message}");
    std::process::exit(WRONG);
}

fn is_exhausted(error: &Error) -> bool {
    ["out of memory", "recursion is too deep"].contains(&error.message.as_str())
}

/// Reads a text as the reader of programs does; whether it is data.
fn read(text: &str) -> bool {
    let mut reader = Reader::new(0, text);
    loop {
        match reader.read(&mut Tree::new()) {
            Ok(Some(_)) => {}
            Ok(None) => return true,
            Err(SyntaxError { position, message }) => {
                if position.line == 0 || position.column == 0 || message.is_empty() {
                    fault(&format!("no position: {message}"));
                }
                return false;
            }
        }
    }
}

/// Makes texts and runs them. Text `n` depends on `first + n` alone; `note` is told each number and text before it is run.
///
/// # Errors
/// When a machine can't be made, or is of no use after a text.
pub fn storm(seeds: &Seeds, first: u64, texts: u64, note: &mut dyn FnMut(u64, &[u8])) -> Result<Tally, String> {
    let mut tally = Tally::default();
    let mut runner: Option<Runner> = None;
    for number in first..first + texts {
        let mut random = Random(number);
        let bytes = seeds.text(&mut random);
        note(number, &bytes);
        tally.inputs += 1;
        if let Ok(text) = std::str::from_utf8(&bytes) {
            tally.sound += u64::from(read(text));
            let _ = reader::is_complete(text);
        }
        let machine = match &mut runner {
            Some(machine) => machine,
            None => {
                let engine = [Engine::Counting, Engine::Counting, Engine::Plain, Engine::Plugin][random.below(4)];
                let made = Runner::new(engine, &mut random).map_err(|error| format!("no machine: {error}"))?;
                runner.insert(made)
            }
        };
        let outcome = machine.run(&bytes);
        match outcome {
            Err(error) if error.kind == ErrorKind::Syntax => {
                if error.place.is_none() {
                    return Err(format!("no place: {}", error.message));
                }
            }
            Err(error) if error.kind == ErrorKind::File => return Err(format!("a file: {error}")),
            outcome => {
                tally.run += 1;
                let ended =
                    |e: Error| matches!(e.kind, ErrorKind::StepLimit | ErrorKind::Interrupted) || is_exhausted(&e);
                tally.ended += u64::from(outcome.is_err_and(ended));
            }
        }
        if machine.texts == TEXTS_OF_A_MACHINE {
            if !machine.is_sound() {
                return Err("the machine is of no use any more".to_owned());
            }
            machine.vm.collect_garbage();
            runner = None;
        }
    }
    Ok(tally)
}
