//! Code that all traces of an instance share: the way in, the way out, and slow paths that save everything.
//!
//! A thunk is called from the middle of an instruction. It takes its argument in the scratch register (general or
//! floating-point), gives its result back there, and preserves all other registers: those that C functions destroy
//! are saved on the native stack, where a conservative collector finds the words in them.

use super::regs::{ARGUMENTS, BASE, CONTEXT, FLOAT_SCRATCH, RAX, SCRATCH};
use crate::code::{FrameLayout, SavedRegisters, leave::handle_exit};
use dynasmrt::{DynasmApi, DynasmLabelApi, VecAssembler, dynasm, x64::X64Relocation};
use limpet_plugin_api::{Abort, AbortReason, HostLayout};

/// Addresses of the shared code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Thunks {
    /// The C function that enters a trace ([`limpet_plugin_api::plugin::EnterFunction`]).
    pub enter: u64,
    /// The way out: the exit's number in the scratch register.
    pub leave: u64,
    /// `r11` bytes -> `r11` address, or 0. May collect.
    pub alloc: u64,
    /// `r11` bytes -> `r11` address. Does not collect.
    pub reserve: u64,
    /// `xmm15` -> `r11` word. May collect.
    pub box_float: u64,
    /// `r11` object.
    pub barrier: u64,
    /// `r11` function, `xmm15` -> `xmm15`.
    pub float_call: u64,
}

/// Registers that C functions destroy, the scratch registers left out.
const DESTROYED: [u8; 8] = [0, 1, 2, 6, 7, 8, 9, 10];
/// Floating-point registers saved: all but the scratch register.
const FLOATS: u8 = 15;
/// Bytes for both; with the return address a multiple of 16.
const SAVED: i32 = 8 * (DESTROYED.len() as i32 + FLOATS as i32);
const _: () = assert!((SAVED + 8) % 16 == 0);
const _: () = assert!(FrameLayout::SIZE % 16 == 0);

type Ops = VecAssembler<X64Relocation>;

fn save(ops: &mut Ops) {
    dynasm!(ops ; .arch x64 ; sub rsp, SAVED);
    for (index, register) in DESTROYED.into_iter().enumerate() {
        dynasm!(ops ; .arch x64 ; mov QWORD [rsp + 8 * index as i32], Rq(register));
    }
    for register in 0..FLOATS {
        dynasm!(ops ; .arch x64 ; movsd QWORD [rsp + 64 + 8 * i32::from(register)], Rx(register));
    }
}

fn restore(ops: &mut Ops) {
    for (index, register) in DESTROYED.into_iter().enumerate() {
        dynasm!(ops ; .arch x64 ; mov Rq(register), QWORD [rsp + 8 * index as i32]);
    }
    for register in 0..FLOATS {
        dynasm!(ops ; .arch x64 ; movsd Rx(register), QWORD [rsp + 64 + 8 * i32::from(register)]);
    }
    dynasm!(ops ; .arch x64 ; add rsp, SAVED ; ret);
}

fn call(ops: &mut Ops, function: u64) {
    dynasm!(ops ; .arch x64 ; mov Rq(RAX), QWORD function as i64 ; call Rq(RAX));
}

/// `r11 = function(context, r11)`.
fn with_word(ops: &mut Ops, function: u64) {
    save(ops);
    dynasm!(ops ; .arch x64 ; mov Rq(ARGUMENTS[0]), Rq(CONTEXT) ; mov Rq(ARGUMENTS[1]), Rq(SCRATCH));
    call(ops, function);
    dynasm!(ops ; .arch x64 ; mov Rq(SCRATCH), Rq(RAX));
    restore(ops);
}

fn box_float(ops: &mut Ops, layout: &HostLayout) {
    save(ops);
    dynasm!(ops
        ; .arch x64
        ; movq Rq(SCRATCH), Rx(FLOAT_SCRATCH)
        ; rol Rq(SCRATCH), BYTE layout.float.rotate as i8
        ; mov rax, QWORD layout.float.add as i64
        ; add Rq(SCRATCH), rax
        ; mov ecx, Rd(SCRATCH)
        ; and ecx, (1 << layout.tag_bits) - 1
        ; mov eax, layout.float.tags as i32
        ; bt eax, ecx
        ; jc >immediate
        ; mov Rq(ARGUMENTS[0]), Rq(CONTEXT)
        ; movaps xmm0, Rx(FLOAT_SCRATCH)
    );
    call(ops, layout.float.box_slow);
    dynasm!(ops ; .arch x64 ; mov Rq(SCRATCH), rax ; immediate:);
    restore(ops);
}

