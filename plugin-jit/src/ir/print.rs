//! Traces as text, for dumps and for expectations in tests.

use super::{End, Inst, Op, SnapValue, Snapshot, Target, Trace};
use limpet_plugin_api::{Representation, trace_op::Condition};
use std::fmt::{self, Write};

/// A condition's name in dumps.
pub fn condition_name(condition: Condition) -> &'static str {
    match condition {
        Condition::Eq => "eq",
        Condition::Ne => "ne",
        Condition::Lt => "lt",
        Condition::Ge => "ge",
        Condition::Le => "le",
        Condition::Gt => "gt",
        Condition::ULt => "ult",
        Condition::UGe => "uge",
        Condition::ULe => "ule",
        Condition::UGt => "ugt",
        Condition::NotLt => "nlt",
        Condition::NotGe => "nge",
        Condition::NotLe => "nle",
        Condition::NotGt => "ngt",
    }
}

/// The tags of a set, as `{0,3}`.
pub fn tag_set(set: u64) -> String {
    let tags: Vec<String> = (0..64).filter(|tag| set >> tag & 1 == 1).map(|tag| tag.to_string()).collect();
    format!("{{{}}}", tags.join(","))
}

fn integer(value: i64) -> String {
    if value.unsigned_abs() < 1 << 20 { value.to_string() } else { format!("{:#x}", value as u64) }
}

impl fmt::Display for SnapValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SnapValue::Value(id) => write!(f, "{id}"),
            SnapValue::Box(id) => write!(f, "box({id})"),
            SnapValue::Virtual(id) => write!(f, "{id}"),
        }
    }
}

impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "resume {:#x} base {:+}", self.resume, self.base_shift)?;
        for entry in &self.entries {
            let suffix = match entry.representation {
                Representation::Tagged => "",
                Representation::RawInt => ":int",
                Representation::RawFloat => ":float",
            };
            write!(f, " [{}{suffix}]={}", entry.slot, entry.value)?;
        }
        Ok(())
    }
}

/// One instruction's operation and operands.
pub fn inst_text(trace: &Trace, inst: &Inst) -> String {
    let mut text = String::from(inst.op.name());
    // Writing to a string does not fail.
    let _ = match inst.op {
        Op::ConstInt => write!(text, " {}", integer(inst.imm)),
        Op::ConstFloat => write!(text, " {:?}", f64::from_bits(inst.imm as u64)),
        Op::SlotRead => write!(text, " [{}]", inst.imm),
        Op::Inherit => write!(text, " {}", inst.imm),
        Op::Load | Op::Store => {
            let _ = write!(text, ".{:?} [{}", inst.access(), inst.a);
            if inst.b.is_some() {
                let _ = write!(text, " + {}", inst.b);
            }
            if inst.imm != 0 {
                let _ = write!(text, " {:+}", inst.imm);
            }
            let _ = write!(text, "] class {}", inst.alias);
            if inst.op == Op::Store { write!(text, " := {}", inst.c) } else { Ok(()) }
        }
        Op::Alloc => write!(text, " {} bytes tag {}", inst.imm, inst.sub),
        Op::GuardInt | Op::GuardFloat => {
            write!(text, " {} {} {}", inst.a, condition_name(inst.condition()), inst.b)
        }
        Op::GuardTags => write!(text, " {} in {}", inst.a, tag_set(inst.imm as u64)),
        Op::GuardMasked => write!(text, " {} & {} = {}", inst.a, inst.b, inst.c),
        Op::Call => {
            let call = trace.call(inst);
            let arguments: Vec<String> = call.arguments.iter().map(|id| id.to_string()).collect();
            let name = trace.functions.get(call.function as usize).map_or("?", |function| function.name.as_str());
            write!(text, " {name}({})", arguments.join(" "))
        }
        _ => inst.fields().try_for_each(|id| write!(text, " {id}")),
    };
    text
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "trace {:?}", self.kind)?;
        if let Some((parent, exit)) = self.parent {
            write!(f, " of {parent}.{exit}")?;
        }
        if !self.origin.is_empty() {
            write!(f, " ({})", self.origin)?;
        }
        writeln!(f, " extent {}", self.extent)?;
        let mut phis = self.phis.iter();
        for id in self.ids() {
            let inst = self.inst(id);
            if inst.op == Op::Loop {
                writeln!(f, "  Loop")?;
                continue;
            }
            let name = if inst.ty == super::Type::None { String::new() } else { format!("{id}:{}", inst.ty.name()) };
            let mut text = inst_text(self, inst);
            if inst.op == Op::Phi
                && let Some(phi) = phis.next()
            {
                let _ = write!(text, " {} back {}", phi.entry, phi.back);
            }
            if inst.snap.is_some() {
                text = format!("{text:<36} => {}", inst.snap);
            }
            writeln!(f, "    {name:<10} {text}")?;
        }
        match self.end {
            End::Loop => writeln!(f, "  end loop")?,
            End::Link { target: Target::SelfEntry, snap } => writeln!(f, "  end link self => {snap}")?,
            End::Link { target: Target::Trace(id), snap } => writeln!(f, "  end link {id} => {snap}")?,
            End::Leave { snap } => writeln!(f, "  end leave => {snap}")?,
        }
        for (index, snapshot) in self.snapshots.iter().enumerate() {
            writeln!(f, "  s{index}: {snapshot}")?;
        }
        for (index, object) in self.virtuals.iter().enumerate() {
            write!(f, "  v{index}: {} bytes tag {}", object.bytes, object.tag)?;
            for field in &object.fields {
                write!(f, " {:+}.{:?}={}", field.offset, field.access, field.value)?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
