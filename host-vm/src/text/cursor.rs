//! A place in a text that moves forward, and the characters that end a token.
//!
//! Line and column are not counted with every step: [`Cursor::position_of`] counts from the place where it was last
//! asked. Each byte is so counted once, in one simple loop, and no other code has to know about line ends.

use super::error::SyntaxError;
use crate::bytecode::code::Position;

/// What a byte of the text is to the lexer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Part of a symbol, a number or what follows a `#`.
    Word,
    /// White space.
    Space,
    /// Ends a word and begins another token.
    Delimiter,
    /// Part of a character outside ASCII: white space or part of a word.
    Wide,
    /// A control character, of no use outside strings.
    Control,
}

static CLASSES: [Class; 256] = classes();

const fn classes() -> [Class; 256] {
    let mut classes = [Class::Word; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c => Class::Space,
            b'(' | b')' | b'[' | b']' | b'"' | b';' | b'|' => Class::Delimiter,
            0x80..=0xff => Class::Wide,
            0..=0x1f | 0x7f => Class::Control,
            _ => Class::Word,
        };
        byte += 1;
    }
    classes
}

/// What a byte is to the lexer.
pub(super) fn class(byte: u8) -> Class {
    CLASSES[byte as usize]
}

/// The bytes of a text from which a word begins at `start`: everything up to a delimiter, white space or the end.
fn word_end(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let mut end = start;
    while let Some(&byte) = bytes.get(end) {
        match class(byte) {
            Class::Word => end += 1,
            Class::Wide => match text[end..].chars().next() {
                Some(character) if !character.is_whitespace() => end += character.len_utf8(),
                _ => break,
            },
            Class::Space | Class::Delimiter | Class::Control => break,
        }
    }
    end
}

/// Whether the lexer takes the whole of a text as one word.
pub(super) fn is_word(text: &str) -> bool {
    !text.is_empty() && word_end(text, 0) == text.len()
}

/// A place in a text.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    offset: usize,
    /// Where the last position was counted, always at or before `offset`.
    counted: usize,
    /// Line and column of `counted`.
    position: Position,
    /// Whether an error came from the end of the text, so that more text could mend it.
    truncated: bool,
}

impl<'a> Cursor<'a> {
    /// The beginning of a text; a byte order mark is not part of it.
    pub(super) fn new(source: u32, text: &'a str) -> Cursor<'a> {
        let offset = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Cursor { text, offset, counted: offset, position: Position { source, line: 1, column: 1 }, truncated: false }
    }

    /// Offset in bytes from the beginning of the text.
    pub(super) fn offset(&self) -> usize {
        self.offset
    }

    /// The text ahead.
    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.offset..]
    }

    /// The text from an offset up to here.
    pub(super) fn since(&self, offset: usize) -> &'a str {
        &self.text[offset..self.offset]
    }

    /// The next byte.
    pub(super) fn peek(&self) -> Option<u8> {
        self.peek_at(0)
    }

    /// The byte some bytes ahead.
    pub(super) fn peek_at(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.offset + ahead).copied()
    }

    /// Moves on by some bytes, which the caller has looked at.
    pub(super) fn advance(&mut self, bytes: usize) {
        self.offset += bytes;
    }

    /// Moves on to the first byte that fits, or to the end.
    pub(super) fn advance_to(&mut self, fits: impl Fn(u8) -> bool) {
        let ahead = &self.text.as_bytes()[self.offset..];
        self.offset += ahead.iter().position(|&byte| fits(byte)).unwrap_or(ahead.len());
    }

    /// The next character, and moves on.
    pub(super) fn next_char(&mut self) -> Option<char> {
        let character = self.rest().chars().next()?;
        self.offset += character.len_utf8();
        Some(character)
    }

    /// The word that begins here; does not move.
    pub(super) fn peek_word(&self) -> &'a str {
        &self.text[self.offset..word_end(self.text, self.offset)]
    }

    /// The word that begins here, possibly empty, and moves on.
    pub(super) fn next_word(&mut self) -> &'a str {
        let word = self.peek_word();
        self.offset += word.len();
        word
    }

    /// Position of the next character.
    pub(super) fn position(&mut self) -> Position {
        self.position_of(self.offset)
    }

    /// Position of an offset at or behind the last one asked for.
    pub(super) fn position_of(&mut self, offset: usize) -> Position {
        debug_assert!(offset >= self.counted, "positions are asked for in order");
        let Position { source, mut line, mut column } = self.position;
        for &byte in &self.text.as_bytes()[self.counted..offset] {
            if byte == b'\n' {
                line += 1;
                column = 1;
            } else {
                // All bytes of a character but its first have the form 10xxxxxx.
                column += u32::from(byte & 0xc0 != 0x80);
            }
        }
        self.counted = offset;
        self.position = Position { source, line, column };
        self.position
    }

    /// An error at an offset at or behind the last one whose position was asked for.
    pub(super) fn error(&mut self, offset: usize, message: impl Into<String>) -> SyntaxError {
        SyntaxError::new(message, self.position_of(offset))
    }

    /// The error that the text ends within, or right after, something; `place` is such as `in the string that begins`.
    pub(super) fn unexpected_end(&mut self, place: &str, begin: Position) -> SyntaxError {
        self.truncated = true;
        let message = format!("unexpected end of file {place} at line {}, column {}", begin.line, begin.column);
        self.error(self.text.len(), message)
    }

    /// Whether an error came from the end of the text.
    pub(super) fn truncated(&self) -> bool {
        self.truncated
    }
}
