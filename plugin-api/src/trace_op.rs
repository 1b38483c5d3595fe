//! Trace operations: the small typed vocabulary to which a host lowers what it executes.
//!
//! A recording is a straight line of operations in static single assignment form: an operation that has a result is
//! named by its index, a [`ValueRef`]. There are two types of value, both 64 bits wide:
//!
//! * `Int`: a machine integer. Tagged host words, untagged integers, addresses and booleans are all `Int`; what their
//!   bits mean is known from the operations that made them (and from [`crate::HostLayout`]).
//! * `Float`: an IEEE 754 binary64.
//!
//! There is no control flow: a branch that the host took becomes a *guard* for the direction it took, and a guard that
//! fails leaves the trace at its snapshot. So every guard names a snapshot, and an exit resumes the interpreter at the
//! *start* of the instruction that was being lowered: within one host instruction, guards come before effects.
//!
//! Naming grammar: `Float…` works on floats, `…Checked` computes and guards in one, `Guard…` only guards.
//!
//! A fixnum addition with a fixnum tag of `000` is lowered to
//!
//! ```text
//!   0003  GuardTags      v1 in {0}        snap 2      ; both operands are fixnums
//!   0004  GuardTags      v2 in {0}        snap 2
//!   0005  AddChecked     v1 v2            snap 2      ; tagged words add without untagging
//! ```

use abi_stable::StableAbi;

/// Calls `$callback!` with the table of trace operations:
/// `Name = number, result (Int | Float | None), kind (Pure | Read | Write | Guard | Alloc | Call | Input), "operands", "meaning";`
#[macro_export]
macro_rules! for_each_trace_op {
    ($callback:ident) => {
        $callback! {
            // Inputs
            ConstInt = 0, Int, Input, "imm = index into Recording::constants", "a machine integer known when recording";
            ConstWord = 1, Int, Input, "imm = index into Recording::constants", "a host word; the host keeps it alive as long as the trace";
            ConstFloat = 2, Float, Input, "imm = index into Recording::constants", "a float, the constant holds its bits";
            SlotRead = 3, Int, Input, "imm = slot, access = Representation", "the slot's value when the trace was entered (Float if the representation is RawFloat)";
            // Integers, wrapping
            Add = 8, Int, Pure, "a b", "a + b";
            Sub = 9, Int, Pure, "a b", "a - b";
            Mul = 10, Int, Pure, "a b", "a * b";
            And = 11, Int, Pure, "a b", "bitwise and";
            Or = 12, Int, Pure, "a b", "bitwise or";
            Xor = 13, Int, Pure, "a b", "bitwise exclusive or";
            Shl = 14, Int, Pure, "a b", "shift left, b in 0..64";
            Shr = 15, Int, Pure, "a b", "logical shift right, b in 0..64";
            Sar = 16, Int, Pure, "a b", "arithmetic shift right, b in 0..64";
            Quotient = 17, Int, Pure, "a b", "signed division towards zero; guards before it promise b != 0 and no overflow";
            Remainder = 18, Int, Pure, "a b", "remainder of Quotient, with the sign of a; the same promise";
            AddChecked = 20, Int, Guard, "a b snap", "a + b, exit on signed overflow";
            SubChecked = 21, Int, Guard, "a b snap", "a - b, exit on signed overflow";
            MulChecked = 22, Int, Guard, "a b snap", "a * b, exit on signed overflow";
            // Floats
            FloatAdd = 32, Float, Pure, "a b", "a + b";
            FloatSub = 33, Float, Pure, "a b", "a - b";
            FloatMul = 34, Float, Pure, "a b", "a * b";
            FloatDiv = 35, Float, Pure, "a b", "a / b";
            FloatNeg = 36, Float, Pure, "a", "-a, sign of zero and NaN included";
            FloatAbs = 37, Float, Pure, "a", "absolute value";
            FloatSqrt = 38, Float, Pure, "a", "square root, NaN for negative a";
            FloatFloor = 39, Float, Pure, "a", "round towards minus infinity";
            FloatCeiling = 40, Float, Pure, "a", "round towards plus infinity";
            FloatTruncate = 41, Float, Pure, "a", "round towards zero";
            FloatRound = 42, Float, Pure, "a", "round to nearest, ties to even";
            IntToFloat = 43, Float, Pure, "a", "signed integer to nearest float";
            FloatToIntChecked = 44, Int, Guard, "a snap", "the integer equal to a; exit if a is no integer, out of the range of 62 signed bits, or NaN";
            // Boxes: HostLayout::float says how
            BoxFloat = 48, Int, Pure, "a", "the host word for float a: self-tagged where it can be, else a new heap box";
            UnboxFloat = 49, Float, Pure, "a", "the float in a self-tagged word; a guard before it promises the tag";
            // Memory: address = a + b + imm, b may be ValueRef::NONE
            Load = 56, Int, Read, "a b imm access alias", "load from memory (Float if access is F64)";
            Store = 57, None, Write, "a b imm access alias, c = value", "store to memory";
            Alloc = 58, Int, Alloc, "imm = bytes, a = tag (number, not a reference), snap", "a new object, its word is address + tag; exit if memory is exhausted. The host initializes all of it by the Stores that follow, before anything else that may allocate or exit";
            Barrier = 59, None, Write, "a = object's word, c = the word stored into it", "the host's write barrier; comes after the store";
            // Guards
            GuardInt = 64, None, Guard, "a b access = Condition, snap", "exit unless the condition holds between two integers";
            GuardFloat = 65, None, Guard, "a b access = Condition, snap", "exit unless the condition holds between two floats";
            GuardTags = 66, None, Guard, "a imm = set of tags as bits, snap", "exit unless the low tag bits of a are in the set";
            GuardMasked = 67, None, Guard, "a, imm = index of two constants (mask, expected), snap", "exit unless a & mask == expected";
            // Calls
            Call = 72, Int, Call, "a = index into Recording::functions, b = first argument in Recording::arguments, c = count, snap where it may fail", "call the host (result type by FunctionRef)";
            Safepoint = 80, None, Guard, "snap", "exit if the host asks running traces to leave; one per loop iteration";
        }
    };
}

