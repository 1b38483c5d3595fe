//! Code that was changed at random and that the verifier lets pass is run: nothing it does may harm the machine.
//!
//! The changes know what instructions look like, so that many pass. Debug builds check on every access that objects are
//! what handlers take them for; freed memory is poisoned, and the whole heap is checked after each collection. A run
//! that does not end is interrupted, which must be heard.
//!
//! `LIMPET_FUZZ_SEED` and `LIMPET_FUZZ_RUNS` choose others than the few runs of the ordinary suite.

use crate::{
    bytecode::ops::{Format, Op},
    compile::{compile, draft::Draft, link},
    expand::{core::GlobalId, core::NodeId, toplevel::FileMode},
    gc,
    machine::{self, InterruptHandle},
    vm::{Config, Vm},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// What is changed. Nothing here reads or writes files, or prints.
const PROGRAMS: &[&str] = &[
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
     (define-record-type <other> (make-other z) other? (z other-z))
     (define p (make-point 1 2))
     (define (move p n) (if (= n 0) p (begin (set-point-x! p (+ (point-x p) (point-y p))) (move p (- n 1)))))
     (let ((text (make-string 5 #\\a)) (bytes (bytevector 1 2 3)))
       (string-set! text 2 #\\λ) (bytevector-u8-set! bytes 1 250)
       (list (point-x (move p 10)) (point? p) (other? p) (other-z (make-other text))
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
    "(import (scheme base) (scheme inexact))
     (define (sort xs)
       (if (or (null? xs) (null? (cdr xs))) xs
           (let split ((xs xs) (a '()) (b '()))
             (if (null? xs) (merge (sort a) (sort b)) (split (cdr xs) (cons (car xs) b) a)))))
     (define (merge a b)
       (cond ((null? a) b) ((null? b) a) ((< (car a) (car b)) (cons (car a) (merge (cdr a) b)))
             (else (cons (car b) (merge a (cdr b))))))
     (define (closures n) (do ((i 0 (+ i 1)) (all '() (cons (lambda () (set! i (+ i 1)) i) all))) ((= i n) all)))
     (list (sort '(3 1 2.5 7 -4 1/2)) (map (lambda (f) (f)) (closures 4)) (sqrt 2.0) (exact (floor 2.7))
           (quotient 17 5) (expt 2 100) (bitwise 1 2))
     (define (bitwise a b) (eqv? a b))",
];

/// SplitMix64 (Steele, Lea, Flood, 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// Changes a code or two in a draft.
fn mutate(draft: &mut Draft, random: &mut Random) {
    for _ in 0..1 + random.below(3) {
        let code = random.below(draft.codes.len());
        let others = draft.codes.len();
        let code = &mut draft.codes[code];
        match random.below(20) {
            0 => code.frame_size = random.below(code.frame_size as usize * 2 + 1) as u32,
            1 => code.captures = random.below(code.captures as usize + 2) as u32,
            2 if !code.codes.is_empty() => {
                let i = random.below(code.codes.len());
                code.codes[i].0 = random.below(others) as u32;
            }
            3 if code.constants.len() > 1 => {
                let (i, j) = (random.below(code.constants.len()), random.below(code.constants.len()));
                code.constants.swap(i, j);
            }
            _ => mutate_units(code.frame_size as usize, &mut code.units, random),
        }
    }
}

fn mutate_units(registers: usize, units: &mut [u32], random: &mut Random) {
    let mut starts = Vec::new();
    let mut at = 0;
    while at < units.len() {
        starts.push(at);
        let Some(op) = Op::from_number(units[at] as u8) else { break };
        let captures = if op.format() == Format::Closure { units.get(at + 1).map_or(0, |&n| n as usize) } else { 0 };
        at += op.format().units() + captures;
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
            let value = if random.chance(90) { random.below(registers) } else { random.below(256) };
            units[at] = units[at] & !(0xff << shift) | (value as u32 & 0xff) << shift;
        }
        // Another jump, index or capture.
        7 if end > at + 1 => {
            let unit = at + 1 + random.below(end - at - 1);
            units[unit] = match random.below(4) {
                0 => (starts[random.below(starts.len())] as u32).wrapping_sub(at as u32),
                1 => random.below(registers) as u32,
                2 => units[unit] ^ 1 << random.below(32),
                _ => random.below(4) as u32,
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
        _ => units[at] ^= 1 << random.below(32),
    }
}

/// The drafts of a program file.
fn drafts(vm: &mut Vm, text: &str) -> Vec<Draft> {
    let machine = vm.machine();
    let mut front = machine.front.take().expect("a front end");
    let source = front.expander.sources.add("test", text);
    let programs = front.expander.expand_file(source, text, FileMode::Program).expect("a program");
    while machine.globals.len() < front.expander.global_count() {
        let symbol = machine.intern(front.expander.global_name(GlobalId(machine.globals.len() as u32)));
        let global = machine.make_global(symbol);
        machine.globals.push(global);
    }
    let drafts = programs.into_iter().map(|program| {
        let root = NodeId(program.nodes.len() as u32 - 1);
        compile(program, root, &|id| front.expander.core_name(id)).expect("no limit is exceeded")
    });
    let drafts = drafts.collect();
    machine.front = Some(front);
    drafts
}

/// Interrupts a machine that has been at one run for long; ends the process if that is not heard.
struct Watch {
    /// Milliseconds at which the run began, since the start of the watch; 0: none is under way.
    began: Arc<AtomicU64>,
    start: Instant,
}

impl Watch {
    fn over(handle: InterruptHandle) -> Watch {
        let watch = Watch { began: Arc::new(AtomicU64::new(0)), start: Instant::now() };
        let (began, start) = (Arc::downgrade(&watch.began), watch.start);
        std::thread::spawn(move || {
            while let Some(began) = began.upgrade() {
                std::thread::sleep(Duration::from_millis(20));
                let since = began.load(Ordering::SeqCst);
                let elapsed = (start.elapsed().as_millis() as u64 + 1).saturating_sub(since);
                if since != 0 && elapsed > 100 {
                    handle.interrupt();
                    if elapsed > 60_000 {
                        eprintln!("a run does not end");
                        std::process::abort();
                    }
                }
            }
        });
        watch
    }

    fn begin(&self) {
        self.began.store(self.start.elapsed().as_millis() as u64 + 1, Ordering::SeqCst);
    }

    fn end(&self) {
        self.began.store(0, Ordering::SeqCst);
    }
}

/// Runs that a machine makes before another takes its place: what a run leaves behind stays in it.
const RUNS_OF_A_MACHINE: u64 = 200;

/// Changes programs, runs what passes; how many did.
fn run(seed: u64, runs: u64) -> u64 {
    let heap = gc::Config {
        poison: true,
        verify: true,
        minimum: 1 << 20,
        nursery: 1 << 18,
        ..gc::Config::with_limit(64 << 20)
    };
    let stack = crate::interp::stack::StackConfig { total_slots: 1 << 18, ..Default::default() };
    let mut passed = 0;
    let mut done = 0;
    while done < runs {
        let config =
            Config { machine: machine::Config { heap: heap.clone(), stack: stack.clone() }, ..Config::default() };
        let mut vm = Vm::new(config).expect("memory");
        let watch = Watch::over(vm.machine().interrupt_handle());
        let programs: Vec<Vec<Draft>> = PROGRAMS.iter().map(|text| drafts(&mut vm, text)).collect();
        // All of a program but its last draft are libraries that it imports: they are run as they are.
        for draft in programs.iter().flat_map(|drafts| &drafts[..drafts.len() - 1]) {
            execute(&mut vm, draft.clone(), &watch, true);
        }
        for _ in 0..RUNS_OF_A_MACHINE.min(runs - done) {
            let mut random = Random(seed + done);
            done += 1;
            let drafts = &programs[random.below(programs.len())];
            let mut draft = drafts.last().expect("a program").clone();
            mutate(&mut draft, &mut random);
            if draft.verify().is_ok() {
                passed += 1;
                if std::env::var_os("LIMPET_FUZZ_SHOW").is_some() {
                    eprintln!("{}", seed + done - 1);
                }
                execute(&mut vm, draft, &watch, false);
            }
        }
        vm.machine().collect_garbage();
    }
    passed
}

fn execute(vm: &mut Vm, draft: Draft, watch: &Watch, has_handlers: bool) {
    let machine = vm.machine();
    let handlers = if has_handlers { machine.raise_procedure } else { crate::value::Word::FALSE };
    let Ok(thunk) = link::link(&draft, machine, &mut |machine, id| machine.globals[id.index()]) else { return };
    // Without handlers an interrupt ends the run.
    let raise = std::mem::replace(&mut machine.raise_procedure, handlers);
    watch.begin();
    let result = machine.call(thunk, &[]);
    watch.end();
    machine.raise_procedure = raise;
    if let Ok(value) = result {
        let _ = crate::runtime::print::to_string(machine, value, crate::runtime::print::Style::Write);
    }
    machine.safepoint.fetch_and(!machine::interrupt::USER, Ordering::SeqCst);
    machine.dynamic_state = crate::value::Word::NIL;
    machine.winders = crate::value::Word::NIL;
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn what_the_verifier_lets_pass_does_no_harm() {
    let runs = number("LIMPET_FUZZ_RUNS").unwrap_or(300);
    let passed = run(number("LIMPET_FUZZ_SEED").unwrap_or(1), runs);
    eprintln!("{passed} of {runs} changed programs were run");
    assert!(passed * 20 > runs, "only {passed} of {runs} changed programs passed: that tests little");
}
