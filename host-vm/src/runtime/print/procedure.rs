//! Procedures have names for people.
#![allow(unsafe_code)] // Follows a closure's pointer to its code.

use crate::value::Word;

/// Appends `#<procedure name>`.
pub fn print(closure: Word, out: &mut String) {
    let code = closure.closure_code();
    // SAFETY: closures point to code objects, which live as long as the machine does; code never changes.
    let name = unsafe { code.as_ref() }.map_or("", |code| code.name.as_str());
    out.push_str("#<procedure");
    if !name.is_empty() {
        out.push(' ');
        out.push_str(name);
    }
    out.push('>');
}
