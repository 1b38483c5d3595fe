//! Loads, stores, allocation, the barrier, and calls.

#![allow(unsafe_code)] // Plays the host: functions that native code calls read its context.

use super::{
    host::{Context, FAILURE, Host, scramble},
    trace::{Builder, function},
};
use crate::ir::{Inst, InstId, Op, SnapId};
use limpet_plugin_api::{Effects, TraceKind, recording::CallConvention, trace_op::Access};

const NONE: InstId = InstId::NONE;

#[test]
fn loads_and_stores_of_all_widths() {
    let accesses = [
        (Access::U8, 0xf1u64),
        (Access::U16, 0xe2f1),
        (Access::U32, 0xc4d3_e2f1),
        (Access::I64, 0x8897_a6b5_c4d3_e2f1),
        (Access::I8, 0xf1u8 as i8 as u64),
        (Access::I16, 0xe2f1u16 as i16 as u64),
        (Access::I32, 0xc4d3_e2f1u32 as i32 as u64),
        (Access::F64, 0x8897_a6b5_c4d3_e2f1),
    ];
    for (access, expected) in accesses {
        let mut host = Host::new();
        host.heap[3] = 0x8897_a6b5_c4d3_e2f1;
        let mut t = Builder::new(TraceKind::Loop);
        // Many values, so that all registers get their turn as bases, indexes and values.
        let mut results = Vec::new();
        for round in 0..14 {
            let (base, index) = (t.slot(round), t.slot(20));
            let value = t.load(base, index, 8, access);
            t.store(base, index, 16 + 8 * i64::from(round), access, value);
            let eight = t.int(8);
            let again = t.load(base, eight, 16, access);
            results.extend([value, again]);
        }
        let end = t.snap(2, &results);
        let heap = host.heap.as_ptr() as u64;
        for round in 0..14 {
            *host.slot(round) = heap;
        }
        *host.slot(20) = 16;
        host.run(&t.leave(end));
        let mask = u64::MAX >> (64 - 8 * access.bytes());
        for round in 0..14 {
            assert_eq!(*host.slot(2 * round), expected, "{access:?}");
            assert_eq!(*host.slot(2 * round + 1), expected, "{access:?}");
            assert_eq!(host.heap[4 + round as usize], 0x8897_a6b5_c4d3_e2f1 & mask, "{access:?}");
        }
    }
}

#[test]
fn stores_of_constants() {
    let mut host = Host::new();
    let mut t = Builder::new(TraceKind::Loop);
    let heap = t.int(host.heap.as_ptr() as i64);
    for (index, value) in [-1i64, 0x1234_5678_9abc_def0, 5].into_iter().enumerate() {
        let value = t.int(value);
        for (n, access) in [Access::U8, Access::I16, Access::U32, Access::I64].into_iter().enumerate() {
            t.store(heap, NONE, 8 * (4 * index + n) as i64, access, value);
        }
    }
    let float = t.float(2.5);
    t.store(heap, NONE, 96, Access::F64, float);
    let end = t.snap(2, &[]);
    host.run(&t.leave(end));
    let mut expected = Vec::new();
    for value in [-1i64 as u64, 0x1234_5678_9abc_def0, 5] {
        expected.extend([value & 0xff, value & 0xffff, value & 0xffff_ffff, value]);
    }
    expected.push(2.5f64.to_bits());
    assert_eq!(host.heap[..13], expected[..]);
}

