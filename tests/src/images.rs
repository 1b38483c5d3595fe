//! Object images for tests: made by `limpet compile`, changed at random, run if the loader lets them pass.
//!
//! [`storm()`] is the fuzz target: a library function, of which the ordinary suite runs a little (`tests/tests/images.rs`)
//! and `cargo fuzz-images` as much as one likes. What it claims: whatever the bytes of an image are, it is refused with
//! a message, or it runs to an end of its own or until it is stopped, and the machine is sound afterwards. Debug builds
//! check every access, poison freed memory and look at the whole heap after each collection.

use crate::{
    process::{self, PLAIN},
    storm::{Random, Tally, Watch},
};
use limpet::{
    bytecode::ops::{Format, Op},
    gc,
    interp::stack::StackConfig,
    machine,
    object::{
        ALIGNMENT, Image, ImageError,
        records::{CodeRecord, Table},
    },
    vm::{Config, ErrorKind, Vm},
};
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

/// Programs that read and write no files, and print nothing.
pub const PROGRAMS: &[&str] = &[
    "(import (scheme base))
     (define (fib n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))
     (define (count n) (let loop ((i 0) (sum 0.5)) (if (< i n) (loop (+ i 1) (+ sum (* i 1.5))) sum)))
     (define (counter) (let ((n 0)) (lambda (x) (set! n (+ n x)) n)))
     (define c (counter))
     (c 3) (list (fib 8) (count 30) (c 4) (c 1.5))",
    "(import (scheme base) (scheme case-lambda))
     (define (both p xs)
       (letrec ((even? (lambda (xs) (or (null? xs) (odd? (cdr xs) p))))
                (odd? (lambda (xs q) (and (pair? xs) (begin (set! p q) (even? (cdr xs)))))))
         (even? xs)))
     (define tree
       (case-lambda ((a) (vector a)) ((a b) (cons a b)) ((a b . rest) (apply list b a rest))))
     (define (walk v i) (if (= i (vector-length v)) '() (cons (vector-ref v i) (walk v (+ i 1)))))
     (list (both 1 '(1 2 3)) (tree 1) (tree 1 2) (tree 1 2 3 4) (walk (vector 'a \"b\" #\\c 4.5) 0)
           (map (lambda (x y) (* x y)) '(1 2 3) '(4 5 6)))",
    "(import (scheme base))
     (define-record-type point (make-point x y) point? (x point-x set-point-x!) (y point-y))
     (define p (make-point 1 2))
     (define (move p n) (if (= n 0) p (begin (set-point-x! p (+ (point-x p) (point-y p))) (move p (- n 1)))))
     (define-syntax swap! (syntax-rules () ((_ a b) (let ((t a)) (set! a b) (set! b t)))))
     (let ((text (make-string 5 #\\a)) (bytes (bytevector 1 2 3)) (a 1) (b '#(1 #u8(1 2) \"x\" 1/2 123456789012345678901)))
       (swap! a b)
       (string-set! text 2 #\\λ) (bytevector-u8-set! bytes 1 250)
       (list (point-x (move p 10)) (point? p) a b
             (string-ref text 2) (bytevector-u8-ref bytes 1) (char->integer #\\a) (string-length text)))",
    "(import (scheme base))
     (define k #f)
     (define n 0)
     (define winds 0)
     (define (generate xs)
       (call/cc (lambda (return) (for-each (lambda (x) (call/cc (lambda (next) (set! k next) (return x)))) xs) 'done)))
     (define first (generate '(1 2 3)))
     (set! n (+ n 1))
     (define p (make-parameter 10))
     (define (safe thunk) (guard (e (#t (list 'caught (error-object? e)))) (thunk)))
     (list (safe (lambda () (car n))) (safe (lambda () (raise 'x))) (safe (lambda () (error \"no\" 1)))
           (parameterize ((p 11)) (p)) (call-with-values (lambda () (values 1 2 3)) list)
           (dynamic-wind (lambda () (set! winds (+ winds 1))) (lambda () n) (lambda () (set! winds 0)))
           (with-exception-handler (lambda (e) 42) (lambda () (+ 1 (raise-continuable 'c)))))
     (if (and k (< n 5)) (begin (set! n (+ n 5)) (k 1)))",
    "(define-library (shapes) (export area scale) (import (scheme base))
       (begin (define (area w h) (* w h)) (define (scale x) (let loop ((i 0) (x x)) (if (= i 3) x (loop (+ i 1) (* x 2)))))))
     (import (scheme base) (scheme inexact) (shapes))
     (define (closures n) (do ((i 0 (+ i 1)) (all '() (cons (lambda () (set! i (+ i 1)) i) all))) ((= i n) all)))
     (list (area 3 4.5) (scale 7) (map (lambda (f) (f)) (closures 4)) (sqrt 2.0) (exact (floor 2.7))
           (quotient 17 5) (expt 2 100))",
    "(import (scheme base) (scheme eval) (scheme repl))
     (define ring '#0=(a #(b #0#) . #0#))
     (define x 1)
     (define-syntax twice (syntax-rules () ((_ e) (begin e e)) ((_ e f) '(#1=(e . #()) #2=(in #2#)))))
     (define-syntax counter (syntax-rules () ((_ n) (begin (define hidden 5) (define (n) (set! hidden (+ hidden 1)) hidden)))))
     (counter next)
     (list (eq? ring (cddr ring)) (eval '(begin (define y 2) (twice (next)) (list x y (vector-map + #(1 2) #(3 4))))
                                        (interaction-environment)))",
];

/// A directory of its own that is removed in the end.
#[derive(Debug)]
pub struct Directory(pub PathBuf);

impl Directory {
    /// A new one; in memory, where the system has that.
    pub fn new(name: &str) -> Directory {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let shared = Path::new("/dev/shm");
        let parent = if shared.is_dir() { shared.to_path_buf() } else { std::env::temp_dir() };
        let path = parent.join(format!("limpet-{}-{number}-{name}", std::process::id()));
        fs::create_dir_all(&path).expect("a temporary directory");
        Directory(path)
    }

    /// A path in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Compiles a program's text with `binary` (one of this crate's) to an image; its path.
///
/// # Errors
/// When that fails.
pub fn compile(binary: &Path, directory: &Directory, name: &str, text: &str, alignment: u64) -> io::Result<PathBuf> {
    let (source, image) = (directory.path(&format!("{name}.scm")), directory.path(&format!("{name}.go")));
    fs::write(&source, text)?;
    let alignment = format!("--segment-alignment={alignment}");
    let line = ["compile", &alignment, &source.to_string_lossy(), "-o", &image.to_string_lossy()];
    let run = process::run(process::command(binary, true, &PLAIN, &line))?;
    match run.output.status.success() {
        true => Ok(image),
        false => Err(io::Error::other(run.stderr())),
    }
}

/// The images of [`PROGRAMS`].
///
/// # Errors
/// When one can't be compiled.
pub fn seeds(binary: &Path, directory: &Directory) -> io::Result<Vec<PathBuf>> {
    let numbered = PROGRAMS.iter().enumerate();
    numbered.map(|(i, text)| compile(binary, directory, &format!("seed-{i}"), text, ALIGNMENT)).collect()
}

/// Another word, near one that was there.
fn altered(random: &mut Random, near: u32) -> u32 {
    match random.below(6) {
        0 => near.wrapping_add(1),
        1 => near.wrapping_sub(1),
        2 => near ^ 1 << random.below(32),
        3 => u32::MAX,
        _ => random.below(16) as u32,
    }
}

/// A valid image, and what is known of it.
#[derive(Debug)]
pub struct Seed {
    bytes: Vec<u8>,
    /// Bytes that are not holes.
    used: Vec<usize>,
    /// Offset and size of sections.
    sections: Vec<(usize, usize)>,
    /// Byte offset and units of each code, and its registers.
    codes: Vec<(usize, usize, usize)>,
}

impl Seed {
    /// From a valid image.
    ///
    /// # Errors
    /// When it is none.
    pub fn new(bytes: Vec<u8>) -> Result<Seed, ImageError> {
        let image = Image::from_bytes(&bytes)?;
        image.verify()?;
        let sections = image.sections().iter().filter(|s| s.kind != 0 && s.size > 0);
        let sections: Vec<(usize, usize)> = sections.map(|s| (s.offset as usize, s.size as usize)).collect();
        let code_section = image.sections().iter().find(|s| s.name == Table::Code.section());
        let start = code_section.map_or(0, |section| section.offset as usize);
        let codes = (0..image.code_count())
            .map(|index| {
                let code: CodeRecord = image.code(index);
                (start + 4 * code.units.first as usize, code.units.count as usize, code.frame_size as usize)
            })
            .collect();
        let used = (0..bytes.len()).filter(|&at| bytes[at] != 0 || at < 512).collect();
        Ok(Seed { used, sections, codes, bytes })
    }

    /// The image with one to three changes: of bytes anywhere, of words of tables, of instructions.
    pub fn mutate(&self, random: &mut Random) -> Vec<u8> {
        let mut bytes = self.bytes.clone();
        for _ in 0..1 + random.below(3) {
            match random.below(10) {
                0 => {
                    let at = self.used[random.below(self.used.len())];
                    bytes[at] ^= 1 << random.below(8);
                }
                1 | 2 => {
                    let (offset, size) = self.sections[random.below(self.sections.len())];
                    let at = offset + 4 * random.below(size / 4);
                    if let Some(word) = bytes.get_mut(at..at + 4) {
                        let near = u32::from_le_bytes(word.try_into().unwrap_or_default());
                        word.copy_from_slice(&altered(random, near).to_le_bytes());
                    }
                }
                _ => {
                    let (offset, count, registers) = self.codes[random.below(self.codes.len())];
                    let place = &mut bytes[offset..offset + 4 * count];
                    let mut units: Vec<u32> =
                        place.chunks(4).map(|b| u32::from_le_bytes(b.try_into().unwrap_or_default())).collect();
                    mutate_units(registers, &mut units, random);
                    place.chunks_mut(4).zip(units).for_each(|(b, unit)| b.copy_from_slice(&unit.to_le_bytes()));
                }
            }
        }
        if random.below(100) == 0 {
            bytes.truncate(random.below(bytes.len()));
        }
        bytes
    }
}

/// Changes one instruction so that it has a chance to be one still.
fn mutate_units(registers: usize, units: &mut [u32], random: &mut Random) {
    let mut starts = Vec::new();
    let mut at = 0;
    while at < units.len() {
        starts.push(at);
        let Some(op) = Op::from_number(units[at] as u8) else { break };
        let captures = if op.format() == Format::Closure { units.get(at + 1).map_or(0, |&n| n as usize) } else { 0 };
        at = at.saturating_add(op.format().units().saturating_add(captures));
    }
    let i = random.below(starts.len());
    let at = starts[i];
    let end = starts.get(i + 1).copied().unwrap_or(units.len());
    match random.below(10) {
        // Another operation of the same form.
        0..3 => {
            let Some(op) = Op::from_number(units[at] as u8) else { return };
            let alike: Vec<Op> = Op::ALL.iter().copied().filter(|o| o.format() == op.format()).collect();
            units[at] = units[at] & !0xff | alike[random.below(alike.len())] as u32;
        }
        // Another register or small number.
        3..7 => {
            let shift = 8 * (1 + random.below(3));
            let value = if random.below(10) > 0 { random.below(registers) } else { random.below(256) };
            units[at] = units[at] & !(0xff << shift) | (value as u32 & 0xff) << shift;
        }
        // Another jump, index or capture.
        7 if end > at + 1 => {
            let unit = at + 1 + random.below(end - at - 1);
            units[unit] = match random.below(3) {
                0 => (starts[random.below(starts.len())] as u32).wrapping_sub(at as u32),
                1 => random.below(registers) as u32,
                _ => altered(random, units[unit]),
            };
        }
        // An instruction from elsewhere in place of this one, if it is as long.
        8 => {
            let j = random.below(starts.len());
            let from = starts[j];
            let other = starts.get(j + 1).copied().unwrap_or(units.len());
            if other - from == end - at {
                units.copy_within(from..other, at);
            }
        }
        _ => units[at] = altered(random, units[at]),
    }
}

/// Images that one machine runs before another takes its place: what a run leaves behind stays in it.
const RUNS_OF_A_MACHINE: u64 = 100;

/// Instructions that a run may take on a machine that counts them.
const STEPS: u64 = 200_000;

/// A machine that runs images.
struct Runner {
    vm: Vm,
    watch: Watch,
    runs: u64,
}

impl Runner {
    /// One in which the library is loaded, as the seeds need it. If it counts, its runs end after so many instructions,
    /// always the same, and the observed instance of the interpreter executes them; else they end after some time.
    fn new(seeds: &[PathBuf], counts: bool) -> Runner {
        let heap = gc::Config {
            poison: true,
            verify: true,
            minimum: 1 << 20,
            nursery: 1 << 18,
            ..gc::Config::with_limit(64 << 20)
        };
        let stack = StackConfig { total_slots: 1 << 18, ..StackConfig::default() };
        let config = Config { machine: machine::Config { heap, stack }, ..Config::default() };
        let mut vm = Vm::new(config).expect("memory");
        let watch = Watch::over(vm.interrupt_handle());
        for seed in seeds {
            vm.run_file(seed).expect("an image that is in order runs");
        }
        if counts {
            vm.set_step_limit(Some(STEPS)).expect("hooks");
        }
        Runner { vm, watch, runs: 0 }
    }

    /// Runs an image; whether it had to be ended.
    fn run(&mut self, image: &Path) -> bool {
        let vm = &mut self.vm;
        let mut ended = false;
        self.watch.during(|| {
            let outcome = vm.run_file(image);
            ended = outcome.is_err_and(|error| matches!(error.kind, ErrorKind::StepLimit | ErrorKind::Interrupted));
        });
        vm.forget_interrupts();
        self.runs += 1;
        ended
    }
}

/// Changes images, runs what passes. Image `n` depends on `first + n` alone; `note` is told each number before it is run.
pub fn storm(seeds: &[PathBuf], directory: &Directory, first: u64, images: u64, note: &mut dyn FnMut(u64)) -> Tally {
    let known: Vec<Seed> = seeds
        .iter()
        .map(|path| Seed::new(fs::read(path).expect("an image")).expect("an image that is in order"))
        .collect();
    let mut tally = Tally::default();
    let mut runner: Option<Runner> = None;
    for number in first..first + images {
        let mut random = Random(number);
        let bytes = known[random.below(known.len())].mutate(&mut random);
        tally.inputs += 1;
        let Ok(image) = Image::from_bytes(&bytes) else { continue };
        tally.sound += 1;
        if image.verify().is_err() {
            continue;
        }
        tally.run += 1;
        note(number);
        // A name of its own: images that were loaded before are mapped still.
        let path = directory.path(&format!("{number}.go"));
        fs::write(&path, &bytes).expect("room for an image");
        let machine = runner.get_or_insert_with(|| Runner::new(seeds, random.below(2) == 0));
        tally.ended += u64::from(machine.run(&path));
        let _ = fs::remove_file(&path);
        if machine.runs == RUNS_OF_A_MACHINE {
            machine.vm.collect_garbage();
            runner = None;
        }
    }
    tally
}
