//! The front end of a machine: from text or data to procedures that can be called.
//!
//! It owns the expander (environments, libraries, sources) and knows how the stages follow each other; the machine holds
//! one, since `eval` and `load` reach it from running programs. While it is at work the machine does not have it; while the
//! expander lets the machine run a macro transformer, the machine has it again ([`host`]), so such uses nest.
//!
//! Read in this order: this file, [`host`] (transformers), [`values`] (heap values to syntax objects and back),
//! [`primitives`] (`eval`, `load`, environments), [`syntax`] (what transformers call).

pub mod host;
pub mod primitives;
pub mod syntax;
#[cfg(test)]
mod tests;
pub mod values;

use crate::{
    bytecode::code::Position,
    compile::{self, CompileError, link},
    expand::{
        Expander,
        core::{DatumId, GlobalId, NodeId, Program},
        environment::EnvironmentId,
        image::Origin,
        provider::DirectoryProvider,
        syntax::Syntax,
        toplevel::FileMode,
    },
    machine::Machine,
    object::{Image, load::link_module, make::Recording},
    runtime::{
        self,
        library::{ALIASES, AUTOLOADS, LIBRARIES},
    },
    text::{error::SyntaxError, reader::Reader, tree::Tree},
    value::Word,
};
use std::{path::PathBuf, rc::Rc};

/// The front end.
#[derive(Debug)]
pub struct Front {
    /// The expander, with the sources.
    pub expander: Expander,
    /// Keeps what is compiled, for an image.
    pub recording: Option<Recording>,
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
        expander.set_provider(DirectoryProvider { directories, refuses_files: machine.runtime.is_isolated });
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
        let mut front = Front { expander, recording: None };
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
            let origin = program.origin;
            if let Origin::Archive(archive, module) = origin {
                self.link_archived(machine, archive, module);
                continue;
            }
            let root = NodeId(program.nodes.len() as u32 - 1);
            let expander = &self.expander;
            let known = |id| match expander.global_library(id) {
                HELPERS => Some(expander.global_name(id)),
                _ => expander.core_name(id),
            };
            let failed = |error: CompileError| SyntaxError::new(error.message, error.position);
            let draft = compile::compile(program, root, &known).map_err(failed)?;
            let thunk = link::link(&draft, machine, &mut |machine, id| machine.globals[id.index()]).map_err(failed)?;
            machine.temporaries.push(thunk);
            if let Some(recording) = &mut self.recording {
                recording.drafts.push((origin, draft));
            }
        }
        let libraries = self.expander.take_loaded();
        if let Some(recording) = &mut self.recording {
            recording.libraries.extend(libraries);
        }
        Ok(())
    }

    /// Lets the expander work, with the machine at hand to run macro transformers. Nothing in `work` may reach the machine
    /// in another way.
    pub fn expand<T>(&mut self, machine: &mut Machine, work: impl FnOnce(&mut Expander) -> T) -> T {
        host::hosting(&mut self.expander, machine, work)
    }

    /// Makes the code of a module of an image.
    fn link_archived(&self, machine: &mut Machine, archive: u32, module: u32) {
        let archive = self.expander.archive(archive);
        let record = archive.image.record(module as usize);
        link_module(machine, &archive.image, &record, archive.first_source, &|machine, index| {
            // Loading the module has found all of them.
            machine.globals[archive.global(index).map_or(0, GlobalId::index)]
        });
    }

    /// Gives the procedures that run a program of an image, after those of the libraries that it needs.
    ///
    /// # Errors
    /// When a library can't be loaded, or the image holds no program.
    pub fn load_image(&mut self, machine: &mut Machine, image: Rc<Image>) -> Result<(), SyntaxError> {
        let archive = self.expander.add_archive(image);
        let Some(module) = self.expander.archived_program(archive) else {
            return Err(SyntaxError::new("the image holds libraries, no program", Position::default()));
        };
        let programs = self.expand(machine, |expander| expander.load_archived_program(archive, module))?;
        self.compile(machine, programs)
    }

    /// Expands and compiles every library that is built in.
    ///
    /// # Errors
    /// The first error in their texts.
    pub fn compile_libraries(&mut self, machine: &mut Machine) -> Result<(), SyntaxError> {
        for (name, _) in LIBRARIES {
            let programs = self.expand(machine, |expander| expander.expand_library(name))?;
            self.compile(machine, programs)?;
        }
        Ok(())
    }

    /// Reads, expands and compiles a whole program. Gives the environment in which it was expanded, if it has any form.
    ///
    /// # Errors
    /// The first error in the text.
    pub fn compile_file(
        &mut self,
        machine: &mut Machine,
        name: &str,
        text: &str,
    ) -> Result<Option<EnvironmentId>, SyntaxError> {
        let source = self.expander.sources.add(name, text);
        let programs = self.expand(machine, |expander| expander.expand_file(source, text, FileMode::Program))?;
        let environment = programs.iter().rev().find_map(|program| match program.origin {
            Origin::Environment(environment) => Some(environment),
            _ => None,
        });
        self.compile(machine, programs)?;
        Ok(environment)
    }

    /// The environment of the prompt.
    ///
    /// # Errors
    /// When the default library does not expand: a defect of this crate.
    pub fn interaction_environment(&mut self, machine: &mut Machine) -> Result<EnvironmentId, SyntaxError> {
        self.expand(machine, Expander::interaction_environment)
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
        let programs = self.expand(machine, |expander| expander.expand_form(environment, tree, datum))?;
        self.compile(machine, programs)
    }

    /// Compiles a form that a running program has made; with `has_tail_calls` its last call is one in place of its frame.
    ///
    /// # Errors
    /// When the form is wrong.
    pub fn compile_syntax(
        &mut self,
        machine: &mut Machine,
        environment: EnvironmentId,
        form: Syntax,
        has_tail_calls: bool,
    ) -> Result<(), SyntaxError> {
        let mut programs = self.expand(machine, |expander| expander.expand_syntax(environment, form))?;
        for program in &mut programs {
            program.has_tail_calls = has_tail_calls;
        }
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
    /// Lends out the front end.
    ///
    /// # Errors
    /// What the work gives, or that the front end is at work already.
    pub fn with_front<T>(
        &mut self,
        work: impl FnOnce(&mut Front, &mut Machine) -> Result<T, SyntaxError>,
    ) -> Result<T, SyntaxError> {
        let Some(mut front) = self.front.take() else {
            return Err(SyntaxError::new("the front end is in use", Position::default()));
        };
        let result = work(&mut front, self);
        self.front = Some(front);
        result
    }

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
