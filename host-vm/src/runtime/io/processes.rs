//! Other programs: started with pipes for ports, and waited for.
//!
//! A child is known by its number until it has been waited for. It gets the environment as the program has changed it.

use super::{
    files::file_error,
    flush_all,
    port::{Port, Sink, Source},
};
use crate::{machine::Machine, primitives, runtime::Raise, value::Word};
use std::{
    fs::File,
    os::{fd::OwnedFd, unix::process::ExitStatusExt},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How long an interrupt may go unnoticed.
const PATIENCE: Duration = Duration::from_millis(20);

/// Starts a program: `#(number port-for-its-output port-for-its-input)`, with `#f` where no pipe was asked for.
fn spawn(machine: &mut Machine, arguments: &[Word]) -> Result<Word, Raise> {
    const WHO: &str = "%spawn";
    let mut words = Vec::new();
    for word in arguments[0].iter_list() {
        words.push(machine.string(WHO, word)?.string_to_rust());
    }
    let Some((program, rest)) = words.split_first() else {
        return Err(machine.expected(WHO, "the name of a program and its arguments", arguments[0]));
    };
    // What was written so far comes before what the child writes.
    if let Err(error) = flush_all(machine) {
        return Err(file_error(machine, WHO, "write", &error, Word::NIL));
    }
    let pipe = |wanted: Word| if wanted.is_true() { Stdio::piped() } else { Stdio::inherit() };
    let mut command = Command::new(program);
    command.args(rest).stdout(pipe(arguments[1])).stdin(pipe(arguments[2]));
    for (name, value) in machine.runtime.environment.iter().filter(|(name, _)| !name.is_empty() && !name.contains('='))
    {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let mut child = match machine.runtime.permit().and_then(|()| command.spawn()) {
        Ok(child) => child,
        Err(error) => {
            let name = machine.make_string(program);
            return Err(file_error(machine, WHO, "run", &error, name));
        }
    };
    let describe = |mut port: Port| {
        port.name = Some(format!("{program:?}"));
        port
    };
    let output = child.stdout.take().map(|pipe| Port::input(Source::File(File::from(OwnedFd::from(pipe))), false));
    let input = child.stdin.take().map(|pipe| Port::output(Sink::File(File::from(OwnedFd::from(pipe))), false));
    let number = child.id();
    machine.runtime.children.insert(number, child);
    let output = output.map_or(Word::FALSE, |port| machine.open_port(describe(port)));
    machine.temporaries.push(output);
    let input = input.map_or(Word::FALSE, |port| machine.open_port(describe(port)));
    machine.temporaries.pop();
    Ok(machine.vector_from(&[Word::fixnum(number.into()), output, input]))
}

/// Waits for a child: the status as the system gives it, or `#f` if an interrupt came first.
fn wait(machine: &mut Machine, arguments: &[Word]) -> Result<Word, Raise> {
    const WHO: &str = "waitpid";
    let number = machine.index(WHO, arguments[0])?;
    let Some(mut child) = u32::try_from(number).ok().and_then(|number| machine.runtime.children.remove(&number)) else {
        return Err(machine.expected(WHO, "the number of a process that was started here", arguments[0]));
    };
    let interrupts = machine.interrupt_handle();
    let mut pause = Duration::from_micros(100);
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(Word::fixnum(status.into_raw().into())),
            Ok(None) if interrupts.is_pending() => {
                machine.runtime.children.insert(child.id(), child);
                return Ok(Word::FALSE);
            }
            Ok(None) => {}
            Err(error) => return Err(file_error(machine, WHO, "wait", &error, arguments[0])),
        }
        thread::sleep(pause);
        pause = (pause * 2).min(PATIENCE);
    }
}

/// Sleeps for so many microseconds, or until an interrupt; how many are left.
fn sleep(machine: &mut Machine, arguments: &[Word]) -> Result<Word, Raise> {
    let microseconds = machine.index("usleep", arguments[0])?;
    let end = Instant::now() + Duration::from_micros(u64::try_from(microseconds).unwrap_or(u64::MAX).min(1 << 50));
    let interrupts = machine.interrupt_handle();
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() || interrupts.is_pending() {
            return Ok(Word::fixnum(i64::try_from(left.as_micros()).unwrap_or(0)));
        }
        thread::sleep(left.min(PATIENCE));
    }
}

/// The children that were not waited for.
pub type Children = std::collections::HashMap<u32, Child>;

primitives! {
    /// Other programs, and sleep.
    pub PROCESSES:
    "%spawn" (3, 3) READS|EXTERNAL|ALLOCATES|FAILS => spawn;
    "%wait" (1, 1) EXTERNAL|ALLOCATES|FAILS => wait;
    "%sleep" (1, 1) EXTERNAL|ALLOCATES|FAILS => sleep;
}
