//! Random Scheme programs that every engine must run alike: closures, loops, arithmetic up to large integers, vectors,
//! strings, records, lists, multiple values, escapes, exceptions, dynamic extents.
//!
//! A program is a procedure without parameters that gives an integer; programs end, since procedures call only earlier
//! ones and loops count, and integers stay below a few machine words, since what is kept is reduced. Whether they
//! are *right* is not asked here: the interpreter is compared with an evaluator of its own in
//! `host-vm/src/compile/tests`, and engines are compared with the interpreter.

/// Every integer that a program keeps is reduced by this.
const MODULUS: &str = "1000003";

struct Writer {
    state: u64,
    /// Integer variables in scope.
    integers: Vec<String>,
    /// Those of them that may be assigned.
    assignable: Vec<String>,
    /// Procedures of one integer in scope.
    procedures: Vec<String>,
    names: usize,
    /// How many times the innermost expression runs in one iteration of the outermost loop.
    repeats: usize,
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

    /// Writes with variables in scope; those that may be assigned are parameters of no loop.
    fn with(&mut self, names: &[&str], assignable: bool, body: impl FnOnce(&mut Writer) -> String) -> String {
        let (integers, assigned) = (self.integers.len(), self.assignable.len());
        self.integers.extend(names.iter().map(|name| name.to_string()));
        if assignable {
            self.assignable.extend(names.iter().map(|name| name.to_string()));
        }
        let text = body(self);
        self.integers.truncate(integers);
        self.assignable.truncate(assigned);
        text
    }

    /// Writes something that runs `times` times as often.
    fn repeated(&mut self, times: usize, body: impl FnOnce(&mut Writer) -> String) -> String {
        self.repeats *= times;
        let text = body(self);
        self.repeats /= times;
        text
    }

    fn leaf(&mut self) -> String {
        match self.below(8) {
            0 => "4611686018427387903".into(),
            1 => (self.below(4000) as i64 - 2000).to_string(),
            2 => (self.below(7) as i64 - 3).to_string(),
            _ => {
                let i = self.below(self.integers.len());
                self.integers[i].clone()
            }
        }
    }

    fn condition(&mut self, depth: usize) -> String {
        let d = depth / 2;
        match self.below(8) {
            0 => format!("(not {})", self.condition(d)),
            1 => format!("(and {} {})", self.condition(d), self.condition(d)),
            2 => format!("(or {} {})", self.condition(d), self.condition(d)),
            3 => format!("(even? {})", self.integer(d)),
            4 => format!("(= (modulo {} 3) {})", self.integer(d), self.below(3)),
            5 => format!("(memv (modulo {} 5) '(0 2 3))", self.integer(d)),
            _ => format!("(< {} {})", self.integer(d), self.integer(d)),
        }
    }

