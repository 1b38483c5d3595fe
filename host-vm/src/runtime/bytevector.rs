//! Bytevectors (R7RS 6.9).

use crate::{machine::Machine, primitives, runtime::Raise, value::Word};

fn index(machine: &mut Machine, who: &str, bytes: Word, index: Word) -> Result<usize, Raise> {
    match index.to_index() {
        Some(i) if i < bytes.length() => Ok(i),
        _ => Err(machine.index_out_of_range(who, bytes, index)),
    }
}

primitives! {
    /// Bytevectors.
    pub BYTEVECTORS:
    "bytevector?" (1, 1) PURE => |_, arguments| Ok(Word::boolean(arguments[0].is_bytevector()));
    "make-bytevector" (1, 2) ALLOCATES|FAILS => |machine, arguments| {
        let length = machine.index("make-bytevector", arguments[0])?;
        let fill = match arguments.get(1) {
            Some(&word) => machine.byte("make-bytevector", word)?,
            None => 0,
        };
        machine.make_bytevector_filled(length, fill)
    };
    "bytevector" (0, 255) ALLOCATES|FAILS => |machine, arguments| {
        let mut bytes = Vec::with_capacity(arguments.len());
        for &argument in arguments {
            bytes.push(machine.byte("bytevector", argument)?);
        }
        Ok(machine.make_bytevector(&bytes))
    };
    "bytevector-length" (1, 1) FAILS => |machine, arguments| {
        Ok(Word::fixnum(machine.bytevector("bytevector-length", arguments[0])?.length() as i64))
    };
    "bytevector-u8-ref" (2, 2) READS|FAILS => |machine, arguments| {
        let bytes = machine.bytevector("bytevector-u8-ref", arguments[0])?;
        let i = index(machine, "bytevector-u8-ref", bytes, arguments[1])?;
        Ok(Word::fixnum(bytes.bytes()[i].into()))
    };
    "bytevector-u8-set!" (3, 3) WRITES|FAILS => |machine, arguments| {
        let bytes = machine.bytevector("bytevector-u8-set!", arguments[0])?;
        let i = index(machine, "bytevector-u8-set!", bytes, arguments[1])?;
        let byte = machine.byte("bytevector-u8-set!", arguments[2])?;
        machine.bytes_mut(bytes)[i] = byte;
        Ok(Word::UNSPECIFIED)
    };
    "bytevector-copy" (1, 3) READS|ALLOCATES|FAILS => |machine, arguments| {
        let bytes = machine.bytevector("bytevector-copy", arguments[0])?;
        let range = machine.range("bytevector-copy", bytes, bytes.length(), &arguments[1..])?;
        machine.ask_memory(2 * range.len())?;
        let copy = bytes.bytes()[range].to_vec();
        Ok(machine.make_bytevector(&copy))
    };
    "bytevector-copy!" (3, 5) READS|WRITES|FAILS => |machine, arguments| {
        const WHO: &str = "bytevector-copy!";
        let (to, from) = (machine.bytevector(WHO, arguments[0])?, machine.bytevector(WHO, arguments[2])?);
        let range = machine.range(WHO, from, from.length(), &arguments[3..])?;
        let at = machine.place(WHO, to, to.length(), arguments[1], range.len())?;
        if to == from {
            machine.bytes_mut(to).copy_within(range, at);
        } else {
            let length = range.len();
            machine.bytes_mut(to)[at..at + length].copy_from_slice(&from.bytes()[range]);
        }
        Ok(Word::UNSPECIFIED)
    };
    "bytevector-fill!" (2, 4) WRITES|FAILS => |machine, arguments| {
        let bytes = machine.bytevector("bytevector-fill!", arguments[0])?;
        let byte = machine.byte("bytevector-fill!", arguments[1])?;
        let range = machine.range("bytevector-fill!", bytes, bytes.length(), &arguments[2..])?;
        machine.bytes_mut(bytes)[range].fill(byte);
        Ok(Word::UNSPECIFIED)
    };
    "bytevector-append" (0, 255) READS|ALLOCATES|FAILS => |machine, arguments| {
        let mut all = Vec::new();
        for &argument in arguments {
            let bytes = machine.bytevector("bytevector-append", argument)?;
            machine.ask_memory(2 * (all.len() + bytes.length()))?;
            all.extend_from_slice(bytes.bytes());
        }
        Ok(machine.make_bytevector(&all))
    };
}
