//! Numbers against machine integers, against big integers of the library, and through their texts.

mod complex;
mod division;
mod texts;

use super::*;
use crate::{bytecode::kinds::MathFunction, machine::Machine, runtime::Raise, value::Word};

/// A small generator (xorshift), so that a failure repeats.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Integers of all sizes, often near the edges of the fixnums.
    fn integer(&mut self) -> i128 {
        let edge = [0, 1, -1, (1 << 60) - 1, -(1 << 60), 1 << 60, i64::MAX as i128, i64::MIN as i128];
        match self.next() % 4 {
            0 => edge[self.next() as usize % edge.len()],
            1 => (self.next() as i64 >> (self.next() % 64)) as i128,
            2 => i128::from(self.next() as i64) << (self.next() % 32),
            _ => (self.next() % 200) as i128 - 100,
        }
    }
}

fn machine() -> Box<Machine> {
    crate::runtime::testing::machine()
}

fn text(word: Word) -> String {
    number_to_string(word, 10).expect("a number")
}

fn read(machine: &mut Machine, text: &str) -> Word {
    string_to_number(machine, text, 10).unwrap_or_else(|| panic!("{text} is no number"))
}

#[test]
fn integers_agree_with_machine_integers() {
    let m = &mut *machine();
    let mut random = Random(0x1234_5678_9abc_def1);
    type Operation = fn(&mut Machine, Word, Word) -> Result<Word, Raise>;
    type Expected = fn(i128, i128) -> Option<i128>;
    let operations: [(&str, Operation, Expected); 9] = [
        ("+", add, |a, b| a.checked_add(b)),
        ("-", sub, |a, b| a.checked_sub(b)),
        ("*", mul, |a, b| a.checked_mul(b)),
        ("quotient", quotient, |a, b| (b != 0).then(|| a / b)),
        ("remainder", remainder, |a, b| (b != 0).then(|| a % b)),
        ("modulo", modulo, |a, b| (b != 0).then(|| ((a % b) + b) % b)),
        ("and", bit_and, |a, b| Some(a & b)),
        ("or", bit_or, |a, b| Some(a | b)),
        ("xor", bit_xor, |a, b| Some(a ^ b)),
    ];
    for _ in 0..20_000 {
        let (a, b) = (random.integer(), random.integer());
        let (x, y) = (m.make_i128(a), m.make_i128(b));
        for (name, f, expected) in operations {
            if let Some(expected) = expected(a, b) {
                let result = f(m, x, y).expect("integers");
                assert_eq!(text(result), expected.to_string(), "({name} {a} {b})");
                assert_eq!(result.is_fixnum(), expected.unsigned_abs() < 1 << 60 || expected == -(1 << 60));
            }
        }
        assert_eq!(less(m, x, y), Ok(a < b));
        assert_eq!(less_eq(m, x, y), Ok(a <= b));
        assert_eq!(num_eq(m, x, y), Ok(a == b));
        let count = (random.next() % 100) as i64 - 60;
        let shifted = shift(m, x, Word::fixnum(count)).expect("shift");
        if count <= 0 {
            assert_eq!(text(shifted), (a >> (-count)).to_string(), "{a} shifted by {count}");
        } else {
            let back = shift(m, shifted, Word::fixnum(-count)).expect("shift");
            assert!(eqv_numbers(back, x));
        }
    }
}

#[test]
fn division_by_zero_fails() {
    let m = &mut *machine();
    for f in [quotient, remainder, modulo, div] {
        assert!(f(m, Word::fixnum(1), Word::fixnum(0)).is_err());
    }
    let big = read(m, "100000000000000000000");
    assert!(remainder(m, big, Word::fixnum(0)).is_err());
    let zero = m.make_float(0.0);
    assert_eq!(div(m, Word::fixnum(1), zero).map(text), Ok("+inf.0".to_owned()));
    assert!(add(m, Word::TRUE, Word::fixnum(1)).is_err());
}

#[test]
fn rationals_stay_in_lowest_terms() {
    let m = &mut *machine();
    for (f, a, b, expected) in [
        (div as fn(&mut Machine, Word, Word) -> _, "6", "4", "3/2"),
        (div, "6", "-4", "-3/2"),
        (add, "1/2", "1/2", "1"),
        (sub, "1/3", "1/2", "-1/6"),
        (mul, "2/3", "3/2", "1"),
        (mul, "2/3", "1.5", "1.0"),
        (div, "1/3", "1/6", "2"),
        (power::expt, "2/3", "-3", "27/8"),
        (power::expt, "2", "100", "1267650600228229401496703205376"),
        (power::expt, "4", "1/2", "2"),
        (power::expt, "2.0", "3", "8.0"),
        (power::expt, "-1", "1000000000000000000000001", "-1"),
    ] {
        let (x, y) = (read(m, a), read(m, b));
        assert_eq!(f(m, x, y).map(text), Ok(expected.to_owned()), "{a} {b}");
    }
}

#[test]
fn comparison_of_exact_and_inexact_does_not_round() {
    let m = &mut *machine();
    let big = read(m, "9007199254740993");
    let float = m.make_float(9007199254740992.0);
    assert_eq!(num_eq(m, big, float), Ok(false));
    assert_eq!(less(m, float, big), Ok(true));
    let third = read(m, "1/3");
    let near = m.make_float(1.0 / 3.0);
    assert_eq!(num_eq(m, third, near), Ok(false));
    let infinite = m.make_float(f64::INFINITY);
    let huge = read(m, "1");
    let huge = shift(m, huge, Word::fixnum(5000)).expect("a big number");
    assert_eq!(less(m, huge, infinite), Ok(true));
    let nan = m.make_float(f64::NAN);
    for f in [less, less_eq, num_eq] {
        assert_eq!(f(m, nan, huge), Ok(false));
    }
}

