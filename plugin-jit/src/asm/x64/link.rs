//! Ends of traces: leaving to the interpreter, and going on to the entry of a root trace with all state in memory.
//!
//! A link does inline what an exit does in Rust, in the same order: boxes (the collector may run), objects (it does
//! not), then slots. Intermediate words wait in the frame's argument area, which no call uses at that point.

use super::{
    emit::{Flag, X64Emitter, too_complex},
    forms::Address,
    regs::{BASE, FLOAT_SCRATCH, RSP, SCRATCH},
};
use crate::{
    asm::exits,
    code::{ExitDescription, FrameLayout, Source, table::Object},
    ir::{End, Target, Trace},
    regalloc::{Class, Location, Placed},
};
use dynasmrt::{DynasmApi, DynasmLabelApi, dynasm};
use limpet_plugin_api::{Abort, AbortReason, trace_op::Access};

/// Where a word is while a link is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    /// Where the allocation left it.
    Place(Location),
    /// In a word of the argument area.
    Waiting(Address),
}

/// The pieces of a link.
#[derive(Default)]
struct Pieces {
    boxed: Vec<(u32, Piece)>,
    objects: Vec<Piece>,
    waiting: usize,
}

impl Pieces {
    fn wait(&mut self) -> Result<Address, Abort> {
        if self.waiting == FrameLayout::MAX_ARGUMENTS {
            return Err(too_complex("a link builds too many objects"));
        }
        let disp = FrameLayout::ARGUMENTS + 8 * self.waiting as i32;
        self.waiting += 1;
        Ok(Address { base: RSP, index: None, disp })
    }

    fn piece(&self, link: &ExitDescription, source: Source) -> Option<Piece> {
        match source {
            Source::Leaf(leaf) => link.leaves.get(leaf as usize).map(|&place| Piece::Place(place)),
            Source::Boxed(leaf) => self.boxed.iter().find(|(other, _)| *other == leaf).map(|(_, piece)| *piece),
            Source::Object(object) => self.objects.get(object as usize).copied(),
        }
    }
}

