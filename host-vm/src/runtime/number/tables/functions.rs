//! Functions: powers, roots, transcendental functions, parts of complex numbers.

use super::{
    super::{
        Ratio, Real, complex,
        math::{self, math},
        power,
        real::operand,
    },
    number,
};
use crate::{bytecode::kinds::MathFunction, machine::Machine, primitives, runtime::Raise, value::Word};
use dashu_int::IBig;

/// Numerator or denominator, with the exactness of the argument.
fn part(machine: &mut Machine, who: &str, word: Word, part: fn(Ratio) -> IBig) -> Result<Word, Raise> {
    let real = operand(machine, who, word)?;
    let Some(ratio) = real.to_ratio() else { return Err(machine.expected(who, "a rational number", word)) };
    let part = part(ratio);
    Ok(match real {
        Real::Float(x) if x == 0.0 && part.is_zero() => word,
        Real::Float(_) => machine.make_float(part.to_f64().value()),
        _ => machine.make_big(&part),
    })
}

fn rationalize(machine: &mut Machine, x: Real, y: Real) -> Word {
    let inexact = matches!(x, Real::Float(_)) || matches!(y, Real::Float(_));
    match (x.to_ratio(), y.to_ratio()) {
        (Some(a), Some(b)) => {
            let result = power::rationalize(&a, &b);
            if inexact { machine.make_float(result.to_f64()) } else { machine.make_ratio(&result) }
        }
        // Anything within an infinite tolerance: zero; nothing near infinity but itself.
        (Some(_), None) if y.to_f64().is_infinite() => machine.make_float(0.0),
        (None, Some(_)) => machine.make_float(x.to_f64()),
        _ => machine.make_float(f64::NAN),
    }
}

macro_rules! math_table {
    ($($name:literal $function:ident;)*) => {
        primitives! {
            /// Functions of one number that are instructions too.
            pub MATH:
            $($name (1, 1) ALLOCATES|FAILS => |machine, arguments| math(machine, MathFunction::$function, arguments[0]);)*
        }
    };
}

math_table! {
    "sqrt" Sqrt;
    "abs" Abs;
    "floor" Floor;
    "ceiling" Ceiling;
    "truncate" Truncate;
    "round" Round;
    "inexact" Inexact;
    "exact->inexact" Inexact;
    "exact" Exact;
    "inexact->exact" Exact;
    "sin" Sin;
    "cos" Cos;
    "tan" Tan;
    "exp" Exp;
    "asin" Asin;
    "acos" Acos;
}

primitives! {
    /// Functions that are no instructions.
    pub FUNCTIONS:
    "expt" (2, 2) ALLOCATES|FAILS => |machine, arguments| power::expt(machine, arguments[0], arguments[1]);
    "integer-expt" (2, 2) ALLOCATES|FAILS => |machine, arguments| {
        if !arguments[1].is_exact_integer() {
            return Err(machine.expected("integer-expt", "an exact integer", arguments[1]));
        }
        power::expt(machine, arguments[0], arguments[1])
    };
    "exact-integer-sqrt" (1, 1) ALLOCATES|FAILS => |machine, arguments| {
        let (root, rest) = power::exact_integer_sqrt(machine, arguments[0])?;
        Ok(machine.make_values(&[root, rest]))
    };
    "log" (1, 2) ALLOCATES|FAILS => |machine, arguments| match arguments {
        [x, base] => math::log_to_base(machine, *x, *base),
        _ => math(machine, MathFunction::Log, arguments[0]),
    };
    "log10" (1, 1) ALLOCATES|FAILS => |machine, arguments| math::log_to_base(machine, arguments[0], Word::fixnum(10));
    "atan" (1, 2) ALLOCATES|FAILS => |machine, arguments| match arguments {
        [y, x] => math::angle_of_point(machine, *y, *x),
        _ => math(machine, MathFunction::Atan, arguments[0]),
    };
    "sinh" (1, 1) ALLOCATES|FAILS => |machine, arguments| math::apply(machine, &math::SINH, arguments[0]);
    "cosh" (1, 1) ALLOCATES|FAILS => |machine, arguments| math::apply(machine, &math::COSH, arguments[0]);
    "tanh" (1, 1) ALLOCATES|FAILS => |machine, arguments| math::apply(machine, &math::TANH, arguments[0]);
    "asinh" (1, 1) ALLOCATES|FAILS => |machine, arguments| math::apply(machine, &math::ASINH, arguments[0]);
    "acosh" (1, 1) ALLOCATES|FAILS => |machine, arguments| math::apply(machine, &math::ACOSH, arguments[0]);
    "atanh" (1, 1) ALLOCATES|FAILS => |machine, arguments| math::apply(machine, &math::ATANH, arguments[0]);
    "rationalize" (2, 2) ALLOCATES|FAILS => |machine, arguments| {
        let (x, y) = (operand(machine, "rationalize", arguments[0])?, operand(machine, "rationalize", arguments[1])?);
        Ok(rationalize(machine, x, y))
    };
    "numerator" (1, 1) ALLOCATES|FAILS => |machine, arguments| {
        part(machine, "numerator", arguments[0], |ratio| ratio.numerator)
    };
    "denominator" (1, 1) ALLOCATES|FAILS => |machine, arguments| {
        part(machine, "denominator", arguments[0], |ratio| ratio.denominator.into())
    };
    "make-rectangular" (2, 2) ALLOCATES|FAILS => |machine, arguments| {
        for &part in arguments {
            operand(machine, "make-rectangular", part)?;
        }
        Ok(machine.make_rectangular(arguments[0], arguments[1]))
    };
    "make-polar" (2, 2) ALLOCATES|FAILS => |machine, arguments| {
        complex::polar(machine, "make-polar", arguments[0], arguments[1])
    };
    "real-part" (1, 1) FAILS => |machine, arguments| {
        Ok(complex::parts(number(machine, "real-part", arguments[0])?).0)
    };
    "imag-part" (1, 1) FAILS => |machine, arguments| {
        Ok(complex::parts(number(machine, "imag-part", arguments[0])?).1)
    };
    "magnitude" (1, 1) ALLOCATES|FAILS => |machine, arguments| complex::magnitude(machine, arguments[0]);
    "angle" (1, 1) ALLOCATES|FAILS => |machine, arguments| complex::angle(machine, arguments[0]);
    "inf" (0, 0) ALLOCATES => |machine, _| Ok(machine.make_float(f64::INFINITY));
    "nan" (0, 0) ALLOCATES => |machine, _| Ok(machine.make_float(f64::NAN));
}