    fn integer(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.leaf();
        }
        let d = depth - 1;
        match self.below(26) {
            0 | 1 => format!("(+ {} {})", self.integer(d), self.integer(d)),
            2 => format!("(- {} {})", self.integer(d), self.integer(d)),
            3 => format!("(modulo (* {} {}) {MODULUS})", self.integer(d), self.integer(d)),
            4 => format!("(quotient {} {})", self.integer(d), 1 + self.below(9)),
            // Division by what may be zero: an exception.
            5 => format!(
                "(guard (e (#t {})) (remainder {} (modulo {} 4)))",
                self.leaf(),
                self.integer(d),
                self.integer(d)
            ),
            6 | 7 => format!("(if {} {} {})", self.condition(d), self.integer(d), self.integer(d)),
            8 => {
                let x = self.name("x");
                let value = self.integer(d);
                let body = self.with(&[&x], true, |w| w.integer(d));
                format!("(let (({x} {value})) {body})")
            }
            9 if !self.assignable.is_empty() => {
                let i = self.below(self.assignable.len());
                let variable = self.assignable[i].clone();
                format!("(begin (set! {variable} (modulo {} {MODULUS})) {})", self.integer(d), self.integer(d))
            }
            10 | 11 if self.repeats < 40 => {
                let (loop_, i, s, times) = (self.name("loop"), self.name("i"), self.name("s"), 2 + self.below(6));
                let step = self.repeated(times, |w| w.with(&[&i, &s], false, |w| w.integer(d)));
                let start = self.integer(d / 2);
                format!(
                    "(let {loop_} (({i} {times}) ({s} {start})) (if (= {i} 0) {s} ({loop_} (- {i} 1) (modulo {step} {MODULUS}))))"
                )
            }
            12 => {
                let (f, x) = (self.name("f"), self.name("x"));
                let inner = self.with(&[&x], true, |w| w.integer(d));
                self.procedures.push(f.clone());
                let body = self.integer(d);
                self.procedures.pop();
                format!("(let (({f} (lambda ({x}) {inner}))) {body})")
            }
            13 | 14 if !self.procedures.is_empty() => {
                let i = self.below(self.procedures.len());
                format!("({} {})", self.procedures[i].clone(), self.integer(d))
            }
            15 => format!("(vector-ref v (modulo {} 5))", self.integer(d)),
            16 => format!(
                "(begin (vector-set! v (modulo {} 5) (modulo {} {MODULUS})) {})",
                self.integer(d),
                self.integer(d),
                self.integer(d)
            ),
            17 => format!("(string-length (number->string {}))", self.integer(d)),
            18 => format!("(char->integer (string-ref text (modulo {} 6)))", self.integer(d)),
            19 => format!(
                "(begin (set-cell-value! c (modulo {} {MODULUS})) (+ (cell-value c) {}))",
                self.integer(d),
                self.integer(d)
            ),
            20 => {
                let x = self.name("x");
                let each = self.with(&[&x], true, |w| w.integer(d));
                format!("(apply + (map (lambda ({x}) {each}) (list {} {})))", self.integer(d), self.integer(d))
            }
            21 => {
                let k = self.name("k");
                let (first, condition, escape) = (self.integer(d), self.condition(d), self.integer(d));
                format!("(call/cc (lambda ({k}) (+ {first} (if {condition} ({k} {escape}) {}))))", self.integer(d))
            }
            22 => {
                let e = self.name("e");
                let handler = self.with(&[&e], false, |w| w.integer(d / 2));
                let (condition, raised) = (self.condition(d), self.integer(d));
                format!(
                    "(guard ({e} ((number? {e}) {handler})) (+ 1 (if {condition} (raise {raised}) {})))",
                    self.integer(d)
                )
            }
            23 => {
                let e = self.name("e");
                let handler = self.with(&[&e], false, |w| w.integer(d / 2));
                format!(
                    "(with-exception-handler (lambda ({e}) {handler}) (lambda () (+ 1 (raise-continuable {}))))",
                    self.integer(d)
                )
            }
            24 => {
                let (a, b) = (self.name("a"), self.name("b"));
                let (x, y) = (self.integer(d), self.integer(d));
                let body = self.with(&[&a, &b], true, |w| w.integer(d));
                format!("(call-with-values (lambda () (values {x} {y})) (lambda ({a} {b}) {body}))")
            }
            25 => {
                let body = self.integer(d);
                format!(
                    "(dynamic-wind (lambda () (set! n (+ n 1))) (lambda () {body}) (lambda () (set! n (modulo (+ n {}) 1000))))",
                    self.leaf()
                )
            }
            _ => format!("(exact (floor (* 0.375 (modulo {} 9999))))", self.integer(d)),
        }
    }
}

/// The program of a seed: an expression whose value is a procedure.
pub fn program(seed: u64) -> String {
    let state = (seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut writer = Writer {
        state,
        integers: vec!["n".into()],
        assignable: vec!["n".into()],
        procedures: Vec::new(),
        names: 0,
        repeats: 1,
    };
    let mut helpers = String::new();
    for i in 0..1 + writer.below(3) {
        let name = format!("helper{i}");
        // A helper may be called from within loops, so it has few of its own.
        let body = writer.repeated(10, |w| w.with(&["x"], true, |w| w.integer(3)));
        helpers += &format!("(define ({name} x) {body})\n");
        writer.procedures.push(name);
    }
    let iterations = 20 + writer.below(60);
    let body = writer.with(&["i", "sum"], false, |w| w.integer(4));
    format!(
        "(lambda ()
(define n 0) (define v (vector 1 2 3 4 5)) (define c (make-cell 7)) (define text \"limpet\")
{helpers}(let loop ((i 0) (sum 0)) (if (< i {iterations}) (loop (+ i 1) (modulo (+ sum {body}) {MODULUS})) (+ sum n))))"
    )
}

/// A file that runs the programs of these seeds and prints a line for each: the seed and its value, or what it raised.
pub fn file(seeds: std::ops::Range<u64>) -> String {
    let mut text = String::from(
        "(import (scheme base) (scheme write))
(define-record-type cell (make-cell value) cell? (value cell-value set-cell-value!))
(define (run seed program)
  (write seed) (display \" \")
  (write (guard (e ((error-object? e) (error-object-message e)) (#t (list 'raised e))) (program)))
  (newline))
",
    );
    for seed in seeds {
        text += &format!("(run {seed} {})\n", program(seed));
    }
    text
}
