//! Native code at rest: the memory it lives in, the table of its exits, and what happens when it is left.
//!
//! Nothing here knows instructions; `asm` makes the bytes. What always holds:
//!
//! * A page of code is writable or executable, never both, and the phases are types: [`WritableCode`] is consumed into
//!   [`ExecutableCode`].
//! * Code never moves. Its memory is given back as a whole, when the instance is detached.
//! * An exit's description stays as long as the code: any trace may be left at any of its exits at any time.
//!
//! Read in this order: [`memory`], [`table`] (exits as data), [`leave`] (an exit taken).

pub mod leave;
pub mod memory;
pub mod table;

pub use leave::{FrameLayout, SavedRegisters};
pub use memory::{CodeMemory, ExecutableCode, WritableCode};
pub use table::{ExitDescription, ExitTable, Source};
