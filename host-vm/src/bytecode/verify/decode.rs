//! What each instruction tells by itself: form, operands in range, constants, targets, hook cells. One pass over the
//! units; it finds where instructions start, which the second look at all targets then needs.

use super::{CodeView, ConstantKind, Fault, MOST_REGISTERS, MOST_UNITS, fault::At};
use crate::bytecode::{
    kinds::{Kind, MathFunction},
    ops::{Format, Op},
};

/// The bit of a capture unit that says: captured value of the running procedure, else a register.
pub const CAPTURE_IS_FREE: u32 = 1 << 31;

/// An instruction in its code; all units that its format has are there.
#[derive(Clone, Copy, Debug)]
pub struct Instruction<'a> {
    /// The operation.
    pub op: Op,
    /// Its units, captures included.
    pub units: &'a [u32],
}

impl<'a> Instruction<'a> {
    /// The instruction at a unit.
    pub fn at(units: &'a [u32], at: usize) -> Result<Instruction<'a>, Fault> {
        let first = units[at];
        let op = Op::from_number(first as u8).ok_or(Fault::UnknownOperation(first & 0xff))?;
        let mut length = op.format().units();
        if op.format() == Format::Closure {
            length = length.saturating_add(units.get(at + 1).map_or(0, |&n| n as usize));
        }
        let rest = &units[at..];
        Ok(Instruction { op, units: rest.get(..length).ok_or(Fault::CutOff)? })
    }

    /// Bits 8 to 15.
    pub fn a(&self) -> u32 {
        self.units[0] >> 8 & 0xff
    }

    /// Bits 16 to 23.
    pub fn b(&self) -> u32 {
        self.units[0] >> 16 & 0xff
    }

    /// Bits 24 to 31.
    pub fn c(&self) -> u32 {
        self.units[0] >> 24
    }

    /// Bits 16 to 31.
    pub fn k(&self) -> u32 {
        self.units[0] >> 16
    }

    /// Low and high half of the second unit.
    pub fn halves(&self) -> (u32, u32) {
        (self.units[1] & 0xffff, self.units[1] >> 16)
    }

    /// First register and number of arguments of a call.
    pub fn call(&self) -> (u32, u32) {
        match self.op.format() {
            Format::CallWide => self.halves(),
            _ => (self.b(), self.c()),
        }
    }

    /// The captures of a `MakeClosure`: whether from a captured value, and its number.
    pub fn captures(&self) -> impl Iterator<Item = (bool, u32)> + 'a {
        self.units[2..].iter().map(|&unit| (unit & CAPTURE_IS_FREE != 0, unit & !CAPTURE_IS_FREE))
    }

    /// The register that it writes, if it writes one.
    pub fn result(&self) -> Option<u32> {
        match self.op {
            Op::MoveWide => Some(self.halves().0),
            op => op.has_result().then(|| self.a()),
        }
    }

    /// Shows the registers that it reads, but for register 0, which many instructions know as the running procedure.
    /// Entries read what callers put there, which is not shown.
    pub fn reads(&self, show: &mut dyn FnMut(u32)) {
        let (a, b, c) = (self.a(), self.b(), self.c());
        let names_none =
            matches!(self.op.format(), Format::Jump | Format::Loop | Format::Entry | Format::Call | Format::CallWide);
        if !self.op.has_result() && !names_none {
            show(a);
        }
        match self.op.format() {
            Format::AB | Format::ABImm | Format::ABX | Format::BranchAB => show(b),
            Format::ABN if self.op == Op::MakeRecord => (b..=b + c).for_each(show),
            Format::ABN => show(b),
            Format::ABC | Format::ABCX => {
                show(b);
                if self.op != Op::AbortTo {
                    show(c);
                }
            }
            Format::Wide => show(self.halves().1),
            Format::Closure => self.captures().filter(|&(is_free, _)| !is_free).for_each(|(_, number)| show(number)),
            Format::Call | Format::CallWide => {
                let (first, count) = self.call();
                (first..=first + count).for_each(show);
            }
            _ => {}
        }
    }

    /// Offset of its jump, from its first unit; `None`: it has none.
    pub fn offset(&self) -> Option<i32> {
        let unit = match self.op.format() {
            Format::Jump | Format::BranchA | Format::BranchKind | Format::BranchAB => 1,
            Format::Loop => 2,
            Format::Entry if self.units[2] != 0 => 2,
            _ => return None,
        };
        Some(self.units[unit] as i32)
    }

    /// Where it jumps, if the offset is one into the code.
    pub fn target(&self, at: usize) -> Option<usize> {
        at.checked_add_signed(self.offset()? as isize)
    }
}

