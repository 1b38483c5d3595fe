//! Literals as text, from their records: at most a line, whatever their size and depth.

use crate::{
    object::{
        Image,
        records::{LiteralKind, LiteralRecord, Range},
    },
    text::print,
};
use std::fmt::Write;

/// Characters after which a literal is cut.
const LONGEST: usize = 60;
/// Depth below which parts are cut.
const DEEPEST: usize = 6;

/// A literal on at most a line.
pub(super) fn show(image: &Image, literal: u32) -> String {
    let mut text = String::new();
    write(image, literal, DEEPEST, &mut text);
    if text.chars().count() > LONGEST {
        text = text.chars().take(LONGEST).collect();
        text.push('…');
    }
    text
}

fn write(image: &Image, literal: u32, depth: usize, out: &mut String) {
    if depth == 0 || out.len() > 4 * LONGEST {
        out.push('…');
        return;
    }
    let LiteralRecord { kind, a, b } = image.record(literal as usize);
    let bits = u64::from(a) | u64::from(b) << 32;
    let _ = match LiteralKind::from_number(kind) {
        Some(LiteralKind::Boolean) => write!(out, "{}", if a != 0 { "#t" } else { "#f" }),
        Some(LiteralKind::Integer) => write!(out, "{}", bits as i64),
        Some(LiteralKind::Float) => {
            print::push_float(out, f64::from_bits(bits));
            Ok(())
        }
        Some(LiteralKind::Char) => {
            print::push_character(out, char::from_u32(a).unwrap_or('\u{fffd}'));
            Ok(())
        }
        Some(LiteralKind::String) => {
            print::push_quoted(out, cut(image.text(a)), '"');
            Ok(())
        }
        Some(LiteralKind::Symbol) => {
            print::push_symbol(out, cut(image.text(a)));
            Ok(())
        }
        Some(LiteralKind::Keyword) => write!(out, "#:{}", cut(image.text(a))),
        Some(LiteralKind::Special | LiteralKind::Number) => write!(out, "{}", cut(image.text(a))),
        Some(LiteralKind::Nil) => write!(out, "()"),
        Some(LiteralKind::Reference) => write!(out, "#…#"),
        Some(LiteralKind::Bytevector) => write!(out, "#u8({b} bytes)"),
        Some(LiteralKind::Pair) => {
            list(image, literal, depth, out);
            Ok(())
        }
        Some(LiteralKind::Vector) => {
            out.push_str("#(");
            for (i, &part) in image.numbers(Range { first: a, count: b }).iter().take(LONGEST).enumerate() {
                if i > 0 {
                    out.push(' ');
                }
                write(image, part, depth - 1, out);
            }
            out.push(')');
            Ok(())
        }
        None => write!(out, "?"),
    };
}

fn list(image: &Image, mut literal: u32, depth: usize, out: &mut String) {
    out.push('(');
    for i in 0..LONGEST {
        let record: LiteralRecord = image.record(literal as usize);
        match LiteralKind::from_number(record.kind) {
            Some(LiteralKind::Pair) => {
                if i > 0 {
                    out.push(' ');
                }
                write(image, record.a, depth - 1, out);
                literal = record.b;
            }
            Some(LiteralKind::Nil) => break,
            _ => {
                out.push_str(" . ");
                write(image, literal, depth - 1, out);
                break;
            }
        }
    }
    out.push(')');
}

/// The beginning of a text.
fn cut(text: &str) -> &str {
    let end = text.char_indices().nth(LONGEST).map_or(text.len(), |(end, _)| end);
    &text[..end]
}
