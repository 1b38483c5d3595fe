//! Layout facts: what this host tells every plugin about itself.

use crate::{
    gc,
    machine::Machine,
    value::{
        Word,
        word::{FLOAT_ADD, FLOAT_ROTATE, FLOAT_TAGS, POINTER_TAGS, TAG_BITS},
    },
};
use limpet_plugin_api::{
    HostLayout,
    layout::{AliasClass, ContextLayout, EntryConvention, FloatTemplate, SlotDirection},
};
use std::mem::offset_of;

macro_rules! alias_classes {
    ($($name:ident = $number:literal, $text:literal, $immutable:literal;)*) => {
        /// Numbers of the alias classes.
        pub mod alias {
            $(#[doc = $text] pub const $name: u8 = $number;)*
        }

        /// Name and whether the class is immutable, by number.
        const ALIAS_CLASSES: &[(&str, bool)] = &[$(($text, $immutable)),*];
        const _: () = {
            let numbers = [$($number),*];
            let mut i = 0;
            while i < numbers.len() {
                assert!(numbers[i] == i);
                i += 1;
            }
        };
    };
}

alias_classes! {
    HEADER = 0, "header", true;
    CAR = 1, "car", false;
    CDR = 2, "cdr", false;
    VECTOR = 3, "vector", false;
    BYTES = 4, "bytes", false;
    STRING = 5, "string", false;
    CHARS = 6, "chars", false;
    RECORD = 7, "record", false;
    RECORD_TYPE = 8, "record-type", true;
    CELL = 9, "cell", false;
    GLOBAL = 10, "global", false;
    CLOSURE = 11, "closure", true;
    FLONUM = 12, "flonum", true;
    VALUES = 13, "values", true;
}

/// The layout facts.
pub fn host_layout() -> HostLayout {
    HostLayout {
        host: concat!("limpet ", env!("CARGO_PKG_VERSION")).into(),
        direction: SlotDirection::Up,
        entry: EntryConvention::CCall,
        tag_bits: TAG_BITS,
        pointer_tags: POINTER_TAGS,
        failure_word: Word::FAILURE.0,
        float: FloatTemplate {
            rotate: FLOAT_ROTATE,
            add: FLOAT_ADD,
            tags: FLOAT_TAGS,
            box_slow: gc::layout::box_float_slow as *const () as u64,
        },
        alloc: gc::layout::alloc_layout(),
        barrier: gc::layout::barrier_layout(),
        context: ContextLayout {
            base: offset_of!(Machine, base) as i32,
            stack_limit: offset_of!(Machine, stack_limit) as i32,
            safepoint: offset_of!(Machine, safepoint) as i32,
        },
        alias_classes: ALIAS_CLASSES
            .iter()
            .map(|&(name, immutable)| AliasClass { name: name.into(), immutable })
            .collect::<Vec<_>>()
            .into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_float_template_encodes_as_words_do() {
        let float = host_layout().float;
        for x in [0.0, -0.0, 1.5, -1e70, 1e300, f64::NAN] {
            assert_eq!(float.encode(x, TAG_BITS), Word::try_float(x).map(|word| word.0), "{x}");
        }
        assert_eq!(float.decode(float.encode(2.75, TAG_BITS).unwrap_or(0)), 2.75);
    }

    #[test]
    fn classes_have_their_numbers() {
        let classes = host_layout().alias_classes;
        assert_eq!(classes[alias::CLOSURE as usize].name, "closure");
        assert!(classes[alias::HEADER as usize].immutable && !classes[alias::CAR as usize].immutable);
    }
}