/// Where instructions start, and where jumps go.
#[derive(Debug, Default)]
pub struct Layout {
    starts: UnitSet,
    targets: UnitSet,
}

impl Layout {
    /// Whether an instruction starts at the unit.
    pub fn is_start(&self, at: usize) -> bool {
        self.starts.contains(at)
    }

    /// Whether anything jumps to the unit.
    pub fn is_target(&self, at: usize) -> bool {
        self.targets.contains(at)
    }
}

/// A bit for each unit.
#[derive(Debug, Default)]
struct UnitSet(Vec<u64>);

impl UnitSet {
    fn add(&mut self, at: usize) {
        self.0[at / 64] |= 1 << (at % 64);
    }

    fn contains(&self, at: usize) -> bool {
        self.0.get(at / 64).is_some_and(|bits| bits >> (at % 64) & 1 == 1)
    }
}

/// The site that a hook cell belongs to.
#[derive(Clone, Copy, PartialEq)]
enum Site {
    None,
    /// The entry at the unit.
    Entry(usize),
    /// The loop whose first instruction is at the unit.
    Loop(usize),
}

/// Checks every instruction by itself.
pub fn decode(program: &[CodeView<'_>], code: &CodeView<'_>) -> Result<Layout, At> {
    let units = code.units;
    if units.is_empty() || units.len() > MOST_UNITS {
        return Err((0, Fault::BadLength));
    }
    if code.frame_size == 0 || code.frame_size > MOST_REGISTERS {
        return Err((0, Fault::BadFrame(code.frame_size)));
    }
    if let Some(&bad) = code.codes.iter().find(|&&k| k as usize >= program.len()) {
        return Err((0, Fault::BadCode(bad)));
    }
    for (k, constant) in code.constants.iter().enumerate() {
        if let ConstantKind::Procedure(id) = *constant
            && program.get(id as usize).is_none_or(|procedure| procedure.captures != 0)
        {
            return Err((0, Fault::WrongConstant(k as u32)));
        }
    }
    let none = || UnitSet(vec![0; units.len().div_ceil(64)]);
    let mut layout = Layout { starts: none(), targets: none() };
    let mut sites = Vec::new();
    let mut at = 0;
    while at < units.len() {
        let fail = |fault| (at, fault);
        let instruction = Instruction::at(units, at).map_err(fail)?;
        check(program, code, &instruction).map_err(fail)?;
        claim_cell(code, &instruction, at, &mut sites).map_err(fail)?;
        layout.starts.add(at);
        at += instruction.units.len();
    }
    if units[0] as u8 != Op::Entry as u8 {
        return Err((0, Fault::NoEntry));
    }
    at = 0;
    while at < units.len() {
        let fail = |fault| (at, fault);
        let instruction = Instruction::at(units, at).map_err(fail)?;
        check_target(units, &mut layout, &instruction, at).map_err(fail)?;
        at += instruction.units.len();
    }
    Ok(layout)
}

fn check(program: &[CodeView<'_>], code: &CodeView<'_>, i: &Instruction<'_>) -> Result<(), Fault> {
    let register = |r: u32| if r < code.frame_size { Ok(()) } else { Err(Fault::RegisterOutOfFrame(r)) };
    let zero = |n: u32| if n == 0 { Ok(()) } else { Err(Fault::BadOperand(n)) };
    let sense = |n: u32| if n <= 1 { Ok(()) } else { Err(Fault::BadSense(n)) };
    let (a, b, c, k) = (i.a(), i.b(), i.c(), i.k());
    match i.op.format() {
        Format::None => return Err(Fault::PrivateOperation),
        Format::A => {
            register(a)?;
            zero(k)?;
        }
        Format::AB => {
            register(a)?;
            register(b)?;
            zero(c)?;
        }
        Format::ABC => {
            register(a)?;
            register(b)?;
            match i.op {
                Op::AbortTo => zero(c)?,
                _ => register(c)?,
            }
        }
        Format::ABImm => {
            register(a)?;
            register(b)?;
        }
        Format::ABN => {
            register(a)?;
            register(b)?;
            match i.op {
                Op::MakeRecord => register(b + c)?,
                Op::Is if Kind::from_number(c as u8).is_none() => return Err(Fault::BadKind(c)),
                Op::Math if MathFunction::from_number(c as u8).is_none() => return Err(Fault::BadFunction(c)),
                _ => {}
            }
        }
        Format::AK => {
            register(a)?;
            check_constant(i.op, k, code.constants)?;
        }
        Format::AImm => register(a)?,
        Format::AFree => {
            register(a)?;
            if k >= code.captures {
                return Err(Fault::NoCapture(k));
            }
        }
        Format::Closure => {
            register(a)?;
            let &id = code.codes.get(k as usize).ok_or(Fault::BadCode(k))?;
            if program[id as usize].captures != i.units[1] {
                return Err(Fault::WrongCaptures(i.units[1]));
            }
            for (is_free, number) in i.captures() {
                match is_free {
                    true if number >= code.captures => return Err(Fault::NoCapture(number)),
                    true => {}
                    false => register(number)?,
                }
                // The interpreter takes 16 bits of it.
                zero(number >> 16)?;
            }
        }
        Format::ABX => {
            register(a)?;
            register(b)?;
            zero(c)?;
        }
        Format::ABCX => {
            register(a)?;
            register(b)?;
            register(c)?;
        }
        Format::Jump => zero(i.units[0] >> 8)?,
        Format::BranchA => {
            register(a)?;
            zero(b)?;
            sense(c)?;
        }
        Format::BranchKind => {
            register(a)?;
            sense(c)?;
            if Kind::from_number(b as u8).is_none() {
                return Err(Fault::BadKind(b));
            }
        }
        Format::BranchAB => {
            register(a)?;
            register(b)?;
            sense(c)?;
        }
        Format::Loop => zero(i.units[0] >> 8)?,
        Format::Entry => {
            sense(c)?;
            if a + b + c >= code.frame_size {
                return Err(Fault::TooManyParameters);
            }
        }
        Format::Call | Format::CallWide => {
            let (first, count) = i.call();
            if i.op.format() == Format::CallWide {
                zero(k)?;
            }
            register(first + count)?;
            if !i.op.has_result() {
                zero(a)?;
            } else {
                register(a)?;
                // Two frame words lie below the callee's base, above this frame's register 0.
                if first < 3 {
                    return Err(Fault::FrameWords);
                }
            }
        }
        Format::Wide => {
            zero(i.units[0] >> 8)?;
            let (to, from) = i.halves();
            register(to)?;
            register(from)?;
            if to == 0 {
                return Err(Fault::WritesProcedure);
            }
        }
    }
    if i.op.has_result() && i.op != Op::MoveWide && a == 0 {
        return Err(Fault::WritesProcedure);
    }
    Ok(())
}

fn check_constant(op: Op, k: u32, constants: &[ConstantKind]) -> Result<(), Fault> {
    let &constant = constants.get(k as usize).ok_or(Fault::NoConstant(k))?;
    let fits = match op {
        Op::GlobalRef | Op::GlobalSet | Op::GlobalDefine => constant == ConstantKind::Global,
        Op::CheckDefined => constant == ConstantKind::Symbol,
        _ => constant != ConstantKind::Global,
    };
    if fits { Ok(()) } else { Err(Fault::WrongConstant(k)) }
}

/// A cell is of one entry, or of jumps that go back to one place.
fn claim_cell(code: &CodeView<'_>, i: &Instruction<'_>, at: usize, sites: &mut Vec<Site>) -> Result<(), Fault> {
    let site = match i.op {
        Op::Entry => Site::Entry(at),
        Op::Loop => Site::Loop(i.target(at).ok_or(Fault::BadTarget)?),
        _ => return Ok(()),
    };
    let cell = i.units[1];
    if cell >= code.cells {
        return Err(Fault::NoCell(cell));
    }
    // Each is used by at least three units, or the code has cells to spare: no need to make all of them.
    let index = cell as usize;
    if index >= sites.len() {
        if index >= code.units.len() {
            return Err(Fault::NoCell(cell));
        }
        sites.resize(index + 1, Site::None);
    }
    if sites[index] != Site::None && sites[index] != site {
        return Err(Fault::SharedCell(cell));
    }
    sites[index] = site;
    Ok(())
}

fn check_target(units: &[u32], layout: &mut Layout, i: &Instruction<'_>, at: usize) -> Result<(), Fault> {
    let Some(offset) = i.offset() else { return Ok(()) };
    let target = i.target(at).filter(|&t| layout.is_start(t)).ok_or(Fault::BadTarget)?;
    if (i.op == Op::Loop) != (offset <= 0) {
        return Err(Fault::WrongDirection);
    }
    let is_entry = units[target] as u8 == Op::Entry as u8;
    if is_entry != (i.op == Op::Entry) {
        return Err(if is_entry { Fault::EntersEntry } else { Fault::BadTarget });
    }
    layout.targets.add(target);
    Ok(())
}
