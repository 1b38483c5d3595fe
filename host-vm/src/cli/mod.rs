//! The command line: what `limpet` does with its arguments and its environment.
//!
//! Exit status: 0 on success, the program's own with `(exit N)`, 1 for an uncaught condition or a file that can't be
//! run, 2 for wrong usage, 130 when Ctrl-C ended it. What a program has written is flushed on every way out, and before
//! anything else is written.
//!
//! Read in this order: [`options`], [`style`], [`report`], [`signals`], [`prompt`].

pub mod options;
pub mod prompt;
pub mod report;
pub mod signals;
pub mod style;

use crate::{
    object::{
        cache::{self, Log},
        dump, lost, memory,
        write::write_file,
    },
    vm::{Config, Error, ErrorKind, Value, Vm},
};
use options::{Action, Options};
use std::{
    ffi::OsString,
    io::Write,
    path::{Path, PathBuf},
};
use style::Style;

/// The status of a program that Ctrl-C ended, as shells give it: 128 and the signal's number.
pub const INTERRUPTED: i32 = 130;

/// Runs `limpet` with these arguments, the program's name first; the exit status. `library` is the image of the standard
/// library, if the executable has it.
pub fn main_with(arguments: impl Iterator<Item = OsString>, library: Option<&'static [u8]>) -> i32 {
    let options = match options::parse(arguments).and_then(|options| options.with_environment(&environment)) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("limpet: {message}\n{}", options::USAGE);
            return 2;
        }
    };
    match &options.action {
        Action::Help => {
            print(options::HELP);
            return 0;
        }
        Action::Version => {
            print(concat!("limpet ", env!("CARGO_PKG_VERSION")));
            return 0;
        }
        Action::Objdump(file, as_json) => {
            let options = match memory::Options::from_environment(environment("LIMPET_LOADER").as_deref()) {
                Ok(options) => options,
                Err(message) => {
                    eprintln!("limpet: {message}");
                    return 2;
                }
            };
            return dump::run(file, *as_json, &options, &mut std::io::stdout().lock());
        }
        _ => {}
    }
    lost::report_lost_pages();
    let mut vm = match start(&options, library) {
        Ok(vm) => vm,
        Err(message) => {
            eprintln!("limpet: {message}");
            return 1;
        }
    };
    let status = act(&mut vm, &options);
    vm.flush();
    for warning in vm.take_warnings() {
        eprintln!("limpet: warning: {warning}");
    }
    write_statistics(&vm);
    if status == 0 && vm.output_was_lost() { 1 } else { status }
}

