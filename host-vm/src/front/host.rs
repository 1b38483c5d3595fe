//! The machine as the expander's host: macro transformers are compiled and run like any program.
//!
//! While one runs, the machine has the front end back, so that it can use `eval` and the primitives on syntax objects; the
//! expander in the middle of its work is what it then finds. Conditions do not leave a transformer: it runs without the
//! handlers of the program around it, and what it raises becomes the expander's error. It runs in the plain instance of the
//! interpreter loop, because a primitive that a trace called may be what started the expansion.
#![allow(unsafe_code)] // The expander holds its host as a pointer while it works.

use super::{Front, values};
use crate::{
    expand::{
        Expander,
        core::Program,
        macros::host::{Argument, Host},
        syntax::Syntax,
    },
    interp::Exit,
    machine::Machine,
    runtime::{condition::KIND, describe_condition},
    text::error::SyntaxError,
    value::Word,
};
use limpet_plugin_api::AbortReason;
use std::ptr::NonNull;

/// The machine that the expander works for.
struct MachineHost(NonNull<Machine>);

/// Lets the expander work with the machine as its host.
pub(super) fn hosting<T>(expander: &mut Expander, machine: &mut Machine, work: impl FnOnce(&mut Expander) -> T) -> T {
    /// Takes the pointer away again, should the work panic too.
    struct Hosted<'e>(&'e mut Expander, Option<Box<dyn Host>>);
    impl Drop for Hosted<'_> {
        fn drop(&mut self) {
            self.0.set_host(self.1.take());
        }
    }
    let outer = expander.set_host(Some(Box::new(MachineHost(NonNull::from(machine)))));
    let hosted = Hosted(expander, outer);
    work(hosted.0)
}

impl MachineHost {
    fn machine(&mut self) -> &mut Machine {
        // SAFETY: the pointer comes from the exclusive borrow that `hosting` holds while this lives, and which nothing else
        // uses meanwhile; the borrow made here ends with the call of the host.
        unsafe { self.0.as_mut() }
    }

    /// Lets the machine work, with the expander at its disposal.
    fn lend<T>(&mut self, expander: &mut Expander, work: impl FnOnce(&mut Machine) -> T) -> T {
        let machine = self.machine();
        let lent = Front { expander: std::mem::replace(expander, Expander::empty()), recording: None };
        let outer = machine.front.replace(Box::new(lent));
        let state = machine.dynamic_state;
        let winders = machine.winders;
        let key = machine.intern("%handlers");
        let none = machine.cons(key, Word::NIL);
        machine.temporaries.extend([state, winders]);
        machine.dynamic_state = machine.cons(none, state);
        if let Some(hooks) = &mut machine.hooks {
            hooks.abort(AbortReason::Unsupported, "a macro is expanded");
        }
        machine.nested_runs += 1;
        let result = work(machine);
        machine.nested_runs -= 1;
        (machine.dynamic_state, machine.winders) = (state, winders);
        machine.temporaries.truncate(machine.temporaries.len() - 2);
        if let Some(lent) = std::mem::replace(&mut machine.front, outer) {
            *expander = lent.expander;
        }
        result
    }
}

fn message(machine: &Machine, exit: Exit) -> String {
    match exit {
        Exit::Uncaught(condition) => {
            let text = describe_condition(machine, condition);
            let is_unbound = machine.is_condition(condition)
                && condition.record_ref(KIND).is_symbol()
                && condition.record_ref(KIND).symbol_name() == "unbound";
            match is_unbound {
                true => format!("{text} (while macros are expanded; begin-for-syntax defines for transformers)"),
                false => text,
            }
        }
        Exit::Stopped(_) => "the program was stopped".to_owned(),
        Exit::Status(_) => "a macro transformer must not end the program".to_owned(),
    }
}

impl Host for MachineHost {
    fn run(&mut self, expander: &mut Expander, programs: Vec<Program>) -> Result<u32, SyntaxError> {
        let position = programs.last().and_then(|program| program.positions.last().copied()).unwrap_or_default();
        self.lend(expander, |machine| {
            let mark = machine.temporaries.len();
            machine.with_front(|front, machine| front.compile(machine, programs))?;
            match machine.call_compiled(mark) {
                Ok(value) => Ok(machine.runtime.embedded.add(value)),
                Err(exit) => Err(SyntaxError::new(message(machine, exit), position)),
            }
        })
    }

    fn transform(
        &mut self,
        expander: &mut Expander,
        procedure: u32,
        form: Syntax,
        argument: Argument,
    ) -> Result<Syntax, String> {
        let position = expander.position(form);
        let result = self.lend(expander, |machine| {
            let procedure = machine.runtime.embedded.get(procedure);
            let arguments = match argument {
                Argument::Syntax => vec![values::wrap(machine, form)],
                Argument::Data(_) => {
                    let datum = values::to_datum(machine, form);
                    datum.cdr().iter_list().collect()
                }
            };
            let value = machine.call(procedure, &arguments).map_err(|exit| message(machine, exit))?;
            let scopes = match argument {
                Argument::Syntax => None,
                Argument::Data(scopes) => Some(scopes),
            };
            values::to_syntax(machine, value, scopes, position)
        })?;
        Ok(result)
    }

    fn is_procedure(&mut self, number: u32) -> bool {
        self.machine().runtime.embedded.get(number).is_procedure()
    }

    fn variable_transformer(&mut self, number: u32) -> Option<u32> {
        let machine = self.machine();
        let procedure = values::variable_transformer(machine, machine.runtime.embedded.get(number))?;
        Some(machine.runtime.embedded.add(procedure))
    }
}
