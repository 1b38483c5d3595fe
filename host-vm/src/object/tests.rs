//! Images from source text to running programs: what runs from an image does what it does from its text.

use super::{
    ALIGNMENT, Image,
    memory::{Options, Way},
    write::write_file,
};
use crate::vm::{Config, Error, ErrorKind, Value, Vm};
use std::{path::PathBuf, sync::OnceLock};

/// The standard library as an image.
fn library() -> &'static [u8] {
    static LIBRARY: OnceLock<&'static [u64]> = OnceLock::new();
    let words = LIBRARY.get_or_init(|| {
        let bytes = Vm::standard_library().expect("the library compiles");
        let mut words = vec![0u64; bytes.len().div_ceil(8)];
        object::pod::bytes_of_slice_mut(&mut words)[..bytes.len()].copy_from_slice(&bytes);
        words.leak()
    });
    object::pod::bytes_of_slice(words)
}

fn vm(image: bool) -> Vm {
    Vm::new(Config { library_image: image.then(library), ..Config::default() }).expect("memory for a heap")
}

/// A directory of a test's own.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("limpet-object-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a directory for temporary files");
        Folder(path)
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().expect("it lies in the folder")).expect("a directory");
        std::fs::write(&path, text).expect("a file");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // It lies among temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const EXPRESSIONS: &[&str] = &[
    "(map + '(1 2 3) '(10 20 30))",
    "(let loop ((i 0)) (when (< i 3) (loop (+ i 1))))",
    "(guard (e ((symbol? e) (list 'caught e))) (raise 'oops))",
    "(let ((p (make-parameter 1))) (parameterize ((p 2)) (p)))",
    "(call-with-values (lambda () (values 1 2)) list)",
    "(let-values (((a b) (values 1 2))) (cons a b))",
    "(call/cc (lambda (k) (dynamic-wind (lambda () #f) (lambda () (k 'out)) (lambda () #f))))",
    "(force (delay (* 6 7)))",
    "(begin (define-record-type point (make-point x y) point? (x px) (y py set-py!)) (px (make-point 3 4)))",
    "(begin (define-syntax my-or (syntax-rules () ((_) #f) ((_ e r ...) (let ((t e)) (if t t (my-or r ...)))))) (let ((t 5)) (my-or #f t)))",
    "(let ((table (make-hash-table))) (hash-table-set! table 'a 1) (hash-table-ref/default table 'a 0))",
    "(sort '(3 1 2) <)",
    "(string-append \"a\" (symbol->string 'b) (number->string 12345678901234567890123))",
    "(call-with-prompt 'tag (lambda () (+ 1 (abort-to-prompt 'tag 5))) (lambda (k x) (k (* x 2))))",
    "(assertion-violation 'who \"message\" 1)",
    "(vector-map (lambda (x) (* x x)) #(1 2 3))",
    "(car 'a)",
    "(let-syntax ((ten (syntax-rules () ((_) 10)))) (ten))",
    "(do ((i 0 (+ i 1)) (s '() (cons i s))) ((= i 3) s))",
    "(case 3 ((1 2) 'low) ((3 4) 'mid) (else 'high))",
];

fn shown(vm: &mut Vm, text: &str) -> String {
    match vm.eval_named::<Value>("test", text) {
        Ok(value) => vm.show(&value),
        Err(error) => format!("{error} {:?}", error.backtrace),
    }
}

/// The status with which a program exits, or what went wrong instead.
fn status(result: Result<(), Error>) -> Result<i32, String> {
    match result {
        Ok(()) => Ok(0),
        Err(error) => match error.kind {
            ErrorKind::Exit(status) => Ok(status),
            _ => Err(error.to_string()),
        },
    }
}

#[test]
fn the_library_does_the_same_from_its_image_as_from_its_text() {
    let (mut text, mut image) = (vm(false), vm(true));
    for expression in EXPRESSIONS {
        assert_eq!(shown(&mut image, expression), shown(&mut text, expression), "{expression}");
    }
}

