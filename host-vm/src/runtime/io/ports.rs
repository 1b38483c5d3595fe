//! The table of a machine's ports.
//!
//! Port objects are ordinary garbage; their entries here are freed by a sweep when the table has doubled: after a full
//! collection, an entry whose object was not marked belongs to nobody.

use super::Port;
use crate::{
    machine::Machine,
    runtime::Raise,
    value::{HeapType, Word},
};

/// Entries that are there before the first sweep.
const LEAST: usize = 4096;

/// The ports of a machine.
#[derive(Debug)]
pub struct Ports {
    /// Ports and their heap objects, which this table does not keep alive.
    entries: Vec<Option<(Port, Word)>>,
    free: Vec<usize>,
    standard: [Word; 3],
    threshold: usize,
    /// Bytes of a port in which the reader has found a mistake.
    misread: Option<(usize, usize)>,
}

impl Default for Ports {
    fn default() -> Ports {
        Ports { entries: Vec::new(), free: Vec::new(), standard: [Word::FALSE; 3], threshold: LEAST, misread: None }
    }
}

impl Ports {
    /// Standard input, output and error: roots.
    pub fn standard(&self) -> &[Word] {
        &self.standard
    }

    /// Every port.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Port> {
        self.entries.iter_mut().flatten().map(|(port, _)| port)
    }

    /// What a port object is, for people.
    pub fn describe(&self, object: Word) -> String {
        let entry = self.entries.get(object.field(0).as_fixnum() as usize).and_then(Option::as_ref);
        entry.map_or_else(|| "port".to_owned(), |(port, _)| port.describe())
    }

    /// Notes that the reader has found a mistake in the first bytes that a port has available.
    pub fn note_misread(&mut self, object: Word, bytes: usize) {
        self.misread = Some((object.field(0).as_fixnum() as usize, bytes));
    }

    /// Takes away the text of a mistake, so that the next reading does not meet it again. Called when a primitive has failed for
    /// good: one that fails in a trace is called again by the interpreter, and must fail there in the same way.
    pub fn skip_misread(&mut self) {
        if let Some((index, bytes)) = self.misread.take()
            && let Some(port) = self.get(index)
        {
            port.advance(bytes.min(port.available().len()));
        }
    }

    /// The port with an index from a port object.
    pub fn get(&mut self, index: usize) -> Option<&mut Port> {
        self.entries.get_mut(index)?.as_mut().map(|(port, _)| port)
    }
}

impl Machine {
    /// A port object for a port.
    pub fn open_port(&mut self, port: Port) -> Word {
        let ports = &mut self.runtime.ports;
        if ports.free.is_empty() && ports.entries.len() >= ports.threshold {
            self.sweep_ports();
        }
        let ports = &mut self.runtime.ports;
        let index = ports.free.pop().unwrap_or(ports.entries.len());
        let object = self.make_object(HeapType::Port, &[Word::fixnum(index as i64), Word::fixnum(0)]);
        let entries = &mut self.runtime.ports.entries;
        if index == entries.len() {
            entries.push(None);
        }
        entries[index] = Some((port, object));
        object
    }

    /// Frees the entries of ports that are garbage.
    pub(super) fn sweep_ports(&mut self) {
        self.collect_garbage();
        let ports = &mut self.runtime.ports;
        for (index, entry) in ports.entries.iter_mut().enumerate() {
            if entry.as_ref().is_some_and(|(_, object)| !self.heap.is_marked(*object)) {
                *entry = None;
                ports.free.push(index);
            }
        }
        ports.threshold = LEAST.max(2 * (ports.entries.len() - ports.free.len()));
    }

    /// Makes the standard ports.
    pub fn open_standard_ports(&mut self) {
        use super::port::{Sink, Source};
        let interrupts = self.interrupt_handle();
        let ports = [
            (Port::input(Source::Standard(interrupts), false), "(standard input)"),
            (Port::standard_output(), "(standard output)"),
            (Port::output(Sink::Error, false), "(standard error)"),
        ];
        for (i, (mut port, name)) in ports.into_iter().enumerate() {
            port.name = Some(name.to_owned());
            self.runtime.ports.standard[i] = self.open_port(port);
        }
    }

    /// The port of a port object, which must be open.
    ///
    /// # Errors
    /// It is no port, or closed, or goes the other way.
    pub fn port(&mut self, who: &str, word: Word, input: bool, binary: bool) -> Result<&mut Port, Raise> {
        let what = match (input, binary) {
            (true, false) => "a textual input port",
            (true, true) => "a binary input port",
            (false, false) => "a textual output port",
            (false, true) => "a binary output port",
        };
        if !word.is_port() {
            return Err(self.expected(who, what, word));
        }
        let index = word.field(0).as_fixnum() as usize;
        match self.runtime.ports.get(index) {
            Some(port) if port.is_input() == input && port.binary == binary && port.open => {}
            Some(port) if !port.open => return Err(self.error("file", who, "the port is closed", &[])),
            _ => return Err(self.expected(who, what, word)),
        }
        self.any_port(who, word)
    }

    /// The port of a port object, of any kind, open or closed.
    ///
    /// # Errors
    /// It is no port.
    pub fn any_port(&mut self, who: &str, word: Word) -> Result<&mut Port, Raise> {
        // Looked up twice: a borrow that is returned would forbid to make the error.
        let index = if word.is_port() { word.field(0).as_fixnum() as usize } else { usize::MAX };
        if self.runtime.ports.get(index).is_none() {
            return Err(self.expected(who, "a port", word));
        }
        match self.runtime.ports.get(index) {
            Some(port) => Ok(port),
            None => Err(Raise(Word::FALSE)),
        }
    }
}
