//! A host in memory: a context, a stack of slots, a bump heap, and functions to call.

#![allow(unsafe_code)] // Plays the host: enters native code and is called by it.

use crate::{
    asm::{Assembled, Environment, Options, assemble},
    ir::Trace,
};
use abi_stable::std_types::{RString, RVec};
use limpet_plugin_api::{
    ExitState, HostLayout,
    layout::{AllocLayout, BarrierLayout, ContextLayout, EntryConvention, FloatTemplate, SlotDirection},
    plugin::EnterFunction,
};
use std::mem::offset_of;

/// The word by which a function of the tests fails.
pub const FAILURE: u64 = 0x7fff_ffff_ffff_fff7;
/// Tags of immediate floats: not a mask, so that the general test is used.
pub const FLOAT_TAGS: u32 = 0b0001_1100;

/// What native code sees of the host.
#[repr(C)]
pub struct Context {
    pub cursor: u64,
    pub limit: u64,
    pub base: u64,
    pub stack_limit: u64,
    pub table: u64,
    pub safepoint: u32,
    pub slow_allocations: u32,
    pub reserved: u32,
    pub boxes: u32,
    pub barriers: Vec<u64>,
    pub refill: u64,
    pub calls: Vec<Vec<u64>>,
}

/// The host.
pub struct Host {
    pub env: Environment,
    pub context: Box<Context>,
    pub stack: Vec<u64>,
    pub heap: Vec<u64>,
    pub cards: Vec<u8>,
    /// Index of slot 0 in the stack.
    pub base: usize,
    pub down: bool,
}

extern "C" fn alloc_slow(context: *mut u8, bytes: u64) -> u64 {
    // SAFETY: native code passes the context that the test entered it with.
    let context = unsafe { &mut *context.cast::<Context>() };
    context.slow_allocations += 1;
    if context.refill == 0 {
        return 0;
    }
    let address = context.cursor;
    context.limit = context.refill;
    context.cursor += bytes;
    scramble();
    address
}

extern "C" fn reserve(context: *mut u8, bytes: u64) -> u64 {
    // SAFETY: as above.
    let context = unsafe { &mut *context.cast::<Context>() };
    context.reserved += 1;
    let address = context.cursor;
    context.cursor += bytes;
    address
}

extern "C" fn box_slow(context: *mut u8, value: f64) -> u64 {
    let address = reserve(context, 16);
    // SAFETY: as above; the object was just taken from the test's heap.
    unsafe {
        (*context.cast::<Context>()).boxes += 1;
        (address as *mut f64).add(1).write(value);
    }
    scramble();
    address + 1
}

extern "C" fn barrier_slow(context: *mut u8, object: u64) {
    // SAFETY: as above.
    unsafe { (*context.cast::<Context>()).barriers.push(object) };
    scramble();
}

/// Overwrites what a C function may overwrite.
#[inline(never)]
pub fn scramble() {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: only registers are written, and all of them are declared.
    unsafe {
        std::arch::asm!(
            "mov rax, -3",
            "mov rcx, rax",
            "mov rdx, rax",
            "mov rsi, rax",
            "mov rdi, rax",
            "mov r8, rax",
            "mov r9, rax",
            "mov r10, rax",
            "mov r11, rax",
            "movq xmm0, rax",
            "movq xmm1, rax",
            "movq xmm2, rax",
            "movq xmm3, rax",
            "movq xmm4, rax",
            "movq xmm5, rax",
            "movq xmm6, rax",
            "movq xmm7, rax",
            "movq xmm8, rax",
            "movq xmm9, rax",
            "movq xmm10, rax",
            "movq xmm11, rax",
            "movq xmm12, rax",
            "movq xmm13, rax",
            "movq xmm14, rax",
            "movq xmm15, rax",
            clobber_abi("C")
        );
    }
}

