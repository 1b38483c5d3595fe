//! Time, the command line and the environment of the process.
//!
//! Variables that a program sets are the machine's own: the environment of a process is one for all its threads, and
//! changing it is not safe.
#![allow(unsafe_code)] // Asks the system for the processor time and the time of the zone.

use crate::{expand::features::features, machine::Machine, primitives, runtime::Raise, value::Word};
use std::{
    collections::BTreeMap,
    env,
    ffi::OsString,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// Jiffies are nanoseconds since the machine was made.
const JIFFIES_PER_SECOND: i64 = 1_000_000_000;

impl Machine {
    /// A list of new strings.
    pub fn list_of_strings(&mut self, texts: &[String]) -> Word {
        let mut list = Word::NIL;
        for text in texts.iter().rev() {
            let string = self.make_string(text);
            list = self.cons(string, list);
        }
        list
    }
}

/// A variable of the environment: as the program has set it, or as the process got it.
fn variable(machine: &mut Machine, who: &str, name: Word) -> Result<Word, Raise> {
    let name = machine.string(who, name)?.string_to_rust();
    if let Some(value) = machine.runtime.environment.get(&name).cloned() {
        return Ok(value.map_or(Word::FALSE, |value| machine.make_string(&value)));
    }
    // A name that no variable can have is asked for in vain, it is no error of the system.
    let usable = !machine.runtime.is_isolated && !name.is_empty() && !name.contains(['=', '\0']);
    match if usable { env::var_os(&name) } else { None } {
        Some(value) => Ok(machine.make_string(&value.to_string_lossy())),
        None => Ok(Word::FALSE),
    }
}

/// Every variable and its value, sorted by name.
fn variables(machine: &Machine) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    if !machine.runtime.is_isolated {
        let text = |text: OsString| text.to_string_lossy().into_owned();
        all.extend(env::vars_os().map(|(name, value)| (text(name), text(value))));
    }
    for (name, value) in &machine.runtime.environment {
        match value {
            Some(value) => drop(all.insert(name.clone(), value.clone())),
            None => drop(all.remove(name)),
        }
    }
    all
}

/// Time since 1970. Before that the clock of the system is not set.
fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

fn nanoseconds(elapsed: Duration) -> Word {
    Word::fixnum(i64::try_from(elapsed.as_nanos()).unwrap_or(0))
}

/// Processor time of this process.
fn processor_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the system fills the structure that it is given; where it knows no such clock it leaves the zeros.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// A time of the system's zone: second, minute, hour, day of the month, month from 0, years since 1900, day of the week, day of
/// the year, whether it is summer time, seconds east of Greenwich.
fn local_time(machine: &mut Machine, arguments: &[Word]) -> Result<Word, Raise> {
    let Some(seconds) = Some(arguments[0]).filter(|word| word.is_fixnum()).map(Word::as_fixnum) else {
        return Err(machine.expected("localtime", "a number of seconds", arguments[0]));
    };
    // SAFETY: all fields are numbers and a pointer, for which zeros are fine.
    let mut broken: libc::tm = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are to live objects; the result is null if the year does not fit.
    if unsafe { libc::localtime_r(&raw const seconds, &raw mut broken) }.is_null() {
        return Err(machine.out_of_range("localtime", 0, arguments[0]));
    }
    let fields = [
        broken.tm_sec,
        broken.tm_min,
        broken.tm_hour,
        broken.tm_mday,
        broken.tm_mon,
        broken.tm_year,
        broken.tm_wday,
        broken.tm_yday,
        broken.tm_isdst,
    ];
    let mut words = fields.map(|field| Word::fixnum(field.into())).to_vec();
    words.push(Word::fixnum(broken.tm_gmtoff));
    Ok(machine.vector_from(&words))
}

primitives! {
    /// The process.
    pub PROCESS:
    "current-jiffy" (0, 0) EXTERNAL => |machine, _| {
        Ok(nanoseconds(machine.runtime.started.elapsed()))
    };
    "jiffies-per-second" (0, 0) PURE => |_, _| Ok(Word::fixnum(JIFFIES_PER_SECOND));
    "current-second" (0, 0) EXTERNAL|ALLOCATES => |machine, _| Ok(machine.make_float(now().as_secs_f64()));
    "current-time" (0, 0) EXTERNAL => |_, _| Ok(Word::fixnum(now().as_secs() as i64));
    "gettimeofday" (0, 0) EXTERNAL|ALLOCATES => |machine, _| {
        let now = now();
        Ok(machine.cons(Word::fixnum(now.as_secs() as i64), Word::fixnum(now.subsec_micros().into())))
    };
    "get-internal-real-time" (0, 0) EXTERNAL => |machine, _| Ok(nanoseconds(machine.runtime.started.elapsed()));
    "get-internal-run-time" (0, 0) EXTERNAL => |_, _| Ok(nanoseconds(processor_time()));
    "%local-time" (1, 1) EXTERNAL|ALLOCATES|FAILS => local_time;
    "getpid" (0, 0) EXTERNAL => |_, _| Ok(Word::fixnum(std::process::id().into()));
    "command-line" (0, 0) READS|ALLOCATES => |machine, _| {
        let words = machine.runtime.command_line.clone();
        Ok(machine.list_of_strings(&words))
    };
    "get-environment-variable" (1, 1) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        variable(machine, "get-environment-variable", arguments[0])
    };
    "getenv" (1, 1) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| variable(machine, "getenv", arguments[0]);
    "setenv" (2, 2) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        let name = machine.string("setenv", arguments[0])?.string_to_rust();
        let value = match arguments[1] {
            Word::FALSE => None,
            value => Some(machine.string("setenv", value)?.string_to_rust()),
        };
        machine.runtime.environment.insert(name, value);
        Ok(Word::UNSPECIFIED)
    };
    "unsetenv" (1, 1) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        let name = machine.string("unsetenv", arguments[0])?.string_to_rust();
        machine.runtime.environment.insert(name, None);
        Ok(Word::UNSPECIFIED)
    };
    "get-environment-variables" (0, 0) EXTERNAL|ALLOCATES => |machine, _| {
        let mut list = Word::NIL;
        for (name, value) in variables(machine).iter().rev() {
            let (name, value) = (machine.make_string(name), machine.make_string(value));
            let entry = machine.cons(name, value);
            list = machine.cons(entry, list);
        }
        Ok(list)
    };
    "features" (0, 0) ALLOCATES => |machine, _| {
        let mut list = Word::NIL;
        for name in features().iter().rev() {
            let symbol = machine.intern(name);
            list = machine.cons(symbol, list);
        }
        Ok(list)
    };
}
