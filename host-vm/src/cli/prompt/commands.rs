//! Commands of the prompt.

use super::{
    super::{
        report,
        style::{Paint, Style},
    },
    Session,
};
use crate::vm::{Error, Symbol, Value};
use std::time::Instant;

/// The library of `,trace`.
const TRACE: &str = include_str!("trace.sld");

/// Lines of a backtrace that `,bt` shows from each end.
const FRAMES: usize = 100;

/// Procedures that `,profile` shows.
const PROFILED: usize = 15;

type Outcome = Result<Option<i32>, Error>;

macro_rules! commands {
    ($($name:literal $parameter:literal $method:ident $text:literal;)*) => {
        /// Name, parameter and meaning of each command.
        const TABLE: &[(&str, &str, &str)] = &[$(($name, $parameter, $text)),*];

        impl Session<'_> {
            /// Serves a command. The status if the session ends.
            pub(super) fn command(&mut self, text: &str) -> Outcome {
                let (name, argument) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
                let argument = argument.trim();
                match name {
                    $($name => {
                        if argument.is_empty() && $parameter.starts_with(|c: char| c.is_uppercase()) {
                            self.complain(concat!(",", $name, " wants ", $parameter, ": ", $text));
                            return Ok(None);
                        }
                        self.$method(argument)
                    })*
                    "h" | "?" => self.help(argument),
                    "q" | "exit" => self.quit(argument),
                    "t" => self.time(argument),
                    "a" => self.apropos(argument),
                    "d" => self.describe(argument),
                    _ => {
                        self.complain(&format!("there is no command ,{name}; ,help tells which there are"));
                        Ok(None)
                    }
                }
            }
        }
    };
}

commands! {
    "help" "" help "this list";
    "quit" "" quit "leave, as Ctrl-D";
    "bt" "" backtrace "the calls that led to the last error";
    "time" "EXPRESSION" time "evaluate, tell how long it took and what it allocated";
    "profile" "EXPRESSION" profile "evaluate, tell where instructions were executed";
    "expand" "EXPRESSION" expand "what it is in the core language, macros expanded";
    "dis" "PROCEDURE" disassemble "the instructions of a procedure (an expression)";
    "trace" "[PROCEDURE or (CALL)]" trace "tell of calls: of a procedure, or of all of yours during one call";
    "untrace" "[PROCEDURE]" untrace "tell no more, of this procedure or of any";
    "apropos" "TEXT" apropos "names that contain a text";
    "describe" "NAME" describe "what a name is bound to";
    "jit" "" jit "what plugin is attached, and its counters";
}

/// Names of all commands.
pub fn names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|(name, ..)| *name)
}

/// A duration for people.
fn seconds(seconds: f64) -> String {
    if seconds < 1e-3 {
        format!("{:.1} µs", seconds * 1e6)
    } else if seconds < 1.0 {
        format!("{:.1} ms", seconds * 1e3)
    } else {
        format!("{seconds:.2} s")
    }
}

