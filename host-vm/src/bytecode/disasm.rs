//! Instructions as text, for tests, `,dis` and dumps: one line each, `unit  mnemonic operands`.
//!
//! Registers are `r7`, captured values `f2`, jump targets `-> unit`, hook cells `#1`. A branch taken when its condition
//! does not hold says `not`. Constants are printed by the caller's function, which knows whether they are linked yet.

use super::{
    code::{Code, Position, PositionEntry},
    kinds::{Kind, MathFunction},
    ops::{Format, Op},
};
use crate::value::Word;
use std::fmt::Write;

/// What a constant operand `k` means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    /// An index into a code's constants.
    Constant,
    /// An index into a code's nested codes.
    Code,
}

/// One instruction at `at`: its text, and its length in units. A unit that is no instruction is printed as data.
pub fn instruction(units: &[u32], at: usize, name: &mut dyn FnMut(Operand, u32) -> String) -> (String, usize) {
    let first = units[at];
    let Some(op) = Op::from_number(first as u8) else { return (format!("data {first:#010x}"), 1) };
    let format = op.format();
    if at + format.units() > units.len() {
        return (format!("data {first:#010x}"), 1);
    }
    let (a, b, c) = (first >> 8 & 0xff, first >> 16 & 0xff, first >> 24);
    let k = first >> 16;
    let unit = |i: usize| units[at + i];
    let target = |i: usize| at as i64 + unit(i) as i32 as i64;
    let not = if c == 0 { "not " } else { "" };
    let mut length = format.units();
    let operands = match format {
        Format::None => String::new(),
        Format::A => format!("r{a}"),
        Format::AB => format!("r{a}, r{b}"),
        Format::ABC => format!("r{a}, r{b}, r{c}"),
        Format::ABImm => format!("r{a}, r{b}, {}", c as u8 as i8),
        Format::ABN => match op {
            Op::Is => format!("r{a}, r{b}, {}", Kind::from_number(c as u8).map_or("?", Kind::scheme_name)),
            Op::Math => format!("r{a}, r{b}, {}", MathFunction::from_number(c as u8).map_or("?", |f| f.scheme_name())),
            _ => format!("r{a}, r{b}, {c}"),
        },
        Format::AK => format!("r{a}, {}", name(Operand::Constant, k)),
        Format::AImm => format!("r{a}, {}", k as u16 as i16),
        Format::AFree => format!("r{a}, f{k}"),
        Format::Closure => {
            let mut text = format!("r{a}, {}", name(Operand::Code, k));
            for i in 0..unit(1) as usize {
                let Some(&capture) = units.get(at + 2 + i) else { break };
                let kind = if capture >> 31 == 1 { 'f' } else { 'r' };
                let _ = write!(text, ", {kind}{}", capture & 0xffff);
                length += 1;
            }
            text
        }
        Format::ABX => format!("r{a}, r{b}, {}", unit(1)),
        Format::ABCX => format!("r{a}, r{b}, r{c}, {}", unit(1)),
        Format::Jump => format!("-> {}", target(1)),
        Format::BranchA => format!("{not}r{a} -> {}", target(1)),
        Format::BranchKind => {
            format!("{not}r{a}, {} -> {}", Kind::from_number(b as u8).map_or("?", Kind::scheme_name), target(1))
        }
        Format::BranchAB => format!("{not}r{a}, r{b} -> {}", target(1)),
        Format::Loop => format!("#{} -> {}", unit(1), target(2)),
        Format::Entry => {
            let mut text = format!("{a}");
            if b > 0 {
                let _ = write!(text, " optional {b}");
            }
            if c > 0 {
                text.push_str(" rest");
            }
            let _ = write!(text, " #{}", unit(1));
            if unit(2) != 0 {
                let _ = write!(text, " else -> {}", target(2));
            }
            text
        }
        Format::Call if op == Op::TailCall => format!("r{b}, {c}"),
        Format::Call => format!("r{a}, r{b}, {c}"),
        Format::CallWide if op == Op::TailCallWide => format!("r{}, {}", unit(1) & 0xffff, unit(1) >> 16),
        Format::CallWide => format!("r{a}, r{}, {}", unit(1) & 0xffff, unit(1) >> 16),
        Format::Wide => format!("r{}, r{}", unit(1) & 0xffff, unit(1) >> 16),
    };
    let space = if operands.is_empty() { "" } else { " " };
    (format!("{}{space}{operands}", op.mnemonic()), length)
}

/// All instructions.
pub fn disassemble(units: &[u32], name: &mut dyn FnMut(Operand, u32) -> String) -> String {
    let mut text = String::new();
    let mut at = 0;
    while at < units.len() {
        let (line, length) = instruction(units, at, name);
        let _ = writeln!(text, "{at:4}  {line}");
        at += length;
    }
    text
}

/// A code object with its header line; source lines stand before the first instruction of each position.
pub fn disassemble_code(code: &Code, show: &mut dyn FnMut(Word) -> String) -> String {
    let name = if code.name.is_empty() { "(anonymous)" } else { &code.name };
    let mut text =
        format!("{name}: frame {}, captures {}, cells {}\n", code.frame_size, code.captures, code.cells.len());
    let mut at = 0;
    let mut next = 0;
    while at < code.units.len() {
        if let Some(&PositionEntry { unit, position: Position { line, column, .. } }) = code.positions.get(next)
            && unit as usize <= at
        {
            let _ = writeln!(text, "  ; {line}:{column}");
            next += 1;
        }
        let (line, length) = instruction(&code.units, at, &mut |operand, k| match operand {
            Operand::Constant => code.constants.get(k as usize).map_or("?".into(), |&w| show(w)),
            Operand::Code => format!("code {k}"),
        });
        let _ = writeln!(text, "{at:4}  {line}");
        at += length;
    }
    text
}
