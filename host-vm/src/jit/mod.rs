//! What this host tells a plugin, and how its interpreter meets native code.
//!
//! Read in this order: [`facts`] (layout as data), [`record`] (phrases of lowering; what each instruction becomes is said
//! beside its meaning in [`crate::interp`]), [`resume`] (hook sites: counting, entering, recording, leaving),
//! [`attach`] (plugins).

pub mod attach;
pub mod facts;
pub mod record;
pub mod resume;
