//! Primitives that open, ask and close.

use super::port::{Port, Sink, Source};
use crate::{machine::Machine, primitives, runtime::Raise, value::Word};
use std::{
    fs::{self, File, OpenOptions},
    io,
};

/// The raised error of a file operation: the reason of the system and the file's name.
fn file_error(machine: &mut Machine, who: &str, what: &str, error: &io::Error, name: Word) -> Raise {
    // "No such file or directory (os error 2)": the number tells people nothing.
    let reason = error.to_string();
    let reason = reason.split(" (os error").next().unwrap_or("");
    machine.error("file", who, &format!("can't {what}: {reason}:"), &[name])
}

fn open(
    machine: &mut Machine,
    who: &str,
    name: Word,
    how: impl FnOnce(&str) -> io::Result<Port>,
) -> Result<Word, Raise> {
    let path = machine.string(who, name)?.string_to_rust();
    match how(&path) {
        Ok(port) => Ok(machine.open_port(port)),
        Err(error) => Err(file_error(machine, who, "open", &error, name)),
    }
}

fn open_input(machine: &mut Machine, who: &str, name: Word, binary: bool) -> Result<Word, Raise> {
    open(machine, who, name, |path| {
        let file = File::open(path)?;
        if file.metadata()?.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "is a directory"));
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
    if input.is_some_and(|input| input != port.is_input()) {
        return Err(machine.expected(who, "a port of the other direction", word));
    }
    let result = port.close();
    match result {
        Ok(()) => Ok(Word::UNSPECIFIED),
        Err(error) => Err(machine.error("file", who, &format!("can't write: {error}"), &[])),
    }
}

fn ask(machine: &mut Machine, word: Word, test: fn(&Port) -> bool) -> Result<Word, Raise> {
    Ok(Word::boolean(word.is_port() && machine.any_port("port?", word).is_ok_and(|port| test(port))))
}

fn written(machine: &mut Machine, who: &str, word: Word, binary: bool) -> Result<Vec<u8>, Raise> {
    let bytes = machine.any_port(who, word)?;
    let bytes = if bytes.binary == binary { bytes.written().map(<[u8]>::to_vec) } else { None };
    bytes.ok_or_else(|| machine.expected(who, "a port that was opened to write into memory", word))
}

primitives! {
    /// Opening and closing ports, and files.
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
        Ok(machine.make_string(&String::from_utf8_lossy(&bytes)))
    };
    "get-output-bytevector" (1, 1) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        let bytes = written(machine, "get-output-bytevector", arguments[0], true)?;
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
    "%port-open?" (1, 1) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        Ok(Word::boolean(machine.any_port("port-open?", arguments[0])?.open))
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
    "file-exists?" (1, 1) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        let path = machine.string("file-exists?", arguments[0])?.string_to_rust();
        Ok(Word::boolean(fs::exists(path).unwrap_or(false)))
    };
    "delete-file" (1, 1) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        let path = machine.string("delete-file", arguments[0])?.string_to_rust();
        match fs::remove_file(path) {
            Ok(()) => Ok(Word::UNSPECIFIED),
            Err(error) => Err(file_error(machine, "delete-file", "delete", &error, arguments[0])),
        }
    };
}
