//! Random programs, compiled and run, against the evaluator: registers that overlap, moves in a wrong order and variables that
//! are captured too early all show as wrong numbers.

use super::{
    compile,
    evaluator::{Evaluator, Value},
    integrable, read,
};
use crate::{
    compile::link::link,
    machine::{Config, Machine},
    value::Word,
};
use std::collections::HashMap;

/// Writes programs whose every expression is an integer or, in conditions, a boolean.
struct Writer {
    state: u64,
    /// Integer variables in scope, and whether `set!` may assign them.
    integers: Vec<(String, bool)>,
    /// Procedures in scope: name, number of parameters, and the variable that each call counts down, if any.
    procedures: Vec<(String, usize, Option<String>)>,
    names: usize,
}

impl Writer {
    fn below(&mut self, n: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 11) as usize % n
    }

    fn name(&mut self, letter: &str) -> String {
        self.names += 1;
        format!("{letter}{}", self.names)
    }

    fn scoped(&mut self, variables: &[String], body: impl FnOnce(&mut Writer) -> String) -> String {
        let depth = self.integers.len();
        self.integers.extend(variables.iter().map(|v| (v.clone(), true)));
        let text = body(self);
        self.integers.truncate(depth);
        text
    }

    fn leaf(&mut self) -> String {
        if !self.integers.is_empty() && self.below(3) > 0 {
            let i = self.below(self.integers.len());
            return self.integers[i].0.clone();
        }
        (self.below(12) as i64 - 3).to_string()
    }

    fn lambda(&mut self, parameters: usize, depth: usize) -> String {
        let names: Vec<_> = (0..parameters).map(|_| self.name("p")).collect();
        let body = self.scoped(&names, |w| w.integer(depth));
        format!("(lambda ({}) {body})", names.join(" "))
    }

    /// Procedures that call each other with a first argument that counts down.
    fn loops(&mut self, depth: usize) -> String {
        let count = 1 + self.below(2);
        let outer = self.procedures.len();
        let counters: Vec<_> = (0..count).map(|_| self.name("i")).collect();
        let heads: Vec<(String, usize)> = (0..count).map(|_| (self.name("loop"), self.below(3))).collect();
        let mut text = String::from("(letrec (");
        for (i, (name, parameters)) in heads.iter().enumerate() {
            // Within this body, calls count down this body's counter.
            self.procedures.truncate(outer);
            for (other, parameters) in &heads {
                self.procedures.push((other.clone(), *parameters, Some(counters[i].clone())));
            }
            let names: Vec<_> = (0..*parameters).map(|_| self.name("a")).collect();
            let integers = self.integers.len();
            self.integers.push((counters[i].clone(), false));
            let (result, again) = self.scoped_pair(&names, depth);
            self.integers.truncate(integers);
            text += &format!(
                "({name} (lambda ({} {}) (if (< {} 1) {result} {again})))",
                counters[i],
                names.join(" "),
                counters[i]
            );
        }
        self.procedures.truncate(outer);
        let (name, parameters) = &heads[0];
        let operands: Vec<_> = (0..*parameters).map(|_| self.integer(depth / 2)).collect();
        let times = self.below(5);
        text += &format!(") ({name} {times} {}))", operands.join(" "));
        text
    }

    fn scoped_pair(&mut self, names: &[String], depth: usize) -> (String, String) {
        let mut again = String::new();
        let result = self.scoped(names, |w| {
            // The result must not call again.
            let procedures = std::mem::take(&mut w.procedures);
            let result = w.integer(depth / 2);
            w.procedures = procedures;
            again = w.integer(depth);
            result
        });
        (result, again)
    }

    fn call(&mut self, depth: usize) -> Option<String> {
        if self.procedures.is_empty() {
            return None;
        }
        let i = self.below(self.procedures.len());
        let (name, parameters, counter) = self.procedures[i].clone();
        let depth = if self.below(2) == 0 { depth } else { depth / 2 };
        let mut operands: Vec<_> = (0..parameters).map(|_| self.integer(depth)).collect();
        if let Some(counter) = counter {
            operands.insert(0, format!("(- {counter} 1)"));
            if parameters > 0 && self.below(3) == 0 {
                // A procedure that is called once, for an operand, and reads variables that the call changes.
                let (f, which) = (self.name("f"), 1 + self.below(parameters));
                let lambda = format!("(lambda () (+ {counter} {}))", self.integer(depth));
                operands[which] = format!("(- ({f}) {})", operands[which]);
                return Some(format!("(let (({f} {lambda})) ({name} {}))", operands.join(" ")));
            }
        }
        Some(match (operands.len(), self.below(4)) {
            (1, 0) => format!("(call1 {name} {})", operands[0]),
            _ => format!("({name} {})", operands.join(" ")),
        })
    }

    fn condition(&mut self, depth: usize) -> String {
        let d = depth / 2;
        match self.below(9) {
            0 => format!("(not {})", self.condition(d)),
            1 if depth > 0 => format!("(if {} {} #f)", self.condition(d), self.condition(d)),
            2 if depth > 0 => {
                let t = self.name("t");
                format!("(let (({t} {})) (if {t} {t} {}))", self.condition(d), self.condition(d))
            }
            3 => format!("(even? {})", self.integer(d)),
            4 => format!("(> {} {} {})", self.integer(d), self.integer(d), self.integer(d)),
            5 => format!("(zero? {})", self.integer(d)),
            6 => format!("(= {} {})", self.integer(d), self.integer(d)),
            _ => format!("(< {} {})", self.integer(d), self.integer(d)),
        }
    }

    fn integer(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.leaf();
        }
        let d = depth - 1;
        match self.below(23) {
            0 => self.leaf(),
            22 => {
                let t = self.name("t");
                let (condition, first) = (self.condition(d), self.integer(d));
                format!("(let (({t} (if {condition} #f {first}))) (if {t} {t} {}))", self.integer(d))
            }
            1 => format!("(+ {} {})", self.integer(d), self.integer(d)),
            2 => format!("(+ {} 1)", self.integer(d)),
            3 => format!("(- {} {})", self.integer(d), self.integer(d)),
            4 => format!("(remainder (* {} {}) 997)", self.integer(d), self.integer(d)),
            5 => format!("(+ {} {} {})", self.integer(d), self.integer(d), self.leaf()),
            6 | 7 => format!("(if {} {} {})", self.condition(d), self.integer(d), self.integer(d)),
            8 | 9 => {
                let names: Vec<_> = (0..1 + self.below(3)).map(|_| self.name("x")).collect();
                let inits: String = names.iter().map(|n| format!("({n} {})", self.integer(d / 2))).collect();
                let body = self.scoped(&names, |w| w.integer(d));
                format!("(let ({inits}) {body})")
            }
            10 => {
                let assignable: Vec<_> = self.integers.iter().filter(|v| v.1).map(|v| v.0.clone()).collect();
                match assignable.len() {
                    0 => self.leaf(),
                    n => {
                        let i = self.below(n);
                        format!("(begin (set! {} {}) {})", assignable[i], self.integer(d), self.integer(d))
                    }
                }
            }
            11..=13 => self.loops(d),
            14 => {
                // A procedure that is called somewhere, or is a value.
                let (name, parameters) = (self.name("f"), self.below(3));
                let lambda = self.lambda(parameters, d);
                let form = if self.below(2) == 0 { "let" } else { "letrec" };
                self.procedures.push((name.clone(), parameters, None));
                let body = self.integer(d);
                self.procedures.pop();
                format!("({form} (({name} {lambda})) {body})")
            }
            15 => format!("(call0 {})", self.lambda(0, d)),
            16 => format!("(call1 {} {})", self.lambda(1, d), self.integer(d)),
            17 => {
                let side = if self.below(2) == 0 { "car" } else { "cdr" };
                format!("({side} (cons {} {}))", self.integer(d), self.integer(d))
            }
            18 => {
                // Definitions within a body: values and procedures that refer to those.
                let (x, f, y) = (self.name("x"), self.name("f"), self.name("y"));
                let value = self.integer(d / 2);
                let lambda = self.scoped(&[x.clone(), y.clone()], |w| w.lambda(0, d / 2));
                let other = self.scoped(std::slice::from_ref(&x), |w| w.integer(d / 2));
                self.procedures.push((f.clone(), 0, None));
                let body = self.scoped(&[x.clone(), y.clone()], |w| w.integer(d));
                self.procedures.pop();
                format!("(letrec (({x} {value}) ({f} {lambda}) ({y} {other})) {body})")
            }
            _ => self.call(d).unwrap_or_else(|| format!("(- {})", self.leaf())),
        }
    }
}

