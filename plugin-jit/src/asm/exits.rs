//! Exits on their way through the code generator: what the allocator must keep for them, and their final descriptions.
//!
//! Exits are numbered by [`Trace::exits`]. In the instance's table two more follow those of each trace: the failed
//! entry check, which leaves with nothing changed, and the end of a trace that leaves. Both show the host
//! [`ExitState::END`], since no side trace can begin there.

use super::{backend::Target, env::TraceStart};
use crate::{
    code::{
        ExitDescription, Source,
        table::{MAX_BOXES, Object},
    },
    ir::{End, InstId, Op, SnapId, SnapValue, Trace, Type},
    regalloc::{Class, Location, Origin, Placed, Problem},
};
use limpet_plugin_api::{Abort, AbortReason, ExitState, HostLayout, Representation};

/// The allocator's view of a trace.
pub fn problem<'a>(trace: &'a Trace, target: &'a dyn Target, start: &TraceStart) -> Result<Problem<'a>, Abort> {
    let mut classes = Vec::with_capacity(trace.insts.len());
    let mut origins = Vec::with_capacity(trace.insts.len());
    let mut leaves = Vec::with_capacity(trace.insts.len() + 1);
    for inst in &trace.insts {
        classes.push(match inst.ty {
            Type::Int => Some(Class::Int),
            Type::Float => Some(Class::Float),
            Type::None => None,
        });
        origins.push(match inst.op {
            Op::ConstInt | Op::ConstFloat => Origin::Constant(inst.imm as u64),
            Op::SlotRead => Origin::Slot(inst.imm as i32),
            Op::Inherit => match start.inherited.get(inst.imm as usize) {
                Some(place) => Origin::Inherited(*place),
                None => return Err(Abort::new(AbortReason::Malformed, "the parent's exit has no such leaf")),
            },
            _ => Origin::Computed,
        });
        leaves.push(if inst.snap.is_some() { trace.leaves(inst.snap) } else { Vec::new() });
    }
    leaves.push(trace.end_snapshot().map_or_else(Vec::new, |snap| trace.leaves(snap)));
    Ok(Problem {
        classes,
        origins,
        demands: target.select(trace),
        leaves,
        marker: trace.loop_marker().map(InstId::index),
        phis: &trace.phis,
        registers: target.registers(),
    })
}

/// Descriptions of all exits of a trace, in the order of the table.
pub fn describe(
    trace: &Trace,
    id: u32,
    layout: &HostLayout,
    placed: &[&Placed],
) -> Result<Vec<ExitDescription>, Abort> {
    let mut descriptions = Vec::new();
    for exit in trace.exits() {
        let places = placed.iter().find(|step| step.inst == exit.inst).map(|step| step.leaves.as_slice());
        let places = places.ok_or_else(|| Abort::new(AbortReason::Internal, format!("{} has no place", exit.inst)))?;
        descriptions.push(one(trace, id, exit.id.0, layout, exit.snap, places)?);
    }
    descriptions.push(ExitDescription {
        trace: id,
        exit: ExitState::END,
        resume: trace.start,
        base_offset: 0,
        leaves: Vec::new(),
        objects: Vec::new(),
        slots: Vec::new(),
    });
    if let End::Leave { snap } = trace.end {
        let places = placed.last().map_or(&[][..], |step| step.leaves.as_slice());
        descriptions.push(one(trace, id, ExitState::END, layout, snap, places)?);
    }
    Ok(descriptions)
}

/// The source for a snapshot's value; `objects` maps virtual objects to those built here.
fn source(
    trace: &Trace,
    leaves: &[InstId],
    objects: &[u32],
    value: SnapValue,
    representation: Representation,
) -> Source {
    let leaf = |id: InstId| leaves.iter().position(|&leaf| leaf == id).map_or(u32::MAX, |index| index as u32);
    match value {
        // A float in a slot for the host's words can only be meant as its box.
        SnapValue::Value(id) if representation == Representation::Tagged && trace.inst(id).ty == Type::Float => {
            Source::Boxed(leaf(id))
        }
        SnapValue::Value(id) => Source::Leaf(leaf(id)),
        SnapValue::Box(id) => Source::Boxed(leaf(id)),
        SnapValue::Virtual(id) => Source::Object(objects[id.index()]),
    }
}

/// Virtual objects of a snapshot in building order, and for each of the trace's virtuals its position among them.
pub fn objects(trace: &Trace, snap: SnapId) -> (Vec<usize>, Vec<u32>) {
    let mut used = vec![false; trace.virtuals.len()];
    let mut work: Vec<SnapValue> = trace.snapshot(snap).entries.iter().map(|entry| entry.value).collect();
    while let Some(value) = work.pop() {
        if let SnapValue::Virtual(id) = value
            && !std::mem::replace(&mut used[id.index()], true)
        {
            work.extend(trace.virtuals[id.index()].fields.iter().map(|field| field.value));
        }
    }
    let order: Vec<usize> = (0..used.len()).filter(|&index| used[index]).collect();
    let mut numbers = vec![u32::MAX; used.len()];
    for (number, &index) in order.iter().enumerate() {
        numbers[index] = number as u32;
    }
    (order, numbers)
}

/// The description of one exit.
pub fn one(
    trace: &Trace,
    id: u32,
    exit: u32,
    layout: &HostLayout,
    snap: SnapId,
    places: &[Location],
) -> Result<ExitDescription, Abort> {
    let snapshot = trace.snapshot(snap);
    let leaves = trace.leaves(snap);
    let (order, numbers) = objects(trace, snap);
    let built = order.iter().map(|&index| {
        let object = &trace.virtuals[index];
        let fields = object.fields.iter().map(|field| {
            let representation = match field.access {
                limpet_plugin_api::Access::F64 => Representation::RawFloat,
                _ => Representation::Tagged,
            };
            (field.offset, field.access, source(trace, &leaves, &numbers, field.value, representation))
        });
        Object { bytes: object.bytes, tag: object.tag, fields: fields.collect() }
    });
    let slots = snapshot.entries.iter().map(|entry| {
        let source = source(trace, &leaves, &numbers, entry.value, entry.representation);
        (layout.direction.offset(entry.slot), source)
    });
    let description = ExitDescription {
        trace: id,
        exit,
        resume: snapshot.resume,
        base_offset: layout.direction.offset(snapshot.base_shift),
        leaves: places.to_vec(),
        objects: built.collect(),
        slots: slots.collect(),
    };
    if description.boxes() > MAX_BOXES {
        return Err(Abort::new(AbortReason::TooComplex, "an exit boxes too many floats"));
    }
    Ok(description)
}