/// Prints a line; whoever has closed standard output does not want it.
fn print(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

fn environment(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

/// A machine as options and environment want it, the plugin attached.
fn start(options: &Options, library_image: Option<&'static [u8]>) -> Result<Vm, String> {
    let mut library_path = options.library_path.clone();
    if let Some(path) = std::env::var_os("LIMPET_PATH") {
        library_path.extend(std::env::split_paths(&path).filter(|p| !p.as_os_str().is_empty()));
    }
    let loader = memory::Options::from_environment(environment("LIMPET_LOADER").as_deref())?;
    let log = Log::from_environment(environment("LIMPET_LOG").as_deref());
    let cache = match options.no_cache {
        true => None,
        false => cache::directory(&|name| std::env::var_os(name)),
    };
    let mut config = Config { library_path, library_image, loader, log, cache, ..Config::default() };
    if let Some(bytes) = options.memory {
        config = config.with_memory_limit(bytes);
    }
    if let Some(bytes) = options.stack {
        config = config.with_stack_limit(bytes);
    }
    let mut vm = Vm::new(config).map_err(|error| format!("the virtual machine can't start: {error}"))?;
    let beside = std::env::current_exe().ok().and_then(|exe| exe.parent().map(Path::to_path_buf)).unwrap_or_default();
    let attached = vm.attach_from_environment(&beside, &environment);
    for warning in vm.take_warnings() {
        eprintln!("limpet: warning: {warning}");
    }
    attached?;
    Ok(vm)
}

fn act(vm: &mut Vm, options: &Options) -> i32 {
    let interactive = options.action == Action::Prompt;
    if let Err(error) = signals::stop_on_interrupt(vm.interrupt_handle(), !interactive) {
        eprintln!("limpet: warning: Ctrl-C can't be served: {error}");
    }
    match &options.action {
        Action::Run(file, arguments) => {
            let mut line = vec![file.to_string_lossy().into_owned()];
            line.extend(arguments.iter().map(|a| a.to_string_lossy().into_owned()));
            vm.set_command_line(line);
            let outcome = if file == Path::new("-") { run_standard_input(vm) } else { vm.run_file(file) };
            finish(vm, outcome)
        }
        Action::Evaluate(expressions) => {
            vm.set_command_line(vec!["limpet".into()]);
            let outcome = evaluate(vm, expressions);
            finish(vm, outcome)
        }
        Action::Compile(file, output, alignment) => {
            let compiled = match vm.compile_file(file, *alignment) {
                Ok(compiled) => compiled,
                Err(error) => return finish(vm, Err(error)),
            };
            for warning in &compiled.warnings {
                let mut out = std::io::stderr().lock();
                let style = Style::of(&out);
                report::warning(&mut out, style, warning);
            }
            match write_file(output, &compiled.image) {
                Ok(()) => 0,
                Err(error) => {
                    eprintln!("limpet: {}: {error}", output.display());
                    1
                }
            }
        }
        Action::Prompt => {
            vm.set_command_line(vec!["limpet".into()]);
            prompt::run(vm)
        }
        Action::Jit => {
            print(report::plugin(vm).trim_end());
            0
        }
        Action::Help | Action::Version | Action::Objdump(..) => 0,
    }
}

/// Runs the program that standard input holds.
fn run_standard_input(vm: &mut Vm) -> Result<(), Error> {
    let mut text = String::new();
    while let Some(line) = vm.read_input_line()? {
        text += &line;
        text.push('\n');
    }
    vm.run_program("standard input", &text)
}

/// Evaluates expressions and prints their values.
fn evaluate(vm: &mut Vm, expressions: &[String]) -> Result<(), Error> {
    for (number, text) in expressions.iter().enumerate() {
        let name = if expressions.len() == 1 { "-e".to_string() } else { format!("-e {}", number + 1) };
        let value = vm.eval_named::<Value>(&name, text)?;
        vm.flush();
        for value in vm.values(&value) {
            print(&vm.show(&value));
        }
    }
    Ok(())
}

/// Tells how the program ended.
fn finish(vm: &mut Vm, outcome: Result<(), Error>) -> i32 {
    vm.flush();
    let Err(error) = outcome else { return 0 };
    match error.kind {
        ErrorKind::Exit(status) => status,
        ErrorKind::Interrupted => INTERRUPTED,
        _ => {
            print_failure(&error);
            1
        }
    }
}

/// `LIMPET_JIT_STATS` and `LIMPET_GC_STATS`: a path, or `-` for standard output.
fn write_statistics(vm: &Vm) {
    for (variable, text) in
        [("LIMPET_JIT_STATS", Vm::jit_statistics as fn(&Vm) -> String), ("LIMPET_GC_STATS", Vm::gc_statistics)]
    {
        let Some(path) = std::env::var_os(variable).filter(|path| !path.is_empty()) else { continue };
        let text = text(vm) + "\n";
        let written = if path == "-" {
            std::io::stdout().write_all(text.as_bytes())
        } else {
            std::fs::write(PathBuf::from(&path), text)
        };
        if let Err(error) = written {
            eprintln!("limpet: warning: {variable}={}: {error}", path.to_string_lossy());
        }
    }
}

/// Prints a failure on standard error as the command line does, for other front ends.
pub fn print_failure(failure: &Error) {
    let mut out = std::io::stderr().lock();
    let style = Style::of(&out);
    report::failure(&mut out, style, failure);
}
