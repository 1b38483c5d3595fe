//! Layout facts: what a host tells about itself as data, so that a plugin needs none of its headers.
//!
//! All offsets are in bytes from the *context*, one host structure whose address native code keeps in a register.

use abi_stable::{
    StableAbi,
    std_types::{RString, RVec},
};

/// How floats are self-tagged (Melançon, Serrano, Feeley 2025): `word = rotate_left(bits, rotate) + add`, and the word is
/// an immediate float iff its low tag bits are in `tags`. Other floats live in heap boxes that `box_slow` makes.
#[repr(C)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq)]
pub struct FloatTemplate {
    /// Bits to rotate left.
    pub rotate: u8,
    /// Added after the rotation, wrapping.
    pub add: u64,
    /// Set of low tag values, as bits, that mean "immediate float".
    pub tags: u32,
    /// `extern "C" fn(context, f64) -> word`: boxes any float; may collect, does not fail.
    pub box_slow: u64,
}

impl FloatTemplate {
    /// The word for `x`, or `None` if it needs a heap box. `tag_bits` is [`HostLayout::tag_bits`].
    pub fn encode(&self, x: f64, tag_bits: u8) -> Option<u64> {
        let word = x.to_bits().rotate_left(self.rotate as u32).wrapping_add(self.add);
        (self.tags >> (word & ((1 << tag_bits) - 1)) & 1 == 1).then_some(word)
    }

    /// The float in an immediate word.
    pub fn decode(&self, word: u64) -> f64 {
        f64::from_bits(word.wrapping_sub(self.add).rotate_right(self.rotate as u32))
    }
}

/// Inline allocation: `p = cursor; if p + bytes > limit then slow else cursor = p + bytes`.
#[repr(C)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq)]
pub struct AllocLayout {
    /// Offset of the bump cursor.
    pub cursor: i32,
    /// Offset of the limit.
    pub limit: i32,
    /// Sizes are rounded up to this many bytes by the host before they are recorded.
    pub granule: u32,
    /// Objects above this many bytes always take the slow path.
    pub max_inline: u32,
    /// `extern "C" fn(context, bytes) -> address`: may collect; 0 when memory is exhausted.
    pub slow: u64,
    /// `extern "C" fn(context, bytes) -> address`: for exits that build objects; never collects, never fails.
    pub reserve: u64,
}

/// The write barrier after a store into object `o`: `if table[o >> shift] == armed then slow(context, o)`.
#[repr(C)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq)]
pub struct BarrierLayout {
    /// Offset of the (biased) address of the byte table.
    pub table: i32,
    /// Right shift of the object's word.
    pub shift: u8,
    /// The byte that asks for the slow path.
    pub armed: u8,
    /// `extern "C" fn(context, object word)`.
    pub slow: u64,
}

/// Fields of the context that native code uses.
#[repr(C)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContextLayout {
    /// 64 bits: the base of the running frame, written at every trace entry so that the collector can scan the stack.
    pub base: i32,
    /// 64 bits: slots at or beyond this address must not be written.
    pub stack_limit: i32,
    /// 32 bits: not zero asks running traces to leave at their next safepoint.
    pub safepoint: i32,
}

/// One alias class: stores of one class never change what a load of another reads.
#[repr(C)]
#[derive(StableAbi, Clone, Debug, PartialEq, Eq)]
pub struct AliasClass {
    /// Name for dumps.
    pub name: RString,
    /// Written only while its object is initialized.
    pub immutable: bool,
}

/// How native code is entered and left.
#[repr(u8)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryConvention {
    /// Entered by the C function [`crate::Attached::enter`], which returns at an exit.
    CCall = 0,
}

/// Which way slots are numbered.
#[repr(u8)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotDirection {
    /// Slot n is at `base + 8 n`.
    Up = 0,
    /// Slot n is at `base - 8 n`.
    Down = 1,
}

impl SlotDirection {
    /// Byte offset of a slot from the base.
    pub const fn offset(self, slot: i32) -> i32 {
        match self {
            SlotDirection::Up => slot * 8,
            SlotDirection::Down => -slot * 8,
        }
    }
}

/// Everything a plugin knows of its host.
#[repr(C)]
#[derive(StableAbi, Clone, Debug)]
pub struct HostLayout {
    /// The host's name and version, for dumps.
    pub host: RString,
    /// Direction of slots.
    pub direction: SlotDirection,
    /// Entry and exit.
    pub entry: EntryConvention,
    /// Number of low tag bits of a word.
    pub tag_bits: u8,
    /// Set of tags, as bits, that mean "pointer to a heap object"; words with other tags need no barrier.
    pub pointer_tags: u32,
    /// The word by which a function that [`crate::Effects::FAILS`] says so.
    pub failure_word: u64,
    /// Self-tagged floats.
    pub float: FloatTemplate,
    /// Allocation.
    pub alloc: AllocLayout,
    /// Write barrier.
    pub barrier: BarrierLayout,
    /// Context fields.
    pub context: ContextLayout,
    /// Alias classes, by the numbers that recordings use.
    pub alias_classes: RVec<AliasClass>,
}
