//! The instruction set: one table, from which decoder, interpreter, recorder, disassembler and documentation are made.
//!
//! Code is a sequence of 32-bit units. The first unit of an instruction holds the operation in its low byte and up to
//! three 8-bit operands `a b c` (bits 8, 16, 24), or `a` and a 16-bit `k` (bits 16 to 31). Some instructions have
//! further units. Jump offsets are signed counts of units from the *first* unit of the instruction.
//!
//! **Frame.** Registers are slots of the value stack from the base upwards:
//!
//! ```text
//!   base-2   distance to the caller's base, in bytes (a multiple of eight: looks like a fixnum)
//!   base-1   return address: the unit after the call (its destination register is in the call, just before it)
//!   base+0   register 0: the procedure
//!   base+1…  registers 1 to n: arguments, then locals and temporaries
//! ```
//!
//! A call puts the callee at register `b`, the arguments after it, and leaves `b-1` and `b-2` free for the callee's frame
//! words: the callee's base is the caller's base + `b`. A value is returned into the destination register `a` that the
//! call names (`Call` and `CallWide` are the only instructions a return address can follow, besides the VM's own stubs).
//!
//! Naming grammar: `Branch…` has a sense in `c` (1: jump if it holds, 0: jump if it does not) and an offset unit;
//! `…Imm` has a signed 8-bit immediate in `c`.

/// How an instruction's units are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// No operands.
    None,
    /// Register a.
    A,
    /// Registers a, b.
    AB,
    /// Registers a, b, c.
    ABC,
    /// Registers a, b and a signed immediate c.
    ABImm,
    /// Registers a, b and a number c (a [`super::kinds::Kind`], a function, a count).
    ABN,
    /// Register a and constant k.
    AK,
    /// Register a and a signed immediate k.
    AImm,
    /// Register a and the index k of a captured value.
    AFree,
    /// Register a, constant k (a code), unit: count n, then n capture units: bit 31 set = captured value, else register; low 16 bits its number.
    Closure,
    /// Registers a, b; unit: an index.
    ABX,
    /// Registers a, b, c; unit: an index.
    ABCX,
    /// Unit: jump offset.
    Jump,
    /// Register a, sense c; unit: jump offset.
    BranchA,
    /// Register a, kind b, sense c; unit: jump offset.
    BranchKind,
    /// Registers a, b, sense c; unit: jump offset.
    BranchAB,
    /// Unit: hook cell index; unit: jump offset (negative).
    Loop,
    /// a required and b optional arguments, c = 1 for a rest list; unit: hook cell index; unit: jump offset on mismatch, or 0: arity error.
    Entry,
    /// Destination register a, first register b, argument count c.
    Call,
    /// Destination register a; unit: first register (low 16 bits), argument count (high 16 bits).
    CallWide,
    /// Unit: destination register (low 16 bits), source register (high 16 bits).
    Wide,
}

impl Format {
    /// Units of an instruction of this format; for `Closure` without its capture units.
    pub const fn units(self) -> usize {
        match self {
            Format::None | Format::A | Format::AB | Format::ABC | Format::ABImm | Format::ABN => 1,
            Format::AK | Format::AImm | Format::AFree | Format::Call => 1,
            Format::Closure | Format::ABX | Format::ABCX | Format::Jump | Format::BranchA => 2,
            Format::BranchKind | Format::BranchAB | Format::CallWide | Format::Wide => 2,
            Format::Loop | Format::Entry => 3,
        }
    }
}

