//! Reads a recording from the text that [`super::text`] prints. Lines beginning with `;` are comments.

use super::text::{CONVENTIONS, EFFECTS, REPRESENTATIONS};
use crate::ir::print::condition_name;
use abi_stable::std_types::{RString, RVec};
use limpet_plugin_api::{
    Effects, FunctionRef, Recording, Representation, Snapshot, SnapshotEntry, TraceEnd, TraceEndKind, TraceKind,
    recording::CallConvention,
    trace_op::{Access, Condition, OpCode, TraceOp, ValueRef},
};
use std::collections::HashMap;

type Parsed<T> = Result<T, String>;

/// Reads a recording; the error names the line.
pub fn parse(text: &str) -> Parsed<Recording> {
    let mut parser = Parser { recording: empty(), names: HashMap::new(), functions: HashMap::new() };
    let lines = || {
        let lines = text.lines().enumerate().map(|(number, line)| (number + 1, line.trim()));
        lines.filter(|(_, line)| !line.is_empty() && !line.starts_with(';'))
    };
    // Functions are named before they are listed.
    for (number, line) in lines().filter(|(_, line)| line.starts_with("function ")) {
        parser.function(line).map_err(|error| format!("line {number}: {error}"))?;
    }
    for (number, line) in lines() {
        parser.line(line).map_err(|error| format!("line {number}: {error}"))?;
    }
    Ok(parser.recording)
}

fn empty() -> Recording {
    Recording {
        kind: TraceKind::Loop,
        parent: 0,
        parent_exit: 0,
        origin: RString::new(),
        start: 0,
        extent: 0,
        ops: RVec::new(),
        constants: RVec::new(),
        arguments: RVec::new(),
        functions: RVec::new(),
        snapshots: RVec::new(),
        snapshot_entries: RVec::new(),
        end: TraceEnd { kind: TraceEndKind::Leave, target: TraceEnd::SELF, snap: 0 },
    }
}

struct Parser {
    recording: Recording,
    names: HashMap<String, u32>,
    functions: HashMap<String, u32>,
}

fn tokens(line: &str) -> Vec<&str> {
    line.split(|c: char| c.is_whitespace() || "[](){}=,+".contains(c)).filter(|token| !token.is_empty()).collect()
}

fn number(token: &str) -> Parsed<i64> {
    let parsed = match token.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok().map(|value| value as i64),
        None => token.parse().ok(),
    };
    parsed.ok_or_else(|| format!("'{token}' is no number"))
}

fn small<T: TryFrom<i64>>(token: &str) -> Parsed<T> {
    T::try_from(number(token)?).map_err(|_| format!("'{token}' is out of range"))
}

fn snap(token: &str) -> Option<u32> {
    token.strip_prefix('s')?.parse().ok()
}

fn representation(name: &str) -> Parsed<Representation> {
    let found = REPRESENTATIONS.iter().find(|(known, _)| *known == name);
    found.map(|(_, representation)| *representation).ok_or_else(|| format!("no representation '{name}'"))
}

/// The token that must follow.
fn next<'t>(tokens: &mut impl Iterator<Item = &'t str>) -> Parsed<&'t str> {
    tokens.next().ok_or_else(|| "the line is too short".into())
}

impl Parser {
    fn line(&mut self, line: &str) -> Parsed<()> {
        let all = tokens(line);
        match all[0] {
            "function" => Ok(()),
            "loop" | "procedure" | "side" => self.head(line),
            "end" => self.end(&all),
            first if snap(first).is_some() && all.get(1) == Some(&"resume") => self.snapshot(&all),
            _ => {
                let (label, body) = match line.split_once(" = ") {
                    Some((label, body)) => (Some(label.trim()), body),
                    None => (None, line),
                };
                let op = self.operation(body)?;
                if let Some(label) = label {
                    self.names.insert(label.into(), self.recording.ops.len() as u32);
                }
                self.recording.ops.push(op);
                Ok(())
            }
        }
    }

    fn head(&mut self, line: &str) -> Parsed<()> {
        let mut quoted = line.split('"');
        let before = quoted.next().unwrap_or("");
        let origin = quoted.next().ok_or("the origin stands in quotes")?;
        let after = quoted.next().unwrap_or("");
        self.recording.origin = origin.into();
        let before = tokens(before);
        self.recording.kind = match before[0] {
            "loop" => TraceKind::Loop,
            "procedure" => TraceKind::Procedure,
            _ => {
                let (parent, exit) = before.get(1).and_then(|id| id.split_once('.')).ok_or("side PARENT.EXIT")?;
                self.recording.parent = small(parent)?;
                self.recording.parent_exit = small(exit)?;
                TraceKind::Side
            }
        };
        let mut after = tokens(after).into_iter();
        while let Some(name) = after.next() {
            let value = next(&mut after)?;
            match name {
                "start" => self.recording.start = number(value)? as u64,
                "extent" => self.recording.extent = small(value)?,
                _ => return Err(format!("unknown '{name}'")),
            }
        }
        Ok(())
    }

