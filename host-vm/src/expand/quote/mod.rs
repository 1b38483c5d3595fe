//! Data as they stand in programs: `quote`, `quasiquote`, and what data that contain themselves mean for templates.
//!
//! Order to read: [`literal`], [`cycles`], [`quasi`].

pub(super) mod cycles;
mod literal;
mod quasi;
