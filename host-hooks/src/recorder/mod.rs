//! The recorder: turns what an interpreter executes into a [`Recording`], one operation after the other.
//!
//! The host calls [`Recorder::instruction`] before it executes an instruction, then lowers that instruction with the
//! other methods *while or before* it executes it. Within one instruction, in this order: reads and guards, then
//! effects (stores, effectful calls), slot writes and base shifts anywhere. A guard after an effect would let an exit
//! repeat the effect; the recorder notices and gives the trace up ([`Recorder::overflowed`]).
//!
//! * Slots are named relative to the *current* base, and kept relative to the base at trace entry.
//! * All guards of an instruction share one snapshot: the state at the instruction's start. It is made when the
//!   first guard asks, so an instruction that can't exit costs none.
//! * Light folding keeps recordings short and is all the recorder does: constants are shared, a box that is unboxed
//!   again is the float, a tag that was guarded is not guarded again. Everything else is the plugin's.
//!
//! Order to read: this file, `slots` (the model of the stack), [`text`] (how a recording looks).

mod slots;
pub mod text;

use crate::loader::negotiate::OperationSet;
use limpet_plugin_api::{
    AbortReason, Access, Condition, Effects, FunctionRef, OpCode, Recording, Representation, Snapshot, TraceEnd,
    TraceEndKind, TraceKind, TraceOp, ValueRef, params::Tunables, trace_op::ResultType,
};
use rustc_hash::{FxHashMap, FxHashSet};
use slots::{Found, SlotMap};

/// Slots a trace may reach from its base, in either direction.
const MAX_REACH: i32 = 4096;

/// Builds one recording.
pub struct Recorder {
    recording: Recording,
    operations: OperationSet,
    max_ops: usize,
    max_snapshots: usize,
    max_descents: u32,
    slots: SlotMap,
    interned: FxHashMap<(OpCode, u64), ValueRef>,
    functions: FxHashMap<u64, u32>,
    tags: FxHashMap<ValueRef, u32>,
    pinned: FxHashSet<u64>,
    /// Base now, relative to the base at entry.
    base: i32,
    /// Lowest base since somebody asked, and ever.
    low_water: i32,
    lowest: i32,
    descents: u32,
    /// The current host instruction.
    resume: u64,
    start_base: i32,
    top: i32,
    snapshot: Option<u32>,
    has_effects: bool,
    fresh_objects: usize,
    instructions: u32,
    loop_extent: Option<(u64, u64)>,
    trouble: Option<(AbortReason, String)>,
}

impl Recorder {
    pub(crate) fn new(
        kind: TraceKind,
        start: u64,
        origin: String,
        tunables: &Tunables,
        operations: OperationSet,
    ) -> Recorder {
        Recorder {
            recording: Recording {
                kind,
                parent: 0,
                parent_exit: 0,
                origin: origin.into(),
                start,
                extent: 0,
                ops: Default::default(),
                constants: Default::default(),
                arguments: Default::default(),
                functions: Default::default(),
                snapshots: Default::default(),
                snapshot_entries: Default::default(),
                end: TraceEnd { kind: TraceEndKind::Leave, target: 0, snap: 0 },
            },
            operations,
            max_ops: tunables.maxtrace as usize,
            max_snapshots: tunables.maxsnap as usize,
            max_descents: tunables.maxunroll,
            slots: SlotMap::default(),
            interned: FxHashMap::default(),
            functions: FxHashMap::default(),
            tags: FxHashMap::default(),
            pinned: FxHashSet::default(),
            base: 0,
            low_water: 0,
            lowest: 0,
            descents: 0,
            resume: start,
            start_base: 0,
            top: 0,
            snapshot: None,
            has_effects: false,
            fresh_objects: 0,
            instructions: 0,
            loop_extent: None,
            trouble: None,
        }
    }

    pub(crate) fn with_parent(mut self, parent: u32, exit: u32) -> Recorder {
        self.recording.parent = parent;
        self.recording.parent_exit = exit;
        self
    }

    // --- the host's instructions

