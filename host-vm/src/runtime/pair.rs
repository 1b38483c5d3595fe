//! Procedures for instructions on pairs and sequences: what `car` is where it is no operator. The compiler makes instructions
//! of most calls; these serve as values (`(map car lists)`).

use crate::{machine::Machine, primitives, runtime::Raise, value::Word};

/// Follows a path of `a` and `d`, from right to left as in the name.
fn path(machine: &mut Machine, who: &str, object: Word) -> Result<Word, Raise> {
    let mut word = object;
    for step in who[1..who.len() - 1].bytes().rev() {
        if !word.is_pair() {
            return Err(machine.expected(who, "a pair", word));
        }
        word = if step == b'a' { word.car() } else { word.cdr() };
    }
    Ok(word)
}

macro_rules! paths {
    ($($name:literal)*) => {
        primitives! {
            /// Pairs.
            pub PAIRS:
            $($name (1, 1) READS|FAILS => |machine, arguments| path(machine, $name, arguments[0]);)*
            "cons" (2, 2) ALLOCATES => |machine, arguments| Ok(machine.cons(arguments[0], arguments[1]));
            "set-car!" (2, 2) WRITES|FAILS => |machine, arguments| {
                let pair = machine.pair("set-car!", arguments[0])?;
                machine.set_car(pair, arguments[1]);
                Ok(Word::UNSPECIFIED)
            };
            "set-cdr!" (2, 2) WRITES|FAILS => |machine, arguments| {
                let pair = machine.pair("set-cdr!", arguments[0])?;
                machine.set_cdr(pair, arguments[1]);
                Ok(Word::UNSPECIFIED)
            };
            "pair?" (1, 1) PURE => |_, arguments| Ok(Word::boolean(arguments[0].is_pair()));
            "null?" (1, 1) PURE => |_, arguments| Ok(Word::boolean(arguments[0] == Word::NIL));
        }
    };
}

paths! {
    "car" "cdr"
    "caar" "cadr" "cdar" "cddr"
    "caaar" "caadr" "cadar" "caddr" "cdaar" "cdadr" "cddar" "cdddr"
    "caaaar" "caaadr" "caadar" "caaddr" "cadaar" "cadadr" "caddar" "cadddr"
    "cdaaar" "cdaadr" "cdadar" "cdaddr" "cddaar" "cddadr" "cdddar" "cddddr"
}
