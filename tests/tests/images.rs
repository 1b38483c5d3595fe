//! Object images: described, damaged, foreign, changed while in use, on pages of every size.

use limpet::object::{
    ALIGNMENT, Image, ImageError,
    memory::{Options, Way},
    records::Table,
};
use limpet_tests::{
    images::{self, Directory, compile},
    process::{self, PLAIN, Run},
};
use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

const PROGRAM: &str = "
(import (scheme base) (scheme write))
(define (fact n) (if (= n 0) 1 (* n (fact (- n 1)))))
(define count 0)
(let loop ((i 0))
  (when (< i 10) (set! count (+ count (fact i))) (loop (+ i 1))))
(display (list count (fact 20) \"text\" 'symbol))
(newline)
";
const OUTPUT: &str = "(409114 2432902008176640000 text symbol)\n";

fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_demo"))
}

fn limpet(line: &[&str]) -> Run {
    process::run(process::command(binary(), true, &PLAIN, line)).expect("limpet starts")
}

fn image(directory: &Directory, alignment: u64) -> PathBuf {
    compile(binary(), directory, &format!("program-{alignment}"), PROGRAM, alignment).expect("an image")
}

/// Runs a file that is no image, or a bad one: one line that says this, status 1.
fn refused(path: &Path, words: &str) {
    for line in [&[&*path.to_string_lossy()][..], &["objdump", &path.to_string_lossy()]] {
        let run = limpet(line);
        let stderr = run.stderr();
        assert_eq!(run.output.status.code(), Some(1), "{line:?}: {stderr}");
        assert_eq!(stderr.lines().count(), 1, "{line:?}: {stderr}");
        assert!(
            words.split('|').any(|words| stderr.contains(words)) && stderr.contains(&*path.to_string_lossy()),
            "{line:?}: {stderr}"
        );
    }
}

#[test]
fn both_ways_of_loading_run_a_program() {
    let directory = Directory::new("ways");
    let path = image(&directory, ALIGNMENT);
    for way in ["mmap", "read"] {
        let mut command = process::command(binary(), true, &PLAIN, &[&path.to_string_lossy()]);
        command.env("LIMPET_LOADER", way).env("LIMPET_LOG", "loader");
        let run = process::run(command).expect("limpet starts");
        assert_eq!(run.stdout(), OUTPUT, "{}", run.stderr());
        let word = if way == "mmap" { "mapped" } else { "read" };
        assert!(run.stderr().contains(word), "{}", run.stderr());
    }
}

#[test]
fn objdump_tells_what_is_in_an_image() {
    let directory = Directory::new("objdump");
    let path = image(&directory, ALIGNMENT);
    let run = limpet(&["objdump", &path.to_string_lossy()]);
    assert!(run.output.status.success(), "{}", run.stderr());
    let text = run.stdout();
    for words in [
        "load  r--",
        "load  rw-",
        "0x10000",
        ".limpet.cells",
        "code 0",
        "fact",
        "hook cells",
        "mul r",
        "(define (fact n)",
    ] {
        assert!(text.contains(words), "no '{words}' in:\n{text}");
    }
    let run = limpet(&["objdump", "--json", &path.to_string_lossy()]);
    let json: serde_json::Value = serde_json::from_str(&run.stdout()).expect("JSON");
    let image = Image::open(&path, &Options::default()).expect("an image");
    assert_eq!(json["codes"].as_array().map(Vec::len), Some(image.code_count()));
    assert_eq!(json["segments"][1]["alignment"], 65536);
    assert_eq!(json["hook_cells"]["count"], image.count(Table::Cells));
    let fact = json["codes"].as_array().and_then(|codes| codes.iter().find(|code| code["name"] == "fact"));
    let instructions = fact.and_then(|code| code["instructions"].as_array()).expect("instructions of fact");
    assert!(instructions[0]["text"].as_str().is_some_and(|text| text.starts_with("entry 1")));
    assert!(instructions.iter().any(|line| line["place"][1] == 3));
    assert_eq!(limpet(&["objdump"]).output.status.code(), Some(2));

    // Literals as they are written in programs; a procedure without a name is a number.
    let text = r#"(import (scheme base) (scheme write)) (write #\c) (write '("a\n" #\b 1.0 |c d| +inf.0 #u8(1)))"#;
    let path = compile(binary(), &directory, "literals", text, ALIGNMENT).expect("an image");
    let text = limpet(&["objdump", &path.to_string_lossy()]).stdout();
    assert!(text.contains(r#"("a\n" #\b 1.0 |c d| +inf.0 #u8(1 bytes))"#), "{text}");
    assert!(text.contains("\ncode 0: frame"), "{text}");
}

/// Runs a tool of binutils on an image; nothing, and said so, where it is absent.
fn tool(name: &str, arguments: &[&str], path: &Path) -> Option<String> {
    let Ok(output) = Command::new(name).args(arguments).arg(path).env("LC_ALL", "C").output() else {
        eprintln!("skipped: there is no {name} here");
        return None;
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{name}: {errors}");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!text.to_lowercase().contains("warning"), "{name}: {text}");
    Some(text)
}

#[test]
fn other_readers_of_elf_take_an_image_without_a_warning() {
    let directory = Directory::new("readers");
    for alignment in [4096, ALIGNMENT] {
        let path = image(&directory, alignment);
        if let Some(text) = tool("readelf", &["-a", "-W"], &path) {
            assert!(text.contains("LOAD") && text.contains(".limpet.code") && text.contains("fact"), "{text}");
        }
        if let Some(text) = tool("objdump", &["-x"], &path) {
            assert!(text.contains("LOAD") && text.contains(".limpet.cells"), "{text}");
        }
    }
}

#[test]
fn an_image_cut_anywhere_is_refused() {
    let directory = Directory::new("cut");
    let bytes = fs::read(image(&directory, 4096)).expect("bytes");
    for length in 0..bytes.len() {
        match Image::from_bytes(&bytes[..length]) {
            Err(ImageError::Truncated) => {}
            Err(ImageError::NotElf) if length < 4 => {}
            other => panic!("cut to {length} of {}: {:?}", bytes.len(), other.map(drop)),
        }
    }
    let path = directory.path("cut.go");
    for length in [4, 63, 64, bytes.len() / 2, bytes.len() - 1] {
        fs::write(&path, &bytes[..length]).expect("written");
        refused(&path, "the image is truncated");
    }
}

#[test]
fn what_is_no_image_for_this_limpet_is_refused() {
    let directory = Directory::new("foreign");
    let bytes = fs::read(image(&directory, ALIGNMENT)).expect("bytes");
    let changed = |name: &str, at: usize, new: &[u8], words: &str| {
        let mut bytes = bytes.clone();
        bytes[at..at + new.len()].copy_from_slice(new);
        let path = directory.path(name);
        fs::write(&path, &bytes).expect("written");
        refused(&path, words);
    };
    let find = |text: &[u8]| bytes.windows(text.len()).position(|window| window == text).expect("in the image");
    changed("machine.go", 18, &[62, 0], "machine 62");
    changed("class.go", 4, &[1], "not 64-bit");
    changed("order.go", 5, &[2], "big-endian");
    let note = find(b"Limpet\0");
    let format = note + b"Limpet\0".len().next_multiple_of(4);
    changed("format.go", format, &[99], "format 99");
    changed("compiler.go", format + 4, b"chicken", "made by chicken");
    changed("target.go", find(b"\0le64\0") + 1, b"be32", "made for be32");
    if Path::new("/bin/true").is_file() {
        refused(Path::new("/bin/true"), "no image of limpet");
    } else {
        eprintln!("skipped: there is no /bin/true here");
    }
}

#[test]
fn what_can_not_be_opened_is_refused() {
    let directory = Directory::new("unreadable");
    refused(&directory.path("absent.go"), "No such file");
    refused(&directory.0, "not a regular file|s a directory");
    let path = image(&directory, ALIGNMENT);
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("permissions");
    match fs::File::open(&path) {
        Err(_) => refused(&path, "ermission denied"),
        Ok(_) => eprintln!("skipped: this user may read what nobody may"),
    }
}

#[test]
fn the_writable_segment_fits_pages_of_every_size() {
    let directory = Directory::new("pages");
    let usual = image(&directory, ALIGNMENT);
    let narrow = image(&directory, 4096);
    for page_size in [4096, 16384, 65536] {
        let options = Options { page_size, ..Options::default() };
        let open = |path: &Path| Image::open(path, &options).expect("an image");
        let mapped = open(&usual);
        assert_eq!((mapped.way(), mapped.remarks().len()), (Way::Mmap, 0), "{page_size}");
        assert_eq!(mapped.private(Table::Constants).addr() % 8, 0);
        let other = open(&narrow);
        if page_size == 4096 {
            assert_eq!((other.way(), other.remarks().len()), (Way::Mmap, 0));
        } else {
            // What crashed Guile: it is read, and the log says why.
            assert_eq!(other.way(), Way::Read, "{page_size}");
            assert!(other.remarks().iter().any(|r| r.contains("aligned to 4096")), "{:?}", other.remarks());
        }
        for path in [&usual, &narrow] {
            let config = limpet::vm::Config { loader: options, ..limpet::vm::Config::default() };
            let mut vm = limpet::vm::Vm::new(config).expect("memory");
            let text = "(define-values (a b) (values 1 2))";
            vm.eval::<()>(text).expect("a definition");
            vm.run_file(path).expect("the program writes to its constants and cells");
        }
    }
}

/// Compiles the shim that makes pages look larger; nothing, and said so, where there is no C compiler.
fn shim(directory: &Directory) -> Option<PathBuf> {
    let source = process::root().join("tests/src/pages.c");
    let library = directory.path("pages.so");
    let outcome = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).output();
    match outcome {
        Ok(output) if output.status.success() => Some(library),
        Ok(output) => panic!("{}", String::from_utf8_lossy(&output.stderr)),
        Err(_) => {
            eprintln!("skipped: there is no C compiler here");
            None
        }
    }
}

/// A whole process for which pages are as large as the shim says, which refuses what such a system would refuse.
#[test]
fn whole_processes_run_on_pages_of_every_size() {
    let directory = Directory::new("shim");
    let Some(shim) = shim(&directory) else { return };
    let (usual, narrow) = (image(&directory, ALIGNMENT), image(&directory, 4096));
    for page_size in [4096, 16384, 65536] {
        for (path, is_usual) in [(&usual, true), (&narrow, false)] {
            for engine in [&PLAIN, &process::JIT] {
                let mut command = process::command(binary(), true, engine, &[&path.to_string_lossy()]);
                command.env("LD_PRELOAD", &shim).env("PAGES", page_size.to_string()).env("LIMPET_LOG", "loader");
                let run = process::run(command).expect("limpet starts");
                let stderr = run.stderr();
                assert_eq!(run.stdout(), OUTPUT, "{page_size} {}: {stderr}", engine.name);
                let is_mapped = is_usual || page_size == 4096;
                let line = stderr.lines().find(|line| line.contains(".go:")).unwrap_or_default();
                assert!(line.contains(if is_mapped { ": mapped" } else { ": read" }), "{page_size}: {stderr}");
                assert_eq!(line.contains("aligned to 4096 bytes"), !is_mapped, "{page_size}: {stderr}");
            }
        }
    }
}

#[test]
fn images_replaced_by_renaming_do_not_disturb_who_has_them() {
    let directory = Directory::new("replaced");
    let path = image(&directory, ALIGNMENT);
    let old = Image::open(&path, &Options::default()).expect("an image");
    let units = old.units(&old.code(0)).to_vec();
    let other = directory.path("other.go");
    let mut garbage = vec![0xff; 1 << 17];
    garbage[..4].copy_from_slice(b"\x7fELF");
    fs::write(&other, garbage).expect("written");
    fs::rename(&other, &path).expect("renamed");
    assert_eq!(old.units(&old.code(0)), units);
    refused(&path, "not 64-bit");
}

/// Nothing can be promised then but an end with a message.
#[test]
fn an_image_cut_short_in_use_ends_the_program_with_a_message() {
    let directory = Directory::new("shrunk");
    let text = format!("{PROGRAM}(flush-output-port)\n(read-line)\n(display (fact 10))\n");
    let path = compile(binary(), &directory, "waits", &text, ALIGNMENT).expect("an image");
    for (loader, status) in [("mmap", 1), ("read", 0)] {
        fs::copy(&path, directory.path("used.go")).expect("a copy");
        let used = directory.path("used.go");
        let mut command = process::command(binary(), true, &PLAIN, &[&used.to_string_lossy()]);
        command.env("LIMPET_LOADER", loader).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("limpet starts");
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
        output.read_line(&mut line).expect("its first line");
        assert_eq!(line, OUTPUT);
        fs::OpenOptions::new().write(true).open(&used).and_then(|file| file.set_len(0)).expect("cut");
        drop(child.stdin.take());
        let ended = child.wait_with_output().expect("it ends");
        let stderr = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(status), "{loader}: {stderr}");
        assert_eq!(stderr.contains("cut short"), loader == "mmap", "{loader}: {stderr}");
    }
}

#[test]
fn changed_images_do_no_harm() {
    let directory = Directory::new("storm");
    let seeds = images::seeds(binary(), &directory).expect("images");
    let tally = images::storm(&seeds, &directory, 0, 400, &mut |_| ());
    eprintln!("{tally:?}");
    assert!(tally.run * 20 > tally.inputs && tally.run < tally.inputs, "{tally:?}");
}
