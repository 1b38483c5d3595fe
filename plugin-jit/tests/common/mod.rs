//! A host layout for tests: three tag bits, fixnums 0, pairs 1, vectors 2, floats 3 and 4 (the common exponents), other
//! objects 5, constants 6.

use abi_stable::std_types::RVec;
use limpet_plugin_api::layout::{
    AliasClass, AllocLayout, BarrierLayout, ContextLayout, EntryConvention, FloatTemplate, HostLayout, SlotDirection,
};

/// Alias classes by name and whether they are immutable.
pub const CLASSES: [(&str, bool); 4] = [("pair", false), ("vector", false), ("header", true), ("box", false)];

/// The layout. Addresses of functions are 0: nothing here runs.
pub fn layout() -> HostLayout {
    let classes = CLASSES.iter().map(|&(name, immutable)| AliasClass { name: name.into(), immutable });
    HostLayout {
        host: "test".into(),
        direction: SlotDirection::Up,
        entry: EntryConvention::CCall,
        tag_bits: 3,
        pointer_tags: 1 << 1 | 1 << 2 | 1 << 5,
        failure_word: u64::MAX,
        float: FloatTemplate { rotate: 4, add: 0, tags: 1 << 3 | 1 << 4, box_slow: 0 },
        alloc: AllocLayout { cursor: 0, limit: 8, granule: 16, max_inline: 1024, slow: 0, reserve: 0 },
        barrier: BarrierLayout { table: 16, shift: 9, armed: 1, slow: 0 },
        context: ContextLayout { base: 24, stack_limit: 32, safepoint: 40 },
        alias_classes: classes.collect::<RVec<_>>(),
    }
}
