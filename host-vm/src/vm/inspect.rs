//! Looking into a machine, for command lines and tools: what is bound, code, counters, profiles.
#![allow(unsafe_code)] // Follows closures to their code.

use super::{Error, ErrorKind, Value, Vm};
use crate::{
    bytecode::{code::Code, disasm},
    expand::{hash::Map, print as program_print},
    gc::stats::Statistics,
    interp::error,
    jit::resume::ADDRESS_BITS,
    runtime::{
        Arity, Primitive,
        print::{self, Style},
    },
    value::Word,
};
use limpet_host_hooks::DispatchObserver;
use std::sync::{Arc, Mutex};

/// What a profile found of one procedure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileLine {
    /// Name of the procedure, and where its body begins.
    pub procedure: String,
    /// Instructions executed in it, not in what it called.
    pub instructions: u64,
}

/// Counts how often each instruction is executed, by its address.
struct Profiler(Arc<Mutex<Map<u64, u64>>>);

impl DispatchObserver for Profiler {
    fn instruction(&mut self, resume: u64) {
        if let Ok(mut counts) = self.0.lock() {
            *counts.entry(resume & ((1 << ADDRESS_BITS) - 1)).or_default() += 1;
        }
    }
}

/// Environments.
impl Vm {
    /// All names that are bound at the prompt, variables and syntax, in order.
    pub fn names(&mut self) -> Vec<String> {
        let mark = self.machine.temporaries.len();
        self.with_front(
            |front, machine| {
                let environment = front.interaction_environment(machine)?;
                Ok(front.expander.bound_names(environment))
            },
            mark,
        )
        .unwrap_or_default()
    }

    /// Which library a name of the prompt comes from; `None` for syntax and names that are not bound.
    pub fn home_of(&mut self, name: &str) -> Option<String> {
        let front = self.machine.front.as_mut()?;
        let environment = front.expander.interaction_environment().ok()?;
        let id = front.expander.lookup(environment, name)?;
        Some(front.expander.global_library(id).to_owned())
    }

    /// Gives a global variable of the prompt another value.
    ///
    /// # Errors
    /// When there is no such variable.
    pub fn set_global(&mut self, name: &str, value: &Value) -> Result<(), Error> {
        let word = self.word(value)?;
        let Some(global) = self.global_cell(name)? else {
            return Err(Error::new(ErrorKind::Condition, format!("unbound variable: {name}")));
        };
        self.machine.set_field(global, 0, word);
        Ok(())
    }

    /// The core language that the forms of a text expand to, a line each.
    ///
    /// # Errors
    /// When the text is no program.
    pub fn expand(&mut self, name: &str, text: &str) -> Result<Vec<String>, Error> {
        let mark = self.machine.temporaries.len();
        self.with_front(
            |front, machine| {
                let environment = front.interaction_environment(machine)?;
                let (tree, forms) = front.read(name, text)?;
                let mut lines = Vec::new();
                for datum in forms {
                    let programs = front.expand(machine, |expander| expander.expand_form(environment, &tree, datum))?;
                    let expander = &front.expander;
                    let global = |id| expander.global_name(id).to_owned();
                    // Those of libraries that the form has imported come first.
                    lines.extend(programs.last().map(|program| program_print::program_text(program, &global)));
                }
                Ok(lines)
            },
            mark,
        )
    }
}

