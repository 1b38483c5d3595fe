//! Time, the command line and the environment of the process.

use crate::{machine::Machine, primitives, value::Word};
use std::{
    env,
    time::{SystemTime, UNIX_EPOCH},
};

/// Jiffies are nanoseconds since the machine was made.
const JIFFIES_PER_SECOND: i64 = 1_000_000_000;

fn strings(machine: &mut Machine, texts: &[String]) -> Word {
    let mut list = Word::NIL;
    for text in texts.iter().rev() {
        let string = machine.make_string(text);
        list = machine.cons(string, list);
    }
    list
}

/// What `features` gives, and `cond-expand` knows.
pub const FEATURES: &[&str] = &[
    "r7rs",
    "exact-closed",
    "ratios",
    "full-unicode",
    "limpet",
    "srfi-0",
    "srfi-1",
    "srfi-8",
    "srfi-9",
    "srfi-11",
    "srfi-16",
    "srfi-23",
    "srfi-39",
    "srfi-69",
    "srfi-133",
    #[cfg(unix)]
    "unix",
    #[cfg(target_os = "linux")]
    "linux",
    #[cfg(target_arch = "x86_64")]
    "x86-64",
    #[cfg(target_arch = "aarch64")]
    "aarch64",
];

primitives! {
    /// The process.
    pub PROCESS:
    "current-jiffy" (0, 0) EXTERNAL => |machine, _| {
        Ok(Word::fixnum(i64::try_from(machine.runtime.started.elapsed().as_nanos()).unwrap_or(0)))
    };
    "jiffies-per-second" (0, 0) PURE => |_, _| Ok(Word::fixnum(JIFFIES_PER_SECOND));
    "current-second" (0, 0) EXTERNAL|ALLOCATES => |machine, _| {
        // Before 1970 the clock of the system is not set.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |elapsed| elapsed.as_secs_f64());
        Ok(machine.make_float(now))
    };
    "command-line" (0, 0) READS|ALLOCATES => |machine, _| {
        let words = machine.runtime.command_line.clone();
        Ok(strings(machine, &words))
    };
    "get-environment-variable" (1, 1) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        let name = machine.string("get-environment-variable", arguments[0])?.string_to_rust();
        // A name that no variable can have is asked for in vain, it is no error of the system.
        let usable = !name.is_empty() && !name.contains(['=', '\0']);
        match if usable { env::var_os(&name) } else { None } {
            Some(value) => Ok(machine.make_string(&value.to_string_lossy())),
            None => Ok(Word::FALSE),
        }
    };
    "get-environment-variables" (0, 0) EXTERNAL|ALLOCATES => |machine, _| {
        let mut list = Word::NIL;
        for (name, value) in env::vars_os() {
            let name = machine.make_string(&name.to_string_lossy());
            let value = machine.make_string(&value.to_string_lossy());
            let entry = machine.cons(name, value);
            list = machine.cons(entry, list);
        }
        Ok(list)
    };
    "features" (0, 0) ALLOCATES => |machine, _| {
        let mut list = Word::NIL;
        for name in FEATURES.iter().rev() {
            let symbol = machine.intern(name);
            list = machine.cons(symbol, list);
        }
        Ok(list)
    };
}