/// Calls `$callback!` with the table: `Name = number, Format, "mnemonic", "meaning";`
#[macro_export]
macro_rules! for_each_op {
    ($callback:ident) => {
        $callback! {
            // Data movement
            Move = 0, AB, "mov", "a := b";
            Const = 1, AK, "const", "a := constant k";
            Fixnum = 2, AImm, "fixnum", "a := the fixnum k";
            Free = 3, AFree, "free", "a := captured value k of the procedure in register 0";
            MoveWide = 4, Wide, "mov-wide", "move between any two registers of a frame above 255";
            MakeClosure = 5, Closure, "closure", "a := closure of code k with the captures";
            InitFree = 6, ABX, "init-free", "captured value x of the closure in a := b (closures that refer to each other)";
            MakeCell = 7, AB, "cell", "a := a new cell that holds b";
            CellRef = 8, AB, "cell-ref", "a := content of the cell b; error if undefined";
            CellSet = 9, AB, "cell-set", "content of the cell a := b";
            GlobalRef = 10, AK, "global-ref", "a := value of the global k; error if undefined";
            GlobalSet = 11, AK, "global-set", "value of the global k := a; error if undefined";
            GlobalDefine = 12, AK, "global-define", "value of the global k := a";
            CheckDefined = 13, AK, "check-defined", "error if a is undefined (a letrec variable read too early); k = its name";
            // Arithmetic: any numbers
            Add = 16, ABC, "add", "a := b + c";
            Sub = 17, ABC, "sub", "a := b - c";
            Mul = 18, ABC, "mul", "a := b * c";
            Div = 19, ABC, "div", "a := b / c";
            AddImm = 20, ABImm, "add-imm", "a := b + c";
            Quotient = 21, ABC, "quotient", "a := truncated quotient";
            Remainder = 22, ABC, "remainder", "a := truncated remainder";
            Modulo = 23, ABC, "modulo", "a := floored remainder";
            BitAnd = 24, ABC, "bit-and", "a := bitwise and of exact integers";
            BitOr = 25, ABC, "bit-or", "a := bitwise inclusive or";
            BitXor = 26, ABC, "bit-xor", "a := bitwise exclusive or";
            Shift = 27, ABC, "shift", "a := b shifted left by c (right if negative), arithmetic";
            Math = 28, ABN, "math", "a := function c (bytecode::kinds::MathFunction) of b";
            // Comparison as a value
            NumEq = 32, ABC, "num-eq", "a := b = c";
            Less = 33, ABC, "less", "a := b < c";
            LessEq = 34, ABC, "less-eq", "a := b <= c";
            Eq = 35, ABC, "eq", "a := (eq? b c)";
            Eqv = 36, ABC, "eqv", "a := (eqv? b c)";
            Not = 37, AB, "not", "a := #t if b is #f";
            Is = 38, ABN, "is", "a := whether b is of kind c";
            // Pairs
            Cons = 40, ABC, "cons", "a := new pair of b and c";
            Car = 41, AB, "car", "a := car of b";
            Cdr = 42, AB, "cdr", "a := cdr of b";
            SetCar = 43, AB, "set-car", "car of a := b";
            SetCdr = 44, AB, "set-cdr", "cdr of a := b";
            // Vectors, bytes, strings, characters
            VectorRef = 48, ABC, "vector-ref", "a := element c of the vector b";
            VectorSet = 49, ABC, "vector-set", "element b of the vector a := c";
            VectorLength = 50, AB, "vector-length", "a := length of the vector b";
            BytesRef = 51, ABC, "bytes-ref", "a := byte c of the bytevector b";
            BytesSet = 52, ABC, "bytes-set", "byte b of the bytevector a := c";
            BytesLength = 53, AB, "bytes-length", "a := length of the bytevector b";
            StringRef = 54, ABC, "string-ref", "a := character c of the string b";
            StringSet = 55, ABC, "string-set", "character b of the string a := c";
            StringLength = 56, AB, "string-length", "a := length of the string b";
            CharToInteger = 57, AB, "char->integer", "a := scalar value of the character b";
            IntegerToChar = 58, AB, "integer->char", "a := character with scalar value b";
            // Records
            MakeRecord = 60, ABN, "record", "a := new record: type in register b, c fields in the registers after it";
            RecordRef = 61, ABCX, "record-ref", "a := field x of the record b, which must be of the type in register c";
            RecordSet = 62, ABCX, "record-set", "field x of the record a, of the type in register c, := b";
            RecordIs = 63, ABC, "record-is", "a := whether b is a record of the type in register c (or of one derived from it)";
            // Control
            Jump = 72, Jump, "jump", "go on at offset x (forwards)";
            BranchTrue = 73, BranchA, "br-true", "jump if a is true";
            BranchIs = 74, BranchKind, "br-is", "jump if a is of kind b";
            BranchEq = 75, BranchAB, "br-eq", "jump if (eq? a b)";
            BranchEqv = 76, BranchAB, "br-eqv", "jump if (eqv? a b)";
            BranchNumEq = 77, BranchAB, "br-num-eq", "jump if a = b";
            BranchLess = 78, BranchAB, "br-less", "jump if a < b";
            BranchLessEq = 79, BranchAB, "br-less-eq", "jump if a <= b";
            Loop = 80, Loop, "loop", "backward jump of a loop: a hook site";
            Entry = 81, Entry, "entry", "procedure entry: a hook site; checks and arranges arguments, makes room for the frame";
            Call = 82, Call, "call", "a := call of the procedure in register b with c arguments";
            CallWide = 83, CallWide, "call-wide", "the same with wide operands";
            TailCall = 84, Call, "tail-call", "call of the procedure in register b with c arguments, in place of this frame";
            TailCallWide = 85, CallWide, "tail-call-wide", "the same with wide operands";
            Return = 86, A, "return", "return the value a";
            // Procedures of the VM's own, each a stub of one or two instructions
            TailApply = 88, AB, "tail-apply", "call of the procedure a with the elements of the list b, in place of this frame";
            TailApplyValues = 89, AB, "tail-apply-values", "call of the procedure a with the values in b, in place of this frame";
            Capture = 90, A, "capture", "a := continuation of this frame's caller";
            Reinstate = 91, AB, "reinstate", "leave for the continuation a with the value b; dynamic winds have been run";
            PushPrompt = 92, ABC, "push-prompt", "call the thunk c under a prompt with tag a and handler b; the frame returns its value";
            CaptureSlice = 93, AB, "capture-slice", "a := the continuation up to the nearest prompt with tag b, for composition";
            AbortTo = 94, ABC, "abort-to", "unwind to the nearest prompt with tag a and tail-call its handler with (values in list b); c unused";
            Compose = 95, AB, "compose", "push the frames of the slice a and return b into them";
            Underflow = 96, None, "underflow", "where the bottom frame of a segment returns to: reinstates the rest of the continuation";
            Halt = 97, None, "halt", "where the outermost frame returns to: leaves the interpreter";
        }
    };
}

