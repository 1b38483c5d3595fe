//! Tests of the embedding interface, of errors and of limits.

mod errors;
mod functions;
mod limits;

use super::{Config, Vm};

fn vm() -> Vm {
    Vm::new(Config::default().with_memory_limit(256 << 20)).expect("memory")
}
