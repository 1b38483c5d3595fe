//! Primitives that open, ask and close.

use super::{
    current::{reason, with_output},
    port::{Port, Sink, Source},
};
use crate::{
    machine::Machine,
    primitives,
    runtime::{Raise, condition::ARGUMENTS},
    value::Word,
};
use std::{
    fs::{File, OpenOptions},
    io,
};

/// The raised error of a file operation: the reason of the system and the file's name. `catch` gives handlers the number
/// of the system's error, too.
pub(super) fn file_error(machine: &mut Machine, who: &str, what: &str, error: &io::Error, name: Word) -> Raise {
    let reason = reason(error);
    let raise = machine.error("file", who, &format!("can't {what}: {reason}:"), &[name]);
    let (who, template, reason) =
        (machine.make_string(who), machine.make_string("~A: ~S"), machine.make_string(&reason));
    let irritants = machine.list(&[reason, name]);
    let number = machine.list(&[Word::fixnum(error.raw_os_error().unwrap_or(0).into())]);
    let arguments = machine.list(&[who, template, irritants, number]);
    machine.record_set(raise.0, ARGUMENTS, arguments);
    raise
}

/// Too many open files: perhaps those of forgotten ports.
fn is_out_of_files(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE))
}

fn open(machine: &mut Machine, who: &str, name: Word, how: impl Fn(&str) -> io::Result<Port>) -> Result<Word, Raise> {
    let path = machine.string(who, name)?.string_to_rust();
    let permitted = machine.runtime.permit();
    let mut result = permitted.and_then(|()| how(&path));
    if result.as_ref().is_err_and(is_out_of_files) {
        machine.sweep_ports();
        result = how(&path);
    }
    match result {
        Ok(mut port) => {
            port.name = Some(format!("{path:?}"));
            Ok(machine.open_port(port))
        }
        Err(error) => Err(file_error(machine, who, "open", &error, name)),
    }
}

fn open_input(machine: &mut Machine, who: &str, name: Word, binary: bool) -> Result<Word, Raise> {
    open(machine, who, name, |path| {
        let file = File::open(path)?;
        if file.metadata()?.is_dir() {
            return Err(io::Error::from_raw_os_error(libc::EISDIR));
        }
        Ok(Port::input(Source::File(file), binary))
    })
}

fn open_output(machine: &mut Machine, who: &str, name: Word, binary: bool, append: bool) -> Result<Word, Raise> {
    open(machine, who, name, |path| {
        let mut options = OpenOptions::new();
        let file = options.create(true).write(true).append(append).truncate(!append).open(path)?;
        Ok(Port::output(Sink::File(file), binary))
    })
}

fn close(machine: &mut Machine, who: &str, word: Word, input: Option<bool>) -> Result<Word, Raise> {
    let port = machine.any_port(who, word)?;
    if let Some(input) = input
        && input != port.is_input()
    {
        return Err(machine.expected(who, if input { "an input port" } else { "an output port" }, word));
    }
    with_output(machine, who, |machine| machine.any_port(who, word), Port::close)?;
    Ok(Word::UNSPECIFIED)
}

fn ask(machine: &mut Machine, word: Word, test: fn(&Port) -> bool) -> Result<Word, Raise> {
    Ok(Word::boolean(word.is_port() && machine.any_port("port?", word).is_ok_and(|port| test(port))))
}

fn is_open(machine: &mut Machine, who: &str, word: Word, input: bool) -> Result<Word, Raise> {
    let port = machine.any_port(who, word)?;
    let (goes_this_way, open) = (port.is_input() == input, port.open);
    match goes_this_way {
        true => Ok(Word::boolean(open)),
        false => Err(machine.expected(who, if input { "an input port" } else { "an output port" }, word)),
    }
}

fn written(machine: &mut Machine, who: &str, word: Word, binary: bool) -> Result<Vec<u8>, Raise> {
    let port = machine.any_port(who, word)?;
    let bytes = if port.binary == binary { port.written().map(<[u8]>::to_vec) } else { None };
    bytes.ok_or_else(|| machine.expected(who, "a port that was opened to write into memory", word))
}

