//! Primitives that write.

use super::{
    Port,
    current::{Current, reason, with_output},
    flush_all,
};
use crate::{
    machine::Machine,
    primitives,
    runtime::{
        Raise,
        print::{self, Style},
    },
    value::{Word, string::Chars},
};

fn put(machine: &mut Machine, who: &str, argument: Option<&Word>, binary: bool, bytes: &[u8]) -> Result<Word, Raise> {
    let word = machine.port_argument(argument, Current::Output);
    let growth = machine.port(who, word, false, binary)?.growth(bytes.len());
    machine.ask_memory(growth)?;
    with_output(machine, who, |machine| machine.port(who, word, false, binary), |port| port.write(bytes))?;
    Ok(Word::UNSPECIFIED)
}

fn print(machine: &mut Machine, who: &str, arguments: &[Word], style: Style) -> Result<Word, Raise> {
    let object = arguments[0];
    // Strings are what programs print most.
    if style == Style::Display && object.is_string() {
        return write_string(machine, who, object, arguments.get(1), &[]);
    }
    let text = print::to_text(machine, object, style)?;
    put(machine, who, arguments.get(1), false, text.as_bytes())
}

fn write_string(
    machine: &mut Machine,
    who: &str,
    string: Word,
    port: Option<&Word>,
    bounds: &[Word],
) -> Result<Word, Raise> {
    let string = machine.string(who, string)?;
    let range = machine.range(who, string, string.string_len(), bounds)?;
    match string.chars() {
        // The bytes are the heap's; nothing is allocated there while they are written.
        Chars::Narrow(bytes) if bytes[range.clone()].is_ascii() => put(machine, who, port, false, &bytes[range]),
        chars => {
            let text: String = chars.iter().skip(range.start).take(range.len()).collect();
            put(machine, who, port, false, text.as_bytes())
        }
    }
}

primitives! {
    /// Output.
    pub OUTPUT:
    "write-char" (1, 2) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        let c = machine.character("write-char", arguments[0])?;
        put(machine, "write-char", arguments.get(1), false, c.encode_utf8(&mut [0; 4]).as_bytes())
    };
    "write-string" (1, 4) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        write_string(machine, "write-string", arguments[0], arguments.get(1), arguments.get(2..).unwrap_or(&[]))
    };
    "newline" (0, 1) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| put(machine, "newline", arguments.first(), false, b"\n");
    "write-u8" (1, 2) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        let byte = machine.byte("write-u8", arguments[0])?;
        put(machine, "write-u8", arguments.get(1), true, &[byte])
    };
    "write-bytevector" (1, 4) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        let object = machine.bytevector("write-bytevector", arguments[0])?;
        let range = machine.range("write-bytevector", object, object.length(), arguments.get(2..).unwrap_or(&[]))?;
        put(machine, "write-bytevector", arguments.get(1), true, &object.bytes()[range])
    };
    "display" (1, 2) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| print(machine, "display", arguments, Style::Display);
    "write" (1, 2) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| print(machine, "write", arguments, Style::Write);
    "write-shared" (1, 2) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        print(machine, "write-shared", arguments, Style::WriteShared)
    };
    "write-simple" (1, 2) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        print(machine, "write-simple", arguments, Style::WriteSimple)
    };
    "flush-output-port" (0, 1) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        const WHO: &str = "flush-output-port";
        let word = machine.port_argument(arguments.first(), Current::Output);
        if machine.any_port(WHO, word)?.is_input() {
            return Err(machine.expected(WHO, "an output port", word));
        }
        with_output(machine, WHO, |machine| machine.any_port(WHO, word), Port::flush)?;
        Ok(Word::UNSPECIFIED)
    };
    "%flush-all" (0, 0) EXTERNAL|ALLOCATES|FAILS => |machine, _| match flush_all(machine) {
        Ok(()) => Ok(Word::UNSPECIFIED),
        Err(error) => Err(machine.error("file", "", &format!("can't write: {}", reason(&error)), &[])),
    };
    "%object->string" (1, 2) READS|ALLOCATES|FAILS => |machine, arguments| {
        let style = if arguments.get(1).is_some_and(|word| word.is_true()) { Style::Display } else { Style::Write };
        let text = print::to_text(machine, arguments[0], style)?;
        machine.ask_memory(text.len())?;
        Ok(machine.make_string(&text))
    };
}
