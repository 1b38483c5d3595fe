//! The command line as its users meet it: results, mistakes, bad plugins.

use limpet_tests::process::{self, JIT, PLAIN, Run};
use std::{
    fs,
    path::{Path, PathBuf},
};

fn limpet(line: &[&str]) -> Run {
    process::run(process::command(Path::new(env!("CARGO_BIN_EXE_demo")), true, &PLAIN, line)).expect("limpet starts")
}

fn with_plugin_variable(value: &str, require: bool, line: &[&str]) -> Run {
    let mut command = process::command(Path::new(env!("CARGO_BIN_EXE_demo")), true, &PLAIN, line);
    command.env("LIMPET_JIT", value);
    if require {
        command.env("LIMPET_JIT_REQUIRE", "1");
    }
    process::run(command).expect("limpet starts")
}

struct Script(PathBuf);

impl Script {
    fn new(name: &str, text: &str) -> Script {
        let path = std::env::temp_dir().join(format!("limpet-{}-{name}", std::process::id()));
        fs::write(&path, text).expect("temporary file");
        Script(path)
    }
    fn run(&self) -> Run {
        limpet(&[&self.0.to_string_lossy()])
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Runs a program that fails and checks its message: one with the position and these words, status 1, output kept.
fn fails(name: &str, text: &str, position: &str, words: &[&str]) {
    let run = Script::new(name, text).run();
    let stderr = run.stderr();
    assert_eq!(run.output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains(&format!("{name}:{position}")), "expected position {position} in:\n{stderr}");
    for word in words {
        assert!(stderr.contains(word), "expected '{word}' in:\n{stderr}");
    }
}

#[test]
fn expressions_are_evaluated_and_printed() {
    assert_eq!(limpet(&["-e", "(+ 1 2)"]).stdout(), "3\n");
    assert_eq!(limpet(&["-e", "(define x 20)", "-e", "(* x x)"]).stdout(), "400\n");
    assert_eq!(limpet(&["-e", "(string-append \"a\" \"b\")"]).stdout(), "\"ab\"\n");
}

#[test]
fn a_program_finds_libraries_beside_it() {
    let folder = std::env::temp_dir().join(format!("limpet-beside-{}", std::process::id()));
    fs::create_dir_all(folder.join("beside")).expect("a folder");
    let module = "(define-module (beside greeting) #:export (greeting))\n(define (greeting) 'hello)";
    fs::write(folder.join("beside/greeting.scm"), module).expect("a module");
    let text = "#!/bin/sh\nexec limpet \"$0\"\n!#\n(add-to-load-path (dirname (current-filename)))\n\
                (use-modules (beside greeting))\n(write (greeting))\n(write (basename (current-filename)))";
    fs::write(folder.join("main.scm"), text).expect("a program");
    let program = folder.join("main.scm");
    // The second time nothing comes from a cache that another folder's program could find.
    for _ in 0..2 {
        let run = limpet(&[&program.to_string_lossy()]);
        assert_eq!(run.stdout(), "hello\"main.scm\"", "{}", run.stderr());
    }
    fs::remove_dir_all(folder).expect("it was written here");
}

#[test]
fn mistakes_give_position_and_status_1() {
    let records = "(define-record-type point (make x) point? (x px set-px!))\n";
    fails("accessor.scm", &format!("{records}(px 5)"), "2:1", &["px: expected a record of type point, got 5"]);
    fails(
        "modifier.scm",
        &format!("{records}(set-px! 'a 1)"),
        "2:1",
        &["set-px!: expected a record of type point, got a"],
    );
    fails("shape.scm", "(display 1)\n(let x)", "2:1", &["malformed `let`: expected (let ((name value) …) body …) or"]);
    fails("unbound.scm", "(display 1)\n(newline)\n(foo 2)\n", "3:", &["foo"]);
    fails("type.scm", "(define (f x)\n  (+ 1 (car x)))\n(f 5)\n", "2:", &["car", "5"]);
    fails("arity.scm", "(define (f x) x)\n(f 1 2)\n", "", &["f", "2"]);
    fails("paren.scm", "(display 1)\n(car '(1 2)\n", "", &["end of file"]);
    fails("raise.scm", "(error \"no luck\" 1 'two \"three\")\n", "1:", &["no luck", "1 two \"three\""]);
    fails("index.scm", "(vector-ref (vector 1 2 3) 10)", "1:", &["vector-ref", "10"]);
    fails("apply.scm", "(let ((x 5)) (x 1))", "1:", &["5"]);
}

#[test]
fn output_before_an_error_is_not_lost() {
    let run = Script::new("kept.scm", "(display \"first\") (newline) (display \"second\")\n(car 1)\n").run();
    assert_eq!(run.stdout(), "first\nsecond");
    assert_eq!(run.output.status.code(), Some(1));
}

#[test]
fn exit_gives_the_programs_status() {
    assert_eq!(Script::new("exit.scm", "(display \"x\")(exit 7)(display \"y\")").run().output.status.code(), Some(7));
    assert_eq!(Script::new("exit-t.scm", "(exit #t)").run().output.status.code(), Some(0));
    assert_eq!(Script::new("exit-f.scm", "(exit #f)").run().output.status.code(), Some(1));
    let wind =
        Script::new("wind.scm", "(dynamic-wind (lambda () #t) (lambda () (exit 3)) (lambda () (display \"after\")))")
            .run();
    assert_eq!((wind.stdout().as_str(), wind.output.status.code()), ("after", Some(3)));
}

#[test]
fn files_that_cannot_be_run_are_named() {
    for path in ["/does/not/exist.scm", "/"] {
        let run = limpet(&[path]);
        assert_eq!(run.output.status.code(), Some(1));
        assert!(run.stderr().contains(path), "{}", run.stderr());
    }
    let binary = std::env::temp_dir().join(format!("limpet-{}-binary.scm", std::process::id()));
    fs::write(&binary, [0xff, 0xfe, 0x00, 0x80]).expect("temporary file");
    let run = limpet(&[&binary.to_string_lossy()]);
    assert_eq!(run.output.status.code(), Some(1));
    assert!(run.stderr().contains("UTF-8"), "{}", run.stderr());
    fs::remove_file(binary).expect("temporary file");
}

#[test]
fn wrong_usage_is_status_2() {
    for line in [&["--no-such-option"][..], &["-e"][..], &["run"][..]] {
        let run = limpet(line);
        assert_eq!(run.output.status.code(), Some(2), "{line:?}: {}", run.stderr());
        assert!(run.stderr().contains("limpet"), "{}", run.stderr());
    }
}

#[test]
fn bad_plugins_are_one_warning_line() {
    let text = Script::new("plugin.so", "this is no library");
    for path in ["/no/such/plugin.so", "/", &text.0.to_string_lossy()] {
        let run = with_plugin_variable(path, false, &["-e", "(* 6 7)"]);
        assert_eq!(run.stdout(), "42\n");
        assert!(run.output.status.success());
        assert_eq!(run.stderr().lines().count(), 1, "{}", run.stderr());
        let run = with_plugin_variable(path, true, &["-e", "(* 6 7)"]);
        assert_eq!((run.stdout().as_str(), run.output.status.code()), ("", Some(1)));
    }
    for off in ["", "off", "0"] {
        let run = with_plugin_variable(off, true, &["-e", "(* 6 7)"]);
        assert_eq!((run.stdout().as_str(), run.stderr().as_str()), ("42\n", ""));
    }
}

#[test]
fn the_plugin_attaches_and_says_what_it_is() {
    let mut command = process::command(Path::new(env!("CARGO_BIN_EXE_demo")), true, &JIT, &["jit"]);
    command.env("LIMPET_JIT_OPTIONS", "hotloop=7,hotlop=3");
    let run = process::run(command).expect("limpet starts");
    assert!(run.output.status.success(), "{}", run.stderr());
    assert!(run.stdout().contains("limpet-jit"), "{}", run.stdout());
    assert!(run.stderr().contains("hotlop"), "{}", run.stderr());
}

#[test]
fn programs_attach_and_detach_in_mid_run() {
    let plugin = process::plugin().expect("the plugin was built");
    let text = format!(
        "(define (work n) (let loop ((i 0) (s 0)) (if (= i n) s (loop (+ i 1) (+ s (* 2 i))))))
         (define (show . all) (for-each (lambda (x) (write x) (display \" \")) all))
         (show (jit-attached?) (work 5000))
         (jit-attach \"{}\" \"hotloop=2\")
         (show (jit-attached?) (work 5000))
         (let loop ((i 0) (s 0))
           (if (< i 1000)
               (begin (if (= i 500) (jit-detach)) (loop (+ i 1) (+ s i)))
               (show s)))
         (show (jit-attached?) (work 5000))
         (jit-attach \"{}\")
         (show (jit-attached?) (work 5000))
         (show (guard (e (#t (condition-kind e))) (jit-attach \"/no/such/plugin.so\")))",
        plugin.display(),
        plugin.display(),
    );
    let run = limpet(&["-e", &text]);
    assert_eq!(run.stdout(), "#f 24995000 #t 24995000 499500 #f 24995000 #t 24995000 jit ", "{}", run.stderr());
}

#[test]
fn statistics_are_json() {
    let loop_text = "(let loop ((i 0) (s 0)) (if (< i 100000) (loop (+ i 1) (+ s i)) s))";
    let mut command = process::command(Path::new(env!("CARGO_BIN_EXE_demo")), true, &JIT, &["-e", loop_text]);
    command.env("LIMPET_JIT_STATS", "-");
    let run = process::run(command).expect("limpet starts");
    assert!(run.output.status.success(), "{}", run.stderr());
    let stdout = run.stdout();
    let (value, json) = stdout.split_once('\n').expect("two lines");
    assert_eq!(value, "4999950000");
    let json: serde_json::Value = serde_json::from_str(json).expect("JSON");
    assert!(json.is_object(), "{json}");
}

#[test]
fn the_host_does_not_link_the_plugin() {
    let binary = fs::read(env!("CARGO_BIN_EXE_demo")).expect("the binary");
    let needle = b"liblimpet_jit.so\0";
    let needed = Path::new(env!("CARGO_BIN_EXE_demo"));
    let ldd = std::process::Command::new("ldd").arg(needed).output();
    if let Ok(output) = ldd {
        assert!(!String::from_utf8_lossy(&output.stdout).contains("limpet_jit"), "the host links the plugin");
    }
    // The dynamic section would name the library in its string table, ended by a zero byte.
    assert!(!binary.windows(needle.len()).any(|w| w == needle));
}

#[test]
fn a_program_whose_output_nobody_reads_ends_quietly() {
    use std::{
        io::{BufRead, BufReader, Read},
        process::Stdio,
    };
    let script = Script::new("endless", "(let loop ((i 0)) (display i) (newline) (loop (+ i 1)))");
    for engine in [&PLAIN, &JIT] {
        let path = script.0.to_string_lossy();
        let mut command = process::command(Path::new(env!("CARGO_BIN_EXE_demo")), true, engine, &[&path]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("limpet starts");
        let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        out.read_line(&mut line).expect("a line");
        assert_eq!(line, "0\n");
        drop(out);
        let mut errors = String::new();
        child.stderr.take().expect("a pipe").read_to_string(&mut errors).expect("text");
        assert_eq!(errors, "");
        assert_eq!(child.wait().expect("it ends").code(), Some(141));
    }
}
