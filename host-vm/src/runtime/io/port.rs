//! One port: a buffer before a source of bytes, or behind which a sink of bytes lies.

use super::wait;
use crate::machine::InterruptHandle;
use std::{
    fs::File,
    io::{self, IsTerminal, Read, Write},
};

/// Bytes that are read at a time.
const CHUNK: usize = 1 << 16;

/// Where bytes come from.
#[derive(Debug)]
pub enum Source {
    /// A file.
    File(File),
    /// Standard input. Whoever waits for it can be interrupted by this handle.
    Standard(InterruptHandle),
    /// Nowhere: the buffer is all there is.
    Memory,
}

impl Source {
    /// Whether the program that waits for it shall be interrupted.
    fn is_interrupted(&self) -> bool {
        matches!(self, Source::Standard(interrupts) if interrupts.is_pending())
    }
}

/// Where bytes go.
#[derive(Debug)]
pub enum Sink {
    /// A file.
    File(File),
    /// Standard output; whether that is a terminal.
    Output(bool),
    /// Standard error.
    Error,
    /// Nowhere: the buffer keeps them.
    Memory,
}

/// What a port does.
#[derive(Debug)]
pub enum Direction {
    /// It gives bytes: `buffer[position..]` have been fetched and not been read.
    Input(Source),
    /// It takes bytes: the buffer holds those not written yet.
    Output(Sink),
}

/// Why a sink failed, to be told again.
#[derive(Clone, Copy, Debug)]
struct Failed {
    kind: io::ErrorKind,
    code: Option<i32>,
}

impl Failed {
    fn new(error: &io::Error) -> Failed {
        Failed { kind: error.kind(), code: error.raw_os_error() }
    }

    fn error(self) -> io::Error {
        self.code.map_or_else(|| self.kind.into(), io::Error::from_raw_os_error)
    }
}

/// A port.
#[derive(Debug)]
pub struct Port {
    /// What it does.
    pub direction: Direction,
    /// Whether it is for bytes, not characters.
    pub binary: bool,
    /// Whether it was not closed.
    pub open: bool,
    /// Whether what was written last is no end of a line.
    pub in_line: bool,
    /// Whether the reader has met `#!fold-case`.
    pub folds_case: bool,
    /// The name of its file, for people.
    pub name: Option<String>,
    /// The error of a sink that could not be written to: it stays so.
    failed: Option<Failed>,
    buffer: Vec<u8>,
    position: usize,
}

impl Port {
    fn new(direction: Direction, binary: bool, buffer: Vec<u8>) -> Port {
        Port {
            direction,
            binary,
            open: true,
            in_line: false,
            folds_case: false,
            name: None,
            failed: None,
            buffer,
            position: 0,
        }
    }

    /// A port that reads from a source.
    pub fn input(source: Source, binary: bool) -> Port {
        Port::new(Direction::Input(source), binary, Vec::new())
    }

    /// A port that reads bytes that are there.
    pub fn input_bytes(bytes: Vec<u8>, binary: bool) -> Port {
        Port::new(Direction::Input(Source::Memory), binary, bytes)
    }

    /// A port that writes to a sink.
    pub fn output(sink: Sink, binary: bool) -> Port {
        Port::new(Direction::Output(sink), binary, Vec::new())
    }

    /// Standard output.
    pub fn standard_output() -> Port {
        Port::output(Sink::Output(io::stdout().is_terminal()), false)
    }

    /// Whether it gives bytes.
    pub fn is_input(&self) -> bool {
        matches!(self.direction, Direction::Input(_))
    }

    /// Whether reading it may wait for a person.
    pub fn is_standard_input(&self) -> bool {
        matches!(self.direction, Direction::Input(Source::Standard(_)))
    }

    /// Whether it is standard output.
    pub fn is_standard_output(&self) -> bool {
        matches!(self.direction, Direction::Output(Sink::Output(_)))
    }

    /// What it is, for people: `textual input port "notes.txt"`.
    pub fn describe(&self) -> String {
        let open = if self.open { "" } else { "closed " };
        let kind = if self.binary { "binary" } else { "textual" };
        let direction = if self.is_input() { "input" } else { "output" };
        let name = self.name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
        format!("{open}{kind} {direction} port{name}")
    }

    /// Bytes fetched and not read.
    pub fn available(&self) -> &[u8] {
        &self.buffer[self.position..]
    }

    /// Fetches more bytes; false at the end of the source.
    pub fn fill(&mut self) -> io::Result<bool> {
        let Direction::Input(source) = &mut self.direction else { return Ok(false) };
        self.buffer.drain(..self.position);
        self.position = 0;
        let length = self.buffer.len();
        self.buffer.resize(length + CHUNK, 0);
        let room = &mut self.buffer[length..];
        let read = loop {
            let read = match source {
                Source::File(file) => file.read(room),
                Source::Standard(interrupts) => {
                    wait::for_input(interrupts).and_then(|()| io::stdin().lock().read(room))
                }

                Source::Memory => Ok(0),
            };
            match read {
                Err(error) if error.kind() == io::ErrorKind::Interrupted && !source.is_interrupted() => {}
                read => break read,
            }
        };
        self.buffer.truncate(length + *read.as_ref().unwrap_or(&0));
        Ok(read? > 0)
    }

    /// Fetches until `n` bytes are there or the source ends; how many are there.
    pub fn require(&mut self, n: usize) -> io::Result<usize> {
        while self.available().len() < n && self.fill()? {}
        Ok(self.available().len())
    }

