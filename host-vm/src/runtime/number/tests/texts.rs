//! Texts of numbers: what is written is read again, in every radix; what is no number is refused, whatever it is.

use super::*;

/// A number of any kind.
fn any_number(m: &mut Machine, random: &mut Random) -> Word {
    let part = |m: &mut Machine, random: &mut Random| match random.next() % 6 {
        0 => m.make_i128(random.integer()),
        1 => {
            let wide: Vec<u64> = (0..random.next() % 6).map(|_| random.next()).collect();
            m.make_bignum(random.next().is_multiple_of(2), &wide)
        }
        2 => {
            let (above, below) = (m.make_i128(random.integer()), m.make_i128(random.integer().abs() + 1));
            div(m, above, below).expect("not zero")
        }
        3 => {
            let special = [0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, f64::MIN_POSITIVE, 5e-324, f64::MAX];
            m.make_float(special[random.next() as usize % special.len()])
        }
        4 => m.make_float((random.next() % 100_000) as f64 / 64.0 - 700.0),
        _ => m.make_float(f64::from_bits(random.next())),
    };
    let re = part(m, random);
    if !random.next().is_multiple_of(3) {
        return re;
    }
    let im = part(m, random);
    m.make_rectangular(re, im)
}

#[test]
fn numbers_read_back_in_every_radix() {
    let m = &mut *machine();
    let mut random = Random(2024);
    for i in 0..6_000 {
        let word = any_number(m, &mut random);
        // Beyond radix 18 the letter i is a digit.
        let radix = if word.is_complex() { 2 + i % 17 } else { 2 + i % 35 };
        let printed = number_to_string(word, radix).expect("a number");
        let back = string_to_number(m, &printed, radix);
        assert!(back.is_some_and(|back| eqv_numbers(back, word)), "{} in radix {radix}: {printed}", text(word));
        let decimal = text(word);
        assert!(eqv_numbers(read(m, &decimal), word), "{decimal}");
        assert_eq!(
            crate::runtime::equal::eqv_hash(word),
            crate::runtime::equal::eqv_hash(read(m, &decimal)),
            "{decimal}"
        );
    }
}

#[test]
fn no_text_is_too_strange() {
    let m = &mut *machine();
    let mut random = Random(77);
    let alphabet: Vec<char> = "0123456789abefxiINFnatd+-./@#eE ésµ\u{1F600}_'".chars().collect();
    let mut numbers = 0;
    for _ in 0..200_000 {
        let length = random.next() % 9;
        let garbage: String = (0..length).map(|_| alphabet[random.next() as usize % alphabet.len()]).collect();
        let radix = [10, 2, 16, 36][random.next() as usize % 4];
        if let Some(word) = string_to_number(m, &garbage, radix) {
            numbers += 1;
            assert!(word.is_number(), "{garbage}");
        }
    }
    assert!(numbers > 1_000, "{numbers}");
}

#[test]
fn exponents_beyond_reason() {
    let m = &mut *machine();
    for source in ["#e1e99999999", "#e1e-99999999999999999999999999", "#e1.5e1000001+i"] {
        assert_eq!(string_to_number(m, source, 10), None, "{source}");
    }
    assert_eq!(text(read(m, "1e99999999999999999999999")), "+inf.0");
    assert_eq!(text(read(m, "-1e-99999999999999999999999")), "-0.0");
}
