//! Tests with hand-assembled code.

mod continuations;
mod control;
mod instructions;
mod recording;
mod speed;

use crate::{
    bytecode::{code::Code, ops::Op},
    machine::{Config, Machine},
    value::Word,
};

/// Assembles one code object.
#[derive(Default)]
pub struct Assembler {
    units: Vec<u32>,
    constants: Vec<Word>,
    codes: Vec<*const Code>,
    cells: usize,
    frame_size: u32,
    name: String,
}

impl Assembler {
    /// A procedure of so many parameters and registers.
    pub fn new(name: &str, parameters: usize, frame_size: u32) -> Assembler {
        let mut assembler = Assembler { frame_size, name: name.to_string(), ..Assembler::default() };
        assembler.entry(parameters, 0, false, 0);
        assembler
    }

    /// One without an entry.
    pub fn bare(name: &str, frame_size: u32) -> Assembler {
        Assembler { frame_size, name: name.to_string(), ..Assembler::default() }
    }

    pub fn entry(&mut self, required: usize, optional: usize, rest: bool, offset: u32) -> &mut Self {
        self.op(Op::Entry, required, optional, rest as usize);
        let cell = self.cell();
        self.unit(cell).unit(offset)
    }

    pub fn cell(&mut self) -> u32 {
        self.cells += 1;
        self.cells as u32 - 1
    }

    pub fn op(&mut self, op: Op, a: usize, b: usize, c: usize) -> &mut Self {
        self.units.push(op as u32 | (a as u32 & 0xff) << 8 | (b as u32 & 0xff) << 16 | (c as u32 & 0xff) << 24);
        self
    }

    pub fn unit(&mut self, unit: u32) -> &mut Self {
        self.units.push(unit);
        self
    }

    /// An instruction of register and 16-bit operand.
    pub fn ak(&mut self, op: Op, a: usize, k: i64) -> &mut Self {
        self.units.push(op as u32 | (a as u32) << 8 | ((k as u32) & 0xffff) << 16);
        self
    }

    pub fn constant(&mut self, a: usize, word: Word) -> &mut Self {
        self.constants.push(word);
        let k = self.constants.len() as i64 - 1;
        self.ak(Op::Const, a, k)
    }

    pub fn global(&mut self, op: Op, a: usize, global: Word) -> &mut Self {
        self.constants.push(global);
        let k = self.constants.len() as i64 - 1;
        self.ak(op, a, k)
    }

    pub fn here(&self) -> usize {
        self.units.len()
    }

    /// A branch to be patched; returns its place.
    pub fn branch(&mut self, op: Op, a: usize, b: usize, sense: usize) -> usize {
        let place = self.here();
        self.op(op, a, b, sense).unit(0);
        place
    }

    /// Lets the branch at `place` jump here.
    pub fn land(&mut self, place: usize) -> &mut Self {
        self.units[place + 1] = (self.here() - place) as u32;
        self
    }

    pub fn loop_to(&mut self, target: usize, cell: u32) -> &mut Self {
        let offset = target as i32 - self.here() as i32;
        self.op(Op::Loop, 0, 0, 0).unit(cell).unit(offset as u32)
    }

    pub fn ret(&mut self, a: usize) -> &mut Self {
        self.op(Op::Return, a, 0, 0)
    }

    pub fn build(&mut self, machine: &mut Machine) -> *const Code {
        machine.add_code(Code {
            entry: std::ptr::null(),
            frame_size: self.frame_size,
            captures: 0,
            units: std::mem::take(&mut self.units).into(),
            constants: std::mem::take(&mut self.constants).into(),
            codes: std::mem::take(&mut self.codes),
            cells: vec![Default::default(); self.cells.max(1)].into(),
            name: self.name.clone(),
            positions: Vec::new().into(),
            first_source: 0,
        })
    }

    pub fn closure(&mut self, machine: &mut Machine) -> Word {
        let code = self.build(machine);
        machine.make_closure(code, &[])
    }
}

/// A machine that collects now and then, so that missing roots show.
pub fn machine() -> Box<Machine> {
    let mut config = Config::default();
    config.heap.limit = 512 << 20;
    config.heap.stress = 7;
    Machine::bare(config).expect("memory")
}

pub fn quick_machine() -> Box<Machine> {
    Machine::new_for_tests()
}

pub fn fix(n: i64) -> Word {
    Word::fixnum(n)
}

/// `(define (sum n) (let loop ((i 0) (s 0)) (if (= i n) s (loop (+ i 1) (+ s i)))))`
pub fn sum_loop(machine: &mut Machine) -> Word {
    let mut a = Assembler::new("sum", 1, 6);
    a.ak(Op::Fixnum, 2, 0).ak(Op::Fixnum, 3, 0);
    let head = a.here();
    let cell = a.cell();
    let out = a.branch(Op::BranchNumEq, 2, 1, 1);
    a.op(Op::Add, 3, 3, 2).op(Op::AddImm, 2, 2, 1);
    a.loop_to(head, cell);
    a.land(out).ret(3);
    a.closure(machine)
}

/// `(define (fib n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))`
pub fn fib(machine: &mut Machine) -> Word {
    let name = machine.intern("fib");
    let global = machine.make_global(name);
    machine.globals.push(global);
    let mut a = Assembler::new("fib", 1, 10);
    a.ak(Op::Fixnum, 2, 2);
    let more = a.branch(Op::BranchLess, 1, 2, 0);
    a.ret(1);
    a.land(more).global(Op::GlobalRef, 5, global).op(Op::AddImm, 6, 1, 0xff).op(Op::Call, 2, 5, 1);
    a.global(Op::GlobalRef, 6, global).op(Op::AddImm, 7, 1, 0xfe).op(Op::Call, 3, 6, 1);
    a.op(Op::Add, 2, 2, 3).ret(2);
    let fib = a.closure(machine);
    machine.set_field(global, 0, fib);
    fib
}