/// The result type of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultType {
    /// A 64-bit integer or host word.
    Int,
    /// An IEEE 754 binary64.
    Float,
    /// No result.
    None,
}

/// What an operation may do, the coarse view; `Call` is refined by [`crate::Effects`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpKind {
    /// Constants and slot reads.
    Input,
    /// Depends on its operands alone.
    Pure,
    /// Depends on memory of its alias class.
    Read,
    /// Writes memory of its alias class.
    Write,
    /// May leave the trace.
    Guard,
    /// Takes new memory, may leave the trace.
    Alloc,
    /// Calls the host.
    Call,
}

macro_rules! define_ops {
    ($($name:ident = $number:literal, $result:ident, $kind:ident, $operands:literal, $meaning:literal;)*) => {
        /// Number of a trace operation. Open-ended: an unknown number is a reason to abort, not an error of layout.
        #[repr(transparent)]
        #[derive(StableAbi, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct OpCode(pub u16);

        #[allow(non_upper_case_globals)]
        impl OpCode {
            $(#[doc = concat!($meaning, " (", $operands, ")")] pub const $name: OpCode = OpCode($number);)*

            /// Every operation of this version, in the order of the table.
            pub const ALL: &'static [OpCode] = &[$(OpCode::$name),*];

            /// The name in the table, or `None` for a number of a later version.
            pub const fn name(self) -> Option<&'static str> {
                match self.0 { $($number => Some(stringify!($name)),)* _ => None }
            }

            /// The operation of that name.
            pub fn from_name(name: &str) -> Option<OpCode> {
                match name { $(stringify!($name) => Some(OpCode::$name),)* _ => None }
            }

            /// The result type by the table; `SlotRead`, `Load` and `Call` refine it, see [`TraceOp::result`].
            pub const fn table_result(self) -> ResultType {
                match self.0 { $($number => ResultType::$result,)* _ => ResultType::None }
            }

            /// The kind, `None` for an unknown operation.
            pub const fn kind(self) -> Option<OpKind> {
                match self.0 { $($number => Some(OpKind::$kind),)* _ => None }
            }

            /// Operands and meaning, for dumps and documentation.
            pub const fn text(self) -> (&'static str, &'static str) {
                match self.0 { $($number => ($operands, $meaning),)* _ => ("", "") }
            }
        }
    };
}
for_each_trace_op!(define_ops);