fn float_call(ops: &mut Ops) {
    save(ops);
    dynasm!(ops
        ; .arch x64
        ; movaps xmm0, Rx(FLOAT_SCRATCH)
        ; call Rq(SCRATCH)
        ; movaps Rx(FLOAT_SCRATCH), xmm0
    );
    restore(ops);
}

/// `enter(context, base, entry, exit)`: saves what C functions preserve, makes the frame, and goes.
fn enter(ops: &mut Ops) {
    dynasm!(ops
        ; .arch x64
        ; push rbp
        ; push rbx
        ; push r12
        ; push r13
        ; push r14
        ; push r15
        ; sub rsp, FrameLayout::SIZE + 8
        ; mov QWORD [rsp + FrameLayout::EXIT_STATE], Rq(ARGUMENTS[3])
        ; mov Rq(CONTEXT), Rq(ARGUMENTS[0])
        ; mov Rq(BASE), Rq(ARGUMENTS[1])
        ; jmp Rq(ARGUMENTS[2])
    );
}

fn leave(ops: &mut Ops, table: u64) {
    let size = size_of::<SavedRegisters>() as i32;
    dynasm!(ops ; .arch x64 ; sub rsp, size);
    for register in (0..16).filter(|&register| register != super::regs::RSP) {
        dynasm!(ops ; .arch x64 ; mov QWORD [rsp + 8 * i32::from(register)], Rq(register));
    }
    for register in 0..16u8 {
        dynasm!(ops ; .arch x64 ; movsd QWORD [rsp + 256 + 8 * i32::from(register)], Rx(register));
    }
    dynasm!(ops
        ; .arch x64
        ; mov Rd(ARGUMENTS[1]), Rd(SCRATCH)
        ; mov Rq(ARGUMENTS[0]), QWORD table as i64
        ; mov Rq(ARGUMENTS[2]), rsp
        ; mov Rq(ARGUMENTS[3]), QWORD [rsp + size + FrameLayout::EXIT_STATE]
        ; mov Rq(ARGUMENTS[4]), Rq(CONTEXT)
        ; mov Rq(ARGUMENTS[5]), Rq(BASE)
    );
    let handler: unsafe extern "C" fn(_, _, _, _, _, _) = handle_exit;
    call(ops, handler as usize as u64);
    dynasm!(ops
        ; .arch x64
        ; add rsp, size + FrameLayout::SIZE + 8
        ; pop r15
        ; pop r14
        ; pop r13
        ; pop r12
        ; pop rbx
        ; pop rbp
        ; ret
    );
}

/// Assembles the shared code for an address; `table` is the address of the exit table.
pub fn assemble(layout: &HostLayout, address: u64, table: u64) -> Result<(Vec<u8>, Thunks), Abort> {
    if layout.tag_bits > 5 {
        return Err(Abort::new(AbortReason::Unsupported, "more than 5 tag bits"));
    }
    let mut ops = Ops::new(address as usize);
    let mut thunks = Thunks::default();
    let begin = |ops: &mut Ops| {
        dynasm!(ops ; .arch x64 ; .align 16);
        address + ops.offset().0 as u64
    };
    thunks.enter = begin(&mut ops);
    enter(&mut ops);
    thunks.leave = begin(&mut ops);
    leave(&mut ops, table);
    thunks.alloc = begin(&mut ops);
    with_word(&mut ops, layout.alloc.slow);
    thunks.reserve = begin(&mut ops);
    with_word(&mut ops, layout.alloc.reserve);
    thunks.box_float = begin(&mut ops);
    box_float(&mut ops, layout);
    thunks.barrier = begin(&mut ops);
    with_word(&mut ops, layout.barrier.slow);
    thunks.float_call = begin(&mut ops);
    float_call(&mut ops);
    let bytes = ops.finalize().map_err(|error| Abort::new(AbortReason::Internal, error.to_string()))?;
    Ok((bytes, thunks))
}