/// The layout that the tests use.
pub fn layout(direction: SlotDirection) -> HostLayout {
    let at = |offset: usize| offset as i32;
    HostLayout {
        host: RString::from("test"),
        direction,
        entry: EntryConvention::CCall,
        tag_bits: 3,
        pointer_tags: 0b10,
        failure_word: FAILURE,
        float: FloatTemplate { rotate: 4, add: 1, tags: FLOAT_TAGS, box_slow: box_slow as *const () as u64 },
        alloc: AllocLayout {
            cursor: at(offset_of!(Context, cursor)),
            limit: at(offset_of!(Context, limit)),
            granule: 16,
            max_inline: 256,
            slow: alloc_slow as *const () as u64,
            reserve: reserve as *const () as u64,
        },
        barrier: BarrierLayout {
            table: at(offset_of!(Context, table)),
            shift: 4,
            armed: 1,
            slow: barrier_slow as *const () as u64,
        },
        context: ContextLayout {
            base: at(offset_of!(Context, base)),
            stack_limit: at(offset_of!(Context, stack_limit)),
            safepoint: at(offset_of!(Context, safepoint)),
        },
        alias_classes: RVec::new(),
    }
}

impl Host {
    pub fn new() -> Host {
        Host::with(SlotDirection::Up, Options { verify: true, ..Options::default() })
    }

    pub fn with(direction: SlotDirection, options: Options) -> Host {
        let env = Environment::new(layout(direction), options, 256).expect("code memory");
        let heap = vec![0u64; 4096];
        let cards = vec![0u8; heap.len() / 2 + 2];
        let stack = vec![0u64; 128];
        let start = heap.as_ptr() as u64;
        let base = if direction == SlotDirection::Up { 16 } else { 112 };
        let edge = if direction == SlotDirection::Up { stack.as_ptr_range().end } else { stack.as_ptr() };
        let context = Box::new(Context {
            cursor: start,
            limit: start + 8 * heap.len() as u64,
            base: 0,
            stack_limit: edge as u64,
            table: (cards.as_ptr() as u64).wrapping_sub(start >> 4),
            safepoint: 0,
            slow_allocations: 0,
            reserved: 0,
            boxes: 0,
            barriers: Vec::new(),
            refill: 0,
            calls: Vec::new(),
        });
        Host { env, context, stack, heap, cards, base, down: direction == SlotDirection::Down }
    }

    pub fn compile(&mut self, trace: &Trace) -> Assembled {
        crate::ir::verify::verify(trace).unwrap_or_else(|text| panic!("{text}\n{trace}"));
        assemble(trace, &mut self.env).unwrap_or_else(|abort| panic!("{abort}\n{trace}"))
    }

    pub fn address(&self, slot: i32) -> u64 {
        let offset = if self.down { -slot } else { slot };
        self.stack.as_ptr() as u64 + 8 * (self.base as i64 + i64::from(offset)) as u64
    }

    pub fn slot(&mut self, slot: i32) -> &mut u64 {
        let offset = if self.down { -slot } else { slot };
        &mut self.stack[(self.base as i64 + i64::from(offset)) as usize]
    }

    pub fn float(&mut self, slot: i32) -> f64 {
        f64::from_bits(*self.slot(slot))
    }

    /// Enters a trace with base 0 and returns its exit.
    pub fn enter(&mut self, entry: u64) -> ExitState {
        let mut exit = ExitState::empty();
        // SAFETY: `enter` is the address of such a function.
        let enter: EnterFunction = unsafe { std::mem::transmute(self.env.enter() as usize) };
        let context = (&raw mut *self.context).cast();
        let base = self.address(0) as *mut u64;
        // SAFETY: the context has the layout that the environment was told, and the stack has room.
        unsafe { enter(context, base, entry as *const u8, &mut exit) };
        exit
    }

    /// Compiles and enters.
    pub fn run(&mut self, trace: &Trace) -> ExitState {
        let entry = self.compile(trace).entry;
        self.enter(entry)
    }
}