    /// Reads bytes that are there.
    pub fn advance(&mut self, n: usize) {
        self.position += n;
        debug_assert!(self.position <= self.buffer.len());
    }

    /// Puts bytes back before those not read.
    pub fn unread(&mut self, bytes: &[u8]) {
        match self.position.checked_sub(bytes.len()) {
            Some(start) if self.buffer[start..self.position] == *bytes => self.position = start,
            _ => {
                self.buffer.splice(..self.position, bytes.iter().copied());
                self.position = 0;
            }
        }
    }

    /// The next byte, not read yet.
    #[inline]
    pub fn peek_byte(&mut self) -> io::Result<Option<u8>> {
        match self.buffer.get(self.position) {
            Some(&byte) => Ok(Some(byte)),
            None => Ok(if self.fill()? { self.available().first().copied() } else { None }),
        }
    }

    /// The next character, not read yet, and its length in bytes. Each longest sequence of bytes that begins a character
    /// without being one is read as one U+FFFD, as `String::from_utf8_lossy` has it.
    #[inline]
    pub fn peek_char(&mut self) -> io::Result<Option<(char, usize)>> {
        match self.peek_byte()? {
            Some(byte) if byte < 0x80 => Ok(Some((byte as char, 1))),
            Some(_) => self.peek_long_char().map(Some),
            None => Ok(None),
        }
    }

    fn peek_long_char(&mut self) -> io::Result<(char, usize)> {
        self.require(4)?;
        let bytes = &self.available()[..4.min(self.available().len())];
        let (valid, error) = match std::str::from_utf8(bytes) {
            Ok(text) => (text, None),
            Err(error) => (std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or(""), error.error_len()),
        };
        Ok(match valid.chars().next() {
            Some(c) => (c, c.len_utf8()),
            None => (char::REPLACEMENT_CHARACTER, error.unwrap_or(bytes.len())),
        })
    }

    /// The bytes of a line without its end, and how many bytes line and end have; `None` at the end of the source.
    pub fn find_line(&mut self) -> io::Result<Option<(usize, usize)>> {
        let mut searched = 0;
        loop {
            if let Some(at) = self.available()[searched..].iter().position(|&byte| byte == b'\n') {
                let end = searched + at;
                let line = if end > 0 && self.available()[end - 1] == b'\r' { end - 1 } else { end };
                return Ok(Some((line, end + 1)));
            }
            searched = self.available().len();
            if !self.fill()? {
                return Ok((searched > 0).then_some((searched, searched)));
            }
        }
    }

    /// Bytes of memory that a port which keeps what it takes will ask for to take so many bytes more.
    #[inline]
    pub fn growth(&self, bytes: usize) -> usize {
        let length = self.buffer.len() + bytes;
        let keeps = length > self.buffer.capacity() && matches!(self.direction, Direction::Output(Sink::Memory));
        if keeps { 2 * length } else { 0 }
    }

    /// Takes bytes to be written; none if it fails. A sink that has failed stays failed: so a call that is made again, since a
    /// trace was left, fails again.
    #[inline]
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Some(&last) = bytes.last() {
            self.in_line = last != b'\n';
        }
        let flush = match self.direction {
            Direction::Output(Sink::Memory) => {
                self.buffer.extend_from_slice(bytes);
                return Ok(());
            }
            Direction::Output(Sink::Error) => true,
            Direction::Output(Sink::Output(true)) => bytes.contains(&b'\n'),
            _ => false,
        };
        if self.buffer.len() + bytes.len() >= CHUNK || self.failed.is_some() {
            self.flush()?;
        }
        self.buffer.extend_from_slice(bytes);
        if flush || self.buffer.len() >= CHUNK { self.flush() } else { Ok(()) }
    }

    /// Writes what was taken.
    pub fn flush(&mut self) -> io::Result<()> {
        let Direction::Output(sink) = &mut self.direction else { return Ok(()) };
        if let Some(failed) = self.failed {
            return Err(failed.error());
        }
        let result = match sink {
            Sink::File(file) => file.write_all(&self.buffer),
            Sink::Output(_) => {
                let mut out = io::stdout().lock();
                out.write_all(&self.buffer).and_then(|()| out.flush())
            }
            Sink::Error => io::stderr().lock().write_all(&self.buffer),
            Sink::Memory => return Ok(()),
        };
        self.buffer.clear();
        self.failed = result.as_ref().err().map(Failed::new);
        result
    }

    /// What a port into memory has taken; `None` for other ports.
    pub fn written(&self) -> Option<&[u8]> {
        matches!(self.direction, Direction::Output(Sink::Memory)).then_some(&self.buffer[..])
    }

    /// Flushes and gives back what the port holds, files too. A port whose sink has failed stays open: nothing is lost in silence.
    pub fn close(&mut self) -> io::Result<()> {
        if !self.open {
            return Ok(());
        }
        self.flush()?;
        self.open = false;
        match &mut self.direction {
            Direction::Input(source @ Source::File(_)) => *source = Source::Memory,
            Direction::Output(sink @ Sink::File(_)) => *sink = Sink::Memory,
            _ => {}
        }
        if self.is_input() {
            (self.buffer, self.position) = (Vec::new(), 0);
        }
        Ok(())
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        // Nobody is left to tell an error to.
        let _ = self.close();
    }
}
