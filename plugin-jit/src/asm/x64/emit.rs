//! The writer: one instruction after the other into a buffer, slow paths and exits behind them, constants last.

use super::{
    forms::{Address, Form},
    regs::{BASE, CONTEXT, FLOAT_SCRATCH, RCX, RSP, SCRATCH},
    select::{X64, power_of_two},
    thunks::Thunks,
};
use crate::{
    asm::{
        backend::{Code, Emitter, ExitSites},
        env::{Options, TraceStart},
    },
    code::FrameLayout,
    ir::{Inst, InstId, Op, Trace},
    regalloc::{Class, Location, Placed, Register},
};
use dynasmrt::{DynamicLabel, DynasmApi, DynasmLabelApi, VecAssembler, dynasm, x64::X64Relocation};
use limpet_plugin_api::{Abort, AbortReason, HostLayout, layout::SlotDirection};

/// Machine conditions, for jumps to exits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flag {
    /// Overflow.
    Overflow,
    /// Equal, zero.
    Equal,
    /// Not equal, not zero.
    NotEqual,
    /// Signed less.
    Less,
    /// Signed greater or equal.
    GreaterEqual,
    /// Signed less or equal.
    LessEqual,
    /// Signed greater.
    Greater,
    /// Unsigned less, carry.
    Below,
    /// Unsigned greater or equal, no carry.
    AboveEqual,
    /// Unsigned less or equal.
    BelowEqual,
    /// Unsigned greater.
    Above,
    /// Parity: an operand was NaN.
    Parity,
    /// Always.
    Always,
}

/// One exit's stub.
#[derive(Clone, Debug)]
pub(super) struct Stub {
    pub label: DynamicLabel,
    /// Computes a leaf back: whether the instruction was an addition, its result, its second operand.
    pub undo: Option<(bool, u8, Location)>,
    pub jumps: Vec<u32>,
}

/// A slow path behind the trace's code.
#[derive(Clone, Debug)]
pub(super) enum Cold {
    Alloc { from: DynamicLabel, back: DynamicLabel, to: u8, bytes: i32, tag: u8, exit: usize },
    Box { from: DynamicLabel, back: DynamicLabel, to: u8, value: u8 },
    Barrier { from: DynamicLabel, back: DynamicLabel, object: u8, value: Option<u8> },
}

/// Writes one trace.
pub struct X64Emitter<'e> {
    pub(super) ops: VecAssembler<X64Relocation>,
    pub(super) target: &'e X64,
    pub(super) layout: &'e HostLayout,
    pub(super) thunks: &'e Thunks,
    pub(super) stubs: Vec<Stub>,
    pub(super) cold: Vec<Cold>,
    pub(super) entry: DynamicLabel,
    pub(super) link: Option<u64>,
    head: DynamicLabel,
    pool: Vec<(u64, DynamicLabel)>,
    masks: Vec<(u64, DynamicLabel)>,
    lines: Vec<(u32, Option<InstId>)>,
    first_exit: u32,
    exits: usize,
    next_exit: usize,
    forced: Option<Box<[u32]>>,
}

pub(super) fn too_complex(text: &str) -> Abort {
    Abort::new(AbortReason::TooComplex, text)
}

