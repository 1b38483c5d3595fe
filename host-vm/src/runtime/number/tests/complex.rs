//! Complex numbers: exact ones are a field, inexact ones near it; functions beyond the real line.

use super::*;
use crate::bytecode::kinds::MathFunction::{self, *};

fn rational(m: &mut Machine, random: &mut Random) -> Word {
    let (above, below) = (random.integer() % 100_000, (random.next() % 50) as i128 + 1);
    let (above, below) = (m.make_i128(above), m.make_i128(below));
    div(m, above, below).expect("not zero")
}

fn gaussian(m: &mut Machine, random: &mut Random) -> Word {
    let (re, im) = (rational(m, random), rational(m, random));
    m.make_rectangular(re, im)
}

#[test]
fn exact_complex_numbers_are_a_field() {
    let m = &mut *machine();
    let mut random = Random(31);
    for _ in 0..2_000 {
        let (a, b, c) = (gaussian(m, &mut random), gaussian(m, &mut random), gaussian(m, &mut random));
        let sum = add(m, a, b).expect("sum");
        let (left, ac, bc) =
            (mul(m, sum, c).expect("product"), mul(m, a, c).expect("product"), mul(m, b, c).expect("product"));
        let right = add(m, ac, bc).expect("sum");
        assert!(eqv_numbers(left, right), "({} + {}) * {}", text(a), text(b), text(c));
        let back = sub(m, sum, b).expect("difference");
        assert!(eqv_numbers(back, a));
        if b != Word::fixnum(0) {
            let product = mul(m, a, b).expect("product");
            let back = div(m, product, b).expect("quotient");
            assert!(eqv_numbers(back, a), "{} * {} / {}", text(a), text(b), text(b));
        }
        let square = mul(m, a, a).expect("square");
        let power = power::expt(m, a, Word::fixnum(2)).expect("power");
        assert!(eqv_numbers(square, power));
        let root = math(m, Sqrt, square).expect("root");
        let negative = negate(m, root).expect("number");
        assert!(eqv_numbers(root, a) || eqv_numbers(negative, a), "sqrt of {}", text(square));
        let printed = text(a);
        assert!(eqv_numbers(read(m, &printed), a), "{printed}");
    }
}

#[test]
fn results_beyond_the_real_numbers() {
    let m = &mut *machine();
    for (function, source, expected) in [
        (Sqrt, "-4", "+2i"),
        (Sqrt, "-1/4", "+1/2i"),
        (Sqrt, "-4.0", "0.0+2.0i"),
        (Sqrt, "-3+4i", "1+2i"),
        (Sqrt, "-0.0", "-0.0"),
        (Log, "-1", "0.0+3.141592653589793i"),
        (Asin, "2", "1.5707963267948966-1.3169578969248166i"),
        (Acos, "2", "0.0+1.3169578969248166i"),
        (Exp, "+i", "0.5403023058681398+0.8414709848078965i"),
        (Exact, "1.5+2.0i", "3/2+2i"),
        (Inexact, "1/2+i", "0.5+1.0i"),
    ] {
        let x = read(m, source);
        assert_eq!(math(m, function, x).map(text), Ok(expected.to_owned()), "{function:?} {source}");
    }
    for (f, a, b, expected) in [
        (power::expt as fn(&mut Machine, Word, Word) -> _, "+i", "3", "-i"),
        (power::expt, "1+i", "-2", "-1/2i"),
        (power::expt, "-4", "1/2", "+2i"),
        (power::expt, "-4", "-3/2", "+1/8i"),
        (power::expt, "8/27", "2/3", "4/9"),
        (power::expt, "-1", "0.5", "6.123233995736766e-17+1.0i"),
        (power::expt, "1.0+1.0i", "2", "0.0+2.0i"),
        (power::expt, "0", "0", "1"),
        (power::expt, "0", "2.5", "0.0"),
        (mul, "2", "1.0-0.0i", "2.0-0.0i"),
        (add, "1", "1.0-0.0i", "2.0-0.0i"),
        (sub, "1+i", "1+i", "0"),
        (sub, "1.0+i", "1.0+i", "0.0+0.0i"),
        (div, "1", "+i", "-i"),
        (div, "3+4i", "2", "3/2+2i"),
    ] {
        let (x, y) = (read(m, a), read(m, b));
        assert_eq!(f(m, x, y).map(text), Ok(expected.to_owned()), "{a} {b}");
    }
}

#[test]
fn only_real_numbers_have_an_order() {
    let m = &mut *machine();
    let z = read(m, "1+2i");
    assert!(less(m, z, Word::fixnum(1)).is_err() && less_eq(m, Word::fixnum(1), z).is_err());
    assert_eq!(num_eq(m, z, Word::fixnum(1)), Ok(false));
    let same = read(m, "1.0+2.0i");
    assert_eq!(num_eq(m, z, same), Ok(true));
    assert!(!eqv_numbers(z, same));
    assert!(num_eq(m, z, Word::TRUE).is_err() && add(m, z, Word::NIL).is_err());
    for function in [Abs, Floor, Round, BitNot] {
        assert!(math(m, function, z).is_err(), "{function:?}");
    }
    for &function in MathFunction::ALL {
        assert!(math(m, function, Word::TRUE).is_err(), "{function:?}");
    }
}
