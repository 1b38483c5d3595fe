//! What can be wrong with code.

use std::fmt;

/// A fault, and where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifyError {
    /// Index of the code in its program.
    pub code: usize,
    /// Unit of the instruction.
    pub unit: usize,
    /// What is wrong.
    pub fault: Fault,
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid bytecode in procedure {} at unit {}: {}", self.code, self.unit, self.fault)
    }
}

impl std::error::Error for VerifyError {}

macro_rules! faults {
    ($($(#[$meta:meta])* $name:ident $(($field:ty))? : $text:literal;)*) => {
        /// What is wrong with an instruction or a code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Fault { $(#[doc = $text] $name $(($field))?),* }

        impl Fault {
            /// The text, and the number that belongs to it.
            fn parts(self) -> (&'static str, Option<u32>) {
                match self { $(faults!(@pattern $name number $($field)?) => ($text, faults!(@number number $($field)?))),* }
            }
        }
    };
    (@pattern $name:ident $number:ident $field:ty) => { Fault::$name($number) };
    (@pattern $name:ident $number:ident) => { Fault::$name };
    (@number $number:ident $field:ty) => { Some($number) };
    (@number $number:ident) => { None };
}

faults! {
    BadLength: "the code is empty or too long";
    BadFrame(u32): "the size of the frame is out of range";
    BadCode(u32): "there is no nested procedure with the index";
    NestingCircle: "the procedure is nested in itself";
    NoEntry: "the procedure does not begin with an entry";
    UnknownOperation(u32): "unknown operation";
    PrivateOperation: "the operation is the machine's own";
    CutOff: "the instruction is cut off";
    BadOperand(u32): "an operand that is not used is not zero";
    RegisterOutOfFrame(u32): "the register is outside of the frame";
    WritesProcedure: "register 0 is written";
    NoConstant(u32): "there is no constant with the index";
    WrongConstant(u32): "the constant is of the wrong kind";
    NoCapture(u32): "there is no captured value with the index";
    WrongCaptures(u32): "the closure has another number of captured values than its procedure";
    TooManyCaptures(u32): "the procedure has more captured values than the program can give it";
    BadKind(u32): "there is no kind with the number";
    BadFunction(u32): "there is no function with the number";
    BadSense(u32): "the sense of a branch is not 0 or 1";
    BadTarget: "the jump does not go to an instruction";
    WrongDirection: "a loop goes forwards, or a jump backwards";
    EntersEntry: "an entry is reached by something else than a call";
    NoCell(u32): "there is no hook cell with the index";
    SharedCell(u32): "two places use the same hook cell";
    FrameWords: "the call leaves no room for its frame words";
    TooManyParameters: "the parameters do not fit the frame";
    FallsOff: "control leaves the end of the code";
    Unwritten(u32): "the register may be read before it is written";
    CellAsValue(u32): "the register holds a variable's cell, which is no value";
    NotCell(u32): "the register may hold something else than a variable's cell";
    NotClosure(u32): "the register may hold something else than a closure made here";
    CaptureMismatch(u32): "the procedure uses the captured value in another way";
    TooComplex: "the code is too complex to be verified";
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.parts() {
            (text, None) => f.write_str(text),
            (text, Some(number)) => write!(f, "{text} ({number})"),
        }
    }
}

/// A fault at a unit.
pub type At = (usize, Fault);