#[test]
fn allocation_fast_slow_and_exhausted() {
    let mut host = Host::new();
    let mut t = Builder::new(TraceKind::Loop);
    let floats: Vec<InstId> = (20..24).map(|slot| t.float_slot(slot)).collect();
    let sums: Vec<InstId> = floats.iter().map(|&x| t.op(Op::FloatAdd, x, x)).collect();
    let value = t.slot(1);
    let kept = t.op(Op::Add, value, value);
    let out = t.snap(1, &[kept]);
    let object = t.push(Inst { imm: 32, sub: 1, snap: out, ..Inst::new(Op::Alloc) });
    t.store(object, NONE, -1, Access::I64, kept);
    t.store(object, NONE, 7, Access::F64, sums[3]);
    let mut all = vec![object, kept];
    all.extend(&sums);
    let end = t.snap(2, &all);
    let entry = host.compile(&t.leave(end)).entry;
    let start = host.heap.as_ptr() as u64;
    let enter = |host: &mut Host| {
        *host.slot(1) = 21;
        for slot in 20..24 {
            *host.slot(slot) = f64::from(slot).to_bits();
        }
        let exit = host.enter(entry);
        let floats: Vec<f64> = (2..6).map(|slot| host.float(slot)).collect();
        (exit.resume, *host.slot(0), *host.slot(1), floats)
    };
    let sums = vec![40.0, 42.0, 44.0, 46.0];
    assert_eq!(enter(&mut host), (2, start + 1, 42, sums.clone()));
    assert_eq!((host.heap[0], host.heap[1]), (42, 46f64.to_bits()));
    host.context.limit = start + 63;
    host.context.refill = start + 4096;
    assert_eq!(enter(&mut host), (2, start + 33, 42, sums));
    assert_eq!(host.context.slow_allocations, 1);
    host.context.limit = start;
    host.context.refill = 0;
    let (resume, slot, _, _) = enter(&mut host);
    assert_eq!((resume, slot), (1, 42), "exhausted: the snapshot of the allocation");
}

#[test]
fn the_barrier_tests_card_and_tag() {
    let mut host = Host::new();
    let mut t = Builder::new(TraceKind::Loop);
    let (object, value) = (t.slot(0), t.slot(1));
    let kept = t.op(Op::Add, object, value);
    t.push(Inst { c: value, ..Inst::unary(Op::Barrier, object) });
    let fixnum = t.int(8);
    t.push(Inst { c: fixnum, ..Inst::unary(Op::Barrier, object) });
    let end = t.snap(2, &[kept]);
    let entry = host.compile(&t.leave(end)).entry;
    let heap = host.heap.as_ptr() as u64;
    let card = ((heap + 64) >> 4) - (heap >> 4);
    for (armed, value, calls) in [(0, 9, 0), (1, 8, 0), (1, 9, 1)] {
        host.cards[card as usize] = armed;
        (*host.slot(0), *host.slot(1)) = (heap + 65, value);
        host.context.barriers.clear();
        host.enter(entry);
        assert_eq!(*host.slot(0), heap + 65 + value);
        assert_eq!(host.context.barriers, vec![heap + 65; calls]);
    }
}

extern "C" fn plain(a: u64, x: f64, b: u64, y: f64, c: u64) -> u64 {
    scramble();
    a * 100 + b * 10 + c + (x - y) as u64 * 1000
}

extern "C" fn plain_float(x: f64, n: u64) -> f64 {
    scramble();
    x * n as f64
}

extern "C" fn with_context(context: *mut u8, a: u64, b: u64) -> u64 {
    scramble();
    // SAFETY: native code passes the context that the test entered it with.
    unsafe { (*context.cast::<Context>()).calls.push(vec![a, b]) };
    if a == 7 { FAILURE } else { a.wrapping_sub(b) }
}

extern "C" fn with_array(context: *mut u8, arguments: *const u64, count: u64) -> u64 {
    scramble();
    // SAFETY: as above; the array lies in the native frame.
    let arguments = unsafe { std::slice::from_raw_parts(arguments, count as usize) };
    // SAFETY: as above.
    unsafe { (*context.cast::<Context>()).calls.push(arguments.to_vec()) };
    arguments.iter().sum()
}

