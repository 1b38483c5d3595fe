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

/// A port.
#[derive(Debug)]
pub struct Port {
    /// What it does.
    pub direction: Direction,
    /// Whether it is for bytes, not characters.
    pub binary: bool,
    /// Whether it was not closed.
    pub open: bool,
    /// Whether the reader has just found no datum in what is available.
    pub misread: bool,
    buffer: Vec<u8>,
    position: usize,
}

impl Port {
    fn new(direction: Direction, binary: bool, buffer: Vec<u8>) -> Port {
        Port { direction, binary, open: true, misread: false, buffer, position: 0 }
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

    /// The next byte, not read yet.
    #[inline]
    pub fn peek_byte(&mut self) -> io::Result<Option<u8>> {
        match self.buffer.get(self.position) {
            Some(&byte) => Ok(Some(byte)),
            None => Ok(if self.fill()? { self.available().first().copied() } else { None }),
        }
    }

    /// The next character, not read yet, and its length in bytes. A byte that starts no valid UTF-8 sequence is read as
    /// U+FFFD.
    #[inline]
    pub fn peek_char(&mut self) -> io::Result<Option<(char, usize)>> {
        match self.peek_byte()? {
            Some(byte) if byte < 0x80 => Ok(Some((byte as char, 1))),
            Some(byte) => self.peek_long_char(byte).map(Some),
            None => Ok(None),
        }
    }

    fn peek_long_char(&mut self, first: u8) -> io::Result<(char, usize)> {
        let length = match first {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => 1,
        };
        self.require(length)?;
        let bytes = &self.available()[..length.min(self.available().len())];
        let c = std::str::from_utf8(bytes).ok().and_then(|text| text.chars().next());
        Ok(c.map_or((char::REPLACEMENT_CHARACTER, 1), |c| (c, length)))
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

    /// Takes bytes to be written.
    #[inline]
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.buffer.extend_from_slice(bytes);
        let flush = match self.direction {
            Direction::Output(Sink::Memory) => false,
            Direction::Output(Sink::Error) => true,
            Direction::Output(Sink::Output(true)) => bytes.contains(&b'\n') || self.buffer.len() >= CHUNK,
            _ => self.buffer.len() >= CHUNK,
        };
        if flush { self.flush() } else { Ok(()) }
    }

    /// Writes what was taken.
    pub fn flush(&mut self) -> io::Result<()> {
        let Direction::Output(sink) = &mut self.direction else { return Ok(()) };
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
        result
    }

    /// What a port into memory has taken; `None` for other ports.
    pub fn written(&self) -> Option<&[u8]> {
        matches!(self.direction, Direction::Output(Sink::Memory)).then_some(&self.buffer[..])
    }

    /// Flushes and gives back what the port holds, files too.
    pub fn close(&mut self) -> io::Result<()> {
        if !self.open {
            return Ok(());
        }
        let result = self.flush();
        self.open = false;
        match &mut self.direction {
            Direction::Input(source @ Source::File(_)) => *source = Source::Memory,
            Direction::Output(sink @ Sink::File(_)) => *sink = Sink::Memory,
            _ => {}
        }
        if self.is_input() {
            (self.buffer, self.position) = (Vec::new(), 0);
        }
        result
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        // Nobody is left to tell an error to.
        let _ = self.close();
    }
}
