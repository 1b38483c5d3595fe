//! The programs of `tests/benches`, at small sizes, under every engine: all print the same.

use limpet_tests::{
    benches::BENCHES,
    process::{self, ENGINES},
};
use std::path::Path;

#[test]
fn benches_agree_under_every_engine() {
    for bench in BENCHES {
        let path = bench.path();
        let mut first: Option<String> = None;
        for engine in ENGINES {
            let limpet = Path::new(env!("CARGO_BIN_EXE_demo"));
            let run =
                process::run(process::command(limpet, true, engine, &[&path, bench.small])).expect("limpet starts");
            assert!(run.output.status.success(), "{} ({}): {}", bench.name, engine.name, run.stderr());
            let first = first.get_or_insert_with(|| run.stdout());
            assert!(!first.is_empty(), "{} prints something", bench.name);
            assert_eq!(*first, run.stdout(), "{} ({}) prints something else than interpreted", bench.name, engine.name);
        }
    }
}
