//! Loops: the recording goes through the pipeline a second time.
//!
//! The first pass is the *preamble*, one iteration. The second pass begins with the values that the slots have at its
//! end, and becomes the body: what does not depend on a changing slot is common with the preamble, and so stays out of
//! the loop (Ardö, Bolz, Fijałkowski: "Loop-aware optimizations in PyPy's tracing JIT"; LuaJIT's loop optimization).
//! No rule of optimization lives here.
//!
//! A slot that changes is a [`Phi`]. Facts about it must hold in every iteration, so the pass is *optimistic*: it
//! assumes for the phi what is known of the first value, runs the body, and compares with what is known at the end. If
//! an assumption was too strong, it is weakened and the body built again from the state at the loop's head. Assumptions
//! are only ever weakened, in this order:
//!
//! * a slot is invariant; else it is carried,
//! * slots with one value keep one phi; else they part,
//! * a boxed float is carried unboxed, its box is made from the phi where someone wants it; else the word is carried,
//! * known bits, tags and range of the first value; else the join with those of the last,
//! * no store of the body reaches what the preamble knows of a class; else the class is forgotten at the head.
//!
//! All assumptions are true of the first iteration. So a guard that is known to fail in the body fails whenever the
//! body is entered: the types are not stable, and the loop is not worth closing.

use super::{lower::Pass, slots::Slots};
use crate::{
    ir::{End, Inst, InstId, Op, Phi, Trace, Type},
    opt::{Optimizer, Pipeline, facts::Facts},
};
use limpet_plugin_api::{Abort, Effects, HostLayout, Recording, Representation};

/// Bodies built before giving up. Each attempt weakens something; two or three are usual.
const ATTEMPTS: usize = 24;

/// What is assumed of the slots of a group.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Assumption {
    /// They keep the value.
    Invariant,
    /// A phi carries the float in the word.
    Unboxed,
    /// A phi carries the value, of which this is known.
    Carried(Facts),
}

/// Slots that come round with the same value.
#[derive(Clone, Debug)]
struct Group {
    entry: InstId,
    representation: Representation,
    slots: Vec<i32>,
    assumption: Assumption,
}

/// A body and what it was built on.
struct Attempt<'a> {
    pipeline: Pipeline<'a>,
    /// For each group its phi and the phi's entry value.
    phis: Vec<Option<(InstId, InstId)>>,
    /// What slots hold at the end of the body.
    end: Slots,
    marker: usize,
}

/// Appends the body. `None`: the loop can't be closed by phis and should link to its own entry.
pub fn close_loop<'a>(
    preamble: &Pipeline<'a>,
    recording: &Recording,
    first: &Pass,
) -> Result<Option<Pipeline<'a>>, Abort> {
    let written = first.slots_at(recording, recording.end.snap);
    let mut clobbered = vec![false; preamble.layout().alias_classes.len()];
    clobber(preamble.trace(), 0, preamble.layout(), &mut clobbered);
    let mut groups = initial_groups(preamble, &written, &clobbered);
    for _ in 0..ATTEMPTS {
        let mut attempt = build_body(preamble, recording, &groups, &clobbered)?;
        let weaker = clobber(attempt.pipeline.trace(), attempt.marker, preamble.layout(), &mut clobbered);
        let next = judge(&mut attempt, &groups)?;
        match next {
            Verdict::Sound(phis) if !weaker => {
                let trace = attempt.pipeline.trace_mut();
                trace.phis = phis;
                trace.end = End::Loop;
                return Ok(Some(attempt.pipeline));
            }
            Verdict::Sound(_) => {}
            Verdict::Weaker(next) => groups = next,
        }
    }
    Ok(None)
}

fn initial_groups(preamble: &Pipeline, written: &Slots, clobbered: &[bool]) -> Vec<Group> {
    // A slot that was written with what it held is a group too: the body may find that it changes after all.
    let invariant = invariants(preamble.trace(), &written.differing(preamble.trace()), clobbered);
    let mut groups: Vec<Group> = Vec::new();
    for (slot, entry, representation) in written.iter() {
        if let Some(group) =
            groups.iter_mut().find(|group| group.entry == entry && group.representation == representation)
        {
            group.slots.push(slot);
            continue;
        }
        let assumption = if invariant[entry.index()] {
            Assumption::Invariant
        } else if representation == Representation::Tagged && can_unbox(preamble, entry) {
            Assumption::Unboxed
        } else {
            Assumption::Carried(preamble.facts(entry))
        };
        groups.push(Group { entry, representation, slots: vec![slot], assumption });
    }
    groups
}

/// Which values of the preamble the body would compute again.
fn invariants(trace: &Trace, changed: &Slots, clobbered: &[bool]) -> Vec<bool> {
    use crate::ir::Effect;
    let mut invariant: Vec<bool> = Vec::with_capacity(trace.insts.len());
    for inst in &trace.insts {
        let stays = match inst.op {
            Op::SlotRead => changed.get(inst.imm as i32).is_none(),
            Op::Load => !clobbered.get(inst.alias as usize).copied().unwrap_or(true),
            op => op.is_constant() || matches!(op.effect(), Effect::Pure | Effect::Guard),
        };
        let operands = inst.fields().all(|id| invariant[id.index()]);
        invariant.push(stays && operands);
    }
    invariant
}

