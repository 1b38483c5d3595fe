//! What people read: failures with place, line and backtrace, and what plugin is attached.

use super::style::{Paint, Style};
use crate::vm::{Details, Place, TraceLine, Vm};
use limpet_plugin_api::params;
use std::{fmt::Write as _, io::Write};
use unicode_width::UnicodeWidthChar;

/// How many lines of a backtrace are shown from each end.
const FRAMES: usize = 8;

/// Most columns of a source's line that are shown, and how many of them before the caret.
const COLUMNS: usize = 100;
const BEFORE: usize = 60;

/// Columns from one tab stop to the next.
const TAB: usize = 8;

/// Writes a failure: `file:line:column: message`, the line with a caret, what may help, the calls that led there.
pub fn failure(out: &mut impl Write, style: Style, failure: &Details) {
    let mut text = String::new();
    let message = style.paint(Paint::Error, &failure.message);
    match &failure.place {
        Some(place) => {
            let _ = writeln!(text, "{}: {message}", style.paint(Paint::Place, &place.to_string()));
            text += &excerpt(style, place);
        }
        None => {
            let _ = writeln!(text, "{}: {message}", style.paint(Paint::Place, "limpet"));
        }
    }
    if let Some(hint) = &failure.hint {
        let _ = writeln!(text, "  {}", style.paint(Paint::Mark, hint));
    }
    // A single frame says no more than the place does.
    if failure.backtrace.len() > 1 {
        text += &backtrace(style, &failure.backtrace, FRAMES);
    }
    // There is nobody left to tell if standard error is closed.
    let _ = out.write_all(text.as_bytes());
}

/// Writes a warning: `file:line:column: warning: message`, and the line with a caret.
pub fn warning(out: &mut impl Write, style: Style, warning: &Details) {
    let Some(place) = &warning.place else { return };
    let (at, mark) = (style.paint(Paint::Place, &place.to_string()), style.paint(Paint::Mark, "warning:"));
    let _ = write!(out, "{at}: {mark} {}\n{}", warning.message, excerpt(style, place));
}

/// The lines of a backtrace, at most so many from each end.
pub fn backtrace(style: Style, lines: &[TraceLine], shown: usize) -> String {
    let mut text = String::new();
    let count = lines.len();
    for (index, line) in lines.iter().enumerate() {
        if count > 2 * shown && index == shown {
            let _ = writeln!(text, "  {}", style.paint(Paint::Dim, &format!("... {} more lines", count - 2 * shown)));
        }
        if count <= 2 * shown || index < shown || index >= count - shown {
            let _ = writeln!(text, "  {}", style.paint(Paint::Dim, &line.to_string()));
        }
    }
    text
}

/// The line of a place and, below, a caret; both cut to what is near.
fn excerpt(style: Style, place: &Place) -> String {
    let Some(line) = &place.text else { return String::new() };
    let caret = (place.column as usize).saturating_sub(1);
    // Tabs become spaces and other control characters a mark, so that the caret stands where it should.
    let (mut shown, mut width, mut at) = (String::new(), 0, None);
    let mut starts = vec![];
    for (index, c) in line.chars().enumerate() {
        if index == caret {
            at = Some(width);
        }
        starts.push((width, shown.len()));
        match c {
            '\t' => {
                let spaces = TAB - width % TAB;
                shown.extend(std::iter::repeat_n(' ', spaces));
                width += spaces;
            }
            c if c.is_control() => {
                shown.push('\u{fffd}');
                width += 1;
            }
            c => {
                shown.push(c);
                width += c.width().unwrap_or(0);
            }
        }
    }
    let mut at = at.unwrap_or(width);
    if width > COLUMNS {
        let first = at.saturating_sub(BEFORE);
        let begin = starts.iter().find(|(column, _)| *column >= first).copied().unwrap_or((0, 0));
        let end = starts.iter().find(|(column, _)| *column >= begin.0 + COLUMNS).copied();
        let (head, tail) = (if begin.1 > 0 { "…" } else { "" }, if end.is_some() { "…" } else { "" });
        shown = format!("{head}{}{tail}", &shown[begin.1..end.map_or(shown.len(), |(_, byte)| byte)]);
        at = at - begin.0 + head.chars().count();
    }
    let number = place.line.to_string();
    let (bar, blank) = (style.paint(Paint::Dim, "|"), " ".repeat(number.len()));
    let number = style.paint(Paint::Dim, &number);
    let caret = format!("{}{}", " ".repeat(at), style.paint(Paint::Mark, "^"));
    format!(" {number} {bar} {}\n {blank} {bar} {caret}\n", shown.trim_end())
}

/// What `limpet jit` prints.
pub fn plugin(vm: &Vm) -> String {
    let mut text = plugin_summary(vm);
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

/// What plugin is attached.
pub fn plugin_summary(vm: &Vm) -> String {
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
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &str, column: u32) -> String {
        let place = Place { source: "f.scm".into(), line: 12, column, text: Some(line.into()) };
        excerpt(Style::PLAIN, &place)
    }

    #[test]
    fn the_caret_stands_below_the_column() {
        assert_eq!(shown("(car 5)", 1), " 12 | (car 5)\n    | ^\n");
        assert_eq!(shown("\t(car 5)", 2), " 12 |         (car 5)\n    |         ^\n");
        assert_eq!(shown("(日本 (car 5))", 5), " 12 | (日本 (car 5))\n    |       ^\n");
        assert_eq!(shown("(e\u{301} x)", 5), " 12 | (e\u{301} x)\n    |    ^\n");
        assert_eq!(shown("(f", 3), " 12 | (f\n    |   ^\n");
    }

    #[test]
    fn long_lines_are_cut_around_the_caret() {
        let line = format!("{}(car 5){}", "a ".repeat(500), " b".repeat(500));
        let text = shown(&line, 1001);
        let lines: Vec<&str> = text.lines().collect();
        let column = lines[1].chars().position(|c| c == '^').unwrap();
        assert_eq!(lines[0].chars().skip(column).take(7).collect::<String>(), "(car 5)");
        assert!(lines[0].contains('…') && lines[0].chars().count() < 120);
    }
}
