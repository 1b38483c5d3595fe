//! `read`: one datum from a textual port.
//!
//! The reader works on text that is there. A datum that ends before the end of that text is whole; otherwise more is fetched
//! and the reader tries again, with twice the text, until the source ends or (a console) no further line would help.

use super::{
    current::{Current, reason},
    input::input,
    port::Port,
};
use crate::{
    bytecode::code::Position,
    expand::core::DatumId,
    primitives,
    runtime::datum::{self, Strings},
    text::{error::SyntaxError, reader::Reader, tree::Tree},
    value::Word,
};
use std::io;

/// What came of an attempt.
enum Attempt {
    /// A datum, or the end.
    Read(Option<(Tree, DatumId)>),
    /// No datum begins here, whatever follows; the bytes up to the mistake and with it.
    Wrong(SyntaxError, usize),
    /// The system could not read.
    Failed(io::Error),
}

/// Bytes in which a datum is looked for first: most are small, and a port may hold many of them.
const WINDOW: usize = 1 << 10;

fn attempt(port: &mut Port) -> Attempt {
    let (mut ended, mut window) = (false, WINDOW);
    loop {
        let available = port.available();
        let is_whole = available.len() <= window;
        let bytes = &available[..available.len().min(window)];
        let last = ended && is_whole;
        // A character may be cut in two where the text ends, but not before its end.
        let (text, is_valid) = match std::str::from_utf8(bytes) {
            Ok(text) => (text, true),
            Err(error) => {
                let valid = std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or("");
                (valid, error.error_len().is_none() && !last)
            }
        };
        if !text.is_empty() || last || !is_valid {
            let mut tree = Tree::new();
            let mut reader = Reader::new(0, text);
            reader.fold_case(port.folds_case);
            let result = reader.read(&mut tree);
            let (offset, folds_case) = (reader.offset(), reader.folds_case());
            let is_final = last && is_valid || !reader.could_be_mended();
            match result {
                Ok(Some(id)) if offset < text.len() || last => {
                    port.advance(offset);
                    port.folds_case = folds_case;
                    return Attempt::Read(Some((tree, id)));
                }
                Ok(None) if last && is_valid => {
                    port.advance(offset);
                    return Attempt::Read(None);
                }
                Err(error) if is_final => return Attempt::Wrong(error, offset.max(1)),
                _ if !is_valid => {
                    let position = Position { source: 0, line: 1, column: 1 };
                    return Attempt::Wrong(SyntaxError::new("the text is not UTF-8", position), text.len() + 1);
                }
                _ => {}
            }
        }
        if !is_whole {
            window *= 2;
            continue;
        }
        let length = available.len();
        let more =
            if port.is_standard_input() { port.fill() } else { port.require(2 * length + 1).map(|n| n > length) };
        window = window.max(2 * length);
        match more {
            Ok(more) => ended = !more,
            Err(error) => return Attempt::Failed(error),
        }
    }
}

primitives! {
    /// The reader.
    pub READ:
    "read" (0, 1) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        let port = input(machine, "read", arguments.first(), false)?;
        match attempt(port) {
            Attempt::Read(None) => Ok(Word::EOF),
            Attempt::Read(Some((tree, id))) => Ok(datum::value(machine, &tree.data, id, Strings::Mutable)),
            Attempt::Wrong(error, length) => {
                let port = machine.port_argument(arguments.first(), Current::Input);
                machine.runtime.ports.note_misread(port, length);
                Err(machine.error("read", "read", &error.to_string(), &[]))
            }
            Attempt::Failed(error) => Err(machine.error("file", "read", &format!("can't read: {}", reason(&error)), &[])),
        }
    };
}
