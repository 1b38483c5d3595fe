//! `read`: one datum from a textual port.
//!
//! The reader works on text that is there. A datum that ends before the end of that text is whole; otherwise more is fetched
//! and the reader tries again, with twice the text, until the source ends or (a console) no further line would help.

use super::{input::input, port::Port};
use crate::{
    expand::core::DatumId,
    primitives,
    runtime::datum::{self, Strings},
    text::{
        error::SyntaxError,
        reader::{Completeness, Reader, is_complete},
        tree::Tree,
    },
    value::Word,
};
use std::io;

/// What came of an attempt.
enum Attempt {
    /// A datum, or the end.
    Read(Option<(Tree, DatumId)>),
    /// No datum begins here, whatever follows.
    Wrong(SyntaxError),
    /// The system could not read.
    Failed(io::Error),
}

fn attempt(port: &mut Port) -> Attempt {
    let mut ended = false;
    loop {
        let available = port.available();
        let length = available.len();
        // A character may be cut in two where the text ends.
        let valid = match std::str::from_utf8(available) {
            Ok(text) => text,
            Err(error) => std::str::from_utf8(&available[..error.valid_up_to()]).unwrap_or(""),
        };
        if !valid.is_empty() || ended {
            let mut tree = Tree::new();
            let mut reader = Reader::new(0, valid);
            let result = reader.read(&mut tree);
            let offset = reader.offset();
            match result {
                Ok(Some(id)) if offset < valid.len() || ended => {
                    port.advance(offset);
                    port.misread = false;
                    return Attempt::Read(Some((tree, id)));
                }
                Ok(None) if ended => {
                    port.advance(length);
                    return Attempt::Read(None);
                }
                Ok(_) => {}
                Err(error) if ended || is_complete(valid) == Completeness::Invalid => {
                    // A primitive that failed is called again after a trace was left: only the second failure at the same
                    // place takes the text away, so that a program that goes on does not fail there forever.
                    if std::mem::replace(&mut port.misread, true) {
                        port.misread = false;
                        port.advance(length);
                    }
                    return Attempt::Wrong(error);
                }
                Err(_) => {}
            }
        }
        let more =
            if port.is_standard_input() { port.fill() } else { port.require(2 * length + 1).map(|n| n > length) };
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
            Attempt::Wrong(error) => Err(machine.error("read", "read", &error.to_string(), &[])),
            Attempt::Failed(error) => Err(machine.error("file", "read", &format!("can't read: {error}"), &[])),
        }
    };
}
