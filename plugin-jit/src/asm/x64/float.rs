//! Floats: arithmetic, rounding, conversions, and the host's self-tagged words.

use super::{
    emit::{Cold, Flag, X64Emitter},
    forms::Form,
    regs::{FLOAT_SCRATCH, SCRATCH},
};
use crate::{
    ir::Op,
    regalloc::{Location, Register},
};
use dynasmrt::{DynasmApi, DynasmLabelApi, dynasm};

extern "C" fn floor(x: f64) -> f64 {
    x.floor()
}

extern "C" fn ceiling(x: f64) -> f64 {
    x.ceil()
}

extern "C" fn truncate(x: f64) -> f64 {
    x.trunc()
}

extern "C" fn round(x: f64) -> f64 {
    x.round_ties_even()
}

impl X64Emitter<'_> {
    pub(super) fn float_binary(&mut self, op: Op, to: u8, a: Location, b: Location) {
        let result = Location::Register(Register::float(to));
        // Only commutative instructions get their second operand in the result's register.
        let other = if b == result && a != result {
            a
        } else {
            self.load_float(to, a);
            b
        };
        let form = self.float_form(other);
        match op {
            Op::FloatAdd => float_form!(self.ops, addsd, to, form),
            Op::FloatSub => float_form!(self.ops, subsd, to, form),
            Op::FloatMul => float_form!(self.ops, mulsd, to, form),
            _ => float_form!(self.ops, divsd, to, form),
        }
    }

    pub(super) fn float_sign(&mut self, op: Op, to: u8, a: Location) {
        self.load_float(to, a);
        if op == Op::FloatNeg {
            let mask = self.mask(1 << 63);
            dynasm!(self.ops ; .arch x64 ; xorps Rx(to), OWORD [=>mask]);
        } else {
            let mask = self.mask(!(1 << 63));
            dynasm!(self.ops ; .arch x64 ; andps Rx(to), OWORD [=>mask]);
        }
    }

    pub(super) fn float_sqrt(&mut self, to: u8, a: Location) {
        let form = self.float_form(a);
        if form != Form::Register(to) {
            // The instruction keeps the upper half: without this it would wait for the register's old value.
            dynasm!(self.ops ; .arch x64 ; xorps Rx(to), Rx(to));
        }
        float_form!(self.ops, sqrtsd, to, form);
    }

    pub(super) fn float_round(&mut self, op: Op, to: u8, a: Location) {
        if !self.target.sse41 {
            let function = match op {
                Op::FloatFloor => floor as extern "C" fn(f64) -> f64,
                Op::FloatCeiling => ceiling,
                Op::FloatTruncate => truncate,
                _ => round,
            };
            self.load_float(FLOAT_SCRATCH, a);
            self.constant(SCRATCH, function as usize as u64);
            let thunk = self.thunks.float_call as usize;
            dynasm!(self.ops ; .arch x64 ; call extern thunk ; movaps Rx(to), Rx(FLOAT_SCRATCH));
            return;
        }
        // Bit 3 keeps the inexact flag quiet.
        let mode: i8 = match op {
            Op::FloatRound => 8,
            Op::FloatFloor => 9,
            Op::FloatCeiling => 10,
            _ => 11,
        };
        match self.float_form(a) {
            Form::Register(from) => dynasm!(self.ops ; .arch x64 ; roundsd Rx(to), Rx(from), BYTE mode),
            Form::Memory(address) => with_memory!(self.ops, address, [roundsd Rx(to),] QWORD [, BYTE mode]),
            Form::Pool(label) => dynasm!(self.ops ; .arch x64 ; roundsd Rx(to), QWORD [=>label], BYTE mode),
        }
    }

    pub(super) fn int_to_float(&mut self, to: u8, a: Location) {
        dynasm!(self.ops ; .arch x64 ; xorps Rx(to), Rx(to));
        match self.int_form(a) {
            Form::Register(from) => dynasm!(self.ops ; .arch x64 ; cvtsi2sd Rx(to), Rq(from)),
            Form::Memory(address) => with_memory!(self.ops, address, [cvtsi2sd Rx(to),] QWORD []),
            Form::Pool(label) => dynasm!(self.ops ; .arch x64 ; cvtsi2sd Rx(to), QWORD [=>label]),
        }
    }

    /// Converts and compares the way back; what is out of range becomes the most negative integer and fails the test
    /// for 62 bits.
    pub(super) fn float_to_int(&mut self, to: u8, a: Location) {
        let exit = self.exit();
        let Form::Register(from) = self.float_form(a) else { return };
        dynasm!(self.ops
            ; .arch x64
            ; cvttsd2si Rq(to), Rx(from)
            ; xorps Rx(FLOAT_SCRATCH), Rx(FLOAT_SCRATCH)
            ; cvtsi2sd Rx(FLOAT_SCRATCH), Rq(to)
            ; ucomisd Rx(FLOAT_SCRATCH), Rx(from)
        );
        self.exit_if(Flag::NotEqual, exit);
        self.exit_if(Flag::Parity, exit);
        dynasm!(self.ops
            ; .arch x64
            ; mov Rq(SCRATCH), Rq(to)
            ; sar Rq(SCRATCH), BYTE 61
            ; inc Rq(SCRATCH)
            ; cmp Rq(SCRATCH), BYTE 1
        );
        self.exit_if(Flag::Above, exit);
    }

    pub(super) fn box_float(&mut self, to: u8, a: Location) {
        let Form::Register(value) = self.float_form(a) else { return };
        let float = self.layout.float;
        let (from, back) = (self.ops.new_dynamic_label(), self.ops.new_dynamic_label());
        dynasm!(self.ops ; .arch x64 ; movq Rq(to), Rx(value));
        if float.rotate != 0 {
            dynasm!(self.ops ; .arch x64 ; rol Rq(to), BYTE float.rotate as i8);
        }
        if float.add != 0 {
            match i32::try_from(float.add as i64) {
                Ok(add) => dynasm!(self.ops ; .arch x64 ; add Rq(to), add),
                Err(_) => {
                    let label = self.pooled(float.add);
                    dynasm!(self.ops ; .arch x64 ; add Rq(to), QWORD [=>label]);
                }
            }
        }
        let flag = self.test_tags(to, u64::from(float.tags));
        match flag {
            Some(Flag::NotEqual) => dynasm!(self.ops ; .arch x64 ; jne =>from),
            Some(Flag::Equal) => dynasm!(self.ops ; .arch x64 ; je =>from),
            Some(Flag::AboveEqual) => dynasm!(self.ops ; .arch x64 ; jae =>from),
            Some(_) => dynasm!(self.ops ; .arch x64 ; jmp =>from),
            None => return,
        }
        dynasm!(self.ops ; .arch x64 ; =>back);
        self.cold.push(Cold::Box { from, back, to, value });
    }

    pub(super) fn unbox_float(&mut self, to: u8, a: Location) {
        let float = self.layout.float;
        match (a, i32::try_from((float.add as i64).wrapping_neg())) {
            (Location::Register(register), Ok(disp)) if float.add != 0 => {
                let address = super::forms::Address { base: register.number(), index: None, disp };
                with_memory!(self.ops, address, [lea Rq(SCRATCH),] []);
            }
            _ => {
                self.load_int(SCRATCH, a);
                if float.add != 0 {
                    let label = self.pooled(float.add);
                    dynasm!(self.ops ; .arch x64 ; sub Rq(SCRATCH), QWORD [=>label]);
                }
            }
        }
        if float.rotate != 0 {
            dynasm!(self.ops ; .arch x64 ; ror Rq(SCRATCH), BYTE float.rotate as i8);
        }
        dynasm!(self.ops ; .arch x64 ; movq Rx(to), Rq(SCRATCH));
    }
}