impl<'e> X64Emitter<'e> {
    /// For code at `address`.
    pub fn new(
        target: &'e X64,
        layout: &'e HostLayout,
        thunks: &'e Thunks,
        options: &Options,
        address: u64,
        start: &TraceStart,
    ) -> Result<X64Emitter<'e>, Abort> {
        let mut ops = VecAssembler::new(address as usize);
        let entry = ops.new_dynamic_label();
        let head = ops.new_dynamic_label();
        let stubs = (0..start.exits + 2)
            .map(|_| Stub { label: ops.new_dynamic_label(), undo: None, jumps: Vec::new() })
            .collect();
        Ok(X64Emitter {
            ops,
            target,
            layout,
            thunks,
            stubs,
            cold: Vec::new(),
            entry,
            link: start.link,
            head,
            pool: Vec::new(),
            masks: Vec::new(),
            lines: Vec::new(),
            first_exit: start.first_exit,
            exits: start.exits as usize,
            next_exit: 0,
            forced: (options.force_exits && start.exits > 0).then(|| vec![0u32; 1].into_boxed_slice()),
        })
    }

    /// The stub of the end of the trace.
    pub(super) fn end_exit(&self) -> usize {
        self.exits + 1
    }

    pub(super) fn line(&mut self, inst: Option<InstId>) {
        self.lines.push((self.ops.offset().0 as u32, inst));
    }

    /// Jumps to an exit if a flag is set.
    pub(super) fn exit_if(&mut self, flag: Flag, exit: usize) {
        let label = self.stubs[exit].label;
        match flag {
            Flag::Overflow => dynasm!(self.ops ; .arch x64 ; jo =>label),
            Flag::Equal => dynasm!(self.ops ; .arch x64 ; je =>label),
            Flag::NotEqual => dynasm!(self.ops ; .arch x64 ; jne =>label),
            Flag::Less => dynasm!(self.ops ; .arch x64 ; jl =>label),
            Flag::GreaterEqual => dynasm!(self.ops ; .arch x64 ; jge =>label),
            Flag::LessEqual => dynasm!(self.ops ; .arch x64 ; jle =>label),
            Flag::Greater => dynasm!(self.ops ; .arch x64 ; jg =>label),
            Flag::Below => dynasm!(self.ops ; .arch x64 ; jb =>label),
            Flag::AboveEqual => dynasm!(self.ops ; .arch x64 ; jae =>label),
            Flag::BelowEqual => dynasm!(self.ops ; .arch x64 ; jbe =>label),
            Flag::Above => dynasm!(self.ops ; .arch x64 ; ja =>label),
            Flag::Parity => dynasm!(self.ops ; .arch x64 ; jp =>label),
            Flag::Always => dynasm!(self.ops ; .arch x64 ; jmp =>label),
        }
        let displacement = self.ops.offset().0 as u32 - 4;
        self.stubs[exit].jumps.push(displacement);
    }

    /// The exit of the instruction being written.
    pub(super) fn exit(&self) -> usize {
        self.next_exit
    }

    /// A 64-bit constant in the pool.
    pub(super) fn pooled(&mut self, bits: u64) -> DynamicLabel {
        if let Some((_, label)) = self.pool.iter().find(|(other, _)| *other == bits) {
            return *label;
        }
        let label = self.ops.new_dynamic_label();
        self.pool.push((bits, label));
        label
    }

    /// A mask of twice these 64 bits in the pool, aligned.
    pub(super) fn mask(&mut self, bits: u64) -> DynamicLabel {
        if let Some((_, label)) = self.masks.iter().find(|(other, _)| *other == bits) {
            return *label;
        }
        let label = self.ops.new_dynamic_label();
        self.masks.push((bits, label));
        label
    }

    /// The address of a place in memory.
    pub(super) fn address(&self, place: Location) -> Option<Address> {
        match place {
            Location::Spill(slot) => {
                Some(Address { base: RSP, index: None, disp: FrameLayout::SPILLS + 8 * i32::from(slot) })
            }
            Location::Slot(slot) => Some(Address { base: BASE, index: None, disp: self.layout.direction.offset(slot) }),
            _ => None,
        }
    }

    pub(super) fn context(&self, offset: i32) -> Address {
        Address { base: CONTEXT, index: None, disp: offset }
    }

    /// A place as an operand of an integer instruction; constants come from the pool.
    pub(super) fn int_form(&mut self, place: Location) -> Form {
        match (place, self.address(place)) {
            (Location::Register(register), _) => Form::Register(register.number()),
            (Location::Constant(bits), _) => Form::Pool(self.pooled(bits)),
            (_, Some(address)) => Form::Memory(address),
            (_, None) => Form::Register(FLOAT_SCRATCH),
        }
    }

    /// A place as an operand of a float instruction; constants come from the pool.
    pub(super) fn float_form(&mut self, place: Location) -> Form {
        self.int_form(place)
    }

    /// The register of a place, loaded into the scratch register if it is none.
    pub(super) fn int_register(&mut self, place: Location) -> u8 {
        match place {
            Location::Register(register) => register.number(),
            _ => {
                self.load_int(SCRATCH, place);
                SCRATCH
            }
        }
    }

    /// Loads a constant.
    pub(super) fn constant(&mut self, to: u8, bits: u64) {
        if bits == 0 {
            dynasm!(self.ops ; .arch x64 ; xor Rd(to), Rd(to));
        } else if let Ok(bits) = u32::try_from(bits) {
            dynasm!(self.ops ; .arch x64 ; mov Rd(to), bits as i32);
        } else if let Ok(bits) = i32::try_from(bits as i64) {
            dynasm!(self.ops ; .arch x64 ; mov Rq(to), DWORD bits);
        } else {
            dynasm!(self.ops ; .arch x64 ; mov Rq(to), QWORD bits as i64);
        }
    }

    /// Copies a place to a general register.
    pub(super) fn load_int(&mut self, to: u8, from: Location) {
        match from {
            Location::Constant(bits) => self.constant(to, bits),
            Location::Temporary => dynasm!(self.ops ; .arch x64 ; movq Rq(to), Rx(FLOAT_SCRATCH)),
            Location::Register(register) if register.class() == Class::Float => {
                dynasm!(self.ops ; .arch x64 ; movq Rq(to), Rx(register.number()));
            }
            Location::Register(register) if register.number() == to => {}
            _ => {
                let form = self.int_form(from);
                int_form!(self.ops, mov, to, form);
            }
        }
    }

    /// Copies a place to a floating-point register.
    pub(super) fn load_float(&mut self, to: u8, from: Location) {
        match from {
            Location::Constant(0) => dynasm!(self.ops ; .arch x64 ; xorps Rx(to), Rx(to)),
            Location::Register(register) if register.class() == Class::Int => {
                dynasm!(self.ops ; .arch x64 ; movq Rx(to), Rq(register.number()));
            }
            Location::Register(register) if register.number() == to => {}
            Location::Register(register) => dynasm!(self.ops ; .arch x64 ; movaps Rx(to), Rx(register.number())),
            Location::Temporary => dynasm!(self.ops ; .arch x64 ; movaps Rx(to), Rx(FLOAT_SCRATCH)),
            _ => {
                let form = self.float_form(from);
                float_form!(self.ops, movsd, to, form);
            }
        }
    }

    /// Stores a place's 64 bits to memory, by way of the scratch register if need be.
    pub(super) fn store(&mut self, to: Address, from: Location) {
        match from {
            Location::Register(register) if register.class() == Class::Int => {
                let number = register.number();
                with_memory!(self.ops, to, [mov] QWORD [, Rq(number)]);
            }
            Location::Register(register) => {
                let number = register.number();
                with_memory!(self.ops, to, [movsd] QWORD [, Rx(number)]);
            }
            Location::Temporary => with_memory!(self.ops, to, [movsd] QWORD [, Rx(FLOAT_SCRATCH)]),
            Location::Constant(bits) if i32::try_from(bits as i64).is_ok() => {
                with_memory!(self.ops, to, [mov] QWORD [, bits as i32]);
            }
            _ => {
                self.load_int(SCRATCH, from);
                with_memory!(self.ops, to, [mov] QWORD [, Rq(SCRATCH)]);
            }
        }
    }

    fn alu_immediate(&mut self, op: Op, to: u8, value: i32) {
        match (op, i8::try_from(value)) {
            (Op::Add | Op::AddChecked, Ok(value)) => dynasm!(self.ops ; .arch x64 ; add Rq(to), BYTE value),
            (Op::Add | Op::AddChecked, Err(_)) => dynasm!(self.ops ; .arch x64 ; add Rq(to), DWORD value),
            (Op::Sub | Op::SubChecked, Ok(value)) => dynasm!(self.ops ; .arch x64 ; sub Rq(to), BYTE value),
            (Op::Sub | Op::SubChecked, Err(_)) => dynasm!(self.ops ; .arch x64 ; sub Rq(to), DWORD value),
            (Op::And, Ok(value)) => dynasm!(self.ops ; .arch x64 ; and Rq(to), BYTE value),
            (Op::And, Err(_)) => dynasm!(self.ops ; .arch x64 ; and Rq(to), DWORD value),
            (Op::Or, Ok(value)) => dynasm!(self.ops ; .arch x64 ; or Rq(to), BYTE value),
            (Op::Or, Err(_)) => dynasm!(self.ops ; .arch x64 ; or Rq(to), DWORD value),
            (_, Ok(value)) => dynasm!(self.ops ; .arch x64 ; xor Rq(to), BYTE value),
            (_, Err(_)) => dynasm!(self.ops ; .arch x64 ; xor Rq(to), DWORD value),
        }
    }

    fn alu(&mut self, op: Op, to: u8, form: Form) {
        match op {
            Op::Add | Op::AddChecked => int_form!(self.ops, add, to, form),
            Op::Sub | Op::SubChecked => int_form!(self.ops, sub, to, form),
            Op::And => int_form!(self.ops, and, to, form),
            Op::Or => int_form!(self.ops, or, to, form),
            Op::Xor => int_form!(self.ops, xor, to, form),
            _ => int_form!(self.ops, imul, to, form),
        }
    }

    fn arithmetic(&mut self, op: Op, to: u8, a: Location, b: Location) {
        let to_place = Location::Register(Register(to));
        let small = match b {
            Location::Constant(bits) => i32::try_from(bits as i64).ok(),
            _ => None,
        };
        match (op, small) {
            (Op::Mul | Op::MulChecked, Some(value)) => match self.int_form(a) {
                Form::Register(from) => dynasm!(self.ops ; .arch x64 ; imul Rq(to), Rq(from), value),
                Form::Memory(address) => with_memory!(self.ops, address, [imul Rq(to),] QWORD [, DWORD value]),
                Form::Pool(label) => dynasm!(self.ops ; .arch x64 ; imul Rq(to), QWORD [=>label], value),
            },
            (Op::Add, Some(value)) if a != to_place && matches!(a, Location::Register(_)) => {
                let from = self.int_register(a);
                let address = Address { base: from, index: None, disp: value };
                with_memory!(self.ops, address, [lea Rq(to),] []);
            }
            (Op::Sub, Some(value)) if a != to_place && matches!(a, Location::Register(_)) && value != i32::MIN => {
                let from = self.int_register(a);
                let address = Address { base: from, index: None, disp: -value };
                with_memory!(self.ops, address, [lea Rq(to),] []);
            }
            (_, Some(value)) => {
                self.load_int(to, a);
                self.alu_immediate(op, to, value);
            }
            (Op::Add, None)
                if a != to_place
                    && b != to_place
                    && matches!((a, b), (Location::Register(_), Location::Register(_))) =>
            {
                let (base, index) = (self.int_register(a), self.int_register(b));
                dynasm!(self.ops ; .arch x64 ; lea Rq(to), [Rq(base) + Rq(index)]);
            }
            // Only commutative instructions get their second operand in the result's register.
            (_, None) if b == to_place && a != to_place => {
                let form = self.int_form(a);
                self.alu(op, to, form);
            }
            (_, None) => {
                self.load_int(to, a);
                let form = self.int_form(b);
                self.alu(op, to, form);
            }
        }
    }

    fn shift(&mut self, op: Op, to: u8, a: Location, b: Location) {
        if let Location::Constant(bits) = b {
            self.load_int(to, a);
            let count = (bits & 63) as i8;
            match op {
                Op::Shl => dynasm!(self.ops ; .arch x64 ; shl Rq(to), BYTE count),
                Op::Shr => dynasm!(self.ops ; .arch x64 ; shr Rq(to), BYTE count),
                _ => dynasm!(self.ops ; .arch x64 ; sar Rq(to), BYTE count),
            }
        } else if self.target.bmi2 {
            let (from, count) = (self.int_register(a), self.int_register(b));
            match op {
                Op::Shl => dynasm!(self.ops ; .arch x64 ; shlx Rq(to), Rq(from), Rq(count)),
                Op::Shr => dynasm!(self.ops ; .arch x64 ; shrx Rq(to), Rq(from), Rq(count)),
                _ => dynasm!(self.ops ; .arch x64 ; sarx Rq(to), Rq(from), Rq(count)),
            }
        } else {
            debug_assert_eq!(b, Location::Register(Register(RCX)));
            self.load_int(to, a);
            match op {
                Op::Shl => dynasm!(self.ops ; .arch x64 ; shl Rq(to), cl),
                Op::Shr => dynasm!(self.ops ; .arch x64 ; shr Rq(to), cl),
                _ => dynasm!(self.ops ; .arch x64 ; sar Rq(to), cl),
            }
        }
    }

    fn divide(&mut self, trace: &Trace, inst: &Inst, to: u8, a: Location, b: Location) {
        let Some(exponent) = power_of_two(trace, inst.b) else {
            let divisor = self.int_register(b);
            dynasm!(self.ops ; .arch x64 ; cqo ; idiv Rq(divisor));
            return;
        };
        // Negative dividends are biased by the divisor - 1, so that the shift rounds towards zero.
        let dividend = self.int_register(a);
        dynasm!(self.ops
            ; .arch x64
            ; mov Rq(to), Rq(dividend)
            ; sar Rq(to), BYTE 63
            ; shr Rq(to), BYTE (64 - exponent) as i8
        );
        if inst.op == Op::Quotient {
            dynasm!(self.ops ; .arch x64 ; add Rq(to), Rq(dividend) ; sar Rq(to), BYTE exponent as i8);
        } else {
            let mask = (-1i32) << exponent;
            dynasm!(self.ops
                ; .arch x64
                ; lea Rq(SCRATCH), [Rq(dividend) + Rq(to)]
                ; and Rq(SCRATCH), mask
                ; mov Rq(to), Rq(dividend)
                ; sub Rq(to), Rq(SCRATCH)
            );
        }
    }

    /// With `forceexit`: leaves at this exit if it is its turn.
    fn force(&mut self) {
        if let Some(counter) = &self.forced {
            let address = counter.as_ptr() as i64;
            let number = self.next_exit as i32;
            dynasm!(self.ops
                ; .arch x64
                ; mov Rq(SCRATCH), QWORD address
                ; cmp DWORD [Rq(SCRATCH)], DWORD number
            );
            self.exit_if(Flag::Equal, self.next_exit);
        }
    }

    fn count_entry(&mut self) {
        if let Some(counter) = &self.forced {
            let address = counter.as_ptr() as i64;
            // One turn in each round belongs to no exit, so that every trace is also run undisturbed.
            let turns = self.exits as i32 + 1;
            dynasm!(self.ops
                ; .arch x64
                ; mov Rq(SCRATCH), QWORD address
                ; inc DWORD [Rq(SCRATCH)]
                ; cmp DWORD [Rq(SCRATCH)], DWORD turns
                ; jb >inside
                ; mov DWORD [Rq(SCRATCH)], 0
                ; inside:
            );
        }
    }

    fn write(&mut self, trace: &Trace, placed: &Placed) -> Result<(), Abort> {
        let inst = trace.inst(placed.inst);
        let to = placed.result.map_or(SCRATCH, Register::number);
        let operand = |index: usize| placed.operands.get(index).copied().unwrap_or(Location::Temporary);
        let (a, b) = (operand(0), operand(1));
        match inst.op {
            Op::ConstInt | Op::ConstFloat | Op::SlotRead | Op::Inherit | Op::Phi | Op::Loop => {}
            Op::Add | Op::Sub | Op::Mul | Op::And | Op::Or | Op::Xor => self.arithmetic(inst.op, to, a, b),
            Op::AddChecked | Op::SubChecked | Op::MulChecked => {
                self.arithmetic(inst.op, to, a, b);
                if placed.undo {
                    let exit = self.exit();
                    self.stubs[exit].undo = Some((inst.op == Op::AddChecked, to, b));
                }
                self.exit_if(Flag::Overflow, self.exit());
            }
            Op::Shl | Op::Shr | Op::Sar => self.shift(inst.op, to, a, b),
            Op::Quotient | Op::Remainder => self.divide(trace, inst, to, a, b),
            Op::FloatAdd | Op::FloatSub | Op::FloatMul | Op::FloatDiv => self.float_binary(inst.op, to, a, b),
            Op::FloatNeg | Op::FloatAbs => self.float_sign(inst.op, to, a),
            Op::FloatSqrt => self.float_sqrt(to, a),
            Op::FloatFloor | Op::FloatCeiling | Op::FloatTruncate | Op::FloatRound => self.float_round(inst.op, to, a),
            Op::IntToFloat => self.int_to_float(to, a),
            Op::FloatToIntChecked => self.float_to_int(to, a),
            Op::BoxFloat => self.box_float(to, a),
            Op::UnboxFloat => self.unbox_float(to, a),
            Op::Load => self.load(trace, inst, to, placed)?,
            Op::Store => self.store_value(trace, inst, placed)?,
            Op::Alloc => self.alloc(inst, to)?,
            Op::Barrier => self.barrier(placed),
            Op::GuardInt => self.guard_int(trace, inst, a, b),
            Op::GuardFloat => self.guard_float(inst, a, b),
            Op::GuardTags => self.guard_tags(a, inst.imm as u64),
            Op::GuardMasked => self.guard_masked(trace, inst, a),
            Op::Call => self.call(trace, inst, placed)?,
            Op::Safepoint => self.safepoint(),
        }
        Ok(())
    }

    fn write_stubs(&mut self) -> Vec<ExitSites> {
        let mut sites = Vec::with_capacity(self.exits);
        for index in 0..self.stubs.len() {
            let Stub { label, undo, jumps } = self.stubs[index].clone();
            if jumps.is_empty() && index >= self.exits {
                dynasm!(self.ops ; .arch x64 ; =>label);
                continue;
            }
            dynasm!(self.ops ; .arch x64 ; =>label);
            if let Some((added, to, b)) = undo {
                let op = if added { Op::Sub } else { Op::Add };
                self.arithmetic(op, to, Location::Register(Register(to)), b);
            }
            let stub = self.ops.offset().0 as u32;
            let number = self.first_exit as i32 + index as i32;
            let leave = self.thunks.leave as usize;
            dynasm!(self.ops ; .arch x64 ; mov Rd(SCRATCH), number ; jmp extern leave);
            if index < self.exits {
                sites.push(ExitSites { stub, jumps: if undo.is_some() { Vec::new() } else { jumps } });
            }
        }
        sites
    }

    fn write_pool(&mut self) {
        if !self.masks.is_empty() {
            dynasm!(self.ops ; .arch x64 ; .align 16);
        }
        for (bits, label) in std::mem::take(&mut self.masks) {
            dynasm!(self.ops ; .arch x64 ; =>label ; .i64 bits as i64, bits as i64);
        }
        if !self.pool.is_empty() {
            dynasm!(self.ops ; .arch x64 ; .align 8);
        }
        for (bits, label) in std::mem::take(&mut self.pool) {
            dynasm!(self.ops ; .arch x64 ; =>label ; .i64 bits as i64);
        }
    }
}

