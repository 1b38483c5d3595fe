//! A target of four general and two floating-point registers whose code is text: for tests of what targets share.
//!
//! It takes every trace; its calls destroy `a` and `b` and want arguments there, its shifts count in `b`.

use super::{
    backend::{Code, Emitter, Target},
    env::TraceStart,
};
use crate::{
    ir::{Op, Trace, print::inst_text},
    regalloc::{Demand, Location, Operand, Placed, Register, RegisterFile, RegisterSet, Want},
};
use limpet_plugin_api::Abort;

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

/// The toy machine.
#[derive(Clone, Debug)]
pub struct Toy {
    registers: RegisterFile,
}

impl Default for Toy {
    fn default() -> Toy {
        Toy {
            registers: RegisterFile {
                ints: (0..4).map(Register).collect(),
                floats: (0..2).map(Register::float).collect(),
                preserved: RegisterSet::of(&[Register(2), Register(3)]),
                spill_slots: 32,
            },
        }
    }
}

impl Toy {
    /// With a frame of another size.
    pub fn with_spill_slots(slots: u16) -> Toy {
        let mut toy = Toy::default();
        toy.registers.spill_slots = slots;
        toy
    }
}

impl Target for Toy {
    fn name(&self) -> &'static str {
        "toy"
    }

    fn registers(&self) -> &RegisterFile {
        &self.registers
    }

    fn select(&self, trace: &Trace) -> Vec<Demand> {
        let demand = |inst: &crate::ir::Inst| {
            let operands = |want: Want| inst.fields().map(|id| Operand::new(id, want)).collect::<Vec<_>>();
            match inst.op {
                Op::ConstInt | Op::ConstFloat | Op::SlotRead | Op::Inherit | Op::Phi | Op::Loop => {
                    Demand { silent: true, ..Demand::default() }
                }
                Op::AddChecked | Op::SubChecked => Demand {
                    operands: vec![Operand::new(inst.a, Want::Register), Operand::late(inst.b, Want::Any)],
                    reuse: true,
                    exit_after_result: true,
                    undoable: true,
                    ..Demand::default()
                },
                Op::Shl | Op::Shr | Op::Sar => Demand {
                    operands: vec![
                        Operand::new(inst.a, Want::Register),
                        Operand::late(inst.b, Want::Fixed(Register(1))),
                    ],
                    reuse: true,
                    ..Demand::default()
                },
                Op::Call => Demand {
                    operands: trace
                        .call(inst)
                        .arguments
                        .iter()
                        .enumerate()
                        .map(|(index, &id)| match index {
                            0 | 1 if trace.inst(id).ty == crate::ir::Type::Int => {
                                Operand::new(id, Want::Fixed(Register(index as u8)))
                            }
                            _ => Operand::new(id, Want::Anywhere),
                        })
                        .collect(),
                    destroys: self.registers.destroyed_by_calls(),
                    fixed_result: Some(if inst.ty == crate::ir::Type::Float {
                        Register::float(0)
                    } else {
                        Register(0)
                    }),
                    ..Demand::default()
                },
                op if op.table_type().is_some_and(|ty| ty == crate::ir::Type::Float) && inst.b.is_some() => Demand {
                    operands: operands(Want::Any),
                    reuse: true,
                    commutative: op.is_commutative(),
                    ..Demand::default()
                },
                op => Demand {
                    operands: operands(Want::Register),
                    reuse: true,
                    commutative: op.is_commutative(),
                    ..Demand::default()
                },
            }
        };
        trace.insts.iter().map(demand).collect()
    }

    fn place(&self, location: Location) -> String {
        match location {
            Location::Register(register) if register.0 < 4 => NAMES[register.0 as usize].into(),
            Location::Register(register) => format!("f{}", register.number()),
            Location::Spill(slot) => format!("s{slot}"),
            Location::Slot(slot) => format!("[{slot}]"),
            Location::Constant(bits) => format!("#{}", bits as i64),
            Location::Temporary => "t".into(),
        }
    }
}

/// Writes text, one line a step; the code's bytes are that text.
#[derive(Clone, Debug, Default)]
pub struct ToyEmitter {
    target: Toy,
    text: String,
}

impl ToyEmitter {
    fn line(&mut self, line: String) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    fn list(&self, places: &[Location]) -> String {
        places.iter().map(|&place| self.target.place(place)).collect::<Vec<_>>().join(" ")
    }
}

impl Emitter for ToyEmitter {
    fn start(&mut self, _start: &TraceStart) -> Result<(), Abort> {
        Ok(())
    }

    fn copy(&mut self, from: Location, to: Location) -> Result<(), Abort> {
        self.line(format!("{} = {}", self.target.place(to), self.target.place(from)));
        Ok(())
    }

    fn inst(&mut self, trace: &Trace, placed: &Placed) -> Result<(), Abort> {
        let inst = trace.inst(placed.inst);
        let mut line = match placed.result {
            Some(result) => format!("{} = ", self.target.place(Location::Register(result))),
            None => String::new(),
        };
        line += match inst.op {
            Op::Call => "Call",
            _ => inst.op.name(),
        };
        line = format!("{line} {}", self.list(&placed.operands));
        if inst.snap.is_some() {
            let undo = if placed.undo { "undo " } else { "" };
            line = format!("{line} => {undo}{}", self.list(&placed.leaves));
        }
        debug_assert!(!inst_text(trace, inst).is_empty());
        self.line(line);
        Ok(())
    }

    fn head(&mut self) {
        self.line("head".into());
    }

    fn back(&mut self) {
        self.line("back".into());
    }

    fn end(&mut self, _trace: &Trace, placed: &Placed) -> Result<(), Abort> {
        self.line(format!("end => {}", self.list(&placed.leaves)));
        Ok(())
    }

    fn finish(&mut self) -> Result<Code, Abort> {
        Ok(Code { bytes: std::mem::take(&mut self.text).into_bytes(), ..Code::default() })
    }
}
