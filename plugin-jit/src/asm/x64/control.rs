//! Guards and calls.

use super::{
    emit::{Flag, X64Emitter, too_complex},
    forms::{Address, Form},
    regs::{ARGUMENTS, CONTEXT, RAX, RSP, SCRATCH},
    select::{compares_swapped, ordered},
};
use crate::{
    code::FrameLayout,
    ir::{Inst, Trace},
    regalloc::{Location, Placed},
};
use dynasmrt::{DynasmApi, DynasmLabelApi, dynasm};
use limpet_plugin_api::{Abort, Effects, recording::CallConvention, trace_op::Condition};

/// The flag that says that a relation between integers does not hold.
fn fails(condition: Condition) -> Flag {
    match condition {
        Condition::Eq => Flag::NotEqual,
        Condition::Ne => Flag::Equal,
        Condition::Lt | Condition::NotGe => Flag::GreaterEqual,
        Condition::Ge | Condition::NotLt => Flag::Less,
        Condition::Le | Condition::NotGt => Flag::Greater,
        Condition::Gt | Condition::NotLe => Flag::LessEqual,
        Condition::ULt => Flag::AboveEqual,
        Condition::UGe => Flag::Below,
        Condition::ULe => Flag::Above,
        Condition::UGt => Flag::BelowEqual,
    }
}

/// Mask and value with which `tag & mask == value` holds for exactly the tags of a set, if there are such.
fn mask_of(set: u64, tag_bits: u8) -> Option<(u8, u8)> {
    let tags = 1u64 << tag_bits;
    (0..tags).find_map(|mask| {
        (0..tags).find_map(|value| {
            let matches = (0..tags).all(|tag| (set >> tag & 1 == 1) == (tag & mask == value));
            matches.then_some((mask as u8, value as u8))
        })
    })
}

