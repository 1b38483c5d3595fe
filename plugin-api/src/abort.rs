//! Why a trace was given up: a table that both sides share. An abort is never an error of the program.

use abi_stable::{StableAbi, std_types::RString};

macro_rules! abort_reasons {
    ($($name:ident = $number:literal, $permanent:literal, $text:literal;)*) => {
        /// A reason. Open-ended like [`crate::OpCode`].
        #[repr(transparent)]
        #[derive(StableAbi, Clone, Copy, PartialEq, Eq, Hash)]
        pub struct AbortReason(pub u16);

        #[allow(non_upper_case_globals)]
        impl AbortReason {
            $(#[doc = $text] pub const $name: AbortReason = AbortReason($number);)*

            /// Every reason of this version.
            pub const ALL: &'static [AbortReason] = &[$(AbortReason::$name),*];

            /// The name in the table.
            pub const fn name(self) -> &'static str {
                match self.0 { $($number => stringify!($name),)* _ => "Unknown" }
            }

            /// One sentence.
            pub const fn text(self) -> &'static str {
                match self.0 { $($number => $text,)* _ => "a reason of a later version" }
            }

            /// Whether trying again from the same place is pointless.
            pub const fn is_permanent(self) -> bool {
                match self.0 { $($number => $permanent,)* _ => false }
            }
        }
    };
}

abort_reasons! {
    TraceTooLong = 0, false, "the recording exceeds `maxtrace` operations";
    TooManySnapshots = 1, false, "the recording exceeds `maxsnap` snapshots";
    Unsupported = 2, false, "an instruction that can't be recorded";
    InnerLoop = 3, false, "an inner loop was entered that should be compiled first";
    LeavesLoop = 4, false, "the recorded loop was left before it came round";
    UnrollLimit = 5, false, "a loop or recursion was unrolled too often";
    Raised = 6, false, "the program raised a condition while it was recorded";
    StackSwitched = 7, false, "the stack was captured, reinstated or grown while recording";
    CalledBack = 8, false, "a primitive re-entered the virtual machine";
    Detached = 9, false, "the plugin was detached while recording";
    TooDeep = 10, false, "the trace spans too many slots";
    UnknownOperation = 16, true, "the recording has an operation that the plugin does not know";
    Malformed = 17, true, "the recording breaks a rule of the contract";
    CodeMemory = 18, false, "the code cache is full";
    TooComplex = 19, true, "an operand does not fit the machine's encodings or the trace frame";
    TypeUnstable = 20, false, "a loop-carried value changes its type";
    Internal = 21, true, "the compiler failed; this is a defect of the plugin";
}

impl std::fmt::Debug for AbortReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// A trace given up, with what is known of the cause.
#[repr(C)]
#[derive(StableAbi, Clone, Debug, PartialEq, Eq)]
pub struct Abort {
    /// The reason.
    pub reason: AbortReason,
    /// Details for dumps; may be empty.
    pub detail: RString,
}

impl Abort {
    /// An abort with a detail.
    pub fn new(reason: AbortReason, detail: impl Into<String>) -> Abort {
        Abort { reason, detail: RString::from(detail.into()) }
    }
}

impl std::fmt::Display for Abort {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}: {}", self.reason, self.reason.text())?;
        if !self.detail.is_empty() {
            write!(f, " ({})", self.detail)?;
        }
        Ok(())
    }
}
