//! Compiled code before it meets a machine: constants are still symbolic.

use crate::{
    bytecode::{
        code::Position,
        disasm::{Operand, disassemble},
        verify::{CodeView, ConstantKind, VerifyError, verify},
    },
    expand::core::{Datum, DatumId, GlobalId, index},
    value::Word,
};
use std::fmt::Write;

index!(
    /// A procedure that has code of its own: index into [`Draft::codes`].
    FunctionId
);

/// A constant of a code object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Constant {
    /// A value that needs no heap.
    Word(Word),
    /// A literal. Each datum of a program becomes one object, however often it is used.
    Datum(DatumId),
    /// The object that holds a global variable.
    Global(GlobalId),
    /// A closure without captured values, made once.
    Procedure(FunctionId),
}

/// One code object.
#[derive(Clone, Debug, Default)]
pub struct CodeDraft {
    /// Name for backtraces.
    pub name: String,
    /// Instructions.
    pub units: Vec<u32>,
    /// Registers of the frame and of outgoing calls.
    pub frame_size: u32,
    /// Captured values.
    pub captures: u32,
    /// Constants, by the `k` of instructions.
    pub constants: Vec<Constant>,
    /// Nested codes, by the `k` of `MakeClosure`.
    pub codes: Vec<FunctionId>,
    /// Number of hook cells.
    pub cells: u32,
    /// Source positions.
    pub positions: Vec<(u32, Position)>,
}

/// A compiled program; its first code evaluates it.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// Code objects, by [`FunctionId`].
    pub codes: Vec<CodeDraft>,
    /// The program's constants, by [`DatumId`].
    pub data: Vec<Datum>,
}

impl Draft {
    /// Whether the codes are what the interpreter takes for granted; they always are, or the compiler is wrong.
    ///
    /// # Errors
    /// The first fault.
    pub fn verify(&self) -> Result<(), VerifyError> {
        let kind = |constant: &Constant| match *constant {
            Constant::Datum(id) if matches!(self.data[id.index()], Datum::Symbol(_)) => ConstantKind::Symbol,
            Constant::Word(_) | Constant::Datum(_) => ConstantKind::Value,
            Constant::Global(_) => ConstantKind::Global,
            Constant::Procedure(id) => ConstantKind::Procedure(id.0),
        };
        let constants: Vec<Vec<ConstantKind>> =
            self.codes.iter().map(|code| code.constants.iter().map(kind).collect()).collect();
        let nested: Vec<Vec<u32>> = self.codes.iter().map(|code| code.codes.iter().map(|id| id.0).collect()).collect();
        let views: Vec<CodeView<'_>> = self
            .codes
            .iter()
            .zip(constants.iter().zip(&nested))
            .map(|(code, (constants, codes))| CodeView {
                units: &code.units,
                frame_size: code.frame_size,
                captures: code.captures,
                constants,
                codes,
                cells: code.cells,
            })
            .collect();
        verify(&views)
    }

    /// The text of one code object.
    pub fn disassemble(&self, id: FunctionId) -> String {
        let code = &self.codes[id.index()];
        let name = |id: FunctionId| match self.codes[id.index()].name.as_str() {
            "" => format!("<code {}>", id.0),
            name => format!("<{name}>"),
        };
        disassemble(&code.units, &mut |operand, k| match operand {
            Operand::Code => code.codes.get(k as usize).map_or("?".into(), |&id| name(id)),
            Operand::Constant => match code.constants.get(k as usize) {
                None => "?".into(),
                Some(Constant::Word(w)) => format!("{w:?}"),
                Some(Constant::Datum(d)) => format!("{:?}", self.data[d.index()]),
                Some(Constant::Global(g)) => format!("global {}", g.0),
                Some(Constant::Procedure(id)) => name(*id),
            },
        })
    }
}

impl std::fmt::Display for Draft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, code) in self.codes.iter().enumerate() {
            let mut text = String::new();
            let name = if code.name.is_empty() { "(anonymous)" } else { &code.name };
            let _ = writeln!(text, "{i} {name}: frame {}, captures {}", code.frame_size, code.captures);
            text.push_str(&self.disassemble(FunctionId(i as u32)));
            f.write_str(&text)?;
        }
        Ok(())
    }
}