impl X64Emitter<'_> {
    pub(super) fn guard_int(&mut self, trace: &Trace, inst: &Inst, a: Location, b: Location) {
        let (_, _, swapped) = ordered(trace, inst);
        let condition = if swapped { inst.condition().swap() } else { inst.condition() };
        let small = match b {
            Location::Constant(bits) => i32::try_from(bits as i64).ok(),
            _ => None,
        };
        match (small, self.address(a)) {
            (Some(value), Some(address)) => with_memory!(self.ops, address, [cmp] QWORD [, DWORD value]),
            (Some(value), None) => {
                let a = self.int_register(a);
                match (value, i8::try_from(value)) {
                    (0, _) => dynasm!(self.ops ; .arch x64 ; test Rq(a), Rq(a)),
                    // The assembler's table has no way to the short form: REX.W 83 /7 ib.
                    (_, Ok(value)) => self.ops.extend([0x48 | a >> 3, 0x83, 0xf8 | a & 7, value as u8]),
                    (_, Err(_)) => dynasm!(self.ops ; .arch x64 ; cmp Rq(a), value),
                }
            }
            (None, _) => {
                let a = self.int_register(a);
                let form = self.int_form(b);
                int_form!(self.ops, cmp, a, form);
            }
        }
        self.exit_if(fails(condition), self.exit());
    }

    /// Below, equal and parity are all set when an operand is NaN, so "above" and "above or equal" are false; relations
    /// the other way round come with their operands exchanged.
    pub(super) fn guard_float(&mut self, inst: &Inst, a: Location, b: Location) {
        let exit = self.exit();
        let condition = inst.condition();
        let relation = if compares_swapped(condition) { condition.swap() } else { condition };
        let a = match self.float_form(a) {
            Form::Register(register) => register,
            _ => return self.exit_if(Flag::Always, exit),
        };
        let form = self.float_form(b);
        float_form!(self.ops, ucomisd, a, form);
        match relation {
            Condition::Gt => self.exit_if(Flag::BelowEqual, exit),
            Condition::Ge => self.exit_if(Flag::Below, exit),
            Condition::NotGt => self.exit_if(Flag::Above, exit),
            Condition::NotGe => self.exit_if(Flag::AboveEqual, exit),
            Condition::Eq => {
                self.exit_if(Flag::NotEqual, exit);
                self.exit_if(Flag::Parity, exit);
            }
            Condition::Ne => {
                dynasm!(self.ops ; .arch x64 ; jp >unordered);
                self.exit_if(Flag::Equal, exit);
                dynasm!(self.ops ; .arch x64 ; unordered:);
            }
            // Exchanging has removed the other ordered relations; unsigned ones never hold between floats.
            _ => self.exit_if(Flag::Always, exit),
        }
    }

    /// Tests the tag of a register; the flag says that it is not in the set. `None`: it always is.
    pub(super) fn test_tags(&mut self, register: u8, set: u64) -> Option<Flag> {
        let tag_bits = self.layout.tag_bits;
        let all = u64::MAX >> (64 - (1u32 << tag_bits));
        let set = set & all;
        if set == all {
            return None;
        }
        if set == 0 {
            return Some(Flag::Always);
        }
        let direct = mask_of(set, tag_bits).map(|form| (form, Flag::NotEqual));
        let form = direct.or_else(|| mask_of(!set & all, tag_bits).map(|form| (form, Flag::Equal)));
        match form {
            Some(((mask, 0), flag)) => {
                dynasm!(self.ops ; .arch x64 ; test Rb(register), BYTE mask as i8);
                Some(flag)
            }
            Some(((mask, value), flag)) if mask & (mask + 1) == 0 => {
                let difference = Address { base: register, index: None, disp: -i32::from(value) };
                with_memory!(self.ops, difference, [lea Rd(SCRATCH),] []);
                dynasm!(self.ops ; .arch x64 ; test Rb(SCRATCH), BYTE mask as i8);
                Some(flag)
            }
            Some(((mask, value), flag)) => {
                dynasm!(self.ops
                    ; .arch x64
                    ; mov Rd(SCRATCH), Rd(register)
                    ; and Rd(SCRATCH), i32::from(mask)
                    ; cmp Rd(SCRATCH), i32::from(value)
                );
                Some(flag)
            }
            None => {
                // A bit test looks at five bits of the word: the set is repeated to fill them.
                let repeated = (0..32).filter(|bit| set >> (bit & ((1 << tag_bits) - 1)) & 1 == 1);
                let bits: u32 = repeated.fold(0, |bits, bit| bits | 1 << bit);
                dynasm!(self.ops ; .arch x64 ; mov Rd(SCRATCH), bits as i32 ; bt Rd(SCRATCH), Rd(register));
                Some(Flag::AboveEqual)
            }
        }
    }

    pub(super) fn guard_tags(&mut self, a: Location, set: u64) {
        let register = self.int_register(a);
        if let Some(flag) = self.test_tags(register, set) {
            self.exit_if(flag, self.exit());
        }
    }

    pub(super) fn guard_masked(&mut self, trace: &Trace, inst: &Inst, a: Location) {
        let exit = self.exit();
        let mask = trace.inst(inst.b).imm as u64;
        let expected = trace.inst(inst.c).imm as u64;
        if expected & !mask != 0 {
            return self.exit_if(Flag::Always, exit);
        }
        let register = self.int_register(a);
        match (u32::try_from(mask), expected) {
            (Ok(mask), 0) if mask < 0x100 => dynasm!(self.ops ; .arch x64 ; test Rb(register), BYTE mask as i8),
            (Ok(mask), 0) => dynasm!(self.ops ; .arch x64 ; test Rd(register), mask as i32),
            (Ok(mask), _) => {
                dynasm!(self.ops
                    ; .arch x64
                    ; mov Rd(SCRATCH), Rd(register)
                    ; and Rd(SCRATCH), mask as i32
                    ; cmp Rd(SCRATCH), expected as i32
                );
            }
            (Err(_), _) => {
                let (mask, expected) = (self.pooled(mask), self.pooled(expected));
                dynasm!(self.ops
                    ; .arch x64
                    ; mov Rq(SCRATCH), Rq(register)
                    ; and Rq(SCRATCH), QWORD [=>mask]
                    ; cmp Rq(SCRATCH), QWORD [=>expected]
                );
            }
        }
        self.exit_if(Flag::NotEqual, exit);
    }

    pub(super) fn safepoint(&mut self) {
        let flag = self.context(self.layout.context.safepoint);
        with_memory!(self.ops, flag, [cmp] DWORD [, BYTE 0]);
        self.exit_if(Flag::NotEqual, self.exit());
    }

    pub(super) fn call(&mut self, trace: &Trace, inst: &Inst, placed: &Placed) -> Result<(), Abort> {
        let function = trace.function(inst);
        match function.convention {
            CallConvention::Array => {
                if placed.operands.len() > FrameLayout::MAX_ARGUMENTS {
                    return Err(too_complex("a call with too many arguments"));
                }
                let area = Address { base: RSP, index: None, disp: FrameLayout::ARGUMENTS };
                for (index, &argument) in placed.operands.iter().enumerate() {
                    let to = Address { disp: area.disp + 8 * index as i32, ..area };
                    self.store(to, argument);
                }
                with_memory!(self.ops, area, [lea Rq(ARGUMENTS[1]),] []);
                self.constant(ARGUMENTS[2], placed.operands.len() as u64);
            }
            CallConvention::Plain | CallConvention::Context => {
                if placed.operands.iter().any(|place| !matches!(place, Location::Register(_))) {
                    return Err(too_complex("a call with too many arguments"));
                }
            }
        }
        if function.convention != CallConvention::Plain {
            dynasm!(self.ops ; .arch x64 ; mov Rq(ARGUMENTS[0]), Rq(CONTEXT));
        }
        self.constant(RAX, function.address);
        dynasm!(self.ops ; .arch x64 ; call Rq(RAX));
        if function.effects.has(Effects::FAILS) && inst.snap.is_some() && !function.returns_float {
            match i32::try_from(self.layout.failure_word as i64) {
                Ok(word) => dynasm!(self.ops ; .arch x64 ; cmp Rq(RAX), word),
                Err(_) => {
                    let word = self.pooled(self.layout.failure_word);
                    dynasm!(self.ops ; .arch x64 ; cmp Rq(RAX), QWORD [=>word]);
                }
            }
            self.exit_if(Flag::Equal, self.exit());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tag_sets_become_masks_where_they_can() {
        assert_eq!(mask_of(0b0000_0001, 3), Some((7, 0)));
        assert_eq!(mask_of(0b0001_0001, 3), Some((3, 0)));
        assert_eq!(mask_of(0b0010_0000, 3), Some((7, 5)));
        assert_eq!(mask_of(0b1010_1010, 3), Some((1, 1)));
        assert_eq!(mask_of(0b0001_1100, 3), None);
    }
}
