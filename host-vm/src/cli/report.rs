//! What people read: failures with place, line and backtrace, and what plugin is attached.

use crate::vm::{Failure, Vm};
use limpet_plugin_api::params;
use std::{fmt::Write as _, io::Write};

/// How many frames of a backtrace are shown from each end.
const FRAMES: usize = 10;

/// Writes a failure: `file:line:column: message`, the line with a caret, the calls that led there.
pub fn failure(out: &mut impl Write, failure: &Failure) {
    let mut text = String::new();
    match &failure.place {
        Some(place) => {
            let _ = writeln!(text, "{}:{}:{}: {}", place.source, place.line, place.column, failure.message);
            if let Some(line) = &place.text {
                let number = place.line.to_string();
                let indent: String =
                    line.chars().take(place.column as usize - 1).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
                let _ = writeln!(text, " {number} | {line}\n {} | {indent}^", " ".repeat(number.len()));
            }
        }
        None => {
            let _ = writeln!(text, "limpet: {}", failure.message);
        }
    }
    let count = failure.backtrace.len();
    for (index, frame) in failure.backtrace.iter().enumerate() {
        if count > 2 * FRAMES && index == FRAMES {
            let _ = writeln!(text, "  ... {} more", count - 2 * FRAMES);
        }
        if count <= 2 * FRAMES || index < FRAMES || index >= count - FRAMES {
            let _ = writeln!(text, "  in {frame}");
        }
    }
    // There is nobody left to tell if standard error is closed.
    let _ = out.write_all(text.as_bytes());
}

/// What `limpet jit` prints.
pub fn plugin(vm: &Vm) -> String {
    let mut text = String::new();
    let _ =
        writeln!(text, "host      limpet {}, contract {}", env!("CARGO_PKG_VERSION"), limpet_plugin_api::API_VERSION);
    match vm.plugin_lines() {
        Some(lines) => {
            for line in lines {
                let _ = writeln!(text, "{line}");
            }
        }
        None => text.push_str("plugin    none attached (LIMPET_JIT is not set, or off)\n"),
    }
    text.push_str("\ntunables (LIMPET_JIT_OPTIONS=name=value,...)\n");
    for (name, default, low, high, _, meaning) in params::TABLE {
        let _ = writeln!(text, "  {name:<11} {default:>6}  {meaning} ({low} to {high})");
    }
    text.push_str("  opt            all  Passes: none, all, or -name+name:\n");
    for (name, meaning) in params::PASSES {
        let _ = writeln!(text, "    {name:<8} {meaning}");
    }
    text
}
