//! Dead code elimination, and the renumbering that every removal needs.
//!
//! What counts is what can be seen: guards, stores, calls with effects, and everything their operands and snapshots
//! reach. A phi is alive only if something else than its own cycle uses it; a new object only if something else than
//! its own initialization does.

use crate::ir::{Effect, InstId, Op, SnapId, SnapValue, Snapshot, Trace, VirtualId};
use limpet_plugin_api::Effects;
use rustc_hash::FxHashMap;

/// Removes what has no use and answers how many instructions that were.
pub fn eliminate(trace: &mut Trace) -> u64 {
    let live = live_instructions(trace);
    let dead = live.iter().filter(|live| !**live).count();
    compact(trace, &live);
    dead as u64
}

/// Whether an instruction is seen from outside, whatever becomes of its result.
fn is_root(trace: &Trace, id: InstId) -> bool {
    let inst = trace.inst(id);
    match inst.op.effect() {
        Effect::Guard | Effect::Marker => true,
        // What is written to an object that nobody uses is not seen.
        Effect::Write => trace.inst(inst.a).op != Op::Alloc,
        Effect::Call => {
            let seen = Effects(Effects::WRITES.0 | Effects::EXTERNAL.0 | Effects::FAILS.0);
            trace.function(inst).effects.0 & seen.0 != 0
        }
        Effect::Input | Effect::Pure | Effect::Read | Effect::Alloc => false,
    }
}

struct Marking<'a> {
    trace: &'a Trace,
    live: Vec<bool>,
    virtuals: Vec<bool>,
    snapshots: Vec<bool>,
    work: Vec<InstId>,
}

impl Marking<'_> {
    fn value(&mut self, id: InstId) {
        if !std::mem::replace(&mut self.live[id.index()], true) {
            self.work.push(id);
        }
    }

    fn snapshot(&mut self, snap: SnapId) {
        if snap.is_none() || std::mem::replace(&mut self.snapshots[snap.index()], true) {
            return;
        }
        let mut values: Vec<SnapValue> = self.trace.snapshot(snap).entries.iter().map(|entry| entry.value).collect();
        while let Some(value) = values.pop() {
            match value {
                SnapValue::Value(id) | SnapValue::Box(id) => self.value(id),
                SnapValue::Virtual(id) => {
                    if !std::mem::replace(&mut self.virtuals[id.index()], true) {
                        values.extend(self.trace.virtuals[id.index()].fields.iter().map(|field| field.value));
                    }
                }
            }
        }
    }
}

fn live_instructions(trace: &Trace) -> Vec<bool> {
    let mut marking = Marking {
        trace,
        live: vec![false; trace.insts.len()],
        virtuals: vec![false; trace.virtuals.len()],
        snapshots: vec![false; trace.snapshots.len()],
        work: Vec::new(),
    };
    // Writes into a new object wait for the object.
    let mut waiting: FxHashMap<InstId, Vec<InstId>> = FxHashMap::default();
    let phis: FxHashMap<InstId, (InstId, InstId)> =
        trace.phis.iter().map(|phi| (phi.phi, (phi.entry, phi.back))).collect();
    for id in trace.ids() {
        if is_root(trace, id) {
            marking.value(id);
        } else if trace.inst(id).op.effect() == Effect::Write {
            waiting.entry(trace.inst(id).a).or_default().push(id);
        }
    }
    if let Some(snap) = trace.end_snapshot() {
        marking.snapshot(snap);
    }
    while let Some(id) = marking.work.pop() {
        let inst = trace.inst(id);
        for operand in trace.operands(inst) {
            marking.value(operand);
        }
        marking.snapshot(inst.snap);
        if let Some(&(entry, back)) = phis.get(&id) {
            marking.value(entry);
            marking.value(back);
        }
        for store in waiting.remove(&id).unwrap_or_default() {
            marking.value(store);
        }
    }
    marking.live
}

