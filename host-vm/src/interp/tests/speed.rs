//! A measurement of the loop, by hand: `cargo test --release -p limpet --lib speed -- --ignored --nocapture`.

use super::{fib, fix, quick_machine, sum_loop};
use std::time::Instant;

#[test]
#[ignore = "a measurement"]
fn speed() {
    let m = &mut quick_machine();
    let sum = sum_loop(m);
    let fib = fib(m);
    for _ in 0..3 {
        let t = Instant::now();
        m.call(sum, &[fix(50_000_000)]).expect("a number");
        println!("loop: {:.2} ns per iteration of 4", t.elapsed().as_secs_f64() * 1e9 / 5e7);
        let t = Instant::now();
        m.call(fib, &[fix(32)]).expect("a number");
        println!(
            "fib 32: {:.3} s, {:.2} ns per call",
            t.elapsed().as_secs_f64(),
            t.elapsed().as_secs_f64() * 1e9 / 7049155.0
        );
    }
}
