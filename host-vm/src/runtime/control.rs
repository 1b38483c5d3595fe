//! What the library's control procedures stand on: the dynamic state, procedures, the raise procedure.
//!
//! The dynamic state is an association list that the library in Scheme owns (`lib/control.scm` says what its entries mean);
//! continuations save and restore it.

use std::path::Path;

use crate::{
    interp::Exit,
    machine::Machine,
    primitives,
    runtime::{Raise, print::procedure::name as procedure_name},
    value::{HeapType, Word},
};

/// The status of the process for the argument of `exit`: what no process can return is a failure.
fn exit_status(code: Word) -> i32 {
    match code {
        Word::TRUE | Word::UNSPECIFIED => 0,
        _ => code.to_index().and_then(|n| u8::try_from(n).ok()).map_or(1, i32::from),
    }
}

fn procedure(machine: &mut Machine, who: &str, word: Word) -> Result<Word, Raise> {
    if word.is_procedure() { Ok(word) } else { Err(machine.expected(who, "a procedure", word)) }
}

primitives! {
    /// Control.
    pub CONTROL:
    "procedure?" (1, 1) PURE => |_, arguments| Ok(Word::boolean(arguments[0].is_procedure()));
    "procedure-name" (1, 1) READS|ALLOCATES|FAILS => |machine, arguments| {
        let procedure = arguments[0];
        match procedure.heap_type() {
            Some(HeapType::Primitive) => Ok(procedure.field(1)),
            Some(HeapType::Closure) => match procedure_name(&procedure).to_owned() {
                name if name.is_empty() => Ok(Word::FALSE),
                name => Ok(machine.intern(&name)),
            },
            _ if procedure.is_procedure() => Ok(Word::FALSE),
            _ => Err(machine.expected("procedure-name", "a procedure", procedure)),
        }
    };
    "%dynamic-state" (0, 0) READS => |machine, _| Ok(machine.dynamic_state);
    "%set-dynamic-state!" (1, 1) WRITES => |machine, arguments| {
        machine.dynamic_state = arguments[0];
        Ok(Word::UNSPECIFIED)
    };
    "%set-raise-procedure!" (1, 1) EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        machine.raise_procedure = procedure(machine, "%set-raise-procedure!", arguments[0])?;
        Ok(Word::UNSPECIFIED)
    };
    "%set-apply-procedure!" (1, 1) EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        machine.apply_procedure = procedure(machine, "%set-apply-procedure!", arguments[0])?;
        Ok(Word::UNSPECIFIED)
    };
    "%winders" (0, 0) READS => |machine, _| Ok(machine.winders);
    "%set-winders!" (1, 1) WRITES => |machine, arguments| {
        machine.winders = arguments[0];
        Ok(Word::UNSPECIFIED)
    };
    // The winders and the dynamic state that the nearest prompt with a tag was made in, as a pair.
    "%prompt-state" (1, 1) READS|ALLOCATES|FAILS => |machine, arguments| {
        let Some(prompt) = machine.find_prompt(arguments[0]) else {
            return Err(machine.error("no-prompt", "%prompt-state", "there is no prompt with the tag", &[arguments[0]]));
        };
        let (state, winders) = machine.continuation_state(prompt);
        Ok(machine.cons(winders, state))
    };
    "%uncaught" (1, 1) EXTERNAL|FAILS => |machine, arguments| {
        machine.exit = Some(Exit::Uncaught(arguments[0]));
        Err(Raise(arguments[0]))
    };
    "%exit" (1, 1) EXTERNAL|FAILS => |machine, arguments| {
        machine.exit = Some(Exit::Status(exit_status(arguments[0])));
        Err(Raise(arguments[0]))
    };
    "make-prompt-tag" (0, 1) ALLOCATES => |machine, arguments| {
        let name = match arguments.first() {
            Some(&name) => name,
            None => machine.intern("prompt"),
        };
        Ok(machine.make_object(HeapType::PromptTag, &[name]))
    };
    "%ask-list" (1, 1) ALLOCATES|FAILS => |machine, arguments| {
        // Anything else is left to the operation on numbers that finds the mistake.
        machine.ask_list(arguments[0].to_index().unwrap_or(0))?;
        Ok(Word::UNSPECIFIED)
    };
    "%unspecified" (0, 255) PURE => |_, _| Ok(Word::UNSPECIFIED);
    "%absent" (0, 0) PURE => |_, _| Ok(Word::ABSENT);
    "%absent?" (1, 1) PURE => |_, arguments| Ok(Word::boolean(arguments[0] == Word::ABSENT));
    "%undefined?" (1, 1) PURE => |_, arguments| Ok(Word::boolean(arguments[0] == Word::UNDEFINED));
    "%values?" (1, 1) PURE => |_, arguments| Ok(Word::boolean(arguments[0].is_values()));
    "unspecified?" (1, 1) PURE => |_, arguments| Ok(Word::boolean(arguments[0] == Word::UNSPECIFIED));
    "jit-attached?" (0, 0) READS|EXTERNAL => |machine, _| {
        Ok(Word::boolean(machine.hooks.as_ref().is_some_and(|hooks| hooks.is_attached())))
    };
    "jit-attach" (1, 2) EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        let path = machine.string("jit-attach", arguments[0])?.string_to_rust();
        let options = match arguments.get(1) {
            Some(&options) => machine.string("jit-attach", options)?.string_to_rust(),
            None => String::new(),
        };
        if cfg!(not(feature = "hooks")) {
            return Err(machine.error("jit", "jit-attach", "this machine was built without hooks", &[]));
        }
        if machine.runtime.is_isolated {
            return Err(machine.error("jit", "jit-attach", "this machine is isolated", &[]));
        }
        match machine.attach(Path::new(&path), &options, "") {
            Ok(()) => Ok(Word::UNSPECIFIED),
            Err(error) => Err(machine.error("jit", "jit-attach", &error.to_string(), &[])),
        }
    };
    "jit-detach" (0, 0) EXTERNAL => |machine, _| {
        machine.detach();
        Ok(Word::UNSPECIFIED)
    };
    "garbage-collect" (0, 0) EXTERNAL|ALLOCATES => |machine, _| {
        machine.collect_garbage();
        Ok(Word::UNSPECIFIED)
    };
}
