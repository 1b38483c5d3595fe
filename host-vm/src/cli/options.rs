//! Arguments of the command.

use crate::object::ALIGNMENT;
use lexopt::{Arg, Parser, ValueExt};
use std::{ffi::OsString, path::PathBuf};

/// One line for a wrong usage.
pub const USAGE: &str = "usage: limpet [OPTION...] [FILE [ARGUMENT...]]   (limpet --help tells more)";

/// For `--help`.
pub const HELP: &str = "\
Limpet Scheme, with hook points for a JIT plugin.

  limpet [run] FILE [ARGUMENT...]  run a program; - is standard input
  limpet -e EXPRESSION             evaluate and print (may be repeated)
  limpet                           prompt; ,help there tells its commands
  limpet compile FILE -o IMAGE     write an object image, which runs like FILE
  limpet objdump [--json] IMAGE    what is in an object image
  limpet jit                       what plugin is attached, and the tunables

  -e, --eval EXPRESSION   evaluate, print the values
  -L, --library-path DIR  look for libraries there: (a b c) is DIR/a/b/c.sld
  --no-cache              neither use nor write the cache of compiled programs
  --memory SIZE           most memory for live objects: 64M, 2G ...
  --stack SIZE            most memory for frames, the depth of recursion
  -h, --help              this text
  -V, --version           the version
  --                      what follows is a FILE, even if it begins with -

Environment:
  LIMPET_JIT          on, or the path of a plugin: attach it
                      unset, empty, off, 0: run interpreted
  LIMPET_JIT_REQUIRE  1: a plugin that can't be attached is an error
  LIMPET_JIT_OPTIONS  tunables of hooks and plugin: name=value,...
  LIMPET_JIT_DUMP     stages to print: trace,ir,opt,reg,asm[:FILE]
  LIMPET_JIT_STATS    where to write counters as JSON at exit: a path or -
  LIMPET_GC_STATS     where to write the collector's counters: a path or -
  LIMPET_PATH         more library directories, separated by colons
  LIMPET_LOADER       mmap or read: how object images are loaded
  LIMPET_LOG          loader: tell how, and what the cache does
  LIMPET_MEMORY, LIMPET_STACK  as --memory and --stack
  NO_COLOR            no colours

Exit status: 0; the program's own with (exit N); 1 for an uncaught condition;
2 for wrong usage; 130 when ended by Ctrl-C.";

/// Least memory that lets the library start, and least stack.
const LEAST_MEMORY: usize = 4 << 20;
const LEAST_STACK: usize = 64 << 10;

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Run a file with arguments.
    Run(PathBuf, Vec<OsString>),
    /// Evaluate and print expressions.
    Evaluate(Vec<String>),
    /// Compile a program to an image, whose segments have this alignment.
    Compile(PathBuf, PathBuf, u64),
    /// Describe an object image, as JSON or as text.
    Objdump(PathBuf, bool),
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
    /// `--memory`, in bytes.
    pub memory: Option<usize>,
    /// `--stack`, in bytes.
    pub stack: Option<usize>,
}

impl Options {
    /// What the environment says where no option does.
    ///
    /// # Errors
    /// One line that says what is wrong.
    pub fn with_environment(mut self, environment: &dyn Fn(&str) -> Option<String>) -> Result<Options, String> {
        let fields =
            [("LIMPET_MEMORY", &mut self.memory, LEAST_MEMORY), ("LIMPET_STACK", &mut self.stack, LEAST_STACK)];
        for (name, field, least) in fields {
            if field.is_none()
                && let Some(text) = environment(name).filter(|text| !text.is_empty())
            {
                *field = Some(size(name, &text, least)?);
            }
        }
        Ok(self)
    }
}

/// Bytes from a number with an optional unit.
fn size(what: &str, text: &str, least: usize) -> Result<usize, String> {
    let upper = text.to_ascii_uppercase();
    let plain = upper.trim_end_matches("IB").trim_end_matches('B');
    let (digits, shift) = match plain.char_indices().last() {
        Some((at, 'K')) => (&plain[..at], 10),
        Some((at, 'M')) => (&plain[..at], 20),
        Some((at, 'G')) => (&plain[..at], 30),
        _ => (plain, 0),
    };
    let bytes = digits.trim().parse::<usize>().ok().and_then(|n| n.checked_mul(1 << shift));
    match bytes {
        Some(bytes) if bytes >= least => Ok(bytes),
        Some(_) => Err(format!("{what}: {text} is too little, {}K is the least", least >> 10)),
        None => Err(format!("{what}: \"{text}\" is no size; give a number with K, M or G")),
    }
}

