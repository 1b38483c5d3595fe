//! Arguments of the command.

use crate::object::ALIGNMENT;
use lexopt::{Arg, Parser, ValueExt};
use std::{ffi::OsString, path::PathBuf};

/// One line for a wrong usage.
pub const USAGE: &str =
    "usage: limpet [run] [-L DIR] FILE [ARGUMENT...] | -e EXPRESSION | compile FILE -o IMAGE | jit | --help";

/// For `--help`.
pub const HELP: &str = "\
Limpet Scheme, with hook points for a JIT plugin.

  limpet [run] FILE [ARGUMENT...]   run a program
  limpet -e EXPRESSION              evaluate and print (may be repeated)
  limpet                            read, evaluate, print
  limpet compile FILE -o IMAGE      write an object image, which runs like the program
  limpet jit                        say what plugin is attached, its versions and tunables

  -L, --library-path DIR   look for libraries there: (a b c) is DIR/a/b/c.sld (may be repeated)
  -o, --output FILE        where to write the image (compile)
      --no-cache           neither use nor write the cache of compiled programs and libraries
  -h, --help               this text
  -V, --version            the version

Environment:
  LIMPET_JIT          on, or the path of a plugin: attach it; unset, empty, off, 0: run interpreted
  LIMPET_JIT_REQUIRE  1: a plugin that can't be attached is an error
  LIMPET_JIT_OPTIONS  tunables of hooks and plugin: name=value,...
  LIMPET_JIT_DUMP     stages to print: trace,ir,opt,reg,asm[:FILE]
  LIMPET_JIT_STATS    where to write counters as JSON at exit: a path or -
  LIMPET_GC_STATS     where to write the collector's counters at exit: a path or -
  LIMPET_LOADER       mmap or read: how object images are loaded
  LIMPET_LOG          loader: say on standard error how images are loaded and what the cache does
  LIMPET_PATH         more library directories, separated by colons

Exit status: 0, the program's own with (exit N), 1 for an uncaught condition, 2 for wrong usage.";

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Run a file with arguments.
    Run(PathBuf, Vec<OsString>),
    /// Evaluate and print expressions.
    Evaluate(Vec<String>),
    /// Compile a program to an image, whose segments have this alignment.
    Compile(PathBuf, PathBuf, u64),
    /// The prompt.
    Prompt,
    /// Say what is attached.
    Jit,
    /// Print help.
    Help,
    /// Print the version.
    Version,
}

/// Parsed arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// What to do.
    pub action: Action,
    /// `-L`, in order.
    pub library_path: Vec<PathBuf>,
    /// `--no-cache`.
    pub no_cache: bool,
}

/// Reads the arguments; the first is the program's name.
///
/// # Errors
/// One line that says what is wrong.
pub fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Options, String> {
    let mut parser = Parser::from_iter(arguments);
    let mut library_path = Vec::new();
    let mut expressions = Vec::new();
    let mut run_word = false;
    let mut no_cache = false;
    loop {
        let argument = parser.next().map_err(|error| error.to_string())?;
        match argument {
            Some(Arg::Short('L') | Arg::Long("library-path")) => {
                library_path.push(PathBuf::from(parser.value().map_err(|error| error.to_string())?));
            }
            Some(Arg::Short('e') | Arg::Long("eval")) => {
                let value = parser.value().map_err(|error| error.to_string())?;
                expressions.push(value.string().map_err(|_| "-e: the expression is not UTF-8".to_string())?);
            }
            Some(Arg::Long("no-cache")) => no_cache = true,
            Some(Arg::Short('h') | Arg::Long("help")) => {
                return Ok(Options { action: Action::Help, library_path, no_cache });
            }
            Some(Arg::Short('V') | Arg::Long("version")) => {
                return Ok(Options { action: Action::Version, library_path, no_cache });
            }
            Some(Arg::Value(word)) if expressions.is_empty() => {
                if !run_word && word == "run" {
                    run_word = true;
                    continue;
                }
                if !run_word && word == "compile" {
                    let action = compile(&mut parser, &mut library_path)?;
                    return Ok(Options { action, library_path, no_cache });
                }
                if !run_word && word == "jit" {
                    return Ok(Options { action: Action::Jit, library_path, no_cache });
                }
                let rest = parser.raw_args().map_err(|error| error.to_string())?.collect();
                return Ok(Options { action: Action::Run(PathBuf::from(word), rest), library_path, no_cache });
            }
            Some(other) => return Err(other.unexpected().to_string()),
            None if !expressions.is_empty() => {
                return Ok(Options { action: Action::Evaluate(expressions), library_path, no_cache });
            }
            None if run_word => return Err("run: which file?".into()),
            None => return Ok(Options { action: Action::Prompt, library_path, no_cache }),
        }
    }
}

/// What follows `compile`.
fn compile(parser: &mut Parser, library_path: &mut Vec<PathBuf>) -> Result<Action, String> {
    let (mut file, mut output, mut alignment) = (None, None, ALIGNMENT);
    while let Some(argument) = parser.next().map_err(|error| error.to_string())? {
        let value = |parser: &mut Parser| parser.value().map_err(|error| error.to_string());
        match argument {
            Arg::Short('o') | Arg::Long("output") => output = Some(PathBuf::from(value(parser)?)),
            Arg::Short('L') | Arg::Long("library-path") => library_path.push(PathBuf::from(value(parser)?)),
            // For tests of the loader only, so it is in no help text.
            Arg::Long("segment-alignment") => {
                let text = value(parser)?;
                let number = text.to_str().and_then(|text| text.parse().ok()).filter(|n: &u64| n.is_power_of_two());
                alignment =
                    number.filter(|n| (4096..=1 << 20).contains(n)).ok_or("--segment-alignment: a power of two")?;
            }
            Arg::Value(word) if file.is_none() => file = Some(PathBuf::from(word)),
            other => return Err(other.unexpected().to_string()),
        }
    }
    let file = file.ok_or("compile: which file?")?;
    let output = output.unwrap_or_else(|| file.with_extension("go"));
    if output == file {
        return Err("compile: the image would replace the program".into());
    }
    Ok(Action::Compile(file, output, alignment))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &[&str]) -> Result<Options, String> {
        parse(std::iter::once("limpet").chain(line.iter().copied()).map(OsString::from))
    }

    #[test]
    fn a_files_arguments_are_its_own() {
        let options = parsed(&["-L", "lib", "f.scm", "-e", "--help"]).unwrap();
        assert_eq!(options.library_path, [PathBuf::from("lib")]);
        assert_eq!(options.action, Action::Run("f.scm".into(), vec!["-e".into(), "--help".into()]));
        assert_eq!(parsed(&["run", "run"]).unwrap().action, Action::Run("run".into(), vec![]));
    }

    #[test]
    fn expressions_may_be_repeated() {
        assert_eq!(parsed(&["-e", "1", "-e", "2"]).unwrap().action, Action::Evaluate(vec!["1".into(), "2".into()]));
        assert!(parsed(&["-e"]).is_err() && parsed(&["--frob"]).is_err() && parsed(&["run"]).is_err());
        assert_eq!(parsed(&[]).unwrap().action, Action::Prompt);
    }
}