#[test]
fn calls_of_every_convention() {
    let mut host = Host::new();
    let mut t = Builder::new(TraceKind::Loop);
    let (a, b) = (t.slot(0), t.slot(1));
    let (x, y) = (t.float_slot(2), t.float_slot(3));
    let c = t.op(Op::Add, a, b);
    let z = t.op(Op::FloatAdd, x, y);
    let f = function(plain as *const () as u64, CallConvention::Plain, false, Effects::PURE);
    let first = t.call(f, &[b, z, a, x, c], SnapId::NONE);
    let f = function(plain_float as *const () as u64, CallConvention::Plain, true, Effects::PURE);
    let second = t.call(f, &[z, a], SnapId::NONE);
    let fails = Effects::FAILS.and(Effects::ALLOCATES);
    let out = t.snap(1, &[first, c, z, second]);
    let f = function(with_context as *const () as u64, CallConvention::Context, false, fails);
    let third = t.call(f, &[first, c], out);
    let k = t.int(0x1234_5678_9abc);
    let f = function(with_array as *const () as u64, CallConvention::Array, false, fails);
    let fourth = t.call(f.clone(), &[a, third, k, c, x], out);
    let fifth = t.call(f, &[], SnapId::NONE);
    let f = function(with_context as *const () as u64, CallConvention::Context, false, fails);
    t.call(f, &[a, third], out);
    let end = t.snap(2, &[first, second, third, fourth, fifth, c, z]);
    let entry = host.compile(&t.leave(end)).entry;
    let mut enter = |a: u64| {
        (*host.slot(0), *host.slot(1)) = (a, 5);
        (*host.slot(2), *host.slot(3)) = (1.5f64.to_bits(), 4.0f64.to_bits());
        let exit = host.enter(entry);
        let slots: Vec<u64> = (0..7).map(|slot| *host.slot(slot)).collect();
        (exit, slots, std::mem::take(&mut host.context.calls))
    };
    let first = 500 + 30 + 8 + 4000;
    let sum = 3u64.wrapping_add(first - 8).wrapping_add(0x1234_5678_9abc + 8).wrapping_add(1.5f64.to_bits());
    let (exit, slots, calls) = enter(3);
    assert_eq!(exit.resume, 2);
    assert_eq!(slots, [first, 16.5f64.to_bits(), first - 8, sum, 0, 8, 5.5f64.to_bits()]);
    assert_eq!(calls[0], [first, 8]);
    assert_eq!(calls[1], [3, first - 8, 0x1234_5678_9abc, 8, 1.5f64.to_bits()]);
    assert_eq!((calls[2].len(), &calls[3]), (0, &vec![3, first - 8]));
    // The last call fails: the exit finds everything although all registers were overwritten.
    let (exit, slots, _) = enter(7);
    assert_eq!((exit.resume, exit.exit), (1, 2));
    assert_eq!(slots[..4], [500 + 70 + 12 + 4000, 12, 5.5f64.to_bits(), 38.5f64.to_bits()]);
}

#[test]
fn a_loop_that_calls() {
    let mut host = Host::new();
    let mut t = Builder::new(TraceKind::Loop);
    let (n0, x0, k) = (t.slot(0), t.float_slot(1), t.slot(2));
    let p = t.head(&[n0, x0]);
    let (zero, one) = (t.int(0), t.int(1));
    let out = t.snap(1, &[p[0], p[1]]);
    t.guard_int(p[0], limpet_plugin_api::Condition::Gt, zero, out);
    let f = function(plain_float as *const () as u64, CallConvention::Plain, true, Effects::PURE);
    let product = t.call(f, &[p[1], k], SnapId::NONE);
    let x = t.op(Op::FloatAdd, product, p[1]);
    let n = t.op(Op::Sub, p[0], one);
    t.back(&[n, x]);
    (*host.slot(0), *host.slot(1), *host.slot(2)) = (10, 1.0f64.to_bits(), 2);
    host.run(&t.trace);
    assert_eq!((*host.slot(0), host.float(1)), (0, 3f64.powi(10)));
}