macro_rules! define_ops {
    ($($name:ident = $number:literal, $format:ident, $mnemonic:literal, $meaning:literal;)*) => {
        /// An operation.
        #[repr(u8)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Op { $(#[doc = $meaning] $name = $number),* }

        impl Op {
            /// Every operation, in the order of the table.
            pub const ALL: &'static [Op] = &[$(Op::$name),*];

            /// From the low byte of a unit.
            #[inline(always)]
            pub const fn from_number(n: u8) -> Option<Op> {
                match n { $($number => Some(Op::$name),)* _ => None }
            }

            /// The format of its operands.
            pub const fn format(self) -> Format {
                match self { $(Op::$name => Format::$format),* }
            }

            /// The name in disassemblies.
            pub const fn mnemonic(self) -> &'static str {
                match self { $(Op::$name => $mnemonic),* }
            }

            /// One line of meaning.
            pub const fn meaning(self) -> &'static str {
                match self { $(Op::$name => $meaning),* }
            }
        }
    };
}
for_each_op!(define_ops);

impl Op {
    /// Whether it writes a register: `a`, but for `MoveWide`.
    pub const fn has_result(self) -> bool {
        use Op::*;
        !matches!(
            self,
            InitFree | CellSet | GlobalSet | GlobalDefine | CheckDefined | SetCar | SetCdr | VectorSet | BytesSet
        ) && !matches!(self, StringSet | RecordSet | BranchTrue | BranchIs | BranchEq | BranchEqv | BranchNumEq)
            && !matches!(self, BranchLess | BranchLessEq | Entry)
            && !self.leaves()
    }

    /// Whether control never goes on at the next instruction.
    pub const fn leaves(self) -> bool {
        use Op::*;
        matches!(
            self,
            Jump | Loop
                | TailCall
                | TailCallWide
                | Return
                | TailApply
                | TailApplyValues
                | Reinstate
                | PushPrompt
                | AbortTo
                | Compose
                | Underflow
                | Halt
        )
    }
}
