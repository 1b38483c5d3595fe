//! The current ports, and flushing.
//!
//! `current-output-port` and its relatives are parameters of the library in Scheme. Their values are looked up here, so that
//! `(write-char c)` is one call: a binding in the dynamic state (an association list) or the default in the parameter's record.

use crate::{machine::Machine, value::Word};
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
/// The first error, after all ports were tried.
pub fn flush_all(machine: &mut Machine) -> io::Result<()> {
    let mut all = Ok(());
    for port in machine.runtime.ports.iter_mut() {
        all = all.and(port.flush());
    }
    all
}
