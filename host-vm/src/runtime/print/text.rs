//! The external representations of characters, strings and symbols (R7RS 7.1.1).

use crate::text::number;

/// Names of characters.
pub const CHARACTER_NAMES: &[(char, &str)] = &[
    ('\u{7}', "alarm"),
    ('\u{8}', "backspace"),
    ('\u{7f}', "delete"),
    ('\u{1b}', "escape"),
    ('\n', "newline"),
    ('\0', "null"),
    ('\r', "return"),
    (' ', "space"),
    ('\t', "tab"),
];

fn push_hex(c: char, out: &mut String) {
    out.push_str(&format!("{:x}", c as u32));
}

/// Appends `#\c`.
pub fn write_char(c: char, out: &mut String) {
    out.push_str("#\\");
    match CHARACTER_NAMES.iter().find(|(named, _)| *named == c) {
        Some((_, name)) => out.push_str(name),
        None if c.is_control() || c.is_whitespace() || is_invisible(c) => {
            out.push('x');
            push_hex(c, out);
        }
        None => out.push(c),
    }
}

/// Combining marks and format characters: alone they can't be read by eye.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{feff}')
}

/// Appends a string in quotes.
pub fn write_string(text: &str, out: &mut String) {
    quoted(text, '"', out);
}

fn quoted(text: &str, quote: char, out: &mut String) {
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => {
                out.push_str("\\x");
                push_hex(c, out);
                out.push(';');
            }
            c => out.push(c),
        }
    }
    out.push(quote);
}

/// Appends a symbol, between bars if it would not read back otherwise.
pub fn write_symbol(name: &str, out: &mut String) {
    if needs_bars(name) { quoted(name, '|', out) } else { out.push_str(name) }
}

fn needs_bars(name: &str) -> bool {
    name.is_empty()
        || name == "."
        || name.starts_with('#')
        || name.chars().any(|c| c.is_whitespace() || c.is_control() || "()\";'`,|\\".contains(c))
        || name.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'))
            && number::parse(name, 10).is_some()
}
