//! Traces made by hand, run against a host in memory (x86-64 only).
//!
//! [`host`] is that host; [`trace`] builds traces with little writing. The tests: [`values`] (what instructions
//! compute), [`memory`] (loads, stores, allocation, calls), [`leaving`] (exits, side traces, links), and [`random`],
//! which compares random traces with an evaluator.

mod host;
mod leaving;
mod memory;
mod random;
mod trace;
mod values;
