//! The table of instructions.
//!
//! Most are the contract's trace operations (`plugin-api/src/trace_op.rs`) under the same names, with operands made
//! uniform; `Inherit`, `Phi` and `Loop` exist only here. The type column is `Any` where an instruction says itself
//! what it produces ([`super::Inst::ty`]). Passes ask for the effect column and know no operation by name that they
//! have no rule for.

use super::Type;

/// What an instruction may do besides computing its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// A value that is there at entry: constants, slots, inherited values, phis.
    Input,
    /// Depends on its operands alone; may be merged, moved down and dropped.
    Pure,
    /// Depends on memory of its alias class.
    Read,
    /// Writes memory.
    Write,
    /// May leave the trace.
    Guard,
    /// Takes new memory and may collect or leave the trace.
    Alloc,
    /// Calls the host: the function's own effects say what may happen.
    Call,
    /// Structure.
    Marker,
}

/// Calls `$callback!` with the table: `Name, result (Int | Float | None | Any), effect, "operands", "meaning";`
#[macro_export]
macro_rules! for_each_ir_op {
    ($callback:ident) => {
        $callback! {
            // Inputs
            ConstInt, Int, Input, "imm", "an integer or host word; the bits are imm";
            ConstFloat, Float, Input, "imm", "a float; its bits are imm";
            SlotRead, Any, Input, "imm = slot, sub = Representation", "the slot's value in memory at entry: load from base + slot";
            Inherit, Any, Input, "imm = leaf", "side traces: leaf imm of the parent's exit, see ExitSnapshot";
            Phi, Any, Input, "", "loop-carried value, see Trace::phis";
            // Structure
            Loop, None, Marker, "", "head of the loop; the end of the trace goes back to it";
            // Integers, wrapping
            Add, Int, Pure, "a b", "a + b";
            Sub, Int, Pure, "a b", "a - b";
            Mul, Int, Pure, "a b", "a * b";
            And, Int, Pure, "a b", "bitwise and";
            Or, Int, Pure, "a b", "bitwise or";
            Xor, Int, Pure, "a b", "bitwise exclusive or";
            Shl, Int, Pure, "a b", "shift left, b in 0..64";
            Shr, Int, Pure, "a b", "logical shift right, b in 0..64";
            Sar, Int, Pure, "a b", "arithmetic shift right, b in 0..64";
            Quotient, Int, Pure, "a b", "signed division towards zero; b != 0 and no overflow by guards before it";
            Remainder, Int, Pure, "a b", "remainder of Quotient; the same promise";
            AddChecked, Int, Guard, "a b snap", "a + b, exit on signed overflow";
            SubChecked, Int, Guard, "a b snap", "a - b, exit on signed overflow";
            MulChecked, Int, Guard, "a b snap", "a * b, exit on signed overflow";
            // Floats
            FloatAdd, Float, Pure, "a b", "a + b";
            FloatSub, Float, Pure, "a b", "a - b";
            FloatMul, Float, Pure, "a b", "a * b";
            FloatDiv, Float, Pure, "a b", "a / b";
            FloatNeg, Float, Pure, "a", "sign flipped";
            FloatAbs, Float, Pure, "a", "sign cleared";
            FloatSqrt, Float, Pure, "a", "square root";
            FloatFloor, Float, Pure, "a", "round towards minus infinity";
            FloatCeiling, Float, Pure, "a", "round towards plus infinity";
            FloatTruncate, Float, Pure, "a", "round towards zero";
            FloatRound, Float, Pure, "a", "round to nearest, ties to even";
            IntToFloat, Float, Pure, "a", "signed integer to nearest float";
            FloatToIntChecked, Int, Guard, "a snap", "the integer equal to a; exit if there is none within 62 signed bits";
            // Boxes
            BoxFloat, Int, Pure, "a", "the host word for float a; may call box_slow and so collect";
            UnboxFloat, Float, Pure, "a", "the float in a self-tagged word whose tag a guard has promised";
            // Memory: address = a + b + imm, b may be NONE
            Load, Any, Read, "a b imm, sub = Access, alias", "load from memory";
            Store, None, Write, "a b imm c = value, sub = Access, alias", "store to memory";
            Alloc, Int, Alloc, "imm = bytes, sub = tag, snap", "a new object's word, address + tag; exit if memory is exhausted";
            Barrier, None, Write, "a = object, c = stored word", "the host's write barrier";
            // Guards
            GuardInt, None, Guard, "a b, sub = Condition, snap", "exit unless the relation holds";
            GuardFloat, None, Guard, "a b, sub = Condition, snap", "exit unless the relation holds";
            GuardTags, None, Guard, "a, imm = set of tags, snap", "exit unless the low tag bits of a are in the set";
            GuardMasked, None, Guard, "a, b = mask, c = expected (both ConstInt), snap", "exit unless a & mask == expected";
            // Calls
            Call, Any, Call, "imm = index into Trace::calls, snap if it may fail", "call the host";
            Safepoint, None, Guard, "snap", "exit if the host asks running traces to leave";
        }
    };
}

macro_rules! define_ops {
    ($($name:ident, $result:ident, $effect:ident, $operands:literal, $meaning:literal;)*) => {
        /// An operation of the intermediate representation.
        #[repr(u8)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Op {
            $(#[doc = concat!($meaning, " (", $operands, ")")] $name,)*
        }

        impl Op {
            /// Every operation, indexed by its number.
            pub const ALL: &'static [Op] = &[$(Op::$name),*];

            /// The name in the table.
            pub const fn name(self) -> &'static str {
                match self { $(Op::$name => stringify!($name),)* }
            }

            /// The operation of that name.
            pub fn from_name(name: &str) -> Option<Op> {
                match name { $(stringify!($name) => Some(Op::$name),)* _ => None }
            }

            /// The result type, `None` where the instruction says it itself.
            pub const fn table_type(self) -> Option<Type> {
                match self { $(Op::$name => define_ops!(@type $result),)* }
            }

            /// The effect column.
            pub const fn effect(self) -> Effect {
                match self { $(Op::$name => Effect::$effect,)* }
            }

            /// Operands and meaning, for documentation.
            pub const fn text(self) -> (&'static str, &'static str) {
                match self { $(Op::$name => ($operands, $meaning),)* }
            }
        }
    };
    (@type Any) => { None };
    (@type $result:ident) => { Some(Type::$result) };
}
for_each_ir_op!(define_ops);

// The table's order is its numbering, and the numbers fit the instruction's byte.
const _: () = {
    assert!(Op::ALL.len() < 256);
    let mut i = 0;
    while i < Op::ALL.len() {
        assert!(Op::ALL[i] as usize == i);
        i += 1;
    }
    assert!(size_of::<Op>() == 1);
};

impl Op {
    /// Whether this is a constant.
    pub const fn is_constant(self) -> bool {
        matches!(self, Op::ConstInt | Op::ConstFloat)
    }

    /// Whether exchanging the operands changes nothing.
    pub const fn is_commutative(self) -> bool {
        matches!(
            self,
            Op::Add
                | Op::Mul
                | Op::And
                | Op::Or
                | Op::Xor
                | Op::AddChecked
                | Op::MulChecked
                | Op::FloatAdd
                | Op::FloatMul
        )
    }

    /// Whether the host's collector may run inside it (of calls, those that allocate).
    pub const fn may_collect(self) -> bool {
        matches!(self, Op::Alloc | Op::BoxFloat | Op::Call)
    }
}