/// Keeps the marked instructions and what they name, and numbers everything afresh. Equal snapshots become one.
pub fn compact(trace: &mut Trace, keep: &[bool]) {
    let mut numbers = vec![InstId::NONE; trace.insts.len()];
    for (count, (number, _)) in numbers.iter_mut().zip(keep).filter(|(_, keep)| **keep).enumerate() {
        *number = InstId::new(count);
    }
    let rename = |id: InstId| if id.is_none() { id } else { numbers[id.index()] };
    trace.phis.retain(|phi| keep[phi.phi.index()]);
    for phi in &mut trace.phis {
        phi.phi = rename(phi.phi);
        phi.entry = rename(phi.entry);
        phi.back = rename(phi.back);
    }
    let mut kept = keep.iter();
    trace.insts.retain(|_| kept.next().copied().unwrap_or(false));
    let calls = std::mem::take(&mut trace.calls);
    for inst in &mut trace.insts {
        inst.a = rename(inst.a);
        inst.b = rename(inst.b);
        inst.c = rename(inst.c);
        if inst.op == Op::Call {
            let mut call = calls[inst.imm as usize].clone();
            for argument in &mut call.arguments {
                *argument = rename(*argument);
            }
            inst.imm = trace.calls.len() as i64;
            trace.calls.push(call);
        }
    }
    compact_snapshots(trace, &numbers);
}

fn compact_snapshots(trace: &mut Trace, numbers: &[InstId]) {
    let snapshots = std::mem::take(&mut trace.snapshots);
    let virtuals = std::mem::take(&mut trace.virtuals);
    let mut used = vec![false; virtuals.len()];
    let mut wanted = vec![false; snapshots.len()];
    let named = trace.insts.iter().map(|inst| inst.snap).chain(trace.end_snapshot());
    for snap in named.filter(|snap| snap.is_some()) {
        wanted[snap.index()] = true;
    }
    let mark = |value: SnapValue, used: &mut Vec<bool>| {
        if let SnapValue::Virtual(id) = value {
            used[id.index()] = true;
        }
    };
    for (snapshot, _) in snapshots.iter().zip(&wanted).filter(|(_, wanted)| **wanted) {
        snapshot.entries.iter().for_each(|entry| mark(entry.value, &mut used));
    }
    // An object stands behind those it names.
    for index in (0..virtuals.len()).rev().collect::<Vec<_>>() {
        if used[index] {
            virtuals[index].fields.iter().for_each(|field| mark(field.value, &mut used));
        }
    }
    let mut objects = vec![VirtualId::NONE; virtuals.len()];
    let rename = |value: SnapValue, objects: &[VirtualId]| match value {
        SnapValue::Value(id) => SnapValue::Value(numbers[id.index()]),
        SnapValue::Box(id) => SnapValue::Box(numbers[id.index()]),
        SnapValue::Virtual(id) => SnapValue::Virtual(objects[id.index()]),
    };
    for (index, mut object) in virtuals.into_iter().enumerate() {
        if used[index] {
            object.fields.iter_mut().for_each(|field| field.value = rename(field.value, &objects));
            objects[index] = VirtualId::new(trace.virtuals.len());
            trace.virtuals.push(object);
        }
    }
    let mut equal: FxHashMap<Snapshot, SnapId> = FxHashMap::default();
    let mut states = vec![SnapId::NONE; wanted.len()];
    for (index, mut snapshot) in snapshots.into_iter().enumerate() {
        if wanted[index] {
            snapshot.entries.iter_mut().for_each(|entry| entry.value = rename(entry.value, &objects));
            let next = SnapId::new(trace.snapshots.len());
            states[index] = *equal.entry(snapshot.clone()).or_insert(next);
            if states[index] == next {
                trace.snapshots.push(snapshot);
            }
        }
    }
    let renamed = |snap: SnapId| if snap.is_none() { snap } else { states[snap.index()] };
    for inst in &mut trace.insts {
        inst.snap = renamed(inst.snap);
    }
    match &mut trace.end {
        crate::ir::End::Loop => {}
        crate::ir::End::Link { snap, .. } | crate::ir::End::Leave { snap } => *snap = renamed(*snap),
    }
}