#[test]
fn floats_read_back_as_they_print() {
    let m = &mut *machine();
    let mut random = Random(99);
    for _ in 0..20_000 {
        let x = f64::from_bits(random.next());
        let word = m.make_float(x);
        let printed = text(word);
        let back = read(m, &printed);
        assert!(eqv_numbers(word, back), "{x} prints as {printed}");
    }
    for (x, expected) in
        [(1.0, "1.0"), (-0.5, "-0.5"), (1e21, "1.0e21"), (1e100, "1.0e100"), (1.5e-7, "1.5e-7"), (-0.0, "-0.0")]
    {
        let word = m.make_float(x);
        assert_eq!(text(word), expected);
    }
}

#[test]
fn numbers_are_read_in_every_notation() {
    let m = &mut *machine();
    for (source, expected) in [
        ("#xff", "255"),
        ("#XFF", "255"),
        ("#b-101", "-5"),
        ("#o17", "15"),
        ("#e1.5", "3/2"),
        ("#e1e3", "1000"),
        ("#i1/4", "0.25"),
        ("#x#e-A/5", "-2"),
        ("1.", "1.0"),
        (".5", "0.5"),
        ("+5", "5"),
        ("-1e-2", "-0.01"),
        ("1e400", "+inf.0"),
        ("-inf.0", "-inf.0"),
        ("+nan.0", "+nan.0"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("6/4", "3/2"),
        ("#i-0", "-0.0"),
        ("1+2i", "1+2i"),
        ("-I", "-i"),
        ("+inf.0-nan.0i", "+inf.0+nan.0i"),
        ("1.5-0.0i", "1.5-0.0i"),
        ("1/2-3/4i", "1/2-3/4i"),
        ("1+0i", "1"),
        ("+2.0i", "0.0+2.0i"),
        ("#e1.5+2.5i", "3/2+5/2i"),
        ("#i1/2+i", "0.5+1.0i"),
        ("5@0", "5"),
        ("#xa+bi", "10+11i"),
        ("#e1@0", "1"),
        ("-0.0", "-0.0"),
    ] {
        let word = read(m, source);
        assert_eq!(text(word), expected, "{source}");
    }
    for source in [
        "", "+", "-", ".", "1/0", "1/", "/2", "e5", "1e", "1e+", "--1", "#x", "#xg", "1_000", "1.2.3", "+inf", "#e#e1",
        "1+2", "1i", "1+2i3", "1@2@3", "1@2i", "#x1.8",
    ] {
        assert_eq!(string_to_number(m, source, 10), None, "{source}");
    }
    assert_eq!(string_to_number(m, "zz", 36).map(text), Some("1295".to_owned()));
}

#[test]
fn other_radices_print() {
    let m = &mut *machine();
    for (source, radix, expected) in
        [("255", 16, "ff"), ("-255", 2, "-11111111"), ("0.5", 2, "0.1"), ("10.25", 2, "1010.01"), ("1/3", 3, "1/10")]
    {
        let word = read(m, source);
        assert_eq!(number_to_string(word, radix).as_deref(), Some(expected));
    }
    let tenth = m.make_float(0.1);
    let printed = number_to_string(tenth, 3).expect("a number");
    assert!(printed.starts_with("0.00220022") && printed.len() < 45, "{printed}");
}

#[test]
fn conversion_to_float_rounds_once() {
    let m = &mut *machine();
    let mut random = Random(7);
    for _ in 0..5_000 {
        // A decimal fraction as an exact ratio must become the float that the decimal parser finds.
        let digits = random.next() % 1_000_000_000_000;
        let exponent = (random.next() % 340) as i64;
        let exact = read(m, &format!("#e{digits}e-{exponent}"));
        let expected: f64 = format!("{digits}e-{exponent}").parse().expect("a float");
        let float = math(m, MathFunction::Inexact, exact).expect("a number");
        assert_eq!(float.flonum(), Some(expected), "{digits}e-{exponent}");
        let again = math::exact(m, float).expect("finite");
        assert_eq!(real::to_f64(again), Some(expected));
    }
}

#[test]
fn roots_and_rounding() {
    let m = &mut *machine();
    use MathFunction::*;
    for (function, source, expected) in [
        (Sqrt, "16", "4"),
        (Sqrt, "1/4", "1/2"),
        (Sqrt, "2.25", "1.5"),
        (Sqrt, "100000000000000000000000000000000000000000000000000", "10000000000000000000000000"),
        (Floor, "-7/2", "-4"),
        (Ceiling, "-7/2", "-3"),
        (Truncate, "-7/2", "-3"),
        (Round, "7/2", "4"),
        (Round, "5/2", "2"),
        (Round, "-5/2", "-2"),
        (Round, "2.5", "2.0"),
        (Exact, "2.5", "5/2"),
        (Abs, "-3/4", "3/4"),
        (Exp, "0", "1"),
        (BitNot, "5", "-6"),
    ] {
        let x = read(m, source);
        assert_eq!(math(m, function, x).map(text), Ok(expected.to_owned()), "{function:?} {source}");
    }
    let minus = Word::fixnum(-1);
    assert_eq!(math(m, Sqrt, minus).map(text), Ok("+i".to_owned()));
    let (x, y) = (Ratio::of_float(0.3).expect("finite"), Ratio::of_float(0.1).expect("finite"));
    let simplest = power::rationalize(&x, &y);
    assert_eq!((simplest.numerator, simplest.denominator), (1.into(), 3u8.into()));
}