impl X64Emitter<'_> {
    pub(super) fn write_end(&mut self, trace: &Trace, placed: &Placed) -> Result<(), Abort> {
        match trace.end {
            End::Loop => Err(Abort::new(AbortReason::Internal, "a loop without a back edge")),
            End::Leave { .. } => {
                self.exit_if(Flag::Always, self.end_exit());
                Ok(())
            }
            End::Link { target, snap } => {
                let link = exits::one(trace, 0, 0, self.layout, snap, &placed.leaves)?;
                self.write_state(&link)?;
                if link.base_offset != 0 {
                    let moved = Address { base: BASE, index: None, disp: link.base_offset };
                    with_memory!(self.ops, moved, [lea Rq(BASE),] []);
                }
                match (target, self.link) {
                    (Target::SelfEntry, _) => {
                        let entry = self.entry;
                        dynasm!(self.ops ; .arch x64 ; jmp =>entry);
                    }
                    (Target::Trace(_), Some(entry)) => dynasm!(self.ops ; .arch x64 ; jmp extern entry as usize),
                    (Target::Trace(_), None) => return Err(Abort::new(AbortReason::Malformed, "a link to nowhere")),
                }
                Ok(())
            }
        }
    }

    fn write_state(&mut self, link: &ExitDescription) -> Result<(), Abort> {
        let missing = || Abort::new(AbortReason::Internal, "a link's value has no place");
        let mut pieces = Pieces::default();
        let fields = link.objects.iter().flat_map(|object| object.fields.iter().map(|field| field.2));
        for source in link.slots.iter().map(|slot| slot.1).chain(fields) {
            if let Source::Boxed(leaf) = source
                && pieces.piece(link, source).is_none()
            {
                let piece = self.box_leaf(&mut pieces, link.leaves[leaf as usize])?;
                pieces.boxed.push((leaf, piece));
            }
        }
        for object in &link.objects {
            let word = pieces.wait()?;
            self.reserve(object);
            with_memory!(self.ops, word, [mov] QWORD [, Rq(SCRATCH)]);
            for &(offset, access, source) in &object.fields {
                let piece = pieces.piece(link, source).ok_or_else(missing)?;
                self.initialize(Address { base: SCRATCH, index: None, disp: offset }, access, piece)?;
            }
            pieces.objects.push(Piece::Waiting(word));
        }
        // A slot that is read after it was written would give the wrong value: such values wait, too.
        let mut writes = Vec::with_capacity(link.slots.len());
        for &(offset, source) in &link.slots {
            let mut piece = pieces.piece(link, source).ok_or_else(missing)?;
            if let Piece::Place(place @ Location::Slot(slot)) = piece {
                let from = self.layout.direction.offset(slot);
                if from == offset {
                    continue;
                }
                if link.slots.iter().any(|&(other, _)| other == from) {
                    let word = pieces.wait()?;
                    self.store(word, place);
                    piece = Piece::Waiting(word);
                }
            }
            writes.push((offset, piece));
        }
        for (offset, piece) in writes {
            let slot = Address { base: BASE, index: None, disp: offset };
            match piece {
                Piece::Place(place) => self.store(slot, place),
                Piece::Waiting(word) => {
                    with_memory!(self.ops, word, [mov Rq(SCRATCH),] QWORD []);
                    with_memory!(self.ops, slot, [mov] QWORD [, Rq(SCRATCH)]);
                }
            }
        }
        Ok(())
    }

    fn box_leaf(&mut self, pieces: &mut Pieces, place: Location) -> Result<Piece, Abort> {
        if let Location::Constant(bits) = place
            && let Some(word) = self.layout.float.encode(f64::from_bits(bits), self.layout.tag_bits)
        {
            return Ok(Piece::Place(Location::Constant(word)));
        }
        let word = pieces.wait()?;
        self.load_float(FLOAT_SCRATCH, place);
        let thunk = self.thunks.box_float as usize;
        dynasm!(self.ops ; .arch x64 ; call extern thunk);
        with_memory!(self.ops, word, [mov] QWORD [, Rq(SCRATCH)]);
        Ok(Piece::Waiting(word))
    }

    /// Takes memory for an object without a collection; its word is in the scratch register.
    fn reserve(&mut self, object: &Object) {
        let layout = self.layout.alloc;
        let (bytes, tag) = (object.bytes as i32, i32::from(object.tag));
        let (slow, done) = (self.ops.new_dynamic_label(), self.ops.new_dynamic_label());
        if object.bytes <= layout.max_inline {
            let (cursor, limit) = (self.context(layout.cursor), self.context(layout.limit));
            let word = Address { base: SCRATCH, index: None, disp: tag - bytes };
            with_memory!(self.ops, cursor, [mov Rq(SCRATCH),] QWORD []);
            dynasm!(self.ops ; .arch x64 ; add Rq(SCRATCH), bytes);
            with_memory!(self.ops, limit, [cmp Rq(SCRATCH),] QWORD []);
            dynasm!(self.ops ; .arch x64 ; ja =>slow);
            with_memory!(self.ops, cursor, [mov] QWORD [, Rq(SCRATCH)]);
            with_memory!(self.ops, word, [lea Rq(SCRATCH),] []);
            dynasm!(self.ops ; .arch x64 ; jmp =>done);
        }
        let thunk = self.thunks.reserve as usize;
        dynasm!(self.ops ; .arch x64 ; =>slow ; mov Rd(SCRATCH), bytes ; call extern thunk);
        if tag != 0 {
            dynasm!(self.ops ; .arch x64 ; add Rq(SCRATCH), tag);
        }
        dynasm!(self.ops ; .arch x64 ; =>done);
    }

    /// Stores into a new object, whose word is in the scratch register.
    fn initialize(&mut self, field: Address, access: Access, piece: Piece) -> Result<(), Abort> {
        let memory = match piece {
            Piece::Waiting(address) => Some(address),
            Piece::Place(place) => self.address(place),
        };
        match (piece, memory) {
            (Piece::Place(Location::Register(register)), _)
                if register.class() == Class::Int || access.bytes() == 8 =>
            {
                self.store_access(field, access, Location::Register(register))
            }
            (Piece::Place(Location::Constant(bits)), _) if super::select::fits_store(access, bits as i64) => {
                self.store_access(field, access, Location::Constant(bits))
            }
            (Piece::Place(place), _) if access.bytes() == 8 && memory.is_none() => {
                self.load_float(FLOAT_SCRATCH, place);
                with_memory!(self.ops, field, [movsd] QWORD [, Rx(FLOAT_SCRATCH)]);
                Ok(())
            }
            (_, Some(memory)) if access.bytes() == 8 => {
                with_memory!(self.ops, memory, [movsd Rx(FLOAT_SCRATCH),] QWORD []);
                with_memory!(self.ops, field, [movsd] QWORD [, Rx(FLOAT_SCRATCH)]);
                Ok(())
            }
            (_, Some(memory)) => {
                // A narrow field needs a general register: one is lent by the red zone, which nothing else uses here.
                const LENT: u8 = super::regs::RAX;
                dynasm!(self.ops ; .arch x64 ; mov QWORD [rsp - 8], Rq(LENT));
                with_memory!(self.ops, memory, [mov Rq(LENT),] QWORD []);
                let lent = Location::Register(crate::regalloc::Register(LENT));
                self.store_access(field, access, lent)?;
                dynasm!(self.ops ; .arch x64 ; mov Rq(LENT), QWORD [rsp - 8]);
                Ok(())
            }
            _ => Err(too_complex("a narrow field of a float")),
        }
    }
}
