//! Names of the core library whose calls are instructions.
//!
//! All of them exist as procedures too, for uses other than as an operator and for numbers of operands that are not in
//! the table. Arithmetic stays fully generic.
//!
//! Control is integrable too, so that the library can be written in Scheme: a procedure such as
//! `(define (%call/cc f) (f (%capture)))` consists of the instruction and a call. `%capture`, `%capture-slice` and the names that
//! are only meant for tail position speak of the frame that they stand in.

use crate::{
    bytecode::{
        kinds::{Kind, MathFunction},
        ops::Op,
    },
    expand::core::{Datum, Node, NodeId, Program},
};

/// A comparison of two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// `NumEq`, `Less` or `LessEq`.
    pub value: Op,
    /// The branch that compares in the same way.
    pub branch: Op,
    /// Whether operands change places.
    pub swap: bool,
}

/// How a call becomes instructions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum How {
    /// One instruction, one operand.
    Unary(Op),
    /// One instruction, two operands.
    Binary(Op),
    /// A left fold of one instruction; the value without operands.
    Fold(Op, i16),
    /// `-` or `/`: a left fold, or the negative or the inverse.
    Inverse(Op),
    /// A number added to the operand.
    Increment(i8),
    /// The operand times itself.
    Square,
    /// Comparisons of neighbours.
    Compare(Comparison),
    /// Comparisons of the neighbours' scalar values.
    CompareChars(Comparison),
    /// The operand compared with zero: on the left of the comparison or on the right.
    CompareZero(Comparison),
    /// Whether the remainder by two is zero.
    Parity {
        /// The sense.
        even: bool,
    },
    /// Identity, by one of the instructions.
    Same {
        /// Not `eq?`, which compares words.
        eqv: bool,
    },
    /// `equal?` of something and an atom.
    SameAtom,
    /// Logical negation.
    Not,
    /// A kind of value.
    Is(Kind),
    /// A function of a number.
    Math(MathFunction),
    /// Letters between `c` and `r`.
    Path(&'static [u8]),
    /// Fresh pairs; the last operand is the tail if true.
    List {
        /// `cons*`.
        star: bool,
    },
    /// The operand.
    Identity,
    /// Two or three operands, no value.
    Store(Op),
    /// A new record.
    Record,
    /// A field at a literal index.
    RecordRef,
    /// The same, to change.
    RecordSet,
    /// An instruction without operands.
    Nullary(Op),
    /// An instruction in place of this frame; elsewhere than in tail position the procedure is called.
    Tail(Op),
    /// `apply` with operands before the list; in tail position only.
    Apply,
    /// An instruction that goes elsewhere.
    Leave(Op),
}

/// One name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Integrable {
    /// In Scheme.
    pub name: &'static str,
    least: u8,
    most: u8,
    /// What becomes of it.
    pub how: How,
}

const fn name(name: &'static str, least: u8, most: u8, how: How) -> Integrable {
    Integrable { name, least, most, how }
}

const EQUAL: Comparison = Comparison { value: Op::NumEq, branch: Op::BranchNumEq, swap: false };
const LESS: Comparison = Comparison { value: Op::Less, branch: Op::BranchLess, swap: false };
const LESS_EQUAL: Comparison = Comparison { value: Op::LessEq, branch: Op::BranchLessEq, swap: false };
const GREATER: Comparison = Comparison { swap: true, ..LESS };
const GREATER_EQUAL: Comparison = Comparison { swap: true, ..LESS_EQUAL };

/// Most operands of n-ary calls that are unrolled.
const MANY: u8 = 16;

use How::*;

