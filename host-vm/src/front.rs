//! The front end of a machine: from text or data to procedures that can be called.
//!
//! It owns the expander (environments, libraries, sources) and knows how the stages follow each other; the machine holds
//! one, since `eval` and `load` reach it from running programs.

use crate::{
    bytecode::code::Position,
    compile::{self, link},
    expand::{
        Expander,
        core::{DatumId, GlobalId, NodeId, Program},
        environment::EnvironmentId,
        provider::DirectoryProvider,
        toplevel::FileMode,
    },
    machine::Machine,
    runtime::{
        self,
        library::{ALIASES, AUTOLOADS, LIBRARIES},
    },
    text::{error::SyntaxError, reader::Reader, tree::Tree},
    value::Word,
};
use std::path::PathBuf;

/// The front end.
#[derive(Debug)]
pub struct Front {
    /// The expander, with the sources.
    pub expander: Expander,
}

/// What `guard`, `parameterize` and the like expand to is defined there.
const HELPERS: &str = "(limpet control)";

/// Instructions that transfer control, as procedures for calls that are not in tail position: the call in operator
/// position is the instruction.
const INSTRUCTIONS: &str = "
(define (%apply procedure arguments) (%apply procedure arguments))
(define (%apply-values procedure values) (%apply-values procedure values))
(define (%compose slice value) (%compose slice value))
(define (%push-prompt tag handler thunk) (%push-prompt tag handler thunk))
";

/// Integrable names that are no primitives: they exist as operators only.
fn names_of_instructions() -> impl Iterator<Item = &'static str> {
    let primitives: std::collections::HashSet<&str> = runtime::names().collect();
    let mut seen = std::collections::HashSet::new();
    compile::integrate::INTEGRABLES
        .iter()
        .map(|integrable| integrable.name)
        .filter(move |name| !primitives.contains(name) && seen.insert(*name))
}

impl Front {
    /// A front end whose core library is that of a machine, which gets its primitives here.
    ///
    /// # Errors
    /// When the core library does not compile: a defect of this crate.
    pub fn install(machine: &mut Machine, directories: Vec<PathBuf>) -> std::io::Result<Front> {
        let names: Vec<&str> = runtime::names().chain(names_of_instructions()).collect();
        let mut expander = Expander::new(names.iter().copied(), LIBRARIES, HELPERS);
        expander.set_aliases(ALIASES);
        expander.set_autoloads(AUTOLOADS);
        expander.set_provider(DirectoryProvider { directories });
        for name in &names {
            let symbol = machine.intern(name);
            let global = machine.make_global(symbol);
            machine.globals.push(global);
        }
        runtime::install(machine, |machine, name, object| {
            if let Some(id) = expander.core_global(name) {
                machine.set_field(machine.globals[id.index()], 0, object);
            }
        });
        let mut front = Front { expander };
        let text = INSTRUCTIONS;
        let source = front.expander.sources.add("(limpet core)", text);
        let mark = machine.temporaries.len();
        front
            .expander
            .expand_core_definitions(source, text)
            .and_then(|programs| front.compile(machine, programs))
            .map_err(|error| std::io::Error::other(format!("the core library: {error}")))?;
        machine.call_compiled(mark).map_err(|_| std::io::Error::other("the core library failed"))?;
        Ok(front)
    }

    /// Compiles programs to procedures without arguments, to be called in order. They are pushed on the machine's temporaries.
    fn compile(&mut self, machine: &mut Machine, programs: Vec<Program>) -> Result<(), SyntaxError> {
        while machine.globals.len() < self.expander.global_count() {
            let id = GlobalId(machine.globals.len() as u32);
            let symbol = machine.intern(self.expander.global_name(id));
            let global = machine.make_global(symbol);
            machine.globals.push(global);
        }
        for program in programs {
            let root = NodeId(program.nodes.len() as u32 - 1);
            let expander = &self.expander;
            let known = |id| match expander.global_library(id) {
                HELPERS => Some(expander.global_name(id)),
                _ => expander.core_name(id),
            };
            let thunk = compile::compile(program, root, &known)
                .and_then(|draft| link::link(draft, machine, &mut |machine, id| machine.globals[id.index()]))
                .map_err(|error| SyntaxError::new(error.message, error.position))?;
            machine.temporaries.push(thunk);
        }
        Ok(())
    }

    /// Reads, expands and compiles a whole program.
    ///
    /// # Errors
    /// The first error in the text.
    pub fn compile_file(&mut self, machine: &mut Machine, name: &str, text: &str) -> Result<(), SyntaxError> {
        let source = self.expander.sources.add(name, text);
        let programs = self.expander.expand_file(source, text, FileMode::Program)?;
        self.compile(machine, programs)
    }

    /// Compiles one form in an environment.
    ///
    /// # Errors
    /// When the form is wrong.
    pub fn compile_form(
        &mut self,
        machine: &mut Machine,
        environment: EnvironmentId,
        tree: &Tree,
        datum: DatumId,
    ) -> Result<(), SyntaxError> {
        let programs = self.expander.expand_form(environment, tree, datum)?;
        self.compile(machine, programs)
    }

    /// Compiles the programs of libraries that were expanded outside of any form.
    ///
    /// # Errors
    /// When one exceeds a limit of the compiler.
    pub fn compile_pending(&mut self, machine: &mut Machine) -> Result<(), SyntaxError> {
        let programs = self.expander.take_programs();
        self.compile(machine, programs)
    }

    /// All data of a text.
    ///
    /// # Errors
    /// When the text is no data.
    pub fn read(&mut self, name: &str, text: &str) -> Result<(Tree, Vec<DatumId>), SyntaxError> {
        let source = self.expander.sources.add(name, text);
        let mut tree = Tree::new();
        let mut roots = Vec::new();
        let mut reader = Reader::new(source, text);
        while let Some(datum) = reader.read(&mut tree)? {
            roots.push(datum);
        }
        Ok((tree, roots))
    }

    /// Name of the source that a position lies in.
    pub fn source_name(&self, position: Position) -> &str {
        &self.expander.sources.get(position.source).name
    }

    /// Name of a source, and the text of the line at a position.
    pub fn place(&self, position: Position) -> Option<(String, String)> {
        if position.line == 0 {
            return None;
        }
        let source = self.expander.sources.get(position.source);
        Some((source.name.clone(), source.line(position.line).to_string()))
    }
}

impl Machine {
    /// Calls the procedures on the temporaries from `mark` on, in order; the last one's value.
    ///
    /// # Errors
    /// When one ends otherwise than by a value.
    pub fn call_compiled(&mut self, mark: usize) -> Result<Word, crate::interp::Exit> {
        let mut value = Word::UNSPECIFIED;
        let mut next = mark;
        while next < self.temporaries.len() {
            let thunk = self.temporaries[next];
            match self.call(thunk, &[]) {
                Ok(result) => value = result,
                Err(exit) => {
                    self.temporaries.truncate(mark);
                    return Err(exit);
                }
            }
            next += 1;
        }
        self.temporaries.truncate(mark);
        Ok(value)
    }
}
