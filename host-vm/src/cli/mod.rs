//! The command line: what `limpet` does with its arguments and its environment.
//!
//! Exit status: 0 on success, the program's own with `(exit N)`, 1 for an uncaught condition or a file that can't be
//! run, 2 for wrong usage. What a program has written is flushed on every way out.
//!
//! Read in this order: [`options`], [`report`], [`repl`].

pub mod options;
pub mod repl;
pub mod report;

use crate::{
    object::{
        cache::{self, Log},
        memory,
        write::write_file,
    },
    vm::{Config, Ending, Failure, Vm},
};
use options::{Action, Options};
use std::{
    ffi::OsString,
    io::Write,
    path::{Path, PathBuf},
};

/// Runs `limpet` with these arguments, the program's name first; the exit status. `library` is the image of the standard
/// library, if the executable has it.
pub fn main_with(arguments: impl Iterator<Item = OsString>, library: Option<&'static [u8]>) -> i32 {
    let options = match options::parse(arguments) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("limpet: {message}\n\n{}", options::USAGE);
            return 2;
        }
    };
    match options.action {
        Action::Help => {
            println!("{}", options::HELP);
            return 0;
        }
        Action::Version => {
            println!("limpet {}", env!("CARGO_PKG_VERSION"));
            return 0;
        }
        _ => {}
    }
    let mut vm = match start(&options, library) {
        Ok(vm) => vm,
        Err(message) => {
            eprintln!("limpet: {message}");
            return 1;
        }
    };
    let status = act(&mut vm, &options);
    vm.flush();
    write_statistics(&vm);
    status
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
    let config = Config { library_path, library_image, loader, log, cache, ..Config::default() };
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
    match &options.action {
        Action::Run(file, arguments) => {
            let mut line = vec![file.to_string_lossy().into_owned()];
            line.extend(arguments.iter().map(|a| a.to_string_lossy().into_owned()));
            vm.set_command_line(line);
            let outcome = vm.run_file(file);
            finish(vm, outcome.map(|_| ()))
        }
        Action::Evaluate(expressions) => {
            vm.set_command_line(vec!["limpet".into()]);
            for (number, text) in expressions.iter().enumerate() {
                let name = if expressions.len() == 1 { "-e".to_string() } else { format!("-e {}", number + 1) };
                match vm.eval(&name, text) {
                    Ok(Some(value)) => {
                        vm.flush();
                        println!("{value}");
                    }
                    Ok(None) => {}
                    Err(ending) => return finish(vm, Err(ending)),
                }
            }
            0
        }
        Action::Compile(file, output, alignment) => {
            let written = vm.compile_file(file, *alignment);
            let Ok(bytes) = written else { return finish(vm, written.map(drop)) };
            match write_file(output, &bytes) {
                Ok(()) => 0,
                Err(error) => {
                    eprintln!("limpet: {}: {error}", output.display());
                    1
                }
            }
        }
        Action::Prompt => {
            vm.set_command_line(vec!["limpet".into()]);
            repl::run(vm)
        }
        Action::Jit => {
            print!("{}", report::plugin(vm));
            0
        }
        Action::Help | Action::Version => 0,
    }
}

/// Tells how the program ended.
fn finish(vm: &mut Vm, outcome: Result<(), Ending>) -> i32 {
    vm.flush();
    match outcome {
        Ok(()) => 0,
        Err(Ending::Exit(status)) => status,
        Err(Ending::Failed(failure)) => {
            report::failure(&mut std::io::stderr().lock(), &failure);
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

/// Prints a failure as the command line does, for other front ends.
pub fn print_failure(failure: &Failure) {
    report::failure(&mut std::io::stderr().lock(), failure);
}
