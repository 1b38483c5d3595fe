//! Division with an integer quotient: the report's names, Guile's and those of SRFI 141.

use super::super::{
    divide::{self, Rounding},
    real::Real,
};
use crate::{machine::Machine, primitives, runtime::Raise, value::Word};

/// Quotient and remainder of any rational numbers as two values.
fn both(machine: &mut Machine, who: &str, rounding: Rounding, arguments: &[Word]) -> Result<Word, Raise> {
    let (quotient, rest) = divide::divide(machine, who.trim_start_matches('%'), rounding, arguments[0], arguments[1])?;
    let (quotient, rest) = (machine.make_real(&quotient), machine.make_real(&rest));
    Ok(machine.make_values(&[quotient, rest]))
}

fn part(
    machine: &mut Machine,
    who: &str,
    rounding: Rounding,
    arguments: &[Word],
    part: fn((Real, Real)) -> Real,
) -> Result<Word, Raise> {
    let result = part(divide::divide(machine, who.trim_start_matches('%'), rounding, arguments[0], arguments[1])?);
    Ok(machine.make_real(&result))
}

macro_rules! division_table {
    ($($rounding:ident $both:literal $quotient:literal $remainder:literal;)*) => {
        primitives! {
            /// Division for every rounding.
            pub ROUNDED_DIVISION:
            $(
                $both (2, 2) ALLOCATES|FAILS => |machine, arguments| both(machine, $both, Rounding::$rounding, arguments);
                $quotient (2, 2) ALLOCATES|FAILS => |machine, arguments| {
                    part(machine, $quotient, Rounding::$rounding, arguments, |both| both.0)
                };
                $remainder (2, 2) ALLOCATES|FAILS => |machine, arguments| {
                    part(machine, $remainder, Rounding::$rounding, arguments, |both| both.1)
                };
            )*
        }
    };
}

// The report's names are written in Scheme over the instructions, for traces, and call these for the rest.
division_table! {
    Floor "%floor/" "%floor-quotient" "%floor-remainder";
    Truncate "%truncate/" "%truncate-quotient" "%truncate-remainder";
    Ceiling "ceiling/" "ceiling-quotient" "ceiling-remainder";
    Round "round/" "round-quotient" "round-remainder";
    Euclidean "euclidean/" "euclidean-quotient" "euclidean-remainder";
    Centered "centered/" "centered-quotient" "centered-remainder";
    Centered "balanced/" "balanced-quotient" "balanced-remainder";
}

primitives! {
    /// Division of integers, divisors.
    pub DIVISION:
    "quotient" (2, 2) ALLOCATES|FAILS => |machine, arguments| divide::quotient(machine, arguments[0], arguments[1]);
    "remainder" (2, 2) ALLOCATES|FAILS => |machine, arguments| divide::remainder(machine, arguments[0], arguments[1]);
    "modulo" (2, 2) ALLOCATES|FAILS => |machine, arguments| divide::modulo(machine, arguments[0], arguments[1]);
    "gcd" (0, 255) ALLOCATES|FAILS => |machine, arguments| {
        arguments.iter().try_fold(Word::fixnum(0), |sum, &word| divide::gcd(machine, sum, word))
    };
    "lcm" (0, 255) ALLOCATES|FAILS => |machine, arguments| {
        arguments.iter().try_fold(Word::fixnum(1), |sum, &word| divide::lcm(machine, sum, word))
    };
    "modulo-expt" (3, 3) ALLOCATES|FAILS => |machine, arguments| {
        divide::modulo_power(machine, arguments[0], arguments[1], arguments[2])
    };
}
