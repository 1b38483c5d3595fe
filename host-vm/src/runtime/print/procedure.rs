//! Procedures have names for people.
#![allow(unsafe_code)] // Follows a closure's pointer to its code.

use crate::value::Word;

/// The name of a closure, empty if it has none.
pub fn name(closure: &Word) -> &str {
    let code = closure.closure_code();
    // SAFETY: closures point to code objects, which live as long as the machine does; code never changes.
    unsafe { code.as_ref() }.map_or("", |code| code.name.as_str())
}

/// Appends `#<procedure name>`.
pub fn print(closure: Word, out: &mut String) {
    let name = name(&closure);
    out.push_str("#<procedure");
    if !name.is_empty() {
        out.push(' ');
        out.push_str(name);
    }
    out.push('>');
}
