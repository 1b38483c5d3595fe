//! Native code against interpretation: recordings are compiled with all passes, none, and each one off, run, and must
//! leave the machine as the interpreter of recordings does, exits, side traces and links included.

#![cfg(all(target_arch = "x86_64", unix))]

mod common;
#[path = "common/generate.rs"]
mod generate;
#[path = "common/machine.rs"]
mod machine;
#[path = "common/random.rs"]
mod random;

use common::layout;
use generate::{Generated, Kind, root, root_kinds, side};
use limpet_jit::{build::parse::parse, compile::Compiler};
use limpet_plugin_api::{AbortReason, Recording, TraceEndKind, params::PASSES};
use machine::{Left, Machine, fixnum, float, runnable_layout};
use random::Random;
use std::collections::{BTreeMap, HashMap};

/// A program: a loop, and what follows some of its exits, by resume address.
struct Program {
    root: Recording,
    sides: BTreeMap<u64, Recording>,
    text: String,
}

/// Rounds between native code and interpreter before a run counts as endless.
const ROUNDS: usize = 100_000;

fn start(machine: &mut Machine, limit: i64) {
    let pair = machine.pair(fixnum(7), float(2.5));
    for (slot, word) in [(0, fixnum(0)), (1, fixnum(limit)), (2, fixnum(3)), (3, fixnum(-5))] {
        machine.set_slot(slot, word);
    }
    machine.set_slot(4, float(1.25));
    machine.set_slot(5, float(-7.5));
    machine.set_slot(6, pair);
    machine.set_slot(7, pair);
}

/// The state at the end of a run.
fn outcome(machine: &mut Machine, left: Left) -> String {
    let moved = machine.base_moved();
    machine.base = machine.base.wrapping_add_signed(-moved * 8);
    format!("resume {:#x} base {moved} {}", left.resume, machine.describe_slots(12))
}

fn interpret(program: &Program, limit: i64) -> String {
    let mut machine = Machine::new();
    start(&mut machine, limit);
    let mut recording = &program.root;
    for _ in 0..ROUNDS {
        match machine.interpret(recording) {
            None => recording = &program.root,
            Some(left) => match program.sides.get(&left.resume) {
                Some(side) => recording = side,
                None => return outcome(&mut machine, left),
            },
        }
    }
    panic!("endless\n{}", program.text);
}

#[derive(Default)]
struct Counts {
    compiled: usize,
    sides: usize,
}

/// `None` if the loop was not compiled.
fn run_native(program: &Program, limit: i64, options: &str, counts: &mut Counts) -> Option<String> {
    let (mut compiler, warnings) = Compiler::new(runnable_layout(), options, "").expect("the layout is supported");
    assert!(warnings.is_empty(), "{warnings:?}");
    let compile = |compiler: &mut Compiler, recording: &Recording| match compiler.compile(recording) {
        Ok(trace) => Some(trace),
        Err(abort) if [AbortReason::TypeUnstable, AbortReason::LeavesLoop].contains(&abort.reason) => None,
        Err(abort) => panic!("{options}: {abort}\n{}", program.text),
    };
    let mut entry = compile(&mut compiler, &program.root);
    for _ in 0..3 {
        // The third time an unstable loop is accepted; a contradiction in itself never is.
        entry = entry.or_else(|| compile(&mut compiler, &program.root));
    }
    let entry = entry?.entry;
    counts.compiled += 1;
    let mut machine = Machine::new();
    start(&mut machine, limit);
    let mut tried: HashMap<(u32, u32), bool> = HashMap::new();
    let mut left = machine.enter(compiler.enter(), entry);
    for _ in 0..ROUNDS {
        let Some(side) = program.sides.get(&left.resume) else {
            return Some(outcome(&mut machine, left));
        };
        if let Some((trace, exit)) = left.exit
            && !tried.contains_key(&(trace, exit))
        {
            let recording = Recording { parent: trace, parent_exit: exit, ..side.clone() };
            let compiled = compile(&mut compiler, &recording).is_some();
            counts.sides += compiled as usize;
            tried.insert((trace, exit), compiled);
        }
        left = match machine.interpret(side) {
            Some(left) => left,
            None => machine.enter(compiler.enter(), entry),
        };
    }
    panic!("endless with {options}\n{}", program.text);
}

fn generate_program(seed: u64) -> Program {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut resume = 0x100;
    let Generated { text, states } = root(&mut random, &mut resume);
    let mut all = text.clone();
    let mut sides = BTreeMap::new();
    let mut open: Vec<(u64, i32, BTreeMap<i32, Kind>)> = states;
    while !open.is_empty() {
        let (start, base, kinds) = open.remove(0);
        if sides.len() >= 10 || random.below(5) == 0 {
            continue;
        }
        debug_assert!(root_kinds().keys().all(|slot| kinds.contains_key(slot)));
        let generated = side(&mut random, &mut resume, start, base, kinds);
        all.push_str(&generated.text);
        open.extend(generated.states);
        sides.insert(start, parse(&generated.text).unwrap_or_else(|error| panic!("{error}\n{}", generated.text)));
    }
    let root = parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(root.end.kind, TraceEndKind::Loop);
    Program { root, sides, text: all }
}

fn variants() -> Vec<String> {
    let mut variants = vec!["opt=all,verify=1".to_string(), "opt=none,verify=1".to_string()];
    variants.extend(PASSES.iter().map(|(pass, _)| format!("opt=-{pass}")));
    variants.extend(PASSES.iter().map(|(pass, _)| format!("opt=none,opt={pass}")));
    variants
}

/// `LIMPET_FUZZ_RUNS` and `LIMPET_FUZZ_SEED` widen the search.
#[test]
fn random_programs_agree() {
    let setting = |name: &str, default| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (first, runs) = (setting("LIMPET_FUZZ_SEED", 1u64), setting("LIMPET_FUZZ_RUNS", 50u64));
    assert_eq!(layout().tag_bits, 3);
    let mut counts = Counts::default();
    for seed in first..first + runs {
        let program = generate_program(seed);
        for limit in [1, 40] {
            let expected = interpret(&program, limit);
            for options in variants() {
                if let Some(got) = run_native(&program, limit, &options, &mut counts) {
                    assert_eq!(got, expected, "seed {seed}, limit {limit}, {options}\n{}", program.text);
                }
            }
        }
    }
    // The generator is worth something only if most programs compile, and exits are followed.
    println!("{} runs, {} side traces", counts.compiled, counts.sides);
    assert!(counts.compiled as u64 > runs * 20 && counts.sides as u64 > runs);
}
