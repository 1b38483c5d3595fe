//! Typed indexes: a number that names an instruction never names anything else.

use std::fmt;

macro_rules! typed_index {
    ($($name:ident, $letter:literal, $text:literal;)*) => {$(
        #[doc = $text]
        #[repr(transparent)]
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);

        impl $name {
            /// Names nothing.
            pub const NONE: $name = $name(u32::MAX);

            /// From a position in its table.
            pub fn new(index: usize) -> $name {
                debug_assert!(index < u32::MAX as usize);
                $name(index as u32)
            }

            /// The position in its table.
            pub const fn index(self) -> usize {
                self.0 as usize
            }

            /// Whether this is [`Self::NONE`].
            pub const fn is_none(self) -> bool {
                self.0 == u32::MAX
            }

            /// Whether this names something.
            pub const fn is_some(self) -> bool {
                self.0 != u32::MAX
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                if self.is_none() { f.write_str("-") } else { write!(f, concat!($letter, "{}"), self.0) }
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    )*};
}

typed_index! {
    InstId, "i", "Names an instruction: its position in [`super::Trace::insts`].";
    SnapId, "s", "Names a snapshot: its position in [`super::Trace::snapshots`].";
    ExitId, "x", "Names an exit: its position in [`super::Trace::exits`].";
    VirtualId, "v", "Names an object that exits build: its position in [`super::Trace::virtuals`].";
}
