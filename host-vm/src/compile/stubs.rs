//! Code of the machine's own: where the frames of a stack segment end.
//!
//! All other procedures that consist of one instruction (`%capture`, `%apply` …) are written in Scheme, as calls of
//! integrable names: `(define (%call/cc f) (f (%capture)))`.

use super::draft::CodeDraft;
use crate::bytecode::ops::Op;

fn stub(name: &str, op: Op) -> CodeDraft {
    CodeDraft { name: name.into(), units: vec![op as u32], frame_size: 1, ..CodeDraft::default() }
}

/// Where the outermost frame returns to.
pub fn halt() -> CodeDraft {
    stub("halt", Op::Halt)
}

/// Where the bottom frame of a stack segment returns to.
pub fn underflow() -> CodeDraft {
    stub("underflow", Op::Underflow)
}
