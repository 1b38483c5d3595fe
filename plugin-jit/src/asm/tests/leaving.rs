//! Exits that build things, side traces, links, forced exits.

use super::{host::Host, trace::Builder};
use crate::{
    asm::Options,
    ir::{End, ExitId, Field, Inst, InstId, Op, SnapEntry, SnapValue, Target, Type, Virtual, VirtualId},
};
use limpet_plugin_api::{
    ExitState, Representation, TraceKind,
    layout::SlotDirection,
    trace_op::{Access, Condition},
};

fn tagged(slot: i32, value: SnapValue) -> SnapEntry {
    SnapEntry { slot, value, representation: Representation::Tagged }
}

/// Boxes and objects, by an exit or by a link to `link`.
fn builder(link: Option<u32>) -> Builder {
    let mut t = Builder::new(TraceKind::Loop);
    let (a, x, y) = (t.slot(0), t.float_slot(1), t.float_slot(2));
    let (sum, big) = (t.op(Op::Add, a, a), t.op(Op::FloatMul, x, y));
    let half = t.float(0.5);
    let field = |offset, access, value| Field { offset, access, alias: 0, value };
    t.trace.virtuals = vec![
        Virtual {
            bytes: 32,
            tag: 1,
            fields: vec![
                field(-1, Access::I64, SnapValue::Value(sum)),
                field(7, Access::F64, SnapValue::Value(x)),
                field(15, Access::I64, SnapValue::Box(big)),
                field(23, Access::U8, SnapValue::Value(a)),
                field(24, Access::U32, SnapValue::Value(sum)),
            ],
        },
        Virtual {
            bytes: 16,
            tag: 2,
            fields: vec![
                field(-2, Access::I64, SnapValue::Virtual(VirtualId(0))),
                field(6, Access::I64, SnapValue::Virtual(VirtualId(0))),
            ],
        },
    ];
    let entries = vec![
        tagged(0, SnapValue::Virtual(VirtualId(1))),
        tagged(1, SnapValue::Box(x)),
        tagged(2, SnapValue::Box(big)),
        tagged(3, SnapValue::Value(a)),
        tagged(4, SnapValue::Box(half)),
        SnapEntry { slot: 5, value: SnapValue::Value(big), representation: Representation::RawFloat },
        SnapEntry { slot: 6, value: SnapValue::Value(sum), representation: Representation::RawInt },
    ];
    let snap = t.shifted(2, 3, entries);
    t.trace.end = match link {
        Some(target) => End::Link { target: Target::Trace(target), snap },
        None => End::Leave { snap },
    };
    t
}

#[test]
fn exits_and_links_build_boxes_and_objects() {
    for linked in [false, true] {
        for full in [false, true] {
            let mut host = Host::new();
            let mut last = Builder::new(TraceKind::Loop);
            let seen = last.slot(0);
            let end = last.snap(9, &[]);
            let mark = last.raw(20, seen);
            let mark = last.shifted(9, 0, vec![mark]);
            let _ = end;
            let first = host.compile(&last.leave(mark));
            if full {
                host.context.limit = host.context.cursor;
            }
            let entry = host.compile(&builder(linked.then_some(first.trace)).trace).entry;
            *host.slot(0) = 21;
            *host.slot(1) = 1e-250f64.to_bits();
            *host.slot(2) = 1e-40f64.to_bits();
            let exit = host.enter(entry);
            assert_eq!(exit.base, host.address(3));
            assert_eq!((exit.resume, exit.exit), if linked { (9, ExitState::END) } else { (2, ExitState::END) });
            // Two boxes of 16 bytes, then the objects.
            assert_eq!(host.context.boxes, 2);
            assert_eq!(host.context.reserved, if linked && !full { 2 } else { 4 });
            let start = host.heap.as_ptr() as u64;
            assert_eq!([host.heap[1], host.heap[3]], [1e-250f64.to_bits(), (1e-250f64 * 1e-40).to_bits()]);
            assert_eq!(host.heap[4..7], [42, 1e-250f64.to_bits(), start + 17]);
            assert_eq!((host.heap[7] & 0xff, host.heap[7] >> 8 & 0xffff_ffff), (21, 42));
            assert_eq!(host.heap[8..10], [start + 33, start + 33]);
            let half = host.env.layout().float.encode(0.5, 3).expect("immediate");
            let slots: Vec<u64> = (0..7).map(|slot| *host.slot(slot)).collect();
            let product = 1e-250f64 * 1e-40;
            assert_eq!(slots, [start + 66, start + 1, start + 17, 21, half, product.to_bits(), 42]);
            if linked {
                assert_eq!((*host.slot(23), host.context.base), (21, host.address(3)), "the base has moved");
            }
        }
    }
}