/// Marks the classes of which stores from `from` on may change what was known before; whether one is new.
fn clobber(trace: &Trace, from: usize, layout: &HostLayout, clobbered: &mut [bool]) -> bool {
    let mut new = false;
    for inst in &trace.insts[from..] {
        match inst.op {
            // A new object is none that was there before.
            Op::Store if trace.inst(inst.a).op == Op::Alloc && inst.a.index() >= from => {}
            Op::Store if !layout.alias_classes[inst.alias as usize].immutable => {
                new |= !std::mem::replace(&mut clobbered[inst.alias as usize], true);
            }
            Op::Call if trace.function(inst).effects.has(Effects::WRITES) => {
                for (class, clobbered) in layout.alias_classes.iter().zip(clobbered.iter_mut()) {
                    new |= !class.immutable && !std::mem::replace(clobbered, true);
                }
            }
            _ => {}
        }
    }
    new
}

/// Whether a word is known to be a float that can be carried unboxed.
fn can_unbox(pipeline: &Pipeline, word: InstId) -> bool {
    let switches = pipeline.switches();
    let floats = pipeline.layout().float.tags as u64;
    // The guards of the body hold for a box because `fold` says so; without it the word is carried.
    switches.fold
        && switches.range
        && (pipeline.inst(word).op == Op::BoxFloat || pipeline.facts(word).tags & !floats == 0)
}

fn build_body<'a>(
    preamble: &Pipeline<'a>,
    recording: &Recording,
    groups: &[Group],
    clobbered: &[bool],
) -> Result<Attempt<'a>, Abort> {
    let mut pipeline = preamble.clone();
    let mut entries = Vec::with_capacity(groups.len());
    for group in groups {
        entries.push(match group.assumption {
            Assumption::Unboxed => pipeline.emit(Inst::unary(Op::UnboxFloat, group.entry))?,
            _ => group.entry,
        });
    }
    let marker = pipeline.trace().insts.len();
    pipeline.enter_loop(clobbered);
    let mut phis = Vec::with_capacity(groups.len());
    for (group, &entry) in groups.iter().zip(&entries) {
        phis.push(match group.assumption {
            Assumption::Invariant => None,
            _ => {
                let ty = pipeline.inst(entry).ty;
                let phi = pipeline.append(Inst { ty, ..Inst::new(Op::Phi) });
                if let Assumption::Carried(facts) = group.assumption
                    && ty == Type::Int
                {
                    pipeline.assume(phi, facts);
                }
                Some((phi, entry))
            }
        });
    }
    let mut heads = Slots::default();
    for (group, phi) in groups.iter().zip(&phis) {
        let head = match (group.assumption, phi) {
            (Assumption::Unboxed, Some((phi, _))) => pipeline.emit(Inst::unary(Op::BoxFloat, *phi))?,
            (_, Some((phi, _))) => *phi,
            (_, None) => group.entry,
        };
        for &slot in &group.slots {
            heads.set(slot, head, group.representation);
        }
    }
    let mut pass = Pass::new(recording, heads);
    pass.run(&mut pipeline, recording)?;
    let end = pass.slots_at(recording, recording.end.snap);
    Ok(Attempt { pipeline, phis, end, marker })
}

enum Verdict {
    Sound(Vec<Phi>),
    Weaker(Vec<Group>),
}

/// Compares what was assumed with what the body leaves.
fn judge(attempt: &mut Attempt, groups: &[Group]) -> Result<Verdict, Abort> {
    let mut next: Vec<Group> = Vec::new();
    let mut phis = Vec::new();
    let mut weaker = false;
    for (group, &phi) in groups.iter().zip(&attempt.phis) {
        // Every slot of a group was set at the head, so the end holds it.
        let mut parts: Vec<(InstId, Group)> = Vec::new();
        for &slot in &group.slots {
            let back = match attempt.end.get(slot) {
                Some((back, _)) => back,
                None => group.entry,
            };
            match parts.iter_mut().find(|(other, _)| *other == back) {
                Some((_, part)) => part.slots.push(slot),
                None => parts.push((back, Group { slots: vec![slot], ..group.clone() })),
            }
        }
        weaker |= parts.len() > 1;
        for (back, mut part) in parts {
            let assumption = weakened(&attempt.pipeline, &part, back);
            weaker |= assumption != part.assumption;
            part.assumption = assumption;
            next.push(part);
            if !weaker && let Some((phi, entry)) = phi {
                phis.push((phi, entry, back, assumption));
            }
        }
    }
    if weaker {
        return Ok(Verdict::Weaker(next));
    }
    let mut result = Vec::with_capacity(phis.len());
    for (phi, entry, back, assumption) in phis {
        let back = match assumption {
            Assumption::Unboxed => attempt.pipeline.emit(Inst::unary(Op::UnboxFloat, back))?,
            _ => back,
        };
        result.push(Phi { phi, entry, back });
    }
    Ok(Verdict::Sound(result))
}

/// The strongest assumption, not stronger than the one made, that the value at the end of the body satisfies.
fn weakened(pipeline: &Pipeline, group: &Group, back: InstId) -> Assumption {
    let carried = || Assumption::Carried(pipeline.facts(group.entry).join(&pipeline.facts(back)));
    let boxed = |id: InstId| pipeline.inst(id).op == Op::BoxFloat;
    let unboxes = can_unbox(pipeline, back) && (boxed(group.entry) || boxed(back));
    match group.assumption {
        Assumption::Invariant if back == group.entry => Assumption::Invariant,
        Assumption::Invariant
            if group.representation == Representation::Tagged && can_unbox(pipeline, group.entry) && unboxes =>
        {
            Assumption::Unboxed
        }
        Assumption::Unboxed if unboxes => Assumption::Unboxed,
        Assumption::Invariant | Assumption::Unboxed => carried(),
        Assumption::Carried(facts) => {
            let last = pipeline.facts(back);
            if pipeline.inst(back).ty != Type::Int || last.implies(&facts) {
                Assumption::Carried(facts)
            } else {
                Assumption::Carried(facts.widen(&last, pipeline.layout().tag_bits))
            }
        }
    }
}
