//! What stands between two quotation marks: strings, and symbols between bars.
//!
//! R7RS 6.7 and 7.1.1: mnemonic and hexadecimal escapes in both; in strings, also a backslash before the end of a line,
//! which joins the lines and drops the white space around the end. Guile's escapes of a fixed number of digits are known,
//! too, as far as they can't be R7RS's: `\x1b` with just two digits and no semicolon, `\u03bb`, `\U01d11e`.

use super::character::{escaped, from_hexadecimal};
use super::cursor::Cursor;
use super::error::SyntaxError;
use crate::bytecode::code::Position;

/// Reads the text up to the closing quote and past it; the cursor is at the opening one.
pub(super) fn read_quoted(cursor: &mut Cursor<'_>, quote: u8) -> Result<String, SyntaxError> {
    let begin = cursor.position();
    cursor.advance(1);
    let mut content = String::new();
    loop {
        let start = cursor.offset();
        cursor.advance_to(|byte| byte == quote || byte == b'\\' || byte == b'\r');
        content.push_str(cursor.since(start));
        match cursor.peek() {
            Some(b'\\') if quote == b'"' && joins_lines(cursor.rest()) => skip_line_end(cursor),
            Some(b'\\') => match read_escape(cursor)? {
                Some(character) => content.push(character),
                None => return Err(unfinished(cursor, quote, begin)),
            },
            // Any end of a line stands for a newline, whatever the file was written on.
            Some(b'\r') => {
                cursor.advance(if cursor.peek_at(1) == Some(b'\n') { 2 } else { 1 });
                content.push('\n');
            }
            Some(_) => {
                cursor.advance(1);
                return Ok(content);
            }
            None => return Err(unfinished(cursor, quote, begin)),
        }
    }
}

fn unfinished(cursor: &mut Cursor<'_>, quote: u8, begin: Position) -> SyntaxError {
    let what = if quote == b'"' { "string" } else { "symbol" };
    cursor.unexpected_end(&format!("in the {what} that begins"), begin)
}

/// Reads a backslash and what belongs to it; `None` if the text ends first.
fn read_escape(cursor: &mut Cursor<'_>) -> Result<Option<char>, SyntaxError> {
    let start = cursor.offset();
    cursor.advance(1);
    // Blanks, of which only the end of a line could make something.
    if cursor.rest().trim_start_matches(is_blank).is_empty() {
        return Ok(None);
    }
    let Some(letter) = cursor.next_char() else { return Ok(None) };
    if matches!(letter, 'x' | 'X') {
        let digits_start = cursor.offset();
        cursor.advance_to(|byte| !byte.is_ascii_hexdigit());
        let digits = cursor.since(digits_start);
        if cursor.peek().is_none() {
            return Ok(None);
        }
        if digits.len() == 2 && cursor.peek() != Some(b';') {
            return Ok(from_hexadecimal(digits));
        }
        if digits.is_empty() || cursor.peek() != Some(b';') {
            return Err(cursor.error(start, "a hexadecimal escape has the form \\x3bb;"));
        }
        cursor.advance(1);
        return match from_hexadecimal(digits) {
            Some(character) => Ok(Some(character)),
            None => Err(cursor.error(start, format!("\\x{digits}; is not a Unicode scalar value"))),
        };
    }
    if let 'u' | 'U' = letter {
        let count = if letter == 'u' { 4 } else { 6 };
        let rest = cursor.rest();
        if rest.len() < count {
            return Ok(None);
        }
        let digits = rest.get(..count).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        return match digits.and_then(from_hexadecimal) {
            Some(character) => {
                cursor.advance(count);
                Ok(Some(character))
            }
            None => {
                let what = format!("\\{letter} stands before {count} hexadecimal digits of a Unicode scalar value");
                Err(cursor.error(start, what))
            }
        };
    }
    match escaped(letter) {
        Some(character) => Ok(Some(character)),
        None => Err(cursor.error(start, format!("unknown escape \\{}", letter.escape_debug()))),
    }
}

/// Whether a backslash at the beginning of a text is followed by nothing but white space in its line.
fn joins_lines(text: &str) -> bool {
    text[1..].trim_start_matches(is_blank).starts_with(['\n', '\r'])
}

/// Moves past a backslash, the end of the line and the white space on both sides of it.
fn skip_line_end(cursor: &mut Cursor<'_>) {
    let text = &cursor.rest()[1..];
    let text = text.trim_start_matches(is_blank);
    let text = text.strip_prefix("\r\n").unwrap_or_else(|| &text[1..]);
    let text = text.trim_start_matches(is_blank);
    cursor.advance(cursor.rest().len() - text.len());
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t')
}