primitives! {
    /// Opening and closing ports.
    pub FILES:
    "open-input-file" (1, 1) EXTERNAL|ALLOCATES|FAILS => |machine, arguments| open_input(machine, "open-input-file", arguments[0], false);
    "open-binary-input-file" (1, 1) EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        open_input(machine, "open-binary-input-file", arguments[0], true)
    };
    "open-output-file" (1, 1) EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        open_output(machine, "open-output-file", arguments[0], false, false)
    };
    "open-append-file" (1, 1) EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        open_output(machine, "open-append-file", arguments[0], false, true)
    };
    "open-binary-output-file" (1, 1) EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        open_output(machine, "open-binary-output-file", arguments[0], true, false)
    };
    "open-input-string" (1, 1) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        let text = machine.string("open-input-string", arguments[0])?.string_to_rust();
        Ok(machine.open_port(Port::input_bytes(text.into_bytes(), false)))
    };
    "open-input-bytevector" (1, 1) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        let bytes = machine.bytevector("open-input-bytevector", arguments[0])?.bytes().to_vec();
        Ok(machine.open_port(Port::input_bytes(bytes, true)))
    };
    "open-output-string" (0, 0) EXTERNAL|ALLOCATES => |machine, _| Ok(machine.open_port(Port::output(Sink::Memory, false)));
    "open-output-bytevector" (0, 0) EXTERNAL|ALLOCATES => |machine, _| Ok(machine.open_port(Port::output(Sink::Memory, true)));
    "get-output-string" (1, 1) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        let bytes = written(machine, "get-output-string", arguments[0], false)?;
        machine.ask_memory(bytes.len())?;
        Ok(machine.make_string(&String::from_utf8_lossy(&bytes)))
    };
    "get-output-bytevector" (1, 1) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        let bytes = written(machine, "get-output-bytevector", arguments[0], true)?;
        machine.ask_memory(bytes.len())?;
        Ok(machine.make_bytevector(&bytes))
    };
    "close-port" (1, 1) EXTERNAL|ALLOCATES|FAILS => |machine, arguments| close(machine, "close-port", arguments[0], None);
    "close-input-port" (1, 1) EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        close(machine, "close-input-port", arguments[0], Some(true))
    };
    "close-output-port" (1, 1) EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        close(machine, "close-output-port", arguments[0], Some(false))
    };
    "port?" (1, 1) PURE => |_, arguments| Ok(Word::boolean(arguments[0].is_port()));
    "input-port?" (1, 1) PURE => |machine, arguments| ask(machine, arguments[0], Port::is_input);
    "output-port?" (1, 1) PURE => |machine, arguments| ask(machine, arguments[0], |port| !port.is_input());
    "textual-port?" (1, 1) PURE => |machine, arguments| ask(machine, arguments[0], |port| !port.binary);
    "binary-port?" (1, 1) PURE => |machine, arguments| ask(machine, arguments[0], |port| port.binary);
    "port-closed?" (1, 1) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        Ok(Word::boolean(!machine.any_port("port-closed?", arguments[0])?.open))
    };
    "input-port-open?" (1, 1) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        is_open(machine, "input-port-open?", arguments[0], true)
    };
    "output-port-open?" (1, 1) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        is_open(machine, "output-port-open?", arguments[0], false)
    };
    "%standard-port" (1, 1) FAILS|ALLOCATES => |machine, arguments| {
        let index = machine.index("%standard-port", arguments[0])?;
        match machine.runtime.ports.standard().get(index) {
            Some(&port) => Ok(port),
            None => Err(machine.out_of_range("%standard-port", 0, arguments[0])),
        }
    };
    "%set-port-parameters!" (3, 3) EXTERNAL => |machine, arguments| {
        machine.runtime.port_parameters.copy_from_slice(arguments);
        Ok(Word::UNSPECIFIED)
    };
}
