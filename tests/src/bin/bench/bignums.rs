//! The choice of a library for big integers, measured: the same programs over each candidate (`docs/numbers.md`).
//!
//! The work is what Scheme programs do with big integers: a spigot of 2,000 digits of pi (Gibbons 2006: sums, products with
//! small factors, quotients), 10,000 digits by Chudnovsky's series with binary splitting (products, a root and a quotient of
//! large numbers), `(expt 3 100000)` with its digits, and the factorial of 5,000 with its digits.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

/// What a candidate must offer. Associated functions, so that no operator trait has to be the same for all.
pub trait Big: Clone {
    /// Name, version, licence.
    const NAME: &'static str;
    /// From a machine integer.
    fn of(n: i64) -> Self;
    /// `self + other`
    fn add(&self, other: &Self) -> Self;
    /// `self - other`
    fn sub(&self, other: &Self) -> Self;
    /// `self * other`
    fn mul(&self, other: &Self) -> Self;
    /// `self * n`
    fn scale(&self, n: i64) -> Self;
    /// Quotient rounded towards zero.
    fn div(&self, other: &Self) -> Self;
    /// Power.
    fn pow(&self, n: usize) -> Self;
    /// The integer square root.
    fn root(&self) -> Self;
    /// Whether `self < other`.
    fn less(&self, other: &Self) -> bool;
    /// Decimal digits.
    fn digits(&self) -> String;
}

macro_rules! candidate {
    ($name:ident, $text:literal, $type:ty, $root:expr) => {
        #[doc = $text]
        #[derive(Clone)]
        pub struct $name($type);

        impl Big for $name {
            const NAME: &'static str = $text;
            fn of(n: i64) -> Self {
                $name(<$type>::from(n))
            }
            fn add(&self, other: &Self) -> Self {
                $name(&self.0 + &other.0)
            }
            fn sub(&self, other: &Self) -> Self {
                $name(&self.0 - &other.0)
            }
            fn mul(&self, other: &Self) -> Self {
                $name(&self.0 * &other.0)
            }
            fn scale(&self, n: i64) -> Self {
                $name(&self.0 * n)
            }
            fn div(&self, other: &Self) -> Self {
                $name(&self.0 / &other.0)
            }
            fn pow(&self, n: usize) -> Self {
                $name(self.0.pow(n.try_into().expect("a small exponent")))
            }
            fn root(&self) -> Self {
                $name($root(&self.0))
            }
            fn less(&self, other: &Self) -> bool {
                self.0 < other.0
            }
            fn digits(&self) -> String {
                self.0.to_string()
            }
        }
    };
}

candidate!(Dashu, "dashu-int", dashu_int::IBig, |n: &dashu_int::IBig| {
    use dashu_base::{SquareRoot, UnsignedAbs};
    dashu_int::IBig::from(n.unsigned_abs().sqrt())
});
candidate!(Num, "num-bigint", num_bigint::BigInt, |n: &num_bigint::BigInt| n.sqrt());

/// Digits of pi, one by one (Gibbons, "Unbounded Spigot Algorithms for the Digits of Pi", 2006).
pub fn spigot<B: Big>(count: usize) -> String {
    let (mut q, mut r, mut t, mut k, mut n, mut l) = (B::of(1), B::of(0), B::of(1), 1i64, B::of(3), 3i64);
    let mut digits = String::with_capacity(count);
    while digits.len() < count {
        let bound = n.mul(&t);
        if q.scale(4).add(&r).sub(&t).less(&bound) {
            digits.push_str(&n.digits());
            let next = r.sub(&bound).scale(10);
            n = q.scale(3).add(&r).scale(10).div(&t).sub(&n.scale(10));
            q = q.scale(10);
            r = next;
        } else {
            let next = q.scale(2).add(&r).scale(l);
            n = q.scale(7 * k).add(&B::of(2)).add(&r.scale(l)).div(&t.scale(l));
            q = q.scale(k);
            t = t.scale(l);
            l += 2;
            k += 1;
            r = next;
        }
    }
    digits
}

/// Digits of pi by Chudnovsky's series, summed by binary splitting.
pub fn chudnovsky<B: Big>(count: usize) -> String {
    fn split<B: Big>(a: i64, b: i64) -> (B, B, B) {
        if b - a == 1 {
            if a == 0 {
                return (B::of(1), B::of(1), B::of(13_591_409));
            }
            let p = B::of(6 * a - 5).scale(2 * a - 1).scale(6 * a - 1);
            let q = B::of(10_939_058_860_032_000).scale(a).scale(a).scale(a);
            let t = p.scale(13_591_409 + 545_140_134 * a);
            return (p, q, if a % 2 == 1 { B::of(0).sub(&t) } else { t });
        }
        let middle = (a + b) / 2;
        let ((p, q, t), (u, v, w)) = (split::<B>(a, middle), split::<B>(middle, b));
        (p.mul(&u), q.mul(&v), v.mul(&t).add(&p.mul(&w)))
    }
    let (_, q, t) = split::<B>(0, count as i64 / 14 + 2);
    let one = B::of(10).pow(count + 9);
    let root = one.mul(&one).scale(10_005).root();
    let mut digits = q.scale(426_880).mul(&root).div(&t).digits();
    digits.truncate(count);
    digits
}

/// `3^100000` and its digits.
pub fn power<B: Big>() -> String {
    B::of(3).pow(100_000).digits()
}

/// `5000!` and its digits.
pub fn factorial<B: Big>() -> String {
    (1..=5_000).fold(B::of(1), |product, n| product.scale(n)).digits()
}

/// A program under measurement.
type Job = (&'static str, fn() -> String);

/// The programs over one candidate.
pub fn jobs<B: Big>() -> [Job; 4] {
    [
        ("pi, 2000 digits, spigot", || spigot::<B>(2_000)),
        ("pi, 10000 digits, series", || chudnovsky::<B>(10_000)),
        ("(expt 3 100000), printed", power::<B>),
        ("5000!, printed", factorial::<B>),
    ]
}

/// The least time of some runs.
pub fn time(rounds: usize, job: fn() -> String) -> Duration {
    let run = || {
        let start = Instant::now();
        black_box(job());
        start.elapsed()
    };
    (0..rounds).map(|_| run()).min().unwrap_or_default()
}

/// Prints a table: each program over each candidate. Whether the library in use is the fastest in the geometric mean.
pub fn report(rounds: usize) -> bool {
    let (dashu, num) = (jobs::<Dashu>(), jobs::<Num>());
    let (mut first_total, mut second_total) = (0.0, 0.0);
    println!("{:<28} {:>14} {:>14} {:>8}", "program", Dashu::NAME, Num::NAME, "ratio");
    for ((name, first), (_, second)) in dashu.into_iter().zip(num) {
        assert!(first() == second(), "{name}: the candidates disagree");
        let (a, b) = (time(rounds, first), time(rounds, second));
        let milliseconds = |t: Duration| t.as_secs_f64() * 1e3;
        first_total += a.as_secs_f64().ln();
        second_total += b.as_secs_f64().ln();
        println!(
            "{name:<28} {:>11.2} ms {:>11.2} ms {:>7.2}x",
            milliseconds(a),
            milliseconds(b),
            milliseconds(b) / milliseconds(a)
        );
    }
    first_total <= second_total
}