impl Emitter for X64Emitter<'_> {
    fn start(&mut self, start: &TraceStart) -> Result<(), Abort> {
        let entry = self.entry;
        self.line(None);
        dynasm!(self.ops ; .arch x64 ; =>entry);
        if let Some(extent) = start.root_extent {
            let bytes =
                i32::try_from(u64::from(extent) * 8).map_err(|_| too_complex("an entry needs too much stack"))?;
            let limit = self.context(self.layout.context.stack_limit);
            let up = self.layout.direction == SlotDirection::Up;
            let disp = if up { bytes } else { -bytes };
            let edge = Address { base: BASE, index: None, disp };
            with_memory!(self.ops, edge, [lea Rq(SCRATCH),] []);
            with_memory!(self.ops, limit, [cmp Rq(SCRATCH),] QWORD []);
            self.exit_if(if up { Flag::Above } else { Flag::Below }, self.exits);
            let base = self.context(self.layout.context.base);
            with_memory!(self.ops, base, [mov] QWORD [, Rq(BASE)]);
        } else if start.base_offset != 0 {
            let moved = Address { base: BASE, index: None, disp: start.base_offset };
            with_memory!(self.ops, moved, [lea Rq(BASE),] []);
        }
        self.count_entry();
        Ok(())
    }

    fn copy(&mut self, from: Location, to: Location) -> Result<(), Abort> {
        self.line(None);
        match to {
            Location::Register(register) if register.class() == Class::Int => self.load_int(register.number(), from),
            Location::Register(register) => self.load_float(register.number(), from),
            Location::Temporary => self.load_float(FLOAT_SCRATCH, from),
            Location::Spill(_) | Location::Slot(_) => {
                if let Some(address) = self.address(to) {
                    self.store(address, from);
                }
            }
            Location::Constant(_) => return Err(Abort::new(AbortReason::Internal, "a move to a constant")),
        }
        Ok(())
    }

    fn inst(&mut self, trace: &Trace, placed: &Placed) -> Result<(), Abort> {
        self.line(Some(placed.inst));
        let inst = trace.inst(placed.inst);
        // A forced exit must find everything as a real one would: before effects, but behind a result that the stub
        // takes back.
        let leaves = inst.snap.is_some();
        let late = matches!(inst.op, Op::AddChecked | Op::SubChecked | Op::MulChecked);
        if leaves && !late {
            self.force();
        }
        self.write(trace, placed)?;
        if leaves && late {
            self.force();
        }
        if leaves {
            self.next_exit += 1;
        }
        Ok(())
    }

    fn head(&mut self) {
        self.line(None);
        let head = self.head;
        dynasm!(self.ops ; .arch x64 ; .align 16 ; =>head);
    }

    fn back(&mut self) {
        self.line(None);
        let head = self.head;
        dynasm!(self.ops ; .arch x64 ; jmp =>head);
    }

    fn end(&mut self, trace: &Trace, placed: &Placed) -> Result<(), Abort> {
        self.line(Some(placed.inst));
        self.write_end(trace, placed)
    }

    fn finish(&mut self) -> Result<Code, Abort> {
        self.line(None);
        self.write_cold();
        self.line(None);
        let exits = self.write_stubs();
        self.line(None);
        self.write_pool();
        let bytes = self.ops.take().map_err(|error| Abort::new(AbortReason::Internal, error.to_string()))?;
        let data = self.forced.take().into_iter().collect();
        Ok(Code { bytes, exits, lines: std::mem::take(&mut self.lines), data })
    }
}
