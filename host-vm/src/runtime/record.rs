//! Record types. `define-record-type` expands to `%make-record-type` and instructions on records.

use super::print::{ARRAY, OPAQUE};
use crate::{machine::Machine, primitives, runtime::Raise, value::Word};

/// The field with an index among those of a record of a type, to be read (`access` 0) or written (1).
fn field(machine: &mut Machine, access: usize, arguments: &[Word]) -> Result<usize, Raise> {
    let who = ["%record-ref", "%record-set!"][access];
    let (record, record_type) = (arguments[0], machine.record_type(who, arguments[1])?);
    let index = arguments[2].to_index();
    if !record.is_record_of(record_type) {
        return Err(machine.wrong_record(record, record_type, index.unwrap_or(usize::MAX / 4), access));
    }
    match index {
        Some(i) if i + 1 < record.length() => Ok(i),
        _ => Err(machine.out_of_range(who, 2, arguments[2])),
    }
}

fn make_type(machine: &mut Machine, arguments: &[Word], flags: i64) -> Result<Word, Raise> {
    const WHO: &str = "%make-record-type";
    let fields = machine.vector(WHO, arguments[1])?;
    let parent = arguments.get(2).copied().unwrap_or(Word::FALSE);
    let procedures = match arguments.get(3) {
        Some(&procedures) => machine.vector(WHO, procedures)?,
        None => Word::FALSE,
    };
    if parent == Word::FALSE {
        return Ok(machine.make_record_type_with(arguments[0], fields, parent, flags, procedures));
    }
    // A derived type lists all its fields, those of the parent first.
    let parent = machine.record_type(WHO, parent)?;
    let mut all = parent.field(1).fields().to_vec();
    all.extend_from_slice(fields.fields());
    let all = machine.vector_from(&all);
    Ok(machine.make_record_type(arguments[0], all, parent, flags))
}

primitives! {
    /// Records.
    pub RECORDS:
    "%make-record-type" (2, 4) ALLOCATES|FAILS => |machine, arguments| make_type(machine, arguments, 0);
    "%make-opaque-record-type" (2, 3) ALLOCATES|FAILS => |machine, arguments| make_type(machine, arguments, OPAQUE);
    "%make-array-record-type" (2, 3) ALLOCATES|FAILS => |machine, arguments| make_type(machine, arguments, ARRAY);
    "%record" (1, 255) ALLOCATES|FAILS => |machine, arguments| {
        let record_type = machine.record_type("%record", arguments[0])?;
        if record_type.field(1).vector_len() != arguments.len() - 1 {
            return Err(machine.wrong_arity("%record", record_type.field(1).vector_len(), None, arguments.len() - 1));
        }
        Ok(machine.make_record(record_type, &arguments[1..]))
    };
    "%record?" (1, 2) READS|FAILS => |machine, arguments| match arguments {
        [object, record_type] => Ok(Word::boolean(object.is_record_of(machine.record_type("%record?", *record_type)?))),
        _ => Ok(Word::boolean(arguments[0].is_record())),
    };
    "%record-ref" (3, 3) READS|FAILS => |machine, arguments| {
        let i = field(machine, 0, arguments)?;
        Ok(arguments[0].record_ref(i))
    };
    "%record-set!" (4, 4) WRITES|FAILS => |machine, arguments| {
        let i = field(machine, 1, arguments)?;
        machine.record_set(arguments[0], i, arguments[3]);
        Ok(Word::UNSPECIFIED)
    };
    "record?" (1, 1) PURE => |_, arguments| Ok(Word::boolean(arguments[0].is_record()));
    "record-type?" (1, 1) PURE => |_, arguments| Ok(Word::boolean(arguments[0].is_record_type()));
    "record-type" (1, 1) FAILS => |machine, arguments| Ok(machine.record("record-type", arguments[0])?.record_type());
    "record-type-name" (1, 1) FAILS => |machine, arguments| {
        Ok(machine.record_type("record-type-name", arguments[0])?.field(0))
    };
    "%record-type-name" (1, 1) FAILS => |machine, arguments| {
        Ok(machine.record_type("%record-type-name", arguments[0])?.field(0))
    };
    "%record-type-parent" (1, 1) FAILS => |machine, arguments| {
        Ok(machine.record_type("%record-type-parent", arguments[0])?.field(2))
    };
    "record-type-fields" (1, 1) READS|ALLOCATES|FAILS => |machine, arguments| {
        let names = machine.record_type("record-type-fields", arguments[0])?.field(1).fields().to_vec();
        Ok(machine.list(&names))
    };
}