    fn end(&mut self, all: &[&str]) -> Parsed<()> {
        let mut rest = all[1..].iter().copied();
        let mut target = TraceEnd::SELF;
        let kind = match next(&mut rest)? {
            "loop" => TraceEndKind::Loop,
            "leave" => TraceEndKind::Leave,
            "link" => {
                match next(&mut rest)? {
                    "self" => {}
                    id => target = small(id)?,
                }
                TraceEndKind::Link
            }
            other => return Err(format!("no end '{other}'")),
        };
        let snap = snap(next(&mut rest)?).ok_or("the end names a snapshot")?;
        self.recording.end = TraceEnd { kind, target, snap };
        Ok(())
    }

    fn function(&mut self, line: &str) -> Parsed<()> {
        let all = tokens(line);
        let mut rest = all[1..].iter().copied();
        let name = next(&mut rest)?;
        let address = number(next(&mut rest)?)? as u64;
        let convention = next(&mut rest)?;
        let found: Option<&(&str, CallConvention)> = CONVENTIONS.iter().find(|(known, _)| *known == convention);
        let convention = found.ok_or_else(|| format!("no convention '{convention}'"))?.1;
        let returns_float = next(&mut rest)? == "float";
        let mut effects = Effects::PURE;
        for effect in rest {
            let found = EFFECTS.iter().find(|(known, _)| *known == effect);
            effects = effects.and(found.ok_or_else(|| format!("no effect '{effect}'"))?.1);
        }
        self.functions.insert(name.into(), self.recording.functions.len() as u32);
        self.recording.functions.push(FunctionRef { name: name.into(), address, convention, returns_float, effects });
        Ok(())
    }

    fn snapshot(&mut self, all: &[&str]) -> Parsed<()> {
        let index = snap(all[0]).unwrap_or(0) as usize;
        // Numbers may be left out; nothing names those snapshots.
        if index < self.recording.snapshots.len() || index > u16::MAX as usize {
            return Err(format!("'{}' is no number for this snapshot", all[0]));
        }
        let unused = Snapshot { resume: 0, base_shift: 0, top: 0, first: 0, count: 0 };
        self.recording.snapshots.resize(index, unused);
        let mut rest = all[1..].iter().copied();
        let first = self.recording.snapshot_entries.len() as u32;
        let mut result = Snapshot { resume: 0, base_shift: 0, top: i32::MAX, first, count: 0 };
        while let Some(name) = rest.next() {
            let value = next(&mut rest)?;
            match name {
                "resume" => result.resume = number(value)? as u64,
                "base" => result.base_shift = small(value)?,
                "top" => result.top = small(value)?,
                slot => {
                    let (slot, name) = slot.split_once(':').unwrap_or((slot, ""));
                    let entry = SnapshotEntry {
                        slot: small(slot)?,
                        value: self.value(value)?,
                        representation: representation(name)?,
                    };
                    self.recording.snapshot_entries.push(entry);
                    result.count += 1;
                }
            }
        }
        self.recording.snapshots.push(result);
        Ok(())
    }

    fn value(&self, name: &str) -> Parsed<ValueRef> {
        match self.names.get(name) {
            Some(&index) => Ok(ValueRef(index)),
            None if name == "-" => Ok(ValueRef::NONE),
            None => Err(format!("'{name}' is not defined")),
        }
    }

    fn constant(&mut self, bits: u64) -> i32 {
        self.recording.constants.push(bits);
        self.recording.constants.len() as i32 - 1
    }