impl std::fmt::Debug for OpCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "Op{}", self.0),
        }
    }
}

/// Names a value: the index of the operation that made it.
#[repr(transparent)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ValueRef(pub u32);

impl ValueRef {
    /// No value.
    pub const NONE: ValueRef = ValueRef(u32::MAX);

    /// The index into [`crate::Recording::ops`].
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// Whether this is [`ValueRef::NONE`].
    pub const fn is_none(self) -> bool {
        self.0 == u32::MAX
    }
}

/// Width and extension of a memory access.
#[repr(u8)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// Unsigned 8 bits.
    U8 = 0,
    /// Unsigned 16 bits.
    U16 = 1,
    /// Unsigned 32 bits.
    U32 = 2,
    /// 64 bits to or from an integer.
    I64 = 3,
    /// Signed 8 bits.
    I8 = 4,
    /// Signed 16 bits.
    I16 = 5,
    /// Signed 32 bits.
    I32 = 6,
    /// 64 bits to or from a float.
    F64 = 7,
}

impl Access {
    /// From the number in [`TraceOp::access`].
    pub const fn from_number(n: u8) -> Option<Access> {
        Some(match n {
            0 => Access::U8,
            1 => Access::U16,
            2 => Access::U32,
            3 => Access::I64,
            4 => Access::I8,
            5 => Access::I16,
            6 => Access::I32,
            7 => Access::F64,
            _ => return None,
        })
    }

    /// Bytes read or written.
    pub const fn bytes(self) -> u32 {
        match self {
            Access::U8 | Access::I8 => 1,
            Access::U16 | Access::I16 => 2,
            Access::U32 | Access::I32 => 4,
            Access::I64 | Access::F64 => 8,
        }
    }
}

/// A relation between two values. For floats `Lt … Ge` are false when an operand is NaN, and the `Not…` forms,
/// their negations, are true; for integers the `Not…` forms are not used.
#[repr(u8)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    /// Equal.
    Eq = 0,
    /// Not equal (for floats: the negation of `Eq`, true for NaN).
    Ne = 1,
    /// Signed or ordered less than.
    Lt = 2,
    /// Signed or ordered greater or equal.
    Ge = 3,
    /// Signed or ordered less or equal.
    Le = 4,
    /// Signed or ordered greater than.
    Gt = 5,
    /// Unsigned less than.
    ULt = 6,
    /// Unsigned greater or equal.
    UGe = 7,
    /// Unsigned less or equal.
    ULe = 8,
    /// Unsigned greater than.
    UGt = 9,
    /// Floats: not less than.
    NotLt = 10,
    /// Floats: not greater or equal.
    NotGe = 11,
    /// Floats: not less or equal.
    NotLe = 12,
    /// Floats: not greater than.
    NotGt = 13,
}

impl Condition {
    /// All conditions, indexed by their number.
    pub const ALL: [Condition; 14] = {
        use Condition::*;
        [Eq, Ne, Lt, Ge, Le, Gt, ULt, UGe, ULe, UGt, NotLt, NotGe, NotLe, NotGt]
    };

    /// From the number in [`TraceOp::access`].
    pub fn from_number(n: u8) -> Option<Condition> {
        Condition::ALL.get(n as usize).copied()
    }

    /// The negation for integers.
    pub const fn negate_int(self) -> Condition {
        use Condition::*;
        match self {
            Eq => Ne,
            Ne => Eq,
            Lt | NotGe => Ge,
            Ge | NotLt => Lt,
            Le | NotGt => Gt,
            Gt | NotLe => Le,
            ULt => UGe,
            UGe => ULt,
            ULe => UGt,
            UGt => ULe,
        }
    }

