//! Primitives that read.

use super::{
    current::{Current, reason},
    port::Port,
};
use crate::{machine::Machine, primitives, runtime::Raise, value::Word};
use std::io;

/// The port to read from; the console sees first what was written.
pub(super) fn input<'a>(
    machine: &'a mut Machine,
    who: &str,
    argument: Option<&Word>,
    binary: bool,
) -> Result<&'a mut Port, Raise> {
    let word = machine.port_argument(argument, Current::Input);
    let waits =
        machine.port(who, word, true, binary).map(|port| port.is_standard_input() && port.available().is_empty())?;
    if waits {
        // An error of the output is told to whoever writes next.
        let _ = super::flush_all(machine);
    }
    machine.port(who, word, true, binary)
}

fn check<T>(machine: &mut Machine, who: &str, result: io::Result<T>) -> Result<T, Raise> {
    result.map_err(|error| machine.error("file", who, &format!("can't read: {}", reason(&error)), &[]))
}

fn read_char(machine: &mut Machine, who: &str, argument: Option<&Word>, read: bool) -> Result<Word, Raise> {
    let port = input(machine, who, argument, false)?;
    let next = port.peek_char();
    if let (Ok(Some((_, length))), true) = (&next, read) {
        port.advance(*length);
    }
    Ok(check(machine, who, next)?.map_or(Word::EOF, |(c, _)| Word::char(c)))
}

fn read_byte(machine: &mut Machine, who: &str, argument: Option<&Word>, read: bool) -> Result<Word, Raise> {
    let port = input(machine, who, argument, true)?;
    let next = port.peek_byte();
    if let (Ok(Some(_)), true) = (&next, read) {
        port.advance(1);
    }
    Ok(check(machine, who, next)?.map_or(Word::EOF, |byte| Word::fixnum(byte.into())))
}

fn read_line(machine: &mut Machine, argument: Option<&Word>) -> Result<Word, Raise> {
    const WHO: &str = "read-line";
    let port = input(machine, WHO, argument, false)?;
    let found = port.find_line();
    let text = match &found {
        Ok(Some((line, all))) => {
            let bytes = &port.available()[..*line];
            let text = match std::str::from_utf8(bytes) {
                Ok(text) => text.to_owned(),
                Err(_) => String::from_utf8_lossy(bytes).into_owned(),
            };
            port.advance(*all);
            Some(text)
        }
        _ => None,
    };
    check(machine, WHO, found)?;
    Ok(text.map_or(Word::EOF, |text| machine.make_string(&text)))
}

fn read_string(machine: &mut Machine, count: Word, argument: Option<&Word>) -> Result<Word, Raise> {
    const WHO: &str = "read-string";
    let count = machine.index(WHO, count)?;
    let port = input(machine, WHO, argument, false)?;
    let mut text = String::new();
    let mut result = Ok(());
    for _ in 0..count {
        match port.peek_char() {
            Ok(Some((c, length))) => {
                port.advance(length);
                text.push(c);
            }
            Ok(None) => break,
            Err(error) => {
                result = Err(error);
                break;
            }
        }
    }
    // What was read before an error is not lost: the error comes at the next reading.
    if text.is_empty() {
        check(machine, WHO, result)?;
        return Ok(if count == 0 { machine.make_string("") } else { Word::EOF });
    }
    Ok(machine.make_string(&text))
}

