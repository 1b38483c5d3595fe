//! What the library in Rust keeps in a machine.

use super::{host::HostState, io::Ports};
use crate::{gc::RootVisitor, value::Word};
use std::{
    collections::{BTreeMap, HashMap},
    io,
    time::Instant,
};

/// The runtime's part of a machine.
#[derive(Debug)]
pub struct State {
    /// Record type of conditions, `#f` until it is made.
    pub condition_type: Word,
    /// Record type of variable transformers, `#f` until it is made.
    pub variable_transformer_type: Word,
    /// Keys of the current input, output and error port in [`crate::machine::Machine::dynamic_state`]: the library's parameter
    /// records, whose first field is the default; `#f` until the library has told them.
    pub port_parameters: [Word; 3],
    /// Record type of random states, `#f` until it is made.
    pub random_type: Word,
    /// The default random state, `#f` until it is made.
    pub random_state: Word,
    /// Open ports.
    pub ports: Ports,
    /// What `command-line` gives.
    pub command_line: Vec<String>,
    /// The keyword of each symbol that has one.
    pub keywords: HashMap<Word, Word>,
    /// Objects that running programs have put into code.
    pub embedded: Embedded,
    /// Regular expressions that programs have used.
    pub expressions: super::regex::Compiled,
    /// Variables of the environment that the program has set, or deleted.
    pub environment: BTreeMap<String, Option<String>>,
    /// Whether the files of the system and its environment are closed to programs.
    pub is_isolated: bool,
    /// Programs that were started and not waited for.
    pub children: super::io::processes::Children,
    /// Symbols made by `gensym`.
    pub gensyms: u64,
    /// What the Rust program around the machine gave to it.
    pub host: HostState,
    /// Zero of `current-jiffy`.
    pub started: Instant,
}

impl Default for State {
    fn default() -> State {
        State {
            condition_type: Word::FALSE,
            variable_transformer_type: Word::FALSE,
            port_parameters: [Word::FALSE; 3],
            random_type: Word::FALSE,
            random_state: Word::FALSE,
            ports: Ports::default(),
            command_line: Vec::new(),
            keywords: HashMap::new(),
            embedded: Embedded::default(),
            expressions: super::regex::Compiled::new(),
            environment: BTreeMap::new(),
            is_isolated: false,
            children: Default::default(),
            gensyms: 0,
            host: HostState::default(),
            started: Instant::now(),
        }
    }
}

impl State {
    /// Whether a program may use the system's files and environment.
    ///
    /// # Errors
    /// What the system says of files that it does not let one use.
    pub fn permit(&self) -> io::Result<()> {
        if self.is_isolated { Err(io::Error::from_raw_os_error(libc::EACCES)) } else { Ok(()) }
    }

    /// Shows the words kept here to the collector.
    pub fn visit_roots(&self, visitor: &mut RootVisitor<'_>) {
        visitor.word(self.condition_type);
        visitor.word(self.variable_transformer_type);
        visitor.word(self.random_type);
        visitor.word(self.random_state);
        visitor.words(&self.port_parameters);
        visitor.words(self.ports.standard());
        for (&symbol, &keyword) in &self.keywords {
            visitor.word(symbol);
            visitor.word(keyword);
        }
        visitor.words(&self.embedded.objects);
        self.host.visit_roots(visitor);
    }
}

/// Objects of the heap that code refers to by number, since programs made that code while they ran: arguments of `eval`,
/// results of macro transformers, the transformers themselves. Like code objects they live as long as the machine.
#[derive(Debug, Default)]
pub struct Embedded {
    objects: Vec<Word>,
    numbers: HashMap<Word, u32>,
}

impl Embedded {
    /// The number of an object.
    pub fn add(&mut self, object: Word) -> u32 {
        *self.numbers.entry(object).or_insert_with(|| {
            self.objects.push(object);
            self.objects.len() as u32 - 1
        })
    }

    /// The object of a number.
    ///
    /// # Panics
    /// If no object has it.
    pub fn get(&self, number: u32) -> Word {
        self.objects[number as usize]
    }
}