/// Values.
impl Vm {
    /// What a value is, in a word or two: `procedure`, `exact integer`.
    pub fn kind_of(&self, value: &Value) -> &'static str {
        let Ok(word) = self.word(value) else { return "value of another machine" };
        match word {
            _ if word.is_procedure() => "procedure",
            _ if word.is_exact_integer() => "exact integer",
            _ if word.to_f64().is_some() => "inexact number",
            _ if word.is_number() => "number",
            _ if word.is_string() => "string",
            _ if word.is_symbol() => "symbol",
            _ if word.is_char() => "character",
            _ if word.is_pair() => "pair",
            _ if word.is_vector() => "vector",
            _ if word.is_bytevector() => "bytevector",
            _ if self.machine.is_condition(word) => "condition",
            _ if word.is_record() => "record",
            _ if word.is_port() => "port",
            Word::NIL => "empty list",
            Word::TRUE | Word::FALSE => "boolean",
            Word::EOF => "end-of-file object",
            Word::UNSPECIFIED => "unspecified value",
            _ => "object",
        }
    }

    /// How many arguments a procedure takes, as text: `2 arguments`.
    pub fn arity_of(&self, procedure: &Value) -> Option<String> {
        let word = self.word(procedure).ok()?;
        if word.is_primitive() {
            // SAFETY: a primitive object's descriptor is a `Primitive` that lives as long as the machine.
            let primitive: &Primitive = unsafe { &*std::ptr::with_exposed_provenance(word.field(0).0 as usize) };
            let Arity { least, most } = primitive.arity;
            return Some(arguments(least.into(), (most != Arity::ANY).then_some(most.into())));
        }
        let clauses: Vec<String> =
            error::clauses(self.code_of(word)?).into_iter().map(|(least, most)| arguments(least, most)).collect();
        (!clauses.is_empty()).then(|| clauses.join(", or "))
    }

    /// Where a procedure was written: `file.scm:3:1`.
    pub fn place_of(&self, procedure: &Value) -> Option<String> {
        let code = self.code_of(self.word(procedure).ok()?)?;
        let place = self.place(code.first_position()?)?;
        Some(place.to_string())
    }

    fn code_of(&self, word: Word) -> Option<&Code> {
        // SAFETY: a closure's code lives as long as the machine, which is borrowed.
        word.is_closure().then(|| unsafe { &*word.closure_code() })
    }

    /// The instructions of a procedure and of those within it.
    pub fn disassemble(&self, procedure: &Value) -> Option<String> {
        let mut codes = vec![self.code_of(self.word(procedure).ok()?)?];
        let mut text = String::new();
        while let Some(code) = codes.pop() {
            if !text.is_empty() {
                text.push('\n');
            }
            text += &disasm::disassemble_code(code, &mut |word| {
                print::to_string_within(&self.machine, word, Style::Write, 60)
            });
            // SAFETY: nested code lives as long as the machine.
            codes.extend(code.codes.iter().rev().map(|&code| unsafe { &*code }));
        }
        Some(text)
    }
}

/// Counters.
impl Vm {
    /// What plugin is attached, in lines; `None` if none is.
    pub fn plugin_lines(&self) -> Option<Vec<String>> {
        let summary = self.machine.hooks.as_ref()?.describe()?;
        Some(vec![
            format!("plugin    {} {}", summary.name, summary.version),
            format!("contract  {} with {} trace operations", summary.api, summary.operations),
            format!("target    {}", summary.target),
            format!("file      {}", summary.path.as_ref().map_or("linked in".into(), |p| p.display().to_string())),
        ])
    }

    /// Counters of hooks and plugin, a JSON object.
    pub fn jit_statistics(&self) -> String {
        self.machine.hooks.as_ref().map_or_else(|| "{}".into(), |hooks| hooks.statistics_json())
    }

    /// Counters of the collector.
    pub fn memory_statistics(&self) -> Statistics {
        self.machine.heap.stats()
    }

    /// Counters of the collector, a JSON object.
    pub fn gc_statistics(&self) -> String {
        self.memory_statistics().to_json()
    }

    /// Does some work and tells in which procedures how many instructions were executed, most first. Native code is not
    /// entered meanwhile.
    pub fn profile<T>(&mut self, work: impl FnOnce(&mut Vm) -> T) -> (T, Vec<ProfileLine>) {
        let counts = Arc::<Mutex<Map<u64, u64>>>::default();
        let id = self.machine.hooks_mut().add_observer(Box::new(Profiler(counts.clone())));
        self.machine.hooks_changed();
        let result = work(self);
        self.machine.hooks_mut().remove_observer(id);
        self.machine.hooks_changed();
        let counts = counts.lock().map(|counts| counts.clone()).unwrap_or_default();
        let mut lines: Map<String, u64> = Map::default();
        let mut codes: Vec<&Code> = self.machine.codes.iter().map(|code| &**code).collect();
        codes.sort_by_key(|code| code.units.as_ptr().addr());
        for (address, instructions) in counts {
            let after = codes.partition_point(|code| code.units.as_ptr().addr() <= address as usize);
            let Some(code) = after.checked_sub(1).map(|i| codes[i]) else { continue };
            *lines.entry(self.code_name(code)).or_default() += instructions;
        }
        let mut lines: Vec<ProfileLine> =
            lines.into_iter().map(|(procedure, instructions)| ProfileLine { procedure, instructions }).collect();
        lines.sort_by(|a, b| (b.instructions, &a.procedure).cmp(&(a.instructions, &b.procedure)));
        (result, lines)
    }

    fn code_name(&self, code: &Code) -> String {
        let name = if code.name.is_empty() { "a procedure" } else { &code.name };
        let place = code.first_position().and_then(|position| self.place(position));
        place.map_or_else(|| name.to_owned(), |place| format!("{name} ({place})"))
    }
}

fn arguments(least: usize, most: Option<usize>) -> String {
    let plural = |n: usize| if n == 1 { "" } else { "s" };
    match most {
        Some(most) if most == least => format!("{least} argument{}", plural(least)),
        Some(most) => format!("{least} to {most} arguments"),
        None => format!("{least} or more arguments"),
    }
}