    /// A host instruction begins at `resume`. Slots at or beyond `top`, relative to the current base, are dead.
    /// Guards until the next call leave with the state as it is *now*.
    pub fn instruction(&mut self, resume: u64, top: i32) {
        self.resume = resume;
        self.start_base = self.base;
        self.top = self.base.saturating_add(top);
        self.snapshot = None;
        self.has_effects = false;
        self.fresh_objects = self.recording.ops.len();
        self.instructions = self.instructions.saturating_add(1);
        self.slots.begin(self.top);
        self.recording.extent = self.recording.extent.max(self.top.max(0) as u32);
        if self.top > MAX_REACH || self.base < -MAX_REACH {
            self.fail(AbortReason::TooDeep, "");
        }
        if let Some((first, last)) = self.loop_extent
            && self.base == 0
            && !(first..=last).contains(&resume)
        {
            self.fail(AbortReason::LeavesLoop, "");
        }
    }

    /// For a host that knows where the recorded loop's instructions lie: `first` and `last` resume address (the jump
    /// target and the backward jump). Leaving them in the loop's own frame then ends the recording with `LeavesLoop`.
    /// Called once, after [`crate::Hooks::hot`] said that a loop is recorded. Without it a recording of a loop's last
    /// iteration goes on through the code behind the loop.
    pub fn set_loop_extent(&mut self, first: u64, last: u64) {
        self.loop_extent = Some((first, last));
    }

    /// Why this recording must be given up, if so. The host asks once for each instruction
    /// ([`crate::Hooks::instruction`] does).
    pub fn overflowed(&self) -> Option<AbortReason> {
        match &self.trouble {
            Some((reason, _)) => Some(*reason),
            None if self.recording.ops.len() > self.max_ops => Some(AbortReason::TraceTooLong),
            None if self.recording.snapshots.len() > self.max_snapshots => Some(AbortReason::TooManySnapshots),
            None => None,
        }
    }

    pub(crate) fn trouble_detail(&self) -> &str {
        self.trouble.as_ref().map_or("", |(_, detail)| detail)
    }

    /// Lets a loop's recording go on although it left the loop.
    pub(crate) fn forgive_leaving(&mut self) {
        self.loop_extent = None;
        self.trouble = None;
    }

    fn fail(&mut self, reason: AbortReason, detail: impl Into<String>) {
        self.trouble.get_or_insert_with(|| (reason, detail.into()));
    }

    /// Where the trace began.
    pub fn kind(&self) -> TraceKind {
        self.recording.kind
    }

    /// The base now, relative to the base at trace entry.
    pub fn base_shift(&self) -> i32 {
        self.base
    }

    /// Operations so far.
    pub fn len(&self) -> usize {
        self.recording.ops.len()
    }

    /// Whether nothing is recorded yet.
    pub fn is_empty(&self) -> bool {
        self.recording.ops.is_empty()
    }

    /// Host instructions so far, the current one included.
    pub fn instructions(&self) -> u32 {
        self.instructions
    }

    pub(crate) fn start(&self) -> u64 {
        self.recording.start
    }

    pub(crate) fn origin(&self) -> &str {
        &self.recording.origin
    }

    /// The lowest base since the last call.
    pub(crate) fn take_low_water(&mut self) -> i32 {
        std::mem::replace(&mut self.low_water, self.base)
    }

    /// Whether the trace has returned from the frame it was entered in.
    pub(crate) fn has_returned(&self) -> bool {
        self.lowest < 0
    }

    // --- slots

    /// The tagged word in a slot, relative to the current base.
    pub fn slot(&mut self, slot: i32) -> ValueRef {
        self.slot_raw(slot, Representation::Tagged)
    }

    /// The value in a slot that the host keeps in the given representation.
    pub fn slot_raw(&mut self, slot: i32, representation: Representation) -> ValueRef {
        let slot = self.base.saturating_add(slot);
        match self.slots.find(slot, representation) {
            Found::Value(value) => return value,
            // Tagged words and raw integers are the same 64 bits; only floats are values of another type.
            Found::Other(value, have) => {
                if have != Representation::RawFloat && representation != Representation::RawFloat {
                    return value;
                }
                self.fail(AbortReason::Malformed, format!("slot {slot} is {have:?}, read as {representation:?}"));
                return value;
            }
            Found::Dead => self.fail(AbortReason::Malformed, format!("slot {slot} was read after it had died")),
            Found::InMemory => {}
        }
        let op = TraceOp { access: representation as u8, imm: slot, ..TraceOp::new(OpCode::SlotRead) };
        let value = self.push(op);
        self.slots.note_read(slot, value, representation);
        value
    }

