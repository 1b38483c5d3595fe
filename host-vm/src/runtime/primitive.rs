//! What a primitive is, and the macro that declares tables of them.
//!
//! A primitive is written as `fn(&mut Machine, &[Word]) -> Result<Word, Raise>` and called through a generated C
//! function, by the interpreter and by native code alike. A failure is recorded in [`Machine::pending`] and told by
//! [`Word::FAILURE`].
#![allow(unsafe_code)] // The C functions turn the caller's pointer and count into a slice.

use crate::{machine::Machine, value::Word};
use limpet_plugin_api::Effects;

/// A condition that was raised: the object is a heap value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raise(pub Word);

/// How many arguments a procedure takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arity {
    /// Least number.
    pub least: u8,
    /// Most, or [`Arity::ANY`].
    pub most: u8,
}

impl Arity {
    /// No upper bound.
    pub const ANY: u8 = u8::MAX;

    /// Whether `n` arguments are allowed.
    pub const fn accepts(self, n: usize) -> bool {
        n >= self.least as usize && (self.most == Arity::ANY || n <= self.most as usize)
    }
}

/// A primitive's body.
pub type Body = fn(&mut Machine, &[Word]) -> Result<Word, Raise>;

/// The C function of a primitive.
pub type PrimitiveFunction = unsafe extern "C" fn(machine: *mut Machine, arguments: *const Word, count: u64) -> u64;

/// A primitive's declaration.
#[derive(Clone, Copy)]
pub struct Primitive {
    /// Scheme name.
    pub name: &'static str,
    /// Arity; checked by the caller.
    pub arity: Arity,
    /// What it may do; `FAILS` unless it can't.
    pub effects: Effects,
    /// The function.
    pub function: PrimitiveFunction,
}

/// Runs a primitive's body for its C function.
///
/// # Safety
/// `machine` is a live machine that nothing else borrows, and `arguments` points to `count` words.
pub unsafe fn run(machine: *mut Machine, arguments: *const Word, count: u64, body: Body) -> u64 {
    // SAFETY: promised by the caller. The words lie on a stack that does not move while a primitive runs.
    let (machine, arguments) = unsafe { (&mut *machine, std::slice::from_raw_parts(arguments, count as usize)) };
    match body(machine, arguments) {
        Ok(word) => word.0,
        Err(raise) => {
            machine.locate(raise, arguments);
            machine.pending = raise.0;
            Word::FAILURE.0
        }
    }
}

/// Declares a table of primitives:
///
/// ```text
/// primitives! { pub PAIRS:
///     "list-copy" (1, 1) READS|ALLOCATES|FAILS => |machine, arguments| { … Ok(word) };
/// }
/// ```
#[macro_export]
macro_rules! primitives {
    ($(#[$meta:meta])* $vis:vis $table:ident: $($name:literal ($least:literal, $most:expr) $($effect:ident)|+ => $body:expr;)*) => {
        $(#[$meta])*
        $vis const $table: &[$crate::runtime::Primitive] = &[$({
            #[allow(unsafe_code)]
            unsafe extern "C" fn function(
                machine: *mut $crate::machine::Machine,
                arguments: *const $crate::value::Word,
                count: u64,
            ) -> u64 {
                const BODY: $crate::runtime::primitive::Body = $body;
                // SAFETY: called by the interpreter and by native code with a live machine and `count` words.
                unsafe { $crate::runtime::primitive::run(machine, arguments, count, BODY) }
            }
            $crate::runtime::Primitive {
                name: $name,
                arity: $crate::runtime::Arity { least: $least, most: $most },
                effects: limpet_plugin_api::Effects(0 $(| limpet_plugin_api::Effects::$effect.0)+),
                function,
            }
        }),*];
    };
}
