//! Traces with little writing.

use crate::ir::{CallSite, End, Inst, InstId, Op, Phi, SnapEntry, SnapId, SnapValue, Snapshot, Trace, Type};
use abi_stable::std_types::RString;
use limpet_plugin_api::{
    Effects, FunctionRef, Representation, TraceKind,
    recording::CallConvention,
    trace_op::{Access, Condition},
};

/// A trace being built.
pub struct Builder {
    pub trace: Trace,
}

impl Builder {
    pub fn new(kind: TraceKind) -> Builder {
        let mut trace = Trace::new(kind);
        trace.start = 0x5555;
        trace.extent = 64;
        Builder { trace }
    }

    pub fn push(&mut self, inst: Inst) -> InstId {
        self.trace.insts.push(inst);
        InstId::new(self.trace.insts.len() - 1)
    }

    pub fn int(&mut self, value: i64) -> InstId {
        self.push(Inst::int(value))
    }

    pub fn float(&mut self, value: f64) -> InstId {
        self.push(Inst::float(value))
    }

    pub fn slot(&mut self, slot: i32) -> InstId {
        self.push(Inst { imm: i64::from(slot), ..Inst::new(Op::SlotRead) })
    }

    pub fn float_slot(&mut self, slot: i32) -> InstId {
        let sub = Representation::RawFloat as u8;
        self.push(Inst { imm: i64::from(slot), sub, ty: Type::Float, ..Inst::new(Op::SlotRead) })
    }

    pub fn op(&mut self, op: Op, a: InstId, b: InstId) -> InstId {
        self.push(Inst::binary(op, a, b))
    }

    pub fn unary(&mut self, op: Op, a: InstId) -> InstId {
        self.push(Inst::unary(op, a))
    }

    pub fn checked(&mut self, op: Op, a: InstId, b: InstId, snap: SnapId) -> InstId {
        self.push(Inst { snap, ..Inst::binary(op, a, b) })
    }

    pub fn guard_int(&mut self, a: InstId, condition: Condition, b: InstId, snap: SnapId) -> InstId {
        self.push(Inst { sub: condition as u8, snap, ..Inst::binary(Op::GuardInt, a, b) })
    }

    pub fn guard_float(&mut self, a: InstId, condition: Condition, b: InstId, snap: SnapId) -> InstId {
        self.push(Inst { sub: condition as u8, snap, ..Inst::binary(Op::GuardFloat, a, b) })
    }

    pub fn load(&mut self, a: InstId, b: InstId, imm: i64, access: Access) -> InstId {
        let ty = if access == Access::F64 { Type::Float } else { Type::Int };
        self.push(Inst { imm, sub: access as u8, ty, ..Inst::binary(Op::Load, a, b) })
    }

    pub fn store(&mut self, a: InstId, b: InstId, imm: i64, access: Access, c: InstId) -> InstId {
        self.push(Inst { imm, sub: access as u8, c, ..Inst::binary(Op::Store, a, b) })
    }

    pub fn inherit(&mut self, leaf: i64, ty: Type) -> InstId {
        self.push(Inst { imm: leaf, ty, ..Inst::new(Op::Inherit) })
    }

    pub fn call(&mut self, function: FunctionRef, arguments: &[InstId], snap: SnapId) -> InstId {
        let ty = if function.returns_float { Type::Float } else { Type::Int };
        self.trace.functions.push(function);
        let function = self.trace.functions.len() as u32 - 1;
        self.trace.calls.push(CallSite { function, arguments: arguments.to_vec() });
        let imm = self.trace.calls.len() as i64 - 1;
        self.push(Inst { imm, ty, snap, ..Inst::new(Op::Call) })
    }

    /// A loop marker and its phis, of the types of their entries; back values are set by [`Builder::back`].
    pub fn head(&mut self, entries: &[InstId]) -> Vec<InstId> {
        self.push(Inst::new(Op::Loop));
        let mut phis = Vec::new();
        for &entry in entries {
            let ty = self.trace.inst(entry).ty;
            let phi = self.push(Inst { ty, ..Inst::new(Op::Phi) });
            self.trace.phis.push(Phi { phi, entry, back: InstId::NONE });
            phis.push(phi);
        }
        phis
    }

    pub fn back(&mut self, values: &[InstId]) {
        for (phi, &value) in self.trace.phis.iter_mut().zip(values) {
            phi.back = value;
        }
        self.trace.end = End::Loop;
    }

    pub fn shifted(&mut self, resume: u64, base_shift: i32, entries: Vec<SnapEntry>) -> SnapId {
        self.trace.snapshots.push(Snapshot { resume, base_shift, entries });
        SnapId::new(self.trace.snapshots.len() - 1)
    }

    /// A snapshot that writes values to slots 0, 1, ... as they are.
    pub fn snap(&mut self, resume: u64, values: &[InstId]) -> SnapId {
        let entries = values.iter().enumerate().map(|(slot, &value)| self.raw(slot as i32, value)).collect();
        self.shifted(resume, 0, entries)
    }

    pub fn raw(&self, slot: i32, value: InstId) -> SnapEntry {
        let float = self.trace.inst(value).ty == Type::Float;
        let representation = if float { Representation::RawFloat } else { Representation::Tagged };
        SnapEntry { slot, value: SnapValue::Value(value), representation }
    }

    pub fn leave(mut self, snap: SnapId) -> Trace {
        self.trace.end = End::Leave { snap };
        self.trace
    }
}

/// A function of the tests.
pub fn function(address: u64, convention: CallConvention, returns_float: bool, effects: Effects) -> FunctionRef {
    FunctionRef { name: RString::from("f"), address, convention, returns_float, effects }
}
