//! Instructions that are not part of any program: where bottom frames return to, where the loop ends, and the
//! procedure by which Rust code calls Scheme.

use crate::{
    bytecode::{code::Code, ops::Op},
    machine::Machine,
    value::Word,
};

static STUBS: [u32; 2] = [Op::Underflow as u32, Op::Halt as u32];

/// The return address of bottom frames: just behind the `Underflow`, as return addresses are behind their calls.
pub fn underflow() -> *const u32 {
    &raw const STUBS[1]
}

/// The instruction that ends the loop.
pub fn halt() -> *const u32 {
    &raw const STUBS[1]
}

/// A procedure that applies its first argument to the list in its second.
pub fn make_apply_stub(machine: &mut Machine) -> Word {
    let units = vec![Op::Entry as u32 | 2 << 8, 0, 0, Op::TailApply as u32 | 1 << 8 | 2 << 16];
    let code = Code {
        entry: std::ptr::null(),
        frame_size: 3,
        captures: 0,
        units: units.into(),
        constants: Vec::new().into(),
        codes: Vec::new(),
        cells: vec![Default::default()].into(),
        name: String::new(),
        positions: Vec::new().into(),
        first_source: 0,
    };
    let code = machine.add_code(code);
    machine.make_closure(code, &[])
}
