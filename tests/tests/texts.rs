//! Changed texts do no harm: a little of what `cargo fuzz-texts` does, in processes of its own, since a program may end its own.

use std::process::{Command, Stdio};

#[test]
fn changed_texts_do_no_harm() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fuzz"));
    let output = command.args(["texts", "400", "1"]).stdin(Stdio::null()).output().expect("the fuzzer starts");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    assert!(told.starts_with("400 changed texts") && told.contains("faults: 0"), "{told}");
}
