//! Programs that look at their own environment: `load`, `eval`, from source, from the cache, from images.

use limpet_tests::{
    AS_LIMPET,
    images::{Directory, compile},
    process::{self, PLAIN, Run},
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const ALIGNMENT: u64 = limpet::object::ALIGNMENT;

/// Loads a file that uses and changes what the program has defined: variables, macros, what a macro has introduced, imported
/// names under other names.
const PROGRAM: &str = r#"
(import (scheme base) (scheme write) (scheme load) (scheme eval) (scheme repl) (prefix (srfi 1) list:))
(define x 1)
(define-syntax twice (syntax-rules () ((_ e) (begin e e))))
(define-syntax define-counter
  (syntax-rules () ((_ name) (begin (define hidden 5) (define (name) (set! hidden (+ hidden 1)) hidden)))))
(define-counter next)
(load "part.scm")
(define (show) (write (list x y (f 3) (z) (next))) (newline))
(show)
(write (eval '(begin (set! x 10) (twice (next)) (list x (list:iota 3))) (interaction-environment)))
(newline)
(show)
"#;
const PART: &str = "
(define y 2)
(define (f a) (+ a x y))
(set! x 7)
(define-syntax m (syntax-rules () ((_ a) (list a x))))
(define (z) (m (next)))
";
const OUTPUT: &str = "(7 2 12 (6 7) 7)\n(10 (0 1 2))\n(10 2 15 (10 10) 11)\n";

fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_demo"))
}

fn limpet(arguments: &[&str]) -> Run {
    process::run(process::command(binary(), true, &PLAIN, arguments)).expect("limpet starts")
}

/// Runs a program with a cache of its own.
fn cached(directory: &Directory, program: &Path) -> Run {
    let mut command = Command::new(binary());
    command.arg(AS_LIMPET).arg(program).env("LIMPET_LOG", "loader").env("XDG_CACHE_HOME", directory.path("cache"));
    process::run(command).expect("limpet starts")
}

fn write(directory: &Directory, name: &str, text: &str) -> PathBuf {
    let path = directory.path(name);
    fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
    fs::write(&path, text).expect("written");
    path
}

/// The message with which a text can't be compiled to an image.
fn refusal(text: &str) -> String {
    let directory = Directory::new("refused");
    compile(binary(), &directory, "program", text, ALIGNMENT).expect_err("no image").to_string()
}

#[test]
fn loading_is_the_same_from_source_cache_and_image() {
    let directory = Directory::new("load");
    let program = write(&directory, "program.scm", PROGRAM);
    write(&directory, "part.scm", PART);
    for run in 0..3 {
        let run = (run, cached(&directory, &program));
        assert_eq!(run.1.stdout(), OUTPUT, "{}: {}", run.0, run.1.stderr());
        assert_eq!(run.1.stderr().contains("mapped"), run.0 > 0, "{}", run.1.stderr());
    }
    let image = compile(binary(), &directory, "program", PROGRAM, ALIGNMENT).expect("an image");
    assert_eq!(limpet(&[&image.to_string_lossy()]).stdout(), OUTPUT);
}

#[test]
fn programs_without_imports_find_all_names_again() {
    let directory = Directory::new("default");
    let text = r#"
(define x 1)
(define (car x) 'mine)
(load (string-append (dirname (cadr (command-line))) "/part.scm"))
(display (list x y (eval '(let ((z (format #f "~a" (string-pad "b" 3)))) (list z (car x) (cadr x))) (current-module))))
(newline)
"#;
    let program = write(&directory, "program.scm", text);
    let part = write(
        &directory,
        "part.scm",
        "(define y (string-pad \"a\" 3)) (use-modules (srfi srfi-1)) (set! x (iota 3 1))",
    );
    let image = compile(binary(), &directory, "program", text, ALIGNMENT).expect("an image");
    for file in [program, image] {
        let run = limpet(&[&file.to_string_lossy(), &part.to_string_lossy()]);
        assert_eq!(run.stdout(), "((1 2 3)   a (  b mine 2))\n", "{}", run.stderr());
    }
}

/// Names are taken from the current directory; what is not there may lie beside the file that is being loaded, or the program.
#[test]
fn files_load_those_beside_them() {
    let directory = Directory::new("beside");
    let text = "(load \"sub/a.scm\") (load \"sub/deep/c.scm\") (display (list a b c)) (load \"nowhere.scm\")";
    let program = write(&directory, "program.scm", text);
    write(&directory, "sub/a.scm", "(define a 'a) (load \"deep/b.scm\") (load \"deep/c.scm\")");
    write(&directory, "sub/deep/b.scm", "(define b 'b) (load \"c.scm\")");
    write(&directory, "sub/deep/c.scm", "(define c 'c)");
    let image = compile(binary(), &directory, "program", text, ALIGNMENT).expect("an image");
    for file in [program, image] {
        let run = limpet(&[&file.to_string_lossy()]);
        assert_eq!(run.stdout(), "(a b c)");
        assert!(run.stderr().contains("load: nowhere.scm: No such file or directory\n"), "{}", run.stderr());
    }
}

#[test]
fn programs_that_no_image_can_hold_say_why() {
    let error = refusal("(define-macro (m x) x) (load \"part.scm\")");
    assert!(
        error.contains("evaluates forms in its own environment, and it has a macro whose transformer is a procedure"),
        "{error}"
    );
    let error = refusal("(display (syntax->datum #'(a b)))");
    assert!(error.contains("it uses syntax objects while it runs"), "{error}");
}

/// The library asks for the environment of a program whose image could not hold it.
#[test]
fn an_environment_that_is_missing_is_an_error() {
    let directory = Directory::new("missing");
    write(
        &directory,
        "asks.sld",
        "(define-library (asks) (import (scheme base) (scheme repl) (scheme eval)) (export value)
           (begin (define (value name) (eval name (interaction-environment)))))",
    );
    let text = "(define x 1) (define-macro (m x) x) (use-modules (asks)) (display (value 'x))";
    let program = write(&directory, "program.scm", text);
    let mut command = process::command(binary(), true, &PLAIN, &[&program.to_string_lossy()]);
    command.env("LIMPET_PATH", &directory.0);
    assert_eq!(process::run(command).expect("limpet starts").stdout(), "1");
    let image = directory.path("program.go");
    let line = ["compile", &program.to_string_lossy(), "-o", &image.to_string_lossy()];
    for (line, words) in
        [(&line[..], ""), (&[&*image.to_string_lossy()][..], "the program's image does not hold its environment")]
    {
        let mut command = process::command(binary(), true, &PLAIN, line);
        command.env("LIMPET_PATH", &directory.0);
        let run = process::run(command).expect("limpet starts");
        assert!(run.stderr().contains(words) && run.stdout().is_empty(), "{line:?}: {}", run.stderr());
    }
}

#[test]
fn compiling_warns_of_names_that_nothing_defines() {
    let directory = Directory::new("warnings");
    let text = "(import (scheme base) (scheme load))
(define (f x) (strng-append x later))
(define-syntax m (syntax-rules () ((_ a) (list a nowhere))))
(define (g) (m 1))
(define later 1)
(define (h) (set! missing (g)) missing)
";
    let compile = |text: &str| {
        let program = write(&directory, "program.scm", text);
        let image = directory.path("program.go");
        let run = limpet(&["compile", &program.to_string_lossy(), "-o", &image.to_string_lossy()]);
        assert!(run.output.status.success(), "{}", run.stderr());
        run.stderr().replace(&*program.to_string_lossy(), "program.scm")
    };
    let stderr = compile(text);
    let warnings: Vec<&str> = stderr.lines().filter(|line| line.contains("warning")).collect();
    let expected = [
        "program.scm:2:16: warning: possibly unbound variable `strng-append`; did you mean `string-append`?",
        "program.scm:3:50: warning: possibly unbound variable `nowhere`",
        "program.scm:6:19: warning: possibly unbound variable `missing`",
    ];
    assert_eq!(warnings, expected, "{stderr}");
    // What a program loads may define anything.
    assert_eq!(compile(&format!("{text}(define (more) (load \"part.scm\"))")), "");
}