/// A number of bytes for people.
fn bytes(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{bytes} bytes"),
        10_000..10_000_000 => format!("{:.1} KB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

impl Session<'_> {
    fn complain(&mut self, message: &str) {
        eprintln!("{}", Style::of(&std::io::stderr()).paint(Paint::Error, message));
    }

    fn help(&mut self, _: &str) -> Outcome {
        for (name, parameter, text) in TABLE {
            let usage = format!(",{name} {parameter}");
            let usage = if usage.len() > 20 { format!("{usage}\n{:22}", "") } else { format!("{usage:20}") };
            self.print(&format!("  {} {text}", self.style.paint(Paint::Name, &usage)));
        }
        self.print("  Values are kept as $1, $2 ...; Ctrl-C stops what runs; Tab completes.");
        Ok(None)
    }

    fn quit(&mut self, _: &str) -> Outcome {
        Ok(Some(0))
    }

    fn backtrace(&mut self, _: &str) -> Outcome {
        match &self.failure {
            None => self.complain("there was no error yet"),
            Some(error) => {
                self.print(&error.to_string());
                self.print(report::backtrace(Style::PLAIN, &error.backtrace, FRAMES).trim_end());
            }
        }
        Ok(None)
    }

    fn time(&mut self, text: &str) -> Outcome {
        let before = self.vm.memory_statistics();
        let started = Instant::now();
        let result = self.vm.eval_named::<Value>("prompt", text);
        let elapsed = started.elapsed().as_secs_f64();
        let after = self.vm.memory_statistics();
        let (young, full) = (after.young - before.young, after.full - before.full);
        let paused = (after.pauses.total() - before.pauses.total()).as_secs_f64();
        let allocated = bytes(after.allocated - before.allocated);
        if let Ok(value) = &result {
            self.print_values(value)?;
        }
        let line = format!(
            "; {}, of which {} for {} collections ({full} full), {allocated} allocated",
            seconds(elapsed),
            seconds(paused),
            young + full
        );
        self.print(&self.style.paint(Paint::Dim, &line));
        result.map(|_| None)
    }

    fn profile(&mut self, text: &str) -> Outcome {
        let (result, lines) = self.vm.profile(|vm| vm.eval_named::<Value>("prompt", text));
        if let Ok(value) = &result {
            self.print_values(value)?;
        }
        let total: u64 = lines.iter().map(|line| line.instructions).sum();
        self.print(&self.style.paint(Paint::Dim, &format!("; {total} instructions, interpreted")));
        for line in lines.iter().take(PROFILED) {
            let share = 100.0 * line.instructions as f64 / total.max(1) as f64;
            self.print(&format!("  {share:5.1} % {:12}  {}", line.instructions, line.procedure));
        }
        result.map(|_| None)
    }

    fn expand(&mut self, text: &str) -> Outcome {
        for line in self.vm.expand("prompt", text)? {
            self.print(&line);
        }
        Ok(None)
    }

    fn disassemble(&mut self, text: &str) -> Outcome {
        let value = self.vm.eval_named::<Value>("prompt", text)?;
        match self.vm.disassemble(&value) {
            Some(code) => self.print(code.trim_end()),
            None => {
                let shown = self.vm.show(&value);
                self.complain(&format!("{shown} has no instructions: it is no procedure written in Scheme"));
            }
        }
        Ok(None)
    }

    fn trace(&mut self, text: &str) -> Outcome {
        if text.is_empty() {
            match self.traced.is_empty() {
                true => self.print("nothing is traced"),
                false => self.print(&self.traced.keys().cloned().collect::<Vec<_>>().join(" ")),
            }
            return Ok(None);
        }
        if !text.starts_with('(') {
            if self.start_trace(text)? {
                self.print(&format!("calls of {text} are told"));
            } else {
                self.complain(&format!("{text} is no procedure that can be traced"));
            }
            return Ok(None);
        }
        let mut begun = Vec::new();
        for name in self.vm.names() {
            let is_own = self.vm.home_of(&name).is_some_and(|home| home == "interaction");
            if is_own && !name.starts_with('$') && !self.traced.contains_key(&name) && self.start_trace(&name)? {
                begun.push(name);
            }
        }
        let outcome = self.evaluate(text);
        for name in begun {
            self.stop_trace(&name)?;
        }
        outcome
    }

    /// Puts a procedure that tells of its calls in another's place; false if there is no procedure of that name.
    fn start_trace(&mut self, name: &str) -> Result<bool, Error> {
        if self.traced.contains_key(name) {
            return Ok(true);
        }
        let Ok(procedure) = self.vm.global::<Value>(name) else { return Ok(false) };
        if self.vm.kind_of(&procedure) != "procedure" {
            return Ok(false);
        }
        // A name of a library belongs to others, too: the trace gets a variable of the prompt's own.
        if self.vm.home_of(name).is_none_or(|home| home != "interaction") {
            self.vm.define(name, &procedure)?;
        }
        let tracer = self.tracer()?;
        let traced: Value = self.vm.call(&tracer, (Symbol(name.to_owned()), &procedure))?;
        self.vm.set_global(name, &traced)?;
        self.traced.insert(name.to_owned(), procedure);
        Ok(true)
    }

    fn tracer(&mut self) -> Result<Value, Error> {
        const NAME: &str = "%traced";
        match self.vm.global(NAME) {
            Ok(tracer) => Ok(tracer),
            Err(_) => {
                self.vm.eval_named::<()>("(limpet trace)", TRACE)?;
                let import = "(import (rename (limpet trace) (traced %traced)))";
                self.vm.eval_named::<()>("(limpet trace)", import)?;
                self.vm.global(NAME)
            }
        }
    }

    fn stop_trace(&mut self, name: &str) -> Result<bool, Error> {
        let Some(procedure) = self.traced.remove(name) else { return Ok(false) };
        self.vm.set_global(name, &procedure)?;
        Ok(true)
    }

    fn untrace(&mut self, name: &str) -> Outcome {
        if name.is_empty() {
            for name in self.traced.keys().cloned().collect::<Vec<_>>() {
                self.stop_trace(&name)?;
            }
        } else if !self.stop_trace(name)? {
            self.complain(&format!("{name} is not traced"));
        }
        Ok(None)
    }

    fn apropos(&mut self, text: &str) -> Outcome {
        let names: Vec<String> = self.vm.names().into_iter().filter(|name| name.contains(text)).collect();
        if names.is_empty() {
            self.complain(&format!("no name contains \"{text}\""));
        }
        for name in names {
            let what = self.describe_name(&name);
            self.print(&format!("  {} {what}", self.style.paint(Paint::Name, &format!("{name:28}"))));
        }
        Ok(None)
    }

    fn describe(&mut self, name: &str) -> Outcome {
        if self.vm.names().iter().any(|other| other == name) {
            let what = self.describe_name(name);
            self.print(&format!("{} is {what}", self.style.paint(Paint::Name, name)));
        } else {
            self.complain(&format!("{name} is not bound"));
        }
        Ok(None)
    }

    /// What a bound name is: `a procedure of 2 arguments, (file.scm:1:1)`.
    fn describe_name(&mut self, name: &str) -> String {
        let Some(home) = self.vm.home_of(name) else { return "syntax".to_owned() };
        let home = if home == "interaction" { String::new() } else { format!(", from {home}") };
        let Ok(value) = self.vm.global::<Value>(name) else { return format!("a variable without a value{home}") };
        let kind = self.vm.kind_of(&value);
        let article = if kind.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
        if kind != "procedure" {
            let shown: String = self.vm.show(&value).chars().take(60).collect();
            return format!("{article} {kind}{home}: {shown}");
        }
        let arity = self.vm.arity_of(&value).map_or_else(String::new, |arity| format!(" of {arity}"));
        let place = self.vm.place_of(&value).filter(|place| !place.starts_with('('));
        let place = place.map_or_else(String::new, |place| format!(", written at {place}"));
        format!("a procedure{arity}{home}{place}")
    }

    fn jit(&mut self, _: &str) -> Outcome {
        self.print(report::plugin_summary(self.vm).trim_end());
        let counters = self.vm.jit_statistics();
        if counters != "{}" {
            self.print(&counters);
        }
        Ok(None)
    }
}