    /// Puts a tagged word into a slot.
    pub fn set_slot(&mut self, slot: i32, value: ValueRef) {
        self.set_slot_raw(slot, value, Representation::Tagged);
    }

    /// Puts a value into a slot that the host keeps in the given representation.
    pub fn set_slot_raw(&mut self, slot: i32, value: ValueRef, representation: Representation) {
        let slot = self.base.saturating_add(slot);
        let is_float = self.value_type(value) == ResultType::Float;
        if is_float != (representation == Representation::RawFloat) {
            self.fail(
                AbortReason::Malformed,
                format!("slot {slot} as {representation:?} from a value of another type"),
            );
        }
        let source = self.recording.ops.get(value.index());
        let restores =
            source.is_some_and(|op| op.code == OpCode::SlotRead && op.imm == slot && op.access == representation as u8);
        self.slots.write(slot, value, representation, restores);
    }

    /// Moves the base: up for a call, down for a return.
    pub fn shift_base(&mut self, delta: i32) {
        self.base = self.base.saturating_add(delta);
        self.low_water = self.low_water.min(self.base);
        if self.base < self.lowest {
            self.lowest = self.base;
            self.descents += 1;
            if self.recording.kind == TraceKind::Loop {
                self.fail(AbortReason::LeavesLoop, "");
            } else if self.descents > self.max_descents {
                self.fail(AbortReason::UnrollLimit, "returns from a recursion");
            }
        }
    }

    // --- values

    /// A machine integer.
    pub fn const_int(&mut self, value: i64) -> ValueRef {
        self.constant(OpCode::ConstInt, value as u64)
    }

    /// A host word; the host keeps it alive as long as the trace ([`crate::Hooks::visit_words`]).
    pub fn const_word(&mut self, word: u64) -> ValueRef {
        self.pinned.insert(word);
        self.constant(OpCode::ConstWord, word)
    }

    /// A float.
    pub fn const_float(&mut self, value: f64) -> ValueRef {
        self.constant(OpCode::ConstFloat, value.to_bits())
    }

    fn constant(&mut self, code: OpCode, bits: u64) -> ValueRef {
        if let Some(&value) = self.interned.get(&(code, bits)) {
            return value;
        }
        let imm = self.recording.constants.len() as i32;
        self.recording.constants.push(bits);
        let value = self.push(TraceOp { imm, ..TraceOp::new(code) });
        self.interned.insert((code, bits), value);
        value
    }

    /// The bits of a constant, if the value is one.
    pub fn constant_bits(&self, value: ValueRef) -> Option<u64> {
        let op = self.recording.ops.get(value.index())?;
        match op.code {
            OpCode::ConstInt | OpCode::ConstWord | OpCode::ConstFloat => {
                self.recording.constants.get(op.imm as usize).copied()
            }
            _ => None,
        }
    }

    /// The type of a value.
    pub fn value_type(&self, value: ValueRef) -> ResultType {
        match self.recording.ops.get(value.index()) {
            None => ResultType::None,
            Some(op) if op.code == OpCode::Call => match self.recording.functions.get(op.a.index()) {
                Some(function) if function.returns_float => ResultType::Float,
                _ => ResultType::Int,
            },
            Some(op) => op.result(),
        }
    }

    /// An operation of one operand.
    pub fn op1(&mut self, code: OpCode, a: ValueRef) -> ValueRef {
        self.push(TraceOp { a, ..TraceOp::new(code) })
    }

    /// An operation of two operands.
    pub fn op2(&mut self, code: OpCode, a: ValueRef, b: ValueRef) -> ValueRef {
        self.push(TraceOp { a, b, ..TraceOp::new(code) })
    }