#[test]
fn a_link_writes_slots_that_it_reads() {
    let mut host = Host::new();
    let mut t = Builder::new(TraceKind::Procedure);
    // Slots rotate by one on each turn, until slot 3 is zero.
    let slots: Vec<InstId> = (0..3).map(|slot| t.slot(slot)).collect();
    let (n, zero, one) = (t.slot(3), t.int(0), t.int(1));
    let out = t.snap(1, &[]);
    t.guard_int(n, Condition::Gt, zero, out);
    let less = t.op(Op::Sub, n, one);
    let snap = t.snap(0, &[slots[1], slots[2], slots[0], less]);
    t.trace.end = End::Link { target: Target::SelfEntry, snap };
    for slot in 0..3 {
        *host.slot(slot) = slot as u64;
    }
    *host.slot(3) = 4;
    let exit = host.run(&t.trace);
    assert_eq!(exit.resume, 1);
    let got: Vec<u64> = (0..4).map(|slot| *host.slot(slot)).collect();
    assert_eq!(got, [1, 2, 0, 0]);
}

#[test]
fn side_traces_inherit_registers_spills_slots_and_link_back() {
    for direction in [SlotDirection::Up, SlotDirection::Down] {
        let mut host = Host::with(direction, Options { verify: true, ..Options::default() });
        // A loop that counts up and leaves at odd numbers, with many values at the exit, base shifted by 2.
        let mut t = Builder::new(TraceKind::Loop);
        let (i0, odd0, limit) = (t.slot(0), t.slot(1), t.slot(2));
        let x0 = t.float_slot(3);
        let many: Vec<InstId> = (0..16).map(|_| t.op(Op::Add, i0, limit)).collect();
        let p = t.head(&[i0, odd0, x0]);
        let (one, zero) = (t.int(1), t.int(0));
        let done = t.snap(1, &p[..2]);
        t.guard_int(p[0], Condition::Lt, limit, done);
        let i = t.checked(Op::AddChecked, p[0], one, done);
        let x = t.op(Op::FloatAdd, p[2], p[2]);
        let bit = t.op(Op::And, i, one);
        let mut entries = vec![t.raw(0, i), t.raw(1, p[1]), t.raw(3, x), t.raw(4, limit), t.raw(5, one)];
        entries.extend(many.iter().enumerate().map(|(slot, &value)| t.raw(6 + slot as i32, value)));
        let odd = t.shifted(7, 2, entries);
        t.guard_int(bit, Condition::Eq, zero, odd);
        t.back(&[i, p[1], x]);
        let root = host.compile(&t.trace);
        let leaves = t.trace.leaves(odd);
        assert_eq!(root.exits, 3);
        let set = |host: &mut Host| {
            (*host.slot(0), *host.slot(1), *host.slot(2)) = (0, 0, 10);
            *host.slot(3) = 1.0f64.to_bits();
        };
        set(&mut host);
        let exit = host.enter(root.entry);
        assert_eq!((exit.trace, exit.exit, exit.resume, exit.base), (root.trace, 2, 7, host.address(2)));
        assert_eq!((*host.slot(0), host.float(3), *host.slot(21)), (1, 2.0, 10));

        // The side trace counts the odd ones and goes back to the root; slots are relative to the shifted base.
        let mut s = Builder::new(TraceKind::Side);
        s.trace.parent = Some((root.trace, ExitId(2)));
        let inherited: Vec<InstId> = leaves
            .iter()
            .enumerate()
            .map(|(leaf, &id)| {
                s.inherit(leaf as i64, if t.trace.inst(id).ty == Type::Float { Type::Float } else { Type::Int })
            })
            .collect();
        let of = |id: InstId| inherited[leaves.iter().position(|&leaf| leaf == id).expect("a leaf")];
        let hundred = s.int(100);
        let count = s.op(Op::Add, of(p[1]), hundred);
        let again = s.slot(0);
        let out = s.shifted(11, 0, vec![]);
        s.guard_int(again, Condition::Eq, of(limit), out);
        let (thousand, few) = (s.int(1000), s.shifted(12, 0, vec![]));
        s.guard_int(count, Condition::Lt, thousand, few);
        let mut sum = of(many[0]);
        for &value in &many[1..] {
            sum = s.op(Op::Add, sum, of(value));
        }
        let entries = vec![s.raw(-2, of(i)), s.raw(-1, count), s.raw(1, of(x)), s.raw(30, sum)];
        let snap = s.shifted(0, -2, entries);
        s.trace.end = End::Link { target: Target::Trace(root.trace), snap };
        let side = host.compile(&s.trace);
        assert_eq!((side.entry, side.exits), (0, 2));
        set(&mut host);
        let exit = host.enter(root.entry);
        assert_eq!((exit.trace, exit.exit, exit.resume, exit.base), (root.trace, 0, 1, host.address(0)));
        assert_eq!((*host.slot(0), *host.slot(1)), (10, 500));
        let sums: u64 = [7u64].iter().map(|last| 16 * (last + 10)).sum();
        assert_eq!(*host.slot(32), sums, "the values at the exit of the last odd number");

        // A side trace of the side trace, which leaves at once.
        let mut u = Builder::new(TraceKind::Side);
        u.trace.parent = Some((side.trace, ExitId(1)));
        let value = u.slot(0);
        let end = u.raw(3, value);
        let end = u.shifted(13, 1, vec![end]);
        let grandchild = host.compile(&u.leave(end));
        set(&mut host);
        *host.slot(2) = 30;
        let exit = host.enter(root.entry);
        assert_eq!((exit.trace, exit.exit, exit.resume), (grandchild.trace, ExitState::END, 13));
        assert_eq!((exit.base, *host.slot(5)), (host.address(3), 30), "both shifts count");
    }
}

