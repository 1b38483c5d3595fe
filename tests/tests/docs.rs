//! Pages of `docs/` that are made from tables: `BLESS=1 cargo test -p limpet-tests --test docs` writes them anew.

use limpet::bytecode::ops::Op;
use limpet_plugin_api::{OpCode, abort::AbortReason, params};
use limpet_tests::process::root;
use std::{fmt::Write as _, fs};

fn check(name: &str, text: &str) {
    let path = root().join("docs").join(name);
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, text).expect("docs can be written");
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == text, "{} differs from its table: BLESS=1 writes it anew", path.display());
}

#[test]
fn trace_operations() {
    let mut text = String::from(
        "# Trace operations\n\nThe vocabulary to which a host lowers what it executes. Made from the table in\n\
         `plugin-api/src/trace_op.rs`, whose header says how a recording is put together.\n\n\
         | number | operation | result | kind | operands | meaning |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for op in OpCode::ALL {
        let (operands, meaning) = op.text();
        let kind = op.kind().expect("an operation of the table");
        let operands = operands.replace('|', "or");
        let _ = writeln!(text, "| {} | {op:?} | {:?} | {kind:?} | {operands} | {meaning} |", op.0, op.table_result());
    }
    text.push_str(
        "\n# Why a trace is given up\n\n| number | reason | for good | meaning |\n| --- | --- | --- | --- |\n",
    );
    for reason in AbortReason::ALL {
        let permanent = if reason.is_permanent() { "yes" } else { "no" };
        let _ = writeln!(text, "| {} | {} | {permanent} | {} |", reason.0, reason.name(), reason.text());
    }
    text.push_str("\n# Tunables\n\n| name | default | range | whose | meaning |\n| --- | --- | --- | --- | --- |\n");
    for (name, default, low, high, owner, meaning) in params::TABLE {
        let _ = writeln!(text, "| {name} | {default} | {low} to {high} | {owner:?} | {meaning} |");
    }
    text.push_str("\n`opt=` switches passes: `none`, `all`, `-name+name`.\n\n| pass | what it does |\n| --- | --- |\n");
    for (name, meaning) in params::PASSES {
        let _ = writeln!(text, "| {name} | {meaning} |");
    }
    check("trace-ops.md", &text);
}

#[test]
fn bytecode() {
    let mut text = String::from(
        "# Bytecode\n\nThe instructions of the Scheme host. Made from the table in `host-vm/src/bytecode/ops.rs`, whose header\n\
         describes units, frames and calls.\n\n| number | instruction | format | units | meaning |\n| --- | --- | --- | --- | --- |\n",
    );
    for op in Op::ALL {
        let format = op.format();
        let _ = writeln!(
            text,
            "| {} | `{}` | {format:?} | {} | {} |",
            *op as u8,
            op.mnemonic(),
            format.units(),
            op.meaning()
        );
    }
    check("bytecode.md", &text);
}
