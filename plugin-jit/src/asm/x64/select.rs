//! Selection: what each instruction demands on x86-64, and which constants it holds itself.
//!
//! [`super::emit`] relies on the order of operands given here: for two-address forms the first operand is the one that
//! the result replaces; a constant operand stands second wherever operands can be exchanged; comparisons that need
//! their operands the other way round get them so.

use super::regs::{self, ARGUMENTS, FLOAT_ARGUMENTS, RAX, RCX, RDX};
use crate::{
    asm::backend::Target,
    ir::{Inst, InstId, Op, Trace, Type},
    regalloc::{Demand, Location, Operand, Register, RegisterFile, RegisterSet, Want},
};
use limpet_plugin_api::{
    HostLayout,
    recording::CallConvention,
    trace_op::{Access, Condition},
};

/// The machine, with what the processor at hand has beyond the baseline.
#[derive(Clone, Debug)]
pub struct X64 {
    registers: RegisterFile,
    /// SSE 4.1: rounding instructions.
    pub sse41: bool,
    /// BMI2: shifts that take their count anywhere.
    pub bmi2: bool,
    pointer_tags: u32,
    tag_bits: u8,
}

impl X64 {
    /// For the processor at hand; on another architecture, the baseline.
    pub fn detect(layout: &HostLayout) -> X64 {
        #[cfg(target_arch = "x86_64")]
        let (sse41, bmi2) =
            (std::arch::is_x86_feature_detected!("sse4.1"), std::arch::is_x86_feature_detected!("bmi2"));
        #[cfg(not(target_arch = "x86_64"))]
        let (sse41, bmi2) = (false, false);
        X64::with_features(layout, sse41, bmi2)
    }

    /// With chosen features.
    pub fn with_features(layout: &HostLayout, sse41: bool, bmi2: bool) -> X64 {
        X64 { registers: regs::file(), sse41, bmi2, pointer_tags: layout.pointer_tags, tag_bits: layout.tag_bits }
    }

    /// Whether a word with these bits needs a write barrier.
    pub fn is_pointer(&self, word: u64) -> bool {
        self.pointer_tags >> (word & ((1 << self.tag_bits) - 1)) & 1 == 1
    }
}

/// The constant, if an instruction can hold it.
pub fn immediate(trace: &Trace, id: InstId) -> Option<i32> {
    let inst = trace.inst(id);
    (inst.op == Op::ConstInt).then_some(inst.imm).and_then(|imm| i32::try_from(imm).ok())
}

/// The exponent, if the value is a constant power of two above 1 that short code divides by.
pub fn power_of_two(trace: &Trace, id: InstId) -> Option<u32> {
    let imm = immediate(trace, id)?;
    (imm > 1 && imm.count_ones() == 1).then(|| imm.trailing_zeros())
}

/// Operands of a commutative instruction or comparison, a constant second; whether they were exchanged.
pub fn ordered(trace: &Trace, inst: &Inst) -> (InstId, InstId, bool) {
    let swap = trace.inst(inst.a).op.is_constant() && !trace.inst(inst.b).op.is_constant();
    if swap { (inst.b, inst.a, true) } else { (inst.a, inst.b, false) }
}

/// Whether a float comparison is made with its operands exchanged, so that NaN fails it as it should.
pub fn compares_swapped(condition: Condition) -> bool {
    matches!(condition, Condition::Lt | Condition::Le | Condition::NotLt | Condition::NotLe)
}

fn operand(trace: &Trace, id: InstId, otherwise: Want) -> Operand {
    if immediate(trace, id).is_some() { Operand::new(id, Want::Immediate) } else { Operand::new(id, otherwise) }
}