fn program(seed: u64, wide: bool) -> String {
    let state = (seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut writer = Writer { state, integers: Vec::new(), procedures: Vec::new(), names: 0 };
    let mut body = if wide {
        // So many variables in registers that the others are beyond the reach of eight bits.
        let names: Vec<_> = (0..260).map(|_| writer.name("w")).collect();
        let inits: String = names.iter().enumerate().map(|(i, n)| format!("({n} (call1 id {i}))")).collect();
        let body = writer.scoped(&names, |w| w.integer(6));
        format!("(let ({inits}) {body})")
    } else {
        writer.integer(7)
    };
    body = format!("(call0 (lambda () {body}))");
    format!(
        "(begin (define call0 (lambda (f) (f))) (define call1 (lambda (f x) (f x))) (define id (lambda (x) x)) {body})"
    )
}

/// Runs a program in both ways. `None` if its meaning takes too long to find.
fn agree(machine: &mut Machine, text: &str) -> Option<()> {
    let (core, root, names) = read(text);
    let mut evaluator = Evaluator { program: &core, names: &names, globals: HashMap::new(), fuel: 40_000 };
    let Value::Integer(expected) = evaluator.eval(root, &None)? else { panic!("an integer: {text}") };
    Word::try_fixnum(expected)?;

    machine.globals.clear();
    for name in &names {
        let symbol = machine.intern(name);
        let global = machine.make_global(symbol);
        machine.globals.push(global);
    }
    let core_name =
        |id: crate::expand::core::GlobalId| Some(names[id.index()].as_str()).filter(|n| integrable(n).is_some());
    let draft = compile(core.clone(), root, &core_name).expect("compiles");
    let shown = draft.to_string();
    let thunk = link(&draft, machine, &mut |machine, id| machine.globals[id.index()]).expect("links");
    match machine.call(thunk, &[]) {
        Ok(value) => assert_eq!(value, Word::fixnum(expected), "{text}\n{shown}"),
        Err(exit) => panic!("{exit:?}: {text}\n{shown}"),
    }
    Some(())
}

fn run(seeds: std::ops::Range<u64>, wide: bool) {
    let programs = seeds.end - seeds.start;
    // The evaluator recurses.
    let thread = std::thread::Builder::new().stack_size(256 << 20);
    let run = move || {
        let mut machine = Machine::bare(Config::default()).expect("memory");
        seeds.filter(|&seed| agree(&mut machine, &program(seed, wide)).is_some()).count()
    };
    let count = thread.spawn(run).expect("a thread").join().expect("agreement");
    assert!(count as u64 > programs / 2, "{count} of {programs} programs end soon enough");
}

#[test]
fn random_programs_mean_what_the_evaluator_says() {
    run(0..3_000, false);
}

#[test]
fn random_programs_with_wide_frames_mean_what_the_evaluator_says() {
    run(0..150, true);
}

/// As many as there is time for: `cargo test --release -- --ignored many_random_programs`.
#[test]
#[ignore = "a minute and a half in a release build"]
fn many_random_programs() {
    run(10_000..200_000, false);
    run(10_000..20_000, true);
}

#[test]
fn continuations_entered_again_see_assignments_but_not_later_iterations() {
    let mut vm = crate::vm::Vm::new(crate::vm::Config::default()).expect("memory");
    let program = "
        (define (assigned)
          (let ((n 0) (k #f))
            (call/cc (lambda (c) (set! k c)))
            (set! n (+ n 1))
            (if (< n 3) (k #f))
            n))
        ;; Each iteration leaves a continuation behind that knows its own i.
        (define (iterations)
          (let ((again '()) (seen '()))
            (let loop ((i 0))
              (if (< i 3)
                  (begin
                    (call/cc (lambda (c) (set! again (cons c again))))
                    (set! seen (cons i seen))
                    (if (< (length seen) 4) (loop (+ i 1)) seen))
                  (let ((k (car again))) (set! again '()) (k #f))))))
        (list (assigned) (iterations))";
    let value: crate::vm::Value = vm.eval(program).expect("runs");
    assert_eq!(vm.show(&value), "(3 (2 2 1 0))");
}