#[test]
fn the_librarys_image_passes_every_check() {
    let image = Image::from_bytes(library()).expect("well-formed");
    image.verify().expect("its bytecode is verified");
    assert!(image.code_count() > 100);
}

#[test]
fn every_library_can_be_imported_from_the_image() {
    for (name, _) in crate::runtime::library::LIBRARIES {
        let results: Vec<String> =
            [false, true].map(|image| shown(&mut vm(image), &format!("(import {name}) 'done"))).into();
        assert_eq!(results[0], results[1], "{name}");
    }
}

const PROGRAM: &str = "
(define-library (inner) (export twice hidden) (import (scheme base) (my stuff))
  (begin (define-syntax twice (syntax-rules () ((_ e) (+ e (my-or #f e)))))
         (define (hidden) 'hid)))
(import (scheme base) (scheme process-context) (my stuff) (inner))
(define i 0)
(define log '())
(while (< i 3) (set! log (cons i log)) (set! i (+ i 1)))
(define t 5)
(define-values (a b) (values 'x #\\y))
(two-names one 1) (two-names other 2)
(define literals '(1.5 1e300 123456789012345678901234567890 2/3 \"s\" #(1 (2 . 3)) #u8(1 2) #\\a sym () #t))
(define (deep n) (if (= n 0) (exit 42) (+ 1 (deep (- n 1)))))
(if (equal? (list log (my-or #f t) (twice 4) (hidden) (one) (other) (counter) a b literals)
            (list '(2 1 0) 5 8 'hid 1 2 3 'x #\\y
                  (list 1.5 1e300 123456789012345678901234567890 2/3 \"s\" (vector 1 (cons 2 3)) (bytevector 1 2) #\\a 'sym '() #t)))
    (deep 3)
    (car 'not-equal))
";

const LIBRARY: &str = "
(define-library (my stuff)
  (import (scheme base))
  (export while counter my-or two-names)
  (begin
    (define count 0)
    (define (counter) (set! count (+ count 1)) count)
    (define-syntax while (syntax-rules () ((_ c body ...) (let loop () (when c body ... (loop))))))
    (define-syntax my-or (syntax-rules () ((_ a b) (let ((t a)) (if t t (begin (counter) b))))))
    (define-syntax two-names (syntax-rules () ((_ n v) (begin (define helper v) (define (n) helper)))))
    (include \"part.scm\")))
";

struct Place {
    folder: Folder,
    program: PathBuf,
}

fn place(name: &str) -> Place {
    let folder = Folder::new(name);
    folder.file("lib/my/stuff.sld", &LIBRARY.replace("\\\\", "\\"));
    folder.file("lib/my/part.scm", "(define part 1)");
    let program = folder.file("program.scm", &PROGRAM.replace("\\\\", "\\"));
    Place { folder, program }
}

impl Place {
    fn vm(&self, way: Option<Way>, cache: bool) -> Vm {
        let loader = Options { way, ..Options::default() };
        let cache = cache.then(|| self.folder.0.join("cache"));
        let library_path = vec![self.folder.0.join("lib")];
        Vm::new(Config { library_path, loader, cache, library_image: Some(library()), ..Config::default() })
            .expect("memory for a heap")
    }

    fn cached(&self) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(self.folder.0.join("cache")) else { return Vec::new() };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        paths
    }
}

#[test]
fn a_compiled_program_runs_like_its_text() {
    let place = place("compiled");
    assert_eq!(status(place.vm(None, false).run_file(&place.program)), Ok(42));
    for alignment in [4096, ALIGNMENT] {
        let bytes = place.vm(None, false).compile_file(&place.program, alignment).expect("it compiles").image;
        let image = place.folder.0.join("program.go");
        write_file(&image, &bytes).expect("written");
        for way in [None, Some(Way::Mmap), Some(Way::Read)] {
            assert_eq!(status(place.vm(way, false).run_file(&image)), Ok(42));
        }
    }
}

#[test]
fn a_failure_in_an_image_has_the_places_and_lines_of_the_source() {
    let place = place("failure");
    let program = place.folder.file("fail.scm", "(define (f x)\n  (+ 1 (car x)))\n(display (f 'a))\n");
    let expected = place.vm(None, false).run_file(&program);
    let bytes = place.vm(None, false).compile_file(&program, ALIGNMENT).expect("it compiles").image;
    let image = place.folder.0.join("fail.go");
    write_file(&image, &bytes).expect("written");
    std::fs::remove_file(&program).expect("removed");
    let found = place.vm(None, false).run_file(&image);
    let (found, expected) = (found.unwrap_err(), expected.unwrap_err());
    assert_eq!(format!("{found:?}"), format!("{expected:?}"));
    assert!(found.place.is_some());
}

#[test]
fn an_image_says_when_a_library_has_changed_since() {
    let place = place("changed");
    let bytes = place.vm(None, false).compile_file(&place.program, ALIGNMENT).expect("it compiles").image;
    let image = place.folder.0.join("program.go");
    write_file(&image, &bytes).expect("written");
    place.folder.file("lib/my/part.scm", "(define part 2)");
    let error = place.vm(None, false).run_file(&image).unwrap_err();
    assert!(error.message.contains("library (my stuff) has changed"), "{error}");
}

#[test]
fn the_cache_is_used_while_nothing_has_changed() {
    let place = place("cache");
    let run = |place: &Place| assert_eq!(status(place.vm(None, true).run_file(&place.program)), Ok(42));
    run(&place);
    let first = place.cached();
    assert_eq!(first.len(), 2, "the program and the library");
    let written = |place: &Place| -> Vec<_> {
        place.cached().iter().map(|path| path.metadata().and_then(|m| m.modified()).expect("a time")).collect()
    };
    let times = written(&place);
    run(&place);
    assert_eq!((place.cached(), written(&place)), (first.clone(), times.clone()), "nothing is compiled again");
    place.folder.file("lib/my/part.scm", "(define part 2)");
    run(&place);
    assert_eq!(place.cached(), first, "the same texts have the same entries");
    assert_ne!(written(&place), times, "both are compiled again");
    for path in place.cached() {
        std::fs::write(&path, b"\x7fELF and nothing more").expect("written");
    }
    run(&place);
    run(&place);
}

#[test]
fn a_cache_that_cannot_be_written_is_no_error() {
    let place = place("readonly");
    place.folder.file("cache", "a file where the directory should be");
    assert_eq!(status(place.vm(None, true).run_file(&place.program)), Ok(42));
}

#[test]
fn what_is_no_image_is_one_clear_message() {
    let place = place("wrong");
    let bytes = place.vm(None, false).compile_file(&place.program, ALIGNMENT).expect("it compiles").image;
    let message = |name: &str, bytes: &[u8]| {
        let path = place.folder.0.join(name);
        std::fs::write(&path, bytes).expect("written");
        place.vm(None, false).run_file(&path).unwrap_err().message.clone()
    };
    assert!(message("cut.go", &bytes[..66_000]).ends_with("the image is truncated"));
    assert!(message("head.go", &bytes[..10]).ends_with("the image is truncated"));
    let at = |what: &[u8]| bytes.windows(what.len()).position(|window| window == what).expect("it is there");
    let changed = |at: usize, byte: u8| {
        let mut bytes = bytes.clone();
        bytes[at] = byte;
        bytes
    };
    let note = at(super::NOTE_OWNER) + 8;
    assert!(message("format.go", &changed(note, 9)).contains("has format 9"));
    assert!(message("compiler.go", &changed(note + 4, b'L')).contains("was made by Limpet"));
    assert!(message("machine.go", &changed(18, 62)).contains("no image of limpet"));
    assert!(message("class.go", &changed(4, 1)).contains("not 64-bit"));
    if let Ok(foreign) = std::fs::read("/bin/true") {
        assert!(message("foreign.go", &foreign).contains("no image of limpet"));
    }
}