/// Address operands: base, then the second part if it is no constant that joins the displacement.
pub fn address(trace: &Trace, inst: &Inst) -> Vec<Operand> {
    let mut operands = vec![Operand::new(inst.a, Want::Register)];
    if inst.b.is_some() {
        let joined = immediate(trace, inst.b).filter(|imm| i32::try_from(inst.imm + i64::from(*imm)).is_ok());
        let want = if joined.is_some() { Want::Immediate } else { Want::Register };
        operands.push(Operand::new(inst.b, want));
    }
    operands
}

impl Target for X64 {
    fn name(&self) -> &'static str {
        "x86-64"
    }

    fn registers(&self) -> &RegisterFile {
        &self.registers
    }

    fn select(&self, trace: &Trace) -> Vec<Demand> {
        trace.insts.iter().map(|inst| self.demand(trace, inst)).collect()
    }

    fn place(&self, location: Location) -> String {
        match location {
            Location::Register(register) if register.0 < 16 => regs::NAMES[register.0 as usize].into(),
            Location::Register(register) => format!("xmm{}", register.number()),
            Location::Spill(slot) => format!("spill{slot}"),
            Location::Slot(slot) => format!("[{slot}]"),
            Location::Constant(bits) => format!("{:#x}", bits),
            Location::Temporary => "xmm15".into(),
        }
    }
}

impl X64 {
    fn demand(&self, trace: &Trace, inst: &Inst) -> Demand {
        let demand = |operands: Vec<Operand>| Demand { operands, ..Demand::default() };
        match inst.op {
            Op::ConstInt | Op::ConstFloat | Op::SlotRead | Op::Inherit | Op::Phi | Op::Loop => {
                Demand { silent: true, ..Demand::default() }
            }
            Op::Add | Op::And | Op::Or | Op::Xor | Op::Mul => {
                let (a, b, _) = ordered(trace, inst);
                let operands = vec![Operand::new(a, Want::Any), operand(trace, b, Want::Any)];
                Demand { reuse: true, commutative: operands[1].want == Want::Any, ..demand(operands) }
            }
            Op::Sub => {
                let second = operand(trace, inst.b, Want::Any);
                Demand {
                    reuse: true,
                    ..demand(vec![Operand::new(inst.a, Want::Any), Operand { late: true, ..second }])
                }
            }
            Op::AddChecked | Op::SubChecked | Op::MulChecked => {
                let (a, b) = match inst.op {
                    Op::SubChecked => (inst.a, inst.b),
                    _ => {
                        let (a, b, _) = ordered(trace, inst);
                        (a, b)
                    }
                };
                let second = operand(trace, b, Want::Any);
                Demand {
                    reuse: true,
                    exit_after_result: true,
                    undoable: inst.op != Op::MulChecked,
                    ..demand(vec![Operand::new(a, Want::Any), Operand { late: true, ..second }])
                }
            }
            Op::Shl | Op::Shr | Op::Sar => match immediate(trace, inst.b) {
                Some(_) => Demand {
                    reuse: true,
                    ..demand(vec![Operand::new(inst.a, Want::Any), Operand::new(inst.b, Want::Immediate)])
                },
                None if self.bmi2 => {
                    demand(vec![Operand::new(inst.a, Want::Any), Operand::new(inst.b, Want::Register)])
                }
                None => Demand {
                    reuse: true,
                    ..demand(vec![Operand::new(inst.a, Want::Any), Operand::late(inst.b, Want::Fixed(Register(RCX)))])
                },
            },
            Op::Quotient | Op::Remainder if power_of_two(trace, inst.b).is_some() => {
                demand(vec![Operand::late(inst.a, Want::Register), Operand::new(inst.b, Want::Immediate)])
            }
            Op::Quotient | Op::Remainder => Demand {
                destroys: RegisterSet::of(&[Register(RAX), Register(RDX)]),
                fixed_result: Some(Register(if inst.op == Op::Quotient { RAX } else { RDX })),
                ..demand(vec![Operand::new(inst.a, Want::Fixed(Register(RAX))), Operand::new(inst.b, Want::Register)])
            },
            Op::FloatAdd | Op::FloatMul => {
                let (a, b, _) = ordered(trace, inst);
                let operands = vec![Operand::new(a, Want::Any), Operand::new(b, Want::Any)];
                Demand { reuse: true, commutative: true, ..demand(operands) }
            }
            Op::FloatSub | Op::FloatDiv => {
                let operands = vec![Operand::new(inst.a, Want::Any), Operand::late(inst.b, Want::Any)];
                Demand { reuse: true, ..demand(operands) }
            }
            Op::FloatNeg | Op::FloatAbs => Demand { reuse: true, ..demand(vec![Operand::new(inst.a, Want::Any)]) },
            Op::FloatSqrt
            | Op::FloatFloor
            | Op::FloatCeiling
            | Op::FloatTruncate
            | Op::FloatRound
            | Op::IntToFloat
            | Op::UnboxFloat => demand(vec![Operand::new(inst.a, Want::Any)]),
            Op::FloatToIntChecked => {
                Demand { exit_after_result: true, ..demand(vec![Operand::new(inst.a, Want::Register)]) }
            }
            Op::BoxFloat => demand(vec![Operand::new(inst.a, Want::Register)]),
            Op::Load => demand(address(trace, inst)),
            Op::Store => {
                let mut operands = address(trace, inst);
                operands.push(operand(trace, inst.c, Want::Register));
                demand(operands)
            }
            Op::Alloc => Demand { exit_after_result: true, ..Demand::default() },
            Op::Barrier => match trace.inst(inst.c).op {
                Op::ConstInt if !self.is_pointer(trace.inst(inst.c).imm as u64) => demand(Vec::new()),
                _ => demand(vec![Operand::new(inst.a, Want::Register), Operand::new(inst.c, Want::Any)]),
            },
            Op::GuardInt => {
                let (a, b, _) = ordered(trace, inst);
                let second = operand(trace, b, Want::Any);
                let first = if second.want == Want::Immediate { Want::Any } else { Want::Register };
                demand(vec![Operand::new(a, first), second])
            }
            Op::GuardFloat => {
                let (a, b) = if compares_swapped(inst.condition()) { (inst.b, inst.a) } else { (inst.a, inst.b) };
                demand(vec![Operand::new(a, Want::Register), Operand::new(b, Want::Any)])
            }
            Op::GuardTags | Op::GuardMasked => demand(vec![Operand::new(inst.a, Want::Register)]),
            Op::Call => self.call(trace, inst),
            Op::Safepoint => Demand::default(),
        }
    }

