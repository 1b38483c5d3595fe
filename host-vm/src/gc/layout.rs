//! What native code knows of the heap: the facts of the plugin contract, and the functions behind them.
#![allow(unsafe_code)] // C functions receive the machine as an address.

use super::{
    Heap, alloc,
    heap::{GRANULE, GRANULE_SHIFT, LARGE, MARKED},
};
use crate::{machine::Machine, value::Word};
use limpet_plugin_api::layout::{AllocLayout, BarrierLayout};
use std::mem::offset_of;

const fn offset(field: usize) -> i32 {
    (offset_of!(Machine, heap) + field) as i32
}

/// How native code allocates.
pub fn alloc_layout() -> AllocLayout {
    AllocLayout {
        cursor: offset(offset_of!(Heap, cursor)),
        limit: offset(offset_of!(Heap, limit)),
        granule: GRANULE as u32,
        max_inline: LARGE as u32,
        slow: allocate_slow as *const () as u64,
        reserve: allocate_reserve as *const () as u64,
    }
}

/// What native code does after a store: the byte is tested for exactly [`MARKED`].
pub fn barrier_layout() -> BarrierLayout {
    BarrierLayout {
        table: offset(offset_of!(Heap, marks)),
        shift: GRANULE_SHIFT,
        armed: MARKED,
        slow: barrier_slow as *const () as u64,
    }
}

/// [`AllocLayout::slow`]: may collect. When memory is exhausted the machine is told, and the trace leaves at its next
/// safepoint: an exit here would build its object from the reserve without anybody ever being told.
///
/// # Safety
/// `context` is a live machine that nothing else borrows.
pub unsafe extern "C" fn allocate_slow(context: *mut u8, bytes: u64) -> u64 {
    // SAFETY: promised by the caller.
    let machine = unsafe { &mut *context.cast::<Machine>() };
    alloc::allocate(machine, bytes as usize) as u64
}

/// [`AllocLayout::reserve`]: never collects, never fails.
///
/// # Safety
/// As for [`allocate_slow`].
pub unsafe extern "C" fn allocate_reserve(context: *mut u8, bytes: u64) -> u64 {
    // SAFETY: promised by the caller.
    let machine = unsafe { &mut *context.cast::<Machine>() };
    alloc::allocate_reserve(&mut machine.heap, bytes as usize) as u64
}

/// [`BarrierLayout::slow`]: remembers the object.
///
/// # Safety
/// As for [`allocate_slow`]; the word refers to an object of the machine's heap.
pub unsafe extern "C" fn barrier_slow(context: *mut u8, object: u64) {
    // SAFETY: promised by the caller.
    let machine = unsafe { &mut *context.cast::<Machine>() };
    machine.heap.remember(Word(object));
}

/// [`limpet_plugin_api::layout::FloatTemplate::box_slow`]: boxes any float.
///
/// # Safety
/// As for [`allocate_slow`].
pub unsafe extern "C" fn box_float_slow(context: *mut u8, value: f64) -> u64 {
    // SAFETY: promised by the caller.
    let machine = unsafe { &mut *context.cast::<Machine>() };
    machine.make_float(value).0
}
