//! Loads, stores, allocation, and the write barrier.

use super::{
    emit::{Cold, Flag, X64Emitter, too_complex},
    forms::Address,
    regs::{FLOAT_SCRATCH, SCRATCH},
    select::fits_store,
};
use crate::{
    ir::{Inst, Trace},
    regalloc::{Location, Placed, Register},
};
use dynasmrt::{DynasmApi, DynasmLabelApi, dynasm};
use limpet_plugin_api::{Abort, trace_op::Access};

impl X64Emitter<'_> {
    /// The address of a load or store.
    fn operand_address(&mut self, inst: &Inst, placed: &Placed) -> Result<Address, Abort> {
        let base = self.int_register(placed.operands[0]);
        let mut disp = inst.imm;
        let mut index = None;
        if inst.b.is_some() {
            match placed.operands[1] {
                Location::Register(register) => index = Some(register.number()),
                Location::Constant(bits) => disp = disp.wrapping_add(bits as i64),
                _ => return Err(too_complex("an index that is in memory")),
            }
        }
        let disp = i32::try_from(disp).map_err(|_| too_complex("a displacement beyond 32 bits"))?;
        Ok(Address { base, index, disp })
    }

    pub(super) fn load(&mut self, _trace: &Trace, inst: &Inst, to: u8, placed: &Placed) -> Result<(), Abort> {
        let address = self.operand_address(inst, placed)?;
        match inst.access() {
            Access::U8 => with_memory!(self.ops, address, [movzx Rd(to),] BYTE []),
            Access::U16 => with_memory!(self.ops, address, [movzx Rd(to),] WORD []),
            Access::U32 => with_memory!(self.ops, address, [mov Rd(to),] DWORD []),
            Access::I64 => with_memory!(self.ops, address, [mov Rq(to),] QWORD []),
            Access::I8 => with_memory!(self.ops, address, [movsx Rq(to),] BYTE []),
            Access::I16 => with_memory!(self.ops, address, [movsx Rq(to),] WORD []),
            Access::I32 => with_memory!(self.ops, address, [movsxd Rq(to),] DWORD []),
            Access::F64 => with_memory!(self.ops, address, [movsd Rx(to),] QWORD []),
        }
        Ok(())
    }

    pub(super) fn store_value(&mut self, _trace: &Trace, inst: &Inst, placed: &Placed) -> Result<(), Abort> {
        let address = self.operand_address(inst, placed)?;
        let value = placed.operands[placed.operands.len() - 1];
        self.store_access(address, inst.access(), value)
    }

    /// Stores a register or a constant with a width.
    pub(super) fn store_access(&mut self, address: Address, access: Access, value: Location) -> Result<(), Abort> {
        match value {
            Location::Constant(bits) if fits_store(access, bits as i64) => match access.bytes() {
                1 => with_memory!(self.ops, address, [mov] BYTE [, BYTE bits as i8]),
                2 => with_memory!(self.ops, address, [mov] WORD [, WORD bits as i16]),
                4 => with_memory!(self.ops, address, [mov] DWORD [, DWORD bits as i32]),
                _ => with_memory!(self.ops, address, [mov] QWORD [, DWORD bits as i32]),
            },
            Location::Register(register) if register.0 < Register::FLOATS => {
                let from = register.number();
                match access.bytes() {
                    1 => with_memory!(self.ops, address, [mov] BYTE [, Rb(from)]),
                    2 => with_memory!(self.ops, address, [mov] WORD [, Rw(from)]),
                    4 => with_memory!(self.ops, address, [mov] DWORD [, Rd(from)]),
                    _ => with_memory!(self.ops, address, [mov] QWORD [, Rq(from)]),
                }
            }
            Location::Register(register) if access.bytes() == 8 => {
                let from = register.number();
                with_memory!(self.ops, address, [movsd] QWORD [, Rx(from)]);
            }
            _ => return Err(too_complex("a store of a value that is in memory")),
        }
        Ok(())
    }

    pub(super) fn alloc(&mut self, inst: &Inst, to: u8) -> Result<(), Abort> {
        let layout = self.layout.alloc;
        let bytes = i32::try_from(inst.imm).map_err(|_| too_complex("an object of 2 GiB"))?;
        let tag = i32::from(inst.sub);
        let exit = self.exit();
        let (from, back) = (self.ops.new_dynamic_label(), self.ops.new_dynamic_label());
        if bytes as u32 <= layout.max_inline {
            let (cursor, limit) = (self.context(layout.cursor), self.context(layout.limit));
            // The object's word ends up in the result: first its end, to be compared and to become the cursor.
            let end = Address { base: SCRATCH, index: None, disp: bytes };
            let word = Address { base: SCRATCH, index: None, disp: tag };
            with_memory!(self.ops, cursor, [mov Rq(SCRATCH),] QWORD []);
            with_memory!(self.ops, end, [lea Rq(to),] []);
            with_memory!(self.ops, limit, [cmp Rq(to),] QWORD []);
            dynasm!(self.ops ; .arch x64 ; ja =>from);
            with_memory!(self.ops, cursor, [mov] QWORD [, Rq(to)]);
            with_memory!(self.ops, word, [lea Rq(to),] []);
        } else {
            dynasm!(self.ops ; .arch x64 ; jmp =>from);
        }
        dynasm!(self.ops ; .arch x64 ; =>back);
        self.cold.push(Cold::Alloc { from, back, to, bytes, tag: inst.sub, exit });
        Ok(())
    }

    /// Only old objects are armed, so the test of the stored word's tag can wait behind it.
    pub(super) fn barrier(&mut self, placed: &Placed) {
        let &[object, value] = placed.operands.as_slice() else { return };
        let barrier = self.layout.barrier;
        let object = self.int_register(object);
        let value = match value {
            Location::Register(register) => Some(register.number()),
            _ => None,
        };
        let (from, back) = (self.ops.new_dynamic_label(), self.ops.new_dynamic_label());
        let table = self.context(barrier.table);
        dynasm!(self.ops ; .arch x64 ; mov Rq(SCRATCH), Rq(object) ; shr Rq(SCRATCH), BYTE barrier.shift as i8);
        with_memory!(self.ops, table, [add Rq(SCRATCH),] QWORD []);
        dynasm!(self.ops
            ; .arch x64
            ; cmp BYTE [Rq(SCRATCH)], BYTE barrier.armed as i8
            ; je =>from
            ; =>back
        );
        self.cold.push(Cold::Barrier { from, back, object, value });
    }

    /// The slow paths, behind the trace's code.
    pub(super) fn write_cold(&mut self) {
        for cold in std::mem::take(&mut self.cold) {
            match cold {
                Cold::Alloc { from, back, to, bytes, tag, exit } => {
                    let thunk = self.thunks.alloc as usize;
                    dynasm!(self.ops
                        ; .arch x64
                        ; =>from
                        ; mov Rd(SCRATCH), bytes
                        ; call extern thunk
                        ; test Rq(SCRATCH), Rq(SCRATCH)
                    );
                    self.exit_if(Flag::Equal, exit);
                    let word = Address { base: SCRATCH, index: None, disp: i32::from(tag) };
                    with_memory!(self.ops, word, [lea Rq(to),] []);
                    dynasm!(self.ops ; .arch x64 ; jmp =>back);
                }
                Cold::Box { from, back, to, value } => {
                    let thunk = self.thunks.box_float as usize;
                    dynasm!(self.ops ; .arch x64 ; =>from);
                    self.load_float(FLOAT_SCRATCH, Location::Register(Register::float(value)));
                    dynasm!(self.ops ; .arch x64 ; call extern thunk ; mov Rq(to), Rq(SCRATCH) ; jmp =>back);
                }
                Cold::Barrier { from, back, object, value } => {
                    let thunk = self.thunks.barrier as usize;
                    dynasm!(self.ops ; .arch x64 ; =>from);
                    if let Some(value) = value {
                        match self.test_tags(value, u64::from(self.layout.pointer_tags)) {
                            Some(Flag::NotEqual) => dynasm!(self.ops ; .arch x64 ; jne =>back),
                            Some(Flag::Equal) => dynasm!(self.ops ; .arch x64 ; je =>back),
                            Some(Flag::AboveEqual) => dynasm!(self.ops ; .arch x64 ; jae =>back),
                            Some(_) => dynasm!(self.ops ; .arch x64 ; jmp =>back),
                            None => {}
                        }
                    }
                    dynasm!(self.ops
                        ; .arch x64
                        ; mov Rq(SCRATCH), Rq(object)
                        ; call extern thunk
                        ; jmp =>back
                    );
                }
            }
        }
    }
}