/// Every integrable name, sorted.
#[rustfmt::skip]
pub const INTEGRABLES: &[Integrable] = &[
    name("%abort-to", 2, 2, Leave(Op::AbortTo)),
    name("%absent?", 1, 1, Is(Kind::Absent)),
    name("%apply", 2, 2, Tail(Op::TailApply)),
    name("%apply-values", 2, 2, Tail(Op::TailApplyValues)),
    name("%capture", 0, 0, Nullary(Op::Capture)),
    name("%capture-slice", 1, 1, Unary(Op::CaptureSlice)),
    name("%compose", 2, 2, Tail(Op::Compose)),
    name("%push-prompt", 3, 3, Tail(Op::PushPrompt)),
    name("%record", 1, 240, Record),
    name("%record-ref", 3, 3, RecordRef),
    name("%record-set!", 4, 4, RecordSet),
    name("%record?", 1, 1, Is(Kind::Record)),
    name("%record?", 2, 2, Binary(Op::RecordIs)),
    name("%reinstate", 2, 2, Leave(Op::Reinstate)),
    name("%undefined?", 1, 1, Is(Kind::Undefined)),
    name("%values?", 1, 1, Is(Kind::Values)),
    name("*", 0, MANY, Fold(Op::Mul, 1)),
    name("+", 0, MANY, Fold(Op::Add, 0)),
    name("-", 1, MANY, Inverse(Op::Sub)),
    name("/", 1, MANY, Inverse(Op::Div)),
    name("1+", 1, 1, Increment(1)),
    name("1-", 1, 1, Increment(-1)),
    name("<", 2, MANY, Compare(LESS)),
    name("<=", 2, MANY, Compare(LESS_EQUAL)),
    name("=", 2, MANY, Compare(EQUAL)),
    name(">", 2, MANY, Compare(GREATER)),
    name(">=", 2, MANY, Compare(GREATER_EQUAL)),
    name("abs", 1, 1, Math(MathFunction::Abs)),
    name("acos", 1, 1, Math(MathFunction::Acos)),
    name("apply", 2, MANY, Apply),
    name("arithmetic-shift", 2, 2, Binary(Op::Shift)),
    name("ash", 2, 2, Binary(Op::Shift)),
    name("asin", 1, 1, Math(MathFunction::Asin)),
    name("atan", 1, 1, Math(MathFunction::Atan)),
    name("bitwise-and", 0, MANY, Fold(Op::BitAnd, -1)),
    name("bitwise-ior", 0, MANY, Fold(Op::BitOr, 0)),
    name("bitwise-not", 1, 1, Math(MathFunction::BitNot)),
    name("bitwise-xor", 0, MANY, Fold(Op::BitXor, 0)),
    name("boolean?", 1, 1, Is(Kind::Boolean)),
    name("bytevector-length", 1, 1, Unary(Op::BytesLength)),
    name("bytevector-u8-ref", 2, 2, Binary(Op::BytesRef)),
    name("bytevector-u8-set!", 3, 3, Store(Op::BytesSet)),
    name("bytevector?", 1, 1, Is(Kind::Bytevector)),
    name("caaaar", 1, 1, Path(b"aaaa")),
    name("caaadr", 1, 1, Path(b"aaad")),
    name("caaar", 1, 1, Path(b"aaa")),
    name("caadar", 1, 1, Path(b"aada")),
    name("caaddr", 1, 1, Path(b"aadd")),
    name("caadr", 1, 1, Path(b"aad")),
    name("caar", 1, 1, Path(b"aa")),
    name("cadaar", 1, 1, Path(b"adaa")),
    name("cadadr", 1, 1, Path(b"adad")),
    name("cadar", 1, 1, Path(b"ada")),
    name("caddar", 1, 1, Path(b"adda")),
    name("cadddr", 1, 1, Path(b"addd")),
    name("caddr", 1, 1, Path(b"add")),
    name("cadr", 1, 1, Path(b"ad")),
    name("car", 1, 1, Unary(Op::Car)),
    name("cdaaar", 1, 1, Path(b"daaa")),
    name("cdaadr", 1, 1, Path(b"daad")),
    name("cdaar", 1, 1, Path(b"daa")),
    name("cdadar", 1, 1, Path(b"dada")),
    name("cdaddr", 1, 1, Path(b"dadd")),
    name("cdadr", 1, 1, Path(b"dad")),
    name("cdar", 1, 1, Path(b"da")),
    name("cddaar", 1, 1, Path(b"ddaa")),
    name("cddadr", 1, 1, Path(b"ddad")),
    name("cddar", 1, 1, Path(b"dda")),
    name("cdddar", 1, 1, Path(b"ddda")),
    name("cddddr", 1, 1, Path(b"dddd")),
    name("cdddr", 1, 1, Path(b"ddd")),
    name("cddr", 1, 1, Path(b"dd")),
    name("cdr", 1, 1, Unary(Op::Cdr)),
    name("ceiling", 1, 1, Math(MathFunction::Ceiling)),
    name("char->integer", 1, 1, Unary(Op::CharToInteger)),
    name("char<=?", 2, MANY, CompareChars(LESS_EQUAL)),
    name("char<?", 2, MANY, CompareChars(LESS)),
    name("char=?", 2, MANY, CompareChars(EQUAL)),
    name("char>=?", 2, MANY, CompareChars(GREATER_EQUAL)),
    name("char>?", 2, MANY, CompareChars(GREATER)),
    name("char?", 1, 1, Is(Kind::Char)),
    name("cons", 2, 2, Binary(Op::Cons)),
    name("cons*", 1, MANY, List { star: true }),
    name("cos", 1, 1, Math(MathFunction::Cos)),
    name("eof-object?", 1, 1, Is(Kind::Eof)),
    name("eq?", 2, 2, Same { eqv: false }),
    name("equal?", 2, 2, SameAtom),
    name("eqv?", 2, 2, Same { eqv: true }),
    name("even?", 1, 1, Parity { even: true }),
    name("exact", 1, 1, Math(MathFunction::Exact)),
    name("exact->inexact", 1, 1, Math(MathFunction::Inexact)),
    name("exact-integer?", 1, 1, Is(Kind::ExactInteger)),
    name("exp", 1, 1, Math(MathFunction::Exp)),
    name("fixnum?", 1, 1, Is(Kind::Fixnum)),
    name("flonum?", 1, 1, Is(Kind::Flonum)),
    name("floor", 1, 1, Math(MathFunction::Floor)),
    name("inexact", 1, 1, Math(MathFunction::Inexact)),
    name("inexact->exact", 1, 1, Math(MathFunction::Exact)),
    name("integer->char", 1, 1, Unary(Op::IntegerToChar)),
    name("list", 0, MANY, List { star: false }),
    name("log", 1, 1, Math(MathFunction::Log)),
    name("logand", 0, MANY, Fold(Op::BitAnd, -1)),
    name("logior", 0, MANY, Fold(Op::BitOr, 0)),
    name("lognot", 1, 1, Math(MathFunction::BitNot)),
    name("logxor", 0, MANY, Fold(Op::BitXor, 0)),
    name("modulo", 2, 2, Binary(Op::Modulo)),
    name("negative?", 1, 1, CompareZero(LESS)),
    name("not", 1, 1, Not),
    name("null?", 1, 1, Is(Kind::Null)),
    name("number?", 1, 1, Is(Kind::Number)),
    name("odd?", 1, 1, Parity { even: false }),
    name("pair?", 1, 1, Is(Kind::Pair)),
    name("positive?", 1, 1, CompareZero(GREATER)),
    name("procedure?", 1, 1, Is(Kind::Procedure)),
    name("quotient", 2, 2, Binary(Op::Quotient)),
    name("remainder", 2, 2, Binary(Op::Remainder)),
    name("round", 1, 1, Math(MathFunction::Round)),
    name("set-car!", 2, 2, Store(Op::SetCar)),
    name("set-cdr!", 2, 2, Store(Op::SetCdr)),
    name("sin", 1, 1, Math(MathFunction::Sin)),
    name("sqrt", 1, 1, Math(MathFunction::Sqrt)),
    name("square", 1, 1, Square),
    name("string-length", 1, 1, Unary(Op::StringLength)),
    name("string-ref", 2, 2, Binary(Op::StringRef)),
    name("string-set!", 3, 3, Store(Op::StringSet)),
    name("string?", 1, 1, Is(Kind::String)),
    name("symbol?", 1, 1, Is(Kind::Symbol)),
    name("tan", 1, 1, Math(MathFunction::Tan)),
    name("truncate", 1, 1, Math(MathFunction::Truncate)),
    name("values", 1, 1, Identity),
    name("vector-length", 1, 1, Unary(Op::VectorLength)),
    name("vector-ref", 2, 2, Binary(Op::VectorRef)),
    name("vector-set!", 3, 3, Store(Op::VectorSet)),
    name("vector?", 1, 1, Is(Kind::Vector)),
    name("zero?", 1, 1, CompareZero(EQUAL)),
];