    fn call(&self, trace: &Trace, inst: &Inst) -> Demand {
        let function = trace.function(inst);
        let arguments = &trace.call(inst).arguments;
        let mut ints = match function.convention {
            CallConvention::Plain => ARGUMENTS.iter(),
            CallConvention::Context | CallConvention::Array => ARGUMENTS[1..].iter(),
        };
        let mut floats = 0..FLOAT_ARGUMENTS as u8;
        let place = |&id: &InstId| {
            let want = match (function.convention, trace.inst(id).ty) {
                (CallConvention::Array, _) => Some(Want::Anywhere),
                (_, Type::Float) => floats.next().map(|number| Want::Fixed(Register::float(number))),
                _ => ints.next().map(|&number| Want::Fixed(Register(number))),
            };
            // Arguments beyond the registers break the contract; the emitter gives the trace up.
            Operand::new(id, want.unwrap_or(Want::Anywhere))
        };
        Demand {
            operands: arguments.iter().map(place).collect(),
            destroys: self.registers.destroyed_by_calls(),
            fixed_result: Some(if inst.ty == Type::Float { Register::float(0) } else { Register(RAX) }),
            ..Demand::default()
        }
    }
}

/// Whether a store's value can be a sign-extended immediate of its width.
pub fn fits_store(access: Access, value: i64) -> bool {
    access.bytes() < 8 || i32::try_from(value).is_ok()
}
