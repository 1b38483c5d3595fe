//! Vectors (R7RS 6.8) and multiple-values objects, but for what calls procedures.

use crate::{machine::Machine, primitives, runtime::Raise, value::Word};

fn index(machine: &mut Machine, who: &str, vector: Word, index: Word) -> Result<usize, Raise> {
    match index.to_index() {
        Some(i) if i < vector.vector_len() => Ok(i),
        _ => Err(machine.index_out_of_range(who, vector, index)),
    }
}

fn part(machine: &mut Machine, who: &str, arguments: &[Word]) -> Result<Vec<Word>, Raise> {
    let vector = machine.vector(who, arguments[0])?;
    let range = machine.range(who, vector, vector.vector_len(), &arguments[1..])?;
    // The copy here, and at most a list of them.
    machine.ask_memory(range.len().saturating_mul(24))?;
    // Held by the vector, which the caller's arguments hold.
    Ok(vector.fields()[range].to_vec())
}

primitives! {
    /// Vectors.
    pub VECTORS:
    "vector?" (1, 1) PURE => |_, arguments| Ok(Word::boolean(arguments[0].is_vector()));
    "make-vector" (1, 2) ALLOCATES|FAILS => |machine, arguments| {
        let length = machine.index("make-vector", arguments[0])?;
        machine.make_vector(length, arguments.get(1).copied().unwrap_or(Word::UNSPECIFIED))
    };
    "vector" (0, 255) ALLOCATES => |machine, arguments| Ok(machine.vector_from(arguments));
    "vector-length" (1, 1) FAILS => |machine, arguments| {
        Ok(Word::fixnum(machine.vector("vector-length", arguments[0])?.vector_len() as i64))
    };
    "vector-ref" (2, 2) READS|FAILS => |machine, arguments| {
        let vector = machine.vector("vector-ref", arguments[0])?;
        Ok(vector.vector_ref(index(machine, "vector-ref", vector, arguments[1])?))
    };
    "vector-set!" (3, 3) WRITES|FAILS => |machine, arguments| {
        let vector = machine.vector("vector-set!", arguments[0])?;
        let i = index(machine, "vector-set!", vector, arguments[1])?;
        machine.vector_set(vector, i, arguments[2]);
        Ok(Word::UNSPECIFIED)
    };
    "vector->list" (1, 3) READS|ALLOCATES|FAILS => |machine, arguments| {
        let elements = part(machine, "vector->list", arguments)?;
        Ok(machine.list(&elements))
    };
    "list->vector" (1, 1) READS|ALLOCATES|FAILS => |machine, arguments| {
        let elements = machine.list_elements("list->vector", arguments[0])?;
        machine.ask_memory(8 * elements.len())?;
        Ok(machine.vector_from(&elements))
    };
    "reverse-list->vector" (1, 1) READS|ALLOCATES|FAILS => |machine, arguments| {
        let mut elements = machine.list_elements("reverse-list->vector", arguments[0])?;
        machine.ask_memory(8 * elements.len())?;
        elements.reverse();
        Ok(machine.vector_from(&elements))
    };
    "vector-copy" (1, 3) READS|ALLOCATES|FAILS => |machine, arguments| {
        let elements = part(machine, "vector-copy", arguments)?;
        Ok(machine.vector_from(&elements))
    };
    "subvector" (3, 3) READS|ALLOCATES|FAILS => |machine, arguments| {
        let elements = part(machine, "subvector", arguments)?;
        Ok(machine.vector_from(&elements))
    };
    "vector-copy!" (3, 5) READS|WRITES|FAILS => |machine, arguments| {
        const WHO: &str = "vector-copy!";
        let (to, from) = (machine.vector(WHO, arguments[0])?, machine.vector(WHO, arguments[2])?);
        let range = machine.range(WHO, from, from.vector_len(), &arguments[3..])?;
        let at = machine.place(WHO, to, to.vector_len(), arguments[1], range.len())?;
        machine.vector_copy(to, at, from, range);
        Ok(Word::UNSPECIFIED)
    };
    "vector-fill!" (2, 4) WRITES|FAILS => |machine, arguments| {
        let vector = machine.vector("vector-fill!", arguments[0])?;
        let range = machine.range("vector-fill!", vector, vector.vector_len(), &arguments[2..])?;
        machine.vector_fill(vector, range, arguments[1]);
        Ok(Word::UNSPECIFIED)
    };
    "vector-append" (0, 255) READS|ALLOCATES|FAILS => |machine, arguments| {
        let mut elements = Vec::new();
        for &argument in arguments {
            let vector = machine.vector("vector-append", argument)?;
            machine.ask_memory(16 * (elements.len() + vector.vector_len()))?;
            elements.extend_from_slice(vector.fields());
        }
        Ok(machine.vector_from(&elements))
    };
    "vector-grow" (2, 2) READS|ALLOCATES|FAILS => |machine, arguments| {
        let vector = machine.vector("vector-grow", arguments[0])?;
        let length = machine.index("vector-grow", arguments[1])?;
        if length < vector.vector_len() {
            return Err(machine.index_out_of_range("vector-grow", vector, arguments[1]));
        }
        let grown = machine.make_vector(length, Word::UNSPECIFIED)?;
        machine.vector_copy(grown, 0, vector, 0..vector.vector_len());
        Ok(grown)
    };
    "values" (0, 255) ALLOCATES => |machine, arguments| match arguments {
        [only] => Ok(*only),
        _ => Ok(machine.make_values(arguments)),
    };
    "%list->values" (1, 1) READS|ALLOCATES|FAILS => |machine, arguments| {
        let elements = machine.list_elements("values", arguments[0])?;
        Ok(match elements[..] {
            [only] => only,
            _ => machine.make_values(&elements),
        })
    };
    "%values->list" (1, 1) READS|ALLOCATES => |machine, arguments| {
        let elements = if arguments[0].is_values() { arguments[0].fields().to_vec() } else { arguments.to_vec() };
        Ok(machine.list(&elements))
    };
}
