//! Numbers that instructions carry: kinds of value for `Is` and `BranchIs`, functions for `Math`.

macro_rules! numbered {
    ($(#[$meta:meta])* $type:ident { $($name:ident = $number:literal, $scheme:literal;)* }) => {
        $(#[$meta])*
        #[repr(u8)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $type { $(#[doc = $scheme] $name = $number),* }

        impl $type {
            /// All, in order.
            pub const ALL: &'static [$type] = &[$($type::$name),*];

            /// From the number in an instruction.
            #[inline(always)]
            pub const fn from_number(n: u8) -> Option<$type> {
                match n { $($number => Some($type::$name),)* _ => None }
            }

            /// The Scheme procedure that asks or computes it.
            pub const fn scheme_name(self) -> &'static str {
                match self { $($type::$name => $scheme),* }
            }
        }
    };
}

numbered! {
    /// A kind of value that one instruction tests.
    Kind {
        Null = 0, "null?";
        Pair = 1, "pair?";
        Fixnum = 2, "fixnum?";
        Flonum = 3, "flonum?";
        Char = 4, "char?";
        String = 5, "string?";
        Symbol = 6, "symbol?";
        Vector = 7, "vector?";
        Bytevector = 8, "bytevector?";
        Procedure = 9, "procedure?";
        Boolean = 10, "boolean?";
        Eof = 11, "eof-object?";
        Number = 12, "number?";
        ExactInteger = 13, "exact-integer?";
        Values = 14, "%values?";
        Record = 15, "%record?";
        Absent = 16, "%absent?";
        Undefined = 17, "%undefined?";
    }
}

numbered! {
    /// A function of one number.
    MathFunction {
        Sqrt = 0, "sqrt";
        Abs = 1, "abs";
        Floor = 2, "floor";
        Ceiling = 3, "ceiling";
        Truncate = 4, "truncate";
        Round = 5, "round";
        Inexact = 6, "inexact";
        Exact = 7, "exact";
        Sin = 8, "sin";
        Cos = 9, "cos";
        Tan = 10, "tan";
        Atan = 11, "atan";
        Exp = 12, "exp";
        Log = 13, "log";
        Asin = 14, "asin";
        Acos = 15, "acos";
        BitNot = 16, "bitwise-not";
    }
}