    fn operation(&mut self, body: &str) -> Parsed<TraceOp> {
        let mut all = tokens(body);
        let (name, suffix) = all[0].split_once('.').unwrap_or((all[0], ""));
        let code = OpCode::from_name(name).ok_or_else(|| format!("no operation '{name}'"))?;
        let mut op = TraceOp::new(code);
        if let Some(number) = all.last().copied().and_then(snap).filter(|_| all.len() > 1) {
            op.snap = number;
            all.pop();
        }
        let mut rest = all[1..].iter().copied();
        match code {
            OpCode::ConstInt | OpCode::ConstWord => op.imm = self.constant(number(next(&mut rest)?)? as u64),
            OpCode::ConstFloat => {
                let value: f64 = next(&mut rest)?.parse().map_err(|_| "no float")?;
                op.imm = self.constant(value.to_bits());
            }
            OpCode::SlotRead => {
                op.access = representation(suffix)? as u8;
                op.imm = small(next(&mut rest)?)?;
            }
            OpCode::Load | OpCode::Store => {
                let access = (0..8).filter_map(Access::from_number).find(|access| format!("{access:?}") == suffix);
                op.access = access.ok_or_else(|| format!("no access '{suffix}'"))? as u8;
                op.a = self.value(next(&mut rest)?)?;
                loop {
                    match next(&mut rest)? {
                        "class" => break,
                        token => match small(token) {
                            Ok(offset) => op.imm = offset,
                            Err(_) => op.b = self.value(token)?,
                        },
                    }
                }
                op.alias = small(next(&mut rest)?)?;
                if code == OpCode::Store {
                    op.c = self.value(next(&mut rest)?)?;
                }
            }
            OpCode::Alloc => {
                op.imm = small(next(&mut rest)?)?;
                next(&mut rest)?;
                op.a = ValueRef(small(next(&mut rest)?)?);
            }
            OpCode::GuardInt | OpCode::GuardFloat => {
                op.a = self.value(next(&mut rest)?)?;
                let name = next(&mut rest)?;
                let condition = Condition::ALL.iter().find(|condition| condition_name(**condition) == name);
                op.access = *condition.ok_or_else(|| format!("no condition '{name}'"))? as u8;
                op.b = self.value(next(&mut rest)?)?;
            }
            OpCode::GuardTags => {
                op.a = self.value(next(&mut rest)?)?;
                let set = rest.by_ref().try_fold(0u32, |set, tag| {
                    let tag: u32 = small(tag)?;
                    1u32.checked_shl(tag).map(|bit| set | bit).ok_or_else(|| format!("no tag {tag}"))
                })?;
                op.imm = set as i32;
            }
            OpCode::GuardMasked => {
                op.a = self.value(next(&mut rest)?)?;
                let mask = number(next(&mut rest)?)? as u64;
                let expected = number(next(&mut rest)?)? as u64;
                op.imm = self.constant(mask);
                self.constant(expected);
            }
            OpCode::Call => {
                let name = next(&mut rest)?;
                op.a = ValueRef(*self.functions.get(name).ok_or_else(|| format!("no function '{name}'"))?);
                op.b = ValueRef(self.recording.arguments.len() as u32);
                for argument in rest.by_ref() {
                    let argument = self.value(argument)?;
                    self.recording.arguments.push(argument);
                }
                op.c = ValueRef(self.recording.arguments.len() as u32 - op.b.0);
            }
            OpCode::Barrier => {
                op.a = self.value(next(&mut rest)?)?;
                op.c = self.value(next(&mut rest)?)?;
            }
            _ => {
                for operand in [&mut op.a, &mut op.b, &mut op.c] {
                    if let Some(token) = rest.next() {
                        *operand = self.value(token)?;
                    }
                }
            }
        }
        match rest.next() {
            Some(token) => Err(format!("superfluous '{token}'")),
            None => Ok(op),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::build::text::print;

    const TEXT: &str = r#"side 3.1 "sum (a.scm:1:2)" start 0x10 extent 8
  v0 = SlotRead 1
  v1 = SlotRead.float -2
  v2 = ConstInt -8
  GuardTags v0 {0,5} s0
  v4 = AddChecked v0 v2 s0
  v5 = Load.I64 [v4 + v2 +8] class 2
  Store.F64 [v4 -16] class 1 v1
  GuardMasked v5 0xff 0x2 s0
  GuardInt v5 ult v2 s1
  v9 = Call sqrt(v0 v1) s0
  v10 = Alloc 16 tag 1 s0
  Barrier v10 v5
  Safepoint s0
end link 7 s1
function sqrt 0x1234 context int reads fails
s0 resume 0x10 base 0 top 3
s1 resume 0x20 base -2 top 3 [-2:float]=v1 [1]=v4
"#;

    #[test]
    fn what_is_printed_is_read_back() {
        let recording = parse(TEXT).expect("the text is a recording");
        assert_eq!(print(&recording), TEXT);
    }

    #[test]
    fn errors_name_the_line() {
        assert_eq!(parse("loop \"x\" start 0\n\n  v0 = Adds").unwrap_err(), "line 3: no operation 'Adds'");
        assert_eq!(parse("; note\n GuardTags v0 {0} s0").unwrap_err(), "line 2: 'v0' is not defined");
    }
}