/// Reads the arguments; the first is the program's name.
///
/// # Errors
/// One line that says what is wrong.
pub fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Options, String> {
    let mut parser = Parser::from_iter(arguments);
    let mut options =
        Options { action: Action::Prompt, library_path: Vec::new(), no_cache: false, memory: None, stack: None };
    let mut expressions = Vec::new();
    let mut run_word = false;
    // Asked before an argument is taken: behind `--` nothing is an option or a command any more.
    loop {
        let argument = parser.next().map_err(|error| error.to_string())?;
        match argument {
            Some(Arg::Short('L') | Arg::Long("library-path")) => {
                options.library_path.push(PathBuf::from(parser.value().map_err(|error| error.to_string())?));
            }
            Some(Arg::Long("no-cache")) => options.no_cache = true,
            Some(Arg::Long(name @ ("memory" | "stack"))) => {
                let (name, is_memory) = (format!("--{name}"), name == "memory");
                let text = parser.value().map_err(|error| error.to_string())?;
                let least = if is_memory { LEAST_MEMORY } else { LEAST_STACK };
                let bytes = size(&name, &text.to_string_lossy(), least)?;
                *(if is_memory { &mut options.memory } else { &mut options.stack }) = Some(bytes);
            }
            Some(Arg::Short('e') | Arg::Long("eval")) => {
                let value = parser.value().map_err(|error| error.to_string())?;
                expressions.push(value.string().map_err(|_| "-e: the expression is not UTF-8".to_string())?);
            }
            Some(Arg::Short('h') | Arg::Long("help")) => return Ok(Options { action: Action::Help, ..options }),
            Some(Arg::Short('V') | Arg::Long("version")) => return Ok(Options { action: Action::Version, ..options }),
            Some(Arg::Value(word)) if expressions.is_empty() => {
                if !run_word && word == "run" {
                    run_word = true;
                    continue;
                }
                if !run_word && word == "compile" {
                    options.action = compile(&mut parser, &mut options.library_path)?;
                    return Ok(options);
                }
                if !run_word && word == "objdump" {
                    options.action = objdump(&mut parser)?;
                    return Ok(options);
                }
                if !run_word && word == "jit" {
                    options.action = Action::Jit;
                    return Ok(options);
                }
                let rest = parser.raw_args().map_err(|error| error.to_string())?.collect();
                options.action = Action::Run(PathBuf::from(word), rest);
                return Ok(options);
            }
            Some(Arg::Value(word)) => {
                return Err(format!("-e evaluates expressions; what is \"{}\" for?", word.to_string_lossy()));
            }
            Some(other) => return Err(other.unexpected().to_string()),
            None if !expressions.is_empty() => {
                options.action = Action::Evaluate(expressions);
                return Ok(options);
            }
            None if run_word => return Err("run: which file?".into()),
            None => return Ok(options),
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

/// What follows `objdump`.
fn objdump(parser: &mut Parser) -> Result<Action, String> {
    let (mut file, mut as_json) = (None, false);
    while let Some(argument) = parser.next().map_err(|error| error.to_string())? {
        match argument {
            Arg::Long("json") => as_json = true,
            Arg::Value(word) if file.is_none() => file = Some(PathBuf::from(word)),
            other => return Err(other.unexpected().to_string()),
        }
    }
    Ok(Action::Objdump(file.ok_or("objdump: which image?")?, as_json))
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
        assert_eq!(parsed(&["-", "x"]).unwrap().action, Action::Run("-".into(), vec!["x".into()]));
        assert_eq!(parsed(&["--", "-f.scm"]).unwrap().action, Action::Run("-f.scm".into(), vec![]));
    }

    #[test]
    fn expressions_may_be_repeated() {
        assert_eq!(parsed(&["-e", "1", "-e", "2"]).unwrap().action, Action::Evaluate(vec!["1".into(), "2".into()]));
        assert!(parsed(&["-e"]).is_err() && parsed(&["--frob"]).is_err() && parsed(&["run"]).is_err());
        assert!(parsed(&["-e", "1", "f.scm"]).is_err());
        assert_eq!(parsed(&[]).unwrap().action, Action::Prompt);
    }

    #[test]
    fn sizes_have_units() {
        let options = parsed(&["--memory", "64M", "--stack=512k", "f.scm"]).unwrap();
        assert_eq!((options.memory, options.stack), (Some(64 << 20), Some(512 << 10)));
        assert_eq!(parsed(&["--memory", "1GiB"]).unwrap().memory, Some(1 << 30));
        for wrong in ["much", "1T", "", "1", "99999999999G"] {
            assert!(parsed(&["--memory", wrong]).is_err(), "{wrong}");
        }
        let from = |name: &str| (name == "LIMPET_STACK").then(|| "1M".to_owned());
        let options = parsed(&["--memory", "64M"]).unwrap().with_environment(&from).unwrap();
        assert_eq!((options.memory, options.stack), (Some(64 << 20), Some(1 << 20)));
    }

    #[test]
    fn the_help_fits_a_terminal() {
        assert!(HELP.lines().chain(USAGE.lines()).all(|line| line.chars().count() <= 80));
    }
}