/// Procedures of the library that never return.
pub const NEVER_RETURNING: &[&str] =
    &["error", "raise", "%uncaught", "%exit", "exit", "emergency-exit", "assert-failed", "throw"];

/// The entries of a name: a name can have several, for different numbers of operands.
pub fn integrable(name: &str) -> Option<&'static [Integrable]> {
    let first = INTEGRABLES.partition_point(|i| i.name < name);
    let count = INTEGRABLES[first..].iter().take_while(|i| i.name == name).count();
    (count > 0).then(|| &INTEGRABLES[first..first + count])
}

/// A literal exact integer.
pub fn literal_integer(program: &Program, node: NodeId) -> Option<i64> {
    match program.node(node) {
        Node::Constant(d) => match program.data[d.index()] {
            Datum::Integer(n) => Some(n),
            _ => None,
        },
        _ => None,
    }
}

/// Whether `eq?`, `eqv?` and `equal?` agree on the literal and anything else.
pub fn is_atom(program: &Program, node: NodeId) -> bool {
    match program.node(node) {
        Node::Constant(d) => match &program.data[d.index()] {
            Datum::Boolean(_) | Datum::Char(_) | Datum::Symbol(_) | Datum::Nil | Datum::Special(_) => true,
            Datum::Integer(n) => crate::value::Word::try_fixnum(*n).is_some(),
            _ => false,
        },
        _ => false,
    }
}

