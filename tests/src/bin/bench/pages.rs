//! What ten processes that run one image share of it.

use crate::Result;
use limpet_tests::sharing::{Pages, measure};

/// Least share of an image's read-only pages that are to be shared.
const SHARED: f64 = 0.8;

const PROCESSES: usize = 10;

/// Prints the share for each file that they map, the executable with the standard library's image among them.
pub fn sharing() -> Result<bool> {
    let exe = std::env::current_exe()?;
    println!("read-only pages of {PROCESSES} processes that run one image");
    println!("{:<40} {:>14} {:>12} {:>8}", "file", "in memory, KiB", "shared, KiB", "share");
    let mut kept = false;
    for (path, Pages { resident, shared }) in measure(&exe, PROCESSES)? {
        let share = shared as f64 / resident.max(1) as f64;
        println!("{:<40} {resident:>14} {shared:>12} {:>7.1}%", path, 100.0 * share);
        if path.ends_with(".go") {
            kept = share >= SHARED;
        }
    }
    Ok(kept)
}
