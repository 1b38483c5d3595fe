//! The programs of `tests/benches`: small, each for one side of the language, the same text for any R7RS system with SRFI 69.

/// One program. Its only argument is a size.
#[derive(Clone, Copy, Debug)]
pub struct Bench {
    /// Name: `tests/benches/NAME.scm`.
    pub name: &'static str,
    /// For the benches: some tenths of a second interpreted.
    pub size: &'static str,
    /// For tests in debug builds.
    pub small: &'static str,
}

impl Bench {
    /// From the repository's root.
    pub fn path(&self) -> String {
        format!("tests/benches/{}.scm", self.name)
    }
}

const fn bench(name: &'static str, size: &'static str, small: &'static str) -> Bench {
    Bench { name, size, small }
}

/// All of them.
pub const BENCHES: &[Bench] = &[
    bench("bignums", "2500", "60"),
    bench("closures", "60000", "20"),
    bench("conditions", "500000", "300"),
    bench("ctak", "16", "9"),
    bench("deriv", "400000", "200"),
    bench("fib", "34", "15"),
    bench("generator", "30", "1"),
    bench("lists", "6000", "5"),
    bench("machine", "120000", "20"),
    bench("matrix", "250", "9"),
    bench("rationals", "130", "12"),
    bench("sorting", "300000", "500"),
    bench("strings", "30000", "20"),
    bench("tables", "2000000", "3000"),
    bench("tak", "600", "1"),
    bench("trees", "16", "6"),
];