    /// An operation that computes and guards: `…Checked`. `b` is [`ValueRef::NONE`] where there is one operand.
    pub fn checked(&mut self, code: OpCode, a: ValueRef, b: ValueRef) -> ValueRef {
        self.push_guard(TraceOp { a, b, ..TraceOp::new(code) })
    }

    /// The host word for a float.
    pub fn box_float(&mut self, value: ValueRef) -> ValueRef {
        match self.recording.ops.get(value.index()) {
            // The word was an immediate float, so boxing its float makes the same word.
            Some(op) if op.code == OpCode::UnboxFloat => op.a,
            _ => self.op1(OpCode::BoxFloat, value),
        }
    }

    /// The float in an immediate word; guards promised the tag.
    pub fn unbox_float(&mut self, word: ValueRef) -> ValueRef {
        self.is_float_box(word).unwrap_or_else(|| self.op1(OpCode::UnboxFloat, word))
    }

    /// The float, if the word was made by `BoxFloat` in this trace: then no guard is needed to unbox it.
    pub fn is_float_box(&self, word: ValueRef) -> Option<ValueRef> {
        self.recording.ops.get(word.index()).filter(|op| op.code == OpCode::BoxFloat).map(|op| op.a)
    }

    // --- guards

    /// Leaves unless the condition holds between two integers.
    pub fn guard_int(&mut self, condition: Condition, a: ValueRef, b: ValueRef) {
        if let (Some(x), Some(y)) = (self.constant_bits(a), self.constant_bits(b))
            && condition.holds_int(x as i64, y as i64)
        {
            return;
        }
        self.push_guard(TraceOp { a, b, access: condition as u8, ..TraceOp::new(OpCode::GuardInt) });
    }

    /// Leaves unless the condition holds between two floats.
    pub fn guard_float(&mut self, condition: Condition, a: ValueRef, b: ValueRef) {
        self.push_guard(TraceOp { a, b, access: condition as u8, ..TraceOp::new(OpCode::GuardFloat) });
    }

    /// Leaves unless the word's low tag bits are in `set` (a bit for each tag).
    pub fn guard_tags(&mut self, a: ValueRef, set: u32) {
        let known = self.tags.get(&a).copied().unwrap_or(u32::MAX);
        if known & !set == 0 {
            return;
        }
        self.push_guard(TraceOp { a, imm: set as i32, ..TraceOp::new(OpCode::GuardTags) });
        self.tags.insert(a, known & set);
    }

    /// Tells the recorder that a word's tag is known to be in `set`, so that guards for it are left out.
    pub fn know_tags(&mut self, a: ValueRef, set: u32) {
        let known = self.tags.entry(a).or_insert(u32::MAX);
        *known &= set;
    }

    /// Leaves unless `a & mask == expected`.
    pub fn guard_masked(&mut self, a: ValueRef, mask: u64, expected: u64) {
        let imm = self.recording.constants.len() as i32;
        self.recording.constants.push(mask);
        self.recording.constants.push(expected);
        self.push_guard(TraceOp { a, imm, ..TraceOp::new(OpCode::GuardMasked) });
    }

    /// Leaves if the host asks running traces to. Hooks record it at the start of root traces by themselves.
    pub fn safepoint(&mut self) {
        let again =
            self.recording.ops.last().is_some_and(|op| op.code == OpCode::Safepoint && Some(op.snap) == self.snapshot);
        if !again {
            self.push_guard(TraceOp::new(OpCode::Safepoint));
        }
    }

    // --- memory and calls

    /// Loads from `base + index + displacement`; `index` may be [`ValueRef::NONE`].
    pub fn load(&mut self, base: ValueRef, index: ValueRef, displacement: i32, access: Access, alias: u8) -> ValueRef {
        let op =
            TraceOp { a: base, b: index, imm: displacement, access: access as u8, alias, ..TraceOp::new(OpCode::Load) };
        self.push(op)
    }