#[test]
fn forced_exits_take_turns() {
    let mut host = Host::with(SlotDirection::Up, Options { force_exits: true, ..Options::default() });
    let mut t = Builder::new(TraceKind::Loop);
    let (i0, limit) = (t.slot(0), t.slot(1));
    let p = t.head(&[i0]);
    let one = t.int(1);
    let done = t.snap(1, &[p[0]]);
    t.guard_int(p[0], Condition::Lt, limit, done);
    let i = t.checked(Op::AddChecked, p[0], one, done);
    let behind = t.snap(5, &[i]);
    t.push(Inst { snap: behind, ..Inst::new(Op::Safepoint) });
    t.back(&[i]);
    let entry = host.compile(&t.trace).entry;
    *host.slot(1) = 1000;
    let mut exits = Vec::new();
    for _ in 0..8 {
        let before = *host.slot(0);
        let exit = host.enter(entry);
        let moved = *host.slot(0) - before;
        exits.push((exit.exit, moved));
        if *host.slot(0) == 1000 {
            *host.slot(0) = 0;
        }
    }
    assert_eq!(exits, [(1, 0), (2, 1), (0, 999), (0, 0), (1, 0), (2, 1), (0, 999), (0, 0)]);
}

#[test]
fn bad_parents_and_targets_are_aborts() {
    let mut host = Host::new();
    let mut t = Builder::new(TraceKind::Side);
    t.trace.parent = Some((0, ExitId(0)));
    let end = t.snap(2, &[]);
    assert!(crate::asm::assemble(&t.leave(end), &mut host.env).is_err());
    let mut t = Builder::new(TraceKind::Procedure);
    let snap = t.snap(2, &[]);
    t.trace.end = End::Link { target: Target::Trace(3), snap };
    assert!(crate::asm::assemble(&t.trace, &mut host.env).is_err());
}
