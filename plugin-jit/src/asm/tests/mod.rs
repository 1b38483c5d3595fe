//! Traces made by hand: [`toy`] shows what the allocator does with them on four registers, as text; the others run
//! them on x86-64 against a host in memory.
//!
//! [`trace`] builds traces with little writing, [`host`] is the host. [`values`]: what instructions compute; [`memory`]:
//! loads, stores, allocation, calls; [`leaving`]: exits, side traces, links; [`random`]: random traces against an
//! evaluator.

mod toy;
mod trace;

#[cfg(all(target_arch = "x86_64", unix))]
mod host;
#[cfg(all(target_arch = "x86_64", unix))]
mod leaving;
#[cfg(all(target_arch = "x86_64", unix))]
mod memory;
#[cfg(all(target_arch = "x86_64", unix))]
mod random;
#[cfg(all(target_arch = "x86_64", unix))]
mod values;