    /// The negation for floats: true exactly where `self` is false, NaN included.
    pub const fn negate_float(self) -> Condition {
        use Condition::*;
        match self {
            Eq => Ne,
            Ne => Eq,
            Lt => NotLt,
            Ge => NotGe,
            Le => NotLe,
            Gt => NotGt,
            NotLt => Lt,
            NotGe => Ge,
            NotLe => Le,
            NotGt => Gt,
            ULt | UGe | ULe | UGt => self,
        }
    }

    /// The relation with its operands exchanged.
    pub const fn swap(self) -> Condition {
        use Condition::*;
        match self {
            Eq => Eq,
            Ne => Ne,
            Lt => Gt,
            Ge => Le,
            Le => Ge,
            Gt => Lt,
            ULt => UGt,
            UGe => ULe,
            ULe => UGe,
            UGt => ULt,
            NotLt => NotGt,
            NotGe => NotLe,
            NotLe => NotGe,
            NotGt => NotLt,
        }
    }

    /// Evaluates for integers.
    pub const fn holds_int(self, a: i64, b: i64) -> bool {
        use Condition::*;
        match self {
            Eq => a == b,
            Ne => a != b,
            Lt | NotGe => a < b,
            Ge | NotLt => a >= b,
            Le | NotGt => a <= b,
            Gt | NotLe => a > b,
            ULt => (a as u64) < b as u64,
            UGe => (a as u64) >= b as u64,
            ULe => (a as u64) <= b as u64,
            UGt => (a as u64) > b as u64,
        }
    }

    /// Evaluates for floats; unsigned relations are false.
    #[expect(clippy::neg_cmp_op_on_partial_ord, reason = "the negated forms are true for NaN")]
    pub fn holds_float(self, a: f64, b: f64) -> bool {
        use Condition::*;
        match self {
            Eq => a == b,
            Ne => a != b,
            Lt => a < b,
            Ge => a >= b,
            Le => a <= b,
            Gt => a > b,
            NotLt => !(a < b),
            NotGe => !(a >= b),
            NotLe => !(a <= b),
            NotGt => !(a > b),
            ULt | UGe | ULe | UGt => false,
        }
    }
}

/// One operation of a recording. Which fields mean something is said by the table; the others are zero
/// (references: [`ValueRef::NONE`]; `snap`: [`TraceOp::NO_SNAPSHOT`]).
#[repr(C)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceOp {
    /// Which operation.
    pub code: OpCode,
    /// Number of an [`Access`], a [`Condition`] or a [`crate::Representation`].
    pub access: u8,
    /// Alias class of a memory access, an index into [`crate::HostLayout::alias_classes`].
    pub alias: u8,
    /// First operand.
    pub a: ValueRef,
    /// Second operand.
    pub b: ValueRef,
    /// Third operand.
    pub c: ValueRef,
    /// Immediate operand.
    pub imm: i32,
    /// Index into [`crate::Recording::snapshots`].
    pub snap: u32,
}

const _: () = assert!(size_of::<TraceOp>() == 24);

impl TraceOp {
    /// In `snap`: the operation can't leave the trace.
    pub const NO_SNAPSHOT: u32 = u32::MAX;

    /// An operation without operands, to be filled in.
    pub const fn new(code: OpCode) -> TraceOp {
        TraceOp {
            code,
            access: 0,
            alias: 0,
            a: ValueRef::NONE,
            b: ValueRef::NONE,
            c: ValueRef::NONE,
            imm: 0,
            snap: TraceOp::NO_SNAPSHOT,
        }
    }

    /// The result type, refined by representation and access; for `Call` see [`crate::FunctionRef::returns_float`].
    pub fn result(&self) -> ResultType {
        match self.code {
            OpCode::SlotRead if self.access == crate::Representation::RawFloat as u8 => ResultType::Float,
            OpCode::Load if self.access == Access::F64 as u8 => ResultType::Float,
            code => code.table_result(),
        }
    }
}
