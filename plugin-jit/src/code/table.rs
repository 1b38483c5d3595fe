//! Exits as data: for every exit of every trace, where its values are and what it writes.

use crate::regalloc::Location;
use limpet_plugin_api::{HostLayout, trace_op::Access};

/// What is written to a slot or a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The bits of a leaf.
    Leaf(u32),
    /// The host's word for a leaf that is a float.
    Boxed(u32),
    /// The word of an object built by this exit.
    Object(u32),
}

/// An object that an exit builds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Size in bytes.
    pub bytes: u32,
    /// Tag of its word.
    pub tag: u8,
    /// Offset from the word, width, and what is stored.
    pub fields: Vec<(i32, Access, Source)>,
}

/// One exit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExitDescription {
    /// The trace.
    pub trace: u32,
    /// The number that the host sees.
    pub exit: u32,
    /// Where the interpreter goes on.
    pub resume: u64,
    /// Bytes by which the base moves.
    pub base_offset: i32,
    /// Where the leaves are, in the order of their snapshot.
    pub leaves: Vec<Location>,
    /// Objects to build; one names only those before it.
    pub objects: Vec<Object>,
    /// Byte offset from the base at entry, and what is written.
    pub slots: Vec<(i32, Source)>,
}

/// All exits of an instance, by the numbers that native code passes.
#[derive(Debug)]
pub struct ExitTable {
    /// The host's layout facts.
    pub layout: HostLayout,
    /// The exits.
    pub exits: Vec<ExitDescription>,
}

/// Most boxes that one exit makes: their words wait on the native stack, where the collector sees them.
pub const MAX_BOXES: usize = 128;

impl ExitDescription {
    /// Number of floats that the exit boxes.
    pub fn boxes(&self) -> usize {
        let fields = self.objects.iter().flat_map(|object| object.fields.iter().map(|field| field.2));
        let all = self.slots.iter().map(|slot| slot.1).chain(fields);
        all.filter(|source| matches!(source, Source::Boxed(_))).count()
    }
}