fn read_all(machine: &mut Machine, argument: Option<&Word>) -> Result<Word, Raise> {
    const WHO: &str = "read-all-string";
    let port = input(machine, WHO, argument, false)?;
    let result = loop {
        match port.fill() {
            Ok(true) => {}
            Ok(false) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    let text = match &result {
        Ok(()) => {
            let text = String::from_utf8_lossy(port.available()).into_owned();
            let length = port.available().len();
            port.advance(length);
            text
        }
        Err(_) => String::new(),
    };
    check(machine, WHO, result)?;
    Ok(machine.make_string(&text))
}

fn read_bytes(machine: &mut Machine, who: &str, count: Word, argument: Option<&Word>) -> Result<Word, Raise> {
    let count = machine.index(who, count)?;
    let port = input(machine, who, argument, true)?;
    let found = port.require(count);
    let bytes = match &found {
        Ok(there) => {
            let n = count.min(*there);
            let bytes = port.available()[..n].to_vec();
            port.advance(n);
            bytes
        }
        Err(_) => Vec::new(),
    };
    check(machine, who, found)?;
    Ok(if bytes.is_empty() && count > 0 { Word::EOF } else { machine.make_bytevector(&bytes) })
}

fn read_into(machine: &mut Machine, arguments: &[Word]) -> Result<Word, Raise> {
    const WHO: &str = "read-bytevector!";
    let target = machine.bytevector(WHO, arguments[0])?;
    let range = machine.range(WHO, target, target.length(), arguments.get(2..).unwrap_or(&[]))?;
    let read = read_bytes(machine, WHO, Word::fixnum(range.len() as i64), arguments.get(1))?;
    if read == Word::EOF {
        return Ok(Word::EOF);
    }
    let bytes = read.bytes().to_vec();
    machine.bytes_mut(target)[range.start..range.start + bytes.len()].copy_from_slice(&bytes);
    Ok(Word::fixnum(bytes.len() as i64))
}

/// Whether reading would not wait. A console is only known to be ready when input has been fetched.
fn ready(machine: &mut Machine, who: &str, argument: Option<&Word>, binary: bool) -> Result<Word, Raise> {
    let word = machine.port_argument(argument, Current::Input);
    let port = machine.port(who, word, true, binary)?;
    Ok(Word::boolean(!port.is_standard_input() || !port.available().is_empty()))
}

primitives! {
    /// Input.
    pub INPUT:
    "read-char" (0, 1) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        read_char(machine, "read-char", arguments.first(), true)
    };
    "peek-char" (0, 1) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        read_char(machine, "peek-char", arguments.first(), false)
    };
    "read-u8" (0, 1) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| read_byte(machine, "read-u8", arguments.first(), true);
    "peek-u8" (0, 1) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| read_byte(machine, "peek-u8", arguments.first(), false);
    "read-line" (0, 1) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| read_line(machine, arguments.first());
    "read-string" (1, 2) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        // Guile and older code: (read-string port k).
        match arguments {
            [port, count] if port.is_port() => read_string(machine, *count, Some(port)),
            _ => read_string(machine, arguments[0], arguments.get(1)),
        }
    };
    "read-all-string" (0, 1) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| read_all(machine, arguments.first());
    "read-bytevector" (1, 2) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        read_bytes(machine, "read-bytevector", arguments[0], arguments.get(1))
    };
    "read-bytevector!" (1, 4) READS|WRITES|EXTERNAL|ALLOCATES|FAILS => read_into;
    "char-ready?" (0, 1) READS|EXTERNAL|FAILS => |machine, arguments| ready(machine, "char-ready?", arguments.first(), false);
    "u8-ready?" (0, 1) READS|EXTERNAL|FAILS => |machine, arguments| ready(machine, "u8-ready?", arguments.first(), true);
    "unread-char" (1, 2) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        let c = machine.character("unread-char", arguments[0])?;
        input(machine, "unread-char", arguments.get(1), false)?.unread(c.encode_utf8(&mut [0; 4]).as_bytes());
        Ok(Word::UNSPECIFIED)
    };
    "unread-string" (2, 2) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        let text = machine.string("unread-string", arguments[0])?.string_to_rust();
        input(machine, "unread-string", arguments.get(1), false)?.unread(text.as_bytes());
        Ok(Word::UNSPECIFIED)
    };
    "eof-object" (0, 0) PURE => |_, _| Ok(Word::EOF);
    "eof-object?" (1, 1) PURE => |_, arguments| Ok(Word::boolean(arguments[0] == Word::EOF));
}
