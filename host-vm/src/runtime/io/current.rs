//! The current ports, flushing, and what becomes of a program whose output nobody reads.
//!
//! `current-output-port` and its relatives are parameters of the library in Scheme. Their values are looked up here, so that
//! `(write-char c)` is one call: a binding in the dynamic state (an association list) or the default in the parameter's record.

use super::Port;
use crate::{interp::Exit, machine::Machine, runtime::Raise, value::Word};
use std::io;

/// Which of the current ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Current {
    /// `current-input-port`
    Input = 0,
    /// `current-output-port`
    Output = 1,
    /// `current-error-port`
    Error = 2,
}

impl Machine {
    /// A current port.
    pub fn current_port(&self, which: Current) -> Word {
        let parameter = self.runtime.port_parameters[which as usize];
        if !parameter.is_record() {
            return self.runtime.ports.standard()[which as usize];
        }
        let bound = self.dynamic_state.iter_list().find(|entry| entry.is_pair() && entry.car() == parameter);
        bound.map_or_else(|| parameter.record_ref(0), Word::cdr)
    }

    /// An optional port argument, or the current port.
    #[inline]
    pub fn port_argument(&self, argument: Option<&Word>, which: Current) -> Word {
        match argument {
            Some(&word) if word != Word::ABSENT => word,
            _ => self.current_port(which),
        }
    }
}

/// Writes everything that all ports hold: at the end of a program, before an error is shown, before the console is read.
///
/// # Errors
/// The first error, after all ports were tried. That nobody reads standard output any more is none.
pub fn flush_all(machine: &mut Machine) -> io::Result<()> {
    let mut all = Ok(());
    for port in machine.runtime.ports.iter_mut() {
        match port.flush() {
            Err(error) if is_broken_pipe(port, &error) => {}
            result => all = all.and(result),
        }
    }
    all
}

/// Ends the line that a program has begun on standard output, and writes everything that all ports hold.
///
/// # Errors
/// As [`flush_all`].
pub fn end_line(machine: &mut Machine) -> io::Result<()> {
    let mut all = Ok(());
    for port in machine.runtime.ports.iter_mut().filter(|port| port.is_standard_output() && port.in_line) {
        all = all.and(port.write(b"\n"));
    }
    flush_all(machine).and(all)
}

/// Whether standard output has no reader any more.
fn is_broken_pipe(port: &Port, error: &io::Error) -> bool {
    port.is_standard_output() && error.kind() == io::ErrorKind::BrokenPipe
}

/// Does something to an output port. If standard output has no reader any more (`limpet program | head`), the program ends
/// quietly, as programs do that the system's signal ends.
///
/// # Errors
/// What could not be written.
pub fn with_output<T>(
    machine: &mut Machine,
    who: &str,
    port: impl FnOnce(&mut Machine) -> Result<&mut Port, Raise>,
    work: impl FnOnce(&mut Port) -> io::Result<T>,
) -> Result<T, Raise> {
    let port = port(machine)?;
    let (error, broken) = match work(port) {
        Ok(value) => return Ok(value),
        Err(error) => {
            let broken = is_broken_pipe(port, &error);
            (error, broken)
        }
    };
    if broken {
        machine.exit = Some(Exit::Status(BROKEN_PIPE));
        return Err(Raise(Word::UNSPECIFIED));
    }
    Err(machine.error("file", who, &format!("can't write: {}", reason(&error)), &[]))
}

/// The status of a program that SIGPIPE has ended, as shells show it.
const BROKEN_PIPE: i32 = 128 + 13;

/// The system's reason in words: its number tells people nothing.
pub(crate) fn reason(error: &io::Error) -> String {
    let reason = error.to_string();
    reason.split(" (os error").next().unwrap_or("").to_owned()
}
