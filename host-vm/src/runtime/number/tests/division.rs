//! Division: every rounding against its definition.

use super::{
    divide::{Rounding, divide, modulo_power},
    *,
};

const ALL: [Rounding; 6] =
    [Rounding::Floor, Rounding::Ceiling, Rounding::Truncate, Rounding::Round, Rounding::Euclidean, Rounding::Centered];

/// Whether a remainder belongs to a divisor and a quotient.
fn belongs(rounding: Rounding, x: i128, y: i128, quotient: i128, rest: i128) -> bool {
    let twice = 2 * rest;
    quotient * y + rest == x
        && rest.abs() < y.abs()
        && match rounding {
            Rounding::Floor => rest == 0 || (rest < 0) == (y < 0),
            Rounding::Ceiling => rest == 0 || (rest < 0) != (y < 0),
            Rounding::Truncate => rest == 0 || (rest < 0) == (x < 0),
            Rounding::Euclidean => rest >= 0,
            Rounding::Centered => -y.abs() <= twice && twice < y.abs(),
            Rounding::Round => twice.abs() < y.abs() || twice.abs() == y.abs() && quotient % 2 == 0,
        }
}

fn number(word: Word) -> i128 {
    text(word).parse().expect("an integer")
}

#[test]
fn quotient_and_remainder_fit_their_definition() {
    let m = &mut *machine();
    let mut random = Random(5);
    let mut cases: Vec<(i128, i128)> =
        (-20..=20).flat_map(|x| (-7..=7).filter(|&y| y != 0).map(move |y| (x, y))).collect();
    cases.extend((0..3_000).map(|_| (random.integer(), random.integer())).filter(|&(_, y)| y != 0));
    for (x, y) in cases {
        for rounding in ALL {
            let (a, b) = (m.make_i128(x), m.make_i128(y));
            let (quotient, rest) = divide(m, "divide", rounding, a, b).expect("integers");
            let (q, r) = (m.make_real(&quotient), m.make_real(&rest));
            assert!(belongs(rounding, x, y, number(q), number(r)), "{rounding:?} {x} {y}: {} {}", text(q), text(r));
        }
    }
}

#[test]
fn rationals_and_floats_divide_too() {
    let m = &mut *machine();
    for (rounding, a, b, expected) in [
        (Rounding::Floor, "16/3", "-10/7", "-4 -8/21"),
        (Rounding::Euclidean, "-7/2", "2", "-2 1/2"),
        (Rounding::Round, "5.0", "2", "2.0 1.0"),
        (Rounding::Floor, "1e300", "7.0", "1.428571428571429e299 4.0"),
        (Rounding::Centered, "3", "-2", "-2 -1"),
    ] {
        let (x, y) = (read(m, a), read(m, b));
        let (quotient, rest) = divide(m, "divide", rounding, x, y).expect("numbers");
        let (quotient, rest) = (m.make_real(&quotient), m.make_real(&rest));
        let printed = format!("{} {}", text(quotient), text(rest));
        if a == "1e300" {
            // The remainder is exact: that of the integer which the float is.
            let (exact, seven) = (math::exact(m, x).expect("finite"), Word::fixnum(7));
            assert_eq!(modulo(m, exact, seven).ok().map(text), Some(text(rest).trim_end_matches(".0").to_owned()));
        } else {
            assert_eq!(printed, expected, "{rounding:?} {a} {b}");
        }
    }
    for (a, b, expected) in
        [("7.0", "2", "3.0"), ("9007199254740991.0", "9007199254740992.0", "0.0"), ("-7", "2.0", "-3.0")]
    {
        let (x, y) = (read(m, a), read(m, b));
        assert_eq!(quotient(m, x, y).map(text), Ok(expected.to_owned()), "{a} {b}");
    }
    let (x, y) = (read(m, "+inf.0"), Word::fixnum(2));
    assert!(divide(m, "floor/", Rounding::Floor, x, y).is_err());
    assert!(divide(m, "floor/", Rounding::Floor, y, Word::fixnum(0)).is_err());
}

#[test]
fn powers_modulo() {
    let m = &mut *machine();
    for (base, exponent, modulus, expected) in [
        ("3", "100", "7", "4"),
        ("3", "-1", "7", "5"),
        ("-3", "3", "-5", "-2"),
        ("7", "1000000000000000000000", "13", "9"),
    ] {
        let (a, b, c) = (read(m, base), read(m, exponent), read(m, modulus));
        assert_eq!(modulo_power(m, a, b, c).map(text), Ok(expected.to_owned()), "{base} {exponent} {modulus}");
    }
    assert!(modulo_power(m, Word::fixnum(2), Word::fixnum(-1), Word::fixnum(4)).is_err());
    assert!(modulo_power(m, Word::fixnum(2), Word::fixnum(1), Word::fixnum(0)).is_err());
}
