//! The prompt: reads forms, evaluates them one by one, prints their values. Values are kept as `$1`, `$2` …; lines that
//! begin with a comma are commands. Ctrl-C gives up the line, or stops what is running; Ctrl-D ends.
//!
//! Without a terminal the same goes on without prompts, names of values and editing.
//!
//! Read in this order: this file, [`commands`], [`brackets`], [`editing`].

pub mod brackets;
pub mod commands;
pub mod editing;

use super::{
    INTERRUPTED, report,
    style::{Paint, Style},
};
use crate::{
    text::reader::{self, Completeness},
    vm::{Error, ErrorKind, Value, Vm},
};
use editing::Line;
use std::{
    collections::BTreeMap,
    io::{self, IsTerminal, Write},
};

/// Runs until the input ends or the program exits; the exit status.
pub fn run(vm: &mut Vm) -> i32 {
    let mut session = Session {
        vm,
        style: Style::of(&io::stdout()),
        is_interactive: io::stdin().is_terminal(),
        values: 0,
        failure: None,
        traced: BTreeMap::new(),
    };
    if !session.is_interactive {
        return session.run_piped();
    }
    match editing::Editor::new(session.style) {
        Ok(editor) => session.run_edited(editor),
        Err(error) => {
            eprintln!("limpet: the terminal can't be used: {error}");
            session.run_piped()
        }
    }
}

/// What to do with the text of a prompt so far. A command is complete when its argument is.
pub(super) fn completeness(text: &str) -> Completeness {
    let text = match text.trim_start().strip_prefix(',') {
        Some(command) => command.split_once(char::is_whitespace).map_or("", |(_, argument)| argument),
        None => text,
    };
    reader::is_complete(text)
}

/// One session.
struct Session<'vm> {
    vm: &'vm mut Vm,
    style: Style,
    is_interactive: bool,
    /// How many values have names.
    values: usize,
    /// What went wrong last.
    failure: Option<Error>,
    /// Procedures that are traced, as they were.
    traced: BTreeMap<String, Value>,
}

impl Session<'_> {
    fn run_edited(&mut self, mut editor: editing::Editor) -> i32 {
        println!("Limpet {} - ,help for help, Ctrl-D to leave", env!("CARGO_PKG_VERSION"));
        loop {
            editor.set_names(self.vm.names());
            match editor.read() {
                Ok(Line::Text(text)) if text.trim().is_empty() => {}
                Ok(Line::Text(text)) => {
                    if let Some(status) = self.enter(&text) {
                        return status;
                    }
                }
                Ok(Line::GivenUp) => {}
                Ok(Line::End) => return 0,
                Err(error) => {
                    eprintln!("limpet: {error}");
                    return 1;
                }
            }
        }
    }

    /// Standard input is no terminal. Lines come through the machine's own port: the program may read from it, too.
    fn run_piped(&mut self) -> i32 {
        let mut text = String::new();
        loop {
            match self.vm.read_input_line() {
                Ok(Some(line)) => {
                    text += &line;
                    text.push('\n');
                    if completeness(&text) == Completeness::Incomplete {
                        continue;
                    }
                    if let Some(status) = self.enter(&std::mem::take(&mut text)) {
                        return status;
                    }
                }
                Ok(None) if text.trim().is_empty() => return 0,
                Ok(None) => return self.enter(&std::mem::take(&mut text)).unwrap_or(0),
                Err(error) if error.kind == ErrorKind::Interrupted => return INTERRUPTED,
                Err(error) => {
                    self.report(error);
                    return 1;
                }
            }
        }
    }

    /// Serves a text: a command or forms. The status if the program exits.
    fn enter(&mut self, text: &str) -> Option<i32> {
        if self.is_interactive {
            self.vm.forget_interrupts();
        }
        let outcome = match text.trim().strip_prefix(',') {
            Some(command) => self.command(command),
            None => self.evaluate(text),
        };
        self.end_output();
        for warning in self.vm.take_warnings() {
            eprintln!("limpet: warning: {warning}");
        }
        match outcome {
            Ok(None) => None,
            Ok(Some(status)) => Some(status),
            Err(error) => match error.kind {
                ErrorKind::Exit(status) => Some(status),
                ErrorKind::Interrupted if !self.is_interactive => Some(INTERRUPTED),
                _ => {
                    self.report(error);
                    None
                }
            },
        }
    }

    fn report(&mut self, error: Error) {
        let mut out = io::stderr().lock();
        let style = Style::of(&out);
        report::failure(&mut out, style, &error);
        if error.kind != ErrorKind::Syntax {
            self.failure = Some(error);
        }
    }

    /// Evaluates forms and prints the last one's values.
    fn evaluate(&mut self, text: &str) -> Result<Option<i32>, Error> {
        let value = self.vm.eval_named::<Value>("prompt", text)?;
        self.print_values(&value)?;
        Ok(None)
    }

    /// On a terminal what follows begins a line: the editor would write over what the program has left.
    fn end_output(&mut self) {
        if self.is_interactive {
            self.vm.end_line();
        } else {
            self.vm.flush();
        }
    }

    fn print_values(&mut self, value: &Value) -> Result<(), Error> {
        self.end_output();
        for value in self.vm.values(value) {
            let shown = self.vm.show(&value);
            if self.is_interactive {
                self.values += 1;
                let name = format!("${}", self.values);
                self.vm.define(&name, &value)?;
                self.print(&format!("{} = {shown}", self.style.paint(Paint::Name, &name)));
            } else {
                self.print(&shown);
            }
        }
        Ok(())
    }

    /// Prints a line.
    fn print(&self, line: &str) {
        let mut out = io::stdout().lock();
        // A closed output is noticed by the program's own writing.
        let _ = writeln!(out, "{line}").and_then(|()| out.flush());
    }
}