impl Integrable {
    /// Whether the instruction can stand for a call with that many operands.
    pub const fn accepts(&self, operands: usize) -> bool {
        operands >= self.least as usize && operands <= self.most as usize
    }

    /// Whether its instructions have no effects but errors.
    pub const fn is_effect_free(&self) -> bool {
        !matches!(self.how, Store(_) | RecordSet | Unary(Op::CaptureSlice) | Nullary(_) | Tail(_) | Apply | Leave(_))
    }

    /// Whether it can stand for that call there.
    pub fn fits(&self, program: &Program, operands: &[NodeId], tail: bool) -> bool {
        match self.how {
            Tail(_) | Apply => tail,
            SameAtom => operands.iter().any(|&o| is_atom(program, o)),
            RecordRef | RecordSet => literal_integer(program, operands[2]).is_some_and(|n| (0..1 << 24).contains(&n)),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_found() {
        for pair in INTEGRABLES.windows(2) {
            assert!(pair[0].name <= pair[1].name, "{} before {}", pair[0].name, pair[1].name);
            assert!(pair[0].name < pair[1].name || pair[0].most < pair[1].least, "{}", pair[0].name);
        }
        assert_eq!(integrable("%record?").map(<[_]>::len), Some(2));
        assert_eq!(integrable("no-such-name"), None);
    }

    #[test]
    fn paths_are_what_their_names_say() {
        for i in INTEGRABLES {
            if let Path(path) = i.how {
                assert_eq!(i.name.as_bytes()[1..i.name.len() - 1], *path);
            }
        }
    }
}