    /// Stores to `base + index + displacement`.
    pub fn store(
        &mut self,
        base: ValueRef,
        index: ValueRef,
        displacement: i32,
        value: ValueRef,
        access: Access,
        alias: u8,
    ) {
        // Initializing an object that this very instruction made can be repeated; other stores can't.
        let is_fresh = base.index() >= self.fresh_objects
            && self.recording.ops.get(base.index()).is_some_and(|op| op.code == OpCode::Alloc);
        self.has_effects |= !is_fresh;
        let op = TraceOp::new(OpCode::Store);
        self.push(TraceOp { a: base, b: index, c: value, imm: displacement, access: access as u8, alias, ..op });
    }

    /// A new object of `bytes` (rounded up to the granule by the host); its word is the address plus `tag`.
    /// The host stores all of its fields next, before anything that may allocate or leave.
    pub fn alloc(&mut self, bytes: u32, tag: u32) -> ValueRef {
        self.push_guard(TraceOp { imm: bytes as i32, a: ValueRef(tag), ..TraceOp::new(OpCode::Alloc) })
    }

    /// The write barrier after `value` was stored into `object`.
    pub fn barrier(&mut self, object: ValueRef, value: ValueRef) {
        self.push(TraceOp { a: object, c: value, ..TraceOp::new(OpCode::Barrier) });
    }

    /// Calls a host function. A call that may fail leaves at the start of this instruction when it does.
    pub fn call(&mut self, function: &FunctionRef, arguments: &[ValueRef]) -> ValueRef {
        let index = *self.functions.entry(function.address).or_insert_with(|| {
            self.recording.functions.push(function.clone());
            self.recording.functions.len() as u32 - 1
        });
        let first = self.recording.arguments.len() as u32;
        self.recording.arguments.extend(arguments.iter().copied());
        let op = TraceOp {
            a: ValueRef(index),
            b: ValueRef(first),
            c: ValueRef(arguments.len() as u32),
            ..TraceOp::new(OpCode::Call)
        };
        let result = match function.effects.has(Effects::FAILS) {
            true => self.push_guard(op),
            false => self.push(op),
        };
        self.has_effects |= function.effects.has(Effects::WRITES) || function.effects.has(Effects::EXTERNAL);
        result
    }

    // --- building

    fn push(&mut self, op: TraceOp) -> ValueRef {
        if !self.operations.has(op.code) {
            self.fail(AbortReason::UnknownOperation, format!("{:?}", op.code));
        }
        let value = ValueRef(self.recording.ops.len() as u32);
        self.recording.ops.push(op);
        value
    }

    fn push_guard(&mut self, op: TraceOp) -> ValueRef {
        if self.has_effects {
            self.fail(AbortReason::Malformed, format!("{:?} after an effect of the same instruction", op.code));
        }
        let snap = self.snapshot_now();
        self.push(TraceOp { snap, ..op })
    }

    /// The snapshot of the state at the start of the current instruction.
    fn snapshot_now(&mut self) -> u32 {
        if let Some(snap) = self.snapshot {
            return snap;
        }
        let first = self.recording.snapshot_entries.len();
        self.slots.entries(self.top, &mut self.recording.snapshot_entries);
        let count = self.recording.snapshot_entries.len() - first;
        let snap = self.recording.snapshots.len() as u32;
        self.recording.snapshots.push(Snapshot {
            resume: self.resume,
            base_shift: self.start_base,
            top: self.top,
            first: first as u32,
            count: count as u32,
        });
        self.snapshot = Some(snap);
        snap
    }

    /// Ends the trace at the start of the current instruction. Returns it with the words it keeps alive.
    /// A trace of kind `Procedure` that comes back to its start at the same base is a loop, whatever made it hot.
    pub(crate) fn finish(mut self, kind: TraceEndKind, target: u32) -> (Recording, Vec<u64>) {
        let snap = self.snapshot_now();
        if kind == TraceEndKind::Loop {
            self.recording.kind = TraceKind::Loop;
        }
        self.recording.end = TraceEnd { kind, target, snap };
        (self.recording, self.pinned.into_iter().collect())
    }

    /// Words that this recording keeps alive.
    pub(crate) fn pinned(&self) -> impl Iterator<Item = u64> {
        self.pinned.iter().copied()
    }
}

#[cfg(test)]
mod tests;
